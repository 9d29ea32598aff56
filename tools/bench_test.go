package tools_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

const hour = "Brindlewick Returns"

// BenchmarkTranscript compares reading a page of an hour's meeting that is kept
// here with fetching the same meeting's data from the sandbox.
func BenchmarkTranscript(b *testing.B) {
	a := newAgent(b, tools.Policy{})
	id := a.meetingOf(hour)
	args := `{"bot_id":"` + id + `"}`
	a.ok("get_transcript", args)
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			a.ok("get_transcript", args)
		}
	})
	b.Run("fetched", func(b *testing.B) {
		request, err := http.NewRequest(http.MethodGet, a.sandbox.URL()+"/bots/meeting_data?bot_id="+id, nil)
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set(client.KeyHeader, sandbox.Key)
		for b.Loop() {
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				b.Fatal(err)
			}
			if err := answer.Body.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCalls times whole calls through the protocol, the sandbox included.
func BenchmarkCalls(b *testing.B) {
	a := newAgent(b, tools.Policy{})
	id := a.meetingOf(hour)
	for _, c := range [][2]string{
		{"list_bots", `{}`},
		{"list_bots", `{"limit":3}`}, // with a cursor to make
		{"get_meeting_data", `{"bot_id":"` + id + `"}`},
		{"search_transcripts", `{"query":"what was decided about the washer shutdown"}`},
		{"search_transcripts", `{"query":"what was decided about the washer shutdown","bot_id":"` + id + `"}`},
	} {
		b.Run(c[0], func(b *testing.B) {
			for b.Loop() {
				a.ok(c[0], c[1])
			}
		})
	}
}
