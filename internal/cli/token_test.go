package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
)

// newMasterKey has the program make one.
func newMasterKey(t *testing.T) string {
	t.Helper()
	code, out, errOut := run(t.Context(), "", nil, "token", "master-key")
	if code != 0 || errOut != "" || !regexp.MustCompile(`^\d{4}-\d\d-\d\d-[a-z2-7]{6}:[A-Za-z0-9+/]{43}=\n$`).MatchString(out) {
		t.Fatalf("got %d, %q, %s, want a master key", code, out, errOut)
	}
	return strings.TrimSpace(out)
}

// TestTokens is what an operator does with tokens, in order. $ID stands for the
// id of the token that was issued last.
func TestTokens(t *testing.T) {
	folder, old, next := t.TempDir(), newMasterKey(t), newMasterKey(t)
	env := func(more ...string) []string {
		return append([]string{"XDG_DATA_HOME=" + folder, "MEETMCP_SANDBOX=true"}, more...)
	}
	with, both := env("MEETMCP_MASTER_KEYS="+old), env("MEETMCP_MASTER_KEYS="+next+","+old)
	unreachable := []string{"XDG_DATA_HOME=" + folder, "MEETMCP_MASTER_KEYS=" + old, "MEETING_BAAS_BASE_URL=http://127.0.0.1:1"}
	id, issued := "", []string{}
	secrets := []string{canary, old[18:], next[18:], "no-such-key"}
	for _, row := range []struct {
		args, input string
		env         []string
		code        int
		out, errOut string // what each has
	}{
		{"token", "", with, 2, "", `expected one of "create", "list"`},
		{"token list", "", env(), 0, "Issue one: meetmcp token create", ""},
		{"token revoke Ada", "", env(), 1, "", `no token has the id or the name "Ada"`},
		{"token create --name Ada", "", env(), 2, "", "Make one with 'meetmcp token master-key'"},
		{"token create", "", with, 2, "", "--name: say whose token it is"},
		{"token create --name Ada --sets bots,bts", "", with, 2, "", `"bts" is not known; valid: bots, `},
		{"token create --name Ada", "no-such-key", with, 1, "", "Meeting BaaS does not accept this API key"},
		{"token create --name Ada", "two keys", with, 1, "", "copy it again"},
		{"token create --name Ada", strings.Repeat("k", 5000), with, 1, "", "more than 4096 bytes"},
		{"token create --name Ada", "", unreachable, 2, "", "give one on standard input"},
		{"token create --name Ada", canary, append(unreachable, "MEETING_BAAS_API_KEY=another"), 2, "", "there are two API keys"},
		{"token list", "", with, 0, "No token is in ", ""},

		{"token create --name Ada", "", with, 0, "mm_", "This is the token of Ada, for the sandbox's API key. It is not shown again.\nIt may read, write. It ends never by itself, or with: meetmcp token revoke "},
		{"token create --name Ada", "", with, 1, "", "take another name, or revoke that one first"},
		{"token revoke $ID", "", env(), 0, "of Ada is revoked since ", ""},
		{"token revoke Ada", "", env(), 0, "of Ada is revoked since ", ""},
		{"--name Ada --scopes destroy,read token create --sets bots,meetings --bots-per-hour 2 --bots-per-day 5 --expires 90d --webhooks", sandbox.OtherKey + "\n", with, 0, "mm_",
			"for the API key that you gave. It is not shown again.\nIt may read, destroy with bots, meetings; 2 bots an hour; 5 bots a day; webhooks. It ends 2"},
		{"token create --name offline", canary, unreachable, 0, "mm_", "could not be tried, and is taken as it is"},
		{"token create --name environment", "", append(unreachable, "MEETING_BAAS_API_KEY="+canary), 0, "mm_", "for the API key in MEETING_BAAS_API_KEY."},
		{"token list", "", env(), 0, "revoked  read, write ", ""},
		{"token list --json", "", with, 0, `"state": "valid"`, ""},
		{"token rewrap", "", env(), 2, "", "There is no master key"},
		{"token rewrap", "", env("MEETMCP_MASTER_KEYS=" + next), 1, "Encrypted the API keys of 0 tokens", "stays as it was: its master key"},
		{"token rewrap", "", both, 0, "Encrypted the API keys of 4 tokens under the master key " + next[:17], ""},
		{"token list", "", with, 0, "unreadable", ""},
		{"token list", "", with, 0, "is not among those given.", ""},
		{"token list", "", env("MEETMCP_MASTER_KEYS=" + next), 0, "valid", ""},
	} {
		code, out, errOut := run(t.Context(), row.input, row.env, strings.Fields(strings.ReplaceAll(row.args, "$ID", id))...)
		if code != row.code || !strings.Contains(out, row.out) || !strings.Contains(errOut, row.errOut) {
			t.Errorf("%s: got %d, %s, %s, want %d, %q, %q", row.args, code, out, errOut, row.code, row.out, row.errOut)
		}
		if token, found := strings.CutSuffix(out, "\n"); found && strings.HasPrefix(token, "mm_") {
			id, issued, secrets, out = token[3:11], append(issued, token), append(secrets, token[12:]), ""
		}
		for _, secret := range secrets {
			if strings.Contains(out+errOut, secret) {
				t.Errorf("%s: shows what is secret: %s%s", row.args, out, errOut)
			}
		}
	}

	_, encoded, _ := strings.Cut(next, ":")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := access.NewMasterKeys(access.MasterKey{ID: next[:17], Key: client.NewSecret(string(raw))})
	if err != nil {
		t.Fatal(err)
	}
	file := access.NewTokenFile(filepath.Join(folder, "meetmcp", "tokens.json"), time.Now)
	door, err := access.OpenTokens(file, keys, access.TokenOptions{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	for i, key := range []string{"", sandbox.OtherKey, canary, canary} {
		p, err := door.Admit(t.Context(), access.Credential{Scheme: access.Bearer, Secret: client.NewSecret(issued[i])})
		switch {
		case key == "" && !errors.Is(err, access.ErrRefused):
			t.Errorf("got %v, %v, want the revoked token refused", p, err)
		case key != "" && (p == nil || p.Key.Reveal() != key):
			t.Errorf("got %v, %v, want the %d. token to stand for %s", p, err, i+1, key)
		}
	}
	_, out, _ := run(t.Context(), "", env(), "token", "list", "--json")
	var listed struct {
		Tokens []struct {
			ID, Name, State string
			Hash            string
			SealedKey       string `json:"sealed_key"`
		}
	}
	if err := json.Unmarshal([]byte(out), &listed); err != nil || len(listed.Tokens) != 4 {
		t.Fatalf("got %s, %v, want four tokens", out, err)
	}
	for _, one := range listed.Tokens {
		if one.Hash != "" || one.SealedKey != "" || one.ID == "" || one.State == "" {
			t.Errorf("got %+v", one)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "meetmcp", "tokens.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"token", "list"}, {"token", "revoke", "Ada"}, {"token", "create", "--name", "new"}} {
		if code, out, errOut := run(t.Context(), "", with, args...); code != 1 || out != "" || !strings.Contains(errOut, folder) {
			t.Errorf("%v on a damaged file: got %d, %s, %s, want it named", args, code, out, errOut)
		}
	}
}
