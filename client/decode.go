package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/internal/work"
)

// reply is what an answer is read into.
type reply interface {
	value() any
	others() map[string]member // members of an object that have no place in value
	reset()
}

// inObject reads an object.
type inObject[T any] struct {
	Answer T                 `json:",embed"`
	Others map[string]member `json:",embed"`
}

func (o *inObject[T]) value() any                { return &o.Answer }
func (o *inObject[T]) others() map[string]member { return o.Others }
func (o *inObject[T]) reset()                    { *o = inObject[T]{} }

// asItIs reads other JSON.
type asItIs[T any] struct{ answer T }

func (a *asItIs[T]) value() any                { return &a.answer }
func (a *asItIs[T]) others() map[string]member { return nil }
func (a *asItIs[T]) reset()                    { *a = asItIs[T]{} }

// UnmarshalJSONFrom reads whatever there is.
func (a *asItIs[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return json.UnmarshalDecode(dec, &a.answer)
}

func (a *asItIs[T]) kind() jsontext.Kind { return whatever }

// call does req and returns the answer.
func call[T any](ctx context.Context, c *Client, req request) (*T, error) {
	var out reply = new(asItIs[T])
	if answers[req.op].shape == object {
		out = new(inObject[T])
	}
	if err := c.do(ctx, req, out); err != nil {
		return nil, err
	}
	return out.value().(*T), nil
}

// done does req, whose answer says no more than that it was done.
func done(ctx context.Context, c *Client, req request) error {
	_, err := call[struct{}](ctx, c, req)
	return err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const (
	biggestBuffer = 1 << 20 // bytes of one that is used again
	bigAnswer     = 2 << 20 // bytes of one that takes a turn to read
)

// read reads an answer whole, and decodes it into out.
func (c *Client) read(ctx context.Context, req request, resp *http.Response, out reply) error {
	buffer := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer func() {
		if buffer.Cap() <= biggestBuffer {
			buffers.Put(buffer)
		}
	}()
	limited := &capped{ctx: ctx, r: resp.Body, left: c.rules.maxAnswer, values: c.rules.maxValues}
	_, err := buffer.ReadFrom(limited)
	e := &Error{Op: req.op, Status: resp.StatusCode, Lost: req.writes() && c.rules.unsure(resp.StatusCode)}
	var busy *work.Busy
	switch {
	case err == nil:
		read := func(ctx context.Context) error { return c.judge(ctx, req, resp, buffer.Bytes(), out) }
		if buffer.Len() > bigAnswer {
			err = work.Heavy(ctx, read)
		} else {
			err = read(ctx)
		}
		var judged *Error
		if err == nil || errors.As(err, &judged) {
			return err
		}
		e.Message = "the answer was not read in time"
	case errors.As(err, &busy):
		e.Message = busy.What
	case limited.left < 0:
		e.Message = fmt.Sprintf("the answer is larger than %d MB", c.rules.maxAnswer>>20)
	case limited.values < 0:
		e.Message = fmt.Sprintf("the answer has more than %d million values", c.rules.maxValues>>20)
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "the answer did not come whole in time"
	default:
		e.Message, e.broken = "the answer broke off", !req.writes()
	}
	e.cause = err
	e.unconfirmed()
	return e
}

// judge decodes an answer into out if it is the operation's own, and says else
// what it is.
func (c *Client) judge(ctx context.Context, req request, resp *http.Response, raw []byte, out reply) error {
	want := answers[req.op]
	if req.unread {
		want = answer{shape: anything}
	}
	e := &Error{Op: req.op, Status: resp.StatusCode, Lost: req.writes() && c.rules.unsure(resp.StatusCode)}
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	found := &oddities{rows: want.rows}
	text := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || bytes.HasPrefix(raw, []byte("<"))
	switch {
	case len(raw) == 0 && (want.empty || !c.rules.documented):
		return nil
	case len(raw) == 0:
		e.Message, e.broken = "the answer is empty", !req.writes()
	case text && c.rules.documented:
		e.Message = "the answer is a web page, not JSON; is MEETING_BAAS_BASE_URL the API's address?"
	default:
		e.cause = c.decode(ctx, raw, out, found)
		why := c.wrong(req, want, raw, out, found, e.cause)
		said := saidBy(out.others())
		if why != "" || want.shape != object {
			said = saidIn(raw)
		}
		switch {
		case said.refuses && c.rules.errors:
			e.refused(said, said.done || why == "" && !want.empty && !want.ok)
			return e
		case why == "", !c.rules.documented:
			found.tell(ctx)
			return nil
		case errors.Is(e.cause, io.ErrUnexpectedEOF):
			e.Message, e.broken = "the answer broke off", !req.writes()
		default:
			e.Message = "the answer " + strings.TrimPrefix(why, "it ")
			if kind := jsontext.Value(raw).Kind(); said.message != "" && kind != jsontext.KindBeginArray && kind != jsontext.KindNull {
				e.Message += `: "` + said.message + `"`
			}
		}
	}
	e.unconfirmed()
	return e
}

// options of all answers: what is not as clean as JSON should be is read as far
// as it can be.
var loose = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.WithUnmarshalers(asWritten))

// asWritten keeps the numbers of JSON of no known shape as they were written, as
// an id of 19 digits is no float64.
var asWritten = json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
	if dec.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported // the usual way
	}
	raw, err := dec.ReadValue()
	*v = raw.Clone()
	return err
})

// decode reads raw into out; if that fails, without what does not fit.
func (c *Client) decode(ctx context.Context, raw []byte, out reply, found *oddities) error {
	err := json.Unmarshal(raw, out, loose)
	var misfit *json.SemanticError
	if !errors.As(err, &misfit) || !c.rules.lenient {
		return err
	}
	out.reset()
	return json.Unmarshal(raw, out, loose, lenient(ctx, found))
}

// wrong says why an answer is not the operation's, "" when it is.
func (c *Client) wrong(req request, want answer, raw []byte, out reply, found *oddities, err error) string {
	var syntactic *jsontext.SyntacticError
	switch kind := jsontext.Value(raw).Kind(); {
	case errors.As(err, &syntactic):
		return "it is not JSON"
	case err != nil, want.shape == object && kind != jsontext.KindBeginObject, want.shape == list && kind != jsontext.KindBeginArray:
		return "it has another shape than the API's document says"
	}
	about := asked{same: c.rules.same, found: found}
	if want.same {
		about.id = req.id
	}
	if due, ok := out.value().(interface{ wrong(asked) string }); ok {
		return due.wrong(about)
	}
	if ok := out.others()["ok"]; want.ok && string(ok.raw) != "true" {
		return lacking
	}
	return ""
}

// unconfirmed words an answer to a write that does not say whether it was done.
func (e *Error) unconfirmed() {
	if e.Lost {
		e.Message = "answered, but not confirmed: " + e.Message
	}
}

// capped reads at most left bytes, with at most so many values of JSON, and
// counts them for the call.
type capped struct {
	ctx    context.Context
	r      io.Reader
	left   int64
	values int

	counted int64 // bytes of memory for what was read
	held    int64 // those that the call was told of
}

// What is told to the call of content that is read: bytes for each byte and for
// each value, which may take far more room than its bytes.
const (
	roomOfByte  = 2
	roomOfValue = 40
	roomStep    = 64 << 10 // told at once
)

// Read reads on, unless that is too much.
func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	values := 0
	for _, before := range []byte("{[,") { // one of which stands before each value
		values += bytes.Count(p[:n], []byte{before})
	}
	c.left -= int64(n)
	c.values -= values
	if c.left < 0 || c.values < 0 {
		return 0, io.ErrShortBuffer
	}
	c.counted += int64(n)*roomOfByte + int64(values)*roomOfValue
	if c.counted-c.held >= roomStep {
		if err := work.Hold(c.ctx, c.counted-c.held); err != nil {
			return 0, err
		}
		c.held = c.counted
	}
	return n, err
}
