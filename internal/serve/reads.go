package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
)

// readResource wraps every resource as call does every tool.
func (s *Server) readResource(next server.ResourceHandlerFunc) server.ResourceHandlerFunc {
	return func(ctx context.Context, request mcp.ReadResourceRequest) (contents []mcp.ResourceContents, err error) {
		ctx, cancel := context.WithTimeout(ctx, s.limit)
		defer cancel()
		if from, _ := ctx.Value(connectionKey{}).(connection); from.gone != nil {
			defer context.AfterFunc(from.gone, cancel)()
		}
		calls := &client.Calls{RequestID: rand.Text()[:16]}
		started := time.Now()
		panicked := true
		defer func() {
			outcome := outcomeOf(ctx, nil, err)
			if panicked {
				outcome = "panic"
				s.log.ErrorContext(ctx, "resource panicked", "request_id", calls.RequestID, "panic", fmt.Sprint(recover()), "stack", string(debug.Stack()))
				contents, err = nil, fmt.Errorf("this could not be read, on a fault of this server; its log has the details under request %s", calls.RequestID)
			}
			s.log.LogAttrs(ctx, slog.LevelInfo, "read",
				slog.Duration("duration", time.Since(started).Round(time.Microsecond)),
				slog.String("outcome", outcome),
				slog.Int("status", calls.Status),
				slog.Int("tries", calls.Tries),
				slog.String("request_id", calls.RequestID))
		}()
		contents, err = next(client.WithCalls(ctx, calls), request)
		panicked = false
		doubt(ctx, calls)
		if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("reading took longer than the %s that it may take, and was stopped", s.limit)
		}
		return contents, err
	}
}
