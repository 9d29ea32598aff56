package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/redistest"
)

// recovery is how long it may take until calls are answered again.
const recovery = 5 * time.Second

// replica is a process of its own, so that it can be killed.
type replica struct {
	*exec.Cmd
	url string
	log *buffer
}

// replicas are two behind a proxy that takes turns.
type replicas struct {
	up    atomic.Pointer[[]*replica]
	proxy *httputil.ReverseProxy
	url   string
	turn  atomic.Int64
	open  sync.Map // connections of the proxy's, to be cut
}

func (r *replicas) start(t *testing.T, api, redis string) *replica {
	t.Helper()
	one := &replica{log: &buffer{grew: make(chan struct{}, 1)}}
	one.Cmd = exec.Command(os.Args[0], "serve", "--addr", "127.0.0.1:0", "--drain-delay", "0s", "--auth", "key", "--redis", "redis://"+redis, "--max-bots-per-hour", "0",
		"--allowed-hosts", strings.TrimPrefix(r.url, "http://"), "--trusted-proxies", "127.0.0.1", "--library", "off", "--limit-reads", "0", "--limit-writes", "0", "--limit-address", "0", "--limit-streams", "0")
	one.Env = []string{asProgram + "=1", "MEETING_BAAS_BASE_URL=" + api, "MEETMCP_MASTER_KEYS=a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
	one.Stdout, one.Stderr = one.log, one.log
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.kill)
	one.url = "http://" + one.log.find(t, `listening=(\S+)`)
	return one
}

func (o *replica) kill() {
	if o.ProcessState == nil {
		_ = o.Process.Signal(syscall.SIGKILL)
		_ = o.Wait() // it was killed
	}
}

func newReplicas(t *testing.T, api, redis string) *replicas {
	t.Helper()
	r := &replicas{}
	dialer := &net.Dialer{}
	r.proxy = &httputil.ReverseProxy{
		FlushInterval: -1,
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 100,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dialer.DialContext(ctx, network, address)
				if err == nil {
					r.open.Store(c, true)
				}
				return c, err
			},
		},
		Rewrite: func(p *httputil.ProxyRequest) {
			up := *r.up.Load()
			one := up[r.turn.Add(1)%int64(len(up))]
			to, _ := url.Parse(one.url)
			host := p.In.Host
			p.SetURL(to)
			p.Out.Host = host
			p.SetXForwarded()
		},
		ErrorLog:     log.New(io.Discard, "", 0), // what is cut is cut on purpose
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: r.proxy}
	go func() { _ = web.Serve(listener) }()
	t.Cleanup(func() { web.Close() })
	r.url = "http://" + listener.Addr().String()
	r.up.Store(&[]*replica{r.start(t, api, redis), r.start(t, api, redis)})
	return r
}

// ready reports whether a replica says, asked for it, that it is this ready.
func (r *replicas) ready(t *testing.T, want string) bool {
	_, _, body := ask(t, "GET", (*r.up.Load())[0].url+"/readyz", nil, "")
	return strings.Contains(body, `"status":"`+want+`"`)
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// cut breaks all connections between the proxy and the replicas.
func (r *replicas) cut() {
	r.open.Range(func(c, _ any) bool {
		c.(net.Conn).Close()
		r.open.Delete(c)
		return true
	})
}

// agent is an SSE client that opens its stream again when it breaks.
type agent struct {
	url     string
	http    *http.Client
	id      int
	path    string
	answers chan string
	end     context.CancelFunc
}

func (a *agent) connect(ctx context.Context) error {
	if a.end != nil {
		a.end()
	}
	ctx, end := context.WithCancel(ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/sse", nil)
	if err != nil {
		end()
		return err
	}
	r.Header.Set(client.KeyHeader, sandbox.Key)
	resp, err := a.http.Do(r)
	if err != nil || resp.StatusCode != 200 {
		end()
		if err == nil {
			resp.Body.Close()
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
		return err
	}
	answers, first := make(chan string, 100), make(chan string, 1)
	go func() {
		defer close(answers)
		defer resp.Body.Close()
		lines := bufio.NewReader(resp.Body)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			data, ok := strings.CutPrefix(line, "data:")
			switch data = strings.TrimSpace(data); {
			case !ok || strings.Contains(data, `"method":"ping"`):
			case strings.HasPrefix(data, "/message"):
				first <- data
			default:
				answers <- data
			}
		}
	}()
	select {
	case a.path = <-first:
		a.answers, a.end = answers, end
		return nil
	case <-time.After(recovery):
		end()
		return fmt.Errorf("the stream told no address")
	}
}

// call makes a call, and returns its answer; an error says that there was none.
func (a *agent) call(ctx context.Context, tool, arguments string) (string, error) {
	if a.path == "" {
		if err := a.connect(ctx); err != nil {
			return "", err
		}
	}
	a.id++
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, a.id, tool, arguments)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+a.path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set(client.KeyHeader, sandbox.Key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := a.http.Do(r)
	if err == nil {
		text, _ := io.ReadAll(resp.Body)
		if resp.Body.Close(); resp.StatusCode != http.StatusAccepted {
			err = fmt.Errorf("status %d %s", resp.StatusCode, text)
		}
	}
	late := time.After(recovery)
	for err == nil {
		select {
		case answer, open := <-a.answers:
			if !open {
				err = fmt.Errorf("the stream broke")
			} else if strings.Contains(answer, fmt.Sprintf(`"id":%d,`, a.id)) {
				return answer, nil
			}
		case <-late:
			err = fmt.Errorf("no answer came")
		}
	}
	a.path = "" // a new stream next time
	return "", err
}

// TestReplicas has SSE clients call through a proxy whose every request goes to
// the other replica; and breaks Redis, connections and a replica meanwhile.
func TestReplicas(t *testing.T) {
	redistest.Each(t, func(t *testing.T, redis *redistest.Store) {
		box, err := sandbox.Start(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := box.Close(); err != nil {
				t.Error(err)
			}
		})
		r := newReplicas(t, box.URL(), redis.Addr)
		agents := make([]*agent, 8)
		for i := range agents {
			agents[i] = &agent{url: r.url, http: &http.Client{Transport: &http.Transport{}}}
			t.Cleanup(func() {
				if agents[i].end != nil {
					agents[i].end()
				}
				agents[i].http.CloseIdleConnections()
			})
		}
		var group sync.WaitGroup
		var answered atomic.Int64
		for _, a := range agents {
			group.Go(func() {
				for range 125 {
					if got, err := a.call(t.Context(), "list_bots", `{"limit":1}`); err != nil || !strings.Contains(got, "bot_id") {
						t.Errorf("got %s, %v", got, err)
						return
					}
					answered.Add(1)
				}
			})
		}
		group.Wait()
		t.Logf("%d of 1000 SSE calls answered", answered.Load())

		for _, fault := range []struct {
			name string
			do   func()
		}{
			{"connections cut", r.cut},
			{"redis killed, and back", func() {
				redis.Kill(t)
				eventually(t, "a replica says that it is alone", func() bool { return r.ready(t, "degraded") })
				redis.Start(t)
			}},
			{"a replica killed", func() {
				up := *r.up.Load()
				up[0].kill()
				rest := up[1:] // as a proxy does that sees it gone
				r.up.Store(&rest)
			}},
		} {
			t.Run(fault.name, func(t *testing.T) { breakdown(t, box, agents, fault.do) })
		}
	})
}

// breakdown has every agent send bots while something breaks: what was
// acknowledged was done, and once, and all are answered again soon.
func breakdown(t *testing.T, box *sandbox.Sandbox, agents []*agent, fault func()) {
	var mu sync.Mutex
	var sent []string // acknowledged
	broke := make(chan struct{})
	var slowest atomic.Int64
	var group sync.WaitGroup
	for i, a := range agents {
		group.Go(func() {
			after := 0
			var at time.Time
			for n := 0; after < 10; n++ {
				select {
				case <-broke:
					if at.IsZero() {
						at = time.Now()
					}
				default:
				}
				link := "https://meet.google.com/" + code(int(codes.Add(1)))
				answer, err := a.call(t.Context(), "join_meeting", fmt.Sprintf(`{"meeting_url":%q,"bot_name":"Ada","extra":{"of":%q}}`, link, t.Name()))
				if err == nil {
					var got struct {
						Result struct {
							IsError           bool
							StructuredContent struct {
								BotID string `json:"bot_id"`
							}
							Content []struct{ Text string }
						}
					}
					if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Result.IsError || got.Result.StructuredContent.BotID == "" {
						t.Errorf("got %s, %v", answer, err)
						return
					}
					mu.Lock()
					sent = append(sent, got.Result.StructuredContent.BotID)
					mu.Unlock()
					if !at.IsZero() {
						if after++; after == 1 {
							if took := int64(time.Since(at)); took > slowest.Load() {
								slowest.Store(took)
							}
						}
					}
				} else if !at.IsZero() && time.Since(at) > recovery {
					t.Errorf("agent %d was not answered %v after the fault: %v", i, time.Since(at), err)
					return
				}
			}
		})
	}
	time.Sleep(20 * time.Millisecond) // so that calls are under way
	fault()
	close(broke)
	group.Wait()
	api := client.New(box.URL(), client.NewSecret(sandbox.Key), nil)
	defer api.Close()
	for _, id := range sent {
		if _, err := api.MeetingData(t.Context(), id, false); err != nil {
			t.Errorf("bot %s was acknowledged, and is not there: %v", id, err)
		}
	}
	if slices.Sort(sent); len(slices.Compact(slices.Clone(sent))) != len(sent) {
		t.Errorf("a bot was acknowledged twice: %v", sent)
	}
	t.Logf("%d bots acknowledged, all there; the slowest agent was answered again after %v", len(sent), time.Duration(slowest.Load()).Round(time.Millisecond))
}

var codes atomic.Int64

// code is a Meet code of its own for every number.
func code(n int) string {
	letters := make([]byte, 10)
	for i := range letters {
		letters[i] = byte('a' + n%26)
		n /= 26
	}
	return fmt.Sprintf("%s-%s-%s", letters[:3], letters[3:7], letters[7:])
}
