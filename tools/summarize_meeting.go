package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
	"github.com/meetmcp/meetmcp/summarize"
)

type summarizeMeeting struct {
	botOrLatest
	Focus    string `json:"focus,omitzero" jsonschema_extras:"most=1000" jsonschema_description:"A question or topic; the whole meeting by default."`
	MaxWords int    `json:"max_words,omitzero" jsonschema:"minimum=30,maximum=1000" jsonschema_description:"150 by default."`
	Kind     string `json:"kind,omitzero" jsonschema:"enum=overview,enum=action_items,enum=decisions,enum=minutes" jsonschema_description:"overview by default; minutes is all."`
	Engine   string `json:"engine,omitzero" jsonschema:"enum=auto,enum=model,enum=extractive" jsonschema_description:"auto (default): the model where one is configured."`
	Language string `json:"language,omitzero" jsonschema_extras:"most=100" jsonschema_description:"Of a model's summary; the meeting's by default."`
	paged
}

// meetingSummary is a page of a summary.
type meetingSummary struct {
	About
	BotID         untrusted.Word   `json:"bot_id"`
	Title         untrusted.Text   `json:"title,omitzero"`
	Date          string           `json:"date,omitzero"`
	Engine        string           `json:"engine,omitzero"`
	Model         string           `json:"model,omitzero"`
	Reason        untrusted.Text   `json:"reason,omitzero"` // why it is another engine, or not the whole meeting
	Kind          string           `json:"kind"`
	Points        []point          `json:"points"`
	Decisions     []point          `json:"decisions"`
	ActionItems   []actionItem     `json:"action_items"`
	OpenQuestions []point          `json:"open_questions"`
	Unverified    []unverified     `json:"unverified"`
	Coverage      summaryCoverage  `json:"coverage"`
	Suspicious    []suspicious     `json:"suspicious,omitzero"` // of which nothing is in the summary
	Usage         *summarize.Usage `json:"usage,omitzero"`
	Cached        bool             `json:"cached"`
	State         string           `json:"state,omitzero"` // running: it is being made
	Progress      string           `json:"progress,omitzero"`
	RetryAfter    int              `json:"retry_after_s,omitzero"`
	NextCursor    string           `json:"next_cursor,omitzero"`

	fence transcript.Fence
	odd   string // what the text says of the suspicious
}

type point struct {
	Text     untrusted.Text `json:"text"`
	Evidence []evidence     `json:"evidence"`
}

type actionItem struct {
	point
	Owner  untrusted.Text `json:"owner,omitzero"` // nobody when there is none
	Due    untrusted.Text `json:"due,omitzero"`
	Status string         `json:"status"` // committed or tentative
}

// evidence is a quote as it stands in the transcript, times in seconds.
type evidence struct {
	Quote   untrusted.Text `json:"quote"`
	Speaker untrusted.Text `json:"speaker"`
	Start   float64        `json:"start_time"`
	Turn    int            `json:"turn"`
}

type unverified struct {
	Text untrusted.Text `json:"text"`
	Why  untrusted.Text `json:"why"`
}

type summaryCoverage struct {
	TurnsTotal int     `json:"turns_total"`
	TurnsRead  int     `json:"turns_read"`
	Share      float64 `json:"share"` // of the words
}

func (o *meetingSummary) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bot_id %s", o.BotID)
	if !o.Title.IsZero() {
		fmt.Fprintf(&b, " · %s · %s", o.Title.Quoted(), o.Date)
	}
	if o.State != "" {
		fmt.Fprintf(&b, "\nState %s: the summary is being made (%s). The same call in %d s (retry_after_s) goes on waiting for it.", o.State, o.Progress, o.RetryAfter)
		return b.String()
	}
	how := "sentences as they were said, picked without a model"
	if o.Engine == summarize.EngineModel {
		how = "written by the model " + o.Model + ", each line checked against the transcript"
	}
	fmt.Fprintf(&b, "\nSummary (kind %s, engine %s): %s.", o.Kind, o.Engine, how)
	if !o.Reason.IsZero() {
		fmt.Fprintf(&b, "\nReason: %s.", o.Reason)
	}
	if block := o.block(); block != "" {
		b.WriteString("\n" + o.fence.Wrap(block))
	} else {
		b.WriteString("\nNothing of this kind was found in the meeting.")
	}
	fmt.Fprintf(&b, "\nRead %d of %d turns (%.0f %% of the words)", o.Coverage.TurnsRead, o.Coverage.TurnsTotal, 100*o.Coverage.Share)
	if o.Usage != nil && o.Usage.Calls > 0 {
		fmt.Fprintf(&b, "; %d calls of the model, %d tokens in, %d out, %.1f s", o.Usage.Calls, o.Usage.InputTokens, o.Usage.OutputTokens, o.Usage.Seconds)
	}
	if o.Cached {
		b.WriteString("; made before")
	}
	b.WriteString(".")
	if o.odd != "" {
		b.WriteString(o.odd + "; nothing of them is in this summary.")
	}
	if o.NextCursor != "" {
		b.WriteString("\nnext_cursor " + o.NextCursor)
	}
	return b.String()
}

// block is the items, a line each.
func (o *meetingSummary) block() string {
	var b strings.Builder
	list := func(name string, points []point) {
		if len(points) > 0 {
			b.WriteString(name + ":\n")
		}
		for _, p := range points {
			b.WriteString("- " + p.line("") + "\n")
		}
	}
	candidates := ""
	if o.Engine == summarize.EngineExtractive {
		candidates = " (candidates)"
	}
	list("Points", o.Points)
	list("Decisions"+candidates, o.Decisions)
	if len(o.ActionItems) > 0 {
		b.WriteString("Action items" + candidates + ":\n")
	}
	for _, a := range o.ActionItems {
		about := " (owner " + cmp.Or(a.Owner.String(), "nobody named")
		if !a.Due.IsZero() {
			about += ", due " + a.Due.String()
		}
		b.WriteString("- " + a.line(about+", "+a.Status+")") + "\n")
	}
	list("Open questions", o.OpenQuestions)
	if len(o.Unverified) > 0 {
		b.WriteString("Unverified, do not repeat as said:\n")
	}
	for _, u := range o.Unverified {
		fmt.Fprintf(&b, "- %s — %s\n", u.Text, u.Why)
	}
	return b.String()
}

// line is a point with what shows it, the quote only where it differs.
func (p point) line(about string) string {
	var b strings.Builder
	for i, e := range p.Evidence {
		if i == 0 {
			fmt.Fprintf(&b, "[%s %s] %s%s", transcript.Clock(e.Start), e.Speaker, p.Text, about)
			if summarize.Alike(p.Text.String(), e.Quote.String()) {
				fmt.Fprintf(&b, " (turn %d)", e.Turn)
				continue
			}
			b.WriteString(" — ")
		} else {
			fmt.Fprintf(&b, "; [%s %s] ", transcript.Clock(e.Start), e.Speaker)
		}
		fmt.Fprintf(&b, "%s (turn %d)", e.Quote.Quoted(), e.Turn)
	}
	return b.String()
}

func (s *summaryJobs) summarize(ctx context.Context, call *Call, in summarizeMeeting) (*meetingSummary, error) {
	id, err := finished(ctx, s.archive.api, call, in.BotID)
	if err != nil {
		return nil, err
	}
	r, err := s.archive.spoken(ctx, call, id)
	if err != nil {
		return nil, err
	}
	engine := cmp.Or(in.Engine, summarize.EngineAuto)
	if engine == summarize.EngineModel && s.engine.Model() == "" {
		return nil, badArgument("engine model: no model is configured here; the operator names one with --summarize-model. Use engine extractive, or read get_transcript, write the summary yourself and check it with verify_claims.")
	}
	request := summarize.Request{Kind: summarize.Kind(cmp.Or(in.Kind, string(summarize.Overview))), Focus: strings.TrimSpace(in.Focus), MaxWords: in.MaxWords, Language: in.Language}
	made, job, cached, err := s.of(ctx, call, r, engine, request)
	if errors.Is(err, summarize.ErrNothingSaid) {
		return nil, badArgument("bot_id %s has a transcript without a word: nothing can be summarised.", id)
	}
	if err != nil {
		return nil, err
	}
	if job != nil {
		return job.running(r, string(request.Kind)), nil
	}
	return s.page(call, in, r, made, cached)
}

// spoken reads a meeting that has a transcript.
func (a *archive) spoken(ctx context.Context, call *Call, id string) (*record, error) {
	r, err := a.meeting(ctx, call, id)
	if err == nil && r.absent != nil {
		return nil, badArgument("bot_id %s has no transcript (state %s): %s This says nothing about what was said.\n%s", id, r.state, r.absent.cause, r.absent.remedy)
	}
	return r, err
}

// running is what is known of a summary that is being made.
func (j *summaryJob) running(r *record, kind string) *meetingSummary {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := &meetingSummary{
		BotID: untrusted.ID(r.BotID), Title: untrusted.Name(r.Title), Date: r.Date.UTC().Format(time.RFC3339), Kind: kind,
		Points: []point{}, Decisions: []point{}, ActionItems: []actionItem{}, OpenQuestions: []point{}, Unverified: []unverified{},
		Coverage: summaryCoverage{TurnsTotal: len(r.Turns)},
		State:    stateRunning, Progress: "begun", RetryAfter: 5,
	}
	if j.of > 0 {
		out.Progress = fmt.Sprintf("read %d of %d parts", j.read, j.of)
	}
	out.Next = "summarize_meeting with the same arguments goes on waiting."
	return out
}

// page shows as many items as fit, those before its place left out.
func (s *summaryJobs) page(call *Call, in summarizeMeeting, r *record, made *summarize.Summary, cached bool) (*meetingSummary, error) {
	skip := 0
	if err := call.at(&skip); err != nil {
		return nil, err
	}
	all := items(made)
	skip = min(max(skip, 0), len(all))
	for _, note := range made.Notes {
		call.note(note)
	}
	fence := transcript.NewFence()
	return most(call, len(all)-skip, in.tokens(), full, func(k int, d detail) (*meetingSummary, error) {
		out := &meetingSummary{
			BotID: untrusted.ID(r.BotID), Title: untrusted.Name(r.Title), Date: r.Date.UTC().Format(time.RFC3339),
			Engine: made.Engine, Model: made.Model, Reason: untrusted.Line(made.Reason, 300), Kind: string(made.Kind),
			Points: []point{}, Decisions: []point{}, ActionItems: []actionItem{}, OpenQuestions: []point{}, Unverified: []unverified{},
			Coverage: summaryCoverage{made.Coverage.TurnsTotal, made.Coverage.TurnsRead, math.Round(1000*made.Coverage.Share) / 1000},
			Usage:    &made.Usage, Cached: cached, fence: fence,
		}
		out.Suspicious, out.odd = suspiciousIn(made.Suspicious, d)
		for _, item := range all[skip : skip+k] {
			item(out, d)
		}
		out.Next = "get_transcript with turns reads around a quote."
		if made.Engine == summarize.EngineExtractive {
			out.Next = "to write it in your own words, read get_transcript, then check what you wrote with verify_claims, which needs no model."
		}
		if skip+k == len(all) {
			return out, nil
		}
		var err error
		out.NextCursor, err = call.next(skip + k)
		out.Next = "summarize_meeting with next_cursor as cursor has the rest."
		return out, err
	})
}

// items are what a summary consists of, each as it puts itself on a page.
func items(made *summarize.Summary) []func(*meetingSummary, detail) {
	var all []func(*meetingSummary, detail)
	list := func(points []summarize.Point, of func(*meetingSummary) *[]point) {
		for _, p := range points {
			all = append(all, func(o *meetingSummary, d detail) { *of(o) = append(*of(o), pointOf(p, d)) })
		}
	}
	list(made.Points, func(o *meetingSummary) *[]point { return &o.Points })
	list(made.Decisions, func(o *meetingSummary) *[]point { return &o.Decisions })
	for _, a := range made.ActionItems {
		all = append(all, func(o *meetingSummary, d detail) {
			o.ActionItems = append(o.ActionItems, actionItem{pointOf(a.Point, d), untrusted.Name(a.Owner), untrusted.Name(a.Due), string(a.Status)})
		})
	}
	list(made.OpenQuestions, func(o *meetingSummary) *[]point { return &o.OpenQuestions })
	for _, u := range made.Unverified {
		all = append(all, func(o *meetingSummary, d detail) {
			o.Unverified = append(o.Unverified, unverified{untrusted.Line(u.Text, d.runes()), untrusted.Line(u.Why, d.runes())})
		})
	}
	return all
}

// runes is how much of a text or quote is shown.
func (d detail) runes() int {
	switch d {
	case full:
		return 600
	case brief:
		return 240
	}
	return 100
}

func pointOf(p summarize.Point, d detail) point {
	out := point{Text: untrusted.Line(p.Text, d.runes())}
	for _, e := range p.Evidence {
		out.Evidence = append(out.Evidence, evidenceOf(e, d))
		if d == least {
			break
		}
	}
	return out
}

func evidenceOf(e summarize.Evidence, d detail) evidence {
	return evidence{untrusted.Line(e.Quote, d.runes()), untrusted.Name(cmp.Or(e.Speaker, "unknown speaker")), round(e.Start), e.Turn}
}
