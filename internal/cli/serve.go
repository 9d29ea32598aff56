package cli

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/meetmcp/meetmcp/configs"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/events"
	"github.com/meetmcp/meetmcp/internal/observe"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/internal/site"
	"github.com/meetmcp/meetmcp/internal/work"
	"github.com/meetmcp/meetmcp/tools"
)

// serve serves MCP over HTTP until ctx ends.
func (p *program) serve(ctx context.Context) error {
	if p.Serving.Check {
		return p.check(ctx)
	}
	slog.SetDefault(p.log) // the library's SSE side logs there
	defer p.boundMemory()()
	u, err := p.connect()
	if err != nil {
		return err
	}
	if err := p.share(u); err != nil {
		return errors.Join(err, u.close())
	}
	return errors.Join(p.listen(ctx, u), u.close())
}

// share opens what all replicas know together.
func (p *program) share(u *upstream) error {
	u.secret = p.secret()
	u.pool = work.NewPool(runtime.GOMAXPROCS(0), serve.MaxContent)
	u.bodies = bodies.New(p.limits().Bodies, u.pool)
	p.measure(u)
	if p.Serving.Redis != "" {
		redis, err := shared.OpenRedis(p.Serving.Redis, u.secret, p.log)
		if err != nil {
			return err
		}
		u.state = redis
	}
	if p.Serving.PublicURL != nil {
		known := u.state
		if known == nil {
			known = shared.NewMemory(nil)
		}
		u.inbox = events.New(events.Options{PublicURL: p.Serving.PublicURL, Secret: u.secret, State: known, Log: p.log, Bodies: u.bodies, Received: p.observer.Webhook})
	}
	return nil
}

// webhook says where the bots of a caller are to report: here, if the operator
// said so for all or for this caller's token.
func (p *program) webhook(u *upstream) func(context.Context) string {
	return func(ctx context.Context) string {
		caller := access.From(ctx)
		if !p.Serving.TakeWebhooks && (caller == nil || !caller.Webhooks) {
			return ""
		}
		return u.inbox.URL(u.api.KeyFor(ctx))
	}
}

// takeIn reads meetings as webhooks tell that they can be read, until stop is
// called.
func (u *upstream) takeIn() (stop func()) {
	if u.inbox == nil {
		return func() {}
	}
	end := background(func(ctx context.Context) { u.inbox.Run(ctx, u.keeper.Keep) })
	return func() {
		end()
		u.inbox.Close()
	}
}

// secret signs and names what callers bring back. It is the same on all
// replicas that have the same oldest master key, and without one this
// process's own.
func (p *program) secret() []byte {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	if n := len(p.MasterKeys); n > 0 {
		derived, err := hkdf.Key(sha256.New, []byte(p.MasterKeys[n-1].Key.Reveal()), nil, "meetmcp replicas", 32)
		if err == nil { // 32 bytes are never too many
			secret = derived
		}
	}
	return secret
}

func (p *program) listen(ctx context.Context, u *upstream) error {
	s, on, err := p.server(u)
	if err != nil {
		return err
	}
	defer u.takeIn()()
	defer p.tidy(u)()
	tokens, err := p.openTokens(u)
	if err != nil {
		return err
	}
	checks := []observe.Check{{Name: "upstream", Holds: 5 * time.Second, Run: u.api.Reach}}
	if u.state != nil {
		checks = append(checks, observe.Check{Name: "redis", Optional: true, Run: u.state.Ready}) // without it each replica goes on alone
	}
	if tokens != nil {
		defer tokens.Close()
		checks = append(checks, observe.Check{Name: "tokens", Optional: true, Run: tokens.Ready}) // without it the list stays as it was
	}
	health := observe.NewHealth(time.Now, p.log, checks...)
	stop, err := p.aside(health)
	if err != nil {
		return err
	}
	defer stop()
	listener, err := net.Listen("tcp", p.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w (another --addr, or port 0 for a free one, may do)", err)
	}
	scheme := "http://"
	if p.Serving.TLS != nil {
		scheme = "https://"
	}
	at := scheme + listener.Addr().String()
	if p.Serving.PublicURL != nil {
		at = p.Serving.PublicURL.String()
	}
	p.log.Info("serving MCP", "streamable_http", at+"/mcp", "sse", at+"/sse", "listening", listener.Addr().String(), "auth", p.Serving.Auth, "sandbox", p.Sandbox.On)
	page, err := p.site(at, on)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	var inbox http.Handler
	if u.inbox != nil {
		inbox = u.inbox
	}
	return s.HTTP(ctx, listener, serve.Web{
		Inbox:  inbox,
		Bodies: u.bodies,
		Site:   page,
		Door:   p.door(u, tokens), Hosts: p.Serving.Hosts, Origins: p.Serving.Origins, Proxies: p.Serving.Proxies, TLS: p.Serving.TLS,
		State: u.state, Secret: u.secret, Limits: p.limits(), Drain: p.Serving.Drain, DrainDelay: p.Serving.DrainDelay,
		Health: health, MetricsApart: p.Serving.MetricsAddr != "",
	})
}

// site is what people see who open the server's address.
func (p *program) site(at string, on []tools.Tool) (http.Handler, error) {
	rows := make([]site.Tool, len(on))
	for i, t := range on {
		rows[i] = site.Tool{Name: t.Name, Title: t.Title, Set: t.Set, Effect: string(t.Effect)}
	}
	return site.Handler(site.Options{URL: at, Auth: p.Serving.Auth, Version: build().version, Tools: rows, Clients: configs.Clients()})
}

// openTokens opens the door of callers with tokens, if --auth says so.
func (p *program) openTokens(u *upstream) (*access.Tokens, error) {
	if !slices.Contains(p.Serving.Auth, "token") {
		return nil, nil
	}
	file, keys, err := p.tokens()
	if err != nil {
		return nil, err
	}
	return access.OpenTokens(file, keys, access.TokenOptions{Log: p.log, Ended: u.purge})
}

// door asks callers who they are, as --auth says.
func (p *program) door(u *upstream, tokens *access.Tokens) access.Door {
	if !p.Serving.Shared() {
		return nil
	}
	var doors access.Doors
	if tokens != nil { // first, as it knows best what is wrong with one
		doors = append(doors, tokens)
	}
	if slices.Contains(p.Serving.Auth, "key") {
		doors = append(doors, access.NewKeys(u.api, u.secret, time.Now))
	}
	return doors
}

// limits are the usual ones, and those that were given in their place.
func (p *program) limits() serve.Limits {
	limits := serve.LocalLimits()
	if p.Serving.Shared() {
		limits = serve.UsualLimits()
	}
	for name, limit := range map[string]*int{
		configs.LimitReads: &limits.Reads, configs.LimitWrites: &limits.Writes, configs.LimitAddress: &limits.From,
		configs.LimitCalls: &limits.Calls, configs.LimitStreams: &limits.Streams, configs.LimitSessions: &limits.Sessions,
		configs.LimitSubscriptions: &limits.Subscriptions,
	} {
		if given, ok := p.Serving.Limits[name]; ok {
			*limit = given
		}
	}
	return limits
}
