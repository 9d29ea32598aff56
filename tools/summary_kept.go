package tools

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/summarize"
)

const (
	sharedFor  = 24 * time.Hour // that replicas share a summary
	mostShared = 8              // of one meeting, the newest
)

// sharedSummary is one of a meeting's summaries, as replicas share them.
type sharedSummary struct {
	Key     string         `json:"key"`
	Summary jsontext.Value `json:"summary"`
}

func summariesKey(tenant, bot string) string { return "summaries/" + tenant + "/" + bot }

// kept answers a summary that is kept beside its meeting, or that another
// replica has made, nil when there is none.
func (s *summaryJobs) kept(ctx context.Context, id summaryID, r *record) (*summarize.Summary, error) {
	shelf, err := s.archive.shelf(ctx)
	if err != nil {
		return nil, err
	}
	var raw []byte
	if shelf != nil {
		if raw, err = shelf.Summary(ctx, r.BotID, r.Version, id.key); err != nil {
			return nil, err
		}
	}
	if raw == nil {
		shared, err := s.shared(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, one := range shared {
			if one.Key == id.key {
				raw = one.Summary
			}
		}
	}
	if raw == nil {
		return nil, nil
	}
	var found summarize.Summary
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, fmt.Errorf("read a kept summary: %w", err)
	}
	return &found, nil
}

// shared are the summaries of a meeting that replicas share.
func (s *summaryJobs) shared(ctx context.Context, id summaryID) (all []sharedSummary, err error) {
	a := s.archive
	if !a.policy.replicas {
		return nil, nil
	}
	raw := a.policy.State.Get(ctx, summariesKey(a.tenantName(ctx), id.bot))
	if len(raw) == 0 { // none yet, or they were dropped
		return nil, nil
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("read what other replicas share: %w", err)
	}
	return all, nil
}

// keep keeps a summary for good beside its meeting, and shares it with other
// replicas for a while, unless it would be another the next time.
func (s *summaryJobs) keep(ctx context.Context, id summaryID, r *record, made *summarize.Summary) error {
	kept, err := s.archive.tenant(ctx)
	if err != nil || made.Reason != "" || !r.kept && (kept != nil || r.state != stateEnded) {
		return err
	}
	raw, err := json.Marshal(made)
	if err != nil {
		return fmt.Errorf("keep a summary: %w", err)
	}
	if kept != nil {
		if err := kept.PutSummary(ctx, id.bot, r.Version, id.key, raw); err != nil {
			return err
		}
	}
	return s.share(ctx, id, r, raw)
}

// share has other replicas answer a summary too. Of two that share at the same
// time, one may be lost, and is then made again where it is asked for.
func (s *summaryJobs) share(ctx context.Context, id summaryID, r *record, raw []byte) error {
	a := s.archive
	if !a.policy.replicas || a.policy.State.Ready(ctx) != nil { // later it may be known that the meeting was dropped
		return nil
	}
	all, err := s.shared(ctx, id)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(one sharedSummary) bool { return one.Key == id.key })
	all = append([]sharedSummary{{id.key, raw}}, all[:min(len(all), mostShared-1)]...)
	packed, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("share a summary: %w", err)
	}
	tenant := a.tenantName(ctx)
	a.policy.State.Set(ctx, summariesKey(tenant, id.bot), packed, sharedFor)
	covered, err := a.covered(ctx, id.bot, r.Version)
	if covered { // it was dropped meanwhile
		a.policy.State.Set(ctx, summariesKey(tenant, id.bot), nil, sharedFor)
	}
	return err
}
