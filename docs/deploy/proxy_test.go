// Package deploy_test holds the files for hosting to what they promise, as far
// as that can be done without a container: a real nginx and a real server.
package deploy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/tlstest"
)

const (
	host     = "mcp.example.org"
	patience = 30 * time.Second // bounds what a test waits for; nothing takes it when all is well
)

// process is a program that runs until the test ends, and what it has said.
type process struct {
	mu   sync.Mutex
	said bytes.Buffer
	grew chan struct{}
}

func (p *process) Write(raw []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.grew <- struct{}{}:
	default:
	}
	return p.said.Write(raw)
}

func start(t *testing.T, program string, args ...string) *process {
	t.Helper()
	p := &process{grew: make(chan struct{}, 1)}
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = p, p
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(patience, func() { _ = c.Process.Kill() })
		defer late.Stop()
		if err := c.Wait(); err != nil {
			t.Errorf("%s: %v: %s", filepath.Base(program), err, &p.said)
		}
	})
	return p
}

// find waits for a pattern, and returns its first group.
func (p *process) find(t *testing.T, pattern string) string {
	t.Helper()
	late := time.After(patience)
	for {
		p.mu.Lock()
		found := regexp.MustCompile(pattern).FindSubmatch(p.said.Bytes())
		p.mu.Unlock()
		if found != nil {
			return string(found[1])
		}
		select {
		case <-p.grew:
		case <-late:
			t.Fatalf("%s did not come: %s", pattern, &p.said)
		}
	}
}

// freePort is one that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// nginx is the program, which the machine of continuous integration must have;
// the variable NGINX names another one.
func nginx(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("NGINX"), "nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no nginx; .ci/run installs it")
	}
	t.Skip("there is no nginx here (Debian: apt-get install nginx-light), so nginx.conf is not tested")
	return ""
}

// front is nginx in front of a server.
type front struct {
	plain, secure string // ports
	roots         *x509.CertPool
	log           string // file of the access log
	from          string // address of this machine that requests come from
}

// inFront starts nginx with the file beside this test, whose names and ports are
// exchanged for those that are there: a replica that is gone, and the server.
func inFront(t *testing.T, server string) front {
	t.Helper()
	program, folder := nginx(t), t.TempDir()
	cert, key, roots := tlstest.Files(t, host)
	f := front{plain: freePort(t), secure: freePort(t), roots: roots, log: filepath.Join(folder, "access.log"), from: "127.0.0.2"}
	raw, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, change := range [][2]string{
		{"listen 80;", "listen 127.0.0.1:" + f.plain + ";"},
		{"listen 443 ", "listen 127.0.0.1:" + f.secure + " "},
		{"server replica-1:8787 ", "server 127.0.0.1:" + freePort(t) + " "},
		{"server replica-2:8787 ", "server " + server + " "},
		{"/etc/nginx/certs/fullchain.pem", cert}, {"/etc/nginx/certs/privkey.pem", key},
		{"/var/log/nginx/", folder + "/"},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("nginx.conf has no %q", change[0])
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	main := "error_log stderr; pid " + folder + "/pid; events {}\n"
	if os.Geteuid() == 0 {
		main += "user root;\n" // its folders are this test's alone
	}
	main += "http {\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		main += kind + "_temp_path " + folder + "/" + kind + ";\n"
	}
	if err := os.WriteFile(filepath.Join(folder, "nginx.conf"), []byte(main+text+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", filepath.Join(folder, "nginx.conf"), "-e", "stderr"}
	if out, err := exec.Command(program, append(args, "-t")...).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v: %s", err, out)
	}
	start(t, program, append(args, "-g", "daemon off;")...)
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+f.secure)
		if err == nil {
			c.Close()
			return f
		}
		if time.Now().After(late) {
			t.Fatalf("nginx does not answer: %v", err)
		}
	}
}

// client is one for the public name, which leads to nginx.
func (f front) client(t *testing.T) *http.Client {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(f.from)}}
	way := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: f.roots},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ports := map[string]string{host + ":80": f.plain, host + ":443": f.secure}
			return dialer.DialContext(ctx, network, "127.0.0.1:"+ports[address])
		},
	}
	t.Cleanup(way.CloseIdleConnections)
	return &http.Client{Transport: way, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// send sends a request as it is written.
func (f front) send(t *testing.T, method, url string, body io.Reader, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("x-meeting-baas-api-key", "sandbox")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := f.client(t).Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(raw)
}

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

// TestNginx puts nginx in front of a server, and has clients come by it.
func TestNginx(t *testing.T) {
	program := filepath.Join(t.TempDir(), "meetmcp")
	if runnable := nginx(t); runnable == "" {
		return
	}
	if out, err := exec.Command("go", "build", "-o", program, "../..").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	serving := start(t, program, "serve", "--sandbox", "--drain-delay", "0s", "--auth", "key", "--addr", "127.0.0.1:0", "--public-url", "https://"+host, "--trusted-proxies", "127.0.0.1",
		"--limit-address", "60", "--take-webhooks", "--audit-log", audit, "--log-format", "json")
	f := inFront(t, serving.find(t, `"listening":"([^"]+)"`))
	home := "https://" + host

	t.Run("clients", func(t *testing.T) {
		for kind, open := range map[string]func() (*client.Client, error){
			"streamable HTTP": func() (*client.Client, error) {
				//lint:ignore SA1019 older clients have nothing else
				return client.NewStreamableHttpClient(home+"/mcp", transport.WithHTTPBasicClient(f.client(t)), transport.WithHTTPHeaders(map[string]string{"x-meeting-baas-api-key": "sandbox"}), transport.WithContinuousListening())
			},
			"SSE": func() (*client.Client, error) {
				return client.NewSSEMCPClient(home+"/sse", transport.WithHTTPClient(f.client(t)), transport.WithHeaders(map[string]string{"Authorization": "Bearer sandbox"}))
			},
		} {
			c, err := open()
			if err != nil {
				t.Fatal(err)
			}
			ctx, end := context.WithTimeout(t.Context(), patience)
			defer end()
			if err := c.Start(ctx); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if _, err := c.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{ProtocolVersion: "2025-11-25", ClientInfo: mcp.Implementation{Name: "t", Version: "1"}}}); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			result, err := c.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "list_bots"}})
			if err != nil || result.IsError || !strings.Contains(fmt.Sprint(result.Content), "bot_id") {
				t.Errorf("%s: got %v, %v, want a list", kind, result, err)
			}
			if err := c.Close(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})

	t.Run("streams are not held back", func(t *testing.T) {
		ctx, end := context.WithTimeout(t.Context(), patience)
		defer end()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, home+"/sse", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("x-meeting-baas-api-key", "sandbox")
		answer, err := f.client(t).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		if !lines.Scan() || lines.Text() != "event: endpoint" || answer.ProtoMajor != 2 {
			t.Errorf("got %q over %s, want the first event over HTTP/2 while the stream goes on", lines.Text(), answer.Proto)
		}
	})

	t.Run("paths and bodies", func(t *testing.T) {
		large := func(n int) io.Reader { return strings.NewReader(`{"x":"` + strings.Repeat("x", n) + `"}`) }
		for _, row := range []struct {
			about, method, url string
			body               io.Reader
			status             int
			want               string // what the body has, and the words of the server are not nginx's
		}{
			{"plain HTTP", "POST", "http://" + host + "/mcp?x=1", large(1), 308, ""},
			{"metrics", "GET", home + "/metrics", nil, 404, "nginx"},
			{"health", "GET", home + "/readyz", nil, 200, `"status"`},
			{"the page", "GET", home + "/", nil, 200, "<html"},
			{"a message", "POST", home + "/mcp", strings.NewReader(initialize), 200, "serverInfo"},
			{"a message above the server's limit", "POST", home + "/mcp", large(4<<20 + 1), 413, "4 MB"},
			{"a message above nginx's", "POST", home + "/mcp", large(6 << 20), 413, "nginx"},
			{"a webhook of a long meeting", "POST", home + "/webhooks/meeting-baas/none-of-ours", large(6 << 20), 404, ""},
			{"a webhook above all limits", "POST", home + "/webhooks/meeting-baas/none-of-ours", large(33 << 20), 413, "nginx"},
		} {
			answer, body := f.send(t, row.method, row.url, row.body)
			if answer.StatusCode != row.status || !strings.Contains(body, row.want) || row.want != "nginx" && row.status != 308 && strings.Contains(body, "nginx") {
				t.Errorf("%s: got %s, %.300s, want %d, %q", row.about, answer.Status, body, row.status, row.want)
			}
			if row.status == 308 && answer.Header.Get("Location") != home+"/mcp?x=1" {
				t.Errorf("%s: got sent to %s", row.about, answer.Header.Get("Location"))
			}
		}
	})

	t.Run("callers are told apart", func(t *testing.T) {
		noisy, quiet := f, f
		noisy.from, quiet.from = "127.0.0.3", "127.0.0.4"
		status := 0
		for i := 0; i < 200 && status != http.StatusTooManyRequests; i++ {
			answer, _ := noisy.send(t, "POST", home+"/mcp", strings.NewReader("{}"), "X-Forwarded-For", fmt.Sprint("198.51.100.", i), "Forwarded", "for=198.51.100.1", "X-Real-IP", "198.51.100.1")
			status = answer.StatusCode
		}
		if status != http.StatusTooManyRequests {
			t.Errorf("got %d at last, want the address held back whatever it claims to be", status)
		}
		if answer, body := quiet.send(t, "POST", home+"/mcp", strings.NewReader(initialize)); answer.StatusCode != 200 {
			t.Errorf("another address: got %s, %s", answer.Status, body)
		}
	})

	raw, err := os.ReadFile(audit)
	if err != nil || strings.Count(string(raw), `"tool":"list_bots","address":"127.0.0.2"`) != 2 {
		t.Errorf("the audit log does not say where the two calls came from: %v, %s", err, raw)
	}
	raw, err = os.ReadFile(f.log)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(raw); strings.Contains(text, "none-of-ours") || strings.Contains(text, "sessionId") || !strings.Contains(text, `"POST /webhooks/-" 404`) {
		t.Errorf("the log has ids of webhooks or streams: %s", text)
	}
}
