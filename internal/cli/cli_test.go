package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/internal/cli"
	"github.com/meetmcp/meetmcp/internal/tlstest"
)

// asProgram is set for a process of the tests that is to be the program itself.
const asProgram = "CLI_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const canary = "canary-key-4711"

// run runs the program to its end.
func run(ctx context.Context, input string, env []string, args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = cli.Run(ctx, args, env, strings.NewReader(input), &o, &e)
	return code, o.String(), e.String()
}

func TestCommands(t *testing.T) {
	broken := t.TempDir()
	for name, text := range map[string]string{"bad.json": "{", "good.vtt": "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada>The quince harvest starts on Monday.\n"} {
		if err := os.WriteFile(filepath.Join(broken, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := []string{"MEETING_BAAS_API_KEY=" + canary}
	unreachable := append(key, "MEETING_BAAS_BASE_URL=http://127.0.0.1:1")
	for _, row := range []struct {
		args        string
		input       string
		env         []string
		code        int
		out, errOut string // what each has
	}{
		{"version", "", nil, 0, "2026-07-28", ""},
		{"tools", "", nil, 0, "get_meeting_data", ""},
		{"tools --read-only", "", nil, 0, "API operation list_events", ""},
		{"tools --toolsets nope", "", nil, 2, "", "valid: default, all, bots, "},
		{"--help", "", nil, 0, "meetmcp demo", ""},
		{"serve --help", "", nil, 0, "--drain", ""},
		{"nope", "", nil, 2, "", "--help"},
		{"stdio", "", nil, 2, "", "add --sandbox"},
		{"stdio --sandbox", "", nil, 0, "", ""},
		{"stdio", "", append(key, "MEETING_BAAS_BASE_URL=http://api.invalid"), 0, "", "use https://"},
		{"serve --addr 0.0.0.0:1 --sandbox", "", nil, 2, "", "can be reached from other machines"},
		{"serve --addr 127.0.0.1:1 --toolsets x --sandbox", "", nil, 2, "", "valid: default, all, bots"},
		{"stdio --sandbox --sandbox-quirks x", "", nil, 2, "", "x"},
		{"serve --check --addr 127.0.0.1:1 --sandbox", "", nil, 1, "", "the server does not answer"},
		{"serve --check --addr 127.0.0.1:0 --sandbox", "", nil, 2, "", "give --addr the port"},
		{"call list_bots --sandbox", "", nil, 0, "bot_id", ""},
		{"call list_bots --sandbox", "", key, 0, "bot_id", ""},
		{"call list_bots --sandbox --log-level debug", "", key, 0, "bot_id", "not read, as --sandbox is on"},
		{"call list_bots --sandbox --json", "", nil, 0, `"structuredContent"`, ""},
		{"call list_bots - --sandbox", `{"limit": 1}`, nil, 0, "Looked at 1 bot ", ""},
		{"call list_bots - --sandbox", `[]`, nil, 2, "", "one JSON object"},
		{`call list_bots {"limt":1} --sandbox`, "", nil, 1, "limit", ""},
		{`call list_bots {"limt":1} --sandbox --json`, "", nil, 1, `"isError": true`, ""},
		{"call lst_bots --sandbox", "", nil, 1, "", "Did you mean list_bots?"},
		{"call join_meeting --sandbox --read-only", "", nil, 1, "", "no tool"},
		{"call list_bots", "", unreachable, 1, "cannot be reached", ""},
		{"call list_bots --sandbox --sandbox-data " + broken, "", nil, 0, "good", "bad.json"},
	} {
		code, out, errOut := run(t.Context(), row.input, row.env, strings.Fields(row.args)...)
		if code != row.code || !strings.Contains(out, row.out) || !strings.Contains(errOut, row.errOut) {
			t.Errorf("%s: got %d, %s, %s, want %d, %q, %q", row.args, code, out, errOut, row.code, row.out, row.errOut)
		}
		if strings.Contains(out+errOut, canary) {
			t.Errorf("%s: the key is shown", row.args)
		}
		if strings.Contains(out, "\x1b") {
			t.Errorf("%s: colour without a terminal", row.args)
		}
	}
}

// TestNothingConnected starts the program as a container does that is given
// neither a command nor an input.
func TestNothingConnected(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, row := range []struct {
		args        string
		code        int
		out, errOut string
	}{
		{"", 2, "", "meetmcp stdio "},
		{"", 2, "", "meetmcp serve --auth key "},
		{"--sandbox", 2, "", "meetmcp demo "},
		{"--help", 0, "Which tools", ""},
		{"stdio --sandbox", 0, "", ""},
		{"version", 0, "2026-07-28", ""},
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(row.args), nil, null, &out, &errOut)
		if code != row.code || !strings.Contains(out.String(), row.out) || !strings.Contains(errOut.String(), row.errOut) {
			t.Errorf("%s: got %d, %s, %s, want %d, %q, %q", row.args, code, &out, &errOut, row.code, row.out, row.errOut)
		}
	}
}

// TestCheck asks servers whether they are up, as the health check of a container
// does, and one that is not.
func TestCheck(t *testing.T) {
	cert, key, _ := tlstest.Files(t, "mcp.example.org")
	for _, flags := range []string{
		"--sandbox",
		"--sandbox --auth key --public-url https://mcp.example.org",
		"--sandbox --auth key --allowed-hosts mcp.example.org:8443 --metrics-addr 127.0.0.1:0",
		"--sandbox --tls-cert " + cert + " --tls-key " + key,
	} {
		url, _, stop := serving(t, nil, strings.Fields(flags)...)
		_, port, err := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		hosts := []string{"127.0.0.1"}
		if strings.Contains(flags, "--auth") {
			hosts = append(hosts, "", "0.0.0.0")
		}
		for _, host := range hosts {
			args := append([]string{"serve", "--check", "--addr", net.JoinHostPort(host, port)}, strings.Fields(flags)...)
			if code, out, errOut := run(t.Context(), "", nil, args...); code != 0 || out != "The server is up.\n" || errOut != "" {
				t.Errorf("%v: got %d, %s, %s, want 0", args, code, out, errOut)
			}
		}
		stop()
		args := append([]string{"serve", "--check", "--addr", net.JoinHostPort("127.0.0.1", port)}, strings.Fields(flags)...)
		if code, out, errOut := run(t.Context(), "", nil, args...); code != 1 || out != "" || !strings.Contains(errOut, "does not answer") {
			t.Errorf("%v after its end: got %d, %s, %s, want 1", args, code, out, errOut)
		}
	}
}

// TestToolsJSON holds `tools --json` to what a client gets.
func TestToolsJSON(t *testing.T) {
	_, printed, _ := run(t.Context(), "", nil, "tools", "--json")
	var listed, answered struct {
		Result any
	}
	if err := json.Unmarshal([]byte(printed), &listed.Result); err != nil {
		t.Fatal(err)
	}
	_, answer, _ := run(t.Context(), `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, nil, "stdio", "--sandbox")
	if err := json.Unmarshal([]byte(answer), &answered); err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(listed.Result)
	want, _ := json.Marshal(answered.Result)
	if !bytes.Equal(got, want) || len(got) < 1000 {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDemo(t *testing.T) {
	code, out, errOut := run(t.Context(), "", []string{"MEETMCP_READ_ONLY=true"}, "demo")
	if code != 0 || errOut != "" {
		t.Fatalf("got %d, %s", code, errOut)
	}
	for _, want := range []string{"› join_meeting", "› get_meeting_data", "› wait_for_meeting", "› get_transcript", "› search_transcripts", "› list_bots", "› create_calendar", "› list_calendar_events",
		"› schedule_recording", "› update_recording", "› unschedule_recording", "› delete_meeting_data", "Did you mean", "trimmed here"} {
		if !strings.Contains(out, want) {
			t.Errorf("the tour lacks %q", want)
		}
	}
}

// buffer is an output that is read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
	grew chan struct{}
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.grew <- struct{}{}:
	default:
	}
	return b.text.Write(p)
}

// find waits for a pattern, and returns its first group.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *buffer) find(t testing.TB, pattern string) string {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		b.mu.Lock()
		found := regexp.MustCompile(pattern).FindStringSubmatch(b.text.String())
		b.mu.Unlock()
		if found != nil {
			return found[1]
		}
		select {
		case <-b.grew:
		case <-late:
			t.Fatalf("%s did not come", pattern)
		}
	}
}

// TestServers runs the commands that serve until they are told to stop.
func TestServers(t *testing.T) {
	for _, row := range []struct{ args, find, path, want string }{
		{"serve --sandbox --addr 127.0.0.1:0 --drain-delay 0s", `streamable_http=(http://\S+)/mcp`, "/healthz", "ok\n"},
		{"serve --sandbox --addr 127.0.0.1:0 --drain-delay 0s --log-format json", `"streamable_http":"(http://\S+)/mcp"`, "/healthz", "ok\n"},
		{"sandbox --addr 127.0.0.1:0", `is running at (http://\S+)`, "/bots/bots_with_metadata", "InvalidApiKey"},
	} {
		ctx, stop := context.WithCancel(t.Context())
		output := &buffer{grew: make(chan struct{}, 1)}
		ended := make(chan int, 1)
		go func() {
			ended <- cli.Run(ctx, strings.Fields(row.args), nil, strings.NewReader(""), output, output)
		}()
		url := output.find(t, row.find)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || !strings.Contains(string(body), row.want) {
			t.Errorf("%s: got %s, %v, want %s", row.args, body, err, row.want)
		}
		stop()
		select {
		case code := <-ended:
			if code != 0 {
				t.Errorf("%s: got exit code %d, want 0", row.args, code)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: did not stop", row.args)
		}
	}
}
