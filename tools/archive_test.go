package tools_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/tools"
)

const dishwasher = `{"query":"dishwasher"}`

func TestTranscribedAgain(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	weekly := a.meetingOf("weekly sync")
	a.ok("search_transcripts", dishwasher)
	a.ok("retranscribe_meeting", `{"bot_id":"`+weekly+`"}`)
	if r := a.ok("get_transcript", `{"bot_id":"`+weekly+`"}`); !strings.Contains(r.text, "still the old transcript") {
		t.Errorf("the old transcript is not said to be old: %.400s", r.text)
	}
	r := a.ok("search_transcripts", dishwasher)
	if strings.Contains(r.text, "bot_id "+weekly) || !strings.Contains(r.json, `"complete":false`) || r.field("coverage.not_yet.0") != weekly {
		t.Errorf("while it is transcribed again: %s", r.json)
	}
	a.sandbox.Advance(20 * time.Minute)
	r = a.ok("search_transcripts", dishwasher)
	if !strings.Contains(r.text, "bot_id "+weekly) || !strings.Contains(r.json, `"complete":true`) {
		t.Errorf("after it was transcribed again: %s", r.json)
	}
	if r := a.ok("get_transcript", `{"bot_id":"`+weekly+`"}`); strings.Contains(r.text, "still the old") {
		t.Errorf("the new transcript is said to be old: %.400s", r.text)
	}
}

// What is deleted elsewhere is noticed by each tool that could show it.
func TestDeletedElsewhere(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"get_transcript", "get_meeting_data", "search_transcripts"} {
		a := newAgent(t, tools.Policy{})
		weekly := a.meetingOf("weekly sync")
		args := `{"bot_id":"` + weekly + `"}`
		if tool == "search_transcripts" {
			args = dishwasher
		}
		a.ok("search_transcripts", dishwasher)
		api := client.New(a.sandbox.URL(), client.NewSecret(sandbox.Key), nil)
		if _, err := api.DeleteData(t.Context(), weekly); err != nil {
			t.Fatal(err)
		}
		api.Close()
		a.sandbox.Advance(7 * time.Hour)
		if r := a.call(tool, args); strings.Contains(r.text, "three past") {
			t.Errorf("%s shows what was deleted: %.400s", tool, r.text)
		}
		if r := a.ok("search_transcripts", dishwasher); strings.Contains(r.text, "bot_id "+weekly) {
			t.Errorf("search after %s finds what was deleted: %.400s", tool, r.text)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	weekly := a.meetingOf("weekly sync")
	a.ok("search_transcripts", dishwasher)
	a.sandbox.Advance(7 * time.Hour)
	a.sandbox.Refuse(503, 1000)
	if r := a.ok("get_transcript", `{"bot_id":"`+weekly+`"}`); !strings.Contains(r.text, "three past") || !strings.Contains(r.text, "the API did not answer") {
		t.Errorf("got %.400s", r.text)
	}
	r := a.ok("search_transcripts", dishwasher)
	if !strings.Contains(r.text, "bot_id "+weekly) || !strings.Contains(r.text, "the API did not answer") || !strings.Contains(r.json, `"complete":false`) {
		t.Errorf("got %s", r.json)
	}
}

// A search answers when its time is up, and the same call joins what goes on.
func TestSearchRunning(t *testing.T) {
	t.Parallel()
	over := make(chan time.Time)
	close(over)
	first := true
	a := newAgent(t, tools.Policy{After: func(d time.Duration) <-chan time.Time {
		if first {
			first = false
			return over
		}
		return time.After(d)
	}})
	if err := a.sandbox.SetFaults("slow=50ms"); err != nil {
		t.Fatal(err)
	}
	r := a.ok("search_transcripts", dishwasher)
	if r.field("state") != "running" || !strings.Contains(r.json, `"retry_after_s":`) || !strings.Contains(r.json, `"complete":false`) {
		t.Errorf("got %s", r.json)
	}
	r = a.ok("search_transcripts", dishwasher)
	if r.field("state") != "" || !strings.Contains(r.json, `"complete":true`) || !strings.Contains(r.text, "Searched 8 of 8") {
		t.Errorf("joined: %s", r.json)
	}
	reads := 0
	for _, request := range a.sandbox.Requests() {
		if strings.Contains(request.Path, "meeting_data") {
			reads++
		}
	}
	if reads > 8 {
		t.Errorf("8 meetings were read %d times", reads)
	}
}

// Two keys with one library see nothing of each other's.
func TestTwoKeys(t *testing.T) {
	t.Parallel()
	l := keep(t, library.Bounds{})
	p := tools.Policy{Library: func() (*library.Library, error) { return l, nil }}
	a := newAgent(t, p)
	p.Now = a.sandbox.Now
	other := newAgentWith(t, p, a.sandbox.URL(), sandbox.OtherKey)
	weekly := a.meetingOf("weekly sync")
	a.ok("search_transcripts", dishwasher)
	for _, query := range []string{dishwasher, `{"query":"dishwashr"}`} {
		r := other.ok("search_transcripts", query)
		if !strings.Contains(r.text, "Searched 8 of 8") || strings.Contains(r.text, weekly) { // it has eight of its own
			t.Errorf("%s: %s", query, r.text)
		}
	}
	for _, tool := range []string{"get_transcript", "get_meeting_data"} {
		if r := other.call(tool, `{"bot_id":"`+weekly+`"}`); !r.isError || strings.Contains(r.text, "Tobias") {
			t.Errorf("%s: %.400s", tool, r.text)
		}
	}
	if r := a.ok("search_transcripts", dishwasher); !strings.Contains(r.text, "bot_id "+weekly) {
		t.Errorf("the other key's calls dropped what this key has kept: %s", r.text)
	}
}

// A long list is not read anew by every search.
func TestLongList(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for i := range 120 {
		words := fmt.Sprintf("1\n00:00:01,000 --> 00:00:09,000\nAda: This is about the zither number %d.\n", i)
		if err := os.WriteFile(filepath.Join(data, fmt.Sprintf("zither %d.srt", i)), []byte(words), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := newAgentOn(t, tools.Policy{}, sandbox.Options{Data: data})
	pages := func() (n int) {
		before := len(a.sandbox.Requests())
		a.ok("search_transcripts", `{"query":"zither"}`)
		for _, request := range a.sandbox.Requests()[before:] {
			if strings.Contains(request.Path, "bots_with_metadata") {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		after func()
		want  int // pages of the list
	}{
		{func() {}, 3},
		{func() {}, 1},
		{func() { a.sandbox.Advance(time.Minute) }, 1},
		{func() { a.ok("delete_meeting_data", `{"bot_id":"`+a.meetingOf("zither")+`"}`) }, 3},
		{func() { a.ok("join_meeting", `{`+meet+`}`) }, 1},
		{func() { a.sandbox.Advance(11 * time.Minute) }, 3},
		{func() {}, 1},
	} {
		step.after()
		if got := pages(); got != step.want {
			t.Errorf("got %d pages of the list, want %d", got, step.want)
		}
	}
	for range 6 {
		a.ok("search_transcripts", `{"query":"zither"}`)
	}
	if r := a.ok("search_transcripts", `{"query":"zither"}`); !strings.Contains(r.text, "Searched 128 of 129 meetings") || !strings.Contains(r.text, "1 have no transcript") {
		t.Errorf("when all are read: %s", r.text)
	}
}

// TestIDInCapitals reads and deletes a meeting by its id in capitals, as some
// programs write UUIDs: it is the same meeting.
func TestIDInCapitals(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	weekly := a.meetingOf("weekly sync")
	a.ok("get_transcript", `{"bot_id":"`+weekly+`"}`)
	a.ok("delete_meeting_data", `{"bot_id":"`+strings.ToUpper(weekly)+`"}`)
	for _, id := range []string{weekly, " " + strings.ToUpper(weekly)} {
		if r := a.call("get_transcript", `{"bot_id":"`+id+`"}`); strings.Contains(r.text, "0:") {
			t.Errorf("%s is shown after it was deleted: %.300s", id, r.text)
		}
	}
}
