package client_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// A link is fetched only by https from the internet, unless the API itself has
// the file. Names that turn out to be inside are refused on connecting, and
// nothing arrives there.
func TestFilesFromInsideAreNotFetched(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	inside := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	inside.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			arrived.Add(1)
		}
	}
	inside.StartTLS()
	t.Cleanup(inside.Close)
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go answerNames(theirs, &asked)
		return ours, nil
	}}
	s, _ := open(t, sandbox.Options{})
	c := clientOf(t, s.URL(), &client.Options{Pause: time.Millisecond, Resolver: resolver})
	for _, row := range []struct{ link, want string }{
		{"https://127.0.0.1:" + port + "/", `not fetched: the host "127.0.0.1" is not on the internet`},
		{"https://[::1]:" + port + "/", `not fetched: the host "::1" is not on the internet`},
		{"https://169.254.169.254/latest/meta-data", "is not on the internet"},
		{"https://localhost:" + port + "/", "is not on the internet"},
		{"http://files.example.org/", "it is not https"},
		{"file:///etc/passwd", "must begin with https://"},
		{"", "must begin with https://"},
		{"https://files.example.org:" + port + "/\n", "is not a URL"},
		{strings.Replace(s.URL(), "127.0.0.1", "localhost", 1) + "/files/x/screenshots/1.png", "it is not https"},
		{"https://files.example.org:" + port + "/", "files.example.org:" + port + " leads into a machine or network"},
		{"https://files6.example.org:" + port + "/", "files6.example.org:" + port + " leads into a machine or network"},
	} {
		_, err := c.File(t.Context(), row.link)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.link, err, row.want)
		}
		var e *client.Error
		if !errors.As(err, &e) || e.Op != "fetch file" {
			t.Errorf("%s: got %T, want it in words", row.link, err)
		}
	}
	if n := arrived.Load(); n > 0 {
		t.Errorf("%d connections or requests arrived inside", n)
	}
	if n := asked.Load(); n != 4 { // two names, for two kinds of address, once
		t.Errorf("names were looked up %d times, want 4", n)
	}
}

// answerNames is a name server over a stream for one connection: every name is
// this machine.
func answerNames(conn net.Conn, asked *atomic.Int32) {
	defer conn.Close()
	for {
		var size uint16
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		raw := make([]byte, size)
		var question dnsmessage.Message
		if _, err := io.ReadFull(conn, raw); err != nil || question.Unpack(raw) != nil {
			return
		}
		asked.Add(1)
		q := question.Questions[0]
		answer := dnsmessage.Message{Header: dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true}, Questions: question.Questions}
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}
		switch v6 := strings.HasPrefix(q.Name.String(), "files6."); {
		case v6 && q.Type == dnsmessage.TypeAAAA:
			answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: [16]byte{15: 1}}}}
		case !v6 && q.Type == dnsmessage.TypeA:
			answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
		}
		packed, err := answer.Pack()
		if err != nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)); err != nil {
			return
		}
	}
}

func TestFilesAreNotFollowedElsewhere(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var paths []string
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			paths = append(paths, r.URL.Path+r.Header.Get(client.KeyHeader))
			http.Redirect(w, r, "/elsewhere", status)
		}))
		_, err := clientOf(t, api.URL, nil).File(t.Context(), api.URL+"/file")
		api.Close()
		if err == nil || !strings.Contains(err.Error(), "leads on elsewhere") || len(paths) != 1 || paths[0] != "/file" {
			t.Errorf("%d: got %v after %v, want no more than the link", status, err, paths)
		}
	}
}

const proxied = "MEETMCP_TEST_PROXIED" // set in the process that is behind a proxy

// Behind a proxy, which itself may be inside, only links to the internet are
// asked for. The process reads HTTPS_PROXY but once, so that this takes another.
func TestFilesThroughAProxy(t *testing.T) {
	t.Parallel()
	if os.Getenv(proxied) != "" {
		c := clientOf(t, "http://127.0.0.1:1", &client.Options{Pause: time.Millisecond})
		for _, link := range []string{"https://files.example.org/x", "https://10.0.0.1/x", "https://localhost/x", "http://files.example.org/x"} {
			_, err := c.File(t.Context(), link)
			fmt.Printf("%s: %v\n", link, err)
		}
		return
	}
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFilesThroughAProxy$", "-test.count=1")
	again.Env = append(os.Environ(), proxied+"=1", "HTTPS_PROXY="+proxy.URL, "HTTP_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=")
	out, err := again.CombinedOutput()
	if err != nil || strings.Count(string(out), "is not on the internet") != 2 {
		t.Errorf("got %v:\n%s", err, out)
	}
	proxy.Close()
	for _, request := range asked {
		if request != "CONNECT files.example.org:443" {
			t.Errorf("the proxy was asked to %s", request)
		}
	}
	if len(asked) == 0 {
		t.Errorf("the proxy was asked nothing:\n%s", out)
	}
}
