package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
)

// Error is how every call fails, but for a cancelled context. The API promises
// no shape for its refusals; this one is made from JSON, plain text and empty
// bodies alike.
type Error struct {
	Op         string        // operation id, as in the API's document
	Status     int           // HTTP status, 0 when no answer came
	Code       string        // the API's own word, such as AlreadyStarted; often ""
	Message    string        // one sentence, without the key
	RetryAfter time.Duration // how long the API asks to wait; 0 when it does not
	Unsent     bool          // refused here, before any request
	Lost       bool          // the request may have been carried out: a write went out and no answer came back whole

	broken bool // a read that may succeed when sent again
	cause  error
}

// Error says what was called, and what came of it.
func (e *Error) Error() string {
	if e.Op == "" {
		return e.Reason()
	}
	return e.Op + ": " + e.Reason()
}

// Reason says only what came of it.
func (e *Error) Reason() string {
	if e.Status < 300 || e.Unsent {
		return e.Message
	}
	status := strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status)))
	return fmt.Sprintf("%s (%s)", e.Message, status)
}

// Unwrap returns what lies behind, such as a context's or a network's error.
func (e *Error) Unwrap() error { return e.cause }

// Duplicate reports that the API already has a bot for this meeting.
func (e *Error) Duplicate() bool {
	words := strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(e.Code + e.Message))
	return e.Status == http.StatusConflict || strings.Contains(words, "alreadystarted")
}

// tidy masks secrets that an answer may have repeated, and only then cuts.
func (e *Error) tidy(secrets []string) {
	hide := maskOf(secrets...)
	e.Message, e.Code = oneLine(hide.text(e.Message), 300), oneLine(hide.text(e.Code), 60)
}

// refusal makes an Error out of an answer that is no success.
func refusal(op string, resp *http.Response) *Error {
	e := &Error{Op: op, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header), Lost: lost(resp)}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxError))
	if err != nil {
		raw = nil // the status alone must do
	}
	text := strings.TrimSpace(string(raw))
	var body struct {
		Error   any    `json:"error"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	switch {
	case strings.HasPrefix(text, "<"):
		e.Message = "refused with a web page; is MEETING_BAAS_BASE_URL the API's address?"
	case json.Unmarshal(raw, &body) == nil:
		word, _ := body.Error.(string)
		e.Code, e.Message = body.Code, body.Message
		if e.Message == "" {
			e.Message = word
		}
		if e.Code == "" && !strings.Contains(word, " ") {
			e.Code = word
		}
	}
	switch {
	case e.Message != "":
	case strings.ContainsFunc(text, unicode.IsLetter):
		e.Message = text
	default:
		e.Message = "refused without a reason"
	}
	return e
}

// lost reports that a refusal does not mean that a write was not carried out:
// something before the API may have passed it on, or the API failed midway.
func lost(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout:
		return resp.Request.Method != http.MethodGet
	}
	return false
}

// oneLine folds white space and control characters, and cuts at limit bytes.
func oneLine(text string, limit int) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// longestPause is what a longer Retry-After is taken for.
const longestPause = 24 * time.Hour

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 {
		return time.Duration(min(seconds, longestPause.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, time.Until(at).Round(time.Second)), longestPause)
	}
	return 0
}

// unreachable words a network error without the URL, which may carry ids.
func unreachable(err error, host string) string {
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errInside):
		return fmt.Sprintf("%s leads into a machine or network, from where nothing is fetched", host)
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.As(err, &certificate):
		return fmt.Sprintf("the certificate of %s is not valid", host)
	case errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Sprintf("%s speaks plain HTTP, and MEETING_BAAS_BASE_URL says https", host)
	case neverSent(err):
		return fmt.Sprintf("the API at %s cannot be reached", host)
	}
	return "the connection broke before an answer came"
}

// neverSent reports that the connection was not even made.
func neverSent(err error) bool {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &certificate) || errors.Is(err, http.ErrSchemeMismatch)
}
