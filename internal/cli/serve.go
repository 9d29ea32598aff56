package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/meetmcp/meetmcp/configs"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/site"
	"github.com/meetmcp/meetmcp/tools"
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
	s, on, err := p.server(u)
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
	page, err := p.site(at, on)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return s.HTTP(ctx, listener, serve.Web{
		Site: page,
		Door: p.door(u), Hosts: p.Serving.Hosts, Origins: p.Serving.Origins, Proxies: p.Serving.Proxies, TLS: p.Serving.TLS,
		Limits: p.limits(), Drain: p.Serving.Drain,
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
	} {
		if given, ok := p.Serving.Limits[name]; ok {
			*limit = given
		}
	}
	return limits
}
