package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"

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
	at := "http://" + listener.Addr().String()
	p.log.Info("serving MCP", "streamable_http", at+"/mcp", "sse", at+"/sse", "sandbox", p.Sandbox.On)
	return s.HTTP(ctx, listener, serve.Web{Limits: serve.LocalLimits(), Drain: p.Drain})
}
