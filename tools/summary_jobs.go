package tools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/internal/work"
	"github.com/meetmcp/meetmcp/summarize"
)

const (
	heldFor     = 10 * time.Minute // that a summary is held, for who was told to call again and for further pages
	mostHeld    = 200              // summaries, before the oldest goes
	heldBytes   = 16 << 20         // of all that are held, likewise
	mostMade    = 4                // by the model at once, for one key
	mostRunning = 8                // at once for one key, by any engine
	mostOfAll   = 64               // at once for all keys
)

// summaryJobs makes summaries, one for all who ask the same, and keeps them.
type summaryJobs struct {
	archive *archive
	engine  *summarize.Engine

	mu   sync.Mutex
	jobs map[summaryID]*summaryJob
}

// summaryID is a summary as one key may see it.
type summaryID struct {
	watched
	key string // of what makes two summaries differ
}

// summaryJob is a summary being made, or made a while ago.
type summaryJob struct {
	id      summaryID
	byModel bool
	stop    context.CancelFunc
	done    chan struct{}

	mu       sync.Mutex
	changed  chan struct{} // closed when a part was read
	read, of int           // parts

	waiting int // calls; held with the jobs' lock, as are ended and bytes
	ended   time.Time
	bytes   int // of the summary, about

	summary summarize.Summary // with err, set before done is closed
	err     error
}

func newSummaryJobs(archive *archive, engine *summarize.Engine) *summaryJobs {
	if engine == nil {
		engine = summarize.New(summarize.Options{})
	}
	s := &summaryJobs{archive: archive, engine: engine, jobs: map[summaryID]*summaryJob{}}
	archive.onForget = s.drop
	return s
}

// of answers a summary of a meeting: kept, made by another call, or made now.
// It is nil with a job that goes on when the call's time is up.
func (s *summaryJobs) of(ctx context.Context, call *Call, r *record, engine string, request summarize.Request) (*summarize.Summary, *summaryJob, bool, error) {
	key, err := s.key(r, engine, request)
	if err != nil {
		return nil, nil, false, err
	}
	id := summaryID{watched{s.archive.api.KeyFor(ctx).Reveal(), r.BotID}, key}
	job := s.join(id)
	if job == nil {
		found, err := s.kept(ctx, id, r)
		if found != nil || err != nil {
			return found, nil, found != nil, err
		}
	}
	if job == nil {
		if job, err = s.begin(ctx, id, r, engine, request); err != nil {
			return nil, nil, false, err
		}
	}
	return s.follow(ctx, call, job)
}

// key tells summaries apart that would not be the same.
func (s *summaryJobs) key(r *record, engine string, request summarize.Request) (string, error) {
	raw, err := json.Marshal([]any{r.Version, engine, s.engine.Version(engine), request.Kind, request.Focus, request.MaxWords, request.Language}, json.Deterministic(true))
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), err
}

// join counts the call in with a job for the same, if there is one.
func (s *summaryJobs) join(id summaryID) *summaryJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	job := s.jobs[id]
	if job != nil && s.stale(job) {
		delete(s.jobs, id)
		job = nil
	}
	if job != nil {
		job.waiting++
	}
	return job
}

func (s *summaryJobs) stale(job *summaryJob) bool {
	return !job.ended.IsZero() && s.archive.policy.Now().Sub(job.ended) > heldFor
}

// tidy drops summaries that were held long enough, or are too many, and counts
// those that are being made: by the model for a key, for the key, and for all. It is called with the lock held.
func (s *summaryJobs) tidy(key string) (made, running, all int) {
	var held []*summaryJob
	bytes := 0
	for id, job := range s.jobs {
		switch {
		case job.ended.IsZero():
			all++
			if id.watched.key == key {
				running++
				if job.byModel {
					made++
				}
			}
		case s.stale(job):
			delete(s.jobs, id)
		default:
			held, bytes = append(held, job), bytes+job.bytes
		}
	}
	slices.SortFunc(held, func(a, b *summaryJob) int { return a.ended.Compare(b.ended) })
	for _, oldest := range held {
		if len(s.jobs) < mostHeld && bytes <= heldBytes {
			break
		}
		delete(s.jobs, oldest.id)
		bytes -= oldest.bytes
	}
	return made, running, all
}

// begin starts a job, unless another call has done so just now. It goes on when
// the call has ended, and counts for its caller until it is done.
func (s *summaryJobs) begin(ctx context.Context, id summaryID, r *record, engine string, request summarize.Request) (*summaryJob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if job := s.jobs[id]; job != nil {
		job.waiting++
		return job, nil
	}
	byModel := engine != summarize.EngineExtractive && s.engine.Model() != ""
	switch made, running, all := s.tidy(id.watched.key); {
	case byModel && made >= mostMade:
		return nil, badArgument("The model makes %d summaries for this key already.\nCall again in a minute, or use engine extractive, which needs no model.", mostMade)
	case running >= mostRunning:
		return nil, &work.Busy{What: fmt.Sprintf("%d summaries are being made for this key", running), RetryAfter: 10 * time.Second}
	case all >= mostOfAll:
		return nil, &work.Busy{What: "this server makes as many summaries as it can at once", RetryAfter: 10 * time.Second}
	}
	ctx, counted := work.Detach(context.WithoutCancel(ctx))
	ctx, cancel := context.WithCancel(ctx)
	released := context.AfterFunc(s.archive.policy.Context, cancel)
	stop := func() {
		cancel()
		released()
	}
	job := &summaryJob{id: id, byModel: byModel, stop: stop, done: make(chan struct{}), changed: make(chan struct{}), waiting: 1}
	s.jobs[id] = job
	request.Turns = r.Turns
	request.Progress = job.progress
	go func() {
		defer counted()
		defer stop()
		job.summary, job.err = s.engine.Summarize(ctx, request, engine)
		s.archive.policy.Meter.Summarized(cmp.Or(job.summary.Engine, engine), cameOf(&job.summary, job.err), job.summary.Usage.InputTokens, job.summary.Usage.OutputTokens)
		if job.err == nil {
			job.err = s.keep(ctx, id, r, &job.summary)
		}
		s.mu.Lock()
		job.bytes = job.summary.Size()
		if job.ended = s.archive.policy.Now(); job.err != nil && s.jobs[id] == job {
			delete(s.jobs, id) // the next call tries again
		}
		s.mu.Unlock()
		close(job.done)
	}()
	return job, nil
}

// cameOf says in a word what came of making a summary.
func cameOf(made *summarize.Summary, err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case err != nil:
		return "error"
	case made.Reason != "":
		return "fallback" // to the engine that needs no model
	}
	return "ok"
}

func (j *summaryJob) progress(done, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.read, j.of = done, total
	close(j.changed)
	j.changed = make(chan struct{})
}

// follow tells the caller how a job goes until it is done, the call's time is
// over or the caller is gone. With the last caller who goes, the job ends.
func (s *summaryJobs) follow(ctx context.Context, call *Call, job *summaryJob) (*summarize.Summary, *summaryJob, bool, error) {
	select {
	case <-job.done: // some while ago
		s.leave(job, false)
		made, err := job.outcome()
		return made, nil, err == nil, err
	default:
	}
	var over <-chan time.Time
	if limit := s.archive.policy.CallLimit; limit > 0 {
		over = s.archive.policy.After(limit - limit/5)
	}
	for told := 0; ; {
		job.mu.Lock()
		read, of, changed := job.read, job.of, job.changed
		job.mu.Unlock()
		if read > told {
			told = read
			call.progress(ctx, fmt.Sprintf("read %d of %d parts of the meeting", read, of))
		}
		select {
		case <-job.done:
			s.leave(job, false)
			made, err := job.outcome()
			return made, nil, false, err
		case <-changed:
		case <-over:
			s.leave(job, false)
			return nil, job, false, nil
		case <-ctx.Done():
			s.leave(job, true)
			return nil, nil, false, ctx.Err()
		}
	}
}

// leave counts a call out.
func (s *summaryJobs) leave(job *summaryJob, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if job.waiting--; gone && job.waiting == 0 && job.ended.IsZero() {
		job.stop()
		if s.jobs[job.id] == job {
			delete(s.jobs, job.id)
		}
	}
}

func (j *summaryJob) outcome() (*summarize.Summary, error) {
	if errors.Is(j.err, context.Canceled) {
		return nil, badArgument("The summary was stopped: the meeting's data was deleted or replaced, or whoever asked first left. Call again if it is still wanted.")
	}
	return &j.summary, j.err
}

// drop forgets the summaries of meetings whose data is gone, and stops those
// being made.
func (s *summaryJobs) drop(which func(watched) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, job := range s.jobs {
		if which(id.watched) {
			job.stop()
			delete(s.jobs, id)
		}
	}
}
