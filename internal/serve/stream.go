package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/access"
)

// streams are the SSE streams that are open, by their session's id.
type streams struct{ ids sync.Map }

// opened is one of them.
type opened struct {
	gone          context.Context // ends with the stream
	subscriptions subscriptions
	inFlight      inFlight
}

type openedKey struct{}

// of answers a stream that is the caller's, or nil.
func (s *streams) of(id, caller string) *opened {
	known, _ := s.ids.Load(id)
	if one, ok := known.(*opened); ok && access.CallerOf(one.gone) == caller {
		return one
	}
	return nil
}

// open is called with each new session, of any transport.
func (s *streams) open(ctx context.Context, session server.ClientSession) {
	if tell, ok := ctx.Value(openedKey{}).(func(string)); ok {
		s.ids.Store(session.SessionID(), &opened{gone: ctx})
		tell(session.SessionID())
	}
}

// notify queues a notification on an SSE stream, before the answer to come.
func (h *web) notify(gone context.Context, session string, notification mcp.JSONRPCNotification) error {
	for {
		err := h.sse.SendEventToSession(session, notification)
		if _, open := h.streams.ids.Load(session); err == nil || !open {
			return err
		}
		select { // the queue is full until the client has read
		case <-gone.Done():
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// stream writes an answer of the library's. It marks event streams so that
// proxies do not hold them back, and lets a POST's answer start with events
// that the library does not know of, whose JSON then becomes the last event.
type stream struct {
	http.ResponseWriter
	header  http.Header         // the library's, until it is sent
	closed  func()              // gives back what an SSE stream holds
	changed func([]byte) []byte // changes a message or event of the library's that goes out, to nil if it is not to; may be nil
	request *request            // that is answered, nil when it is none or there may be many
	begun   chan struct{}       // closed when the library has written, may be nil

	mu     sync.Mutex
	status int
	over   bool         // nothing may be written any more
	events bool         // events of ours went first
	last   bytes.Buffer // the library's JSON, while it is to become an event
	held   bool
}

func (s *stream) Header() http.Header { return s.header }

func (s *stream) WriteHeader(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start(status)
}

func (s *stream) start(status int) {
	whole := s.header.Get("Content-Type") == "application/json"
	s.held = s.events && whole
	if s.status != 0 || s.dropped() || whole && s.request != nil && !s.request.answer() {
		return
	}
	if whole && s.request != nil && s.request.fault != nil {
		status = s.request.statusOf(s.request.fault.Code)
	}
	s.status = status
	sent := s.ResponseWriter.Header()
	for name, values := range s.header {
		sent[name] = values
	}
	sent.Del("Access-Control-Allow-Origin") // the library lets any page read SSE
	if sent.Get("Content-Type") == "text/event-stream" {
		sent.Set("X-Accel-Buffering", "no")
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == 0 {
		s.start(http.StatusOK)
	}
	if s.held {
		return s.last.Write(p)
	}
	if s.dropped() {
		return len(p), nil
	}
	out := p
	if s.changed != nil {
		out = s.changed(p)
	}
	if out == nil {
		return len(p), nil
	}
	if _, err := s.ResponseWriter.Write(out); err != nil {
		return 0, err
	}
	s.begin()
	return len(p), nil
}

// dropped reports that the client has cancelled what it is to be answered here.
func (s *stream) dropped() bool { return s.request != nil && s.request.isCancelled() }

func (s *stream) begin() {
	if s.begun != nil {
		select {
		case <-s.begun:
		default:
			close(s.begun)
		}
	}
}

// Flush sends what was written so far.
func (s *stream) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flush()
}

func (s *stream) flush() {
	if s.status == 0 {
		return // it would send a status
	}
	if flusher, ok := s.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
}

// Unwrap lets http.ResponseController through.
func (s *stream) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// notify sends an event before the answer.
func (s *stream) notify(notification mcp.JSONRPCNotification) error {
	raw, err := json.Marshal(notification)
	if err != nil {
		return fmt.Errorf("write notification: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.dropped() {
		return net.ErrClosed
	}
	s.startEvents()
	return s.event(raw)
}

// startEvents begins an event stream of our own.
func (s *stream) startEvents() {
	if s.status != 0 {
		return
	}
	s.status, s.events = http.StatusOK, true
	sent := s.ResponseWriter.Header()
	sent.Set("Content-Type", "text/event-stream")
	sent.Set("Cache-Control", "no-cache")
	sent.Set("X-Accel-Buffering", "no")
	s.ResponseWriter.WriteHeader(http.StatusOK)
}

// finish sends the library's answer as the last event, if it is held. Nothing is
// written after it. A request that was cancelled gets a stream without an answer,
// as the protocol has no other way not to answer one.
func (s *stream) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held && !s.dropped() {
		_ = s.event(bytes.TrimSpace(s.last.Bytes())) // the client may be gone
	}
	if s.dropped() {
		s.startEvents()
	}
	s.over = true
}

// keepOpen gives signs of life, which clients skip, on a stream of events that
// has begun, until stop is called.
func (s *stream) keepOpen(ctx context.Context) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	go func() {
		for beat := time.NewTicker(keepAlive); ; {
			select {
			case <-beat.C:
			case <-ctx.Done():
				beat.Stop()
				return
			}
			s.mu.Lock()
			if s.status == http.StatusOK && !s.over && !s.held {
				_, _ = io.WriteString(s.ResponseWriter, ":\n\n") // the client may be gone
				s.flush()
			}
			s.mu.Unlock()
		}
	}()
	return stop
}

func (s *stream) event(data []byte) error {
	if s.changed != nil {
		data = s.changed(data)
	}
	if data == nil {
		return nil
	}
	_, err := fmt.Fprintf(s.ResponseWriter, "event: message\ndata: %s\n\n", data)
	s.flush()
	return err
}
