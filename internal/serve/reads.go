package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/access"
)

// readResource wraps every resource as call does every tool.
func (s *Server) readResource(next server.ResourceHandlerFunc) server.ResourceHandlerFunc {
	return func(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return watched(ctx, s, "read", mcp.MethodResourcesRead, request.Params.Meta, request.Header, func(ctx context.Context) ([]mcp.ResourceContents, error) {
			return next(ctx, request)
		})
	}
}

// getPrompt wraps every prompt as call does every tool.
func (s *Server) getPrompt(next server.PromptHandlerFunc) server.PromptHandlerFunc {
	return func(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return watched(ctx, s, "prompt", mcp.MethodPromptsGet, request.Params.Meta, request.Header, func(ctx context.Context) (*mcp.GetPromptResult, error) {
			return next(ctx, request)
		})
	}
}

// Completions offers values for the arguments of prompts and of resources.
type Completions interface {
	server.PromptCompletionProvider
	server.ResourceCompletionProvider
}

// completions wraps every completion as call does every tool.
type completions struct {
	Completions
	server *Server
}

func (c completions) CompletePromptArgument(ctx context.Context, prompt string, argument mcp.CompleteArgument, known mcp.CompleteContext) (*mcp.Completion, error) {
	return c.complete(ctx, func(ctx context.Context) (*mcp.Completion, error) {
		return c.Completions.CompletePromptArgument(ctx, prompt, argument, known)
	})
}

func (c completions) CompleteResourceArgument(ctx context.Context, uri string, argument mcp.CompleteArgument, known mcp.CompleteContext) (*mcp.Completion, error) {
	return c.complete(ctx, func(ctx context.Context) (*mcp.Completion, error) {
		return c.Completions.CompleteResourceArgument(ctx, uri, argument, known)
	})
}

func (c completions) complete(ctx context.Context, next func(context.Context) (*mcp.Completion, error)) (*mcp.Completion, error) {
	return watched(ctx, c.server, "complete", mcp.MethodCompletionComplete, nil, nil, next)
}

// watched does what next does, within a call's limit, for as long as the client is
// there, and told of in one line of the log.
func watched[T any](ctx context.Context, s *Server, line string, method mcp.MCPMethod, meta *mcp.Meta, header http.Header, next func(context.Context) (T, error)) (out T, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	ctx, done := s.pool.Call(ctx, access.CallerOf(ctx))
	defer done()
	if from, _ := ctx.Value(connectionKey{}).(connection); from.gone != nil {
		defer context.AfterFunc(from.gone, cancel)()
	}
	ctx, seen := s.see(ctx, line, method, "", meta, header)
	panicked := true
	defer func() {
		outcome := outcomeOf(ctx, nil, err)
		if panicked {
			outcome = "panic"
			s.log.ErrorContext(ctx, line+" panicked", "request_id", seen.RequestID, "panic", fmt.Sprint(recover()), "stack", string(debug.Stack()))
			err = fmt.Errorf("this could not be read, on a fault of this server; its log has the details under request %s", seen.RequestID)
		}
		seen.end(ctx, outcome)
	}()
	out, err = next(ctx)
	panicked = false
	doubt(ctx, seen.Calls)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("reading took longer than the %s that it may take, and was stopped", s.limit)
	}
	return out, err
}
