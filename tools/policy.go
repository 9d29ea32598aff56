package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// Policy is what the operator allows.
type Policy struct {
	URLHosts       []string // where data and keys may be sent: hosts, "*.host" for those below, "*" for all
	SecretEnv      []string // environment variables that a secret argument may name as env:NAME
	Getenv         func(string) string
	MaxBotsPerHour int                              // 0: no limit
	SpeechToText   string                           // "default": transcribe when the caller does not say; "none": do not
	Confirm        string                           // "auto": ask the person before something is lost where the client can; "always": and refuse where not; "never": do not ask; auto when ""
	ConfirmWithin  time.Duration                    // how long a question stands, by Now; 10 minutes when zero
	Timezone       *time.Location                   // of dates without a zone; UTC when nil
	Sandbox        bool                             // the sandbox plays the API: example.com may be sent to
	Library        func() (*library.Library, error) // opens, once, where meetings are kept for search; nil: nowhere
	CallLimit      time.Duration                    // within which a tool that waits must answer; 0: none
	Now            func() time.Time
	After          func(time.Duration) <-chan time.Time                              // the clock that waits run by; time.After when nil
	Context        context.Context                                                   // ends what goes on after a call has answered; never when nil
	Watch          func(key client.Secret, bot string, changed func()) (stop func()) // calls changed, beside what polling sees, when something is told of a bot; nil: nothing is
	State          shared.State                                                      // what is counted and used up; this process's own when nil
	Secret         []byte                                                            // signs what callers bring back; this process's own when nil
}

// policy is Policy at work, shared by all tools of a catalogue.
type policy struct {
	Policy
	person  *person
	watches *watches
}

func newPolicy(p Policy) *policy {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.After == nil {
		p.After = time.After
	}
	if p.State == nil {
		p.State = shared.NewMemory(p.Now)
	}
	if p.Secret == nil {
		p.Secret = make([]byte, 32)
		_, _ = rand.Read(p.Secret) // it never fails
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
	return &policy{Policy: p}
}

// secret resolves env:NAME, and returns any other text as it is.
func (p *policy) secret(text string) (string, error) {
	name, ok := strings.CutPrefix(text, "env:")
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

// hostname is what a destination's host may look like, so that no two parsers
// can read it differently.
var hostname = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// destination refuses URLs of hosts that the operator did not allow.
func (p *policy) destination(text string) error {
	u, err := url.Parse(text)
	if err != nil || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return errors.New("not a URL")
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case !slices.Contains([]string{"https", "http", "wss", "ws"}, u.Scheme):
		return errors.New("a URL must begin with https:// or wss://")
	case u.User != nil:
		return errors.New("a URL must not hold a user name or password")
	case u.Opaque != "" || !hostname.MatchString(host) || !strings.HasPrefix(strings.ToLower(text), u.Scheme+"://"+strings.ToLower(u.Host)):
		return errors.New("a URL must name its host plainly")
	case !p.allowed(host):
		return fmt.Errorf("the host %q is not allowed; the API would send meeting data or keys there. The operator allows hosts with --url-hosts", clip(host, 80))
	}
	return nil
}

func (p *policy) allowed(host string) bool {
	return slices.ContainsFunc(p.URLHosts, func(pattern string) bool {
		pattern = strings.ToLower(pattern)
		below, wild := strings.CutPrefix(pattern, "*.")
		return pattern == "*" || pattern == host || wild && strings.HasSuffix(host, "."+below)
	})
}

// urlish finds what some program may take for a URL, however it is spelled.
var urlish = regexp.MustCompile(`(?i)(https?|wss?):|^/[/\\]|^\\`)

// destinations refuses URLs anywhere within free JSON whose hosts are not
// allowed: transcribers take callback URLs among their parameters.
func (p *policy) destinations(path string, raw jsontext.Value) error {
	if raw == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return badArgument("%s: not a JSON object with each name once.", path)
	}
	return p.destinationsIn(path, v)
}

func (p *policy) destinationsIn(path string, v any) error {
	switch v := v.(type) {
	case string:
		visible := strings.Map(func(r rune) rune {
			if r <= ' ' || r == 0x7f {
				return -1
			}
			return r
		}, v)
		if urlish.MatchString(visible) {
			if err := p.destination(v); err != nil {
				return badArgument("%s: %v.", clip(path, 120), err)
			}
		}
	case []any:
		for i, item := range v {
			if err := p.destinationsIn(fmt.Sprintf("%s[%d]", path, i), item); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, item := range v {
			if err := p.destinationsIn(path+"."+name, item); err != nil {
				return err
			}
		}
	}
	return nil
}
