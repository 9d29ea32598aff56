package serve_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/serve"
)

// ids are as clients may write them; each comes back byte for byte.
var ids = []string{
	"0", "-1", "1764526543123456789", "9007199254740993", "1.0", "-0.0", "1e3", "1E+400", "0.1000", "123456789012345678901234567890",
	`""`, `"a"`, `"\u0061"`, `"\/"`, `"<a&b>"`, `"\u2028"`, `"é 会"`, `"\ud800"`, `"\""`, `"r1"`, `"1"`, `" "`,
	`"` + strings.Repeat("x", 256) + `"`, strings.Repeat("9", 256),
}

// TestIDs asks with each id over each transport, and gets a result, an error of
// the server's, one of the library's, and a subscription's end with it.
func TestIDs(t *testing.T) {
	p, w := newPipe(t.Context(), t), newWeb(t, func(_ *serve.Server, o *serve.Web) { o.Limits.Reads = 0 })
	stream, session := w.openSSE(t), w.session(t)
	hello := `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18"}}`
	p.write(t, hello+"\n")
	receive(t, p.lines)
	w.post(t, stream.message, nil, hello)
	receive(t, stream.events)
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	for _, id := range ids {
		for _, step := range []struct{ method, params, want string }{
			{"ping", `{}`, `"result":{}`},
			{"tools/call", `{"name":"list_bots","arguments":{"text":"a"}}`, `"text":"echo a"`},
			{"tools/call", `{"name":"count","_meta":{"progressToken":1}}`, `"text":"counted"`},
			{"tools/call", `{"name":"lst_bots"}`, "Did you mean list_bots?"},
			{"resources/unsubscribe", `{"uri":"meeting://a"}`, `"result":{}`},
			{"nope", `{}`, "-32601"},
			{"subscriptions/listen", `{"notifications":{},` + meta + `}`, `"result":{`},
		} {
			modern, want := strings.Contains(step.params, meta), `{"jsonrpc":"2.0","id":`+id+`,`
			message := fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s,"id":%s}`, step.method, step.params, id)
			check := func(over, got string) {
				t.Helper()
				if !strings.HasPrefix(got, want) || !strings.Contains(got, step.want) {
					t.Errorf("%s over %s with %s: got %s, want %s", step.method, over, id, got, step.want)
				}
			}
			last := func(over string, lines <-chan string) string {
				for {
					switch got := receive(t, lines); {
					case strings.Contains(got, `"notifications/subscriptions/acknowledged"`):
						if !strings.Contains(got, `"io.modelcontextprotocol/subscriptionId":`+id) {
							t.Errorf("%s over %s: got the id otherwise: %s, want %s", step.method, over, got, id)
						}
					case !strings.Contains(got, `"notifications/`):
						return got
					}
				}
			}
			p.write(t, message+"\n")
			check("stdio", last("stdio", p.lines))
			headers := session
			if modern {
				headers = map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": step.method}
			}
			_, _, body := w.post(t, "/mcp", headers, message)
			events := make(chan string, 1000)
			for line := range strings.Lines(body) {
				if data := strings.TrimPrefix(line, "data: "); strings.HasPrefix(data, "{") {
					events <- data
				}
			}
			check("/mcp", last("/mcp", events))
			if modern {
				continue
			}
			if status, _, answer := w.post(t, stream.message, nil, message); status != http.StatusAccepted {
				t.Errorf("%s over SSE with %s: got %d %s, want 202", step.method, id, status, answer)
				continue
			}
			check("SSE", last("SSE", stream.events))
		}
	}
}
