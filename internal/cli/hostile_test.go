package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client/sandbox"
)

// transports run the program as its users do, and make calls over it. What
// they return is all that came out: answers and the log.
var transports = map[string]func(t *testing.T, env []string, calls [][2]string) string{
	"stdio": overStdio,
	"mcp": func(t *testing.T, env []string, calls [][2]string) string {
		return overHTTP(t, env, calls, func(url string) (*mcpclient.Client, error) { return mcpclient.NewStreamableHttpClient(url + "/mcp") })
	},
	"sse": func(t *testing.T, env []string, calls [][2]string) string {
		return overHTTP(t, env, calls, func(url string) (*mcpclient.Client, error) { return mcpclient.NewSSEMCPClient(url + "/sse") })
	},
}

func overStdio(t *testing.T, env []string, calls [][2]string) string {
	t.Helper()
	input := hello + `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"
	for i, c := range calls {
		input += fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`+"\n", i+2, c[0], c[1])
	}
	code, out, errOut := run(t.Context(), input, env, "stdio", "--log-level", "debug")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	if answers := strings.Count(out, "\n"); answers != len(calls)+1 {
		t.Errorf("%d answers to %d calls", answers-1, len(calls))
	}
	return out + errOut
}

func overHTTP(t *testing.T, env []string, calls [][2]string, dial func(string) (*mcpclient.Client, error)) string {
	t.Helper()
	ctx := t.Context()
	url, output, stop := serving(t, env, "--log-level", "debug")
	c, err := dial(url)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	var first mcp.InitializeRequest
	first.Params.ProtocolVersion = "2025-06-18"
	if _, err := c.Initialize(ctx, first); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	for _, call := range calls {
		var req mcp.CallToolRequest
		req.Params.Name = call[0]
		req.Params.Arguments = json.RawMessage(call[1])
		answer, err := c.CallTool(ctx, req)
		if err != nil {
			t.Fatalf("%s %s: %v", call[0], call[1], err)
		}
		raw, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(raw)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	stop()
	output.mu.Lock()
	defer output.mu.Unlock()
	return seen.String() + output.text.String()
}

// upstreamAPI is a sandbox that plays the real API.
func upstreamAPI(t testing.TB, key string) (*sandbox.Sandbox, []string) {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, []string{"MEETING_BAAS_API_KEY=" + key, "MEETING_BAAS_BASE_URL=" + s.URL(), "MEETMCP_URL_HOSTS=hooks.example.org", "MEETMCP_MAX_BOTS_PER_HOUR=0"}
}

const meeting = `"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"`

// A canary used as key, or in every argument that is a secret, comes out of
// nothing: no answer, no error, no log at debug level.
func TestCanary(t *testing.T) {
	secrets := `"speech_to_text":{"provider":"Gladia","api_key":"` + canary + `"},"zoom_sdk_id":"i","zoom_sdk_pwd":"` + canary + `","zoom_obf_token":"` + canary + `"`
	access := `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"` + canary + `","oauth_refresh_token":"` + canary + `"`
	calls := [][2]string{
		{"join_meeting", `{` + meeting + `,` + secrets + `}`},
		{"join_meeting", `{` + meeting + `,` + secrets + `}`},
		{"join_meeting", `{` + meeting + `,"zoom_sdk_id":"null","zoom_sdk_pwd":"` + canary + `"}`},
		{"join_meeting", `{` + meeting + `,"zoom_sdk_pwd":{"x":"` + canary + `"}}`},
		{"join_meeting", `{` + meeting + `,"speech_to_text":{"api_key":"` + canary + `"}}`},
		{"list_bots", `{"detail":"full"}`},
		{"get_meeting_data", `{"bot_id":"latest","detail":"full","include_transcripts":true,"include_urls":true}`},
		{"list_raw_calendars", access + `}`},
		{"create_calendar", access + `}`},
		{"create_calendar", access + `,"raw_calendar_id":5,"x":1}`},
		{"update_calendar", access + `,"calendar_id":"c"}`},
		{"schedule_recording", `{"event_id":"e","bot_name":"Ada",` + secrets + `}`},
		{"update_recording", `{"event_id":"e",` + secrets + `}`},
		{"retranscribe_meeting", `{"bot_id":"b","speech_to_text":{"provider":"Gladia","api_key":"` + canary + `"}}`},
		{"create_zoom_connection", `{"authorization_code":"` + canary + `","zoom_client_id":"bad","zoom_client_secret":"` + canary + `","redirect_uri":"https://hooks.example.org/"}`},
		{"list_calendars", `{}`}, {"list_zoom_connections", `{}`}, {"get_webhook_guide", `{}`},
	}
	for name, over := range transports {
		for _, key := range []string{canary, sandbox.Key} {
			_, env := upstreamAPI(t, key)
			seen := over(t, env, calls)
			if i := strings.Index(seen, canary); i >= 0 {
				t.Errorf("over %s with the key %q a secret came out: …%s", name, key, seen[max(0, i-200):i+len(canary)])
			}
			if !strings.Contains(seen, "join_meeting") {
				t.Errorf("over %s: nothing came out", name)
			}
		}
	}
}

// Planted URLs of hosts that are not allowed do not reach the API, whatever
// argument and transport they come by.
func TestPlantedURLs(t *testing.T) {
	var calls [][2]string
	for _, d := range [][2]string{
		{"join_meeting", `{` + meeting + `,"webhook_url":%s}`},
		{"join_meeting", `{` + meeting + `,"streaming":{"output":%s}}`},
		{"join_meeting", `{` + meeting + `,"streaming":{"input":%s}}`},
		{"join_meeting", `{` + meeting + `,"zoom_obf_token_url":%s}`},
		{"join_meeting", `{` + meeting + `,"zoom_access_token_url":%s}`},
		{"schedule_recording", `{"event_id":"e","bot_name":"Ada","webhook_url":%s}`},
		{"schedule_recording", `{"event_id":"e","bot_name":"Ada","streaming_input":%s}`},
		{"update_recording", `{"event_id":"e","streaming_output":%s}`},
		{"retranscribe_meeting", `{"bot_id":"b","webhook_url":%s}`},
		{"create_zoom_connection", `{"authorization_code":"a","zoom_client_id":"i","zoom_client_secret":"s","redirect_uri":%s}`},
	} {
		for i := range 20 {
			host := []string{"evil.example.net", "hooks.example.org.evil.net", "hooks.example.org@evil.net", "10.0.0.1", "[::1]"}[i%5]
			scheme := []string{"https", "wss", "HTTPS", "http"}[i/5]
			calls = append(calls, [2]string{d[0], fmt.Sprintf(d[1], fmt.Sprintf("%q", scheme+"://"+host+"/x"))})
		}
	}
	for name, over := range transports {
		s, env := upstreamAPI(t, sandbox.Key)
		over(t, env, calls)
		if sent := s.Requests(); len(sent) > 0 {
			t.Errorf("over %s %d of %d calls reached the API, the first %s %s", name, len(sent), len(calls), sent[0].Method, sent[0].Body)
		}
	}
	t.Logf("%d calls over each transport", len(calls))
}
