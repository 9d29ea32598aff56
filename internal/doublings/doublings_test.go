// Package doublings measures that what strangers send costs time in proportion
// to its length, below all caps.
package doublings

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// What a doubling from the smallest size to the largest may cost.
const (
	smallest, largest = 64 << 10, 1 << 20 // bytes
	mostOfOne         = 3.0               // times, of one doubling
	mostOfAll         = 30.0              // of all four
	floor             = 10 * time.Millisecond
	runs              = 5                     // of which the median counts
	enough            = 20 * time.Millisecond // that a run takes: what is quicker is done several times
	attempts          = 3                     // for what the machine does beside
)

// stage is a step that a text or meeting goes through.
type stage struct {
	name string
	// ready prepares what is measured.
	ready func(b *testing.B, text string, turns []transcript.Turn) (measured func() error)
}

func stages() []stage {
	ctx := context.Background()
	return []stage{
		{"cleaning", func(_ *testing.B, text string, _ []transcript.Turn) func() error {
			return func() error { transcript.Clean(text); return nil }
		}},
		{"suspicious passages", func(_ *testing.B, text string, turns []transcript.Turn) func() error {
			return func() error { transcript.GivesOrders(text); transcript.Suspicious(turns); return nil }
		}},
		{"parsing", func(b *testing.B, text string, _ []transcript.Turn) func() error {
			tenant := open(b)
			b.Helper()
			if err := tenant.Put(ctx, library.Meeting{BotID: "1", Turns: []transcript.Turn{{Speaker: "Ann", Text: "Der Gartenzaun ist gestrichen."}}}); err != nil {
				b.Fatal(err)
			}
			return func() error { return search(ctx, tenant, text) }
		}},
		{"indexing", func(_ *testing.B, _ string, turns []transcript.Turn) func() error {
			return func() error {
				_, err := library.Prepare(ctx, library.Meeting{BotID: "1", Turns: turns})
				return err
			}
		}},
		{"search", func(b *testing.B, _ string, turns []transcript.Turn) func() error {
			tenant := open(b)
			if err := tenant.Put(ctx, library.Meeting{BotID: "1", Turns: turns}); err != nil {
				b.Fatal(err)
			}
			return func() error {
				var err error
				for _, query := range []string{"locker update friday yes 会議 word77x", `"yes" "on friday" -board`, "wordyx loker orders"} {
					err = errors.Join(err, search(ctx, tenant, query))
				}
				return err
			}
		}},
		{"rendering", func(_ *testing.B, _ string, turns []transcript.Turn) func() error {
			return func() error { transcript.Render(turns, transcript.Position{}, 6000); return nil }
		}},
		{"extraction", func(_ *testing.B, _ string, turns []transcript.Turn) func() error {
			engine := summarize.New(summarize.Options{})
			return func() error {
				_, err := engine.Summarize(ctx, summarize.Request{Turns: turns, Kind: summarize.Minutes, MaxWords: 1000}, summarize.EngineExtractive)
				return err
			}
		}},
		{"verify_claims", func(_ *testing.B, text string, turns []transcript.Turn) func() error {
			quote := transcript.Line(text, 500)
			return func() error {
				checker, err := summarize.NewChecker(ctx, turns)
				for _, claim := range []string{quote, "Ann will tell the board that the locker update ships on Friday."} {
					if err == nil {
						_, err = checker.Check(ctx, summarize.Claim{Text: claim, Quotes: []summarize.Quote{{Text: claim}}, Owner: "Ann", Due: "Friday"})
					}
				}
				return err
			}
		}},
	}
}

func open(b *testing.B) *library.Tenant {
	b.Helper()
	l, err := library.Open(context.Background(), library.Memory, library.Bounds{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	return l.Tenant("a")
}

// search takes a refusal for an answer.
func search(ctx context.Context, tenant *library.Tenant, query string) error {
	for _, bot := range []string{"", "1"} {
		var refused *library.QueryError
		if _, err := tenant.Search(ctx, library.Query{Text: query, BotID: bot}); err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}

// BenchmarkDoublings doubles each shape four times through each stage. It fails
// where one doubling costs more than three times as much, or all of them more
// than 30 times, three times in a row. Less than ten milliseconds count as ten.
func BenchmarkDoublings(b *testing.B) {
	for _, shape := range shapes() {
		for _, stage := range stages() {
			b.Run(fmt.Sprintf("%s/%s", shape.name, stage.name), func(b *testing.B) {
				for b.Loop() {
					double(b, shape, stage)
				}
			})
		}
	}
}

func double(b *testing.B, shape shape, stage stage) {
	b.Helper()
	var took []time.Duration
	all, worst := 0.0, 0.0
	for n := 0; n == 0 || n < attempts && (worst > mostOfOne || all > mostOfAll); n++ {
		took, worst = nil, 0
		for size := smallest; size <= largest; size *= 2 {
			took = append(took, max(floor, median(b, shape, stage, size)))
			if last := len(took) - 1; last > 0 {
				worst = max(worst, float64(took[last])/float64(took[last-1]))
			}
		}
		all = float64(took[len(took)-1]) / float64(took[0])
	}
	b.ReportMetric(all, "x-all")
	b.ReportMetric(worst, "x-worst")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-1MB")
	if worst > mostOfOne || all > mostOfAll {
		b.Errorf("%s, %s: %v, at worst %.1f times, and %.1f times in all", shape.name, stage.name, took, worst, all)
	}
}

// median is what one run of a stage takes on so many bytes of a shape.
func median(b *testing.B, shape shape, stage stage, size int) time.Duration {
	b.Helper()
	text := shape.text(size)
	turns, err := transcript.Prepare(context.Background(), shape.meeting(text))
	if err != nil {
		b.Fatal(err)
	}
	measured := stage.ready(b, text, turns)
	run := func() {
		if err := measured(); err != nil {
			b.Fatal(err)
		}
	}
	times := 1 + int(enough/max(time.Millisecond, spent(b, run)))
	var all []time.Duration
	for range runs {
		runtime.GC()
		all = append(all, spent(b, func() {
			for range times {
				run()
			}
		})/time.Duration(times))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
