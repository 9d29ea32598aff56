package jsonrpc

import (
	"bytes"
	"hash/maphash"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner checks that bytes are one JSON value, with each name once in its
// object, and keeps the members of a message that Message has.
type scanner struct {
	raw     []byte
	at      int
	message *Message // nil: no members are kept

	names [][]byte // of the objects that are open, the innermost last
	table *table   // made for the first object with many names
}

// part is a place in a message.
type part int

const (
	elsewhere part = iota
	theMessage
	theParams
	theMeta
)

// within is what the member with a name of p is.
func (p part) within(name []byte) part {
	switch {
	case p == theMessage && string(name) == "params":
		return theParams
	case p == theParams && string(name) == "_meta":
		return theMeta
	}
	return elsewhere
}

// whole reads one value that is all there is.
func (s *scanner) whole() *Error {
	if err := s.value(0, theMessage); err != nil {
		return err
	}
	if s.at < len(s.raw) {
		return s.broken()
	}
	return nil
}

func (s *scanner) broken() *Error {
	if s.at >= len(s.raw) {
		return wrong(ParseError, "The message cannot be read as JSON: it is cut off after byte %d. Send one JSON-RPC message at a time.", len(s.raw))
	}
	return wrong(ParseError, "The message cannot be read as JSON: it is broken at byte %d. Send one JSON-RPC message at a time.", s.at)
}

// space skips white space.
func (s *scanner) space() {
	for s.at < len(s.raw) {
		switch s.raw[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// take skips a byte, if it is next.
func (s *scanner) take(c byte) bool {
	if s.at < len(s.raw) && s.raw[s.at] == c {
		s.at++
		return true
	}
	return false
}

// value reads a value and the white space around it.
func (s *scanner) value(depth int, p part) (err *Error) {
	s.space()
	if s.at == len(s.raw) {
		return s.broken()
	}
	switch c := s.raw[s.at]; {
	case c == '"':
		err = s.text()
	case c == '{' || c == '[':
		if depth == MaxDepth {
			return wrong(InvalidRequest, "The message is nested more than %d deep. Send a flatter one.", MaxDepth)
		}
		s.at++
		if c == '{' {
			err = s.object(depth+1, p)
		} else {
			err = s.list(depth + 1)
		}
	case c == '-' || '0' <= c && c <= '9':
		err = s.number()
	default:
		err = s.literal()
	}
	s.space()
	return err
}

func (s *scanner) list(depth int) *Error {
	s.space()
	if s.take(']') {
		return nil
	}
	for {
		if err := s.value(depth, elsewhere); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.broken()
		}
	}
}

func (s *scanner) object(depth int, p part) *Error {
	members := s.members(p)
	first := len(s.names)
	s.space()
	for more := !s.take('}'); more; {
		s.space()
		start := s.at
		if s.at == len(s.raw) || s.raw[s.at] != '"' {
			return s.broken()
		}
		if err := s.text(); err != nil {
			return err
		}
		name := s.raw[start+1 : s.at-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = jsontext.AppendUnquote(nil, s.raw[start:s.at]) // with what is half a character replaced
		}
		if len(s.names)-first == MaxNames {
			return wrong(InvalidRequest, "An object in the message has more than %d names. Send fewer.", MaxNames)
		}
		s.names = append(s.names, name)
		s.space()
		if !s.take(':') {
			return s.broken()
		}
		s.space()
		start = s.at
		if err := s.value(depth, p.within(name)); err != nil {
			return err
		}
		if members != nil {
			*members = append(*members, Member{string(name), bytes.TrimRight(s.raw[start:s.at:s.at], " \t\r\n")})
		}
		if more = !s.take('}'); more && !s.take(',') {
			return s.broken()
		}
	}
	twice := s.twice(s.names[first:])
	s.names = s.names[:first]
	if twice != nil {
		return wrong(InvalidRequest, "The name %.60q stands more than once in one object of the message. Write it once.", twice)
	}
	return nil
}

// members is where those of an object at p are kept, nil when they are not.
func (s *scanner) members(p part) *Object {
	switch {
	case s.message == nil:
	case p == theMessage:
		return &s.message.members
	case p == theParams:
		s.message.Named = Object{}
		return &s.message.Named
	case p == theMeta:
		s.message.Meta = Object{}
		return &s.message.Meta
	}
	return nil
}

// text reads a string.
func (s *scanner) text() *Error {
	for s.at++; s.at < len(s.raw); s.at++ {
		switch c := s.raw[s.at]; {
		case c == '"':
			s.at++
			return nil
		case c < ' ':
			return s.broken()
		case c == '\\':
			if !s.escape() {
				return s.broken()
			}
		}
	}
	return s.broken()
}

// escape reads what stands behind a backslash, but for its last byte.
func (s *scanner) escape() bool {
	s.at++
	if s.at >= len(s.raw) {
		return false
	}
	switch s.raw[s.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			s.at++
			if s.at >= len(s.raw) || !isHex(s.raw[s.at]) {
				return false
			}
		}
		return true
	}
	return false
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *scanner) number() *Error {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return s.broken()
	}
	if s.take('.') && !s.digits() {
		return s.broken()
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if !s.digits() {
			return s.broken()
		}
	}
	return nil
}

// digits skips digits, and reports that there are any.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.raw) && '0' <= s.raw[s.at] && s.raw[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}

func (s *scanner) literal() *Error {
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.raw[s.at:], []byte(word)) {
			s.at += len(word)
			return nil
		}
	}
	return s.broken()
}

// few is up to how many names are compared each with each.
const few = 16

// twice returns a name that comes more than once, or nil.
func (s *scanner) twice(names [][]byte) []byte {
	if len(names) > few {
		if s.table == nil {
			s.table = &table{seed: maphash.MakeSeed()}
		}
		return s.table.twice(names)
	}
	for i, name := range names {
		for _, before := range names[:i] {
			if bytes.Equal(name, before) {
				return name
			}
		}
	}
	return nil
}

// table finds names by their hashes, for one object after another.
type table struct {
	seed   maphash.Seed
	object uint32 // counts the objects, so that nothing need be cleared
	places [2 * 1024]struct {
		object uint32
		name   []byte
	}
}

func (t *table) twice(names [][]byte) []byte {
	t.object++
	for _, name := range names {
		at := int(maphash.Bytes(t.seed, name) % uint64(len(t.places)))
		for ; t.places[at].object == t.object; at = (at + 1) % len(t.places) {
			if bytes.Equal(t.places[at].name, name) {
				return name
			}
		}
		t.places[at].object, t.places[at].name = t.object, name
	}
	return nil
}

// Members returns the members of an object, nil of anything else. It is for
// values of a message that was read.
func Members(value jsontext.Value) Object {
	if value.Kind() != '{' {
		return nil
	}
	var m Message
	s := scanner{raw: value, message: &m}
	if s.value(0, theMessage) != nil {
		return nil
	}
	return m.members
}
