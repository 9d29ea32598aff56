package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/observe"
)

// lastTraces is how long the end of the program waits for a collector.
const lastTraces = 2 * time.Second

// seen runs a command with the audit log and the traces that are asked for.
func (p *program) seen(ctx context.Context, run func(context.Context) error) error {
	if p.Traces.Left != "" {
		p.log.Warn("there are no traces", "reason", p.Traces.Left)
	}
	if p.Traces.Endpoint != "" {
		if err := p.observer.Trace(ctx, p.Traces.Endpoint, build().version, p.log); err != nil {
			return err
		}
	}
	unaudited := func(err error) {
		p.observer.Unaudited()
		p.log.Error("a call is not in the audit log; nothing is deleted, replaced or cancelled until that can be written again", "error", err)
	}
	switch p.AuditLog {
	case "":
	case "stderr":
		p.audit = audit.New(p.err, unaudited)
	default:
		var err error
		if p.audit, err = audit.Open(p.AuditLog, unaudited); err != nil {
			return fmt.Errorf("%w (--audit-log)", err)
		}
	}
	err := run(ctx)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTraces)
	defer cancel()
	if lost := p.observer.Close(last); lost != nil {
		p.log.Warn("the last traces were not delivered", "error", lost)
	}
	return errors.Join(err, p.audit.Close())
}

// aside answers those who run the server, at addresses of their own.
func (p *program) aside(health *observe.Health) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range stops {
			s()
		}
	}
	for _, a := range []struct {
		what, addr string
		handler    http.Handler
	}{
		{"metrics", p.Serving.MetricsAddr, p.observer.Operations(health)},
		{"profiles", p.Serving.PprofAddr, observe.Profiles()},
	} {
		if a.addr == "" {
			continue
		}
		at, end, err := observe.Listen(a.addr, a.handler, p.log)
		if err != nil {
			stop()
			return nil, fmt.Errorf("%s: %w", a.what, err)
		}
		stops = append(stops, end)
		p.log.Info("serving "+a.what, "address", at.String())
	}
	return stop, nil
}
