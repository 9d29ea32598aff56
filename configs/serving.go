package configs

import (
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// serveFlags are those of the command serve.
type serveFlags struct {
	Addr      string `group:"Where" default:"127.0.0.1:8787" placeholder:"HOST:PORT" help:"Where to listen (${default}); beyond this machine only with --auth."`
	PublicURL string `name:"public-url" group:"Where" placeholder:"URL" help:"By which address callers and Meeting BaaS reach this server, such as https://mcp.example.org."`
	TLSCert   string `name:"tls-cert" group:"Where" placeholder:"FILE" help:"Certificate chain, in PEM, to serve TLS without a proxy in front."`
	TLSKey    string `name:"tls-key" group:"Where" placeholder:"FILE" help:"Key of the certificate, in PEM."`
	Drain     string `group:"Where" default:"20s" placeholder:"DURATION" help:"How long running calls may take to finish on SIGTERM (${default})."`

	DrainDelay string `name:"drain-delay" group:"Where" default:"5s" placeholder:"DURATION" help:"How long calls are still accepted on SIGTERM, while /readyz already says no, before the drain (${default})."`

	Check bool `group:"Where" help:"Start nothing, but ask the server that runs here with the same --addr whether it is up, and exit 0 or 1: for the health check of a container."`

	MetricsAddr string `name:"metrics-addr" group:"Where" placeholder:"HOST:PORT" help:"Where /metrics, /healthz and /readyz answer programs, without asking who they are (default: at --addr, with /metrics for this machine only)."`
	PprofAddr   string `name:"pprof-addr" group:"Where" placeholder:"HOST:PORT" help:"Where go tool pprof reads profiles, on this machine only (default: nowhere)."`

	Auth           string `group:"Who may call" placeholder:"key,token" help:"Ask callers who they are: key, a Meeting BaaS key of their own; token, one that you issued with 'meetmcp token create'; or both."`
	AllowedHosts   string `group:"Who may call" placeholder:"HOST,…" help:"Names by which callers reach this server, beside that of --public-url."`
	AllowedOrigins string `group:"Who may call" placeholder:"ORIGIN,…" help:"Web pages that may call, such as https://app.example.org (default: none)."`
	TrustedProxies string `group:"Who may call" placeholder:"NETWORK,…" help:"Proxies in front, such as 10.0.0.0/8, whose X-Forwarded-For says where a request comes from."`

	LibraryTTL   string `name:"library-ttl" group:"What is kept" placeholder:"DURATION" help:"How long a finished meeting is kept for search, such as 30d or 12h (30d with --auth or --redis, else for good)."`
	LibraryQuota string `name:"library-quota" group:"What is kept" placeholder:"N" help:"How many meetings are kept of one key; the next takes the place of the one that was read first (1000 with --auth, else as many as there are)."`

	Redis        string `group:"Several replicas" placeholder:"URL" help:"A Redis or Valkey that all replicas share, such as redis://127.0.0.1:6379/0 (default: this is the only replica)."`
	TakeWebhooks bool   `group:"Webhooks" help:"Have the bots that tools send report here, rather than to the account's own webhook. Needs --public-url. Waiting, and states such as the lobby, then need no polling."`

	LimitReads    string `group:"How much" placeholder:"N" help:"Messages a minute of one caller, 0 for no limit (600 with --auth)."`
	LimitWrites   string `group:"How much" placeholder:"N" help:"Calls a minute of one caller that change something (60 with --auth)."`
	LimitAddress  string `group:"How much" placeholder:"N" help:"Requests a minute from one address (1200 with --auth)."`
	LimitCalls    string `group:"How much" placeholder:"N" help:"Calls of one caller at once (32 with --auth)."`
	LimitStreams  string `group:"How much" placeholder:"N" help:"Event streams of one caller at once (100 with --auth, else 1000)."`
	LimitSessions string `group:"How much" placeholder:"N" help:"Sessions of one caller at once (100 with --auth, else 1000)."`

	LimitSubscriptions string `group:"How much" placeholder:"N" help:"Resources that one caller is told about when they change (100 with --auth, else 1000)."`
}

// Serving is how serve is reached, and by whom.
type Serving struct {
	Addr      string
	PublicURL *url.URL // nil when not given
	TLS       *tls.Config
	Drain     time.Duration

	DrainDelay time.Duration // before the drain, in which calls are still accepted

	MetricsAddr, PprofAddr string // "" where not given

	Check bool // ask the server that runs, and start none

	Auth    []string // key and token; empty: whoever reaches the listener
	Hosts   []string // beside loopback
	Origins []string
	Proxies []netip.Prefix

	Redis        string // address, empty for one replica
	TakeWebhooks bool   // whether bots report here unless a token says otherwise

	LibraryTTL   time.Duration // 0: for good
	LibraryQuota int           // meetings of one key; 0: no limit

	// Limits by name; a flag that was not given is not in it.
	Limits map[string]int
}

// Shared reports that callers are strangers to each other.
func (s Serving) Shared() bool { return len(s.Auth) > 0 }

// The names of Serving.Limits.
const (
	LimitReads    = "reads"
	LimitWrites   = "writes"
	LimitAddress  = "address"
	LimitCalls    = "calls"
	LimitStreams  = "streams"
	LimitSessions = "sessions"

	LimitSubscriptions = "subscriptions"
)

func (c *checker) serving(given *serveFlags, secretEnv []string) Serving {
	s := Serving{
		Drain:      c.duration("--drain", given.Drain, 0, 10*time.Minute),
		DrainDelay: c.duration("--drain-delay", given.DrainDelay, 0, 10*time.Minute),
		Auth:       list(strings.ToLower(given.Auth)),
		Hosts:      c.hostNames("--allowed-hosts", given.AllowedHosts),
		Origins:    c.origins(given.AllowedOrigins),
		Proxies:    c.networks("--trusted-proxies", given.TrustedProxies),
		TLS:        c.certificate(given.TLSCert, given.TLSKey),
		Limits:     map[string]int{},

		Redis: c.redis(given.Redis), TakeWebhooks: given.TakeWebhooks, Check: given.Check,
	}
	if given.TakeWebhooks && given.PublicURL == "" {
		c.wrong("--take-webhooks needs --public-url: the address by which Meeting BaaS reaches this server.")
	}
	if given.MetricsAddr != "" {
		s.MetricsAddr, _ = c.address("--metrics-addr", given.MetricsAddr)
	}
	if given.PprofAddr != "" {
		s.PprofAddr = c.loopback("--pprof-addr", given.PprofAddr, "profiles tell much of what a server does")
	}
	for _, kind := range s.Auth {
		c.oneOf("--auth", kind, "key", "token")
	}
	if given.PublicURL != "" {
		s.PublicURL = c.publicURL(given.PublicURL)
		s.Hosts = append(s.Hosts, s.PublicURL.Host)
	}
	for _, limit := range []struct{ name, text string }{
		{LimitReads, given.LimitReads}, {LimitWrites, given.LimitWrites}, {LimitAddress, given.LimitAddress},
		{LimitCalls, given.LimitCalls}, {LimitStreams, given.LimitStreams}, {LimitSessions, given.LimitSessions},
		{LimitSubscriptions, given.LimitSubscriptions},
	} {
		if limit.text == "" {
			continue
		}
		n, err := strconv.Atoi(limit.text)
		if err != nil || n < 0 {
			c.wrong("--limit-%s: %q is not a number; 0 is no limit.", limit.name, limit.text)
		}
		s.Limits[limit.name] = n
	}
	c.bounds(&s, given)
	if !s.Shared() {
		s.Addr = c.loopback("--addr", given.Addr, "serve answers whoever can reach it, with your key. Let it ask who calls, with --auth key or --auth token")
		return s
	}
	var local bool
	if s.Addr, local = c.address("--addr", given.Addr); !local && len(s.Hosts) == 0 {
		c.wrong("--addr: %s can be reached from other machines. Say by which name callers reach it, with --public-url or --allowed-hosts; requests under other names are refused.", s.Addr)
	}
	if len(secretEnv) > 0 {
		c.wrong("--secret-env lets callers use this machine's own secrets, and with --auth they are strangers. Leave it out.")
	}
	return s
}

func (c *checker) redis(text string) string {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "redis" && u.Scheme != "rediss" || u.Host == "") {
		c.wrong("--redis must be an address such as redis://127.0.0.1:6379/0, or rediss:// over TLS.")
	}
	return text
}

func (c *checker) publicURL(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		c.wrong("--public-url must be an address such as https://mcp.example.org, without a path.")
		return &url.URL{}
	}
	u.Path = ""
	u.Host = strings.ToLower(u.Host)
	return u
}

// hostNames takes hosts that requests may name.
func (c *checker) hostNames(flag, text string) []string {
	hosts := list(strings.ToLower(text))
	for _, host := range hosts {
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = host, "0"
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil || strings.Contains(name, "*") || !hostPattern.MatchString(name) && net.ParseIP(strings.Trim(name, "[]")) == nil {
			c.wrong("%s: %q is not a host. Give the name that callers use, with its port if it is not 80 or 443: mcp.example.org.", flag, host)
		}
	}
	return hosts
}

func (c *checker) origins(text string) []string {
	origins := list(strings.ToLower(text))
	for i, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Host, "*") {
			c.wrong("--allowed-origins: %q is not an origin such as https://app.example.org. There is no * for all.", origin)
			continue
		}
		origins[i] = u.Scheme + "://" + u.Host
	}
	return origins
}

func (c *checker) networks(flag, text string) (networks []netip.Prefix) {
	for _, part := range list(text) {
		network, err := netip.ParsePrefix(part)
		if ip, ipErr := netip.ParseAddr(part); ipErr == nil {
			network, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			c.wrong("%s: %q is neither an address nor a network such as 10.0.0.0/8.", flag, part)
		}
		networks = append(networks, network)
	}
	return networks
}

func (c *checker) certificate(cert, key string) *tls.Config {
	if cert == "" && key == "" {
		return nil
	}
	if cert == "" || key == "" {
		c.wrong("--tls-cert and --tls-key belong together: give both or neither.")
		return nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		c.wrong("--tls-cert, --tls-key: %v.", err)
		return nil
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// address checks where to listen, and whether only this machine reaches it.
func (c *checker) address(flag, addr string) (_ string, local bool) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		c.wrong("%s: %q is not an address such as 127.0.0.1:8787.", flag, addr)
		return addr, true
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		c.wrong("%s: %q is not a port from 0 to 65535.", flag, port)
	}
	ips, err := lookup(host)
	if err != nil {
		c.wrong("%s: the host %q leads nowhere. Use 127.0.0.1:%s.", flag, host, port)
		return addr, true
	}
	return addr, !slices.ContainsFunc(ips, func(ip net.IP) bool { return ip == nil || !ip.IsLoopback() })
}
