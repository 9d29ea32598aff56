package tools

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/nearest"
)

// argumentError is a mistake of the caller's, or why a call is refused, in words
// that tell the way out.
type argumentError struct {
	text     string
	decision audit.Decision // allowed, for a mistake
}

func (e *argumentError) Error() string { return e.text }

func badArgument(format string, args ...any) error {
	return refused(audit.Allowed, format, args...)
}

func refused(by audit.Decision, format string, args ...any) error {
	return &argumentError{fmt.Sprintf(format, args...), by}
}

// read turns a model's arguments into JSON that the tool's In takes: names
// checked, nulls dropped, forms put right, bounds and enums held, secrets and
// destinations let through only where the policy allows. All mistakes are told
// at once.
func (c *Call) read(raw jsontext.Value) ([]byte, error) {
	raw = repaired(raw)
	schema := c.tool.schemas().in
	reader := &reader{call: c, policy: c.tool.policy, known: c.tool.schemas().arguments, decision: audit.Allowed}
	members := reader.members(schema, "", raw)
	if members != nil {
		dropAdded(schema, members)
		reader.respell(schema, "", members)
		members = reader.resume(members)
		c.args = reader.object(schema, "", members)
		if c.tool.Effect == Destroys {
			c.confirm, _ = stringOf(c.args[confirmName])
			delete(c.args, confirmName)
		}
	}
	if len(reader.mistakes) > 0 {
		return nil, &argumentError{strings.Join(reader.mistakes, "\n"), reader.decision}
	}
	return json.Marshal(c.args, json.Deterministic(true))
}

// Bounds of what is read of the arguments of one call, besides those of a text.
const (
	mostNames    = 100 // in one object
	nameLength   = 100 // characters of a name that are kept
	mostMistakes = 6   // that are told
)

// repaired replaces half characters, which a client that cut a text short may
// have left.
func repaired(raw jsontext.Value) jsontext.Value {
	if !raw.IsValid() {
		whole := raw.Clone()
		if whole.Format(jsontext.AllowInvalidUTF8(true)) == nil {
			return whole
		}
	}
	return raw
}

// reader walks over arguments along a schema.
type reader struct {
	call     *Call
	policy   *policy
	known    arguments
	mistakes []string
	decision audit.Decision // on the whole call
}

func (r *reader) wrong(format string, args ...any) {
	if len(r.mistakes) < mostMistakes {
		r.mistakes = append(r.mistakes, fmt.Sprintf(format, args...))
	}
}

// members reads an object, also from a string that holds one. Names that come
// twice are refused, and what is absent is left out.
func (r *reader) members(s *jsonschema.Schema, path string, raw jsontext.Value) map[string]jsontext.Value {
	if text, ok := stringOf(raw); ok && strings.HasPrefix(strings.TrimSpace(text), "{") {
		raw = jsontext.Value(text)
	}
	if raw.Kind() != '{' {
		r.wrong("%s must be an object, not %s.", named(path, "The arguments"), shown(raw))
		return nil
	}
	members, err := membersOf(raw)
	switch {
	case errors.Is(err, errTooMany):
		r.wrong("%s: more than %d names; at most %d are taken.", named(path, "The arguments"), mostNames, mostNames)
		return nil
	case err != nil:
		r.wrong("%s: not a JSON object with each name once.", named(path, "The arguments"))
		return nil
	}
	for name, value := range members {
		property := s.Properties.Value(name)
		if r.absent(property, value) {
			delete(members, name)
		}
	}
	return members
}

var errTooMany = errors.New("too many names")

// membersOf reads an object's members. Of a name that is too long to be one of
// ours only the beginning is kept.
func membersOf(raw jsontext.Value) (map[string]jsontext.Value, error) {
	members := map[string]jsontext.Value{}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	for decoder.PeekKind() != '}' {
		if len(members) == mostNames {
			return nil, errTooMany
		}
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		cut := clip(name.String(), nameLength)
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		members[cut] = value.Clone()
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return members, nil
}

// object conforms an object's members to its schema.
func (r *reader) object(s *jsonschema.Schema, path string, members map[string]jsontext.Value) map[string]jsontext.Value {
	valid := propertyNames(s)
	r.respell(s, path, members)
	out := make(map[string]jsontext.Value, len(members))
	for _, name := range sorted(members) {
		property, ok := s.Properties.Get(name)
		if !ok {
			r.unknown(dotted(path, name), name, valid)
			continue
		}
		if value := r.value(property, dotted(path, name), members[name]); value != nil {
			out[name] = value
		}
	}
	for _, name := range s.Required {
		if members[name] == nil {
			property, _ := s.Properties.Get(name)
			r.wrong("%s is missing%s.", dotted(path, name), hint(property))
		}
	}
	return out
}

func hint(s *jsonschema.Schema) string {
	switch {
	case len(s.Enum) > 0:
		return ": one of " + enumList(s)
	case s.Description != "":
		return ": " + strings.TrimSuffix(s.Description, ".")
	}
	return ""
}

func (r *reader) unknown(path, name string, valid []string) {
	if len(r.mistakes) == mostMistakes {
		return
	}
	text := fmt.Sprintf("Unknown argument %q.", clip(path, 60))
	if near := nearest.Of(clip(name, 60), valid); near != "" {
		text += fmt.Sprintf(" Did you mean %q?", near)
	}
	if len(valid) == 0 {
		r.wrong("%s This takes no arguments.", text)
		return
	}
	r.wrong("%s Valid: %s.", text, strings.Join(valid, ", "))
}

// value conforms one value, and returns nil after telling what is wrong.
func (r *reader) value(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	switch s.Type {
	case "object":
		return r.objectValue(s, path, raw)
	case "array":
		return r.array(s, path, raw)
	case "string":
		if r.known[s].kind == kindJSON {
			return r.json(path, raw)
		}
		return r.text(s, path, raw)
	case "integer", "number":
		return r.number(s, path, raw)
	case "boolean":
		return r.boolean(path, raw)
	}
	panic("no reader for the type of " + path)
}

func stringOf(raw jsontext.Value) (string, bool) {
	if raw.Kind() != '"' {
		return "", false
	}
	var text string
	err := json.Unmarshal(raw, &text, jsontext.AllowInvalidUTF8(true))
	return text, err == nil
}

func propertyNames(s *jsonschema.Schema) []string {
	var names []string
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		names = append(names, pair.Key)
	}
	return names
}

func sorted(members map[string]jsontext.Value) []string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func enumList(s *jsonschema.Schema) string {
	words := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

// quoted repeats a value that is wrong, unless it may be a secret.
func quoted(a argument, text string) string {
	if a.kind == kindSecret {
		return "this"
	}
	return strconv.Quote(clip(text, 40))
}

// shown names a value by kind, so that no secret in the wrong place is repeated.
func shown(raw jsontext.Value) string {
	switch raw.Kind() {
	case '"':
		return "a text"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '0':
		return string(raw[:min(len(raw), 30)])
	}
	return clip(string(raw[:min(len(raw), 20)]), 10)
}

// clip cuts a text to so many characters, without looking at those behind.
func clip(text string, limit int) string {
	n := 0
	for i := range text {
		if n == limit {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

func dotted(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func named(path, otherwise string) string {
	if path == "" {
		return otherwise
	}
	return path
}
