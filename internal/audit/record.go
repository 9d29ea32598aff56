// Package audit keeps a log of who had which tool do what: a line of JSON for
// each call, without its arguments and without what was answered.
package audit

import (
	"context"
	"regexp"
	"time"
)

// Decision is whether a call was let through.
type Decision string

// The decisions.
const (
	Allowed  Decision = "allowed"
	Scope    Decision = "refused by scope"  // the caller's credential does not reach so far
	Limit    Decision = "refused by limit"  // too much was asked for, or too fast
	Policy   Decision = "refused by policy" // of the operator's
	Asked    Decision = "asked"             // the person was asked, and the call may come again
	Declined Decision = "declined"          // by the person
)

// begun is the outcome of a call that is about to destroy something.
const begun = "begun"

// Record is what is kept of one call, which fills it in as it goes.
type Record struct {
	Time    time.Time `json:"time"` // when the call began
	Who     string    `json:"who"`  // the principal's id, "local" where one person has the server to themselves
	Tool    string    `json:"tool"`
	Address string    `json:"address,omitzero"` // where the call comes from; "" over stdio
	Effect  string    `json:"effect"`           // reads, writes or destroys
	Things
	Decision  Decision `json:"decision"`
	Limit     string   `json:"limit,omitzero"` // which refused, for the decision Limit
	Outcome   string   `json:"outcome"`        // as the log and the metrics name it; begun before something is destroyed
	RequestID string   `json:"request_id,omitzero"`
	TraceID   string   `json:"trace_id,omitzero"`

	log *Log
}

// Things are what a call is about. What is no well-formed id is not kept.
type Things struct {
	BotID        string `json:"bot_id,omitzero"`
	CalendarID   string `json:"calendar_id,omitzero"`
	EventID      string `json:"event_id,omitzero"`
	ConnectionID string `json:"connection_id,omitzero"`
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (t Things) wellFormed() Things {
	for _, id := range []*string{&t.BotID, &t.CalendarID, &t.EventID, &t.ConnectionID} {
		if !uuid.MatchString(*id) {
			*id = ""
		}
	}
	return t
}

// Begin writes down that the call is about to destroy something. It must not if
// that fails.
func (r *Record) Begin() error {
	before := *r
	before.Outcome = begun
	return r.log.write(before)
}

// End writes down what came of the call.
func (r *Record) End(outcome string) {
	r.Outcome = outcome
	_ = r.log.write(*r) // the log has told
}

type recordContext struct{}

// With has the call under ctx fill in r.
func With(ctx context.Context, r *Record) context.Context {
	return context.WithValue(ctx, recordContext{}, r)
}

// From returns the record of the call under ctx, or one that nobody reads.
func From(ctx context.Context) *Record {
	if r, ok := ctx.Value(recordContext{}).(*Record); ok {
		return r
	}
	return &Record{}
}
