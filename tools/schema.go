package tools

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// argument is what is known of a property of an input schema that its JSON does
// not say, since clients refuse keywords that they do not know.
type argument struct {
	kind     kind
	freeText bool // words such as None and null mean themselves
	most     int  // the longest text in characters, or list in items; 0 for the usual
}

// kind says how the text of an argument is read.
type kind int

const (
	kindText        kind = iota
	kindSecret           // a secret, or env:NAME
	kindDestination      // a URL to which the API sends data or keys
	kindJSON             // a JSON object, as a text or as it is
)

// arguments are what is known of the properties of one tool's input schema.
type arguments map[*jsonschema.Schema]argument

// schemasOf makes both schemas of a tool, and panics when In or Out cannot be
// put into one.
func schemasOf[In any, Out Result](tool string, effect Effect) schemas {
	var s schemas
	var out *jsonschema.Schema
	s.in, s.arguments = inputSchema(reflect.TypeFor[In]())
	s.out = reflect.TypeFor[Out]()
	if s.out != reflect.TypeFor[*Document]() && s.out.Kind() != reflect.Interface {
		out = outputSchema(s.out)
	}
	if effect == Destroys {
		s.addConfirm(out)
	}
	s.rawIn = schemaJSON(tool, s.in)
	s.folders = newFolders(s.rawIn)
	if out != nil {
		s.rawOut = schemaJSON(tool, out)
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

// inputSchema keeps to one plain type for each property, and to keywords that
// every client knows, since several drop or refuse anything richer.
func inputSchema(t reflect.Type) (*jsonschema.Schema, arguments) {
	known := arguments{}
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true, Mapper: func(t reflect.Type) *jsonschema.Schema {
		k := kindOf(t)
		if k == kindText {
			return nil
		}
		s := &jsonschema.Schema{Type: "string"}
		known[s] = argument{kind: k}
		return s
	}}
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
	known.takeFrom(s)
	return s, known
}

// takeFrom moves what tags say to us, and not to clients, out of a schema and
// all within it. Unknown names are refused at every depth, but only the top says
// so: some clients refuse to be told within.
func (known arguments) takeFrom(s *jsonschema.Schema) {
	a := known[s]
	if most, ok := s.Extras["most"].(string); ok {
		var err error
		if a.most, err = strconv.Atoi(most); err != nil {
			panic("schema: the bound " + most + " is not a number")
		}
	}
	a.freeText = s.Extras["free"] == true
	known[s], s.Extras = a, nil
	if s.Items != nil {
		s.Items.AdditionalProperties = nil
		known.takeFrom(s.Items)
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		pair.Value.AdditionalProperties = nil
		known.takeFrom(pair.Value)
	}
}

func kindOf(t reflect.Type) kind {
	switch t {
	case reflect.TypeFor[client.Secret]():
		return kindSecret
	case reflect.TypeFor[client.Destination]():
		return kindDestination
	case reflect.TypeFor[jsontext.Value]():
		return kindJSON
	}
	return kindText
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
