package client_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 3, 10, 12, 30, 5, 0, time.UTC)
	for _, text := range []string{
		`"2026-03-10T12:30:05"`, `"2026-03-10T12:30:05Z"`, `"2026-03-10T12:30:05.000000"`, `"2026-03-10T12:30:05.000000000+00:00"`,
		`"2026-03-10T13:30:05+01:00"`, `"2026-03-10 12:30:05"`, `{"secs_since_epoch":1773145805,"nanos_since_epoch":0}`,
		`"2026-03-10T12:30:05+0000"`, `"2026-03-10T13:30:05+0100"`, `"2026-03-10 12:30:05 UTC"`, `"2026-03-10 12:30:05.000 +0000 UTC"`, `"Tue, 10 Mar 2026 12:30:05 GMT"`,
		`1773145805`, `1773145805.0`, `1773145805000`,
	} {
		var got client.Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
	for text, zero := range map[string]bool{`null`: true, `""`: true, `"tomorrow"`: false, `"2026-03-10 12:30:05 PST"`: false, `-5`: false, `1e300`: false, `7`: false, `[]`: false} {
		got := client.Time{Time: want}
		if err := json.Unmarshal([]byte(text), &got); (err == nil) != zero || zero && !got.IsZero() {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	var unix client.UnixTime
	if err := json.Unmarshal([]byte("1773145805"), &unix); err != nil || !unix.Equal(want) {
		t.Errorf("seconds: got %v, %v, want %v", unix, err, want)
	}
	if raw, err := json.Marshal(client.UnixTime{Time: want}); err != nil || string(raw) != "1773145805" {
		t.Errorf("seconds: wrote %s, %v", raw, err)
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	want := client.Word{Text: "hi", StartTime: 1.5, EndTime: 2}
	for _, text := range []string{
		`{"id":7,"bot_id":0,"text":"hi","start_time":1.5,"end_time":2,"user_id":null,"score":{"a":[1]}}`,
		`{"word":"hi","start":1.5,"end":2,"id":7}`,
	} {
		var got client.Word
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, id := range map[string]client.ID{`7`: "7", `"7"`: "7", `"a-b"`: "a-b", `null`: ""} {
		var got client.ID
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != id {
			t.Errorf("id %s: got %q, %v, want %q", text, got, err, id)
		}
	}
	for _, text := range []string{`"Gladia"`, `{"provider":"Gladia","api_key":null}`} {
		var got client.SpeechToText
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Provider != "Gladia" {
			t.Errorf("speech_to_text %s: got %+v, %v", text, got, err)
		}
	}
}

func TestClear(t *testing.T) {
	t.Parallel()
	var got string
	c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read: %v", err)
		}
		got = string(body)
		saying(200, "application/json", `[{"uuid":"e","bot_param":{"bot_name":"Bea"}}]`)(w, r)
	})
	patch := client.RecordingPatch{BotName: "Bea", Clear: map[string]*struct{}{"webhook_url": nil}}
	if _, err := c.UpdateRecording(t.Context(), "e", false, patch); err != nil || got != `{"bot_name":"Bea","webhook_url":null}` {
		t.Errorf("sent %s, %v, want the name and a null alone", got, err)
	}
}

// hour is the data of an hour's meeting, about 1 MB with 9,600 words.
func hour() []byte {
	data := client.MeetingData{Duration: 3600, BotData: client.BotData{Bot: client.Bot{UUID: "5f1c8a7e-0000-4000-8000-000000000001"}}}
	for turn := range 480 {
		begin := float64(turn) * 7.5
		end := begin + 7
		spoken := client.Transcript{ID: int64(turn), BotID: 911, Speaker: fmt.Sprintf("Speaker %d", turn%5), Lang: "en", StartTime: begin, EndTime: &end}
		for n := range 20 {
			at := begin + float64(n)*0.35
			spoken.Words = append(spoken.Words, client.Word{Text: "something", StartTime: at, EndTime: at + 0.3})
		}
		data.BotData.Transcripts = append(data.BotData.Transcripts, spoken)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return raw
}

func BenchmarkDecodeHour(b *testing.B) {
	raw := hour()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		var data client.MeetingData
		if err := json.Unmarshal(raw, &data); err != nil {
			b.Fatal(err)
		}
		if got := len(data.BotData.Transcripts); got != 480 {
			b.Fatalf("%d turns, want 480", got)
		}
	}
}
