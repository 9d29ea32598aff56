package tools

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// Marks within input schemas, each a keyword of JSON Schema in its own right:
// secrets are writeOnly, and destinations have the format uri.
const destinationFormat = "uri"

// schemasOf makes both schemas of a tool, and panics when In or Out cannot be
// put into one.
func schemasOf[In any, Out Result](tool string) schemas {
	var s schemas
	s.in = inputSchema(reflect.TypeFor[In]())
	s.rawIn = schemaJSON(tool, s.in)
	s.folders = newFolders(s.rawIn)
	if out := reflect.TypeFor[Out](); out != reflect.TypeFor[*Document]() && out.Kind() != reflect.Interface {
		s.rawOut = schemaJSON(tool, outputSchema(out))
	}
	return s
}

func schemaJSON(tool string, s *jsonschema.Schema) []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("schema of %s: %v", tool, err))
	}
	return raw
}

// inputSchema keeps to one plain type for each property, since several clients
// drop or refuse anything richer.
func inputSchema(t reflect.Type) *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true, Mapper: inputType}
	s := r.ReflectFromType(t)
	s.Version = ""
	if s.Properties == nil {
		s.Properties = jsonschema.NewProperties()
	}
	seen := map[string]bool{}
	s.Required = slices.DeleteFunc(s.Required, func(name string) bool {
		twice := seen[name]
		seen[name] = true
		return twice
	})
	return s
}

func inputType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[client.Secret]():
		return &jsonschema.Schema{Type: "string", WriteOnly: true}
	case reflect.TypeFor[client.Destination]():
		return &jsonschema.Schema{Type: "string", Format: destinationFormat}
	case reflect.TypeFor[jsontext.Value]():
		return &jsonschema.Schema{Type: "object"}
	}
	return nil
}

// outputSchema describes and never restricts: no required properties but the
// names themselves, no formats, no enums.
func outputSchema(t reflect.Type) *jsonschema.Schema {
	r := jsonschema.Reflector{
		Anonymous: true, DoNotReference: true, ExpandedStruct: true,
		AllowAdditionalProperties: true, RequiredFromJSONSchemaTags: true, Mapper: outputType,
	}
	s := r.ReflectFromType(t)
	s.Version = ""
	return s
}

func outputType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[untrusted.Text](), reflect.TypeFor[untrusted.Word]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[untrusted.JSON]():
		return &jsonschema.Schema{Comments: "any JSON"} // an empty schema is written as true, which clients refuse
	}
	return nil
}

// untrustedPaths adds to paths those of all texts within v that people outside made.
func untrustedPaths(v reflect.Value, path string, paths []string) []string {
	switch t := v.Type(); {
	case t == reflect.TypeFor[untrusted.Text](), t == reflect.TypeFor[untrusted.JSON](), t == reflect.TypeFor[untrusted.Word]():
		word, isWord := v.Interface().(untrusted.Word)
		if !v.IsZero() && (!isWord || word.Odd()) && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	case t.Kind() == reflect.Pointer:
		if !v.IsNil() {
			paths = untrustedPaths(v.Elem(), path, paths)
		}
	case t.Kind() == reflect.Slice:
		for i := range v.Len() {
			paths = untrustedPaths(v.Index(i), path+"[]", paths)
		}
	case t.Kind() == reflect.Struct:
		for i := range v.NumField() {
			field := t.Field(i)
			if !mayBeUntrusted(field.Type) || !field.IsExported() && !field.Anonymous {
				continue
			}
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Anonymous && name == "" {
				paths = untrustedPaths(v.Field(i), path, paths)
			} else {
				paths = untrustedPaths(v.Field(i), dotted(path, name), paths)
			}
		}
	}
	return paths
}

// mayBeUntrusted passes over most fields at little cost.
func mayBeUntrusted(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Pointer, reflect.Slice:
		return true
	}
	return false
}

// rawJSON lets the library pass our JSON on as it is.
func rawJSON(v jsontext.Value) json.RawMessage { return json.RawMessage(v) }
