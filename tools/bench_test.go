package tools_test

import (
	"testing"

	"github.com/meetmcp/meetmcp/tools"
)

const hour = "Brindlewick Returns"

// BenchmarkCalls times whole calls through the protocol, the sandbox included.
func BenchmarkCalls(b *testing.B) {
	a := newAgent(b, tools.Policy{})
	id := a.meetingOf(hour)
	for _, c := range [][2]string{
		{"list_bots", `{}`},
		{"list_bots", `{"limit":3}`}, // with a cursor to make
		{"get_meeting_data", `{"bot_id":"` + id + `"}`},
		{"get_transcript", `{"bot_id":"` + id + `"}`},
		{"get_transcript", `{"bot_id":"` + id + `","format":"json"}`},
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
