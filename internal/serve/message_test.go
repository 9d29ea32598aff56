package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// messages are seeds: right ones, and ways to be wrong.
var messages = []string{
	`{"jsonrpc":"2.0","id":1,"method":"ping"}`,
	`{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`,
	`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"a":[1,{"b":null}]},"_meta":{"progressToken":1}}}`,
	`{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`,
	`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,"reason":"x"}}`,
	`{"jsonrpc":"2.0","id":4,"result":{}}`,
	`{"jsonrpc":"2.0","id":5,"method":"ping","result":{}}`,
	`{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"},"method":"ping"}`,
	`{"jsonrpc":"2.0","id":1e400,"method":"ping"}`, `{"jsonrpc":"2.0","id":-0.0,"method":"ping"}`, `{"jsonrpc":"2.0","id":{},"method":"ping"}`,
	`{"jsonrpc":"2.0","ID":6,"Method":"ping"}`, `{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}`, `{"jsonrpc":"2.0","id":"\ud800","method":"ping"}`,
	`{"id":"\ud800","jsonrpc":"1.0"}`, "{\"id\":\"\xff\",\"method\":\"tools/call\",\"params\":[],\"jsonrpc\":\"2.0\"}",
	"\ufeff{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}\r\n\n[]", "{\"id\":\"\xff\",\"jsonrpc\":\"2.0\",\"method\":\"ping\"}", `{`, `[`, `null`, `"x"`, `{"jsonrpc":"2.0","id":10,"method":"tools/call","params":[]}`,
}

// FuzzMessage sends lines to a server over stdio. Whatever they are, each answer
// is JSON on a line of its own, with an id that was sent, byte for byte, and
// nothing is waited for that never comes.
func FuzzMessage(f *testing.F) {
	for _, seed := range messages {
		f.Add([]byte(seed))
		f.Add([]byte(seed + "\n" + messages[0]))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var log, out bytes.Buffer
		s := New(Options{
			Log: slog.New(slog.NewTextHandler(&log, nil)),
			Tools: func(to *server.MCPServer) {
				to.AddTool(mcp.NewTool("echo"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					return mcp.NewToolResultText("echo"), nil
				})
			},
		})
		if err := s.Stdio(t.Context(), bytes.NewReader(input), &out); err != nil {
			t.Errorf("%q: %v", input, err)
		}
		if strings.Contains(log.String(), "still running") {
			t.Errorf("%q: an answer was waited for that never came", input)
		}
		lines := bytes.Split(input, []byte("\n"))
		answers := 0
		for line := range bytes.Lines(out.Bytes()) {
			var answer struct {
				JSONRPC           string
				ID, Result, Error json.RawMessage
				Method            string
			}
			if err := json.Unmarshal(line, &answer); err != nil || answer.JSONRPC != "2.0" || answer.Method == "" && (answer.Result == nil) == (answer.Error == nil) {
				t.Errorf("%q: answered %q, %v", input, line, err)
			}
			if answer.Method != "" {
				continue
			}
			if answers++; answers > len(lines) {
				t.Errorf("%q: answered more than was asked: %s", input, out.Bytes())
			}
			if id := []byte(answer.ID); string(id) != "null" && bytes.Count(out.Bytes(), append([]byte(`{"jsonrpc":"2.0","id":`), id...)) > bytes.Count(input, id) {
				t.Errorf("%q: answered %s more than was asked: %s", input, id, out.Bytes())
			}
		}
	})
}
