package serve_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/observe"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/tools"
)

// BenchmarkSeen compares list_bots as nobody looks with list_bots as metrics are
// counted and an audit log is written; with traces beside them; and with callers
// who are strangers, asked for their keys and limited: a few calls of each in
// turn, so that what else the machine does falls on all.
func BenchmarkSeen(b *testing.B) {
	upstream := captured(b)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	b.Cleanup(collector.Close)
	start := func(traced, strangers bool) net.Listener {
		observer := observe.New("bench", "")
		if traced {
			if err := observer.Trace(b.Context(), collector.URL, "bench", slog.New(slog.DiscardHandler)); err != nil {
				b.Fatal(err)
			}
		}
		book, err := audit.Open(filepath.Join(b.TempDir(), "audit.jsonl"), func(err error) { b.Error(err) })
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := errors.Join(book.Close(), observer.Close(context.Background())); err != nil {
				b.Error(err)
			}
		})
		api := client.New(upstream, client.NewSecret("k"), &client.Options{Watch: observer.Watch})
		return startTools(b, api, tools.Policy{}, func(o *serve.Options, web *serve.Web) {
			o.Observer, o.Audit = observer, book
			if strangers {
				limits := serve.UsualLimits()
				limits.Reads, limits.Writes, limits.From = 1<<30, 1<<30, 1<<30 // counted, and never reached
				web.Door, web.Limits = access.NewKeys(api, access.Namer("bench"), time.Now), limits
			}
		})
	}
	servers := []struct {
		name string
		at   net.Listener
	}{{"unseen", startOurs(b, upstream)}, {"seen", start(false, false)}, {"traced", start(true, false)}, {"hosted", start(false, true)}}
	for _, kind := range []string{"mcp", "sse"} {
		for _, callers := range []int{16, 64} {
			b.Run(fmt.Sprintf("%s/%d", kind, callers), func(b *testing.B) {
				turn := 4 * callers
				var agents [4][]*mcpclient.Client
				var took [4]time.Duration
				for i, s := range servers {
					agents[i] = dialAll(b, "http://"+s.at.Addr().String()+"/"+kind, kind, callers)
					drive(b, agents[i], callers) // connections are made
				}
				b.ResetTimer()
				for range b.N {
					for i := range servers {
						took[i] += drive(b, agents[i], turn)
					}
				}
				b.StopTimer()
				for i, s := range servers {
					b.ReportMetric(float64(b.N*turn)/took[i].Seconds(), s.name+"-calls/s")
					if i > 0 {
						b.ReportMetric(took[0].Seconds()/took[i].Seconds(), s.name+"/unseen")
					}
					closeAll(b, agents[i])
				}
			})
		}
	}
}
