package summarize_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// long is a meeting of so many words, in turns of twenty.
func long(words int) []transcript.Turn {
	var turns []transcript.Turn
	for i := range words / 20 {
		turns = append(turns, transcript.Turn{Index: i, Speaker: fmt.Sprint("Speaker ", i%5), Start: float64(8 * i), End: float64(8*i + 7), Lang: "en",
			Text: fmt.Sprintf("So we looked at shelf %d and found that box %d has %d labels, which nobody wants to print again before spring.", i%97, i%89, i)})
	}
	return turns
}

func BenchmarkNewChecker(b *testing.B) {
	for _, words := range []int{10_000, 100_000} {
		turns := long(words)
		b.Run(fmt.Sprint(words), func(b *testing.B) {
			for b.Loop() {
				newChecker(b, turns)
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	turns := long(10_000)
	c := newChecker(b, turns)
	passages(b, c, "labels", 3)
	at := 400
	for name, quote := range map[string]string{
		"verified":  turns[at].Text,
		"corrected": strings.Replace(turns[at].Text, "nobody wants to print", "no body want to prints", 1),
		"invented":  "We agreed to sell the warehouse to the neighbours and move everything into the old brewery by the river.",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				verdict(b, c, summarize.Claim{Text: "Shelves have labels", Quotes: []summarize.Quote{{Text: quote, Turn: &at}}})
			}
		})
	}
	monotone := newChecker(b, []transcript.Turn{{Speaker: "Ana", Text: strings.Repeat("so so we so ", 5000) + "end"}})
	b.Run("monotone", func(b *testing.B) {
		for b.Loop() {
			verdict(b, monotone, summarize.Claim{Text: "It ends", Quotes: []summarize.Quote{{Text: strings.Repeat("so we so ", 60) + "so so end end"}}})
		}
	})
}
