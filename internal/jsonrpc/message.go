// Package jsonrpc reads JSON-RPC messages in one pass, and finds the id of those
// that are broken or cut off, so that each can be answered.
package jsonrpc

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits on a message.
const (
	MaxDepth = 100   // objects and lists within each other
	MaxNames = 1_000 // in one object
	MaxID    = 256   // bytes of an id, without its quotation marks
)

// Codes of errors.
const (
	ParseError     = -32700
	InvalidRequest = -32600
	InvalidParams  = -32602
)

// Message is a JSON-RPC message. Its values are as they were written, and share
// the memory of the message.
type Message struct {
	ID     jsontext.Value // nil: none, or none that an answer can repeat
	Method string         // "" for an answer
	Raw    []byte         // without what surrounds it, in valid UTF-8
	Params jsontext.Value // nil: none
	Named  Object         // the members of params; nil when it is no object
	Meta   Object         // the members of params._meta; nil when it is no object

	members Object
}

// Object is the members of a JSON object, in their order.
type Object []Member

// Member is one member of an object.
type Member struct {
	Name  string
	Value jsontext.Value
}

// Get returns the member with a name, or nil.
func (o Object) Get(name string) jsontext.Value {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Misspelt returns which of the known names an object has in another case, or
// "". Readers that ignore case would take it for the name itself.
func (o Object) Misspelt(known ...string) string {
	for _, m := range o {
		for _, k := range known {
			if m.Name != k && strings.EqualFold(m.Name, k) {
				return k
			}
		}
	}
	return ""
}

// Error says what is wrong with a message, to who sent it.
type Error struct {
	Code int
	Text string
}

func (e *Error) Error() string { return e.Text }

func wrong(code int, format string, args ...any) *Error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// Trim removes what may surround a message: white space and byte order marks.
func Trim(raw []byte) []byte {
	return bytes.TrimRight(bytes.TrimLeft(raw, "\ufeff \t\r\n"), " \t\r\n")
}

// Read reads a message. Of one that is wrong it returns the id, if that can be
// read, beside the error. What is not valid UTF-8 is replaced.
func Read(raw []byte) (Message, *Error) {
	raw = Trim(raw)
	m := Message{Raw: raw}
	repaired := !utf8.Valid(raw)
	if repaired {
		m.Raw = repair(raw)
	}
	if bytes.HasPrefix(raw, []byte("[")) {
		return m, wrong(InvalidRequest, "JSON-RPC batches are not supported: send each message by itself.")
	}
	s := scanner{raw: m.Raw, message: &m}
	if err := s.whole(); err != nil {
		m.ID = IDOf(raw)
		return m, err
	}
	if m.Raw[0] != '{' {
		return m, wrong(InvalidRequest, "This is not a JSON-RPC message: it must be an object with jsonrpc, method and, for a request, id.")
	}
	id := m.members.Get("id")
	switch {
	case id == nil:
	case id.Kind() != '"' && id.Kind() != '0':
		return m, wrong(InvalidRequest, "The id of a request must be a string or a number. Leave it out of a notification.")
	case tooLong(id):
		return m, wrong(InvalidRequest, "The id of a request must not have more than %d bytes. Use a shorter one.", MaxID)
	case repaired && !bytes.Contains(raw, id):
		return m, wrong(InvalidRequest, "The id of a request must be a string of valid Unicode, or a number.")
	}
	m.ID = id
	return m, m.check()
}

// repair replaces what is not valid UTF-8. bytes.ToValidUTF8 takes ten times as
// long for what is wrong everywhere.
func repair(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+utf8.UTFMax)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		out, raw = utf8.AppendRune(out, r), raw[size:]
	}
	return out
}

// check looks at the members of a message.
func (m *Message) check() *Error {
	method, answer := m.members.Get("method"), m.members.Get("result") != nil || m.members.Get("error") != nil
	switch {
	case m.members.Misspelt("jsonrpc", "id", "method", "params", "result", "error") != "":
		return wrong(InvalidRequest, "Write jsonrpc, id, method, params, result and error in lower case: another spelling could be read as another member.")
	case Text(m.members.Get("jsonrpc")) != "2.0":
		return wrong(InvalidRequest, `This is not JSON-RPC 2.0: a message must have "jsonrpc": "2.0".`)
	case method == nil && !answer:
		return wrong(InvalidRequest, "The message has no method, and is no answer either. An MCP client starts with initialize.")
	case method != nil && answer:
		return wrong(InvalidRequest, "The message has a method and a result or error at once: send a request or an answer.")
	case method == nil:
		return nil
	case method.Kind() != '"':
		return wrong(InvalidRequest, "The method of a message must be a string.")
	}
	m.Method, m.Params = Text(method), m.members.Get("params")
	switch {
	case Empty(m.Params):
		m.Params = nil
	case m.Params.Kind() != '{':
		return wrong(InvalidParams, "params must be an object.")
	}
	return nil
}

// Empty reports that a value stands for an object without members, as clients
// write it: absent, null, {}, [] or "".
func Empty(value jsontext.Value) bool {
	switch value.Kind() {
	case jsontext.KindInvalid, 'n':
		return true
	case '"':
		return len(value) == 2
	case '[', '{':
		return len(bytes.TrimSpace(value[1:len(value)-1])) == 0
	}
	return false
}

// Text unquotes a JSON string. It returns "" for anything else.
func Text(value jsontext.Value) string {
	raw, _ := jsontext.AppendUnquote(nil, value) // with what is half a character replaced
	return string(raw)
}

// IsID reports that a value can be the id of a request.
func IsID(value jsontext.Value) bool {
	return (value.Kind() == '"' || value.Kind() == '0') && !tooLong(value)
}

// tooLong reports that an id exceeds MaxID.
func tooLong(id jsontext.Value) bool {
	return len(id) > MaxID+2 || id.Kind() == '0' && len(id) > MaxID
}
