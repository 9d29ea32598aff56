package tools_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/tools"
)

// What is kept is shown to strangers only while the API accepts their key, and
// has had the meeting within a day; a person alone is shown it with a word of
// warning.
func TestStrangers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		after  time.Duration
		recent bool // the API answers the key once more before it fails
		status int
		shown  bool // to a stranger
		alone  bool // to a person alone
	}{
		{"the key was accepted of late", 9 * time.Minute, false, 401, true, true},
		{"the key is not accepted any more", 11 * time.Minute, false, 401, false, true}, // whose copy is good for hours
		{"the API was away for long", 11 * time.Minute, false, 503, false, true},
		{"the API is away since just now", 7 * time.Hour, true, 503, true, true},
		{"the meeting was not seen for a day", 25 * time.Hour, true, 503, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range []*access.Principal{nil, {ID: "ada", Scopes: []access.Scope{access.Read}, Key: client.NewSecret(sandbox.Key)}} {
				a := newAgent(t, tools.Policy{})
				call := a.call
				if p != nil {
					call = func(tool, args string) result { return a.callBy(p, tool, args) }
				}
				weekly := a.meetingOf("weekly sync")
				call("search_transcripts", dishwasher)
				a.sandbox.Advance(row.after)
				if row.recent {
					call("search_transcripts", fmt.Sprintf(`{"query":"dishwasher","after":%q}`, a.sandbox.Now().Format(time.RFC3339)))
				}
				a.sandbox.Refuse(row.status, 1000)
				want := row.shown
				if p == nil {
					want = row.alone
				}
				r := call("get_transcript", `{"bot_id":"`+weekly+`"}`)
				if got := strings.Contains(r.text, "three past"); got != want || got == r.isError {
					t.Errorf("stranger %v: got %v, want %v: %.300s", p != nil, got, want, r.text)
				}
				if row.status == 503 {
					if got := strings.Contains(call("search_transcripts", dishwasher).text, "bot_id "+weekly); got != want {
						t.Errorf("stranger %v: a search finds it: %v, want %v", p != nil, got, want)
					}
				}
			}
		})
	}
}

// A library that keeps three meetings of a key searches the newest three, says
// that there are more, and searches those when it is asked to.
func TestQuota(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for i := range 7 {
		words := fmt.Sprintf("1\n00:00:01,000 --> 00:00:09,000\nAda: This is about the zither number %d.\n", i)
		file, at := filepath.Join(data, fmt.Sprintf("zither %d.srt", i)), time.Now().AddDate(0, 0, -i)
		if err := errors.Join(os.WriteFile(file, []byte(words), 0o600), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	a := newAgentOn(t, tools.Policy{Bounds: library.Bounds{Meetings: 3}}, sandbox.Options{Data: data})
	read, args := map[string]bool{}, `{"query":"zither","meeting":"zither"}`
	for range 3 {
		r := a.ok("search_transcripts", args)
		results, _ := r.fields["results"].([]any)
		for i := range results {
			read[r.field(fmt.Sprintf("results.%d.bot_id", i))] = true
		}
		if again := a.ok("search_transcripts", args); again.field("results.2.bot_id") != r.field("results.2.bot_id") {
			t.Errorf("the same search again:\n%s\nafter\n%s", again.text, r.text)
		}
		if len(read) < 7 && (!strings.Contains(r.text, "call again with before set to coverage.oldest") || !strings.Contains(r.json, `"complete":false`)) {
			t.Errorf("it does not say that there are more: %s", r.text)
		}
		args = fmt.Sprintf(`{"query":"zither","meeting":"zither","before":%q}`, r.field("coverage.oldest"))
	}
	if len(read) != 7 {
		t.Errorf("%d of 7 meetings were found", len(read))
	}
}
