package tools

import (
	"reflect"
	"strings"

	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// documents are what the tools write into texts that return no structured form.
var documents = map[string][]reflect.Type{
	"get_transcript": {reflect.TypeFor[turnsPage]()}, "search": {reflect.TypeFor[source]()}, "fetch": {reflect.TypeFor[fetched]()},
	"get_webhook_guide": nil, "get_bot_webhook_guide": nil, "get_calendar_webhook_guide": nil,
}

// PlainFields names the fields of text in a tool's results that are not of a
// type which is always clean. known reports whether it is known what a tool
// returns.
func (t *Tool) PlainFields() (fields []string, known bool) {
	out := t.schemas().out
	if out != reflect.TypeFor[*Document]() && out.Kind() != reflect.Interface {
		return plainFields(out, nil, map[reflect.Type]bool{}), true
	}
	types, known := documents[t.Name]
	for _, one := range types {
		fields = plainFields(one, fields, map[reflect.Type]bool{})
	}
	return fields, known
}

func plainFields(t reflect.Type, fields []string, seen map[reflect.Type]bool) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return plainFields(t.Elem(), fields, seen)
	}
	clean := t == reflect.TypeFor[untrusted.Text]() || t == reflect.TypeFor[untrusted.Word]() || t == reflect.TypeFor[untrusted.JSON]()
	if t.Kind() != reflect.Struct || seen[t] || clean {
		return fields
	}
	seen[t] = true
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Tag.Get("json") != "" && textual(field.Type) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			fields = append(fields, t.Name()+"."+name)
			continue
		}
		fields = plainFields(field.Type, fields, seen)
	}
	return fields
}

// textual reports that a field may hold any text.
func textual(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return textual(t.Elem())
	case reflect.Map:
		return textual(t.Key()) || textual(t.Elem())
	case reflect.String, reflect.Interface:
		return true
	}
	return false
}
