package serve

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"time"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/observe"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// Web is how a server is reached over HTTP, and by whom.
type Web struct {
	Door    access.Door    // who may call; nil: whoever reaches the listener, all as one
	Hosts   []string       // by which the server is reached, beside loopback at the listener's port; host or host:port
	Origins []string       // of web pages that may call, as browsers write them: https://example.org
	Proxies []netip.Prefix // whose word is taken on where a request comes from
	TLS     *tls.Config    // nil: plain HTTP
	State   shared.State   // nil: this replica's own
	Secret  []byte         // signs ids, the same on all replicas; nil: this replica's own
	Site    http.Handler   // what people see; nil: a sentence
	Inbox   http.Handler   // takes in webhooks, at events.Path; nil: there are none
	Bodies  *bodies.Gate   // lets in the bodies of requests; nil: one of this listener's own, by Limits
	Limits  Limits
	Drain   time.Duration // for calls that run when the server is stopped

	DrainDelay time.Duration // before, in which calls are still accepted and the server is not ready any more

	Health       *observe.Health // nil: of a server that needs nothing
	MetricsApart bool            // the metrics are read elsewhere, and not here
}

// Limits are what may be taken of a server. Zero is no limit.
type Limits struct {
	Reads  int // messages a minute from one caller, those of writes aside
	Writes int // calls a minute of tools that write or destroy, from one caller
	From   int // requests a minute from one address

	Calls    int // of one caller at once
	Streams  int // of events, of one caller at once
	Sessions int // of one caller on /mcp at once

	Subscriptions int // to resources, of one caller at once

	AllCalls, AllStreams, AllSessions, AllSubscriptions int // of all callers together

	Bodies bodies.Limits // of messages and webhooks while they are received
}

// UsualLimits are for a server whose callers are strangers.
func UsualLimits() Limits {
	return Limits{
		Reads: 600, Writes: 60, From: 1200,
		Calls: 32, Streams: 100, Sessions: 100, Subscriptions: 100,
		AllCalls: 1000, AllStreams: 10_000, AllSessions: 10_000, AllSubscriptions: 10_000,
		Bodies: bodies.Limits{
			Caller: 32, Address: 128, All: 1000,
			CallerBytes: 8 << 20, AddressBytes: 16 << 20, AllBytes: 48 << 20,
			Minute: 64 << 20,
		},
	}
}

// LocalLimits are for a server that one person has to themselves.
func LocalLimits() Limits {
	return Limits{Sessions: 1000, Streams: 1000, Subscriptions: 1000, AllCalls: 1000, Bodies: bodies.Limits{All: 1000, AllBytes: 48 << 20}}
}

// times are how long clients over HTTP may take.
type times struct {
	body time.Duration // for a message to arrive whole
	last time.Duration // for the last answers to be written when the server stops
	idle time.Duration // after which a session makes room for a new one
}

func usualTimes() times {
	return times{body: 30 * time.Second, last: 2 * time.Second, idle: time.Minute}
}
