package sandbox

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
)

const maxBody = 4 << 20 // bytes of a request's body

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
	refusal string // what an error says, for the errors quirk; "" for a success
}

// ok answers 200 with v as JSON.
func ok(v any) response { return response{status: http.StatusOK, body: v} }

// empty answers status without a body.
func empty(status int) response { return response{status: status} }

// text answers status with a sentence, as the API's framework refuses what it
// cannot read.
func text(status int, format string, args ...any) *response {
	sentence := fmt.Sprintf(format, args...)
	return &response{status: status, kind: "text/plain; charset=utf-8", raw: []byte(sentence), refusal: sentence}
}

// refuse answers status in the shape of the API's own errors.
func refuse(status int, code, message string) response {
	return response{status: status, refusal: message, body: struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}{code, message}}
}

// serve is the one way in: it applies faults and the errors quirk around the
// answer, and writes it.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		panic(http.ErrAbortHandler)
	}
	defer s.running.Done()
	if refusal := s.guard(r); refusal != nil {
		s.write(w, *refusal, whole)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone
	}
	if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, filesPath) {
		s.mu.Lock()
		file := s.file(r)
		s.mu.Unlock()
		s.write(w, file(), whole)
		return
	}
	key := r.Header.Get(client.KeyHeader)
	s.mu.Lock()
	s.requests.add(Request{r.Method, r.URL.RequestURI(), key, string(body)})
	refusal, slow, damage := s.faults.draw()
	s.mu.Unlock()
	if slow > 0 && !s.sleep(r, slow) {
		panic(http.ErrAbortHandler)
	}
	if refusal != nil {
		s.write(w, *refusal, whole)
		return
	}
	answer := s.answer(r, key, body)
	if answer.refusal != "" && s.quirks.errorShape != "" {
		answer.body, answer.raw = nil, nil
		if s.quirks.errorShape == "text" {
			answer.raw, answer.kind = []byte(answer.refusal), "text/plain; charset=utf-8"
		}
	}
	s.write(w, answer, damage)
}

// guard refuses web pages. A page may send requests to this machine, under a
// name that leads here (Host) or from elsewhere (Origin), and the keys are no
// secret.
func (s *Sandbox) guard(r *http.Request) *response {
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		name, port = strings.Trim(r.Host, "[]"), "80"
	}
	own := strconv.Itoa(s.listener.Addr().(*net.TCPAddr).Port)
	if ip := net.ParseIP(name); port != own || !strings.EqualFold(name, "localhost") && (ip == nil || !ip.IsLoopback()) {
		return text(http.StatusForbidden, "Refused: the Host header does not name the sandbox's own loopback address. Connect to %s.", s.url)
	}
	for _, origin := range r.Header.Values("Origin") {
		if !strings.EqualFold(origin, "http://"+r.Host) {
			return text(http.StatusForbidden, "Refused: the request comes from a web page of another origin.")
		}
	}
	return nil
}

// begin counts a request that Close is to wait for; it is refused after Close.
func (s *Sandbox) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

func (s *Sandbox) answer(r *http.Request, key string, body []byte) response {
	if len(body) > maxBody {
		return empty(http.StatusRequestEntityTooLarge)
	}
	found, status := s.find(r)
	if found == nil {
		return empty(status)
	}
	if s.quirks.slashRedirect {
		if elsewhere := redirect(r, found); elsewhere != nil {
			return *elsewhere
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[key]
	if a == nil {
		return refuse(max(s.quirks.auth, http.StatusUnauthorized), "InvalidApiKey", "Invalid API key")
	}
	s.load()
	return found.handle(s, a, r, body)
}

// damage is what may befall an answer on its way.
type damage int

const (
	whole damage = iota
	cutOff
	garbled
)

func (s *Sandbox) write(w http.ResponseWriter, answer response, d damage) {
	raw := answer.raw
	if answer.body != nil {
		var err error
		if raw, err = json.Marshal(answer.body); err != nil {
			s.log.Error("answer not written", "error", err)
			answer = *text(http.StatusInternalServerError, "Internal Server Error")
			raw = answer.raw
		} else {
			answer.kind = "application/json"
		}
	}
	if d == garbled {
		answer.status = http.StatusOK
		raw, answer.kind = garbage(len(raw))
	}
	for name, value := range answer.headers {
		w.Header().Set(name, value)
	}
	if raw != nil {
		w.Header().Set("Content-Type", answer.kind)
	}
	if d == cutOff {
		cut(w, answer.status, raw)
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(raw) // the caller may be gone
}

// Requests lists what came in so far, oldest first, requests for files aside.
// Of very many only the last are kept.
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests.records)
}
