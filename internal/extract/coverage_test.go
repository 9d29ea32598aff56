package extract

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// talk is a meeting of made-up sentences over few words, so that they overlap.
func talk(seed uint64, sentences int) []transcript.Turn {
	random := rand.New(rand.NewPCG(seed, 1))
	var turns []transcript.Turn
	for i := range sentences {
		var text strings.Builder
		for range 4 + random.IntN(20) {
			fmt.Fprintf(&text, "noun%d ", int(random.ExpFloat64()*12))
		}
		turns = append(turns, transcript.Turn{Index: i, Speaker: fmt.Sprint("Speaker ", i%3), Lang: "en", Text: text.String() + "."})
	}
	return turns
}

// read makes a meeting ready, whose context does not end.
func read(t testing.TB, turns []transcript.Turn, limit int) *Meeting {
	t.Helper()
	m, err := Read(t.Context(), turns, limit)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func picks[T any](t testing.TB, pick func(context.Context, int) ([]T, error), budget int) []T {
	t.Helper()
	all, err := pick(t.Context(), budget)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Looking only at the best candidate again gives what looking at all would.
func TestCoverIsGreedy(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		turns := talk(seed, 60)
		var got []int
		for _, s := range picks(t, read(t, turns, 100).Points, 100) {
			got = append(got, s.Turn)
		}
		if want := greedy(read(t, turns, 100), 100); !slices.Equal(got, want) {
			t.Errorf("seed %d: got turns %v, want %v", seed, got, want)
		}
	}
}

// greedy picks points as cover does, and works everything out each time.
func greedy(m *Meeting, budget int) (turns []int) {
	bonus := make([]float64, len(m.units))
	for i, u := range m.units {
		bonus[i] = 1 + min(1, float64(m.spoke[u.turn])/longTurn)
	}
	m.opening(bonus)
	covered := map[int]float64{}
	taken := map[int]bool{}
	for {
		best, most := -1, 0.0
		for i, u := range m.units {
			gain := 0.0
			for _, concept := range u.concepts {
				gain += m.weights[concept] * math.Pow(again, covered[concept])
			}
			if gain *= bonus[i] / u.cost; !taken[i] && u.length <= budget && gain > most {
				best, most = i, gain
			}
		}
		if best < 0 {
			slices.Sort(turns)
			return turns
		}
		taken[best] = true
		budget -= m.units[best].length
		turns = append(turns, m.units[best].turn)
		for _, concept := range m.units[best].concepts {
			covered[concept]++
		}
	}
}

// What was picked as one thing is not picked as another too.
func TestPickedOnce(t *testing.T) {
	t.Parallel()
	m := read(t, said("en", "We decided to keep the old wheel. I'll clear the pit by Friday. The axle of the wheel is fine."), 100)
	seen := map[string]int{}
	for _, s := range slices.Concat(picks(t, m.Decisions, 20), picks(t, m.Points, 100), picks(t, m.Points, 100)) {
		seen[s.Quote]++
	}
	for quote, n := range seen {
		if n > 1 {
			t.Errorf("%q was picked %d times", quote, n)
		}
	}
	if len(seen) != 3 {
		t.Errorf("got %v, want all three sentences", seen)
	}
}

// Where no stop words are known, what is in many sentences is none of the
// subjects.
func TestFrequentWords(t *testing.T) {
	t.Parallel()
	var turns []transcript.Turn
	for i, noun := range strings.Fields("umowa klient umowa budżet umowa serwer klient raport budżet zespół umowa termin faktura lokal umowa plan sklep drukarka magazyn towar") {
		turns = append(turns, transcript.Turn{Index: i, Speaker: "Ada", Lang: "pl", Text: fmt.Sprintf("Myślę że %s jest teraz ważny%s.", noun, strings.Repeat(" bardzo", i%2))})
	}
	m := read(t, turns, 100)
	if m.weights[m.terms["jest"]] != 0 || m.weights[m.terms["klient"]] == 0 {
		t.Errorf("jest weighs %v and klient %v; want nothing and something", m.weights[m.terms["jest"]], m.weights[m.terms["klient"]])
	}
}
