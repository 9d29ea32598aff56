package access_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/accesstest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("TOKENS_TO_ISSUE"); path != "" {
		issueMany(path)
	}
	goleak.VerifyTestMain(m)
}

const canary = "canary-key-4711"

// now is the time for tests that have no clock of their own.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func silent() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// door opens a door until the test ends.
func door(t *testing.T, file *access.TokenFile, keys *access.MasterKeys, options access.TokenOptions) *access.Tokens {
	t.Helper()
	if options.Log == nil {
		options.Log = silent()
	}
	tokens, err := access.OpenTokens(file, keys, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tokens.Close)
	return tokens
}

func bearer(token string) access.Credential {
	return access.Credential{Scheme: access.Bearer, Secret: client.NewSecret(token)}
}

func TestRightTokens(t *testing.T) {
	t.Parallel()
	all := accesstest.NewTokens(t, client.NewSecret(canary), now)
	tokens := door(t, all.File, all.Master, access.TokenOptions{})
	want := map[string]access.Principal{
		"all":                         {Scopes: []access.Scope{"read", "write", "destroy"}},
		"read":                        {Scopes: []access.Scope{"read"}},
		"bots alone":                  {Sets: []string{"bots"}},
		"one bot an hour":             {Bots: access.Budget{PerHour: 1}},
		"for a day":                   {Expires: now.Add(24 * time.Hour)},
		"webhooks":                    {Webhooks: true},
		"read and write":              {},
		"under the second master key": {},
		"good":                        {},
		"other":                       {},
	}
	ids := map[string]bool{}
	for name, credential := range all.Right {
		p, err := tokens.Admit(t.Context(), credential)
		if err != nil || p == nil {
			t.Errorf("%s: got %v, %v, want a principal", name, p, err)
			continue
		}
		w, known := want[name]
		w.ID, w.Name, w.Key = p.ID, name, p.Key
		if w.Scopes == nil {
			w.Scopes = []access.Scope{access.Read, access.Write}
		}
		if !reflect.DeepEqual(*p, w) || !known || p.Key.Reveal() != canary {
			t.Errorf("%s: got %+v, want %+v", name, *p, w)
		}
		if ids[p.ID] || strings.Contains(credential.Secret.Reveal()[12:], p.ID) {
			t.Errorf("%s: the principal's id %s is another's, or secret", name, p.ID)
		}
		ids[p.ID] = true
	}
	if len(all.Right) != len(want) {
		t.Errorf("got %d right tokens, want %d", len(all.Right), len(want))
	}
}

// TestWrongTokens shows what must not be admitted, and that all of it is told
// the same at the same cost: one hash, and one comparison of the same length.
func TestWrongTokens(t *testing.T) {
	t.Parallel()
	all := accesstest.NewTokens(t, client.NewSecret(canary), now)
	if len(all.Wrong) < 60 {
		t.Fatalf("got %d wrong credentials, want 60 or more", len(all.Wrong))
	}
	var log bytes.Buffer
	tokens := door(t, all.File, all.Master, access.TokenOptions{})
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	hashes, reasons := access.CountHashes(tokens), map[string]int{}
	for name, credential := range all.Wrong {
		before := hashes.Load()
		p, err := tokens.Admit(t.Context(), credential)
		if p != nil {
			t.Errorf("%s: admitted as %+v", name, p)
		}
		if !access.IsToken(credential.Secret.Reveal()) {
			if err != nil {
				t.Errorf("%s: got %v, want nothing, as it is no token", name, err)
			}
			reasons["no token"]++
			continue
		}
		if !errors.Is(err, access.ErrRefused) || err.Error() != access.ErrRefused.Error() {
			t.Errorf("%s: got %v, want %v and no more", name, err, access.ErrRefused)
		}
		if got := hashes.Load() - before; got != 1 {
			t.Errorf("%s: made %d hashes, want 1", name, got)
		}
		log.Reset()
		logger.Info("refused", "reason", err)
		for reason, says := range map[string]string{"malformed": "not a whole token", "unknown": "no token has", "secret": "another secret", "revoked": "is revoked since",
			"expired": "is expired since", "master key": "cannot be used: ", "scheme": "as an API key"} {
			if strings.Contains(log.String(), says) {
				reasons[reason]++
			}
		}
		if secret := credential.Secret.Reveal(); strings.Contains(log.String(), canary) || len(secret) > 40 && strings.Contains(log.String(), secret[12:]) {
			t.Errorf("%s: the log has what is secret: %s", name, &log)
		}
	}
	sum := 0
	for _, reason := range []string{"no token", "malformed", "unknown", "secret", "revoked", "expired", "master key", "scheme"} {
		if reasons[reason] == 0 {
			t.Errorf("nothing was refused for %s: %v", reason, reasons)
		}
		sum += reasons[reason]
	}
	if sum != len(all.Wrong) {
		t.Errorf("%d of %d have one reason: %v", sum, len(all.Wrong), reasons)
	}
	for name, credential := range all.Right {
		if p, err := tokens.Admit(t.Context(), credential); p == nil || err != nil {
			t.Errorf("%s: got %v, %v after the wrong ones, want it admitted", name, p, err)
		}
	}
}

// TestNeverUpstream holds IsToken to tokens as they are mistyped, and off what
// keys look like.
func TestNeverUpstream(t *testing.T) {
	t.Parallel()
	all := accesstest.NewTokens(t, client.NewSecret(canary), now)
	good := all.Right["good"].Secret.Reveal()
	for _, token := range []string{good, good[1:], good[3:], "x" + good[1:], good[:20], strings.ToUpper(good), strings.ToUpper(good[2:]), `"` + good + `"`, "mm_"} {
		if !access.IsToken(token) {
			t.Errorf("%q would be taken for an API key", token)
		}
	}
	for _, key := range []string{"", canary, strings.Repeat("0123456789abcdef", 4), "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "mb_live_" + strings.Repeat("a", 32), good[12:]} {
		if access.IsToken(key) {
			t.Errorf("%q would be taken for a token", key)
		}
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	all := accesstest.NewTokens(t, client.NewSecret(canary), now)
	tokens := door(t, all.File, all.Master, access.TokenOptions{})
	for _, row := range []struct {
		token string
		scope access.Scope
		set   string
		want  bool
	}{
		{"all", access.Destroy, "bots", true},
		{"read and write", access.Write, "calendars", true},
		{"read and write", access.Destroy, "calendars", false},
		{"read", access.Read, "bots", true},
		{"read", access.Write, "bots", false},
		{"read", access.Destroy, "bots", false},
		{"read", "", "bots", false},
		{"read", "READ", "bots", false},
		{"bots alone", access.Read, "bots", true},
		{"bots alone", access.Read, "calendars", false},
		{"bots alone", access.Read, "Bots", false},
		{"bots alone", access.Read, "", false},
		{"bots alone", access.Destroy, "bots", false},
	} {
		p, err := tokens.Admit(t.Context(), all.Right[row.token])
		if err != nil {
			t.Fatal(err)
		}
		if got := p.May(row.scope, row.set); got != row.want {
			t.Errorf("%s, %q in %q: got %t, want %t", row.token, row.scope, row.set, got, row.want)
		}
	}
}

func FuzzToken(f *testing.F) {
	const good = "mm_0123abcd_0123456789abcdefghjkmnpqrstvwxyz"
	for _, seed := range []string{good, good[:43], good + "0", "MM_0123abcd_", "mm_", "", "mm_0123abcd_0123456789abcdefghjkmnpqrstvwxy\x00", "mm_0123abcd-0123456789abcdefghjkmnpqrstvwxyz", "mm_０123abcd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		id, ok := access.TokenID(token)
		if !ok {
			return
		}
		if len(token) != len(good) || !strings.HasPrefix(token, "mm_"+id+"_") || len(id) != 8 || !access.IsToken(token) ||
			strings.Trim(token[3:], "0123456789abcdefghjkmnpqrstvwxyz_") != "" || strings.Count(token, "_") != 2 {
			t.Errorf("%q was taken for a token with the id %q", token, id)
		}
	})
}
