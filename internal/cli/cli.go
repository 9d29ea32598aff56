// Package cli is the command line: what each command does, one file each.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mark3labs/mcp-go/server"
	"golang.org/x/term"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/configs"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/events"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/observe"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/prompts"
	"github.com/meetmcp/meetmcp/summarize"
	"github.com/meetmcp/meetmcp/tools"
)

// program is the command line at work: its configuration, its streams and its log.
type program struct {
	*configs.Config
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
	observer *observe.Observer
	audit    *audit.Log
}

// usageError is what the person typed wrong.
type usageError struct{ error }

// Run runs the command that args and env ask for until it is done or ctx ends.
// It returns the exit code: 1 for a failure, 2 for a mistake in args or env.
func Run(ctx context.Context, args, env []string, in io.Reader, out, errOut io.Writer) int {
	config, err := configs.Load(args, configs.Host{Env: env, Help: out,
		InTerminal: terminal(in), OutTerminal: terminal(out), ErrTerminal: terminal(errOut)})
	if err != nil {
		fmt.Fprintln(errOut, "meetmcp:", err)
		return 2
	}
	if config == nil {
		return 0 // help was shown
	}
	if slices.Contains([]string{"call", "demo", "library sync"}, config.Command) && config.LogLevel == slog.LevelInfo {
		config.LogLevel = slog.LevelWarn // what was done is on the output
	}
	p := &program{Config: config, in: in, out: out, err: errOut, log: logger(config, errOut)}
	p.observer = observe.New(build().version, build().commit)
	if config.KeyLeft {
		flag := "--auth"
		if config.Sandbox.On {
			flag = "--sandbox"
		}
		p.log.Info("MEETING_BAAS_API_KEY is set but not read, as " + flag + " is on")
	}
	run := map[string]func(context.Context) error{
		"stdio": p.stdio, "serve": p.serve, "demo": p.demo, "call": p.call, "tools": p.tools, "sandbox": p.sandbox, "version": p.version,
		"token create": p.createToken, "token list": p.listTokens, "token revoke": p.revokeToken, "token rewrap": p.rewrapTokens, "token master-key": p.masterKey,
		"library status": p.libraryStatus, "library sync": p.librarySync, "library purge": p.libraryPurge,
	}[config.Command]
	var usage usageError
	switch err := p.seen(ctx, run); {
	case err == nil:
		return 0
	case errors.Is(err, errFailed):
		return 1 // what failed is on the output already
	case errors.As(err, &usage):
		fmt.Fprintln(errOut, "meetmcp:", err)
		return 2
	default:
		fmt.Fprintln(errOut, "meetmcp:", err)
		return 1
	}
}

func terminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func logger(config *configs.Config, to io.Writer) *slog.Logger {
	if config.LogJSON {
		return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: config.LogLevel}))
	}
	return slog.New(tint.NewTextHandler(to, &tint.Options{Level: config.LogLevel, TimeFormat: time.TimeOnly, NoColor: !config.ErrColor}))
}

// upstream is the API that tools call, the real one or a sandbox, and what is
// kept of it here.
type upstream struct {
	api     *client.Client
	sandbox *sandbox.Sandbox                 // nil with the real API
	library atomic.Pointer[library.Library]  // nil until it is opened, which may be while all ends
	open    func() (*library.Library, error) // opens it; nil when there is none, or are no tools yet
	engine  *summarize.Engine                // nil before there are tools
	stop    func()                           // ends what tools still do; nil before there are tools
	state   shared.State                     // what replicas share; nil when there is but one
	inbox   *events.Inbox                    // takes in webhooks; nil when nothing can reach it
	keeper  tools.Keeper                     // of the library; empty before there are tools
	secret  []byte                           // signs what callers bring back; nil: this process's own
}

// connect opens what the configuration asks for.
func (p *program) connect() (*upstream, error) {
	if !p.Sandbox.On {
		if inClear(p.BaseURL) {
			p.log.Warn("MEETING_BAAS_BASE_URL is http://, so API keys and what was said go over the network for anybody to read; use https://")
		}
		return &upstream{api: client.New(p.BaseURL, client.NewSecret(p.Key.Reveal()), &client.Options{UserAgent: "meetmcp/" + build().version, Timeout: p.CallLimit, Watch: p.observer.Watch})}, nil
	}
	return p.openSandbox("", p.Sandbox.Speed)
}

// inClear reports that what is sent to an address leaves this machine unencrypted.
func inClear(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
}

// openSandbox starts a sandbox with the clock at speed, 0 to drive it by hand.
func (p *program) openSandbox(addr string, speed float64) (*upstream, error) {
	box, err := sandbox.Start(sandbox.Options{
		Addr: addr, Data: p.Sandbox.Data, Speed: speed, Quirks: p.Sandbox.Quirks, Faults: p.Sandbox.Faults,
		Seed: uint64(time.Now().UnixNano()), Log: p.log,
	})
	if err != nil {
		var busy *net.OpError
		if errors.As(err, &busy) {
			return nil, fmt.Errorf("%w (another --addr, or port 0 for a free one, may do)", err)
		}
		return nil, usageError{err}
	}
	return &upstream{sandbox: box, api: client.New(box.URL(), client.NewSecret(sandbox.Key),
		&client.Options{UserAgent: "meetmcp/" + build().version, Timeout: p.CallLimit, Now: box.Now, Watch: p.observer.Watch})}, nil
}

func (u *upstream) close() error {
	if u.stop != nil {
		u.stop()
	}
	if u.engine != nil {
		u.engine.Close()
	}
	u.api.Close()
	var errs []error
	if kept := u.library.Load(); kept != nil {
		errs = append(errs, kept.Close())
	}
	if u.state != nil {
		errs = append(errs, u.state.Close())
	}
	if u.sandbox != nil {
		errs = append(errs, u.sandbox.Close())
	}
	return errors.Join(errs...)
}

// engine is what makes summaries.
func (p *program) engine(u *upstream) *summarize.Engine {
	u.engine = summarize.New(summarize.Options{
		Model: p.Summarize.Model, BaseURL: p.Summarize.BaseURL, Key: p.Summarize.Key.Reveal,
		Context: p.Summarize.Context, MaxTokens: p.Summarize.MaxTokens,
	})
	return u.engine
}

// key is whose meetings are kept.
func (p *program) key() string {
	if p.Sandbox.On {
		return sandbox.Key
	}
	return p.Key.Reveal()
}

// policy is what tools may do. It makes the library and the engine of upstream.
func (p *program) policy(u *upstream) tools.Policy {
	u.open = p.opens(u)
	policy := tools.Policy{
		URLHosts: p.URLHosts, SecretEnv: p.SecretEnv, Getenv: p.Getenv, MaxBotsPerHour: p.MaxBotsPerHour,
		SpeechToText: p.SpeechToText, Timezone: p.Timezone, Sandbox: u.sandbox != nil, CallLimit: p.CallLimit,
		Library: u.open, Confirm: p.Confirm, Meter: p.observer, State: u.state, Secret: u.secret, Summaries: p.engine(u),
		Bounds: p.bounds(),
	}
	policy.Keeps = func(k tools.Keeper) { u.keeper = k }
	if u.inbox != nil {
		policy.Webhook, policy.Watch = p.webhook(u), u.inbox.Watch
		policy.Told = func(ctx context.Context, key client.Secret, bot string) string {
			return u.inbox.Seen(ctx, key, bot).Code
		}
	}
	if u.sandbox != nil {
		policy.Now = u.sandbox.Now
		policy.ConfirmWithin = time.Duration(p.Sandbox.Speed * float64(10*time.Minute)) // of the person's own
	}
	return policy
}

// catalogue returns the tools that are on.
func (p *program) catalogue(u *upstream) ([]tools.Tool, error) {
	policy := p.policy(u)
	policy.Context, u.stop = context.WithCancel(context.Background())
	on, err := tools.Select(tools.All(u.api, policy), tools.Selection{
		Toolsets: p.Toolsets, Tools: p.Tools, Exclude: p.ExcludeTools, ReadOnly: p.ReadOnly,
	})
	if err != nil {
		return nil, usageError{err}
	}
	return on, nil
}

// server returns the MCP server of the tools that are on, and these.
func (p *program) server(u *upstream) (*serve.Server, []tools.Tool, error) {
	on, err := p.catalogue(u)
	if err != nil {
		return nil, nil, err
	}
	isOn := func(tool string) bool {
		return slices.ContainsFunc(on, func(t tools.Tool) bool { return t.Name == tool })
	}
	resources := tools.NewResources(on)
	var follow serve.Follow
	if resources.Follows() {
		follow = resources.Follow
	}
	return serve.New(serve.Options{
		Version:      build().version,
		Instructions: tools.Instructions(on),
		Tools: func(to *server.MCPServer) {
			tools.Register(to, on)
			resources.Register(to)
			prompts.Register(to, isOn)
		},
		More: []server.ServerOption{
			server.WithPromptCapabilities(false),
		},
		Completions: struct {
			server.PromptCompletionProvider
			server.ResourceCompletionProvider
		}{prompts.Completions{Otherwise: resources}, resources},
		Address:   resources.Address,
		Follow:    follow,
		Listing:   tools.Listing(on),
		Effect:    tools.Effects(on),
		CallLimit: p.CallLimit,
		Log:       p.log,
		Audit:     p.audit,
		Observer:  p.observer,
	}), on, nil
}
