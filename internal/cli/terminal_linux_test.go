package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/cli"
)

// pty opens a terminal: what a person types is written to person, and the
// program reads it from screen.
func pty(t *testing.T) (person, screen *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	at := int(person.Fd())
	number, err := unix.IoctlGetInt(at, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(at, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		screen, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	return person, screen
}

func echoes(t *testing.T, screen *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// TestAsk types an API key at a terminal, and leaves it half-way.
func TestAsk(t *testing.T) {
	key := "MEETMCP_MASTER_KEYS=" + newMasterKey(t)
	api, stop := context.WithCancel(t.Context())
	output, ended := &buffer{grew: make(chan struct{}, 1)}, make(chan int, 1)
	go func() {
		ended <- cli.Run(api, []string{"sandbox", "--addr", "127.0.0.1:0"}, nil, strings.NewReader(""), output, output)
	}()
	env := []string{"XDG_DATA_HOME=" + t.TempDir(), key, "MEETING_BAAS_BASE_URL=" + output.find(t, `is running at (http://\S+)`)}

	for _, leaves := range []bool{false, true} {
		person, screen := pty(t)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		var out bytes.Buffer
		asked, done := &buffer{grew: make(chan struct{}, 1)}, make(chan int, 1)
		go func() {
			done <- cli.Run(ctx, []string{"token", "create", "--name", fmt.Sprint("leaves ", leaves)}, env, screen, &out, asked)
		}()
		asked.find(t, `(which is not shown: )`)
		for echoes(t, screen) {
			runtime.Gosched()
		}
		want := 0
		if leaves {
			leave()
			want = 1
		} else if _, err := io.WriteString(person, sandbox.Key+"\n"); err != nil {
			t.Fatal(err)
		}
		if code := <-done; code != want || strings.HasPrefix(out.String(), "mm_") == leaves || !echoes(t, screen) {
			t.Errorf("leaves %t: got %d, %s, %s, what is typed shows: %t", leaves, code, &out, &asked.text, echoes(t, screen))
		}
		if _, err := io.WriteString(person, "\n"); err != nil { // which ends the reading
			t.Fatal(err)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("the sandbox ended with %d", code)
	}
}

// A purge on a terminal asks, and takes nothing but a yes for one.
func TestPurgeAsks(t *testing.T) {
	_, env := upstreamAPI(t, sandbox.Key)
	path := filepath.Join(t.TempDir(), "library.db")
	if code, _, errOut := run(t.Context(), "", env, "library", "sync", "--library", path); code != 0 {
		t.Fatal(errOut)
	}
	for _, row := range []struct {
		typed, want string
		code        int
	}{
		{"\n", "nothing was forgotten", 1},
		{"n\n", "nothing was forgotten", 1},
		{"yes please\n", "nothing was forgotten", 1},
		{"", "nothing was forgotten", 1}, // but interrupts
		{"Y\n", "Forgotten.", 0},
		{"y\n", "nothing to forget", 0},
	} {
		person, screen := pty(t)
		if _, err := io.WriteString(person, row.typed); err != nil {
			t.Fatal(err)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		out := &buffer{grew: make(chan struct{}, 1)}
		ended := make(chan int, 1)
		go func() {
			ended <- cli.Run(ctx, []string{"library", "purge", "--library", path}, env, screen, out, out)
		}()
		if row.typed == "" {
			out.find(t, `(8 meetings \(.*\[y/N\])`)
			interrupt()
		}
		if code := <-ended; code != row.code {
			t.Errorf("%q: got %d, want %d", row.typed, code, row.code)
		}
		out.find(t, "("+row.want+")")
		interrupt()
		if _, err := io.WriteString(person, "\n"); err != nil { // which ends the reading
			t.Fatal(err)
		}
	}
}

// A call that loses something asks at a terminal, and does nothing where nobody
// can be asked.
func TestCallAsks(t *testing.T) {
	box, env := upstreamAPI(t, sandbox.Key)
	env = append(env, "MEETMCP_LIBRARY=memory")
	_, listed, _ := run(t.Context(), "", env, "call", "list_bots", `{"limit":1}`)
	id := regexp.MustCompile(`bot_id (\S+)`).FindStringSubmatch(listed)[1]
	deletions := func() (n int) {
		for _, r := range box.Requests() {
			if strings.Contains(r.Path, "delete_data") {
				n++
			}
		}
		return n
	}
	args := []string{"call", "delete_meeting_data", `{"bot_id":"` + id + `"}`}
	code, out, errOut := run(t.Context(), "", env, args...)
	if code != 1 || out != "" || !strings.Contains(errOut, "Delete the recording and transcript of ") || !strings.Contains(errOut, "--confirm never") || deletions() != 0 {
		t.Errorf("without a terminal: got %d, %q, %q, %d deletions", code, out, errOut, deletions())
	}
	for _, row := range []struct {
		typed, want string
		code, done  int
	}{
		{"n\n", "Not done", 1, 0},
		{"y\n", "are deleted", 0, 1},
	} {
		person, screen := pty(t)
		if _, err := io.WriteString(person, row.typed); err != nil {
			t.Fatal(err)
		}
		shown := &buffer{grew: make(chan struct{}, 1)}
		if code := cli.Run(t.Context(), args, env, screen, shown, shown); code != row.code || deletions() != row.done {
			t.Errorf("%q: got %d and %d deletions, want %d and %d", row.typed, code, deletions(), row.code, row.done)
		}
		shown.find(t, "("+row.want+")")
	}
	if code, out, _ := run(t.Context(), "", env, append(args, "--confirm", "never")...); code != 0 || !strings.Contains(out, "alreadyDeleted") {
		t.Errorf("with --confirm never: got %d, %s", code, out)
	}
}
