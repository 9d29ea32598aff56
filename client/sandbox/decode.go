package sandbox

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decode reads a body into in as the API does: unknown fields are ignored,
// null is absent, and the answer to what cannot be read is text. It returns
// nil when all is well.
func decode(r *http.Request, body []byte, in any, required ...string) *response {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return text(http.StatusUnsupportedMediaType, "Expected request with `Content-Type: application/json`")
	}
	if len(body) == 0 {
		return text(http.StatusBadRequest, "Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0")
	}
	var fields map[string]any
	err := json.Unmarshal(body, &fields)
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		return text(http.StatusBadRequest, "Failed to parse the request body as JSON: %v", syntactic)
	case errors.Is(err, strconv.ErrRange):
		return text(http.StatusBadRequest, "Failed to parse the request body as JSON: number out of range")
	case err != nil:
		return untyped("invalid type: expected an object")
	}
	for _, name := range required {
		if value, ok := fields[name]; !ok {
			return untyped("missing field `%s`", name)
		} else if value == nil {
			return untyped("%s: invalid type: null", name)
		}
	}
	if err := json.Unmarshal(body, in); err != nil {
		return untyped("%s", typeFault(err))
	}
	return nil
}

// untyped refuses a body that is JSON but not what the operation takes.
func untyped(format string, args ...any) *response {
	return text(http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: "+format, args...)
}

// typeFault names the field and what is wrong with it.
func typeFault(err error) string {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return err.Error()
	}
	field := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
	if semantic.Err != nil {
		return fmt.Sprintf("%s: %v", field, semantic.Err)
	}
	return fmt.Sprintf("%s: invalid type: %v", field, semantic.JSONKind)
}

// query reads the parameters of a request's URL, and keeps the first fault.
type query struct {
	values  url.Values
	refusal *response
}

func queryOf(r *http.Request) *query { return &query{values: r.URL.Query()} }

func (q *query) fault(format string, args ...any) {
	if q.refusal == nil {
		q.refusal = text(http.StatusBadRequest, "Failed to deserialize query string: "+format, args...)
	}
}

// text returns a parameter, "" when absent.
func (q *query) text(name string) string { return q.values.Get(name) }

// required returns a parameter that must be there.
func (q *query) required(name string) string {
	if !q.values.Has(name) {
		q.fault("missing field `%s`", name)
	}
	return q.values.Get(name)
}

// flag reads true or false, and nothing else.
func (q *query) flag(name string, absent bool) bool {
	switch value := q.values.Get(name); value {
	case "true":
		return true
	case "false":
		return false
	case "":
		if !q.values.Has(name) {
			return absent
		}
	}
	q.fault("%s: provided string was not `true` or `false`", name)
	return absent
}

// number reads an int32.
func (q *query) number(name string, absent int64) int64 {
	if !q.values.Has(name) {
		return absent
	}
	n, err := strconv.ParseInt(q.values.Get(name), 10, 32)
	if err != nil {
		q.fault("%s: invalid digit found in string", name)
	}
	return n
}

// naive reads a time without a zone, which is UTC.
func (q *query) naive(name string) time.Time {
	if !q.values.Has(name) {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02T15:04:05", q.values.Get(name))
	if err != nil {
		q.fault("%s: expected a time such as 2025-01-31T09:00:00, without a zone", name)
	}
	return t
}
