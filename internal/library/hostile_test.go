package library

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/work"
)

// askers are queries that look at all there is.
func askers() []Query {
	many := make([]string, 70)
	for i := range many {
		many[i] = fmt.Sprintf("Zaun%dhaus", i)
	}
	return []Query{{Text: "yes zeppelin gartenzaun"}, {Text: `"yes yes" zaun -zeppelin`}, {Text: strings.Join(many, " ")}, {Text: "yes", Speaker: "ada"},
		{Text: "zaun yes", BotID: "1"}, {Text: `"yes"`, BotID: "1", Offset: 1 << 30}, {Text: strings.Join(many, " "), BotID: "1"}}
}

// hostile is a meeting of many turns and many words.
func hostile(turns int) Meeting {
	lines := make([]string, turns)
	for i := range lines {
		lines[i] = fmt.Sprintf("yes yes Gartenzaun%d", i)
	}
	m := Meeting{BotID: "1", Title: "Zaun", Turns: said(lines...)}
	for i := range m.Turns {
		m.Turns[i].Lang = "de"
	}
	return m
}

// ending is a context that ends when its Err is called for the nth time.
type ending struct {
	context.Context
	n     int64
	calls atomic.Int64
}

func (e *ending) Err() error {
	if e.calls.Add(1) >= e.n {
		return context.Canceled
	}
	return nil
}

// TestLoopsEnd ends the context of a call at each of the moments at which it is
// looked at.
func TestLoopsEnd(t *testing.T) {
	t.Parallel()
	tenant := opened(t, Memory).Tenant("a")
	m := hostile(600)
	kept(t, tenant, m)
	for name, do := range map[string]func(context.Context) error{
		"prepare": func(ctx context.Context) error { _, err := Prepare(ctx, m); return err },
		"search all": func(ctx context.Context) error {
			_, err := tenant.Search(ctx, askers()[1])
			return err
		},
		"search one": func(ctx context.Context) error {
			_, err := tenant.Search(ctx, askers()[6])
			return err
		},
	} {
		whole := &ending{Context: t.Context(), n: 1 << 40}
		if err := do(whole); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		looks := whole.calls.Load()
		if looks < 600 { // once a turn, at least
			t.Errorf("%s: the context was looked at %d times", name, looks)
		}
		for n := int64(1); n < looks-5; n += 1 + looks/50 { // the last are the database's own
			ctx := &ending{Context: t.Context(), n: n}
			if err := do(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: ended at look %d of %d: got %v", name, n, looks, err)
			}
			if late := ctx.calls.Load() - n; late > 5 {
				t.Errorf("%s: ended at look %d of %d, it looked %d times more", name, n, looks, late)
			}
		}
	}
}

// gate is a context that stops whoever looks at it for the nth time.
type gate struct {
	context.Context
	n          int64
	calls      atomic.Int64
	at, opened chan struct{}
}

func (g *gate) Err() error {
	if g.calls.Add(1) == g.n {
		close(g.at)
		<-g.opened
	}
	return nil
}

// TestNobodyWaitsForWhatComputes stops one tenant's calls wherever they compute,
// while another reads and writes.
func TestNobodyWaitsForWhatComputes(t *testing.T) {
	t.Parallel()
	l := opened(t, Memory)
	a, b := l.Tenant("a"), l.Tenant("b")
	kept(t, a, hostile(40))
	kept(t, b, Meeting{BotID: "b", Turns: said("Tea?")})
	for i, do := range []func(context.Context) error{
		func(ctx context.Context) error { return a.Put(ctx, hostile(40)) },
		func(ctx context.Context) error { _, err := a.Search(ctx, askers()[1]); return err },
		func(ctx context.Context) error { _, err := a.Search(ctx, askers()[2]); return err },
		func(ctx context.Context) error { _, err := a.Search(ctx, askers()[6]); return err },
		func(ctx context.Context) error { _, err := a.Get(ctx, "1"); return err },
	} {
		for n := int64(1); ; n += 1 + n/4 {
			stopped := &gate{Context: t.Context(), n: n, at: make(chan struct{}), opened: make(chan struct{})}
			done := make(chan error, 1)
			go func() { done <- do(stopped) }()
			var err error
			select {
			case err = <-done:
			case <-stopped.at:
				var others sync.WaitGroup
				others.Go(func() {
					kept(t, b, Meeting{BotID: fmt.Sprint(n), Turns: said("Coffee.")})
					if m, err := b.Get(t.Context(), "b"); m == nil || err != nil {
						t.Errorf("got %v, %v", m, err)
					}
				})
				free := make(chan struct{})
				go func() { others.Wait(); close(free) }()
				select {
				case <-free:
				case <-time.After(time.Minute):
					t.Fatalf("%d: others wait for what computes at look %d", i, n)
				}
				close(stopped.opened)
				err = <-done
			}
			select {
			case <-stopped.opened:
			default: // where only the database looked
				close(stopped.opened)
			}
			if err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			if stopped.calls.Load() < n {
				break
			}
		}
	}
}

// allocated is how many bytes something allocates.
func allocated(do func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// TestLongQueries asks in 4 MB of anything: it costs about what a query of a few
// KB does.
func TestLongQueries(t *testing.T) { // not in parallel, as it counts all that is allocated
	tenant := opened(t, Memory).Tenant("a")
	kept(t, tenant, hostile(300))
	for _, piece := range []string{"q", "q ", `"`, `"a" `, " -", " -a", "会議", "a-", "\u0301", "\u0915\u093e\u200d", "Gartenzaun ", "ß", "1,", "'", "\u0090", "ﷺ"} {
		for _, bot := range []string{"", "1"} {
			cost := func(size int) int {
				text := strings.Repeat(piece, size/len(piece))
				return allocated(func() {
					r, err := tenant.Search(t.Context(), Query{Text: text, BotID: bot})
					var refused *QueryError
					if err != nil && !errors.As(err, &refused) {
						t.Error(err)
					}
					if size > mostQuery && err == nil && !r.Cut {
						t.Errorf("%q: it does not say that the query is cut", piece)
					}
					for _, word := range append(r.Unknown, r.Phrases...) {
						if len(word) > 4*mostQuery {
							t.Errorf("%q: a word of %d bytes", piece, len(word))
						}
					}
				})
			}
			cost(mostQuery) // which makes what is kept
			short, long := cost(mostQuery), cost(4<<20)
			if long > 2*short+1<<20 {
				t.Errorf("%q, %s: 4 KB allocate %d bytes, 4 MB %d", piece, bot, short, long)
			}
		}
	}
}

// TestRoomForRanking ranks many turns for many words: no more is allocated than
// is in proportion to either.
func TestRoomForRanking(t *testing.T) {
	tenant := opened(t, Memory).Tenant("a")
	m := Meeting{BotID: "1", Turns: said(slices.Repeat([]string{"yes"}, 20_000)...)}
	kept(t, tenant, m)
	for _, q := range []Query{askers()[2], {Text: "yes " + askers()[2].Text, BotID: "1"}, {Text: `"yes" "no"`, BotID: "1"}} {
		if n := allocated(func() { found(t, tenant, q) }); n > 600*len(m.Turns) { // a table of 64 terms had 1,024 a turn
			t.Errorf("%.30s: %d bytes for %d turns", q.Text, n, len(m.Turns))
		}
	}
}

// TestMark compares the places of phrases with those that a search for each unit
// by itself finds.
func TestMark(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		text, ends := " ", make([]int, 1+r.IntN(12))
		for i := range ends {
			for range r.IntN(4) {
				text += string("ab"[r.IntN(2)]) + " "
			}
			ends[i] = len(text)
		}
		phrase := " " + strings.Repeat("a ", 1+r.IntN(2)) + strings.Repeat("b ", r.IntN(2))
		got, want := make([]bool, len(ends)), make([]bool, len(ends))
		mark(got, text, ends, phrase)
		for from := 0; ; {
			n := strings.Index(text[from:], phrase)
			if n < 0 {
				break
			}
			start, end := from+n+1, from+n+len(phrase)-1
			for j, begin := 0, 0; j < len(ends); j++ {
				want[j] = want[j] || begin < end && ends[j] > start
				begin = ends[j]
			}
			from = end
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q, %v: got %v, want %v", phrase, text, ends, got, want)
		}
	}
}

// TestOnlyTheBeginningIsIndexed keeps a meeting of more words than are indexed.
func TestOnlyTheBeginningIsIndexed(t *testing.T) {
	t.Parallel()
	ctx, tenant := t.Context(), opened(t, Memory).Tenant("a")
	lines := make([]string, mostVocabulary/10+200)
	for i := range lines {
		for n := range 10 {
			lines[i] += fmt.Sprintf("w%dx%d ", i, n)
		}
	}
	long := Meeting{BotID: "long", Turns: said(append(lines, "At last the zebra.")...)}
	kept(t, tenant, long, Meeting{BotID: "short", Turns: said("No zebra here.")},
		Meeting{BotID: "joined", Turns: said(strings.Repeat("ab-", 5000))}, Meeting{BotID: "word", Turns: said(strings.Repeat("z", 1<<20) + " zebra")})
	all := found(t, tenant, Query{Text: "w7x3 zebra", Limit: 50})
	in := map[string]bool{}
	for _, hit := range all.Hits {
		in[hit.Meeting.BotID] = true
	}
	if all.Begun != 2 || all.Searched != 4 || len(in) != 3 || in["joined"] {
		t.Errorf("all: %d of %d are not whole, and it is in %v", all.Begun, all.Searched, in)
	}
	if r := found(t, tenant, Query{Text: "zebra", BotID: "long"}); r.Begun != 1 || len(r.Hits) != 0 {
		t.Errorf("the end of the long one: got %+v", r)
	}
	if r := found(t, tenant, Query{Text: strings.Repeat("z", 3000), BotID: "word"}); len(r.Hits) != 1 || r.Begun != 0 {
		t.Errorf("a long word: got %+v", r)
	}
	m, err := tenant.Get(ctx, "long")
	if err != nil || len(m.Turns) != len(long.Turns) {
		t.Fatalf("what is kept: %v", err)
	}
	p, err := Prepare(ctx, long)
	if err != nil || len(p.index.terms) > mostVocabulary+10*mostInUnit || p.index.beyond == 0 {
		t.Errorf("the index: %d terms, %d words beyond, %v", len(p.index.terms), p.index.beyond, err)
	}
}

// TestMeetingsAreCounted refuses what there is no room for, and gives all back.
func TestMeetingsAreCounted(t *testing.T) {
	t.Parallel()
	l := opened(t, Memory)
	tenant := l.Tenant("a")
	kept(t, tenant, hostile(5000), Meeting{BotID: "small", Turns: said("The zebra.")})
	pool := work.NewPool(1, 400_000)
	for bot, fits := range map[string]bool{"1": false, "small": true} {
		for name, do := range map[string]func(context.Context) error{
			"get": func(ctx context.Context) error { _, err := tenant.Get(ctx, bot); return err },
			"search": func(ctx context.Context) error {
				_, err := tenant.Search(ctx, Query{Text: "yes zebra", BotID: bot})
				return err
			},
		} {
			l.turns.Clear()
			l.indexes.Clear()
			ctx, done := pool.Call(t.Context(), "a")
			var busy *work.Busy
			if err := do(ctx); errors.As(err, &busy) == fits || fits && err != nil {
				t.Errorf("%s %s: got %v", name, bot, err)
			}
			done()
		}
	}
	if use := pool.Use(); use.Bytes != 0 || use.Refused != 2 || use.Given == 0 {
		t.Errorf("left: %+v", use)
	}
}
