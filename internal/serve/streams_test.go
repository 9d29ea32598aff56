package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/serve"
)

// asListeners has a process of the tests open event streams, as many as it
// says, at the address that follows, until its input ends.
const asListeners = "SERVE_TEST_LISTENERS"

// listeners opens event streams, each with a connection of its own.
func listeners(of string) error {
	number, address, _ := strings.Cut(of, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	var open sync.WaitGroup
	var conns sync.Map // or the collector would close them
	failed := make(chan error, n)
	slots := make(chan struct{}, 50)
	for range n {
		open.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c, err := net.Dial("tcp", address)
			if err == nil {
				conns.Store(c, true)
				_, err = fmt.Fprintf(c, "GET /sse HTTP/1.1\r\nHost: %s\r\n%s: %s\r\n\r\n", address, client.KeyHeader, sandbox.Key)
			}
			for lines := bufio.NewReaderSize(c, 512); err == nil; {
				var line string
				if line, err = lines.ReadString('\n'); strings.HasPrefix(line, "data: ") {
					return // it stays open
				}
			}
			failed <- err
		})
	}
	open.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	fmt.Println("open")
	_, err = io.Copy(io.Discard, os.Stdin)
	conns.Range(func(c, _ any) bool { return c.(net.Conn).Close() == nil })
	return err
}

// streams opens n event streams from another process, and returns what closes
// them again.
func streams(b *testing.B, n int, address string) (closed func()) {
	b.Helper()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", asListeners, n, address))
	other.Stderr = os.Stderr
	input, err := other.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	output, err := other.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := other.Start(); err != nil {
		b.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || line != "open\n" {
		b.Fatalf("the streams did not open: %q, %v", line, err)
	}
	return func() {
		input.Close()
		if err := other.Wait(); err != nil {
			b.Error(err)
		}
	}
}

// held is the memory that is in use, collected twice: the heap, and with it the
// stacks.
func held() (heap, all float64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(m.HeapInuse + m.StackInuse)
}

// BenchmarkStreams holds 5,000 idle event streams, of this server with a door
// and limits and of a bare one of the library's, and tells what each costs and
// what is left when they are closed.
func BenchmarkStreams(b *testing.B) {
	const n = 5000
	for _, kind := range []struct {
		name  string
		start func(b *testing.B) (address string, stop func())
	}{{"ours", ownStreams}, {"bare", bareStreams}} {
		b.Run(kind.name, func(b *testing.B) {
			address, stop := kind.start(b)
			defer stop()
			goroutines := runtime.NumGoroutine()
			streams(b, n, address)() // Go keeps what it knows a goroutine by, 450 bytes each, once and for all
			settle(b, n, goroutines+20)
			goroutines = runtime.NumGoroutine()
			heap, all := held()
			for b.Loop() {
				closed := streams(b, n, address)
				open, openAll := held()
				b.ReportMetric((openAll-all)/n, "B/stream")
				b.ReportMetric((open-heap)/n, "B-heap/stream")
				closed()
				settle(b, n, goroutines+20)
				left, _ := held()
				b.ReportMetric((left-heap)/(1<<20), "MB-heap-left")
				b.ReportMetric(float64(runtime.NumGoroutine()-goroutines), "goroutines-left")
			}
		})
	}
}

// settle waits until no more goroutines are left than there should be.
func settle(b *testing.B, n, most int) {
	b.Helper()
	for late := time.Now().Add(3 * patience); runtime.NumGoroutine() > most; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			b.Fatalf("%d goroutines are left of %d streams", runtime.NumGoroutine(), n)
		}
	}
}

func ownStreams(b *testing.B) (string, func()) {
	box, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	api := client.New(box.URL(), client.Secret{}, nil)
	s := serve.New(serve.Options{Version: "bench", Tools: func(*server.MCPServer) {}})
	limits := serve.UsualLimits()
	limits.Streams, limits.From = 0, 0
	listener := listen(b)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- s.HTTP(ctx, listener, serve.Web{Door: access.NewKeys(api, access.Namer("b"), time.Now), Limits: limits})
	}()
	return listener.Addr().String(), func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
		api.Close()
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	}
}

func bareStreams(b *testing.B) (string, func()) {
	listener := listen(b)
	web := &http.Server{Handler: server.NewSSEServer(server.NewMCPServer("bare", "1"), server.WithKeepAliveInterval(20*time.Second))}
	go func() { _ = web.Serve(listener) }()
	return listener.Addr().String(), func() {
		if err := web.Close(); err != nil {
			b.Error(err)
		}
	}
}
