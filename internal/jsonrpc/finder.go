package jsonrpc

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Finder finds the id in a message that passes through it, which may be broken,
// cut off and of any length. The zero value is ready.
type Finder struct {
	depth           int
	quoted, escaped bool
	over            bool   // the message ended, or is none
	held            []byte // what is read of a name, or of a value, in the message itself
	name            string // of the member whose value is read; "" before its colon
	id              []byte
	several, answer bool
}

// Write takes the next part of the message. It never fails.
func (f *Finder) Write(part []byte) (int, error) {
	for i := 0; i < len(part) && !f.over; i++ {
		for f.depth > 1 && f.quoted && !f.escaped && i < len(part)-1 && part[i] != '"' && part[i] != '\\' {
			i++
		}
		f.next(part[i])
	}
	return len(part), nil
}

// IDOf returns the id of a message that is broken or cut off, nil when none can
// be read that an answer may repeat.
func IDOf(raw []byte) jsontext.Value {
	var f Finder
	_, _ = f.Write(raw) // it never fails
	return f.ID()
}

// ID is the id of a request, as it was written. It is nil when there is none,
// more than one, or one that no answer can have, and for an answer.
func (f *Finder) ID() jsontext.Value {
	id := jsontext.Value(bytes.TrimRight(f.id, " \t\r\n"))
	if len(id) == 0 || f.several || f.answer || tooLong(id) || !utf8.Valid(id) {
		return nil
	}
	s := scanner{raw: id}
	if kind := id.Kind(); kind != '"' && kind != '0' || s.whole() != nil {
		return nil
	}
	return id
}

// next takes a byte.
func (f *Finder) next(c byte) {
	switch {
	case f.escaped:
		f.escaped = false
	case f.quoted:
		f.escaped, f.quoted = c == '\\', c != '"'
	case c == '"':
		f.quoted, f.over = true, f.depth == 0
	case c == '{' || c == '[':
		f.hold(c)
		f.over = f.depth == 0 && c == '['
		f.depth++
		return
	case c == '}' || c == ']':
		if f.depth--; f.depth <= 0 {
			f.end()
			f.over = true
		}
		return
	case f.depth == 0:
		f.over = ' ' < c && c < 0x80 // not white space, nor of a byte order mark
	case f.depth == 1 && c == ':':
		f.name, f.held = string(bytes.TrimRight(f.held, " \t\r\n")), f.held[:0]
		f.answer = f.answer || f.name == `"result"` || f.name == `"error"`
		return
	case f.depth == 1 && c == ',':
		f.end()
		return
	}
	f.hold(c)
}

// hold keeps a byte that stands in the message itself, but no white space before
// a name or a value.
func (f *Finder) hold(c byte) {
	if f.depth == 1 && len(f.held) <= MaxID+2 && (c > ' ' || len(f.held) > 0) {
		f.held = append(f.held, c)
	}
}

// end ends a member.
func (f *Finder) end() {
	if f.name == `"id"` {
		f.several = f.several || f.id != nil
		f.id = append([]byte{}, f.held...)
	}
	f.name, f.held = "", f.held[:0]
}
