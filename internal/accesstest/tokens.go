// Package accesstest makes credentials for tests of what stands behind a door.
package accesstest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
)

// Tokens are a file with tokens of every kind, and what to show of them.
type Tokens struct {
	File   *access.TokenFile
	Path   string
	Master *access.MasterKeys
	Right  map[string]access.Credential // by what it may do; each stands for the key that was given
	Wrong  map[string]access.Credential // by what is wrong with it
}

// MasterKey is one that differs for each id and seed.
func MasterKey(id, seed string) access.MasterKey {
	key := sha256.Sum256([]byte(id + seed))
	return access.MasterKey{ID: id, Key: client.NewSecret(string(key[:]))}
}

// MasterKeys are those keys in their order.
func MasterKeys(t testing.TB, keys ...access.MasterKey) *access.MasterKeys {
	t.Helper()
	m, err := access.NewMasterKeys(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Issue issues a token.
func Issue(t testing.TB, file *access.TokenFile, keys *access.MasterKeys, grant access.Grant, key client.Secret) (string, access.Token) {
	t.Helper()
	secret, token, err := file.Issue(t.Context(), keys, grant, key)
	if err != nil {
		t.Fatal(err)
	}
	return secret.Reveal(), token
}

// NewTokens issues tokens for an API key, as of now.
func NewTokens(t testing.TB, key client.Secret, now time.Time) Tokens {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens.json")
	at := func(when time.Time) *access.TokenFile {
		return access.NewTokenFile(path, func() time.Time { return when })
	}
	file, first, second := at(now), MasterKey("first", ""), MasterKey("second", "")
	all := Tokens{File: file, Path: path, Master: MasterKeys(t, first, second), Right: map[string]access.Credential{}}
	bearer := func(token string) access.Credential {
		return access.Credential{Scheme: access.Bearer, Secret: client.NewSecret(token)}
	}
	issue := func(file *access.TokenFile, keys *access.MasterKeys, grant access.Grant) (string, access.Token) {
		t.Helper()
		if grant.Scopes == nil {
			grant.Scopes = []access.Scope{access.Read, access.Write}
		}
		return Issue(t, file, keys, grant, key)
	}
	for _, grant := range []access.Grant{
		{Name: "all", Scopes: []access.Scope{access.Read, access.Write, access.Destroy}},
		{Name: "read and write"},
		{Name: "read", Scopes: []access.Scope{access.Read}},
		{Name: "bots alone", Sets: []string{"bots"}},
		{Name: "one bot an hour", Bots: access.Budget{PerHour: 1}},
		{Name: "for a day", Expires: now.Add(24 * time.Hour)},
		{Name: "webhooks", Webhooks: true},
	} {
		token, _ := issue(file, all.Master, grant)
		all.Right[grant.Name] = bearer(token)
	}
	token, _ := issue(file, MasterKeys(t, second), access.Grant{Name: "under the second master key"})
	all.Right["under the second master key"] = bearer(token)

	good, issued := issue(file, all.Master, access.Grant{Name: "good"})
	all.Right["good"] = bearer(good)
	other, _ := issue(file, all.Master, access.Grant{Name: "other"})
	all.Right["other"] = bearer(other)

	wrong := map[string]string{}
	for name, token := range spoilt(good, other, issued.ID) {
		wrong[name] = token
	}
	revoked, _ := issue(file, all.Master, access.Grant{Name: "revoked"})
	if _, err := file.Revoke(context.Background(), "revoked"); err != nil {
		t.Fatal(err)
	}
	before := at(now.Add(-time.Hour))
	wrong["revoked"] = revoked
	wrong["expired"], _ = issue(before, all.Master, access.Grant{Name: "expired", Expires: now.Add(-time.Minute)})
	wrong["expired this second"], _ = issue(before, all.Master, access.Grant{Name: "expiring", Expires: now})
	wrong["under a lost master key"], _ = issue(file, MasterKeys(t, MasterKey("lost", "")), access.Grant{Name: "lost"})
	wrong["under a master key that now is another"], _ = issue(file, MasterKeys(t, MasterKey("first", "before")), access.Grant{Name: "rotated"})
	wrong["issued into another file"], _ = issue(access.NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"), time.Now), all.Master, access.Grant{Name: "elsewhere"})
	for name, change := range tampering() {
		wrong[name], _ = issue(file, all.Master, access.Grant{Name: name, Scopes: []access.Scope{access.Read}, Sets: []string{"bots"},
			Bots: access.Budget{PerHour: 1}, Expires: now.Add(time.Hour)})
		tamper(t, path, name, change)
	}
	exchanged, _ := issue(file, all.Master, access.Grant{Name: "with the API key of another"})
	wrong["with the API key of another"] = exchanged
	tamper(t, path, "with the API key of another", func(token, good map[string]any) { token["sealed_key"] = good["sealed_key"] })
	read(t, path, func(name string, token map[string]any) {
		if name == "good" {
			hash, _ := token["hash"].(string)
			sealed, _ := token["sealed_key"].(string)
			raw, _ := base64.StdEncoding.DecodeString(hash)
			wrong["its hash out of the file"], wrong["its hash in hexadecimal"] = hash, hex.EncodeToString(raw)
			wrong["its hash as a token"] = "mm_" + issued.ID + "_" + hex.EncodeToString(raw)[:32]
			wrong["its encrypted API key"] = sealed
		}
	})
	wrong["the API key as a token"] = "mm_" + key.Reveal()
	wrong["the master key"] = base64.StdEncoding.EncodeToString([]byte(first.Key.Reveal()))

	all.Wrong = map[string]access.Credential{"as an API key": {Scheme: access.Key, Secret: client.NewSecret(good)},
		"without a scheme": {Secret: client.NewSecret(good)}}
	for name, token := range wrong {
		all.Wrong[name] = bearer(token)
	}
	return all
}

// spoilt are the ways in which a token arrives that is not quite it.
func spoilt(good, other, id string) map[string]string {
	secret := good[len("mm_")+len(id)+1:]
	wrong := map[string]string{
		"nothing but the prefix": "mm_", "no prefix": good[3:], "the id alone": id, "prefix and id": good[:3+len(id)], "prefix, id and _": good[:4+len(id)],
		"the secret alone": secret, "no id": "mm_" + secret, "half": good[:len(good)/2], "the other half": good[len(good)/2:],
		"one character less": good[:len(good)-1], "one more": good + "0", "first character gone": good[1:],
		"twice": good + good, "twice with a space": good + " " + good, "twice with a comma": good + "," + good, "two tokens": good + "," + other,
		"a space before": " " + good, "a space behind": good + " ", "a space within": good[:20] + " " + good[20:], "a tab behind": good + "\t",
		"a line break behind": good + "\n", "a line break of Windows": good + "\r\n", "a header behind": good + "\r\nX: y", "a zero byte behind": good + "\x00",
		"a zero byte within": good[:20] + "\x00" + good[21:], "a byte order mark": "\ufeff" + good, "a zero-width space": good[:20] + "\u200b" + good[20:],
		"in quotes": `"` + good + `"`, "in apostrophes": "'" + good + "'", "in angle brackets": "<" + good + ">", "with its scheme": "Bearer " + good,
		"in capitals": strings.ToUpper(good), "its prefix in capitals": "MM_" + good[3:], "its prefix in mixed case": "Mm_" + good[3:],
		"its secret in capitals": good[:len(good)-len(secret)] + strings.ToUpper(secret), "its id in capitals": "mm_" + strings.ToUpper(id) + "_" + secret,
		"another's secret": good[:len(good)-len(secret)] + other[len(other)-len(secret):], "another's id": other[:len(other)-len(secret)] + secret,
		"an unknown id": "mm_" + changed(id, 0) + "_" + secret, "no secret but zeros": good[:len(good)-len(secret)] + strings.Repeat("0", len(secret)),
		"its id and secret exchanged": "mm_" + secret + "_" + id, "a hyphen for _": strings.ReplaceAll(good, "_", "-"), "no _": strings.ReplaceAll(good, "_", ""),
		"two _": strings.Replace(good[3:], "_", "__", 1), "a letter that looks alike": good[:len(good)-1] + "o",
		"a full-width letter": good[:len(good)-1] + "ａ", "a Cyrillic letter": "мm_" + good[3:], "backwards": backwards(good),
		"in Base64": base64.StdEncoding.EncodeToString([]byte(good)), "in hexadecimal": hex.EncodeToString([]byte(good)),
		"escaped": url.QueryEscape(good) + "%00", "every character escaped": escaped(good), "as JSON": `{"token":"` + good + `"}`,
		"shortened for people": good[:8] + "…" + good[len(good)-4:], "masked": good[:12] + strings.Repeat("*", 32), "a name": "good", "an example": "mm_xxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"a variable": "$MEETMCP_TOKEN", "a reference": "env:MEETMCP_TOKEN", "null": "null", "a pattern": "mm_%", "a wildcard": "mm_" + id + "_*", "a path": "mm_../../tokens.json",
		"a query": "mm_' OR '1'='1", "very long": good + strings.Repeat("0", 1<<16), "the principal's id": "token-" + id,
	}
	for _, at := range []int{3, 10, 11, 12, 20, 28, 36, len(good) - 1} {
		wrong[fmt.Sprintf("another character at %d", at)] = changed(good, at)
	}
	return wrong
}

// changed has another character at a place.
func changed(text string, at int) string {
	other := "0"
	if text[at] == '0' {
		other = "1"
	}
	return text[:at] + other + text[at+1:]
}

func backwards(text string) string {
	raw := []byte(text)
	slices.Reverse(raw)
	return string(raw)
}

func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

// tampering are changes that somebody may make who can write the file and has
// no master key.
func tampering() map[string]func(token, good map[string]any) {
	return map[string]func(token, good map[string]any){
		"with more scopes in the file":    func(token, _ map[string]any) { token["scopes"] = []string{"read", "write", "destroy"} },
		"with all sets in the file":       func(token, _ map[string]any) { delete(token, "sets") },
		"with more bots in the file":      func(token, _ map[string]any) { token["bots_per_hour"] = 1000 },
		"with a later expiry in the file": func(token, _ map[string]any) { delete(token, "expires") },
		"with webhooks in the file":       func(token, _ map[string]any) { token["webhooks"] = true },
		"under another master key's id":   func(token, _ map[string]any) { token["master_key"] = "second" },
		"with a broken encrypted API key": func(token, _ map[string]any) { token["sealed_key"] = "AAAA" },
		"with no encrypted API key":       func(token, _ map[string]any) { token["sealed_key"] = "" },
	}
}

// tamper changes a token in the file; good is the one of that name.
func tamper(t testing.TB, path, name string, change func(token, good map[string]any)) {
	t.Helper()
	byName := map[string]map[string]any{}
	list := read(t, path, func(name string, token map[string]any) { byName[name] = token })
	change(byName[name], byName["good"])
	raw, err := json.Marshal(list)
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// read goes through the tokens of a file.
func read(t testing.TB, path string, each func(name string, token map[string]any)) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list map[string]any
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	tokens, _ := list["tokens"].([]any)
	for _, one := range tokens {
		token, _ := one.(map[string]any)
		name, _ := token["name"].(string)
		each(name, token)
	}
	return list
}
