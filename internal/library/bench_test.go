package library

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// madeUp is something that nobody would say, of words that are about as
// frequent as words are.
func madeUp(seed int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	zipf := rand.NewZipf(r, 1.1, 8, 20000)
	var out strings.Builder
	for n := 8 + r.IntN(30); n > 0; n-- {
		word := zipf.Uint64()
		for {
			out.WriteString([]string{"ba", "ke", "ti", "lo", "mu", "ran", "ses", "vin", "dor", "pal", "gre", "hun", "fi", "zo", "cal", "we"}[word%16])
			if word /= 16; word == 0 {
				break
			}
		}
		out.WriteString([]string{" ", " the ", " of "}[r.IntN(3)])
	}
	return out.String() + "."
}

func made(seed, turns int) Meeting {
	m := Meeting{BotID: fmt.Sprint("bot-", seed), Title: fmt.Sprint("Meeting ", seed), Version: "1",
		Date: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(seed) * time.Hour)}
	for i := range turns {
		m.Turns = append(m.Turns, transcript.Turn{Index: i, Speaker: fmt.Sprint("Speaker ", i*i%5), Start: float64(i * 10), End: float64(i*10 + 9),
			Lang: "en", Text: madeUp(seed*1000 + i)})
	}
	return m
}

func BenchmarkPut(b *testing.B) {
	tenant := opened(b, Memory).Tenant("a")
	for i := 0; b.Loop(); i++ {
		kept(b, tenant, made(i, 150))
	}
}

func BenchmarkGet(b *testing.B) {
	tenant := opened(b, Memory).Tenant("a")
	kept(b, tenant, made(1, 300))
	for b.Loop() {
		if m, err := tenant.Get(context.Background(), "bot-1"); err != nil || len(m.Turns) != 300 {
			b.Fatal(m, err)
		}
	}
}

func BenchmarkSearch1000(b *testing.B)  { benchmarkSearch(b, 1000) }
func BenchmarkSearch10000(b *testing.B) { benchmarkSearch(b, 10000) }

func benchmarkSearch(b *testing.B, meetings int) {
	if testing.Short() {
		meetings = 50
	}
	tenant := opened(b, b.TempDir()+"/library.db").Tenant("a")
	for i := range meetings {
		kept(b, tenant, made(i, 150))
	}
	for _, kind := range []struct {
		name string
		ask  func(i int) Query
	}{
		{"across", func(i int) Query { return Query{Text: "What did they say about " + madeUp(i)[:60]} }},
		{"phrase", func(i int) Query {
			return Query{Text: `"` + strings.Join(strings.Fields(madeUp(i * 1000))[:2], " ") + `"`}
		}},
		{"speaker", func(i int) Query { return Query{Text: madeUp(i)[:40], Speaker: "speaker 4"} }},
		{"dates", func(i int) Query {
			return Query{Text: madeUp(i)[:40], After: time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)}
		}},
		{"typo", func(i int) Query { return Query{Text: "mukevin" + madeUp(i)[:20]} }},
		{"inside", func(i int) Query { return Query{Text: madeUp(i)[:60], BotID: fmt.Sprint("bot-", i%meetings)} }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if _, err := tenant.Search(context.Background(), kind.ask(i)); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
		})
	}
}
