package library

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// benchmarkSearch searches the sandbox's meetings, each under many names.
func benchmarkSearch(b *testing.B, meetings int) {
	if testing.Short() {
		meetings = 50
	}
	tenant, words := opened(b, b.TempDir()+"/library.db").Tenant("a"), 0
	own := sandboxMeetings(b)
	for i := range meetings {
		m := own[i%len(own)]
		m.BotID, m.Title = fmt.Sprint("bot-", i), fmt.Sprint(m.Title, " ", i)
		m.Date = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Hour)
		words += transcript.Words(m.Turns)
		kept(b, tenant, m)
	}
	for _, kind := range []struct {
		name string
		ask  []Query
	}{
		{"across", []Query{{Text: "What did they say about the shutdown in Easter week?"}, {Text: "glue on the labels"}, {Text: "why was the certificate not renewed"},
			{Text: "Wer ruft die Kunden wegen der Bremsen an?"}, {Text: "Terminkalender"}, {Text: "空気弁の値段"}, {Text: "who takes the minutes next week"},
			{Text: "money for the new van"}, {Text: "What was decided about hiring people for the night shift and about their wages?"}}},
		{"phrase", []Query{{Text: `"carrier chain"`}, {Text: `"a dead week"`}, {Text: `"the labels"`}, {Text: `"in the morning"`}, {Text: `price "per jar"`}}},
		{"speaker", []Query{{Text: "labels", Speaker: "pascal"}, {Text: "what will it cost", Speaker: "siobhan"}, {Text: "Werkstatt", Speaker: "Akyürek"}}},
		{"dates", []Query{{Text: "labels and glue", After: time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)}}},
		{"typo", []Query{{Text: "xylofone"}, {Text: "certifikate"}, {Text: "the shutdonw in Eastre week"}}},
		{"nothing", []Query{{Text: "zeppelin"}, {Text: `"the zeppelin landed"`}}},
		{"inside", []Query{{Text: "What about the labels?", BotID: "bot-5"}, {Text: "shutdown", BotID: "bot-12"}, {Text: "Bremsen", BotID: "bot-22"}, {Text: "price", BotID: "bot-31"}}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if _, err := tenant.Search(context.Background(), kind.ask[i%len(kind.ask)]); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
			b.ReportMetric(float64(words)/1e6, "Mwords")
		})
	}
}

// sandboxMeetings reads the meetings that come with the sandbox.
func sandboxMeetings(t testing.TB) []Meeting {
	t.Helper()
	files, err := filepath.Glob("../../client/sandbox/meetings/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no meetings, or %v", err)
	}
	var all []Meeting
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := Meeting{Version: "1"}
		language := ""
		for line := range strings.Lines(string(raw)) {
			who, what, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch who {
			case "":
			case "title":
				m.Title = what
			case "language":
				language = what
			default:
				n := len(m.Turns)
				m.Turns = append(m.Turns, transcript.Turn{Index: n, Speaker: who, Lang: language, Start: float64(5 * n), End: float64(5*n + 4), Text: what})
			}
		}
		all = append(all, m)
	}
	return all
}
