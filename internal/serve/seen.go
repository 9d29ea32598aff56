package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/observe"
)

// seen is what is told of a call afterwards: in the log, the metrics, a trace
// and the audit log.
type seen struct {
	*client.Calls
	server  *Server
	line    string // of the log
	tool    string // that was called; "" when something was read
	started time.Time
	call    *observe.Call
	record  *audit.Record
}

// see starts to watch a call of a method of the protocol, and of a tool unless
// tool is "".
func (s *Server) see(ctx context.Context, line string, method mcp.MCPMethod, tool string, meta *mcp.Meta, header http.Header) (context.Context, *seen) {
	x := &seen{Calls: &client.Calls{RequestID: rand.Text()[:16]}, server: s, line: line, tool: tool, started: time.Now()}
	var more map[string]any
	if meta != nil {
		more = meta.AdditionalFields
	}
	ctx, x.call = s.observer.Call(ctx, string(method), tool, more, header)
	x.record = s.audited(ctx, tool)
	x.record.RequestID, x.record.TraceID = x.RequestID, x.call.TraceID
	return audit.With(client.WithCalls(ctx, x.Calls), x.record), x
}

// audited returns the record of a call that begins.
func (s *Server) audited(ctx context.Context, tool string) *audit.Record {
	record := s.audit.Start(access.CallerOf(ctx), tool)
	if address := access.AddressOf(ctx); address.IsValid() {
		record.Address = address.String()
	}
	return record
}

// end tells what came of the call.
func (x *seen) end(ctx context.Context, outcome string) {
	attributes := []slog.Attr{
		slog.Duration("duration", time.Since(x.started).Round(time.Microsecond)),
		slog.String("outcome", outcome),
		slog.Int("status", x.Status),
		slog.Int("tries", x.Tries),
		slog.String("who", x.record.Who),
		slog.String("request_id", x.RequestID),
	}
	if x.tool != "" {
		attributes = append([]slog.Attr{slog.String("tool", x.tool)}, attributes...)
	}
	if x.call.TraceID != "" {
		attributes = append(attributes, slog.String("trace_id", x.call.TraceID))
	}
	x.server.log.LogAttrs(ctx, slog.LevelInfo, x.line, attributes...)
	x.call.End(outcome)
	if x.record.Limit != "" {
		x.server.observer.Limited(x.record.Limit)
	}
	if x.record.Tool != "" { // a read may end before it comes to one
		x.record.End(outcome)
	}
}

// hidden tells of a call of a tool that is there, but not for who called it: the
// library says then that it is not there.
func (s *Server) hidden(ctx context.Context, _ any, _ mcp.MCPMethod, message any, err error) {
	request, ok := message.(*mcp.CallToolRequest)
	if !ok || !errors.Is(err, server.ErrToolNotFound) || !slices.Contains(s.names, request.Params.Name) {
		return
	}
	ctx, seen := s.see(ctx, "call", mcp.MethodToolsCall, request.Params.Name, request.Params.Meta, request.Header)
	seen.record.Effect, seen.record.Decision = s.effect(request.Params.Name), audit.Scope
	seen.end(ctx, "refused")
}

// limited tells that a limit refused a message before it became a call.
func (h *web) limited(ctx context.Context, m *message, limit string) {
	h.observer.Limited(limit)
	if m.tool == "" {
		return
	}
	record := h.audited(ctx, m.tool)
	record.Effect, record.Decision, record.Limit = h.effect(m.tool), audit.Limit, limit
	record.End("refused")
}

// metrics answers those who are on this machine themselves. What came over a proxy
// comes from elsewhere, even if the proxy is here.
func (h *web) metrics(w http.ResponseWriter, r *http.Request) {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	name, _, _ := net.SplitHostPort(r.Host)
	forwarded := slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"}, func(header string) bool { return r.Header.Get(header) != "" })
	if err != nil || !at.Addr().Unmap().IsLoopback() || !loopback(name) || forwarded || len(h.proxies) > 0 {
		http.Error(w, "Metrics are read on the machine of the server itself, or at the address that its operator gives them with --metrics-addr.", http.StatusForbidden)
		return
	}
	h.observer.Metrics().ServeHTTP(w, r)
}
