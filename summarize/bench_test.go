package summarize_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// BenchmarkExtract shows that the time grows as the meeting does.
func BenchmarkExtract(b *testing.B) {
	all := meetings(b)
	for _, words := range []int{10_000, 30_000, 100_000} {
		turns, err := transcript.Prepare(b.Context(), asLongAs(words, all)) // as meetings are stored
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range []summarize.Request{
			{Turns: turns},
			{Turns: turns, Kind: summarize.Minutes},
			{Turns: turns, Focus: "What was decided about the heat exchanger of the washer?"},
		} {
			name := string(r.Kind)
			if r.Focus != "" {
				name = "focus"
			}
			b.Run(fmt.Sprintf("%s/%d", name, words), func(b *testing.B) {
				for b.Loop() {
					if _, err := summarize.Extract(b.Context(), r); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(words)*1000, "us/1000words")
			})
		}
	}
}

// asLongAs makes a meeting of about so many words out of others, each as often
// as it takes.
func asLongAs(words int, meetings map[string][]transcript.Turn) []transcript.Turn {
	var long []transcript.Turn
	for n := 0; ; {
		for _, name := range slices.Sorted(maps.Keys(meetings)) {
			for _, turn := range meetings[name] {
				turn.Index = len(long)
				long = append(long, turn)
				if n += transcript.Words([]transcript.Turn{turn}); n >= words {
					return long
				}
			}
		}
	}
}
