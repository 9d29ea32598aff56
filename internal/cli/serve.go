package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"github.com/meetmcp/meetmcp/configs"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/serve"
)

// collectAt is how far the heap grows before it is collected, in percent. Calls
// leave much garbage beside a small heap, so that the default has the collector
// run all the time.
const collectAt = 400

// serve serves MCP over HTTP until ctx ends.
func (p *program) serve(ctx context.Context) error {
	slog.SetDefault(p.log) // the library's SSE side logs there
	if set := debug.SetGCPercent(collectAt); set != 100 {
		debug.SetGCPercent(set) // GOGC says otherwise
	}
	u, err := p.connect()
	if err != nil {
		return err
	}
	return errors.Join(p.listen(ctx, u), u.close())
}

func (p *program) listen(ctx context.Context, u *upstream) error {
	s, err := p.server(u)
	if err != nil {
		return err
	}
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
	return s.HTTP(ctx, listener, serve.Web{
		Door: p.door(u), Hosts: p.Serving.Hosts, Origins: p.Serving.Origins, Proxies: p.Serving.Proxies, TLS: p.Serving.TLS,
		Limits: p.limits(), Drain: p.Serving.Drain,
	})
}

// door asks callers who they are, as --auth says.
func (p *program) door(u *upstream) access.Door {
	if !p.Serving.Shared() {
		return nil
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	var doors access.Doors
	for _, kind := range p.Serving.Auth {
		if kind == "key" {
			doors = append(doors, access.NewKeys(u.api, secret, time.Now))
		}
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
