package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// errFailed is a failure that the output shows already.
var errFailed = errors.New("failed")

// call calls one tool as an MCP client does.
func (p *program) call(ctx context.Context) error {
	arguments := []byte(p.Arguments)
	if p.Arguments == "-" {
		var err error
		if arguments, err = io.ReadAll(p.in); err != nil {
			return fmt.Errorf("read arguments: %w", err)
		}
	}
	if value := jsontext.Value(bytes.TrimSpace(arguments)); !value.IsValid() || value.Kind() != '{' {
		return usageError{errors.New(`the arguments must be one JSON object, such as '{"limit": 3}'; - reads it from standard input`)}
	}
	u, err := p.connect()
	if err != nil {
		return err
	}
	err = p.withClient(ctx, u, func(c *mcpclient.Client) error {
		result, err := callTool(ctx, c, p.Tool, arguments)
		if err != nil {
			return err
		}
		if asks := askedOf(result); asks.Confirm != "" {
			if !p.confirmed(ctx, asks.WouldBeLost) {
				return errFailed
			}
			if arguments, err = withToken(arguments, asks.Confirm); err != nil {
				return err
			}
			if result, err = callTool(ctx, c, p.Tool, arguments); err != nil {
				return err
			}
		}
		if p.JSON {
			err = p.printJSON(result)
		} else {
			_, err = fmt.Fprintln(p.out, textOf(result))
		}
		if err == nil && result.IsError {
			return errFailed
		}
		return err
	})
	return errors.Join(err, u.close())
}

// asked is what a tool answers that does nothing until somebody agrees.
type asked struct {
	WouldBeLost string `json:"would_be_lost"`
	Confirm     string `json:"confirm"`
}

// askedOf reads it, zero where a result is another.
func askedOf(result *mcp.CallToolResult) (a asked) {
	raw, err := json.Marshal(result.StructuredContent)
	if err != nil || result.IsError || json.Unmarshal(raw, &a) != nil {
		return asked{}
	}
	return a
}

// withToken adds the token to a call's arguments.
func withToken(arguments []byte, token string) ([]byte, error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(arguments, &members); err != nil {
		return nil, fmt.Errorf("read arguments: %w", err)
	}
	raw, err := json.Marshal(token)
	if err != nil {
		return nil, err
	}
	members["confirm"] = raw
	return json.Marshal(members)
}

// confirmed asks at the terminal whether a call may go on that would lose
// something, and says so where it may not.
func (p *program) confirmed(ctx context.Context, question string) bool {
	if !p.InTerminal {
		fmt.Fprintf(p.err, "Not done, as nobody can be asked: the input is no terminal. %s\nRun this at a terminal, or add --confirm never if it is meant.\n", question)
		return false
	}
	if !p.saysYes(ctx, question) {
		fmt.Fprintln(p.err, "Not done.")
		return false
	}
	return true
}

// withClient runs do with a real MCP client on the real server, over stdio.
func (p *program) withClient(ctx context.Context, u *upstream, do func(*mcpclient.Client) error) error {
	s, _, err := p.server(u)
	if err != nil {
		return err
	}
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	served := make(chan error, 1)
	go func() {
		err := s.Stdio(ctx, toServer, fromServer)
		fromServer.Close()
		toServer.Close()
		served <- err
	}()
	c := mcpclient.NewClient(transport.NewIO(toClient, fromClient, io.NopCloser(strings.NewReader(""))))
	err = c.Start(ctx)
	if err == nil {
		var hello mcp.InitializeRequest
		hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
		hello.Params.ClientInfo = mcp.Implementation{Name: "meetmcp", Version: build().version}
		_, err = c.Initialize(ctx, hello)
	}
	if err != nil {
		err = fmt.Errorf("connect: %w", err)
	} else {
		err = do(c)
	}
	c.Close()
	fromClient.Close()
	return errors.Join(err, <-served)
}

func callTool(ctx context.Context, c *mcpclient.Client, name string, arguments []byte) (*mcp.CallToolResult, error) {
	var request mcp.CallToolRequest
	request.Params.Name, request.Params.Arguments = name, jsontext.Value(arguments)
	return c.CallTool(ctx, request)
}

// textOf is what a person reads of a result.
func textOf(result *mcp.CallToolResult) string {
	var parts []string
	for _, content := range result.Content {
		switch content := content.(type) {
		case mcp.TextContent:
			parts = append(parts, content.Text)
		case mcp.ImageContent:
			parts = append(parts, fmt.Sprintf("[a picture, %s, %d KB; --json has it]", content.MIMEType, len(content.Data)*3/4/1024))
		default:
			parts = append(parts, fmt.Sprintf("[%T; --json has it]", content))
		}
	}
	return strings.Join(parts, "\n")
}
