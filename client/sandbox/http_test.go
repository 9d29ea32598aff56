package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
)

func asError(err error, target **client.Error) bool { return errors.As(err, target) }

func TestRequests(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	id := mustJoin(t, c, transcribed(ordinary))
	const link = `"meeting_url":"https://zoom.us/j/1234567890","bot_name":"Ada"`
	n := 0
	for _, row := range []struct {
		method, path, body string
		status             int
		want               string // in the answer; "" for an empty one
	}{
		{"GET", "/bots/bots_with_metadata", "", 200, `"bots":[{`},
		{"GET", "/bots/bots_with_metadata/", "{}", 200, `"recentBots":[{`},
		{"GET", "/bots/bots_with_metadata", "null", 200, `"nextCursor":`},
		{"GET", "/bots/meeting_data?bot_id=" + id, "{}", 200, `"transcripts":[]`},
		{"GET", "/bots/meeting_data/?bot_id=" + id + "&include_transcripts=false", "null", 200, `"event_uuid":null`},
		{"GET", "/bots/meeting_data", "", 400, "missing field `bot_id`"},
		{"GET", "/bots/meeting_data?bot_id=" + id + "&include_transcripts=yes", "", 400, "`true` or `false`"},
		{"GET", "/bots/meeting_data?bot_id=nobody", "", 404, `{"error":"BotNotFound","message":"Bot not found"}`},
		{"GET", "/bots/" + id + "/screenshots/", "{}", 200, "[]"},
		{"GET", "/bots/" + id, "", 405, ""},
		{"GET", "/bots/", "", 405, ""},
		{"DELETE", "/bots/webhooks", "", 405, ""},
		{"GET", "/bots/" + id + "/transcript", "", 404, ""},
		{"GET", "/v2/bots", "", 404, ""},
		{"GET", "/", "", 404, ""},
		{"DELETE", "/bots/" + id + "/", "{}", 200, `{"ok":true}`},

		{"POST", "/bots/", "", 400, "EOF"},
		{"POST", "/bots/", `{"meeting_url"`, 400, "parse"},
		{"POST", "/bots/", "null", 422, "missing field `meeting_url`"},
		{"POST", "/bots/", "[]", 422, "expected an object"},
		{"POST", "/bots/", `{"meeting_url":"x","bot_name":"y","extra":{"n":1e999}}`, 400, "number out of range"},
		{"POST", "/bots/", `{"meeting_url":"x"}`, 422, "missing field `bot_name`"},
		{"POST", "/bots/", `{"meeting_url":"x","bot_name":null}`, 422, "bot_name: invalid type: null"},
		{"POST", "/bots/", `{"meeting_url":"x","bot_name":7}`, 422, "bot_name: invalid type: number"},
		{"POST", "/bots", `{` + link + `,"enter_message":"ignored","unknown":{"a":[1]},"extra":null,"bot_image":null,"reserved":false}`, 200, `{"bot_id":"`},
		{"POST", "/bots/", `{` + link + `,"start_time":"2026-03-11T09:00:00Z"}`, 422, "start_time: invalid type: string"},
		{"POST", "/bots/", `{` + link + `,"start_time":1773219600000}`, 400, "not in milliseconds"},
		{"POST", "/bots/", `{` + link + `,"start_time":-1}`, 422, "start_time"},
		{"POST", "/bots/", `{` + link + `,"recording_mode":"Speaker_View"}`, 422, "recording_mode: unknown variant `Speaker_View`"},
		{"POST", "/bots/", `{` + link + `,"speech_to_text":"default"}`, 422, "speech_to_text: unknown variant"},
		{"POST", "/bots/", `{` + link + `,"speech_to_text":{"provider":"Runpod","api_key":null}}`, 200, "bot_id"},
		{"POST", "/bots/", `{` + link + `,"speech_to_text":{"api_key":"x"}}`, 422, "missing field `provider`"},
		{"POST", "/bots/", `{` + link + `,"bot_image":"picture.png"}`, 422, "bot_image"},
		{"POST", "/bots/", `{` + link + `,"streaming":{"audio_frequency":"48khz"}}`, 422, "audio_frequency"},
		{"POST", "/bots/", `{` + link + `,"streaming":{"input":null,"audio_frequency":"16khz"}}`, 200, "bot_id"},
		{"POST", "/bots/", `{` + link + `,"automatic_leave":{"waiting_room_timeout":119}}`, 400, "between 120 and 1800"},
		{"POST", "/bots/", `{` + link + `,"automatic_leave":{"noone_joined_timeout":1801}}`, 400, "noone_joined_timeout"},
		{"POST", "/bots/", `{` + link + `,"automatic_leave":{"silence_timeout":299}}`, 400, "between 300 and 1800"},
		{"POST", "/bots/", `{` + link + `,"automatic_leave":{"silence_timeout":1800,"waiting_room_timeout":120,"noone_joined_timeout":null}}`, 200, "bot_id"},
		{"POST", "/bots/", `{` + link + `,"automatic_leave":{"silence_timeout":-300}}`, 422, "expected u32"},
		{"POST", "/bots/", `{` + link + `,"waiting_room_timeout":5}`, 200, "bot_id"}, // flat, so unknown
		{"POST", "/bots/", `{` + link + `,"zoom_sdk_id":"x"}`, 400, "together"},
		{"POST", "/bots/", `{` + link + `,"zoom_sdk_pwd":"x"}`, 400, "together"},
		{"POST", "/bots/", `{` + link + `,"zoom_sdk_id":"x","zoom_sdk_pwd":"y"}`, 200, "bot_id"},

		{"GET", "/bots/bots_with_metadata?limit=0", "", 400, "limit must be between 1 and 50"},
		{"GET", "/bots/bots_with_metadata?limit=99", "", 400, "limit must be between 1 and 50"},
		{"GET", "/bots/bots_with_metadata?limit=ten", "", 400, "limit: invalid digit"},
		{"GET", "/bots/bots_with_metadata?cursor=%21", "", 400, "InvalidCursor"},
		{"GET", "/bots/bots_with_metadata?created_after=2026-03-01T00:00:00Z", "", 400, "without a zone"},
		{"GET", "/bots/bots_with_metadata?created_after=2026-03-01T00:00:00&filter_by_extra=a:b,c:d", "", 200, `"bots":[]`},

		{"POST", "/bots/retranscribe", `{}`, 422, "missing field `bot_uuid`"},
		{"POST", "/bots/retranscribe", `{"bot_uuid":"nobody"}`, 404, "BotNotFound"},
		{"POST", "/bots/nobody/delete_data", "null", 404, ""},
	} {
		body := row.body
		if strings.Contains(body, link) { // each to a meeting of its own
			n++
			body = strings.Replace(body, "1234567890", fmt.Sprintf("12345%05d", n), 1)
		}
		got := ask(t, s, row.method, row.path, body)
		if got.status != row.status || !strings.Contains(got.body, row.want) || row.want == "" && got.body != "" {
			t.Errorf("%s %s %s: got %d %.200s, want %d %s", row.method, row.path, row.body, got.status, got.body, row.status, row.want)
		}
		plain := strings.HasPrefix(got.body, "Failed to")
		if want := "application/json"; !plain && got.body != "" && got.kind != want || plain && got.kind != "text/plain; charset=utf-8" {
			t.Errorf("%s %s %s: content type %q", row.method, row.path, row.body, got.kind)
		}
	}
	if got := ask(t, s, "POST", "/bots/", `{}`, "Content-Type", "text/plain"); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("a body that is not said to be JSON: got %d, want 415", got.status)
	}
	if got := ask(t, s, "POST", "/bots/", strings.Repeat(" ", maxBody+1)); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body beyond the limit: got %d, want 413", got.status)
	}
}

// TestGuard holds that no web page reaches a person's meetings.
func TestGuard(t *testing.T) {
	t.Parallel()
	s, _ := open(t, Options{})
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL(), "http://"), ":")
	own := "127.0.0.1:" + port
	for _, row := range []struct {
		host   string
		origin []string
		want   int
	}{
		{own, nil, 200},
		{"127.8.9.1:" + port, nil, 200},
		{"[::1]:" + port, nil, 200},
		{"LocalHost:" + port, nil, 200},
		{own, []string{"http://" + own}, 200},
		{"", nil, 403},
		{"127.0.0.1", nil, 403},
		{"127.0.0.1:1", nil, 403},
		{"localhost.:" + port, nil, 403},
		{"192.168.1.7:" + port, nil, 403},
		{"page.example:" + port, nil, 403},
		{"127.0.0.1.page.example:" + port, nil, 403},
		{"page.example:" + port, []string{"http://page.example:" + port}, 403},
		{own, []string{"http://localhost:" + port}, 403},
		{own, []string{"https://" + own}, 403},
		{own, []string{"https://page.example"}, 403},
		{own, []string{"null"}, 403},
		{own, []string{""}, 403},
		{own, []string{"http://" + own, "https://page.example"}, 403},
	} {
		for _, path := range []string{"/bots/bots_with_metadata", "/files/x"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host, r.Header["Origin"] = row.host, row.origin
			r.Header.Set(client.KeyHeader, Key)
			w := httptest.NewRecorder()
			s.serve(w, r)
			refused := strings.HasPrefix(w.Body.String(), "Refused: ")
			if refused != (row.want == 403) || refused && w.Code != 403 || path == "/bots/bots_with_metadata" && w.Code != row.want {
				t.Errorf("%s for %q from %q: got %d %.60s, want %d", path, row.host, row.origin, w.Code, w.Body, row.want)
			}
		}
	}
	if got := len(s.Requests()); got != 5 {
		t.Errorf("%d requests, want the 5 that were let in", got)
	}
}

// TestMemory holds that what is kept of the past stays small.
func TestMemory(t *testing.T) {
	t.Parallel()
	s, _ := open(t, Options{})
	large := strings.Repeat("x", 1<<20)
	s.mu.Lock()
	for i := range 40 {
		s.notify(s.accounts[Key], "http://hook.example.com/", event{"complete", fmt.Sprint(i, large)}, nil)
		s.requests.add(Request{Path: fmt.Sprint(i), Body: large})
	}
	s.mu.Unlock()
	s.Advance(0) // until all is sent
	sent, requests := s.Deliveries(), s.Requests()
	if n := len(sent); n != 15 || !strings.Contains(sent[n-1].Body, `"39x`) {
		t.Errorf("%d deliveries of 1 MB are kept, want the last 15", n)
	}
	if n := len(requests); n != 15 || requests[n-1].Path != "39" {
		t.Errorf("%d requests of 1 MB are kept, want the last 15", n)
	}
	for range maxRecords + 1 {
		s.requests.add(Request{})
	}
	if n, held := len(s.Requests()), s.requests.bytes; n != maxRecords || held != 0 {
		t.Errorf("%d empty requests of %d bytes are kept, want %d of none", n, held, maxRecords)
	}
}

func TestUnwritable(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, _ := open(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	w := httptest.NewRecorder()
	s.write(w, ok(math.NaN()), whole)
	if w.Code != http.StatusInternalServerError || w.Body.String() != "Internal Server Error" || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("got %d %q, logged %q", w.Code, w.Body, log.String())
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	other := clientOf(t, s, OtherKey)
	id := mustJoin(t, c, transcribed(ordinary))
	for _, key := range []string{"", "wrong", "Bearer sandbox"} {
		got := ask(t, s, "GET", "/bots/bots_with_metadata", "", client.KeyHeader, key)
		if got.status != http.StatusUnauthorized || got.body != `{"error":"InvalidApiKey","message":"Invalid API key"}` {
			t.Errorf("key %q: got %d %s, want 401 InvalidApiKey", key, got.status, got.body)
		}
	}
	for bot, err := range other.AllBots(t.Context(), client.BotQuery{Limit: 50}) {
		if err != nil {
			t.Fatal(err)
		}
		if s.accounts[Key].byID[bot.UUID] != nil {
			t.Errorf("bot %s is in both accounts", bot.UUID)
		}
	}
	_, err := other.MeetingData(t.Context(), id, false)
	var refusal *client.Error
	if !asError(err, &refusal) || refusal.Status != http.StatusForbidden {
		t.Errorf("another account's bot: %v, want 403", err)
	}
}

// TestFieldNames holds the answers against the names of fields that the API's
// document requires.
func TestFieldNames(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	id := mustJoin(t, c, transcribed(ordinary))
	s.Advance(24 * 60 * 60 * 1e9)
	const word = "id bot_id start_time end_time text user_id"
	for path, want := range map[string]string{
		"/bots/meeting_data?bot_id=" + id: "mp4 audio speaker_diarization_file speaker_diarization_file_network meeting_participants_file duration bot_data bot transcripts event_uuid" +
			" account_id bot_exited_at bot_joined_at bot_name bot_param_id created_at diarization_v2 ended_at extra id meeting_url mp4_s3_path reserved transcription_custom_parameters uuid webhook_url is_stopped" +
			" bot_image deduplication_key diarization_fails enter_message errors event_id noone_joined_timeout recording_mode scheduled_bot_id session_id silence_timeout" +
			" speech_to_text_api_key speech_to_text_provider streaming_audio_frequency streaming_input streaming_output transcription_fails transcription_payloads user_reported_error" +
			" waiting_room_timeout zoom_access_token_url zoom_obf_token zoom_obf_token_url zoom_obf_token_user_id zoom_sdk_id zoom_sdk_pwd speaker lang words " + word,
		"/bots/bots_with_metadata": "bots recent_bots next_cursor last_updated uuid id bot_name meeting_url created_at extra speakers ended_at duration session_id access_count last_accessed_at" +
			" recentBots nextCursor lastUpdated name meetingUrl createdAt endedAt",
		"/bots/" + id + "/screenshots": "date url",
	} {
		body := ask(t, s, "GET", path, "").body
		for name := range strings.FieldsSeq(want) {
			if !strings.Contains(body, `"`+name+`":`) {
				t.Errorf("GET %s has no %s", path, name)
			}
		}
	}
}
