package tools

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/audit"
)

// destination refuses URLs of hosts that the operator did not allow, and
// returns the others as they are sent.
func (c *Call) destination(path, text string) (string, error) {
	to, err := client.Destination(text).Target()
	if err != nil {
		return "", err
	}
	if !c.named(to.Host) && !slices.Contains(c.tool.policy.URLHosts, "*") {
		return "", fmt.Errorf("the host %q is not allowed; the API would send meeting data or keys there. The operator allows hosts with --url-hosts", clip(to.Host, 80))
	}
	return c.sent(path, text, to), c.public(to, "https", "wss")
}

// source refuses URLs from which the API must not fetch a picture, and returns
// the others as they are sent. No data goes there, so that the operator need
// not allow the host.
func (c *Call) source(path, text string) (string, error) {
	to, err := client.Destination(text).Target()
	if err != nil {
		return "", err
	}
	return c.sent(path, text, to), c.public(to, "https")
}

// sent is the URL that the API gets for a text, which is noted if it differs.
func (c *Call) sent(path, text string, to client.Target) string {
	if to.String() != text {
		c.note(path + " is sent as " + to.String() + ".")
	}
	return to.String()
}

// named reports whether the operator allowed a host by its name or that of one
// above it, rather than with all others.
func (c *Call) named(host string) bool {
	return slices.ContainsFunc(c.tool.policy.URLHosts, func(pattern string) bool {
		pattern = strings.ToLower(pattern)
		below, wild := strings.CutPrefix(pattern, "*.")
		return pattern == host || wild && strings.HasSuffix(host, "."+below)
	})
}

// public refuses targets that are not on the internet or go there in clear. To
// a host of a network of their own people may well send data, if they name it
// to the server that they have to themselves; strangers never. Names are not
// looked up: the API does that when it calls them, in its own network and maybe
// hours later, so that what they mean here and now proves nothing.
func (c *Call) public(to client.Target, schemes ...string) error {
	switch {
	case c.caller == "" && c.named(to.Host):
		return nil
	case !slices.Contains(schemes, to.Scheme):
		return errors.New("a URL must begin with " + strings.Join(schemes, ":// or ") + "://")
	}
	err := to.CheckPublic()
	if err != nil && c.caller == "" {
		err = fmt.Errorf("%w; if it is meant, the operator names it in --url-hosts", err)
	}
	return err
}

// urlish finds what some program may take for a URL, however it is spelled.
var urlish = regexp.MustCompile(`(?i)(https?|wss?):|://|^/[/\\]|^\\`)

// destinations refuses URLs anywhere within free JSON whose hosts are not
// allowed: transcribers take callback URLs among their parameters.
func (c *Call) destinations(path string, raw jsontext.Value) error {
	if raw == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return badArgument("%s: not a JSON object with each name once.", path)
	}
	return c.destinationsIn(path, v)
}

func (c *Call) destinationsIn(path string, v any) error {
	switch v := v.(type) {
	case string:
		visible := strings.Map(func(r rune) rune {
			if r <= ' ' || r == 0x7f {
				return -1
			}
			return r
		}, v)
		if !urlish.MatchString(visible) {
			return nil
		}
		sent, err := c.destination(path, v)
		if err == nil && sent != v {
			err = errors.New("write the host in ASCII: " + sent)
		}
		if err != nil {
			return refused(audit.Policy, "%s: %v.", clip(path, 120), err)
		}
	case []any:
		for i, item := range v {
			if err := c.destinationsIn(fmt.Sprintf("%s[%d]", path, i), item); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, item := range v {
			if err := c.destinationsIn(path, name); err != nil {
				return err
			}
			if err := c.destinationsIn(path+"."+name, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// reports fills in where a bot reports to, where events are taken in here, and
// says whose webhook gets them.
func (c *Call) reports(ctx context.Context, to *client.Destination) {
	if c.tool.policy.Webhook == nil {
		return
	}
	switch own := c.tool.policy.Webhook(ctx); {
	case *to != "":
		c.note("this bot's events go to webhook_url, and not to the account's own webhook.")
	case own != "":
		*to = client.Destination(own)
		c.note("this server gets this bot's events, and the account's own webhook does not.")
	default:
		c.note("the account's own webhook gets this bot's events.")
	}
}
