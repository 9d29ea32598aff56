package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
)

// unread is an answer of which nothing is read.
type unread struct{ of jsontext.Kind }

func (*unread) kind() jsontext.Kind { return whatever }

// UnmarshalJSONFrom passes over it.
func (u *unread) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	u.of = dec.PeekKind()
	return dec.SkipValue()
}

func (u *unread) wrong(asked) string {
	if u.of != jsontext.KindBeginObject && u.of != jsontext.KindBeginArray {
		return "it has another shape than the API's document says"
	}
	return ""
}

// Check reports whether the API accepts the call's key. It asks for a bot and
// reads nothing of the answer, so that no odd one can lock an account out: GET
// /bots/bots_with_metadata.
func (c *Client) Check(ctx context.Context) error {
	return c.do(ctx, request{op: "bots_with_metadata", method: "GET", path: "/bots/bots_with_metadata", query: url.Values{"limit": {"1"}}, unread: true}, new(asItIs[unread]))
}

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
