package serve

import (
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

// What web pages of allowed origins may send, and read of an answer.
const (
	corsHeaders = "Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, X-Meeting-Baas-Api-Key, Traceparent"
	corsExposed = "Mcp-Session-Id, WWW-Authenticate, Retry-After"
)

// guard keeps web pages out. A page may send requests to this machine, under a
// name that leads here (Host) or from elsewhere (Origin); nothing is answered
// to either unless the operator named it, and no other origin is ever told that
// it may read. Cookies are nowhere looked at, so no page may send credentials
// that it does not hold. It reports that the request may go on, or answers it.
func (h *web) guard(w http.ResponseWriter, r *http.Request) bool {
	origins := r.Header.Values("Origin")
	switch {
	case !h.own(r.Host):
		http.Error(w, "Refused: the Host header does not name this server. Connect to its own address; whoever runs it allows others with --allowed-hosts.", http.StatusForbidden)
	case len(origins) == 0, len(origins) == 1 && h.same(origins[0], r):
		return true
	case len(origins) == 1 && slices.ContainsFunc(h.origins, func(allowed string) bool { return strings.EqualFold(origins[0], allowed) }):
		return h.cors(w, r, origins[0])
	default:
		http.Error(w, "Refused: the request comes from a web page of another origin. Whoever runs this server allows origins with --allowed-origins.", http.StatusForbidden)
	}
	return false
}

// same reports whether a page is this server's own.
func (h *web) same(origin string, r *http.Request) bool {
	scheme := "http://"
	if h.secure() {
		scheme = "https://"
	}
	return strings.EqualFold(origin, scheme+r.Host)
}

// secure reports that pages of this server come over TLS: its own, or that of a
// proxy in front.
func (h *web) secure() bool { return h.tls || len(h.proxies) > 0 }

// cors tells a page of an allowed origin what it may do. It answers what a
// browser asks before, and returns false then.
func (h *web) cors(w http.ResponseWriter, r *http.Request, origin string) bool {
	w.Header().Add("Vary", "Origin")
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Expose-Headers", corsExposed)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return true
	}
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	w.Header().Set("Access-Control-Allow-Headers", corsHeaders)
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}

// own reports that host is this server: loopback at the listener's port, or a
// name that the operator gave.
func (h *web) own(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	if port == h.port && loopback(name) {
		return true
	}
	return slices.ContainsFunc(h.hosts, func(allowed string) bool {
		return strings.EqualFold(host, allowed) || strings.EqualFold(name, allowed) && (err != nil || port == "443" || port == "80" || port == h.port)
	})
}

// loopback reports that a host's name leads to the machine that asks.
func loopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// isJSON reports that a body is said to be JSON, and nothing else, in UTF-8.
func isJSON(r *http.Request) bool {
	types := r.Header.Values("Content-Type")
	if len(types) != 1 {
		return false
	}
	media, parameters, err := mime.ParseMediaType(types[0])
	charset, other := parameters["charset"], len(parameters)
	if charset != "" {
		other--
	}
	return err == nil && media == "application/json" && other == 0 && (charset == "" || strings.EqualFold(charset, "utf-8"))
}
