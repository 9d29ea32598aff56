package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/serve"
)

// pipe is a stdio server whose two ends a test holds.
type pipe struct {
	*bench
	in      *io.PipeWriter
	lines   chan string // what it writes, closed at its end
	stopped chan error
}

func newPipe(ctx context.Context, t *testing.T) *pipe {
	t.Helper()
	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	p := &pipe{bench: newBench(t), in: in, lines: make(chan string, 4000), stopped: make(chan error, 1)}
	go func() {
		p.stopped <- p.Stdio(ctx, toServer, fromServer)
		fromServer.Close()
		toServer.Close()
	}()
	go func() {
		defer close(p.lines)
		scanner := bufio.NewScanner(out)
		scanner.Buffer(nil, 16<<20)
		for scanner.Scan() {
			p.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() { in.Close() })
	return p
}

func (p *pipe) write(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(p.in, text); err != nil {
		t.Error(err)
	}
}

func TestStdioMessages(t *testing.T) {
	p := newPipe(t.Context(), t)
	hello := `{"jsonrpc":"2.0","id":%d,"method":"ping"}`
	large := strings.Repeat("x", 5<<20)
	for i, step := range []struct{ name, send, want string }{
		{"byte order mark", "\ufeff" + fmt.Sprintf(hello, 1) + "\n", `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{"carriage return and blank lines", "\r\n\n  \n" + fmt.Sprintf(hello, 2) + "\r\n", `{"jsonrpc":"2.0","id":2,"result":{}}`},
		{"no JSON", "hello\n", "-32700"},
		{"cut JSON", `{"jsonrpc":"2.0","id":3,` + "\n", "-32700"},
		{"batch", "[" + fmt.Sprintf(hello, 4) + "]\n", "batches"},
		{"a number", "42\n", "-32600"},
		{"no version", `{"id":5,"method":"ping"}` + "\n", `"id":5,"error":{"code":-32600`},
		{"id of a wrong kind", `{"jsonrpc":"2.0","id":{},"method":"ping"}` + "\n", "a string or a number"},
		{"id null", `{"jsonrpc":"2.0","id":null,"method":"ping"}` + "\n", "a string or a number"},
		{"no method", `{"jsonrpc":"2.0","id":6}` + "\n", "no method"},
		{"method of a wrong kind", `{"jsonrpc":"2.0","id":7,"method":7}` + "\n", "-32600"},
		{"same member twice", `{"jsonrpc":"2.0","id":7,"method":"ping","METHOD":"tools/call"}` + "\n", "-32600"},
		{"params of a wrong kind", `{"jsonrpc":"2.0","id":8,"method":"tools/call","params":[]}` + "\n", `"id":8,"error":{"code":-32602`},
		{"call without a name", `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{}}` + "\n", "needs params"},
		{"unknown tool", call(10, "lst_bots", "") + "\n", "Did you mean list_bots?"},
		{"unknown tool like none", call(11, "zzzzzzzzzzzzzz", "") + "\n", "tools/list shows"},
		{"unknown method", `{"jsonrpc":"2.0","id":12,"method":"nope"}` + "\n", `"id":12,"error":{"code":-32601`},
		{"unknown version", `{"jsonrpc":"2.0","id":13,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2031-01-01","io.modelcontextprotocol/clientCapabilities":{}}}}` + "\n", "2026-07-28"},
		{"too large", `{"jsonrpc":"2.0","id":14,"method":"ping","params":{"x":"` + large + `"}}` + "\n", `"id":14,"error":{"code":-32600,"message":"The message is larger than the 4 MB`},
		{"too large and no message", large + "\n", `"id":null`},
		{"as large as may be, then carriage returns", large[:4<<20] + strings.Repeat("\r", 300_000) + "\n", "-32700"},
		{"params null", `{"jsonrpc":"2.0","id":16,"method":"tools/list","params":null}` + "\n", `"id":16,"result":{`},
		{"wrong notification, then a ping", `{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}` + "\n" + fmt.Sprintf(hello, 17) + "\n", `"id":17,"result":{}`},
		{"two names", `{"jsonrpc":"2.0","id":18,"method":"tools/call","params":{"name":"list_bots","NAME":"x"}}` + "\n", "Write name in params just so"},
		{"version of a wrong kind", `{"jsonrpc":"2.0","id":19,"method":"initialize","params":{"protocolVersion":5}}` + "\n", `"id":19,"error":{"code":-32602,"message":"initialize needs`},
		{"unknown page", `{"jsonrpc":"2.0","id":20,"method":"tools/list","params":{"cursor":"%%"}}` + "\n", `"id":20,"error":{"code":-32602,"message":"There is no such page`},
		{"page of a wrong kind", `{"jsonrpc":"2.0","id":21,"method":"tools/list","params":{"cursor":5}}` + "\n", "no such page"},
		{"byte order mark on a later line", "\ufeff" + fmt.Sprintf(hello, 23) + "\n", `{"jsonrpc":"2.0","id":23,"result":{}}`},
		{"params, an empty list", `{"jsonrpc":"2.0","id":24,"method":"tools/list","params":[]}` + "\n", `"id":24,"result":{`},
		{"params, an empty string", `{"jsonrpc":"2.0","id":25,"method":"tools/list","params":""}` + "\n", `"id":25,"result":{`},
		{"params, a list", `{"jsonrpc":"2.0","id":26,"method":"tools/list","params":[1]}` + "\n", `"id":26,"error":{"code":-32602,"message":"params must be an object.`},
		{"arguments null", `{"jsonrpc":"2.0","id":27,"method":"tools/call","params":{"name":"list_bots","arguments":null}}` + "\n", `"id":27,"result":{`},
		{"arguments, an empty list", `{"jsonrpc":"2.0","id":28,"method":"tools/call","params":{"name":"list_bots","arguments":[]}}` + "\n", `"id":28,"result":{`},
		{"arguments, an empty string", `{"jsonrpc":"2.0","id":29,"method":"tools/call","params":{"name":"list_bots","arguments":""}}` + "\n", `"id":29,"result":{`},
		{"capabilities, an empty list", `{"jsonrpc":"2.0","id":30,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":[],"clientInfo":{"name":"t","version":"1"}}}` + "\n", `"id":30,"result":{`},
		{"capabilities with an empty list", `{"jsonrpc":"2.0","id":31,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":[],"elicitation":[]},"clientInfo":[]}}` + "\n", `"id":31,"result":{`},
		{"too large, with the id behind", `{"method":"ping","params":{"x":"` + large + `"},"jsonrpc":"2.0","id":"\u0061"}` + "\n", `"id":"\u0061","error":{"code":-32600,"message":"The message is larger`},
		{"a name twice", `{"jsonrpc":"2.0","id":32,"method":"tools/call","params":{"name":"list_bots","arguments":{"limit":1,"limit":1}}}` + "\n", `"id":32,"error":{"code":-32600,"message":"The name`},
		{"an id of 256 bytes", `{"jsonrpc":"2.0","id":"` + large[:256] + `","method":"ping"}` + "\n", `"id":"` + large[:256] + `","result":{}`},
		{"a longer id", `{"jsonrpc":"2.0","id":"` + large[:257] + `","method":"ping"}` + "\n", `"id":null,"error":{"code":-32600,"message":"The id`},
		{"long method", `{"jsonrpc":"2.0","id":33,"method":"` + large[:4_000_000] + `"}` + "\n", `"id":33,"error":{"code":-32601,"message":"There is no method`},
		{"long tool", call(34, large[:4_000_000], "") + "\n", `"id":34,"error":{"code":-32602,"message":"There is no tool`},
		{"tool like none, as long as may be", call(39, large[:60_000], "") + "\n", `There is no tool \"` + large[:100] + `\" here. tools/list`},
		{"long uri", `{"jsonrpc":"2.0","id":35,"method":"resources/read","params":{"uri":"` + large[:4_000_000] + `"}}` + "\n", "at most 2000 bytes here; this one has 4000000"},
		{"long params", `{"jsonrpc":"2.0","id":36,"method":"prompts/get","params":{"name":"` + large[:4_000_000] + `"}}` + "\n", "longer than the 64 KB"},
		{"long answer", `{"jsonrpc":"2.0","id":1,"result":{"x":"` + large[:4_000_000] + `"}}` + "\n", `"id":null,"error":{"code":-32600,"message":"The answer is longer than the 256 KB`},
		{"junk in params", `{"jsonrpc":"2.0","id":37,"method":"tools/list","params":{"x":"` + large[:4_000_000] + `"}}` + "\n", `"id":37,"result":{`},
		{"large arguments", call(38, "list_bots", large[:4_000_000]) + "\n", `"id":38,"result":{"content":[{"type":"text","text":"echo "}`},
		{"deep", `{"jsonrpc":"2.0","id":22,"method":"ping","params":` + strings.Repeat(`{"a":`, 200_000) + "1" + strings.Repeat("}", 200_001) + "\n", "nested more than 100 deep"},
		{"cut within a long name", `{"` + strings.Repeat("n", 1000) + `":{"a":tru` + "\n", "at byte 1"},
		{"alive", fmt.Sprintf(hello, 15) + "\n", `{"jsonrpc":"2.0","id":15,"result":{}}`},
	} {
		go p.write(t, step.send)
		if got := receive(t, p.lines); !strings.Contains(got, step.want) {
			t.Errorf("%d %s: got %s, want %s", i, step.name, got, step.want)
		}
	}
	p.in.Close()
	if err := receive(t, p.stopped); err != nil {
		t.Error(err)
	}
}

// TestStdioBurst sends more calls at once than there are workers, and the last
// without the end of its line.
func TestStdioBurst(t *testing.T) {
	p := newPipe(t.Context(), t)
	var all strings.Builder
	for i := range 1000 {
		all.WriteString(call(i, "block", "") + "\n")
	}
	go func() {
		p.write(t, strings.TrimSuffix(all.String(), "\n"))
		p.in.Close() // the end of input, before any call is done
		for range 100 {
			<-p.started
		}
		close(p.release)
	}()
	answered := map[int]bool{}
	for range 1000 {
		var answer struct {
			ID     int
			Result *struct{ Content []any }
		}
		line := receive(t, p.lines)
		if err := json.Unmarshal([]byte(line), &answer); err != nil || answer.Result == nil {
			t.Fatalf("got %s, want a result", line)
		}
		answered[answer.ID] = true
	}
	if len(answered) != 1000 {
		t.Errorf("got answers to %d calls, want 1000", len(answered))
	}
	if err := receive(t, p.stopped); err != nil {
		t.Error(err)
	}
}

// TestStdioLastAnswers holds a call open past the end of input: the server
// waits its time for it, no longer.
func TestStdioLastAnswers(t *testing.T) {
	p := newPipe(t.Context(), t)
	p.SetLastAnswers(50 * time.Millisecond)
	p.write(t, call(1, "block", "a")+"\n")
	receive(t, p.started)
	ended := time.Now()
	p.in.Close()
	if got := receive(t, p.ended); got != "a cancelled" {
		t.Errorf("got %s, want the call cancelled", got)
	}
	if waited := time.Since(ended); waited < 50*time.Millisecond {
		t.Errorf("got an end after %v, want 50ms at least", waited)
	}
	if err := receive(t, p.stopped); err != nil {
		t.Error(err)
	}
}

func TestStdioSignal(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	p := newPipe(ctx, t)
	p.write(t, call(1, "block", "a")+"\n")
	receive(t, p.started)
	stop()
	if got := receive(t, p.ended); got != "a cancelled" {
		t.Errorf("got %s, want the call cancelled", got)
	}
	if err := receive(t, p.stopped); err != nil {
		t.Errorf("got %v, want a clean end", err)
	}
}

func TestStdioCancel(t *testing.T) {
	p := newPipe(t.Context(), t)
	p.write(t, call(1, "block", "a")+"\n")
	receive(t, p.started)
	p.write(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`+"\n")
	if got := receive(t, p.ended); got != "a cancelled" {
		t.Errorf("got %s, want the call cancelled", got)
	}
	p.in.Close()
	if err := receive(t, p.stopped); err != nil {
		t.Error(err)
	}
}

func TestStdioBrokenOutput(t *testing.T) {
	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	out.CloseWithError(errors.New("nobody reads"))
	b := newBench(t)
	stopped := make(chan error, 1)
	go func() { stopped <- b.Stdio(t.Context(), toServer, fromServer) }()
	if _, err := io.WriteString(in, call(1, "list_bots", "")+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, stopped); err == nil || !strings.Contains(err.Error(), "nobody reads") {
		t.Errorf("got %v, want why the output broke", err)
	}
	in.Close()
}

func FuzzReadLine(f *testing.F) {
	f.Add([]byte("abc\r\n\ndef"), uint8(3))
	f.Add([]byte(strings.Repeat("x", 20)+strings.Repeat("\r", 40)+"\n"), uint8(20))
	f.Add([]byte(strings.Repeat("x", 16)+"\r\ry\n"), uint8(17))
	f.Fuzz(func(t *testing.T, input []byte, limit uint8) {
		reader := bufio.NewReaderSize(bytes.NewReader(input), 16)
		for _, want := range bytes.SplitAfter(input, []byte("\n")) {
			line, finder, err := serve.ReadLine(reader, int(limit))
			cut := finder != nil
			if ended := !bytes.HasSuffix(want, []byte("\n")); ended != (err == io.EOF) {
				t.Errorf("%q: got error %v", want, err)
			}
			if long := len(bytes.TrimRight(want, "\r\n")) > int(limit); cut != long {
				t.Errorf("%q at %d: got cut %t, want %t", want, limit, cut, long)
			}
			if want := want[:min(len(want), int(limit))]; !bytes.Equal(line, want) {
				t.Errorf("got %q, want %q", line, want)
			}
		}
	})
}
