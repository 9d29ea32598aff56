package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const checkLimit = 5 * time.Second // to answer a health check

// check asks the server that runs at the same address whether it is up.
func (p *program) check(ctx context.Context) error {
	host, port, err := net.SplitHostPort(p.Addr)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // where it listens, too
	}
	if err == nil && port == "0" {
		return usageError{errors.New("--check: port 0 is a free one, and which it was is not known; give --addr the port of the server")}
	}
	address := "http://"
	if p.Serving.TLS != nil {
		address = "https://"
	}
	address += net.JoinHostPort(host, port) + "/healthz"
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if len(p.Serving.Hosts) > 0 {
		request.Host = p.Serving.Hosts[0] // which it is sure to be known by
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // its certificate is for other names than this machine's own
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("check: the server does not answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("check: %s answered %s", address, response.Status)
	}
	_, err = fmt.Fprintln(p.out, "The server is up.")
	return err
}
