package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

const maxFile = 20 << 20 // bytes of a file that is fetched whole

// File fetches a small file, such as a screenshot, from a link that the API
// gave. The key does not go along. Unless the link leads to the API's own
// address, it must be https and lead to the internet, and no redirect is
// followed.
func (c *Client) File(ctx context.Context, link string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	req := request{op: "fetch file", method: http.MethodGet}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, &Error{Op: req.op, Unsent: true, Message: "the API's link is not a URL"}
	}
	from, err := c.fetcher(r)
	if err != nil {
		return nil, &Error{Op: req.op, Unsent: true, Message: "the API's link is not fetched: " + err.Error()}
	}
	var raw []byte
	err = c.retry(ctx, req, func(sent *Attempt) error {
		resp, err := from.Do(r)
		if err != nil {
			return &Error{Op: req.op, Message: unreachable(err, r.URL.Host), cause: err, broken: ctx.Err() == nil && !errors.Is(err, errInside)}
		}
		defer resp.Body.Close()
		sent.Status = resp.StatusCode
		switch {
		case resp.StatusCode >= 300 && resp.StatusCode < 400:
			return &Error{Op: req.op, Status: resp.StatusCode, Message: "the link leads on elsewhere, which is not followed"}
		case resp.StatusCode != http.StatusOK:
			return &Error{Op: req.op, Status: resp.StatusCode, Message: "the link has expired, or the file is gone"}
		}
		limited := &capped{ctx: ctx, r: resp.Body, left: maxFile, values: maxFile}
		if raw, err = io.ReadAll(limited); err != nil {
			return &Error{Op: req.op, Status: resp.StatusCode, Message: "the file broke off, or is larger than 20 MB", cause: err, broken: limited.left >= 0}
		}
		return nil
	})
	return raw, err
}

// fetcher returns what fetches a link, or why nothing does.
func (c *Client) fetcher(r *http.Request) (*http.Client, error) {
	base, err := url.Parse(c.base)
	if err == nil && base.Scheme == r.URL.Scheme && base.Host == r.URL.Host {
		return c.http, nil
	}
	to, err := Destination(r.URL.String()).Target()
	if err == nil && to.Scheme != "https" {
		err = errors.New("it is not https")
	}
	if err == nil {
		err = to.CheckPublic()
	}
	if err != nil {
		return nil, err
	}
	if proxy, err := http.ProxyFromEnvironment(r); err != nil || proxy != nil {
		return c.http, nil // a proxy looks the name up itself, and may be within the network
	}
	return c.files, nil
}
