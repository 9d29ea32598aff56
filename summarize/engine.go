package summarize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
	"github.com/meetmcp/meetmcp/prompts"
)

// EngineAuto is the model where there is one, else the extractive engine. What
// keeps the model from it is in Summary.Reason.
const EngineAuto = "auto"

// Options say which model summarises, if any.
type Options struct {
	Model   string        // "" for none
	BaseURL string        // of an API like OpenAI's, up to /v1; OpenAI's own when ""
	Key     func() string // nil when the endpoint asks for none

	Context   int // tokens that the model takes in one request, its answer included; 32000 when 0
	MaxTokens int // that one summary may cost, in and out; no limit when 0

	Deadline time.Duration                        // of one summary; 10 minutes when 0
	After    func(time.Duration) <-chan time.Time // the clock by which to wait before a request is sent again; time.After when nil
}

// Engine summarises meetings. It is for use by many at once.
type Engine struct {
	options Options
	http    *http.Client

	format     atomic.Int32 // how the endpoint takes being asked for JSON
	completion atomic.Bool  // it names the limit of an answer max_completion_tokens
}

// New returns an engine. With no model in options it only extracts.
func New(o Options) *Engine {
	o.Context = cmp.Or(o.Context, 32000)
	o.Deadline = cmp.Or(o.Deadline, 10*time.Minute)
	if o.After == nil {
		o.After = time.After
	}
	if o.Key == nil {
		o.Key = func() string { return "" }
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = together
	e := &Engine{options: o, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // nobody else gets the meeting
	}}
	e.completion.Store(o.BaseURL == "" || strings.Contains(o.BaseURL, "openai.com") || strings.Contains(o.BaseURL, ".azure.com"))
	return e
}

// Close drops idle connections.
func (e *Engine) Close() { e.http.CloseIdleConnections() }

// Model is the name of the model, "" without one.
func (e *Engine) Model() string { return e.options.Model }

// Version changes whenever an engine would answer otherwise, as far as it is
// not the meeting's or the request's doing.
func (e *Engine) Version(engine string) string {
	if engine == EngineExtractive || e.options.Model == "" {
		return checkVersion
	}
	return strings.Join([]string{checkVersion, e.options.Model, e.options.BaseURL, strconv.Itoa(e.options.Context), prompts.TemplatesVersion()}, "\n")
}

// checkVersion is to be raised with every change of what an extract or the check
// comes to.
const checkVersion = "3"

// Summarize condenses a meeting. Nothing in the summary but Unverified has
// passed without the check.
func (e *Engine) Summarize(ctx context.Context, r Request, engine string) (Summary, error) {
	if engine == EngineModel && e.options.Model == "" {
		return Summary{}, errNoModel
	}
	checker, err := newSummaryChecker(ctx, r.Turns)
	switch {
	case err != nil:
		return Summary{}, err
	case engine == EngineExtractive, e.options.Model == "":
		return checker.extract(ctx, r)
	}
	s, err := e.read(ctx, checker, r)
	if err == nil || engine == EngineModel || ctx.Err() != nil || errors.Is(err, ErrNothingSaid) {
		return s, err
	}
	usage := s.Usage
	if s, err = fallback(ctx, checker, r, err); err != nil {
		return s, err
	}
	s.Usage.Calls, s.Usage.InputTokens, s.Usage.OutputTokens = usage.Calls, usage.InputTokens, usage.OutputTokens
	s.Usage.Seconds += usage.Seconds
	return s, nil
}

var errNoModel = errors.New("no model is configured: the operator names one with --summarize-model")

// fallback extracts, and says why.
func fallback(ctx context.Context, checker *summaryChecker, r Request, because error) (Summary, error) {
	s, err := checker.extract(ctx, r)
	s.Reason = fmt.Sprintf("the model could not be used: %v", because)
	return s, err
}

// extract is Extract, checked.
func (c *summaryChecker) extract(ctx context.Context, r Request) (s Summary, err error) {
	err = work.Heavy(ctx, func(ctx context.Context) error {
		if s, err = c.reading.extract(ctx, r); err != nil {
			return err
		}
		d := s.draft()
		s.Points, s.Decisions, s.ActionItems, s.OpenQuestions = nil, nil, nil, nil
		err := c.admit(ctx, &s, d, transcript.Words(r.Turns))
		s.arrange()
		return err
	})
	return s, err
}
