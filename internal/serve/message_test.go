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
// is JSON on a line of its own, to a message with this id that was not answered
// before, and nothing is waited for that never comes.
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
		asked := map[string]int{"null": 0}
		for line := range bytes.Lines(bytes.TrimPrefix(input, []byte("\ufeff"))) {
			var message struct{ ID any }
			switch {
			case len(bytes.TrimSpace(line)) == 0:
			case json.Unmarshal(line, &message) == nil:
				asked[written(t, message.ID)]++
				fallthrough
			default:
				asked["null"]++ // as it may be refused
			}
		}
		for line := range bytes.Lines(out.Bytes()) {
			var answer struct {
				JSONRPC       string
				ID            any
				Method        string
				Result, Error json.RawMessage
			}
			if err := json.Unmarshal(line, &answer); err != nil || answer.JSONRPC != "2.0" || answer.Method == "" && (answer.Result == nil) == (answer.Error == nil) {
				t.Errorf("%q: answered %q, %v", input, line, err)
			}
			if id := written(t, answer.ID); answer.Method == "" {
				if asked[id]--; asked[id] < 0 {
					t.Errorf("%q: answered %s more than was asked: %s", input, id, out.Bytes())
				}
			}
		}
	})
}

func written(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// FuzzScan cuts a message off: what scan finds of it is what is there.
func FuzzScan(f *testing.F) {
	for _, seed := range messages {
		f.Add([]byte(seed), uint16(20))
		f.Add([]byte(seed), uint16(1000))
	}
	f.Add([]byte(`{"id":123,"jsonrpc":"2.0","method":"ping"}`), uint16(8)) // within the number
	f.Fuzz(func(t *testing.T, raw []byte, n uint16) {
		id, _ := scan(raw[:min(len(raw), int(n))])
		if id != nil && !id.IsValid() {
			t.Errorf("%q cut at %d: got the id %q, which no answer can have", raw, n, id)
		}
		var whole map[string]json.RawMessage
		if json.Unmarshal(raw, &whole) != nil || strings.Count(strings.ToLower(string(raw)), `"id"`) != 1 {
			return // cut already, or with several
		}
		if want := whole["id"]; id != nil && want != nil && string(bytes.TrimSpace(want)) != string(id) {
			t.Errorf("%q cut at %d: got the id %s, want %s", raw, n, id, want)
		}
	})
}
