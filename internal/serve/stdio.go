package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// lastAnswers is how long calls may still run once the client's input ended.
const lastAnswers = 5 * time.Second

// Stdio serves one client, line by line, until its input ends or ctx does,
// which is no error. Only the protocol is written to out.
func (s *Server) Stdio(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	open := &pending{}
	answers := &lines{out: out, open: open, broken: stop, listens: map[string]chan struct{}{}, deaf: map[string]int{}}
	subscribed := &subscriber{ctx: ctx, follow: s.follow, answers: answers}
	defer subscribed.group.Wait()
	defer stop()

	library := server.NewStdioServer(s.mcp)
	library.SetErrorLogger(slog.NewLogLogger(s.log.Handler(), slog.LevelDebug))
	server.WithWorkerPoolSize(100)(library)
	server.WithQueueSize(10_000)(library)
	library.SetContextFunc(func(ctx context.Context) context.Context {
		return withConnection(ctx, connection{send: answers.notify, heard: answers.heard})
	})

	// The library cancels running calls when its input ends, so the end is
	// held back here until they are answered.
	checked, feed := io.Pipe()
	go func() {
		err := s.feed(in, feed, answers, open, subscribed)
		if err == nil {
			last, cancel := context.WithTimeout(ctx, s.lastAnswers)
			if open.wait(last) != nil && ctx.Err() == nil {
				s.log.Warn("input ended with calls still running, which are cancelled")
			}
			cancel()
		}
		feed.CloseWithError(err)
	}()
	err := library.Listen(ctx, checked, answers)
	checked.Close()
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return answers.err()
	}
	if err != nil {
		return fmt.Errorf("serve stdio: %w", err)
	}
	return nil
}

// feed passes on what the library can handle, and answers the rest itself. It
// returns nil when the input ended.
func (s *Server) feed(in io.Reader, library io.Writer, answers *lines, open *pending, subscribed *subscriber) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	for first := true; ; first = false {
		line, cut, err := readLine(reader, maxMessage)
		if first {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		line = bytes.TrimSpace(line)
		switch {
		case cut:
			id, _ := scan(line)
			answers.refuse(refuse(id, mcp.INVALID_REQUEST, "The message is larger than the %d MB that this server reads. Send less at a time.", maxMessage>>20))
		case len(line) > 0:
			m, wrong := s.read(line)
			if wrong != nil {
				s.log.Debug("message refused", "code", wrong.Error.Code)
				if !m.notification() {
					answers.refuse(wrong)
				}
				break
			}
			if m.request() {
				open.add(keyOf(m.id), nil)
			}
			if m.cancels != nil {
				answers.deafen(keyOf(m.cancels))
			}
			if m.subscribes() {
				subscribed.take(m)
				break
			}
			if _, err := library.Write(append(line, '\n')); err != nil {
				return nil // the library has stopped reading
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read input: %w", err)
		}
	}
}

// readLine reads a line of any length, and keeps the first limit bytes of one
// that is longer without its end.
func readLine(reader *bufio.Reader, limit int) (line []byte, cut bool, err error) {
	for {
		part, err := reader.ReadSlice('\n')
		room := limit - len(line)
		cut = cut || len(bytes.TrimRight(part, "\r\n")) > room
		line = append(line, part[:min(room, len(part))]...)
		if err != bufio.ErrBufferFull {
			return line, cut, err
		}
	}
}

// lines writes whole lines, from any goroutine, and notes which requests they
// answer.
type lines struct {
	mu     sync.Mutex
	out    io.Writer
	open   *pending
	broken func() // called when nobody reads any more
	fault  error

	listens map[string]chan struct{} // by the ids of requests, closed when acknowledged
	deaf    map[string]int           // of those that the client has cancelled, and wants no answer to, how often
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id, answer := scan(line)
	if answer && l.deaf[keyOf(id)] > 0 {
		if l.deaf[keyOf(id)]--; l.deaf[keyOf(id)] == 0 {
			delete(l.deaf, keyOf(id))
		}
		return len(line), nil
	}
	n, err := l.out.Write(line)
	if err != nil {
		l.fault = err
		l.broken()
	}
	if answer {
		l.open.done(keyOf(id))
		delete(l.listens, keyOf(id))
	} else if len(l.listens) > 0 {
		l.acknowledge(line)
	}
	return n, err
}

// heard returns what is closed when it was acknowledged that the client listens
// by a request, whose context ctx is.
func (l *lines) heard(ctx context.Context, id string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listens[id] == nil {
		made := make(chan struct{})
		l.listens[id] = made
		context.AfterFunc(ctx, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.listens[id] == made {
				delete(l.listens, id)
			}
		})
	}
	return l.listens[id]
}

// deafen has a request to listen stay without an answer, as it was cancelled.
func (l *lines) deafen(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listens[id] != nil {
		delete(l.listens, id)
		l.deaf[id]++
	}
}

// acknowledge notes that a request to listen was acknowledged, if a line does so.
func (l *lines) acknowledge(line []byte) {
	var m struct {
		Method string `json:"method"`
		Params struct {
			Meta map[string]jsontext.Value `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(line, &m) != nil || m.Method != mcp.MethodNotificationSubscriptionsAcknowledged {
		return
	}
	if heard := l.listens[keyOf(m.Params.Meta[mcp.MetaKeySubscriptionID])]; heard != nil {
		select {
		case <-heard:
		default:
			close(heard)
		}
	}
}

// subscriber is the client over stdio, as it subscribes to resources.
type subscriber struct {
	subscriptions
	ctx     context.Context // ends with the connection
	follow  Follow
	answers *lines
	group   sync.WaitGroup
}

func (s *subscriber) take(m message) {
	answer := s.handle(s.ctx, m, subscribing{follow: s.follow, tell: func(uri string) {
		_ = s.answers.notify(updated(uri, nil)) // kept in fault
	}})
	s.group.Go(func() { _, _ = s.answers.Write(append(answer(), '\n')) }) // likewise
}

func (l *lines) refuse(r *refusal) {
	_, _ = l.Write(append(r.line(), '\n')) // kept in fault
}

func (l *lines) notify(notification mcp.JSONRPCNotification) error {
	raw, err := json.Marshal(notification)
	if err != nil {
		return fmt.Errorf("write notification: %w", err)
	}
	_, err = l.Write(append(raw, '\n'))
	return err
}

// err says why the output broke, nil when it did not.
func (l *lines) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault != nil {
		return fmt.Errorf("write output: %w", l.fault)
	}
	return nil
}
