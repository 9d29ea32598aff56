package untrusted

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of JSON of no known shape, so that it cannot fill an answer.
const (
	mostMembers = 50 // of an object or list
	mostDepth   = 8
	mostValues  = 1000
	mostDigits  = 100
	mostBytes   = 6000 // of the whole
)

// JSON is clean JSON of no known shape, names and texts alike.
type JSON struct{ v any }

// Of cleans decoded JSON, whose numbers may be as they were written. Values of
// members that are named like secrets are hidden. What is too much is left out,
// and a text in its place says so.
func Of(v any) JSON {
	if empty(v) {
		return JSON{}
	}
	c := cleaner{left: mostValues}
	out := c.clean(v, mostDepth)
	for {
		raw, err := json.Marshal(out)
		if err != nil {
			return JSON{"left out here: it is no JSON"}
		}
		if len(raw) <= mostBytes {
			return JSON{out}
		}
		if !dropLargest(out) {
			return JSON{fmt.Sprintf("left out here: %d bytes", len(raw))}
		}
	}
}

// IsZero reports that there is nothing.
func (j JSON) IsZero() bool { return j.v == nil }

// MarshalJSONTo writes the JSON, members in order.
func (j JSON) MarshalJSONTo(enc *jsontext.Encoder) error {
	return json.MarshalEncode(enc, j.v, json.Deterministic(true))
}

// dropLargest puts a text that says so in place of an object's largest member.
func dropLargest(v any) bool {
	object, ok := v.(map[string]any)
	if !ok {
		return false
	}
	largest, size := "", 200 // less is not worth dropping
	for name, member := range object {
		if raw, err := json.Marshal(member); err == nil && (len(raw) > size || len(raw) == size && name < largest) {
			largest, size = name, len(raw)
		}
	}
	if largest == "" {
		return false
	}
	object[largest] = fmt.Sprintf("left out here: %d bytes", size)
	return true
}

// cleaner cleans JSON until there are so many values that no more can be shown.
type cleaner struct{ left int }

func (c *cleaner) clean(v any, depth int) any {
	if c.left--; c.left < 0 {
		return "left out here"
	}
	switch v := v.(type) {
	case string:
		return Long(v).s
	case jsontext.Value:
		if len(v) > mostDigits {
			return fmt.Sprintf("left out here: a number of %d digits", len(v))
		}
		return v
	case []any:
		if depth == 0 {
			return fmt.Sprintf("left out here: a list of %d", len(v))
		}
		list := make([]any, 0, min(len(v), mostMembers))
		for _, item := range v[:min(len(v), mostMembers)] {
			list = append(list, c.clean(item, depth-1))
		}
		if rest := len(v) - mostMembers; rest > 0 {
			list = append(list, fmt.Sprintf("left out here: %d more", rest))
		}
		return list
	case map[string]any:
		if depth == 0 {
			return fmt.Sprintf("left out here: an object of %d", len(v))
		}
		object := make(map[string]any, min(len(v), mostMembers))
		all := make([]string, 0, len(v))
		for name := range v {
			all = append(all, name)
		}
		slices.Sort(all)
		for _, name := range all[:min(len(all), mostMembers)] {
			if value := v[name]; secretName(name) && hides(name, value) {
				object[Name(name).s] = Hidden
			} else {
				object[Name(name).s] = c.clean(value, depth-1)
			}
		}
		if rest := len(all) - mostMembers; rest > 0 {
			object["…"] = fmt.Sprintf("left out here: %d more", rest)
		}
		return object
	}
	return v
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
