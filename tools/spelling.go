package tools

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"
)

// spellings are the API's own names, or its names in another operation, for
// what is called otherwise here. The first target that a tool has is taken.
var spellings = map[string][]string{
	"uuid":                      {"bot_id", "event_id", "calendar_id", "connection_id"},
	"id":                        {"bot_id", "event_id", "calendar_id", "connection_id"},
	"bot_id":                    {"id"}, // of fetch
	"bot_uuid":                  {"bot_id"},
	"event_uuid":                {"event_id"},
	"calendar_uuid":             {"calendar_id"},
	"enter_message":             {"entry_message"},
	"entry_message":             {"enter_message"},
	"waiting_room_timeout":      {"automatic_leave.waiting_room_timeout"},
	"noone_joined_timeout":      {"automatic_leave.noone_joined_timeout"},
	"silence_timeout":           {"automatic_leave.silence_timeout"},
	"streaming_input":           {"streaming.input"},
	"streaming_output":          {"streaming.output"},
	"streaming_audio_frequency": {"streaming.audio_frequency"},
}

// respell moves members that have the API's own spelling to the names of here,
// and says so.
func (r *reader) respell(s *jsonschema.Schema, path string, members map[string]jsontext.Value) {
	for _, name := range sorted(members) {
		if _, ok := s.Properties.Get(name); ok {
			continue
		}
		if name == "reserved" && path == "" && s.Properties.Value("bot_name") != nil {
			delete(members, name)
			r.call.note("reserved was left out: the API does not use it any more.")
			continue
		}
		if group := strings.TrimSuffix(name, "s"); name == "automatic_leave" || group == "streaming" {
			r.flatten(s, name, members)
			continue
		}
		for _, target := range spellings[name] {
			if place(s, members, target, members[name]) {
				delete(members, name)
				r.call.note(fmt.Sprintf("%s was read as %s.", name, target))
				break
			}
		}
	}
}

// flatten takes an object that join groups to the flat names that a recording
// has.
func (r *reader) flatten(s *jsonschema.Schema, group string, members map[string]jsontext.Value) {
	var inner map[string]jsontext.Value
	if json.Unmarshal(members[group], &inner) != nil {
		return
	}
	for name, value := range inner {
		flat := name
		if group == "streaming" {
			flat = "streaming_" + name
		}
		if !absent(value) && !place(s, members, flat, value) {
			members[flat] = value // so that it is told which one has no place
		}
	}
	delete(members, group)
	r.call.note(fmt.Sprintf("%s was read as separate arguments.", group))
}

// place sets the member that target names, "name" or "object.name", if the
// schema has it and it is not given.
func place(s *jsonschema.Schema, members map[string]jsontext.Value, target string, value jsontext.Value) bool {
	outer, inner, nested := strings.Cut(target, ".")
	property, ok := s.Properties.Get(outer)
	if !ok {
		return false
	}
	if !nested {
		if _, given := members[outer]; given {
			return false
		}
		members[outer] = value
		return true
	}
	if _, ok := property.Properties.Get(inner); !ok {
		return false
	}
	object := map[string]jsontext.Value{}
	if given, ok := members[outer]; ok && json.Unmarshal(given, &object) != nil {
		return false
	}
	if _, given := object[inner]; given {
		return false
	}
	object[inner] = value
	raw, err := json.Marshal(object)
	members[outer] = raw
	return err == nil
}
