package library

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, path := range []string{Memory, filepath.Join(t.TempDir(), "library.db")} {
		now, ctx := time.Now(), context.Background()
		l := bounded(t, path, Bounds{TTL: 30 * 24 * time.Hour, Meetings: 3, Now: func() time.Time { return now }})
		a, b := l.Tenant("a"), l.Tenant("b")
		kept(t, b, Meeting{BotID: "of b", Turns: said("The zebra of another tenant.")})
		for i := range 5 {
			now = now.Add(time.Minute)
			kept(t, a, Meeting{BotID: fmt.Sprint(i), Version: "1", Date: now.AddDate(0, 0, -i), Turns: said(fmt.Sprintf("The zebra number%d crossed.", i))})
			if err := a.PutSummary(ctx, fmt.Sprint(i), "1", "key", []byte("summary")); err != nil {
				t.Fatal(err)
			}
		}
		if got := found(t, a, Query{Text: "zebra"}); got.Searched != 3 || rows(t, l, "meetings") != 4 || rows(t, l, "summaries") != 3 {
			t.Errorf("five meetings in the room of three: %d are searched, of %d, with %d summaries", got.Searched, rows(t, l, "meetings"), rows(t, l, "summaries"))
		}
		if got := found(t, a, Query{Text: "number0"}); len(got.Unknown) != 1 {
			t.Errorf("a word of the first one, which had to go: got %+v", got)
		}
		consistent(t, l)

		now = now.Add(30*24*time.Hour - 90*time.Second) // of the last three, two are younger
		entries, err := a.Entries(ctx)
		if err != nil || len(entries) != 2 {
			t.Errorf("when one's time is over: got %d, %v", len(entries), err)
		}
		old, err := a.Get(ctx, "2")
		if err != nil || old != nil {
			t.Errorf("one whose time is over: got %v, %v", old, err)
		}
		if got := found(t, a, Query{Text: "zebra"}); got.Searched != 2 {
			t.Errorf("a search when one's time is over: %d are searched", got.Searched)
		}
		if n, err := l.Expire(ctx); err != nil || n != 2 || rows(t, l, "meetings") != 2 || rows(t, l, "summaries") != 2 {
			t.Errorf("%d expired, %v; %d are left", n, err, rows(t, l, "meetings"))
		}
		consistent(t, l)
		now = now.Add(time.Hour)
		if n, err := l.Expire(ctx); err != nil || n != 2 || rows(t, l, "postings") != 0 {
			t.Errorf("%d expired, %v; %d postings are left", n, err, rows(t, l, "postings"))
		}
		if n, err := l.Expire(ctx); err != nil || n != 0 {
			t.Errorf("nothing is left, and %d expired, %v", n, err)
		}
	}
}
