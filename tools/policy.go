package tools

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/internal/unfilled"
	"github.com/meetmcp/meetmcp/summarize"
)

// Policy is what the operator allows.
type Policy struct {
	URLHosts       []string // where data and keys may be sent: hosts, "*.host" for those below, "*" for all on the internet
	SecretEnv      []string // environment variables that a secret argument may name as env:NAME
	Getenv         func(string) string
	MaxBotsPerHour int                              // 0: no limit
	SpeechToText   string                           // "default": transcribe when the caller does not say; "none": do not
	Confirm        string                           // "auto": ask the person before something is lost where the client can; "always": and refuse where not; "never": do not ask; auto when ""
	ConfirmWithin  time.Duration                    // how long a question stands, by Now; 10 minutes when zero
	Timezone       *time.Location                   // of dates without a zone; UTC when nil
	Sandbox        bool                             // the sandbox plays the API: example.com may be sent to
	Library        func() (*library.Library, error) // opens, once, where meetings are kept for search; nil: nowhere
	Summaries      *summarize.Engine                // makes summaries; without a model when nil
	CallLimit      time.Duration                    // within which a tool that waits must answer; 0: none
	Now            func() time.Time
	After          func(time.Duration) <-chan time.Time                              // the clock that waits run by; time.After when nil
	Context        context.Context                                                   // ends what goes on after a call has answered; never when nil
	Watch          func(key client.Secret, bot string, changed func()) (stop func()) // calls changed, beside what polling sees, when something is told of a bot; nil: nothing is
	Webhook        func(ctx context.Context) string                                  // where the bots of the caller are to report, "" for the account's own webhook; nil: nothing is taken in here
	Told           func(ctx context.Context, key client.Secret, bot string) string   // the newest status that a bot reported here, "" when none; nil: nothing is taken in here
	Keeps          func(Keeper)                                                      // is given what reads and forgets meetings; may be nil
	Bounds         library.Bounds                                                    // of the library
	State          shared.State                                                      // what is counted and used up, shared with other replicas; this process's own when nil
	Secret         []byte                                                            // signs what callers bring back; this process's own when nil
	Meter          Meter                                                             // counts what happens behind calls; nobody does when nil
}

// Keeper looks after what the library keeps for a key, which client.WithKey puts
// under ctx.
type Keeper struct {
	Keep   func(ctx context.Context, bot string) error // reads a meeting into the library as soon as it can be
	Finish func(ctx context.Context) error             // forgets all, as nobody can use the key here any more
}

// Meter counts what happens behind calls.
type Meter interface {
	LookedUp(found bool)                            // a meeting was looked for in the library
	Summarized(engine, outcome string, in, out int) // a summary was made, with so many tokens of a model read and written
}

// unmetered counts nothing.
type unmetered struct{}

func (unmetered) LookedUp(bool)                    {}
func (unmetered) Summarized(_, _ string, _, _ int) {}

// policy is Policy at work, shared by all tools of a catalogue.
type policy struct {
	Policy
	person   *person
	watches  *watches
	replicas bool             // whether others share State
	offered  map[string]*Tool // every tool by name, nil where it is off
}

func newPolicy(p Policy) *policy {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.After == nil {
		p.After = time.After
	}
	replicas := p.State != nil
	if !replicas {
		p.State = shared.NewMemory(p.Now)
	}
	if p.Secret == nil {
		p.Secret = make([]byte, 32)
		_, _ = rand.Read(p.Secret) // it never fails
	}
	if p.Meter == nil {
		p.Meter = unmetered{}
	}
	if p.ConfirmWithin == 0 {
		p.ConfirmWithin = 10 * time.Minute
	}
	if p.Context == nil {
		p.Context = context.Background()
	}
	if p.Timezone == nil {
		p.Timezone = time.UTC
	}
	if p.Sandbox {
		p.URLHosts = append(slices.Clip(p.URLHosts), "example.com", "*.example.com")
	}
	return &policy{Policy: p, replicas: replicas}
}

// secret resolves env:NAME, and returns any other text as it is.
func (p *policy) secret(text string) (string, error) {
	name, ok := strings.CutPrefix(text, "env:")
	if form := unfilled.Form(text); !ok && form != "" {
		return "", fmt.Errorf("this still is a placeholder of the form %s; ask the person for the secret, or how it is named as env:NAME", form)
	}
	if !ok {
		return text, nil
	}
	if p.Getenv == nil || strings.HasPrefix(name, "MEETMCP_") || !slices.Contains(p.SecretEnv, name) {
		return "", fmt.Errorf("the environment variable %q may not be used here; the operator allows names with --secret-env", clip(name, 60))
	}
	value := p.Getenv(name)
	if value == "" {
		return "", fmt.Errorf("the environment variable %q is not set", clip(name, 60))
	}
	return value, nil
}
