package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("LIBRARY_TO_FILL"); path != "" {
		fill(path)
	}
	goleak.VerifyTestMain(m)
}

func opened(t testing.TB, path string) *Library {
	t.Helper()
	return bounded(t, path, Bounds{})
}

func bounded(t testing.TB, path string, bounds Bounds) *Library {
	t.Helper()
	l, err := Open(context.Background(), path, bounds)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func kept(t testing.TB, tenant *Tenant, meetings ...Meeting) {
	t.Helper()
	for _, m := range meetings {
		if err := tenant.Put(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func found(t testing.TB, tenant *Tenant, q Query) Results {
	t.Helper()
	r, err := tenant.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("search %+v: %v", q, err)
	}
	return r
}

// rows counts what a table has.
func rows(t *testing.T, l *Library, table string) int {
	t.Helper()
	n := 0
	if err := l.reads.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMeetingsComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	for _, path := range []string{Memory, filepath.Join(t.TempDir(), "data #1?", "100% mine.db")} {
		l := opened(t, path)
		a, ctx := l.Tenant("a"), context.Background()
		m := Meeting{BotID: "1", Title: "Weekly", MeetingURL: "https://meet.example.com/x", Date: time.Date(2026, 5, 3, 9, 0, 0, 0, time.UTC),
			Duration: 3720, Version: "v1", Turns: said("Shall we begin?", "", "Naïve ☃ 会議", strings.Repeat("A long turn. ", 500))}
		m.Turns[2].Lang = "fr"
		kept(t, a, m, Meeting{BotID: "2"})
		got, err := a.Get(ctx, "1")
		if err == nil && (got.Copy == 0 || time.Since(got.Kept) > time.Minute) {
			t.Errorf("%s: copy %d, kept since %s", path, got.Copy, got.Kept)
		}
		m.Copy, m.Kept = got.Copy, got.Kept
		if err != nil || !reflect.DeepEqual(*got, m) {
			t.Errorf("%s: got %+v, %v, want %+v", path, got, err, m)
		}
		if got, err := a.Get(ctx, "3"); got != nil || err != nil {
			t.Errorf("a meeting that is not there: got %v, %v", got, err)
		}
		all, err := a.Entries(ctx)
		if err != nil || len(all) != 2 || all[0].BotID != "1" || !all[0].Date.Equal(m.Date) || all[0].Turns != 4 || all[0].Duration != 3720 ||
			!all[1].Date.IsZero() {
			t.Errorf("entries: got %+v, %v", all, err)
		}
		s, err := l.Status(ctx)
		if err != nil || s.Meetings != 2 || s.Tenants != 1 || s.Turns != 4 || s.Words < 1500 || s.Bytes == 0 || !s.Newest.Equal(m.Date) || s.Schema != len(migrations()) {
			t.Errorf("status: got %+v, %v", s, err)
		}
	}
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Log("files have no modes here")
		return
	}
	folder := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(folder, "library.db")
	l := opened(t, path)
	kept(t, l.Tenant("a"), Meeting{BotID: "1", Turns: said("hello there")})
	for name, want := range map[string]os.FileMode{folder: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v, want mode %v", name, info.Mode(), err, want)
		}
	}
	data, err := os.ReadFile(path + "-wal")
	if err != nil || strings.Contains(string(data), "a-key-of-somebody") {
		t.Errorf("the log: %v, or it holds the key", err)
	}
}

func TestReplacingAndForgettingLeaveNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "library.db")
	l, ctx := opened(t, path), context.Background()
	a := l.Tenant("a")
	kept(t, a, Meeting{BotID: "3", Title: "Drei", Turns: said("Das Sommerfest war schön, und der Kassenbericht ist fertig.")}, Meeting{BotID: "4", Title: "Vier",
		Turns: said("Das Sommerfest war nicht schön.")})
	consistent(t, l)
	if err := a.Delete(ctx, "3"); err != nil || len(found(t, a, Query{Text: "Fest"}).Hits) != 1 {
		t.Errorf("what another meeting has too: %v", err)
	}
	consistent(t, l)
	if err := a.Delete(ctx, "4"); err != nil || rows(t, l, "postings") != 0 {
		t.Errorf("after both are deleted: %v, %d postings", err, rows(t, l, "postings"))
	}
	kept(t, a, Meeting{BotID: "1", Title: "One", Turns: said("The zebra crossed the road.", "And the giraffe looked on.")},
		Meeting{BotID: "2", Title: "Two", Turns: said("A giraffe is tall.")})
	kept(t, a, Meeting{BotID: "1", Title: "One again", Version: "2", Turns: said("The elephant crossed the road.")})
	if got := found(t, a, Query{Text: "zebra"}); len(got.Hits) != 0 || len(got.Unknown) != 1 {
		t.Errorf("a word of the old transcript: got %+v", got)
	}
	if got := found(t, a, Query{Text: "elephants"}); len(got.Hits) != 1 || got.Hits[0].Meeting.Version != "2" {
		t.Errorf("a word of the new transcript: got %+v", got)
	}
	consistent(t, l)
	if err := errors.Join(a.Delete(ctx, "1"), a.Delete(ctx, "1"), a.Delete(ctx, "none")); err != nil {
		t.Error(err)
	}
	consistent(t, l)
	if got := found(t, a, Query{Text: "elephant"}); len(got.Hits) != 0 || got.Searched != 1 || len(got.Nearest["elephant"]) != 0 {
		t.Errorf("a word of a deleted meeting: got %+v", got)
	}
	for _, name := range []string{path, path + "-wal"} {
		if data, err := os.ReadFile(name); err != nil || strings.Contains(string(data), "eleph") {
			t.Errorf("%s still holds the deleted meeting's words, or %v", name, err)
		}
	}
	if err := a.Delete(ctx, "2"); err != nil || rows(t, l, "postings") != 0 || rows(t, l, "speech") != 0 || rows(t, l, "pairs") != 0 {
		t.Errorf("after the last is deleted: %v, %d postings", err, rows(t, l, "postings"))
	}
}

func TestTenantsSeeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	l, ctx := opened(t, Memory), context.Background()
	a, b := l.Tenant("a"), l.Tenant("b")
	kept(t, a, Meeting{BotID: "1", Title: "Secret", Turns: said("Project Nightingale starts in Rotterdam.")})
	kept(t, b, Meeting{BotID: "1", Title: "Open", Turns: said("The canteen has soup.")}, Meeting{BotID: "2", Turns: said("Lunch is late.")})
	for _, q := range []Query{{Text: "Nightingale"}, {Text: "nightingales Rotterdm"}, {Text: "Rotterdamm", BotID: "1"}, {Text: `"project nightingale"`}} {
		got := found(t, b, q)
		if len(got.Hits) != 0 || len(got.Nearest) != 0 && strings.Contains(strings.ToLower(strings.Join(got.Nearest["nightingale"], " ")), "night") {
			t.Errorf("%+v: got %+v", q, got)
		}
		for _, near := range got.Nearest {
			for _, word := range near {
				if word == "rotterdam" || word == "nightingale" {
					t.Errorf("%+v: %q shows through", q, word)
				}
			}
		}
	}
	if got := found(t, b, Query{Text: "soup", Speaker: "Byron"}); got.Searched != 2 || len(got.Hits) != 1 {
		t.Errorf("own search: got %+v", got)
	}
	if got := found(t, l.Tenant("c"), Query{Text: "soup", Speaker: "Nobody"}); got.Searched != 0 || len(got.Hits)+len(got.Speakers) != 0 {
		t.Errorf("a new tenant: got %+v", got)
	}
	if err := b.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if all, err := b.Entries(ctx); err != nil || len(all) != 0 {
		t.Errorf("purged: got %v, %v", all, err)
	}
	if got := found(t, a, Query{Text: "Nightingale"}); len(got.Hits) != 1 {
		t.Errorf("the other tenant after the purge: got %+v", got)
	}
	consistent(t, l)
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	path, ctx := filepath.Join(t.TempDir(), "library.db"), context.Background()
	l, err := Open(ctx, path, Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	kept(t, l.Tenant("a"), Meeting{BotID: "1", Turns: said("Remember the milk.")})
	newer := append(migrations(), `ALTER TABLE meetings ADD COLUMN host TEXT NOT NULL DEFAULT ''`)
	if err := errors.Join(migrate(ctx, l.writes, newer), migrate(ctx, l.writes, newer)); err != nil {
		t.Fatal(err)
	}
	if got := found(t, l.Tenant("a"), Query{Text: "milk"}); len(got.Hits) != 1 {
		t.Errorf("after a migration: got %+v", got)
	}
	if err := migrate(ctx, l.writes, append(newer, `CREATE TABLE half (a); CREATE TABLE half (a)`)); err == nil {
		t.Error("a broken migration: got no error")
	}
	if n := rows(t, l, "sqlite_master WHERE name = 'half'"); n != 0 {
		t.Error("half of a migration happened")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path, Bounds{}); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("a newer library: got %v", err)
	}
	text := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("Dear library, ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, text, Bounds{}); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("a file that is no library: got %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	path, ctx := filepath.Join(t.TempDir(), "library.db"), context.Background()
	for _, libraries := range [][]*Library{{opened(t, Memory)}, {opened(t, path), opened(t, path)}} {
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				tenant := libraries[n%len(libraries)].Tenant("a")
				for i := range 10 {
					kept(t, tenant, Meeting{BotID: string(rune('a' + (n+i)%12)), Turns: said("The kettle is on.", "Tea or coffee?")},
						Meeting{BotID: fmt.Sprint("of ", n, i), Turns: said("Das Teewasser kocht.")})
					for _, q := range []Query{{Text: "kettles"}, {Text: `"kettle is on"`, Speaker: "ada"}, {Text: "ketle", BotID: string(rune('a' + (n+i)%12))}} {
						if got := found(t, tenant, q); len(got.Hits) == 0 {
							t.Errorf("%+v: got %+v", q, got)
						}
					}
					if m, err := tenant.Get(ctx, string(rune('a'+(n+i)%12))); err != nil || m == nil || len(m.Turns) != 2 {
						t.Errorf("got %+v, %v", m, err)
					}
					if err := tenant.Delete(ctx, fmt.Sprint("of ", n, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		consistent(t, libraries[0])
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	l := opened(t, Memory)
	kept(t, l.Tenant("a"), Meeting{BotID: "1", Turns: said("Still here.")})
	if err := l.Tenant("a").Put(gone, Meeting{BotID: "2"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled write: got %v", err)
	}
	if _, err := l.Tenant("a").Search(gone, Query{Text: "here"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled search: got %v", err)
	}
	if m, err := l.Tenant("a").Get(ctx, "1"); m == nil || err != nil {
		t.Errorf("after a cancelled write: got %v, %v", m, err)
	}
}

// consistent checks that the index is exactly what the kept meetings make it.
func consistent(t *testing.T, l *Library) {
	t.Helper()
	var integrity string
	if err := l.reads.QueryRow(`PRAGMA integrity_check`).Scan(&integrity); err != nil || integrity != "ok" {
		t.Fatalf("integrity: %s, %v", integrity, err)
	}
	type key struct {
		tenant, number int
		term           string
	}
	want, have := map[key]string{}, map[key]string{}
	list, err := l.reads.Query(`SELECT tenant, number, title, turns.turns FROM meetings JOIN speech AS turns ON meeting = id`)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for list.Next() {
		var k key
		var title string
		var packed []byte
		if err := list.Scan(&k.tenant, &k.number, &title, &packed); err != nil {
			t.Fatal(err)
		}
		var turns []transcript.Turn
		if turns, _, err = unpackTurns(packed); err != nil {
			t.Fatal(err)
		}
		made, err := Prepare(t.Context(), Meeting{Title: title, Turns: turns})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range made.postings {
			want[key{k.tenant, k.number, p.key}] = string(p.body)
		}
	}
	if err := errors.Join(list.Err(), list.Close()); err != nil {
		t.Fatal(err)
	}
	posts, err := l.reads.Query(`SELECT tenant, block, term, data FROM postings`)
	if err != nil {
		t.Fatal(err)
	}
	defer posts.Close()
	for posts.Next() {
		var tenant, block int
		var term string
		var data string
		if err := posts.Scan(&tenant, &block, &term, &data); err != nil {
			t.Fatal(err)
		}
		if err := entries([]string{data}, func(number int, body string) {
			have[key{tenant, block*blockSize + number, term}] = body
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := posts.Err(); err != nil || !reflect.DeepEqual(have, want) {
		t.Fatalf("the index has %d postings, the meetings make %d, or %v", len(have), len(want), err)
	}
}
