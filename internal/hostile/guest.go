package hostile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxRead is how much of an answer a guest keeps, in bytes.
const maxRead = 8 << 20

// KeyHeader carries a guest's key.
const KeyHeader = "X-Meeting-Baas-Api-Key"

// Guest is a caller whom the server admits by a key.
type Guest struct {
	Address string            // of the server, such as http://127.0.0.1:9001
	Other   string            // of the second replica; the same server where there is one
	Key     string            // sent as x-meeting-baas-api-key
	From    string            // sent as X-Forwarded-For; may be empty
	Webhook string            // where the guest's account posts events: a whole URL
	Bots    map[string]string // bot ids of the guest's meetings, by Meeting.Name
	HTTP    *http.Client
	Took    func(time.Duration) // told how long each answer took that came before its context ended; may be nil
}

// Answer is what came back, as far as it was read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most 8 MB
}

// Call calls a tool over /mcp, in a session of its own.
func (g *Guest) Call(ctx context.Context, tool string, args any) (Answer, error) {
	return g.Request(ctx, "tools/call", map[string]any{"name": tool, "arguments": args})
}

// Request sends any request with params over /mcp, in a session of its own.
func (g *Guest) Request(ctx context.Context, method string, params any) (Answer, error) {
	header, err := g.session(ctx)
	if err != nil {
		return Answer{}, err
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return Answer{}, fmt.Errorf("write params of %s: %w", method, err)
	}
	answer, err := g.Post(ctx, g.Address+"/mcp", header, bytes.NewReader(body), int64(len(body)))
	if id := header.Get("Mcp-Session-Id"); id != "" {
		g.endSession(ctx, header)
	}
	return answer, err
}

// session opens one, and returns the header that names it; a refusal leaves it out.
func (g *Guest) session(ctx context.Context) (http.Header, error) {
	const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"guest","version":"1"}}}`
	answer, err := g.Post(ctx, g.Address+"/mcp", nil, strings.NewReader(hello), int64(len(hello)))
	header := http.Header{"Accept": {"application/json, text/event-stream"}}
	if id := answer.Header.Get("Mcp-Session-Id"); id != "" {
		header.Set("Mcp-Session-Id", id)
	}
	return header, err
}

func (g *Guest) endSession(ctx context.Context, header http.Header) {
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, g.Address+"/mcp", nil)
	if err != nil {
		return // the address was good for the call
	}
	r.Header = header.Clone()
	g.sign(r.Header)
	if resp, err := g.HTTP.Do(r); err == nil {
		resp.Body.Close()
	}
}

// Post posts a body with the guest's key and Content-Type: application/json; header
// may be nil, and wins. address is a whole URL. length -1: chunked.
func (g *Guest) Post(ctx context.Context, address string, header http.Header, body io.Reader, length int64) (Answer, error) {
	r, err := g.newRequest(ctx, address, header, body, length)
	if err != nil {
		return Answer{}, err
	}
	began := time.Now()
	resp, err := g.HTTP.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	answer := Answer{Status: resp.StatusCode, Header: resp.Header}
	answer.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxRead))
	if g.Took != nil && ctx.Err() == nil {
		g.Took(time.Since(began))
	}
	return answer, err
}

// sign says who sends a request, and from where.
func (g *Guest) sign(header http.Header) {
	header.Set(KeyHeader, g.Key)
	if g.From != "" {
		header.Set("X-Forwarded-For", g.From)
	}
}

func (g *Guest) newRequest(ctx context.Context, address string, header http.Header, body io.Reader, length int64) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = length
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	g.sign(r.Header)
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	return r, nil
}

// Hold posts a body of length bytes but keeps back its last byte until ctx ends,
// or the server has answered or closed the connection.
func (g *Guest) Hold(ctx context.Context, address string, body io.Reader, length int64) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	header := http.Header{"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(length)}}
	g.sign(header)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), u.Host)
	_ = header.Write(conn) // what is wrong is seen when the body is sent
	_, _ = io.WriteString(conn, "\r\n")
	_, _ = io.Copy(conn, io.LimitReader(body, length-1)) // the server may have closed
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil // ctx ended, or the server closed
	}
	return resp.Body.Close()
}

// Stream opens an SSE stream at server, and returns the URL to which its messages are
// posted; end ends it. What comes is read and thrown away.
func (g *Guest) Stream(ctx context.Context, server string) (post string, end func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/sse", nil)
	if err != nil {
		cancel()
		return "", func() {}, err
	}
	g.sign(r.Header)
	resp, err := g.HTTP.Do(r)
	if err != nil {
		cancel()
		return "", func() {}, err
	}
	lines := bufio.NewReader(resp.Body)
	for post == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			cancel()
			resp.Body.Close()
			return "", func() {}, fmt.Errorf("open stream: %w", err)
		}
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:"); ok {
			post = strings.TrimSpace(data)
		}
	}
	if strings.HasPrefix(post, "/") {
		post = server + post
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, lines) // it ends with ctx
	}()
	return post, func() { cancel(); <-ended }, nil
}
