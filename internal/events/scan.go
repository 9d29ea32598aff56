package events

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxText = 1200 // bytes of a text that is looked at, as it is written; a longer one is none
	maxDeep = 1000 // objects and lists in each other
)

// scanner reads JSON in passing, and holds no more of it than it is asked for.
// What it passes over it does not check beyond where it ends.
type scanner struct{ *bufio.Reader }

func scan(r io.Reader) scanner { return scanner{bufio.NewReaderSize(r, 16<<10)} }

// next returns the next byte that is no white space.
func (s scanner) next() (byte, error) {
	for {
		c, err := s.ReadByte()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, err
		}
	}
}

// members calls each with the name and the first byte of every member of the
// object that began, which must read or pass over its value. None of the known
// names may come twice.
func (s scanner) members(each func(name string, first byte) error, known ...string) error {
	came := map[string]bool{}
	for first := true; ; first = false {
		c, err := s.next()
		switch {
		case err != nil:
			return err
		case c == '}':
			return nil
		case c == ',' && !first:
			if c, err = s.next(); err != nil {
				return err
			}
		}
		if c != '"' {
			return errors.New("it is not JSON: a name is missing")
		}
		name, err := s.text()
		if err != nil {
			return err
		}
		if c, err = s.next(); err != nil {
			return err
		}
		if c != ':' {
			return errors.New("it is not JSON: a colon is missing")
		}
		if c, err = s.next(); err != nil {
			return err
		}
		for _, k := range known {
			if name == k && came[k] {
				return errors.New("it has the same name twice")
			} else if name == k {
				came[k] = true
			}
		}
		if err := each(name, c); err != nil {
			return err
		}
	}
}

// text returns the text that began, "" when it is longer than maxText.
func (s scanner) text() (string, error) {
	raw := append(make([]byte, 0, 64), '"')
	err := s.pass(func(part []byte) {
		if len(raw) <= maxText {
			raw = append(raw, part[:min(len(part), maxText)]...)
		}
	})
	if err != nil || len(raw) > maxText {
		return "", err
	}
	value, err := jsontext.AppendUnquote(nil, append(raw, '"'))
	if err != nil && value == nil {
		return "", nil
	}
	return string(value), nil
}

// pass reads to the end of the text that began, and shows it in parts.
func (s scanner) pass(show func([]byte)) error {
	for {
		if _, err := s.Peek(1); err != nil {
			return io.ErrUnexpectedEOF
		}
		part, err := s.Peek(s.Buffered())
		if err != nil {
			return err
		}
		at := bytes.IndexAny(part, `"\`)
		switch {
		case at < 0:
			show(part)
			at = len(part)
		case part[at] == '"':
			show(part[:at])
			_, err = s.Discard(at + 1)
			return err
		case at+1 < len(part):
			at += 2
			show(part[:at])
		case at > 0: // the escape's other half is still to come
			show(part[:at])
		default:
			if part, err = s.Peek(2); err != nil {
				return io.ErrUnexpectedEOF
			}
			show(part)
			at = 2
		}
		if _, err := s.Discard(at); err != nil {
			return err
		}
	}
}

// skip passes over the value that began.
func (s scanner) skip(first byte) error {
	depth := 0
	for c := first; ; {
		switch c {
		case '"':
			if err := s.pass(func([]byte) {}); err != nil {
				return err
			}
		case '{', '[':
			if depth++; depth > maxDeep {
				return errors.New("it is nested too deep")
			}
		case '}', ']':
			depth--
		}
		if depth <= 0 && c != '"' && c != '}' && c != ']' { // a number or a word
			return s.word()
		}
		if depth <= 0 {
			return nil
		}
		var err error
		if c, err = s.next(); err != nil {
			return err
		}
	}
}

// word passes over what is left of a number, true, false or null.
func (s scanner) word() error {
	for {
		c, err := s.ReadByte()
		switch {
		case err != nil:
			return io.ErrUnexpectedEOF
		case c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' || c == '\n':
			return s.UnreadByte()
		}
	}
}
