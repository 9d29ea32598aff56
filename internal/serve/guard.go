package serve

import (
	"net"
	"net/http"
	"strings"
)

// guard keeps web pages out. A page may send requests to this machine, under a
// name that leads here (Host) or from elsewhere (Origin); nothing is answered
// to either, and no other origin is ever told that it may read.
func (h *web) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch origin := r.Header.Values("Origin"); {
		case !h.own(r.Host):
			http.Error(w, "Refused: the Host header does not name this server's own loopback address. Connect to http://127.0.0.1:"+h.port+".", http.StatusForbidden)
		case len(origin) > 1 || len(origin) == 1 && !strings.EqualFold(origin[0], "http://"+r.Host):
			http.Error(w, "Refused: the request comes from a web page of another origin.", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// own reports that host is loopback, at the listener's port.
func (h *web) own(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	ip := net.ParseIP(name)
	return port == h.port && (strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback())
}
