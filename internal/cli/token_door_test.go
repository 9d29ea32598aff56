package cli_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/accesstest"
	"github.com/meetmcp/meetmcp/internal/library"
)

// noLimits are flags for a test that asks as fast as it can.
var noLimits = []string{"--trusted-proxies", "127.0.0.1", "--limit-address", "0", "--limit-reads", "0", "--limit-writes", "0", "--limit-sessions", "0"}

// caller says hello with a credential, each time from an address of its own.
func caller(t *testing.T, url string) func(access.Credential) int {
	t.Helper()
	asked := 0
	return func(c access.Credential) int {
		t.Helper()
		asked++
		header := http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {fmt.Sprintf("198.51.%d.%d", asked/250, asked%250)}}
		if c.Scheme == access.Key {
			header.Set(client.KeyHeader, c.Secret.Reveal())
		} else {
			header.Set("Authorization", strings.TrimSpace(c.Scheme+" "+c.Secret.Reveal()))
		}
		status, _, _ := ask(t, "POST", url+"/mcp", header, helloJSON)
		return status
	}
}

// master is the environment with the first master keys.
func master(path string, keys ...access.MasterKey) []string {
	var all []string
	for _, key := range keys {
		all = append(all, key.ID+":"+base64.StdEncoding.EncodeToString([]byte(key.Key.Reveal())))
	}
	return []string{"MEETMCP_TOKEN_FILE=" + path, "MEETMCP_MASTER_KEYS=" + strings.Join(all, ","), "MEETMCP_SANDBOX=true"}
}

// TestTokensAtTheDoor shows a server that takes both kinds of credentials what
// it must not admit, a right one after each, and then ends a token.
func TestTokensAtTheDoor(t *testing.T) {
	all := accesstest.NewTokens(t, client.NewSecret(sandbox.OtherKey), time.Now())
	env := master(all.Path, accesstest.MasterKey("first", ""), accesstest.MasterKey("second", ""))
	url, log, _ := serving(t, env, append(noLimits, "--auth", "key,token", "--log-level", "debug")...)
	try := caller(t, url)
	right := []access.Credential{{Scheme: access.Key, Secret: client.NewSecret(sandbox.Key)}}
	for _, credential := range all.Right {
		right = append(right, credential)
	}
	wrong := 0
	for name, credential := range all.Wrong {
		secret := credential.Secret.Reveal()
		if strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' && r != '\t' }) || strings.TrimSpace(secret) != secret {
			continue // no header can have it as it is: HTTP drops or refuses it
		}
		if status := try(credential); status != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", name, status)
		}
		wrong++
		if status := try(right[wrong%len(right)]); status != http.StatusOK {
			t.Errorf("after %s: got %d, want a right one admitted", name, status)
		}
	}
	if wrong < 60 {
		t.Errorf("tried %d wrong tokens, want 60 or more", wrong)
	}
	t.Logf("%d wrong tokens refused, with a right credential after each", wrong)
	for _, secret := range []string{all.Right["good"].Secret.Reveal()[12:], sandbox.OtherKey + " ", `"` + sandbox.OtherKey + `"`} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	for _, reason := range []string{"is revoked since", "is expired since", "another secret", "no token has the id", "is not among those given", "was changed in the file"} {
		if !strings.Contains(log.String(), reason) {
			t.Errorf("the log does not say why one was refused: %s", reason)
		}
	}
	streams := map[string]<-chan error{"good": stays(t, url, all.Right["good"]), "other": stays(t, url, all.Right["other"])}
	if code, _, errOut := run(t.Context(), "", env, "token", "revoke", "good"); code != 0 {
		t.Fatal(errOut)
	}
	began := time.Now()
	for try(all.Right["good"]) != http.StatusUnauthorized {
		if time.Since(began) > 30*time.Second {
			t.Fatal("a revoked token is admitted")
		}
	}
	t.Logf("refused %s after it was revoked", time.Since(began).Round(10*time.Millisecond))
	if status := try(all.Right["other"]); status != http.StatusOK {
		t.Errorf("another token: got %d, want it admitted", status)
	}
	select {
	case <-streams["good"]:
		t.Logf("its stream ended %s after it was revoked", time.Since(began).Round(10*time.Millisecond))
	case err := <-streams["other"]:
		t.Errorf("another token's stream ended: %v", err)
	case <-time.After(30 * time.Second):
		t.Error("a revoked token's stream stays open")
	}
}

// stays opens an event stream, and tells when it ends.
func stays(t *testing.T, url string, c access.Credential) <-chan error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.Secret.Reveal())
	resp, err := http.DefaultClient.Do(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", resp, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, resp.Body)
		ended <- errors.Join(err, resp.Body.Close())
	}()
	return ended
}

// TestRights calls tools with tokens that may use them, and that may not.
func TestRights(t *testing.T) {
	all := accesstest.NewTokens(t, client.NewSecret(sandbox.Key), time.Now())
	url, _, _ := serving(t, master(all.Path, accesstest.MasterKey("first", ""), accesstest.MasterKey("second", "")), append(noLimits, "--auth", "token")...)
	const closed = "There is no such tool for you" // a tool that a caller may not use is not there
	const join = `{"meeting_url":"https://meet.google.com/%s","bot_name":"Ada"}`
	for _, row := range []struct {
		token, tool, args string
		want              string // what the answer says
	}{
		{"read", "list_bots", `{}`, "Looked at"},
		{"read", "list_calendars", `{}`, "calendar"},
		{"read", "join_meeting", fmt.Sprintf(join, "abc-defg-hij"), closed},
		{"read", "delete_meeting_data", `{"bot_id":"latest"}`, closed},
		{"read and write", "delete_meeting_data", `{"bot_id":"latest"}`, closed},
		{"read and write", "join_meeting", fmt.Sprintf(join, "abc-defg-hij"), "bot_id"},
		{"bots alone", "list_calendars", `{}`, closed},
		{"bots alone", "search_transcripts", `{"query":"x"}`, closed},
		{"bots alone", "list_bots", `{}`, "Looked at"},
		{"one bot an hour", "join_meeting", fmt.Sprintf(join, "abc-defg-hik"), "bot_id"},
		{"one bot an hour", "join_meeting", fmt.Sprintf(join, "abc-defg-hil"), "1 bot"},
		{"webhooks", "join_meeting", fmt.Sprintf(join, "abc-defg-him"), "bot_id"},
	} {
		c, err := mcpclient.NewStreamableHttpClient(url+"/mcp", transport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer " + all.Right[row.token].Secret.Reveal()}))
		if err != nil {
			t.Fatal(err)
		}
		var hello mcp.InitializeRequest
		hello.Params.ProtocolVersion = "2025-11-25"
		if _, err := c.Initialize(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		var call mcp.CallToolRequest
		call.Params.Name, call.Params.Arguments = row.tool, json.RawMessage(row.args)
		answer, err := c.CallTool(t.Context(), call)
		raw, wrong := json.Marshal(answer)
		if wrong != nil {
			t.Fatal(wrong)
		}
		if got := fmt.Sprint(string(raw), err); !strings.Contains(got, row.want) {
			t.Errorf("%s, %s %s: got %s, want %q", row.token, row.tool, row.args, got, row.want)
		}
		listed, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		offered := slices.ContainsFunc(listed.Tools, func(tool mcp.Tool) bool { return tool.Name == row.tool })
		if offered == (row.want == closed) {
			t.Errorf("%s: %s is offered: %t", row.token, row.tool, offered)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPurge revokes the one token of a key whose meetings the library has.
func TestPurge(t *testing.T) {
	folder, key := t.TempDir(), accesstest.MasterKey("a", "")
	env := append(master(folder+"/tokens.json", key), "MEETMCP_LIBRARY="+folder+"/library.db")
	meetings, err := library.Open(t.Context(), folder+"/library.db", library.Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	defer meetings.Close()
	put := func(key string) {
		t.Helper()
		if err := meetings.Tenant(key).Put(t.Context(), library.Meeting{BotID: "bot-of-" + key, Title: "Plans"}); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(key string) bool {
		t.Helper()
		m, err := meetings.Tenant(key).Get(t.Context(), "bot-of-"+key)
		if err != nil {
			t.Fatal(err)
		}
		return m != nil
	}
	put(sandbox.Key)
	put(sandbox.OtherKey)
	issue := func(name, key string) {
		t.Helper()
		if code, _, errOut := run(t.Context(), key, env, "token", "create", "--name", name); code != 0 {
			t.Fatal(errOut)
		}
	}
	issue("one", sandbox.Key)
	issue("two", sandbox.Key)
	issue("other", sandbox.OtherKey)
	_, log, stop := serving(t, env, "--auth", "token")
	revoke := func(name string) {
		t.Helper()
		if code, _, errOut := run(t.Context(), "", env, "token", "revoke", name); code != 0 {
			t.Fatal(errOut)
		}
	}
	revoke("one")
	revoke("two")
	gone := func(key string) {
		t.Helper()
		for late := time.Now().Add(30 * time.Second); kept(key); {
			if time.Now().After(late) {
				t.Fatalf("what the tokens of %s saw is still there: %s", key, log.String())
			}
		}
	}
	gone(sandbox.Key)
	if !kept(sandbox.OtherKey) {
		t.Error("what another key saw is gone")
	}
	stop()
	revoke("other") // while no server runs
	if !kept(sandbox.OtherKey) {
		t.Error("gone without a server")
	}
	serving(t, env, "--auth", "token")
	gone(sandbox.OtherKey)
}

// TestDoorOpens starts servers whose tokens cannot be read.
func TestDoorOpens(t *testing.T) {
	folder := t.TempDir()
	env := master(folder+"/tokens.json", accesstest.MasterKey("a", ""))
	file := access.NewTokenFile(folder+"/tokens.json", time.Now)
	if _, err := file.Revoke(t.Context(), "x"); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	url, log, stop := serving(t, env, append(noLimits, "--auth", "token,token")...)
	log.find(t, `(there is no token yet)`)
	if status := caller(t, url)(access.Credential{Scheme: access.Key, Secret: client.NewSecret(sandbox.Key)}); status != http.StatusUnauthorized {
		t.Errorf("an API key: got %d, want 401, as only tokens are taken", status)
	}
	ready := func(want string) {
		t.Helper()
		body := ""
		for late := time.Now().Add(30 * time.Second); !strings.Contains(body, want); _, _, body = ask(t, "GET", url+"/readyz", nil, "") {
			if time.Now().After(late) {
				t.Fatalf("got %s, want %s", body, want)
			}
		}
	}
	ready(`{"status":"ready","checks":{"tokens":"ok","upstream":"ok"}}`)
	if err := os.WriteFile(folder+"/tokens.json", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	ready(`{"status":"degraded","checks":{"tokens":"failing","upstream":"ok"}}`)
	stop()
	if code, _, errOut := run(t.Context(), "", env, "serve", "--auth", "token", "--addr", "127.0.0.1:0"); code != 1 || !strings.Contains(errOut, folder) {
		t.Errorf("a damaged file: got %d, %s, want it named", code, errOut)
	}
	if code, _, errOut := run(t.Context(), "", append(env, "MEETMCP_TOKEN_FILE="+folder), "serve", "--auth", "token", "--addr", "127.0.0.1:0"); code != 1 || !strings.Contains(errOut, folder) {
		t.Errorf("a folder for a file: got %d, %s, want it named", code, errOut)
	}
}
