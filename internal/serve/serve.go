// Package serve puts tools before MCP clients: over stdio, and over streamable
// HTTP and SSE on one loopback listener.
package serve

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxMessage bounds one JSON-RPC message that a client sends, in bytes.
const maxMessage = 4 << 20

// Options are what a server is made of.
type Options struct {
	Version      string
	Instructions string
	Tools        []server.ServerTool // listed in this order
	CallLimit    time.Duration       // of one call; 50 s when zero
	Log          *slog.Logger        // nothing is logged when nil
}

// Server is an MCP server that no client is connected to yet. Each of Stdio
// and HTTP may run, at the same time too.
type Server struct {
	mcp     *server.MCPServer
	log     *slog.Logger
	limit   time.Duration
	names   []string // of the tools, in the order they are listed
	streams streams

	lastAnswers time.Duration // after the end of input, over stdio
}

// New returns a server with the tools of o.
func New(o Options) *Server {
	s := &Server{log: o.Log, limit: o.CallLimit, lastAnswers: lastAnswers}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.limit == 0 {
		s.limit = 50 * time.Second
	}
	for _, tool := range o.Tools {
		s.names = append(s.names, tool.Tool.Name)
	}
	hooks := &server.Hooks{}
	hooks.AddOnRegisterSession(s.streams.open)
	s.mcp = server.NewMCPServer("meetmcp", o.Version,
		server.WithTitle("Meetings"),
		server.WithInstructions(o.Instructions),
		server.WithToolCapabilities(false),
		server.WithHooks(hooks),
		server.WithToolFilter(s.inOrder()),
		server.WithToolHandlerMiddleware(s.call),
	)
	s.mcp.AddTools(o.Tools...)
	return s
}

// MCP is the protocol's side of the server, for a client in the same process.
func (s *Server) MCP() *server.MCPServer { return s.mcp }

// inOrder lists tools as they were given, since the library sorts them by name.
func (s *Server) inOrder() server.ToolFilterFunc {
	place := make(map[string]int, len(s.names))
	for i, name := range s.names {
		place[name] = i
	}
	return func(_ context.Context, tools []mcp.Tool) []mcp.Tool {
		if len(tools) > 1 { // a call asks for its own tool alone
			slices.SortFunc(tools, func(a, b mcp.Tool) int { return place[a.Name] - place[b.Name] })
		}
		return tools
	}
}
