// Package standin plays an API like OpenAI's on loopback, for tests: with a
// model that is faithful, one that makes things up, and every fault that
// endpoints have.
package standin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Options say how the stand-in behaves.
type Options struct {
	Model func(Asked) string // what the model answers
	Key   string             // that requests must bring; "" for none
	Limit int                // tokens that a prompt may have; 0 for no limit
}

// Server is a stand-in that is running.
type Server struct {
	options Options
	http    *http.Server
	url     string
	served  chan error

	mu       sync.Mutex
	faults   []Fault
	requests []Request
	flying   int
	most     int
	held     chan struct{} // closed by Release
	changed  chan struct{} // closed when a request begins or ends
}

// Request is one that was made.
type Request struct {
	Model          string    `json:"model"`
	Messages       []Message `json:"messages"`
	MaxTokens      int       `json:"max_tokens"`
	MaxCompletion  int       `json:"max_completion_tokens"`
	Stream         bool      `json:"stream"`
	Tools          []any     `json:"tools"`
	ResponseFormat struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Strict bool            `json:"strict"`
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`

	Fault Fault `json:"-"` // that it met
	Gone  bool  `json:"-"` // whoever made it left before it was answered
}

// Message is one of a request.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Fault is what goes wrong with a request.
type Fault struct {
	Kind       string // one of the constants below
	RetryAfter string // the header, with TooMany and Down
}

// The kinds of fault.
const (
	Unauthorized = "unauthorized" // 401
	TooMany      = "too many"     // 429
	NoQuota      = "no quota"     // 429 that waiting does not help
	Down         = "down"         // 500
	TooLong      = "too long"     // 400 context_length_exceeded
	NoSchema     = "no schema"    // 400 for response_format json_schema
	NoFormat     = "no format"    // 400 for any response_format
	NoModel      = "no model"     // 404
	CutOff       = "cut off"      // finish_reason length, in the middle of the JSON
	Refused      = "refused"      // finish_reason content_filter
	BadJSON      = "bad JSON"     // what the model answers is none
	Garbage      = "garbage"      // the endpoint's answer is none
	Empty        = "empty"        // no choices
	Held         = "held"         // not answered before Release, or never
	Cut          = "cut"          // the connection is closed in the middle of the answer
	Elsewhere    = "elsewhere"    // 307 to another address
	LegacyLimit  = "legacy limit" // 400 that asks for max_completion_tokens
)

// Start starts a stand-in on a free port.
func Start(o Options) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start stand-in: %w", err)
	}
	s := &Server{options: o, url: "http://" + listener.Addr().String() + "/v1", served: make(chan error, 1), held: make(chan struct{}), changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.complete)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// URL is what to set OPENAI_BASE_URL to.
func (s *Server) URL() string { return s.url }

// Close stops the stand-in; what it holds is dropped.
func (s *Server) Close() error {
	err := s.http.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Next makes the coming requests meet faults, one each, in this order.
func (s *Server) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Release answers all requests that are held.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.held)
	s.held = make(chan struct{})
}

// Requests are those that were made so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Most is how many requests were under way at once.
func (s *Server) Most() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// Flying waits until just so many requests are under way, or ctx ends.
func (s *Server) Flying(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		flying, changed := s.flying, s.changed
		s.mu.Unlock()
		if flying == n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d requests are under way, not %d: %w", flying, n, ctx.Err())
		}
	}
}

// begin takes note of a request, and answers its number, its fault and what it
// waits for when it is held.
func (s *Server) begin(r Request) (int, Fault, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		r.Fault, s.faults = s.faults[0], s.faults[1:]
	}
	s.requests = append(s.requests, r)
	s.fly(1)
	return len(s.requests) - 1, r.Fault, s.held
}

func (s *Server) end(number int, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[number].Gone = gone
	s.fly(-1)
}

// fly is called with the lock held.
func (s *Server) fly(n int) {
	s.flying += n
	s.most = max(s.most, s.flying)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	var asked Request
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", err.Error())
		return
	}
	number, fault, held := s.begin(asked)
	defer func() { s.end(number, r.Context().Err() != nil) }()
	prompt := 0
	for _, m := range asked.Messages {
		prompt += transcript.Tokens(m.Content)
	}
	if s.options.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.options.Key {
		fault.Kind = Unauthorized
	}
	if s.options.Limit > 0 && prompt+asked.MaxTokens+asked.MaxCompletion > s.options.Limit {
		fault.Kind = TooLong
	}
	if s.fails(w, asked, fault) {
		return
	}
	if fault.Kind == Held {
		select {
		case <-held:
		case <-r.Context().Done():
			return
		}
	}
	text, reason := s.options.Model(read(asked)), "stop"
	switch fault.Kind {
	case CutOff:
		text, reason = text[:len(text)/2], "length"
	case Refused:
		text, reason = "", "content_filter"
	case BadJSON:
		text = "Certainly! Here are the notes: {\"points\": [{\"text\": "
	}
	usage := map[string]int{"prompt_tokens": prompt, "completion_tokens": transcript.Tokens(text), "total_tokens": prompt + transcript.Tokens(text)}
	if asked.Stream {
		stream(w, asked, text, reason, usage)
		return
	}
	choices := []any{map[string]any{"index": 0, "finish_reason": reason, "message": map[string]string{"role": "assistant", "content": text}}}
	if fault.Kind == Empty {
		choices = nil
	}
	raw, err := json.Marshal(map[string]any{"id": "chatcmpl-1", "object": "chat.completion", "model": asked.Model, "choices": choices, "usage": usage})
	if err != nil {
		panic(err) // it is all text
	}
	if fault.Kind == Cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(raw)))
		raw = raw[:len(raw)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw) // whoever asked may be gone
}

// fails answers the faults that are refusals.
func (s *Server) fails(w http.ResponseWriter, asked Request, fault Fault) bool {
	if fault.RetryAfter != "" {
		w.Header().Set("Retry-After", fault.RetryAfter)
	}
	format := asked.ResponseFormat.Type
	switch {
	case fault.Kind == Unauthorized:
		refuse(w, http.StatusUnauthorized, "invalid_api_key", "Incorrect API key provided: "+strings.Repeat("*", 8))
	case fault.Kind == TooMany:
		refuse(w, http.StatusTooManyRequests, "rate_limit_exceeded", "Rate limit reached.")
	case fault.Kind == NoQuota:
		refuse(w, http.StatusTooManyRequests, "insufficient_quota", "You exceeded your current quota.")
	case fault.Kind == Down:
		refuse(w, http.StatusInternalServerError, "server_error", "The server had an error.")
	case fault.Kind == TooLong:
		refuse(w, http.StatusBadRequest, "context_length_exceeded", "This model's maximum context length is smaller.")
	case fault.Kind == NoModel:
		refuse(w, http.StatusNotFound, "model_not_found", "The model does not exist.")
	case fault.Kind == NoSchema && format == "json_schema", fault.Kind == NoFormat && format != "":
		refuse(w, http.StatusBadRequest, "invalid_request_error", "Invalid parameter: 'response_format' of type '"+format+"' is not supported.")
	case fault.Kind == LegacyLimit && asked.MaxTokens > 0:
		refuse(w, http.StatusBadRequest, "unsupported_parameter", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
	case fault.Kind == Elsewhere:
		w.Header().Set("Location", "http://127.0.0.1:1/v1/chat/completions")
		w.WriteHeader(http.StatusTemporaryRedirect)
	case fault.Kind == Garbage:
		_, _ = w.Write([]byte("<html>it works</html>"))
	default:
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"message": message, "type": code, "code": code}}) // whoever asked may be gone
}

// stream answers in pieces, as server-sent events.
func stream(w http.ResponseWriter, asked Request, text, reason string, usage map[string]int) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(choices []any, usage any) {
		raw, err := json.Marshal(map[string]any{"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": asked.Model, "choices": choices, "usage": usage})
		if err != nil {
			panic(err) // it is all text
		}
		_, _ = fmt.Fprintf(w, "data: %s\n\n", raw) // whoever asked may be gone
	}
	delta := func(content string, reason any) []any {
		return []any{map[string]any{"index": 0, "delta": map[string]string{"content": content}, "finish_reason": reason}}
	}
	const piece = 40 // runes
	for runes := []rune(text); len(runes) > 0; runes = runes[min(piece, len(runes)):] {
		send(delta(string(runes[:min(piece, len(runes))]), nil), nil)
	}
	send(delta("", reason), nil)
	if asked.StreamOptions.IncludeUsage {
		send([]any{}, usage)
	}
	_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
}
