package tools

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// cursor is where a page ended: the call's arguments, so that none need be
// repeated; when it was made, so that durations back from now stay put; and
// the place to go on from, which is the tool's own.
type cursor struct {
	Tool  string                    `json:"t"`
	Args  map[string]jsontext.Value `json:"a"`
	Now   int64                     `json:"n"` // seconds since 1970
	Place jsontext.Value            `json:"p"`
}

// next makes the cursor of the following page.
func (c *Call) next(place any) (string, error) {
	raw, err := json.Marshal(place)
	if err != nil {
		return "", err
	}
	made, err := json.Marshal(cursor{Tool: c.tool.Name, Args: c.args, Now: c.Now.Unix(), Place: raw}, json.Deterministic(true))
	return base64.RawURLEncoding.EncodeToString(made), err
}

// at decodes the place that the call's cursor points to, and leaves place as it
// is when there is none.
func (c *Call) at(place any) error {
	if c.place == nil {
		return nil
	}
	if err := json.Unmarshal(c.place, place); err != nil {
		return badArgument("cursor is damaged. Leave it out to start from the beginning.")
	}
	return nil
}

// keep replaces an argument for the pages to come, as "latest" by the id that
// it stands for.
func (c *Call) keep(name, value string) {
	raw, err := json.Marshal(value)
	if err == nil {
		c.args[name] = raw
	}
}

// resume puts the arguments that a cursor holds beside those given, which may
// repeat but not contradict them; max_tokens may change.
func (r *reader) resume(members map[string]jsontext.Value) map[string]jsontext.Value {
	text, given := stringOf(members["cursor"])
	if !given || r.call.tool.schemas().in.Properties.Value("cursor") == nil {
		return members
	}
	delete(members, "cursor")
	if text == "" {
		return members
	}
	var at cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	switch {
	case err != nil:
		r.wrong("cursor is not one that this server made. Copy it whole from the page before, or leave it out.")
		return members
	case at.Tool != r.call.tool.Name:
		r.wrong("cursor belongs to %q, not to this tool.", clip(at.Tool, 40))
		return members
	}
	r.call.Now, r.call.place = time.Unix(at.Now, 0), at.Place
	for name, value := range at.Args {
		if name == "max_tokens" && members[name] != nil {
			continue
		}
		if other, ok := members[name]; ok && !same(other, value) {
			if r.latest(name, other) {
				members[name] = value
				continue
			}
			r.wrong("%s differs from the page before. Give the cursor alone, or leave it out to start anew.", clip(name, 60))
		}
		members[name] = value
	}
	for name := range members {
		if _, ok := at.Args[name]; !ok && name != "max_tokens" {
			r.wrong("%s was not given on the page before. Give the cursor alone, or leave it out to start anew.", clip(name, 60))
		}
	}
	return members
}

// same reports that two values are read alike.
func same(a, b jsontext.Value) bool {
	for _, v := range []*jsontext.Value{&a, &b} {
		if text, ok := stringOf(*v); ok {
			*v = jsontext.Value(strings.ToLower(text))
		}
	}
	return bytes.Equal(a, b)
}

// latest reports an id given as "latest", which the cursor holds resolved.
func (r *reader) latest(name string, raw jsontext.Value) bool {
	text, _ := stringOf(raw)
	return name == "bot_id" && text == latest
}
