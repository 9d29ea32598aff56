package tools_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/tools"
)

// meetingOf is an API that has one meeting, of a bot and turns.
func meetingOf(t *testing.T, p tools.Policy, duration int, bot map[string]any, turns ...map[string]any) *agent {
	t.Helper()
	const at = "2026-01-01T10:00:00Z"
	all := map[string]any{"uuid": "bot-1", "id": 1, "account_id": 1, "bot_param_id": 1, "bot_name": "Ada", "meeting_url": "https://meet.google.com/abc-defg-hij", "created_at": at,
		"bot_joined_at": at, "bot_exited_at": at, "ended_at": at, "mp4_s3_path": "x", "speech_to_text_provider": "Default", "extra": map[string]any{"title": "Harvest"}}
	for name, value := range bot {
		all[name] = value
	}
	data := map[string]any{"mp4": "https://f.example.com/x.mp4?X-Amz-Signature=0123456789abcdef0123456789abcdef", "duration": duration, "bot_data": map[string]any{"bot": all, "transcripts": turns}}
	list := map[string]any{"bots": []any{map[string]any{"uuid": "bot-1", "id": 1, "bot_name": all["bot_name"], "meeting_url": all["meeting_url"], "created_at": at, "ended_at": at,
		"duration": duration, "speakers": []string{"Ana"}, "extra": all["extra"]}}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := any(data)
		if r.URL.Path == "/bots/bots_with_metadata" {
			answer = list
		}
		raw, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(w, strings.NewReader(string(raw)))
	}))
	t.Cleanup(server.Close)
	return newAgentAt(t, p, server.URL)
}

// said is a turn of the API's.
func said(who string, start, end float64, words ...string) map[string]any {
	all := make([]any, len(words))
	for i, word := range words {
		length := (end - start) / float64(len(words))
		all[i] = map[string]any{"id": i, "bot_id": 1, "text": word, "start_time": start + float64(i)*length, "end_time": start + float64(i+1)*length}
	}
	return map[string]any{"id": 1, "bot_id": 1, "speaker": who, "start_time": start, "end_time": end, "lang": "en", "words": all}
}

// No answer has a secret that a bot was set up with, in whatever field the API
// tells it again; the links to recordings that were asked for go on working.
func TestSecretsOfABotStayHidden(t *testing.T) {
	t.Parallel()
	a := meetingOf(t, tools.Policy{}, 60, map[string]any{
		"webhook_url": "https://user:CANARY01@hooks.example.org/a?tok=CANARY02#CANARY03", "bot_image": "https://s3.example.org/x.png?X-Amz-Signature=CANARY04",
		"speech_to_text_api_key": "CANARY05key", "zoom_sdk_pwd": "CANARY06pwd", "zoom_obf_token": "CANARY07tok",
		"zoom_obf_token_url": "https://u:CANARY08@h.example.org/pCANARY09?t=CANARY10", "zoom_access_token_url": "https://h.example.org/CANARY11",
		"streaming_output": "wss://u:CANARY12@h.example.org/CANARY13", "streaming_input": "wss://h.example.org/CANARY14",
		"meeting_url":                     "https://us05web.zoom.us/j/1?pwd=CANARY15",
		"extra":                           map[string]any{"title": "Harvest https://u:CANARY16@h/", "Access-Token": "CANARY17tok", "list": []any{map[string]any{"deep": map[string]any{"client_secret": "CANARY18"}}}},
		"transcription_custom_parameters": map[string]any{"apiKey": "CANARY19key", "callback_url": "https://u:CANARY20@h/", "headers": map[string]any{"Authorization": "Bearer CANARY21"}},
		"transcription_payloads":          map[string]any{"x-gladia-key": "CANARY22", "sent": "with CANARY05key and CANARY19key"},
		"user_reported_error":             map[string]any{"text": "CANARY07tok was refused"},
		"errors":                          "Gladia refused CANARY05key, CANARY19key and CANARY17tok at https://u:CANARY23@h/?sig=CANARY24",
		"enter_message":                   "Hello, CANARY06pwd", "deduplication_key": "CANARY07tok",
	}, said("Ana", 1, 3, "the", "quince", "harvest", "is", "late"))
	for _, c := range [][2]string{
		{"get_meeting_data", `{"bot_id":"bot-1","detail":"full","include_urls":true,"include_transcripts":true}`},
		{"list_bots", `{"detail":"full"}`},
		{"get_transcript", `{"bot_id":"bot-1"}`},
		{"search_transcripts", `{"query":"quince"}`},
		{"wait_for_meeting", `{"bot_id":"bot-1","until":"ended"}`},
	} {
		r := a.ok(c[0], c[1])
		if all := r.text + r.json; strings.Contains(all, "CANARY") {
			at := strings.Index(all, "CANARY")
			t.Errorf("%s: a secret came out: %s", c[0], all[max(0, at-80):min(len(all), at+40)])
		}
		if c[0] == "get_meeting_data" {
			for _, want := range []string{"x.mp4?X-Amz-Signature=0123456789abcdef0123456789abcdef", "https://us05web.zoom.us/j/1?pwd=…", `"x-gladia-key":"…"`, "https://…@hooks.example.org/a?…"} {
				if !strings.Contains(r.text, want) {
					t.Errorf("%s is not in %s", want, r.text)
				}
			}
		}
	}
}

// Numbers come back as they were sent.
func TestBigNumbersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	a := meetingOf(t, tools.Policy{}, 60, map[string]any{"extra": map[string]any{"title": "Harvest", "deal": json.Number("1915883588174806058"), "share": json.Number("0.10"), "list": []any{json.Number("12345678901234567890123")}}},
		said("Ana", 1, 3, "yes"))
	for _, c := range [][2]string{{"get_meeting_data", `{"bot_id":"bot-1","detail":"full"}`}, {"list_bots", `{"detail":"full"}`}} {
		r := a.ok(c[0], c[1])
		for _, want := range []string{`"deal":1915883588174806058`, `"share":0.10`, `[12345678901234567890123]`} {
			if !strings.Contains(r.text, want) {
				t.Errorf("%s: no %s in %s", c[0], want, r.text)
			}
		}
	}
}
