package client

import (
	"cmp"
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

	"github.com/go-json-experiment/json/jsontext"
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
	Refused    bool          // the API answered with a success, and that it did not do it
	Lost       bool          // a write may have been done: it went out, and what came back does not say

	named  int  // status that a refusal's words stand for, which came with another
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
func (e *Error) Duplicate() bool { return e.Means() == http.StatusConflict }

// tidy masks secrets that an answer may have repeated, and only then cuts.
func (e *Error) tidy(secrets []string) {
	hide := maskOf(secrets...)
	e.Message, e.Code = oneLine(hide.text(e.Message), 300), oneLine(hide.text(e.Code), 60)
}

// refusal makes an Error out of an answer that is no success.
func (c *Client) refusal(req request, resp *http.Response) *Error {
	e := &Error{Op: req.op, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header), Lost: req.writes() && c.rules.unsure(resp.StatusCode)}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxError))
	if err != nil {
		raw = nil // the status alone must do
	}
	text := strings.TrimSpace(string(raw))
	said := saidIn(jsontext.Value(text))
	e.Code, e.Message = said.code, said.message
	if resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusUnprocessableEntity {
		e.named = statusNamed(said.code + said.message)
	}
	switch {
	case strings.HasPrefix(text, "<"):
		e.Message = "refused with a web page; is MEETING_BAAS_BASE_URL the API's address?"
	case resp.StatusCode < 400:
		e.Message = "the API's address leads on elsewhere, which is not followed; is MEETING_BAAS_BASE_URL right?"
	case strings.ContainsFunc(e.Message, unicode.IsLetter):
	case strings.ContainsFunc(text, unicode.IsLetter):
		e.Message = text
	default:
		e.Message = "refused without a reason"
	}
	return e
}

// refused makes e a refusal that came with a success. Where the answer also says
// that it was done, that is left open.
func (e *Error) refused(s said, done bool) {
	e.Refused = true
	e.Code, e.Message, e.named = s.code, cmp.Or(s.message, "the API answered that it did not do it"), s.status
	if e.named == 0 {
		e.named = statusNamed(s.code + s.message)
	}
	e.Lost = e.Lost && (done || e.named >= http.StatusInternalServerError)
	if e.Lost && done {
		e.Message = "answered both that it was done and an error: " + e.Message
	}
}

// Means is the status that tells what a refusal is about: the one that its words
// stand for, as some come with a success or with 400, or else its own. It is 0
// when nothing was refused.
func (e *Error) Means() int {
	switch {
	case e.named != 0:
		return e.named
	case e.Status < 300:
		return 0
	}
	return e.Status
}

// statusNamed is the status that the API's words for an error stand for, 0 when
// they are not known.
func statusNamed(words string) int {
	words = strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(words))
	for _, known := range []struct {
		word   string
		status int
	}{
		{"invalidapikey", http.StatusUnauthorized}, {"unauthorized", http.StatusUnauthorized}, {"forbidden", http.StatusForbidden},
		{"insufficienttoken", http.StatusPaymentRequired}, {"insufficientcredit", http.StatusPaymentRequired}, {"paymentrequired", http.StatusPaymentRequired},
		{"notfound", http.StatusNotFound}, {"alreadystarted", http.StatusConflict},
		{"toomanyrequests", http.StatusTooManyRequests}, {"ratelimit", http.StatusTooManyRequests},
		{"internalerror", http.StatusInternalServerError}, {"internalservererror", http.StatusInternalServerError},
	} {
		if strings.Contains(words, known.word) {
			return known.status
		}
	}
	return 0
}

// unsure reports that a refusal does not say that a write was not done: the API,
// or something before it, may have failed midway. A redirect to a page may follow
// what was done; one that keeps the method follows nothing.
func unsure(status int) bool {
	switch status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return false
	case http.StatusRequestTimeout:
		return true
	}
	return status < 400 || status >= 500
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
