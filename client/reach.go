package client

import (
	"context"
	"fmt"
	"net/http"
)

// Reach reports whether the API answers at all, whatever it answers: HEAD /. No
// key is sent, and Watch does not see it.
func (c *Client) Reach(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base+"/", nil)
	if err != nil {
		return &Error{Message: "the API's address is not a URL", cause: err}
	}
	r.Header.Set("User-Agent", c.options.UserAgent)
	resp, err := c.http.Do(r)
	if err != nil {
		return &Error{Message: unreachable(err, r.URL.Host), cause: err}
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusInternalServerError {
		return &Error{Status: resp.StatusCode, Message: fmt.Sprintf("the API at %s has trouble of its own", r.URL.Host)}
	}
	return nil
}
