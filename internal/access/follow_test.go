package access_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/accesstest"
)

// TestFollow changes the file beside an open door, as other processes do.
func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir() + "/new/tokens.json"
		keys, key := accesstest.MasterKeys(t, accesstest.MasterKey("a", "")), client.NewSecret(canary)
		var log bytes.Buffer
		tokens := door(t, access.NewTokenFile(path, time.Now), keys, access.TokenOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
		file := access.NewTokenFile(path, time.Now)
		admitted := func(token, when string, want bool) {
			t.Helper()
			time.Sleep(time.Second)
			synctest.Wait()
			p, err := tokens.Admit(t.Context(), bearer(token))
			if (p != nil) != want || !want && !errors.Is(err, access.ErrRefused) {
				t.Errorf("%s: got %v, %v, want admitted: %t", when, p, err, want)
			}
		}
		grant := access.Grant{Name: "Ada", Scopes: []access.Scope{access.Read}}
		ada, _ := accesstest.Issue(t, file, keys, grant, key)
		admitted(ada, "issued while the door is open", true)
		if _, err := file.Revoke(t.Context(), "Ada"); err != nil {
			t.Fatal(err)
		}
		admitted(ada, "revoked", false)
		grant.Expires = time.Now().Add(time.Hour)
		again, _ := accesstest.Issue(t, file, keys, grant, key)
		admitted(again, "issued again", true)

		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, damage := range []struct{ raw, says string }{
			{"", "it is empty"}, {string(whole[:len(whole)/2]), "unexpected EOF"}, {`{"version":2,"tokens":[]}`, "version 2"}, {`{"version":1,"tokens":[],"more":1}`, "more"},
		} {
			if err := os.WriteFile(path, []byte(damage.raw), 0o600); err != nil {
				t.Fatal(err)
			}
			admitted(again, "damaged: "+damage.says, true)
			if err := tokens.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), damage.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want the fault %q in %s", err, damage.says, path)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		admitted(again, "the file is gone", true)
		if got := strings.Count(log.String(), "tokens stay as they were"); got != 1 || tokens.Ready(t.Context()) == nil {
			t.Errorf("got %d lines about it, want 1: %s", got, &log)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		admitted(again, "put back", true)
		if err := tokens.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		admitted(ada, "still revoked", false)
		time.Sleep(time.Hour)
		admitted(again, "expired", false)
		if strings.Contains(log.String(), canary) || strings.Contains(log.String(), again[12:]) {
			t.Errorf("the log has what is secret: %s", &log)
		}
	})
}

// TestEnded revokes tokens of two API keys, one after the other.
func TestEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir() + "/tokens.json"
		keys := accesstest.MasterKeys(t, accesstest.MasterKey("a", ""))
		file := access.NewTokenFile(path, time.Now)
		issue := func(name, key string, expires time.Time) {
			t.Helper()
			accesstest.Issue(t, file, keys, access.Grant{Name: name, Scopes: []access.Scope{access.Read}, Expires: expires}, client.NewSecret(key))
		}
		revoke := func(name string) {
			t.Helper()
			if _, err := file.Revoke(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var ended []string
		var busy atomic.Bool
		options := access.TokenOptions{Ended: func(_ context.Context, p *access.Principal, last bool) error {
			mu.Lock()
			defer mu.Unlock()
			if busy.Load() {
				return errors.New("the library is busy")
			}
			ended = append(ended, fmt.Sprint(p.Name, " ", p.Key.Reveal(), " ", last))
			return nil
		}}
		expect := func(when string, want ...string) {
			t.Helper()
			time.Sleep(2 * time.Second)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if fmt.Sprint(ended) != fmt.Sprint(want) {
				t.Errorf("%s: got %q, want %q", when, ended, want)
			}
			ended = nil
		}
		issue("one", "key-1", time.Time{})
		issue("other", "key-1", time.Now().Add(time.Hour))
		issue("second", "key-2", time.Time{})
		tokens := door(t, file, keys, options)
		expect("at first")
		revoke("one")
		expect("another token has the key", "one key-1 false")
		time.Sleep(time.Hour)
		expect("the last has expired", "other key-1 true")
		revoke("other")
		expect("revoked after it expired")
		issue("third", "key-1", time.Time{})
		expect("issued again")
		busy.Store(true)
		revoke("third")
		expect("the library is busy")
		busy.Store(false)
		time.Sleep(time.Minute)
		expect("a minute later", "third key-1 true")
		expect("once")

		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		expect("damaged")
		if err := os.WriteFile(path, []byte(`{"version":1,"tokens":[]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		expect("gone from the list", "second key-2 true")
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		tokens.Close()
		expect("put back")
		door(t, file, keys, options)
		time.Sleep(time.Second)
		synctest.Wait()
		mu.Lock()
		slices.Sort(ended) // one key is that of three, of which none is valid
		mu.Unlock()
		expect("after a start", "one key-1 true", "other key-1 true", "third key-1 true")
		if _, _, err := file.Rewrap(t.Context(), accesstest.MasterKeys(t, accesstest.MasterKey("unknown to the door", ""), accesstest.MasterKey("a", ""))); err != nil {
			t.Fatal(err)
		}
		expect("rewrapped under a key that the door has not, it is not over")
	})
}

// TestTogether has callers come and tokens go at the same time.
func TestTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir() + "/tokens.json"
		keys, key := accesstest.MasterKeys(t, accesstest.MasterKey("a", "")), client.NewSecret(canary)
		file := access.NewTokenFile(path, time.Now)
		grant := access.Grant{Name: "stays", Scopes: []access.Scope{access.Read}}
		stays, _ := accesstest.Issue(t, file, keys, grant, key)
		grant.Name = "goes"
		goes, _ := accesstest.Issue(t, file, keys, grant, key)
		tokens := door(t, file, keys, access.TokenOptions{Ended: func(context.Context, *access.Principal, bool) error { return nil }})
		var running sync.WaitGroup
		for range 16 {
			running.Go(func() {
				for range 200 {
					if p, err := tokens.Admit(t.Context(), bearer(stays)); p == nil || p.Key.Reveal() != canary {
						t.Errorf("got %v, %v, want it admitted", p, err)
					}
					if p, _ := tokens.Admit(t.Context(), bearer(goes)); p != nil && p.Name != "goes" {
						t.Errorf("got %v, another's principal", p)
					}
					time.Sleep(20 * time.Millisecond)
				}
			})
		}
		running.Go(func() {
			for i := range 40 {
				grant := access.Grant{Name: fmt.Sprint("new ", i), Scopes: []access.Scope{access.Read}}
				if _, _, err := file.Issue(t.Context(), keys, grant, key); err != nil {
					t.Error(err)
				}
				if i == 20 {
					if _, err := file.Revoke(t.Context(), "goes"); err != nil {
						t.Error(err)
					}
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
		running.Wait()
		if p, err := tokens.Admit(t.Context(), bearer(goes)); p != nil || !errors.Is(err, access.ErrRefused) {
			t.Errorf("got %v, %v, want it refused", p, err)
		}
	})
}
