package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/jsonrpc"
)

// failed is called by the library when it is about to answer a request with an
// error, whose code and words are put right here.
func (s *Server) failed(_ context.Context, id any, method mcp.MCPMethod, _ any, err error) {
	own, _ := id.(string)
	r := s.requests.of(own)
	if r == nil {
		return
	}
	text := err.Error()
	if inner := errors.Unwrap(err); inner != nil { // without the library's own words before it
		text = inner.Error()
	}
	var unread *server.UnparsableMessageError
	switch {
	case errors.Is(err, server.ErrUnsupported):
		r.fault = &jsonrpc.Error{Code: mcp.METHOD_NOT_FOUND, Text: fmt.Sprintf("This server does not offer %s.", method)}
	case errors.Is(err, server.ErrToolNotFound):
		r.fault = &jsonrpc.Error{Code: mcp.INVALID_PARAMS, Text: "There is no such tool for you here. tools/list shows those that there are."}
	case errors.As(err, &unread), errors.Is(err, server.ErrPromptNotFound): // one without a name, as others were looked for before
		r.fault = &jsonrpc.Error{Code: mcp.INVALID_PARAMS, Text: shapeless(string(method))}
	case errors.Is(err, server.ErrResourceNotFound) && method == mcp.MethodResourcesRead:
		r.fault = &jsonrpc.Error{Code: r.notFound(), Text: text}
	case errors.Is(err, server.ErrResourceNotFound), errors.Is(err, mcp.ErrInvalidParams):
		r.fault = &jsonrpc.Error{Code: mcp.INVALID_PARAMS, Text: text}
	}
}

// notFound is the code that says that there is no such resource, in the version
// of the protocol that a request is in.
func (r *request) notFound() int {
	if r.modern {
		return mcp.INVALID_PARAMS
	}
	return mcp.RESOURCE_NOT_FOUND
}

// statusOf is the HTTP status of an answer with an error.
func (r *request) statusOf(code int) int {
	switch {
	case !r.modern: // clients look for the answer to a request under 200 alone
		return http.StatusOK
	case code == mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case code == mcp.INTERNAL_ERROR:
		return http.StatusOK
	}
	return http.StatusBadRequest
}
