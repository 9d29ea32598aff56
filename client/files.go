package client

import (
	"context"
	"io"
	"net/http"
)

const maxFile = 20 << 20 // bytes of a file that is fetched whole

// File fetches a small file, such as a screenshot, from a link that the API
// gave. The key does not go along.
func (c *Client) File(ctx context.Context, link string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	req := request{op: "fetch file", method: http.MethodGet}
	var raw []byte
	err := c.retry(ctx, req, func() error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			return &Error{Op: req.op, Message: "the API's link is not a URL"}
		}
		resp, err := c.http.Do(r)
		if err != nil {
			return &Error{Op: req.op, Message: unreachable(err, r.URL.Host), cause: err, broken: ctx.Err() == nil}
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return &Error{Op: req.op, Status: resp.StatusCode, Message: "the link has expired, or the file is gone"}
		}
		limited := &capped{r: resp.Body, left: maxFile, values: maxFile}
		if raw, err = io.ReadAll(limited); err != nil {
			return &Error{Op: req.op, Status: resp.StatusCode, Message: "the file broke off, or is larger than 20 MB", cause: err, broken: limited.left >= 0}
		}
		return nil
	})
	return raw, err
}
