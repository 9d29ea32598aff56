package access_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/accesstest"
)

func reads(name string) access.Grant {
	return access.Grant{Name: name, Scopes: []access.Scope{access.Read}}
}

// TestOperator is what an operator does with tokens, in order.
func TestOperator(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder", "tokens.json")
	clock := now
	file := access.NewTokenFile(path, func() time.Time { return clock })
	keys, key := accesstest.MasterKeys(t, accesstest.MasterKey("a", "")), client.NewSecret(canary)
	if all, err := file.List(keys); err != nil || len(all) != 0 {
		t.Fatalf("got %v, %v, want an empty list", all, err)
	}
	expect := func(when string, want ...string) {
		t.Helper()
		all, err := file.List(keys)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range all {
			got = append(got, one.Name+" "+one.State)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", when, got, want)
		}
	}
	refused := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	ada, token := accesstest.Issue(t, file, keys, reads("Ada"), key)
	expect("issued", "Ada valid")
	for _, row := range []struct {
		grant access.Grant
		key   string
		want  string
	}{
		{reads("Ada"), canary, "take another name, or revoke that one first"},
		{reads(""), canary, "there is no name"},
		{reads("a\nb"), canary, "all of which can be seen"},
		{reads(" a"), canary, "all of which can be seen"},
		{reads("\x1b[2J"), canary, "all of which can be seen"},
		{reads("a\u202eb"), canary, "all of which can be seen"},
		{reads("a\xff"), canary, "all of which can be seen"},
		{reads(strings.Repeat("é", 65)), canary, "at most 64"},
		{reads(ada), canary, "the name is a token"},
		{access.Grant{Name: "b"}, canary, "there is no scope"},
		{access.Grant{Name: "b", Scopes: []access.Scope{"admin"}}, canary, "not known"},
		{access.Grant{Name: "b", Scopes: []access.Scope{"read", "read"}}, canary, "twice"},
		{access.Grant{Name: "b", Scopes: []access.Scope{"read"}, Bots: access.Budget{PerDay: -1}}, canary, "below 0"},
		{access.Grant{Name: "b", Scopes: []access.Scope{"read"}, Expires: now}, canary, "is over"},
		{reads("b"), "", "there is no API key"},
		{reads("b"), canary + "\n", "copy it again"},
		{reads("b"), strings.Repeat("k", 600), "longer than 512"},
		{reads("b"), ada, "a token of this program"},
	} {
		_, _, err := file.Issue(t.Context(), keys, row.grant, client.NewSecret(row.key))
		refused(err, row.want)
	}
	_, _, err := file.Issue(t.Context(), accesstest.MasterKeys(t), reads("b"), key)
	refused(err, "there is no master key")
	expect("nothing of this was issued", "Ada valid")

	_, err = file.Revoke(t.Context(), "Bob")
	refused(err, `no token has the id or the name "Bob"`)
	_, err = file.Revoke(t.Context(), ada[:20])
	refused(err, "no whole token")
	first, err := file.Revoke(t.Context(), ada) // which its holder may have sent
	if err != nil || first.ID != token.ID || !first.Revoked.Equal(now) {
		t.Errorf("got %+v, %v, want it revoked", first, err)
	}
	clock = clock.Add(time.Hour)
	if again, err := file.Revoke(t.Context(), token.ID); err != nil || !again.Revoked.Equal(now) {
		t.Errorf("got %+v, %v, want it as it was", again, err)
	}
	accesstest.Issue(t, file, keys, reads("Ada"), key)
	accesstest.Issue(t, file, keys, reads(token.ID), key)
	_, err = file.Revoke(t.Context(), token.ID)
	refused(err, "is the id of one token and the name of another")
	brief := reads("brief")
	brief.Expires = clock.Add(time.Hour)
	accesstest.Issue(t, file, keys, brief, key)
	expect("issued again", "Ada revoked", "Ada valid", token.ID+" valid", "brief valid")
	if _, err := file.Revoke(t.Context(), "Ada"); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Hour)
	expect("an hour later", "Ada revoked", "Ada revoked", token.ID+" valid", "brief expired")
	clock = clock.Add(31 * 24 * time.Hour)
	expect("a month later", "Ada revoked", "Ada revoked", token.ID+" valid", "brief expired")
	accesstest.Issue(t, file, keys, reads("new"), key)
	expect("after the next change", token.ID+" valid", "new valid")

	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, secret := range map[string]string{"the token": ada[12:], "the API key": canary, "the API key in Base64": base64.StdEncoding.EncodeToString([]byte(canary))[:16]} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the file has %s: %s", what, raw)
		}
	}
}

func TestRewrap(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.json")
	file, key := access.NewTokenFile(path, time.Now), client.NewSecret(canary)
	a, b, lost := accesstest.MasterKey("a", ""), accesstest.MasterKey("b", ""), accesstest.MasterKey("lost", "")
	before, rotating, after := accesstest.MasterKeys(t, a), accesstest.MasterKeys(t, b, a), accesstest.MasterKeys(t, b)
	one, _ := accesstest.Issue(t, file, before, reads("one"), key)
	two, _ := accesstest.Issue(t, file, rotating, reads("two"), key)
	gone, _ := accesstest.Issue(t, file, accesstest.MasterKeys(t, lost), reads("gone"), key)
	accesstest.Issue(t, file, accesstest.MasterKeys(t, lost), reads("gone and revoked"), key)
	if _, err := file.Revoke(t.Context(), "gone and revoked"); err != nil {
		t.Fatal(err)
	}
	expect := func(keys *access.MasterKeys, want map[string]bool) {
		t.Helper()
		tokens := door(t, file, keys, access.TokenOptions{})
		for token, admitted := range want {
			if p, err := tokens.Admit(t.Context(), bearer(token)); (p != nil) != admitted || admitted && p.Key.Reveal() != canary {
				t.Errorf("%s: got %v, %v, want admitted: %t", token[:11], p, err, admitted)
			}
		}
	}
	expect(before, map[string]bool{one: true, two: false, gone: false})
	expect(rotating, map[string]bool{one: true, two: true, gone: false})
	expect(after, map[string]bool{one: false, two: true, gone: false})
	done, left, err := file.Rewrap(t.Context(), rotating)
	if err != nil || done != 2 || len(left) != 1 || left[0].Name != "gone" || !strings.Contains(left[0].Fault.Error(), `"lost"`) {
		t.Errorf("got %d, %v, %v, want two done and one left", done, left, err)
	}
	expect(after, map[string]bool{one: true, two: true, gone: false})
	expect(before, map[string]bool{one: false, two: false, gone: false})
	expect(accesstest.MasterKeys(t, lost), map[string]bool{one: false, two: false, gone: true})
	all, err := file.List(after)
	if err != nil || len(all) != 4 || all[2].State != access.Unreadable || !strings.Contains(all[2].Fault, `"lost"`) {
		t.Errorf("got %+v, %v, want the third unreadable", all, err)
	}
}

func TestMasterKeys(t *testing.T) {
	t.Parallel()
	short := access.MasterKey{ID: "a", Key: client.NewSecret("short")}
	a := accesstest.MasterKey("a", "")
	for _, keys := range [][]access.MasterKey{{short}, {a, a}, {{ID: "", Key: a.Key}}, {{ID: "a"}}} {
		if m, err := access.NewMasterKeys(keys...); err == nil || strings.Contains(err.Error(), "short") {
			t.Errorf("%v: got %v, %v, want it refused", keys, m, err)
		}
	}
}

// formatToken is in testdata/tokens.json, and opens nothing else.
const formatToken = "mm_atrqk330_w313kym2hbxkh4v247tq5bg5vfna1jmb"

// TestFormat holds the program to tokens that earlier versions of it issued.
func TestFormat(t *testing.T) {
	t.Parallel()
	file := access.NewTokenFile(filepath.Join("testdata", "tokens.json"), func() time.Time { return now })
	keys := accesstest.MasterKeys(t, accesstest.MasterKey("a", ""))
	p, err := door(t, file, keys, access.TokenOptions{}).Admit(t.Context(), bearer(formatToken))
	if err != nil {
		t.Fatal(err)
	}
	want := access.Principal{ID: "token-" + formatToken[3:11], Name: "Ada", Key: p.Key, Scopes: []access.Scope{access.Read, access.Write}, Sets: []string{"bots", "meetings"},
		Bots: access.Budget{PerHour: 2, PerDay: 5}, Expires: time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), Webhooks: true}
	if !reflect.DeepEqual(*p, want) || p.Key.Reveal() != canary {
		t.Errorf("got %+v, want %+v", *p, want)
	}
}

// TestDamage goes through faults of the file, each of which is told and changes
// nothing.
func TestDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.json")
	file, keys := access.NewTokenFile(path, time.Now), accesstest.MasterKeys(t, accesstest.MasterKey("a", ""))
	accesstest.Issue(t, file, keys, reads("Ada"), client.NewSecret(canary))
	accesstest.Issue(t, file, keys, reads("Bob"), client.NewSecret(canary))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string {
		if !strings.Contains(string(whole), old) {
			t.Fatalf("the file has no %s: %s", old, whole)
		}
		return strings.Replace(string(whole), old, new, 1)
	}
	ids := []string{}
	for at := range strings.SplitSeq(string(whole), `"id": "`) {
		ids = append(ids, at[:8])
	}
	for _, row := range []struct{ raw, want string }{
		{"", "it is empty"},
		{"\n", "it is empty"},
		{"{}", "version 0"},
		{"[]", "JSON"},
		{"null", "version 0"},
		{string(whole[:len(whole)-20]), "unexpected EOF"},
		{string(whole) + "{}", "after top-level value"},
		{string(whole) + "\x00", "after top-level value"},
		{change(`"version": 1`, `"version": 2`), "version 2"},
		{change(`"scopes"`, `"only_on_mondays": true, "scopes"`), "only_on_mondays"},
		{change(`"scopes"`, `"name": "x", "scopes"`), "duplicate"},
		{change(`"read"`, `"everything"`), `token 1, "` + ids[1] + `": the scope "everything" is not known`},
		{change(`"read"`, ``), "there is no scope"},
		{change(`"Ada"`, `"A\u0007da"`), "all of which can be seen"},
		{change(`"Ada"`, "\"A\xffda\""), "UTF-8"},
		{change(ids[1], "../../.."), "its id is not one"},
		{change(ids[2], ids[1]), "its id is there twice"},
		{change(`"hash": "`, `"hash": "AAAA`), "its hash has"},
		{change(`"created": "2`, `"created": "x2`), "created"},
		{strings.Repeat(" ", 17<<20), "more than 16 MB"},
	} {
		if err := os.WriteFile(path, []byte(row.raw), 0o600); err != nil {
			t.Fatal(err)
		}
		_, listed := file.List(keys)
		_, _, issued := file.Issue(t.Context(), keys, reads("new"), client.NewSecret(canary))
		_, revoked := file.Revoke(t.Context(), "Ada")
		_, _, rewrapped := file.Rewrap(t.Context(), keys)
		opened, err := access.OpenTokens(file, keys, access.TokenOptions{Log: silent()})
		if opened != nil {
			opened.Close()
		}
		for _, err := range []error{listed, issued, revoked, rewrapped, err} {
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q and the file's name", err, row.want)
			}
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != row.raw {
			t.Errorf("%s: the damaged file was changed, %v", row.want, err)
		}
	}
}

func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	path := filepath.Join(folder, "tokens.json")
	file, keys, key := access.NewTokenFile(path, time.Now), accesstest.MasterKeys(t, accesstest.MasterKey("a", "")), client.NewSecret(canary)
	mode := func(path string) os.FileMode {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	accesstest.Issue(t, file, keys, reads("one"), key)
	if runtime.GOOS != "windows" && (mode(path) != 0o600 || mode(folder) != 0o700) {
		t.Errorf("got %o in %o, want the owner's alone", mode(path), mode(folder))
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	before := mode(path)
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	accesstest.Issue(t, access.NewTokenFile(link, time.Now), keys, reads("two"), key)
	if all, err := file.List(keys); err != nil || len(all) != 2 || mode(path) != before {
		t.Errorf("got %v, %v, %o, want two tokens for whom could read it before", all, err, mode(path))
	}
	if err := os.WriteFile(path+".new", []byte("of a process that was ended"), 0o600); err != nil {
		t.Fatal(err)
	}
	accesstest.Issue(t, file, keys, reads("three"), key)
	if left, err := filepath.Glob(path + ".new"); err != nil || left != nil {
		t.Errorf("got %v, %v, want nothing left", left, err)
	}
	if _, _, err := access.NewTokenFile(filepath.Join(path, "x.json"), time.Now).Issue(t.Context(), keys, reads("x"), key); err == nil {
		t.Error("got no error from a file below a file")
	}
	for _, kind := range []string{folder, os.DevNull} {
		if _, err := access.NewTokenFile(kind, time.Now).List(keys); err == nil || !strings.Contains(err.Error(), kind+": it is no file of the usual kind") {
			t.Errorf("%s: got %v, want it refused", kind, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := file.Revoke(cancelled, "one"); err == nil {
		t.Error("got no error after the end")
	}
}

func FuzzTokenFile(f *testing.F) {
	raw, err := os.ReadFile(filepath.Join("testdata", "tokens.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(raw), string(raw[:len(raw)/2]), "", "{}", "[]", "null", `{"version":1,"tokens":[]}`, `{"version":1,"tokens":[{}]}`, `{"version":1,"tokens":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, again, err := access.ParseTokens(raw)
		if err != nil {
			if all != nil {
				t.Errorf("got %v with %v", all, err)
			}
			return
		}
		for _, one := range all {
			if one.Name == "" || len(one.Scopes) == 0 || len(one.ID) != 8 || strings.ContainsAny(one.Name+one.ID, "\x1b\n\x00\u202e") {
				t.Errorf("got a token %+v", one)
			}
		}
		if same, third, err := access.ParseTokens(again); err != nil || fmt.Sprint(same) != fmt.Sprint(all) || !bytes.Equal(third, again) {
			t.Errorf("written and read again: got %v, %v, want %v", same, err, all)
		}
	})
}

// hundred is a door for a hundred tokens, and one of them.
func hundred(b *testing.B) (*access.Tokens, access.Credential) {
	b.Helper()
	var token string
	path, keys := filepath.Join(b.TempDir(), "tokens.json"), accesstest.MasterKeys(b, accesstest.MasterKey("a", ""))
	file := access.NewTokenFile(path, time.Now)
	for i := range 100 {
		token, _ = accesstest.Issue(b, file, keys, reads(fmt.Sprint("token ", i)), client.NewSecret(canary))
	}
	tokens, err := access.OpenTokens(file, keys, access.TokenOptions{Log: silent()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(tokens.Close)
	return tokens, bearer(token)
}

func BenchmarkAdmit(b *testing.B) {
	tokens, credential := hundred(b)
	b.ReportAllocs()
	for b.Loop() {
		if p, err := tokens.Admit(b.Context(), credential); p == nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLook is what happens every second while nothing changes.
func BenchmarkLook(b *testing.B) {
	tokens, _ := hundred(b)
	b.ReportAllocs()
	for b.Loop() {
		access.Look(tokens)
	}
}
