package library

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Summaries live as long as the meeting that they are of, and its transcript.
func TestSummaries(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "library.db")
	l, ctx := opened(t, path), context.Background()
	a, b := l.Tenant("a"), l.Tenant("b")
	m := Meeting{BotID: "1", Title: "One", Version: "v1", Turns: said("The zebra crossed the road.")}
	put := func(tenant *Tenant, version, key, text string) {
		t.Helper()
		if err := tenant.PutSummary(ctx, "1", version, key, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(tenant *Tenant, version, key, text string) {
		t.Helper()
		if got, err := tenant.Summary(ctx, "1", version, key); err != nil || string(got) != text {
			t.Errorf("%s %s: got %q, %v, want %q", version, key, got, err, text)
		}
	}
	put(a, "v1", "k", "of no meeting")
	wants(a, "v1", "k", "")
	kept(t, a, m)
	kept(t, b, m)
	put(a, "v1", "k", "a zebra")
	put(a, "v1", "k", "a zebra again")
	put(a, "v0", "k2", "of another version")
	wants(a, "v1", "k", "a zebra again")
	wants(a, "v1", "k2", "")
	wants(a, "v2", "k", "")
	wants(b, "v1", "k", "")
	m.Title = "Another title"
	kept(t, a, m)
	wants(a, "v1", "k", "a zebra again")
	m.Version = "v2"
	kept(t, a, m)
	wants(a, "v1", "k", "")
	for i := range mostSummaries + 5 {
		put(a, "v2", fmt.Sprint(i), "quagga")
	}
	if n := rows(t, l, "summaries"); n != mostSummaries {
		t.Errorf("%d are kept", n)
	}
	wants(a, "v2", "4", "")
	wants(a, "v2", "5", "quagga")
	put(b, "v1", "k", "b's zebra")
	if err := a.Delete(ctx, "1"); err != nil || rows(t, l, "summaries") != 1 {
		t.Errorf("after deletion: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || strings.Contains(string(data), "quagga") {
		t.Errorf("the file still holds a deleted summary, or %v", err)
	}
	if err := b.Purge(ctx); err != nil || rows(t, l, "summaries") != 0 {
		t.Errorf("after a purge: %v", err)
	}
}
