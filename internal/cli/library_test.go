package cli_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/library"
)

// TestLibrary is what a person does with the library over some days.
func TestLibrary(t *testing.T) {
	s, env := upstreamAPI(t, sandbox.Key)
	api := client.New(s.URL(), client.NewSecret(sandbox.Key), nil)
	t.Cleanup(api.Close)
	path := filepath.Join(t.TempDir(), "kept", "library.db")
	address := "MEETING_BAAS_BASE_URL=" + s.URL()
	other := []string{"MEETING_BAAS_API_KEY=" + sandbox.OtherKey, address}
	bots, err := api.Bots(t.Context(), client.BotQuery{})
	if err != nil || len(bots.Bots) != 8 {
		t.Fatalf("got %d meetings and %v, want 8", len(bots.Bots), err)
	}
	first, second := bots.Bots[0].UUID, bots.Bots[1].UUID
	for _, step := range []struct {
		do          func()
		args        string
		env         []string
		code        int
		out, errOut string // patterns of what each has
	}{
		{nil, "status", nil, 0, `There is no library at .* yet`, `^$`},
		{nil, "purge --all", nil, 0, `nothing to forget`, `^$`},
		{nil, "sync", nil, 2, `^$`, `There is no API key`},
		{nil, "sync", env, 0, `Meetings: 8 new, 0 unchanged, 0 gone, 0 without a transcript\.\nKept: 8, in `, `read 8 of 8 meetings\n$`},
		{nil, "sync", env, 0, `Meetings: 0 new, 8 unchanged, 0 gone`, `^$`},
		{nil, "status", nil, 0, `Library   .*library\.db\nSchema    \d+\nBytes     \d{5,}\nMeetings  8\nTurns     \d{4}\nWords     \d{5}\nSpan      \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n$`, `^$`},
		{nil, "status", env, 0, `Yours     8 meetings \(\d{4} turns, \d{5} words\) of \d`, `^$`},
		{func() {
			if _, err := api.DeleteData(t.Context(), first); err != nil {
				t.Error(err)
			}
			if _, err := api.Join(t.Context(), client.JoinRequest{MeetingURL: "https://meet.google.com/abc-defg-hij", BotName: "Ada"}); err != nil {
				t.Error(err)
			}
		}, "sync", env, 0, `Meetings: 0 new, 7 unchanged, 1 gone, 1 without a transcript, 1 not over yet\.\nKept: 7`, `read 1 of 1`},
		{nil, "sync", other, 0, `Meetings: 8 new, `, ``},
		{nil, "status", other, 0, `Meetings  15\n(.*\n)+Keys      2, none of which .*\nYours     8 meetings`, `^$`},
		{nil, "purge", nil, 2, `^$`, `Without a key it cannot be told`},
		{nil, "purge --bot-id " + first, env, 0, `No meeting that was read with your key and has the bot_id`, `^$`},
		{nil, "purge --bot-id " + second, env, 2, `^$`, `nobody can be asked.*Add --yes.*Forget ".+" of \d{4}`},
		{nil, "purge --yes --bot-id " + second, env, 0, `^Forgotten\.\n$`, `^$`},
		{nil, "status", env, 0, `Yours     6 meetings`, `^$`},
		{nil, "purge --yes --bot-id " + second, other, 0, `No meeting`, `^$`},
		{nil, "purge", env, 2, `^$`, `Forget your meetings in .*: 6 meetings \(`},
		{nil, "purge --yes", env, 0, `^Forgotten\.\n$`, `^$`},
		{nil, "status", env, 0, `Meetings  8\n(.*\n)+Yours     0 meetings\n`, `^$`},
		{nil, "purge --all", nil, 2, `^$`, `Forget everything in .*, of every key: 8 meetings`},
		{nil, "purge --all --yes", nil, 0, `^Forgotten\.\n$`, `^$`},
		{nil, "status", nil, 0, `Meetings  0\nTurns     0\nWords     0\n$`, `^$`},
		{nil, "purge --yes", env, 0, `nothing to forget`, `^$`},
		{nil, "purge --all --bot-id x", nil, 2, `^$`, `Give one of them`},
		{nil, "status --sandbox", nil, 0, `Yours     0 meetings`, `^$`},
		{nil, "fill", nil, 2, `^$`, `library --help`},
	} {
		if step.do != nil {
			step.do()
		}
		code, out, errOut := run(t.Context(), "", step.env, append([]string{"library"}, append(strings.Fields(step.args), "--library", path)...)...)
		if code != step.code || !regexp.MustCompile(step.out).MatchString(out) || !regexp.MustCompile(step.errOut).MatchString(errOut) {
			t.Errorf("%s: got %d, %q, %q, want %d, %s, %s", step.args, code, out, errOut, step.code, step.out, step.errOut)
		}
		if strings.Contains(out+errOut, canary) {
			t.Errorf("%s: the key is shown", step.args)
		}
	}
	for _, row := range []struct{ args, want string }{
		{"library status --library off", "--library off keeps nothing, so there is no library to look at"},
		{"library sync --sandbox", "none to read meetings into. Name a file"},
		{"library purge --all --library memory", "none to forget meetings of. Name a file"},
	} {
		if code, out, errOut := run(t.Context(), "", env, strings.Fields(row.args)...); code != 2 || out != "" || !strings.Contains(errOut, row.want) {
			t.Errorf("%s: got %d, %q, %q, want %s", row.args, code, out, errOut, row.want)
		}
	}
}

// between passes requests on to a sandbox, but for those that it answers itself.
func between(t *testing.T, s *sandbox.Sandbox, answers func(w http.ResponseWriter, r *http.Request) bool) []string {
	t.Helper()
	to, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answers(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		front.Close()
		transport.CloseIdleConnections()
	})
	return []string{"MEETING_BAAS_API_KEY=" + sandbox.Key, "MEETING_BAAS_BASE_URL=" + front.URL}
}

// TestSyncStopsAndGoesOn stops a sync while it reads, and has the API refuse
// some of what the next one asks for.
func TestSyncStopsAndGoesOn(t *testing.T) {
	s, _ := upstreamAPI(t, sandbox.Key)
	path := filepath.Join(t.TempDir(), "library.db")
	ctx, interrupt := context.WithCancel(t.Context())
	asked := make(chan bool, 100)
	refuse := false
	env := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/bots/meeting_data" {
			return false
		}
		asked <- true
		if refuse {
			http.Error(w, `{"error":"No."}`, http.StatusBadRequest)
			return true
		}
		if len(asked) > 5 {
			interrupt()
			<-r.Context().Done()
			return true
		}
		return false
	})
	sync := []string{"library", "sync", "--library", path}
	code, out, errOut := run(ctx, "", env, sync...)
	kept := regexp.MustCompile(`Meetings: (\d) new`).FindStringSubmatch(out)
	if code != 1 || kept == nil || !strings.Contains(errOut, "stopped with") || !strings.Contains(errOut, "goes on with them") {
		t.Fatalf("stopped: got %d, %q, %q", code, out, errOut)
	}
	refuse = true
	code, out, errOut = run(t.Context(), "", env, sync...)
	if code != 1 || !strings.Contains(out, "0 new, "+kept[1]+" unchanged") || !strings.Contains(errOut, "could not be read, the last because: ") || !strings.Contains(errOut, "No.") {
		t.Errorf("refused: got %d, %q, %q", code, out, errOut)
	}
	env[1] = "MEETING_BAAS_BASE_URL=" + s.URL()
	if code, out, errOut = run(t.Context(), "", env, sync...); code != 0 || !strings.Contains(out, kept[1]+" unchanged, 0 gone") || !strings.Contains(out, "Kept: 8") {
		t.Errorf("gone on: got %d, %q, %q", code, out, errOut)
	}
	env[1] = "MEETING_BAAS_BASE_URL=http://127.0.0.1:1"
	if code, out, errOut = run(t.Context(), "", env, sync...); code != 1 || out != "" || !strings.Contains(errOut, "cannot be reached") {
		t.Errorf("no API: got %d, %q, %q", code, out, errOut)
	}
}

// TestSyncEndsWhenNothingCanBeRead has an API that lists many meetings and gives none.
func TestSyncEndsWhenNothingCanBeRead(t *testing.T) {
	dir := t.TempDir()
	many(t, dir, 60)
	s, err := sandbox.Start(sandbox.Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	asked := make(chan bool, 100)
	env := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/bots/meeting_data" {
			asked <- true
			w.WriteHeader(http.StatusBadRequest)
		}
		return r.URL.Path == "/bots/meeting_data"
	})
	code, out, errOut := run(t.Context(), "", env, "library", "sync", "--library", filepath.Join(dir, "library.db"))
	if code != 1 || !strings.Contains(out, "Meetings: 0 new") || !strings.Contains(errOut, "could not be read") || len(asked) > 20 {
		t.Errorf("asked %d times: got %d, %q, %q", len(asked), code, out, errOut)
	}
}

// many writes short meetings, in each of which something else is said.
func many(t *testing.T, dir string, n int) {
	t.Helper()
	for i := range n {
		text := fmt.Sprintf("WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada>The secret number of the quinces is %d.\n", i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("meeting-%02d.vtt", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSyncIsKilled ends a sync at once, again and again: what it said it has
// read is there and is found, and the next one goes on.
func TestSyncIsKilled(t *testing.T) {
	dir := t.TempDir()
	const meetings = 100
	many(t, dir, meetings)
	s, err := sandbox.Start(sandbox.Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	env := []string{"MEETING_BAAS_API_KEY=" + sandbox.Key, "MEETING_BAAS_BASE_URL=" + s.URL()}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "library.db")
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	kept := 0
	for round := range rounds {
		if kept >= meetings {
			if code, _, errOut := run(t.Context(), "", env, "library", "purge", "--yes", "--library", path); code != 0 {
				t.Fatalf("round %d: purge: %s", round, errOut)
			}
			kept = 0
		}
		child := exec.Command(program, "library", "sync", "--library", path)
		child.Env = append(env, asProgram+"=1")
		told, err := child.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		stuck := time.AfterFunc(time.Minute, func() { child.Process.Kill() })
		read, seen := 0, 0
		for lines := bufio.NewScanner(told); lines.Scan(); seen++ {
			if n := regexp.MustCompile(`read (\d+) of`).FindStringSubmatch(lines.Text()); n != nil {
				if read, err = strconv.Atoi(n[1]); err != nil {
					t.Fatal(err)
				}
			}
			if seen == round%5 { // it may have ended by itself meanwhile
				_ = child.Process.Kill()
			}
		}
		stuck.Stop()
		if err := child.Wait(); err == nil && read == 0 {
			t.Fatalf("round %d: nothing was read", round)
		}
		now := searchable(t, path)
		if now < kept+read {
			t.Errorf("round %d: %d meetings are found, of %d that were kept before and %d that were read", round, now, kept, read)
		}
		kept = now
	}
}

// searchable counts the meetings of a library, each of which must be found.
func searchable(t *testing.T, path string) int {
	t.Helper()
	l, err := library.Open(t.Context(), path, library.Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	own := l.Tenant(sandbox.Key)
	all, err := own.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for more, at := true, 0; more; {
		r, err := own.Search(t.Context(), library.Query{Text: `"secret number of the quinces"`, Limit: 50, Offset: at})
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range r.Hits {
			found[hit.Text[0].Text] = true
		}
		at, more = at+len(r.Hits), r.More
	}
	built := 0 // into the sandbox
	for _, e := range all {
		if e.Turns > 1 {
			built++
		}
	}
	if len(found) != len(all)-built {
		t.Errorf("%d meetings are found of %d", len(found), len(all)-built)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	return len(all)
}
