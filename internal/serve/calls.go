package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
)

// connection is what a call may know of the transport that brought it.
type connection struct {
	gone  context.Context                                      // done when the client left; nil when the call's own context says so
	send  func(mcp.JSONRPCNotification) error                  // delivers before the call's answer
	take  func() (leave func(), err error)                     // counts one more subscription of the caller's; nil: they are not counted
	heard func(ctx context.Context, id string) <-chan struct{} // closed when it was acknowledged that the client listens
}

type connectionKey struct{}

func withConnection(ctx context.Context, c connection) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// call wraps every tool: it ends the call at its limit or when the client is
// gone, counts what it takes for its caller, delivers its progress, words panics, and writes one line to the log.
func (s *Server) call(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (result *mcp.CallToolResult, err error) {
		ctx, cancel := context.WithTimeout(ctx, s.limit)
		defer cancel()
		ctx, done := s.pool.Call(ctx, access.CallerOf(ctx))
		defer done()
		restore(ctx)
		from, _ := ctx.Value(connectionKey{}).(connection)
		if from.gone != nil {
			defer context.AfterFunc(from.gone, cancel)()
		}
		if meta := request.Params.Meta; from.send != nil && meta != nil && meta.ProgressToken != nil {
			session, finish := s.relay(ctx, from.send)
			ctx = s.mcp.WithContext(ctx, session)
			defer finish()
		}
		ctx, seen := s.see(ctx, "call", mcp.MethodToolsCall, request.Params.Name, request.Params.Meta, request.Header)
		panicked := true
		defer func() {
			outcome := outcomeOf(ctx, result, err)
			if panicked {
				outcome = "panic"
				s.log.ErrorContext(ctx, "tool panicked", "tool", request.Params.Name, "request_id", seen.RequestID,
					"panic", fmt.Sprint(recover()), "stack", string(debug.Stack()))
				result, err = mcp.NewToolResultError(fmt.Sprintf(
					"%s failed on a fault of this server, not of your arguments. Calling it again the same way will likely fail the same; "+
						"tell the person that the server's log has the details under request %s.", request.Params.Name, seen.RequestID)), nil
			}
			seen.end(ctx, outcome)
		}()
		result, err = next(ctx, request)
		panicked = false
		doubt(ctx, seen.Calls)
		if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			result, err = mcp.NewToolResultError(fmt.Sprintf(
				"%s took longer than the %s that a call may take, and was stopped. A write may have been carried out all the same: "+
					"look before you call it again.", request.Params.Name, s.limit)), nil
		}
		return result, err
	}
}

// doubt takes note that upstream refused a key that it took before, as far as its
// status tells.
func doubt(ctx context.Context, calls *client.Calls) {
	if p := access.From(ctx); p != nil && (calls.Status == http.StatusUnauthorized || calls.Status == http.StatusForbidden) {
		p.Doubt()
	}
}

func outcomeOf(ctx context.Context, result *mcp.CallToolResult, err error) string {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return "cancelled"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "timed out"
	case err != nil:
		return "error"
	case result != nil && result.IsError:
		return "tool error"
	}
	return "ok"
}

// relay returns the session of ctx with a channel of its own for what the call
// notifies, since the session's is read by every request of that session, and
// may lose what comes just before an answer. finish returns once all is sent.
func (s *Server) relay(ctx context.Context, send func(mcp.JSONRPCNotification) error) (server.ClientSession, func()) {
	own := relaySession{server.ClientSessionFromContext(ctx), make(chan mcp.JSONRPCNotification, 1024)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for notification := range own.channel {
			if err := send(notification); err != nil {
				s.log.DebugContext(ctx, "progress not delivered", "error", err)
			}
		}
	}()
	return own, func() {
		close(own.channel)
		<-done
	}
}

// relaySession is a session that notifies through another channel.
type relaySession struct {
	server.ClientSession
	channel chan mcp.JSONRPCNotification
}

func (r relaySession) NotificationChannel() chan<- mcp.JSONRPCNotification { return r.channel }

// Unwrap returns the session itself, which may be one that can ask the person.
func (r relaySession) Unwrap() server.ClientSession { return r.ClientSession }

// The four methods below keep a tool able to ask what the client can do.

func (r relaySession) GetClientInfo() (info mcp.Implementation) {
	if known, ok := r.ClientSession.(server.SessionWithClientInfo); ok {
		info = known.GetClientInfo()
	}
	return info
}

func (r relaySession) SetClientInfo(info mcp.Implementation) {
	if known, ok := r.ClientSession.(server.SessionWithClientInfo); ok {
		known.SetClientInfo(info)
	}
}

func (r relaySession) GetClientCapabilities() (can mcp.ClientCapabilities) {
	if known, ok := r.ClientSession.(server.SessionWithClientInfo); ok {
		can = known.GetClientCapabilities()
	}
	return can
}

func (r relaySession) SetClientCapabilities(can mcp.ClientCapabilities) {
	if known, ok := r.ClientSession.(server.SessionWithClientInfo); ok {
		known.SetClientCapabilities(can)
	}
}
