package tools

import (
	jsonv1 "encoding/json"
	"fmt"
	"math"
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
	if !raw.IsValid() {
		// A client that cut a text short may have left half a character.
		repaired := raw.Clone()
		if repaired.Format(jsontext.AllowInvalidUTF8(true)) == nil {
			raw = repaired
		}
	}
	reader := &reader{call: c, policy: c.tool.policy, decision: audit.Allowed}
	schema := c.tool.schemas().in
	members := reader.members("", raw)
	if members != nil {
		reader.respell(schema, "", members)
		members = reader.resume(members)
		c.args = reader.object(schema, "", members)
	}
	if len(reader.mistakes) > 0 {
		return nil, &argumentError{strings.Join(reader.mistakes, "\n"), reader.decision}
	}
	return json.Marshal(c.args, json.Deterministic(true))
}

// reader walks over arguments along a schema.
type reader struct {
	call     *Call
	policy   *policy
	mistakes []string
	decision audit.Decision // on the whole call
}

func (r *reader) wrong(format string, args ...any) {
	if len(r.mistakes) < 6 {
		r.mistakes = append(r.mistakes, fmt.Sprintf(format, args...))
	}
}

// members reads an object, also from a string that holds one. Names that come
// twice are refused.
func (r *reader) members(path string, raw jsontext.Value) map[string]jsontext.Value {
	if text, ok := stringOf(raw); ok && strings.HasPrefix(strings.TrimSpace(text), "{") {
		raw = jsontext.Value(text)
	}
	if raw.Kind() != '{' {
		r.wrong("%s must be an object, not %s.", named(path, "The arguments"), shown(raw))
		return nil
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members); err != nil {
		r.wrong("%s: not a JSON object with each name once.", named(path, "The arguments"))
		return nil
	}
	for name, value := range members {
		if absent(value) {
			delete(members, name)
		}
	}
	return members
}

// unfilled reports an empty text where only something else makes sense: strict
// clients fill optionals with it.
func unfilled(s *jsonschema.Schema, raw jsontext.Value) bool {
	text, ok := stringOf(raw)
	return ok && text == "" && (s.Type != "string" || len(s.Enum) > 0 || s.WriteOnly || s.Format == destinationFormat)
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
		if unfilled(property, members[name]) && !slices.Contains(s.Required, name) {
			continue
		}
		if value := r.value(property, dotted(path, name), members[name]); value != nil {
			out[name] = value
		}
	}
	for _, name := range s.Required {
		property, _ := s.Properties.Get(name)
		if text, ok := stringOf(members[name]); members[name] == nil || ok && strings.TrimSpace(text) == "" {
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
	text := fmt.Sprintf("Unknown argument %q.", clip(path, 60))
	if near := nearest.Of(name, valid); near != "" {
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
		return r.text(s, path, raw)
	case "integer", "number":
		return r.number(s, path, raw)
	case "boolean":
		return r.boolean(path, raw)
	}
	panic("no reader for the type of " + path)
}

func (r *reader) objectValue(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	// The bare word stands for an object that needs only one: speech_to_text.
	if text, ok := stringOf(raw); ok && len(s.Required) == 1 && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		raw, _ = json.Marshal(map[string]string{s.Required[0]: text})
	}
	if s.Properties == nil || s.Properties.Len() == 0 {
		object := raw
		if text, ok := stringOf(raw); ok {
			object = jsontext.Value(text)
		}
		if !object.IsValid() || object.Kind() != '{' {
			r.wrong("%s must be an object, not %s.", path, shown(raw))
			return nil
		}
		return object
	}
	members := r.members(path, raw)
	if members == nil {
		return nil
	}
	out, err := json.Marshal(r.object(s, path, members), json.Deterministic(true))
	if err != nil {
		r.wrong("%s: %v.", path, err)
	}
	return out
}

func (r *reader) array(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	if text, ok := stringOf(raw); ok && strings.HasPrefix(strings.TrimSpace(text), "[") {
		raw = jsontext.Value(text)
	}
	items := []jsontext.Value{raw} // one item stands for a list of one
	if raw.Kind() == '[' {
		if err := json.Unmarshal(raw, &items); err != nil {
			r.wrong("%s is not a JSON list.", path)
			return nil
		}
	}
	out := make([]jsontext.Value, 0, len(items))
	for i, item := range items {
		if value := r.value(s.Items, fmt.Sprintf("%s[%d]", path, i), item); value != nil {
			out = append(out, value)
		}
	}
	list, err := json.Marshal(out)
	if err != nil {
		r.wrong("%s: %v.", path, err)
	}
	return list
}

func (r *reader) text(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	text, ok := stringOf(raw)
	switch {
	case ok:
	case raw.Kind() == '0' && len(s.Enum) == 0:
		text = string(raw) // the digits are the text
	default:
		r.wrong("%s must be a text, not %s.", path, shown(raw))
		return nil
	}
	if len(s.Enum) > 0 {
		i := slices.IndexFunc(s.Enum, func(v any) bool { return strings.EqualFold(fmt.Sprint(v), strings.TrimSpace(text)) })
		if i < 0 {
			r.wrong("%s cannot be %s. Valid: %s.", path, quoted(s, text), enumList(s))
			return nil
		}
		text = fmt.Sprint(s.Enum[i])
	}
	var err error
	switch {
	case s.WriteOnly:
		text, err = r.policy.secret(text)
	case s.Format == destinationFormat:
		text, err = r.call.destination(path, text)
	}
	if err != nil {
		r.decision = audit.Policy
		r.wrong("%s: %v.", path, err)
		return nil
	}
	out, err := json.Marshal(text, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		r.wrong("%s: %v.", path, err)
	}
	return out
}

func (r *reader) number(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	literal := string(raw)
	if text, ok := stringOf(raw); ok {
		literal = strings.TrimSpace(text)
	}
	n, err := strconv.ParseFloat(literal, 64)
	if err != nil || strings.ContainsAny(literal, "xX_nN") {
		r.wrong("%s must be a number, not %s.", path, shown(raw))
		return nil
	}
	if s.Type == "integer" && n != math.Trunc(n) {
		r.wrong("%s must be a whole number, not %s.", path, shown(raw))
		return nil
	}
	low, high := bound(s.Minimum, -1<<53), bound(s.Maximum, 1<<53)
	switch {
	case n >= low && n <= high:
		return strconv.AppendFloat(nil, n, 'f', -1, 64)
	case s.Minimum != "" && s.Maximum != "":
		r.wrong("%s must be from %s to %s, not %s.", path, s.Minimum, s.Maximum, clip(literal, 30))
	case n < low:
		r.wrong("%s must be at least %.0f, not %s.", path, low, clip(literal, 30))
	default:
		r.wrong("%s must be at most %.0f, not %s.", path, high, clip(literal, 30))
	}
	return nil
}

// bound reads a bound of a schema.
func bound(n jsonv1.Number, otherwise float64) float64 {
	if n == "" {
		return otherwise
	}
	f, err := n.Float64()
	if err != nil {
		panic("schema: the bound " + string(n) + " is not a number")
	}
	return f
}

func (r *reader) boolean(path string, raw jsontext.Value) jsontext.Value {
	text, ok := stringOf(raw)
	if !ok {
		text = string(raw)
	}
	switch text := strings.ToLower(strings.TrimSpace(text)); text {
	case "true", "false":
		return jsontext.Value(text)
	}
	r.wrong("%s must be true or false, not %s.", path, shown(raw))
	return nil
}

// absent reports null and the text "null", with which strict clients fill what
// is optional.
func absent(raw jsontext.Value) bool {
	text, ok := stringOf(raw)
	return raw.Kind() == 'n' || ok && text == "null"
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
func quoted(s *jsonschema.Schema, text string) string {
	if s.WriteOnly {
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
		return clip(string(raw), 30)
	}
	return clip(string(raw), 10)
}

func clip(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
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
