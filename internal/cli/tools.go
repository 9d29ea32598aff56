package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client"
)

// tools lists the catalogue, which needs no API.
func (p *program) tools(ctx context.Context) error {
	u := &upstream{api: client.New("http://127.0.0.1", client.Secret{}, nil)}
	if p.JSON {
		return p.toolsJSON(ctx, u)
	}
	on, err := p.catalogue(u)
	if err != nil {
		return err
	}
	var b strings.Builder
	set := ""
	for _, tool := range on {
		if tool.Set != set {
			set = tool.Set
			fmt.Fprintf(&b, "\n%s\n", p.bold(set))
		}
		fmt.Fprintf(&b, "  %s  %s, %s", p.bold(tool.Name), tool.Title, tool.Effect)
		if tool.Operation != "" {
			fmt.Fprintf(&b, ", API operation %s", tool.Operation)
		}
		b.WriteString("\n" + wrap(tool.Description, 92, "      "))
	}
	_, err = fmt.Fprintf(p.out, "Tools that are on: %d. Try one: meetmcp call list_bots --sandbox\n%s", len(on), b.String())
	return err
}

// toolsJSON prints what a client gets from tools/list.
func (p *program) toolsJSON(ctx context.Context, u *upstream) error {
	s, _, err := p.server(u)
	if err != nil {
		return err
	}
	answer, ok := s.MCP().HandleMessage(ctx, []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)).(mcp.JSONRPCResponse)
	if !ok {
		return errors.New("the server does not list its tools")
	}
	return p.printJSON(answer.Result)
}
