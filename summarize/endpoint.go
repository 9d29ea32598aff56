package summarize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
	openai "github.com/sashabaranov/go-openai"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

const (
	tries      = 4       // of a request
	mostAnswer = 8 << 20 // bytes
)

// endpoint sends requests, and sends them again while the endpoint is busy or
// the connection breaks. It waits as long as it is asked to.
type endpoint struct {
	engine *Engine
	sends  func() // is told of each request
}

// Do implements openai.HTTPDoer.
func (e *endpoint) Do(r *http.Request) (*http.Response, error) {
	pause := backoff.NewExponentialBackOff()
	for try := 1; ; try++ {
		e.sends()
		answer, err := e.once(r)
		if try == tries || r.Context().Err() != nil || !again(answer, err) {
			return answer, err
		}
		wait := pause.NextBackOff()
		if answer != nil {
			wait = max(wait, retryAfter(answer.Header, time.Now()))
		}
		if deadline, ok := r.Context().Deadline(); ok && time.Until(deadline) < wait {
			return answer, err
		}
		select {
		case <-e.engine.options.After(wait):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// once sends a request and reads the whole answer, so that one that is cut is
// sent again.
func (e *endpoint) once(r *http.Request) (*http.Response, error) {
	again := r.Clone(r.Context())
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	answer, err := e.engine.http.Do(again)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > mostAnswer:
		return nil, fmt.Errorf("the answer has more than %d MB", mostAnswer>>20)
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return nil, fmt.Errorf("it redirects elsewhere (%d), where no meeting is sent", answer.StatusCode)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// again reports that the same request may succeed in a while.
func again(answer *http.Response, err error) bool {
	var broken interface{ Timeout() bool }
	switch {
	case err != nil:
		return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &broken)
	case answer.StatusCode == http.StatusTooManyRequests:
		return !strings.Contains(peek(answer), "insufficient_quota")
	}
	return answer.StatusCode >= 500 && answer.StatusCode != http.StatusNotImplemented
}

// peek reads an answer's body and puts it back.
func peek(answer *http.Response) string {
	body, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return ""
	}
	return string(body)
}

// retryAfter is how long an endpoint asks to wait: in milliseconds, seconds, or
// until a time.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms >= 0 && ms < 1e9 {
		return time.Duration(ms * float64(time.Millisecond))
	}
	if seconds, err := strconv.ParseFloat(h.Get("Retry-After"), 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// endpointError is a refusal of the endpoint, in words that have no key.
type endpointError struct {
	text   string
	status int
	is     error // errTooLong, or nil
	cause  error
}

func (e *endpointError) Error() string { return e.text }
func (e *endpointError) Unwrap() []error {
	if e.is != nil {
		return []error{e.is, e.cause}
	}
	return []error{e.cause}
}

// word says what an endpoint refused or why it could not be asked, and leaves
// out its address and whatever it repeats of the key.
func (e *Engine) word(ctx context.Context, err error) error {
	out := &endpointError{cause: err}
	var api *openai.APIError
	var request *openai.RequestError
	said, code := "", ""
	switch {
	case errors.As(err, &api):
		out.status, said, code = api.HTTPStatusCode, api.Message, strings.ToLower(fmt.Sprint(api.Code, " ", api.Message))
		if out.status != 0 && tooLong(code) {
			out.text, out.is = errTooLong.Error(), errTooLong
			return out
		}
	case errors.As(err, &request):
		out.status, said = request.HTTPStatusCode, string(request.Body)
	}
	said = transcript.Line(e.redact(said), 200)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case out.status == http.StatusUnauthorized, out.status == http.StatusForbidden:
		out.text = fmt.Sprintf("the model's endpoint does not accept OPENAI_API_KEY (%d)", out.status)
	case out.status == http.StatusNotFound:
		out.text = fmt.Sprintf("the model's endpoint knows no model %q (404): check --summarize-model and OPENAI_BASE_URL", e.options.Model)
	case out.status == http.StatusTooManyRequests && strings.Contains(code, "quota"):
		out.text = "the account of OPENAI_API_KEY has no quota left (429)"
	case out.status == http.StatusTooManyRequests, out.status >= 500:
		out.text = fmt.Sprintf("the model's endpoint answered %d, also when asked %d times: %s", out.status, tries, said)
	case out.status != 0:
		out.text = fmt.Sprintf("the model's endpoint refused the request (%d): %s", out.status, said)
	default:
		out.text = "the model's endpoint (OPENAI_BASE_URL) could not be asked: " + broken(err)
	}
	return out
}

// redact takes the key out of a text.
func (e *Engine) redact(text string) string {
	if key := e.options.Key(); key != "" {
		return strings.ReplaceAll(text, key, "…")
	}
	return text
}

// tooLong recognises the ways in which endpoints say that a request has too
// many tokens.
func tooLong(text string) bool {
	return containsAny(text, "context_length_exceeded", "context length", "maximum context", "context window", "context size", "too many tokens", "prompt is too long", "reduce the length")
}

// broken says what is wrong with a connection, without the address.
func broken(err error) string {
	var errno syscall.Errno
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &dns):
		return "its host is not known"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it does not answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut"
	case strings.Contains(err.Error(), "redirects"):
		return "it redirects elsewhere, where no meeting is sent"
	case strings.Contains(err.Error(), "json"), strings.Contains(err.Error(), "invalid character"):
		return "its answer is not JSON"
	}
	return "the connection failed"
}
