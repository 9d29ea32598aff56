package cli_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// hook is a session with a server over /mcp.
type hook struct {
	url     string
	headers http.Header
}

// call calls a tool, and returns its text and its structured form.
func (h *hook) call(t *testing.T, tool, arguments string) (string, map[string]any) {
	t.Helper()
	_, _, answer := ask(t, "POST", h.url+"/mcp", h.headers.Clone(), fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool, arguments))
	var got struct {
		Result struct {
			IsError           bool
			Content           []struct{ Text string }
			StructuredContent map[string]any
		}
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || len(got.Result.Content) == 0 || got.Result.IsError {
		t.Fatalf("%s %s: got %s, %v", tool, arguments, answer, err)
	}
	return got.Result.Content[0].Text, got.Result.StructuredContent
}

// TestWebhooks has bots report to the server itself: what polling cannot see is
// seen, and a meeting is read before anybody asks for it.
func TestWebhooks(t *testing.T) {
	box, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	url, log, _ := serving(t, []string{"MEETING_BAAS_BASE_URL=" + box.URL()}, "--addr", address, "--auth", "key", "--public-url", "http://"+address, "--take-webhooks", "--log-level", "debug")
	h := &hook{url, http.Header{http.CanonicalHeaderKey(client.KeyHeader): {sandbox.Key}, "Content-Type": {"application/json"}}}
	_, header, _ := ask(t, "POST", url+"/mcp", h.headers.Clone(), helloJSON)
	h.headers.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id"))

	text, lobby := h.call(t, "join_meeting", `{"meeting_url":"https://meet.google.com/nev-erad-mit","bot_name":"Ada"}`)
	if !strings.Contains(text, "this server gets this bot's events, and the account's own webhook does not") {
		t.Errorf("the answer does not say whose webhook gets the events: %s", text)
	}
	box.Advance(2 * time.Minute)
	wait := fmt.Sprintf(`{"bot_id":%q,"until":"joined","timeout_s":1}`, lobby["bot_id"])
	eventually(t, "the lobby is seen", func() bool {
		text, got := h.call(t, "wait_for_meeting", wait)
		return got["bot_state"] == "in the waiting room" && strings.Contains(text, "admit the bot")
	})

	_, joined := h.call(t, "join_meeting", `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"}`)
	id := fmt.Sprint(joined["bot_id"])
	box.Advance(2 * time.Minute)
	eventually(t, "the recording is seen", func() bool {
		text, got := h.call(t, "wait_for_meeting", fmt.Sprintf(`{"bot_id":%q,"until":"recording","timeout_s":1}`, id))
		return got["reached"] == true && !strings.Contains(text, "Unknown")
	})
	read := func() int {
		n := 0
		for _, r := range box.Requests() {
			if strings.HasPrefix(r.Path, "/bots/meeting_data") {
				n++
			}
		}
		return n
	}
	before := read()
	box.Advance(3 * time.Hour)
	eventually(t, "the meeting is read unasked", func() bool { return read() > before })

	own := `{"meeting_url":"https://meet.google.com/abc-defg-hik","bot_name":"Ada","webhook_url":"https://hooks.example.org/"}`
	_, _, answer := ask(t, "POST", url+"/mcp", h.headers.Clone(), `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"join_meeting","arguments":`+own+`}}`)
	if !strings.Contains(answer, "--url-hosts") {
		t.Errorf("a webhook of the caller's own: got %s", answer)
	}
	if strings.Contains(log.String(), sandbox.Key+`"`) {
		t.Error("the log has the key")
	}
}
