package tools

import (
	"bytes"
	jsonv1 "encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/meetmcp/meetmcp/internal/audit"
)

// Bounds of one argument, where its tag has none.
const (
	textLength   = 2000   // characters
	secretLength = 10_000 // characters
	urlLength    = 4000   // characters
	jsonLength   = 32_000 // bytes
	jsonDepth    = 20     // objects and lists within each other
	mostItems    = 100    // in a list
	numberLength = 60     // characters
)

// length is how many characters of a text are taken.
func (a argument) length() int {
	switch {
	case a.most > 0:
		return a.most
	case a.kind == kindSecret:
		return secretLength
	case a.kind == kindDestination:
		return urlLength
	}
	return textLength
}

// fits reports whether a text is within its bound, and tells if it is not.
func (r *reader) fits(path, text string, most int) bool {
	if len(text) <= most {
		return true
	}
	n := utf8.RuneCountInString(text)
	if n > most {
		r.wrong("%s is %s characters long; at most %s are taken.", path, grouped(n), grouped(most))
	}
	return n <= most
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func (r *reader) objectValue(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	// The bare word stands for an object that needs only one: speech_to_text.
	if text, ok := stringOf(raw); ok && len(s.Required) == 1 && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		raw, _ = json.Marshal(map[string]string{s.Required[0]: text})
	}
	members := r.members(s, path, raw)
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
		most := mostItems
		if r.known[s].most > 0 {
			most = r.known[s].most
		}
		var n int
		var err error
		if items, n, err = itemsOf(raw, most); err != nil {
			r.wrong("%s is not a JSON list.", path)
			return nil
		}
		if n > most {
			r.wrong("%s has %s items; at most %s are taken.", path, grouped(n), grouped(most))
			return nil
		}
	}
	out := make([]jsontext.Value, 0, len(items))
	for i, item := range items {
		if r.absent(s.Items, item) {
			continue
		}
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

// itemsOf reads a list's first items, as many as are taken, and counts them all.
func itemsOf(raw jsontext.Value, most int) (items []jsontext.Value, n int, err error) {
	if !raw.IsValid() {
		return nil, 0, errors.New("not JSON")
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, 0, err
	}
	for ; decoder.PeekKind() != ']'; n++ {
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, 0, err
		}
		if n < most {
			items = append(items, value.Clone())
		}
	}
	return items, n, nil
}

func (r *reader) text(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	known := r.known[s]
	text, ok := stringOf(raw)
	switch {
	case ok:
	case raw.Kind() == '0' && len(s.Enum) == 0:
		text = string(raw) // the digits are the text
	default:
		r.wrong("%s must be a text, not %s.", path, shown(raw))
		return nil
	}
	if !r.fits(path, text, known.length()) {
		return nil
	}
	if len(s.Enum) > 0 {
		i := enumIndex(s, text)
		if i < 0 {
			r.wrong("%s cannot be %s. Valid: %s.", path, quoted(known, text), enumList(s))
			return nil
		}
		text = fmt.Sprint(s.Enum[i])
	}
	if strings.HasSuffix(path, "_id") {
		text = canonicalID(text)
	}
	var err error
	switch known.kind {
	case kindSecret:
		text, err = r.policy.secret(text)
	case kindDestination:
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

// canonicalID spells a UUID as the API does: what is stored or deleted under one
// spelling must be found under the others.
func canonicalID(text string) string {
	id := strings.TrimSpace(text)
	if len(id) == 36 && strings.Count(id, "-") == 4 && strings.Trim(id, "0123456789abcdefABCDEF-") == "" {
		return strings.ToLower(id)
	}
	return text
}

// enumIndex is the place of a text among the values that there are, -1 if it is
// none of them.
func enumIndex(s *jsonschema.Schema, text string) int {
	return slices.IndexFunc(s.Enum, func(v any) bool { return strings.EqualFold(fmt.Sprint(v), strings.TrimSpace(text)) })
}

// json reads a JSON object of any names, given as a text or as it is.
func (r *reader) json(path string, raw jsontext.Value) jsontext.Value {
	if text, ok := stringOf(raw); ok {
		raw = jsontext.Value(text)
	}
	if len(raw) > jsonLength {
		r.wrong("%s is %s bytes long; at most %s are taken.", path, grouped(len(raw)), grouped(jsonLength))
		return nil
	}
	object := repaired(raw)
	if object.Kind() != '{' || !object.IsValid() {
		what := "a text that is none"
		if object.IsValid() {
			what = shown(object)
		}
		r.wrong("%s must be a JSON object, such as {\"title\":\"Board meeting\"}, not %s.", path, what)
		return nil
	}
	if depthOf(object) > jsonDepth {
		r.wrong("%s has more than %d objects or lists within each other; at most %d are taken.", path, jsonDepth, jsonDepth)
		return nil
	}
	return object
}

// depthOf counts how many objects and lists are within each other.
func depthOf(raw jsontext.Value) (depth int) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(raw))
	for {
		if _, err := decoder.ReadToken(); err != nil {
			return depth
		}
		depth = max(depth, decoder.StackDepth())
	}
}

func (r *reader) number(s *jsonschema.Schema, path string, raw jsontext.Value) jsontext.Value {
	literal := string(raw)
	if text, ok := stringOf(raw); ok {
		literal = strings.TrimSpace(text)
	}
	if len(literal) > numberLength {
		r.wrong("%s must be a number of at most %d characters, not %s.", path, numberLength, shown(raw))
		return nil
	}
	n, err := strconv.ParseFloat(literal, 64) // infinite where it is too large
	if err != nil && !errors.Is(err, strconv.ErrRange) || strings.ContainsAny(literal, "xX_nN") {
		r.wrong("%s must be a number, not %s.", path, shown(raw))
		return nil
	}
	if s.Type == "integer" && n != math.Trunc(n) {
		r.wrong("%s must be a whole number, not %s.", path, shown(raw))
		return nil
	}
	// What has no bounds of its own has those of an int on the smallest machine.
	low, high := bound(s.Minimum, math.MinInt32), bound(s.Maximum, math.MaxInt32)
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
		text = string(raw[:min(len(raw), 10)])
	}
	for _, word := range []string{"true", "false"} {
		if strings.EqualFold(strings.TrimSpace(text), word) {
			return jsontext.Value(word)
		}
	}
	r.wrong("%s must be true or false, not %s.", path, shown(raw))
	return nil
}
