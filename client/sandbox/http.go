package sandbox

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 4 << 20

// Request is one request that came in.
type Request struct {
	Method string
	Path   string // with its query
	Key    string
	Body   string
}

// handler answers one request. It is called with s.mu held; what it returns
// must not change afterwards, since it is written without the lock.
type handler func(s *Sandbox, a *account, r *http.Request, body []byte) response

// response is an answer before it is written.
type response struct {
	status  int
	body    any    // written as JSON; nothing when nil
	raw     []byte // written as it is, as kind
	kind    string // content type of raw
	headers map[string]string
	error   bool // shaped by the errors quirk
}

// ok answers 200 with v as JSON.
func ok(v any) response { return response{status: http.StatusOK, body: v} }

// empty answers status without a body.
func empty(status int) response { return response{status: status} }

// text answers status with a sentence, as the API's framework refuses what it
// cannot read.
func text(status int, format string, args ...any) *response {
	return &response{status: status, kind: "text/plain; charset=utf-8", raw: fmt.Appendf(nil, format, args...), error: true}
}

// refuse answers status in the shape of the API's own errors.
func refuse(status int, code, message string) response {
	return response{status: status, error: true, body: struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}{code, message}}
}

// decode reads a body into in as the API does: unknown fields are ignored,
// null is absent, and the answer to what cannot be read is text. It returns
// nil when all is well.
func decode(r *http.Request, body []byte, in any, required ...string) *response {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return text(http.StatusUnsupportedMediaType, "Expected request with `Content-Type: application/json`")
	}
	var fields map[string]jsontext.Value
	err := json.Unmarshal(body, &fields)
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) || len(body) == 0 {
		return text(http.StatusBadRequest, "Failed to parse the request body as JSON: %v", syntaxOf(err))
	}
	if err != nil {
		return text(http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: expected an object")
	}
	for _, name := range required {
		if value := fields[name]; value == nil {
			return text(http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: missing field `%s`", name)
		} else if value.Kind() == 'n' {
			return text(http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: %s: invalid type: null", name)
		}
	}
	if err := json.Unmarshal(body, in); err != nil {
		return text(http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: %s", typeFault(err))
	}
	return nil
}

func syntaxOf(err error) string {
	if err == nil {
		return "EOF while parsing a value"
	}
	return err.Error()
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

// serve is the one way in: it finds the route, checks the key, applies faults,
// quirks and the shape of errors, and writes the answer.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return // the caller is gone
	}
	key := r.Header.Get(client.KeyHeader)
	s.mu.Lock()
	s.requests = append(s.requests, Request{r.Method, r.URL.RequestURI(), key, string(body)})
	answer := s.answer(r, key, body)
	s.mu.Unlock()
	write(w, answer)
}

func (s *Sandbox) answer(r *http.Request, key string, body []byte) response {
	if len(body) > maxBody {
		return empty(http.StatusRequestEntityTooLarge)
	}
	route, status := find(r)
	if route == nil {
		return empty(status)
	}
	a := s.accounts[key]
	if a == nil {
		return refuse(http.StatusUnauthorized, "InvalidApiKey", "Invalid API key")
	}
	s.load()
	return route.handle(s, a, r, body)
}

func write(w http.ResponseWriter, answer response) {
	raw := answer.raw
	if answer.body != nil {
		var err error
		if raw, err = json.Marshal(answer.body); err != nil {
			panic(fmt.Sprintf("write answer: %v", err))
		}
		answer.kind = "application/json"
	}
	for name, value := range answer.headers {
		w.Header().Set(name, value)
	}
	if raw != nil {
		w.Header().Set("Content-Type", answer.kind)
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(raw) // the caller may be gone
}

// Requests lists what came in so far, oldest first.
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}
