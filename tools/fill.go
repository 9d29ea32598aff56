package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/untrusted"
	"github.com/meetmcp/meetmcp/internal/work"
)

// How much a search fetches of meetings that it has not seen before it answers
// with what it has.
const (
	fetchMost     = 20
	fetchTime     = 10 * time.Second
	fetchTogether = 4
	giveUpAfter   = 8 // that cannot be read, one after the other
)

// filling is meetings being read into the library for one key. It goes on when
// the call that began it has answered.
type filling struct {
	done chan struct{}
	of   int

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	tried   int
	kept    map[string]bool
	without map[string]bool // have no transcript, or are gone
	fault   error           // why one could not be read
	faults  int             // since one was
}

// survey is what the API lists, against what is kept.
type survey struct {
	covered  searched
	listed   map[string]bool
	cut      error    // why there may be more meetings than the API listed, nil when these are all
	running  int      // bots whose meetings are not over
	unread   []string // to be read, newest first; those whose copies may be out of date before all others
	withheld []string // kept, but not to be shown now
}

// fill reads meetings that are not kept yet, newest first, as far as one call
// may, and says what is known.
func (a *archive) fill(ctx context.Context, call *Call, q library.Query) (searched, map[string]bool, error) {
	s, err := a.survey(ctx, q)
	if err != nil && passing(err) {
		s, err = a.offline(ctx, call, q, err)
	}
	if err != nil {
		return searched{}, nil, err
	}
	if s.cut != nil {
		call.note(s.cut.Error() + "; there may be more meetings than were searched.")
	}
	patience := fetchTime
	if limit := a.policy.CallLimit; limit > 0 {
		patience = min(patience, limit-limit/5)
	}
	var over <-chan time.Time
	for len(s.unread) > 0 {
		if over == nil {
			over = a.policy.After(patience)
		}
		f, own := a.join(ctx, s.unread)
		ended := f.follow(ctx, over, func(read int) {
			call.progress(ctx, fmt.Sprintf("read %d of %d meetings", read, f.of))
		})
		s.settle(f)
		if !ended {
			s.covered.running = ctx.Err() == nil
			break
		}
		if own {
			break
		}
	}
	unread := make(map[string]bool, len(s.unread))
	for _, id := range slices.Concat(s.unread, s.withheld) {
		unread[id] = true
	}
	if s.covered.NotYetTotal = len(s.unread); s.covered.NotYetTotal > 0 {
		s.covered.NotYet = untrusted.IDs(s.unread[:min(len(s.unread), fetchMost)])
	}
	s.covered.Complete = s.covered.Complete && len(s.unread) == 0
	return s.covered, unread, ctx.Err()
}

// fillAll is fill for a caller that cannot be asked to call again: it goes on as
// long as a call may take and there is more to read.
func (a *archive) fillAll(ctx context.Context, call *Call) (covered searched, unread map[string]bool, err error) {
	limit := a.policy.CallLimit
	if limit == 0 {
		limit = 5 * fetchTime
	}
	for left := -1; limit >= 2*fetchTime || left < 0; limit -= fetchTime {
		covered, unread, err = a.fill(ctx, call, library.Query{})
		if err != nil || len(unread) == 0 || len(unread) == left {
			break
		}
		left = len(unread)
	}
	return covered, unread, err
}

// fillOne sees to it that one meeting is kept.
func (a *archive) fillOne(ctx context.Context, call *Call, q *library.Query) (searched, error) {
	id, err := finished(ctx, a.api, call, q.BotID)
	if err != nil {
		return searched{}, err
	}
	q.BotID = id
	r, err := a.spoken(ctx, call, id)
	if err != nil {
		return searched{}, err
	}
	if !r.kept {
		return searched{}, badArgument("bot_id %s is not final: it is being recorded or transcribed again. get_transcript reads what there is; search it some minutes later.", id)
	}
	one := searched{Known: 1, Searched: 1, Complete: true}
	one.saw(r.Date)
	return one, nil
}

// settle takes off the list what was read.
func (s *survey) settle(f *filling) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.unread = slices.DeleteFunc(s.unread, func(id string) bool {
		if f.without[id] && s.listed[id] {
			s.covered.WithoutTranscript++
		}
		return f.kept[id] || f.without[id]
	})
}

// survey lists the meetings that a query is about.
func (a *archive) survey(ctx context.Context, q library.Query) (*survey, error) {
	entries, err := a.entries(ctx)
	if err != nil {
		return nil, err
	}
	have := make(map[string]library.Entry, len(entries))
	for _, e := range entries {
		have[e.BotID] = e
	}
	s := &survey{listed: map[string]bool{}}
	var doubtful, unseen []string
	here := 0
	for bot, err := range a.bots(ctx, q) {
		var cut *client.Cut
		if errors.As(err, &cut) {
			s.cut = cut
			break
		}
		if err != nil {
			return nil, err
		}
		copied, ok := have[bot.id]
		delete(have, bot.id)
		if bot.ended.IsZero() {
			s.running++
			continue
		}
		doubts := ok && (!bot.spoken || bot.source != fallbackTitle && bot.title.String() != copied.Title)
		switch {
		case doubts:
			doubtful = append(doubtful, bot.id)
		case ok:
			a.see(ctx, bot.id)
		}
		if !bot.called(q.Meeting) {
			continue
		}
		s.covered.Known++
		s.listed[bot.id] = true
		full := a.policy.Bounds.Meetings > 0 && here >= a.policy.Bounds.Meetings
		if !full {
			s.covered.saw(bot.created)
		}
		switch {
		case !bot.spoken && !ok:
			s.covered.WithoutTranscript++
		case full: // to read it would drop a newer one
			s.covered.Beyond++
		case ok:
			here++
		default:
			here++
			unseen = append(unseen, bot.id)
		}
	}
	s.covered.Complete = s.covered.Beyond == 0 && s.cut == nil
	for id, e := range have { // kept, but not listed any more, or not yet
		switch {
		case !about(e.Date, q):
		case s.cut == nil:
			doubtful = append(doubtful, id)
		case !a.showable(ctx, id):
			s.withheld = append(s.withheld, id)
		default:
			s.covered.Known++
			s.covered.saw(e.Date)
		}
	}
	for _, id := range doubtful {
		a.doubt(ctx, id)
	}
	s.unread = append(doubtful, unseen...)
	return s, nil
}

// entries lists what is kept for the call's key.
func (a *archive) entries(ctx context.Context) ([]library.Entry, error) {
	kept, err := a.shelf(ctx)
	if err != nil {
		return nil, err
	}
	all, err := kept.Entries(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	return all, nil
}

// offline is what is known when the API does not answer, or why there is nothing.
func (a *archive) offline(ctx context.Context, call *Call, q library.Query, why error) (*survey, error) {
	entries, err := a.entries(ctx)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, why
	}
	call.note("the API did not answer, so only what is kept on this machine was searched; meetings may have been added, changed or deleted since.")
	s := &survey{}
	for _, e := range entries {
		switch {
		case !a.showable(ctx, e.BotID):
			s.withheld = append(s.withheld, e.BotID)
		case about(e.Date, q):
			s.covered.Known++
			s.covered.saw(e.Date)
		}
	}
	return s, nil
}

func about(at time.Time, q library.Query) bool {
	return (q.After.IsZero() || !at.Before(q.After)) && (q.Before.IsZero() || at.Before(q.Before))
}

// join answers the key's filling that is under way, or begins one with the
// first of the meetings.
func (a *archive) join(ctx context.Context, ids []string) (f *filling, own bool) {
	key := a.api.KeyFor(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.fills[key.Reveal()]; f != nil {
		return f, false
	}
	ids = slices.Clone(ids[:min(len(ids), fetchMost)])
	f = newFilling(len(ids))
	a.fills[key.Reveal()] = f
	go func() {
		a.run(client.WithKey(a.policy.Context, key), ctx, f, ids)
		a.mu.Lock()
		delete(a.fills, key.Reveal())
		a.mu.Unlock()
		close(f.done)
	}()
	return f, true
}

func newFilling(of int) *filling {
	return &filling{done: make(chan struct{}), changed: make(chan struct{}), of: of, kept: map[string]bool{}, without: map[string]bool{}}
}

// run reads meetings side by side, for whoever made the call from. One that cannot be read is left for the
// next call, and when it is several in a row, so are all others.
func (a *archive) run(ctx, from context.Context, f *filling, ids []string) {
	todo := make(chan string, len(ids))
	for _, id := range ids {
		todo <- id
	}
	close(todo)
	var group sync.WaitGroup
	for range min(fetchTogether, len(ids)) {
		group.Go(func() {
			for id := range todo {
				if ctx.Err() != nil {
					return
				}
				apart, release := work.Apart(from, ctx)
				r, err := a.unasked(apart, id)
				release()
				f.mu.Lock()
				f.tried++
				f.faults++
				switch {
				case vanished(err), err == nil && r.absent != nil:
					f.without[id], f.faults = true, 0
				case err == nil && r.kept && !r.stale:
					f.kept[id], f.faults = true, 0
				case err != nil && ctx.Err() == nil:
					f.fault = err
				}
				done := f.faults >= giveUpAfter
				close(f.changed)
				f.changed = make(chan struct{})
				f.mu.Unlock()
				if done {
					return
				}
			}
		})
	}
	group.Wait()
}

// follow tells how many meetings a filling has read until it is done, time is
// over or the caller is gone, and reports whether it is done.
func (f *filling) follow(ctx context.Context, over <-chan time.Time, tell func(read int)) bool {
	for told := 0; ; {
		f.mu.Lock()
		tried, changed := f.tried, f.changed
		f.mu.Unlock()
		if tried > told {
			told = tried
			tell(tried)
		}
		select {
		case <-f.done:
			return true
		case <-changed:
		case <-over:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// search searches what is kept for the call's key, and may be shown.
func (a *archive) search(ctx context.Context, q library.Query) (found library.Results, err error) {
	for again := true; again; {
		kept, err := a.shelf(ctx)
		if err != nil {
			return library.Results{}, err
		}
		if found, err = kept.Search(ctx, q); err != nil {
			return found, err
		}
		again = false
		for _, hit := range found.Hits {
			gone, err := a.dropped(ctx, hit.Meeting.BotID, hit.Meeting.Version, hit.Meeting.Kept)
			if err != nil {
				return library.Results{}, err
			}
			again = again || gone
		}
	}
	return found, nil
}
