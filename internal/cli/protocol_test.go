package cli_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// exchange sends requests over stdio, and returns the answer to each. %s in
// params is where the _meta of a modern message goes.
func exchange(t *testing.T, messages []string) []string {
	t.Helper()
	code, out, errOut := run(t.Context(), strings.Join(messages, "\n")+"\n", nil, "stdio", "--sandbox", "--log-level", "error")
	if code != 0 {
		t.Fatalf("got exit %d: %s", code, errOut)
	}
	answers := make([]string, len(messages))
	for line := range strings.Lines(out) {
		var answer struct {
			ID     *int
			Method string
		}
		if err := json.Unmarshal([]byte(line), &answer); err != nil || answer.ID == nil || answers[*answer.ID] != "" {
			if answer.Method == "" {
				t.Errorf("got %s, want one answer to each id: %v", line, err)
			}
			continue
		}
		answers[*answer.ID] = line
	}
	return answers
}

const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`

// TestProtocolErrors asks for what is not there, and with arguments that are
// wrong: the code is the protocol's, and the words say what to do.
func TestProtocolErrors(t *testing.T) {
	t.Parallel()
	unknown := "meeting://0d9d7b6e-0000-4000-8000-000000000000"
	rows := []struct {
		method, params string
		code           int // of versions up to 2025-11-25
		modern         int // of 2026-07-28
		want           string
	}{
		{"resources/read", `{"uri":"` + unknown + `"`, -32002, -32602, "list_bots gives bot_id"},
		{"resources/read", `{"uri":"` + unknown + `/transcript"`, -32002, -32602, "list_bots gives bot_id"},
		{"resources/read", `{"uri":"https://example.com"`, -32002, -32602, "There is no such resource. There are meeting://recent"},
		{"resources/read", `{"uri":"meeting://latest/transcript?speed=2"`, -32602, -32602, "may have from, to, speaker, format"},
		{"resources/read", `{"uri":"meeting://latest/transcript?from=x"`, -32602, -32602, "from"},
		{"resources/read", `{"uri":"meeting://` + strings.Repeat("%61", 2_000) + `"`, -32602, -32602, "at most 2000 bytes here; this one has 6010"},
		{"resources/subscribe", `{"uri":"` + unknown + `"`, -32002, -32601, ""},
		{"resources/subscribe", `{"uri":"meeting://latest"`, -32602, -32601, ""},
		{"tools/call", `{"name":"list_bot"`, -32602, -32602, "Did you mean list_bots?"},
		{"prompts/get", `{"name":"find_decisions"`, -32602, -32602, "Did you mean find_decision? prompts/list"},
		{"prompts/get", `{"name":"find_decision"`, -32602, -32602, "the argument topic is missing: What was decided about."},
		{"prompts/get", `{"name":"find_decision","arguments":[]`, -32602, -32602, "topic is missing"},
		{"prompts/get", `{"name":"find_decision","arguments":{"topic":"a","to":"b"}`, -32602, -32602, `has no argument "to"`},
		{"prompts/get", `{"name":"find_decision","arguments":{"topic":5}`, -32602, -32602, "arguments in the params of prompts/get must be a string"},
		{"prompts/get", `{"name":"find_decision","arguments":{"topic":"` + strings.Repeat("x", 2_001) + `"}`, -32602, -32602, `"topic" in the params of prompts/get has at most 2000 bytes; this has 2001`},
		{"completion/complete", `{"ref":{"type":"ref/prompt","name":"nope"},"argument":{"name":"a","value":"b"}`, -32602, -32602, `There is no prompt "nope" here.`},
		{"completion/complete", `{"ref":{"type":"ref/tool"},"argument":{"name":"a","value":"b"}`, -32602, -32602, "needs params with ref"},
		{"completion/complete", `{"ref":{"type":"ref/prompt","name":"find_decision"},"argument":{"name":"topic","value":"` + strings.Repeat("x", 2_001) + `"}`, -32602, -32602, "at most 2000 bytes"},
		{"completion/complete", `{"ref":{"type":"ref/resource","uri":"` + strings.Repeat("x", 2_001) + `"},"argument":{"name":"bot_id","value":"a"}`, -32602, -32602, "at most 2000 bytes"},
		{"completion/complete", `{"ref":{"type":"ref/resource","uri":"meeting://{bot_id}"},"argument":{"name":"speaker","value":"a"},"context":{"arguments":{"bot_id":"` + strings.Repeat("x", 2_001) + `"}}`, -32602, -32602, "at most 2000 bytes"},
		{"completion/complete", `{"ref":{"type":"ref/resource","uri":"meeting://{bot_id}"},"argument":{"name":"speaker","value":"a"},"context":{"arguments":{"bot_id":"0d9d7b6e-0000-4000-8000-000000000000"}}`, -32602, -32602, "list_bots gives bot_id"},
		{"logging/setLevel", `{"level":"debug"`, -32601, -32601, "logging/setLevel"},
		{"nope", `{"a":1`, -32601, -32601, "nope"},
	}
	var messages []string
	for _, row := range rows {
		messages = append(messages,
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}}`, len(messages), row.method, row.params),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s,%s}}`, len(messages)+1, row.method, row.params, modernMeta))
	}
	for i, got := range exchange(t, messages) {
		row, code := rows[i/2], rows[i/2].code
		if i%2 == 1 {
			code = row.modern
		}
		var answer struct {
			Error struct {
				Code    int
				Message string
			}
		}
		if err := json.Unmarshal([]byte(got), &answer); err != nil || answer.Error.Code != code || !strings.Contains(answer.Error.Message, row.want) || inside.MatchString(answer.Error.Message) {
			t.Errorf("%.300s: got %s, want %d %s", messages[i], got, code, row.want)
		}
	}
}

// inside is how the library or Go speaks of itself.
var inside = regexp.MustCompile(`request error|json:|[Uu]nmarshal|mcp\.|server\.|struct|Alias|MultiRoundTrip|interface|map\[|\[\]|<nil>|not found: |goroutine|panic`)

// TestOddShapes sends each method params of every shape: each is answered once,
// and no error shows what the server is made of.
func TestOddShapes(t *testing.T) {
	t.Parallel()
	shapes := []string{
		`{}`, `[]`, `""`, `null`, `"x"`, `5`, `[1]`, `{"name":5}`, `{"name":"list_bots"}`, `{"uri":5}`, `{"uri":""}`, `{"uri":["x"]}`, `{"level":5}`, `{"cursor":{}}`,
		`{"ref":5}`, `{"ref":{}}`, `{"ref":{"type":5}}`, `{"ref":{"type":"ref/prompt","name":5}}`, `{"ref":{"type":"ref/prompt","name":"find_decision"},"argument":5}`,
		`{"ref":{"type":"ref/prompt","name":"find_decision"},"argument":{"name":"topic","value":5}}`, `{"ref":{"type":"ref/resource","uri":5},"argument":{"name":"bot_id","value":"a"}}`,
		`{"ref":{"type":"ref/prompt","name":"find_decision"},"argument":{"name":"topic","value":"a"},"context":{"arguments":{"x":5}}}`, `{"ref":{"type":"ref/prompt","name":"find_decision"},"context":5}`,
		`{"_meta":5}`, `{"_meta":{"progressToken":{}}}`, `{"_meta":{"io.modelcontextprotocol/protocolVersion":5}}`, `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}`,
		`{"_meta":{"io.modelcontextprotocol/protocolVersion":"2031-01-01","io.modelcontextprotocol/clientCapabilities":{}}}`, `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":5}}`,
		`{"name":"find_decision","arguments":"x"}`, `{"name":"find_decision","arguments":{"topic":{}}}`, `{"name":"list_bots","arguments":5}`, `{"name":"list_bots","task":5}`, `{"name":"list_bots","task":{"ttl":"x"}}`,
		`{"name":"list_bots","requestState":5}`, `{"name":"list_bots","inputResponses":{"a":5}}`, `{"name":"list_bots","inputResponses":[1]}`, `{"name":"find_decision","inputResponses":5}`, `{"uri":"meeting://recent","inputResponses":5}`,
		`{"protocolVersion":5}`, `{"protocolVersion":"x","capabilities":5}`, `{"protocolVersion":"x","capabilities":{"roots":5}}`, `{"capabilities":{"elicitation":[5]}}`, `{"clientInfo":5}`, `{"clientInfo":{"name":5}}`, `{"clientInfo":{"icons":5}}`,
		`{"notifications":5,` + modernMeta + `}`, `{"notifications":{"resourceSubscriptions":5},` + modernMeta + `}`, `{"notifications":{"resourceSubscriptions":[5]},` + modernMeta + `}`, `{"taskId":5}`, `{` + modernMeta + `}`,
	}
	var messages []string
	for _, method := range []string{
		"ping", "initialize", "tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list", "resources/templates/list", "resources/read", "resources/subscribe",
		"resources/unsubscribe", "logging/setLevel", "completion/complete", "tasks/get", "tasks/list", "tasks/result", "tasks/cancel", "server/discover", "subscriptions/listen",
		"roots/list", "sampling/createMessage", "elicitation/create", "notifications/initialized", "notifications/cancelled", "nope", "",
	} {
		for _, params := range shapes {
			messages = append(messages, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, len(messages), method, params))
		}
	}
	for i, got := range exchange(t, messages) {
		var answer struct {
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal([]byte(got), &answer); err != nil || (answer.Result == nil) == (answer.Error == nil) {
			t.Errorf("%s: got %q, want an answer", messages[i], got)
		}
		if answer.Error != nil && inside.MatchString(answer.Error.Message) {
			t.Errorf("%s: got %s, want no words of the server's inside", messages[i], got)
		}
	}
}
