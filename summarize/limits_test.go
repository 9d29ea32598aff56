package summarize_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// ending is a context that ends when it has been looked at so many times.
type ending struct {
	context.Context
	left, looked int
}

func (c *ending) Err() error {
	if c.looked++; c.looked > c.left {
		return context.Canceled
	}
	return nil
}

// big are meetings a little longer than what a summary reads, and of odd shapes.
func big() map[string][]transcript.Turn {
	one := func(language, text string) []transcript.Turn {
		return []transcript.Turn{{Speaker: "Ann", Lang: language, Text: text}}
	}
	turns := func(n int, of func(i int) (who, text string)) []transcript.Turn {
		all := make([]transcript.Turn, n)
		for i := range all {
			who, text := of(i)
			all[i] = transcript.Turn{Index: i, Speaker: who, Lang: "en", Start: float64(i), Text: text}
		}
		return all
	}
	return map[string][]transcript.Turn{
		"one turn":   one("en", strings.Repeat("We agreed that the locker update ships on Friday, and Ann will tell the board. ", 16_000)),
		"no marks":   one("en", strings.Repeat("we agreed that the locker update ships on friday and ann will tell the board ", 16_000)),
		"characters": one("ja", strings.Repeat("会議で新しいロッカーの計画を決めました。", 21_000)),
		"one word":   one("en", strings.Repeat("a", 300_000)+" and Friday"),
		"yes":        turns(40_000, func(int) (string, string) { return "Ann", "yes" }),
		"words":      turns(40_000, func(i int) (string, string) { return "Ann", fmt.Sprintf("word%dx", i) }),
		"speakers":   turns(8_000, func(i int) (string, string) { return fmt.Sprintf("Speaker number %d", i%4_000), "we ship on Friday" }),
		"questions":  one("en", strings.Repeat("Who tells the board about the locker update on Friday? ", 22_000)),
	}
}

// However long a meeting is, a summary reads some of it, says so, and stops
// wherever it is when nobody waits any more; so does the check.
func TestBigMeetings(t *testing.T) {
	t.Parallel()
	claim := summarize.Claim{Text: "The locker update ships on Friday", Owner: "Ann", Quotes: []summarize.Quote{{Text: strings.Repeat("the locker update ships on Friday and ", 40)}}}
	for name, turns := range big() {
		steps := map[string]func(ctx context.Context) error{
			"extract": func(ctx context.Context) error {
				s, err := summarize.Extract(ctx, summarize.Request{Turns: turns, Kind: summarize.Minutes, Focus: "locker", MaxWords: 300})
				if long := len(turns[0].Text) > 1<<20; err == nil && (long != (s.Coverage.Share < 1) || long != strings.Contains(strings.Join(s.Notes, " "), "too long to be read whole")) {
					t.Errorf("%s: coverage %+v, notes %q", name, s.Coverage, s.Notes)
				}
				return err
			},
			"check": func(ctx context.Context) error {
				c, err := summarize.NewChecker(ctx, turns)
				if err == nil {
					_, err = c.Check(ctx, claim)
				}
				if err == nil {
					_, err = c.Closest(ctx, claim.Text, 3)
				}
				return err
			},
		}
		for step, do := range steps {
			whole := &ending{Context: t.Context(), left: 1 << 30}
			if err := do(whole); err != nil {
				t.Fatalf("%s, %s: %v", name, step, err)
			}
			for _, left := range []int{0, whole.looked / 2, whole.looked - 1} {
				ctx := &ending{Context: t.Context(), left: left}
				if err := do(ctx); !errors.Is(err, context.Canceled) || ctx.looked > left+20 {
					t.Errorf("%s, %s: ended at look %d of %d: looked %d times, and got %v", name, step, left, whole.looked, ctx.looked, err)
				}
			}
		}
	}
}
