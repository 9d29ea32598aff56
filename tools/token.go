package tools

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

// confirmName is the argument with which a call comes again once the person
// agreed, where the client cannot ask them. Each tool that destroys has it.
const confirmName = "confirm"

// addConfirm adds the argument to a tool's input schema, and what its first call
// answers to the output schema.
func (s *schemas) addConfirm(out *jsonschema.Schema) {
	token := &jsonschema.Schema{Type: "string", Description: "From the first call's answer, if the person agreed."}
	s.in.Properties.Set(confirmName, token)
	s.arguments[token] = argument{most: 200}
	for _, name := range []string{confirmName, "would_be_lost", "valid_until"} {
		out.Properties.Set(name, &jsonschema.Schema{Type: "string"})
	}
}

// unconfirmed answers a call that nobody has agreed to yet: nothing is done.
type unconfirmed struct {
	About
	WouldBeLost untrusted.Text `json:"would_be_lost"`
	Confirm     string         `json:"confirm"`
	ValidUntil  string         `json:"valid_until"`
}

func (o *unconfirmed) Text() string {
	return fmt.Sprintf("Not done yet, as the person must agree first. %s\nconfirm %s (for one call, until %s)", o.WouldBeLost, o.Confirm, o.ValidUntil)
}

// askFirst answers with what would be lost and a token for one more call.
func (p *person) askFirst(ctx context.Context, call *Call, question string, args []byte) (*unconfirmed, error) {
	about, err := p.about(ctx, call, args, "")
	if err != nil {
		return nil, err
	}
	until := p.policy.Now().Add(p.policy.ConfirmWithin)
	out := &unconfirmed{
		WouldBeLost: untrusted.Long(question),
		Confirm:     p.newToken(ctx, until, about),
		ValidUntil:  until.UTC().Format(time.RFC3339),
	}
	out.Next = "ask the person just this. If they agree, call " + call.tool.Name + " again with the same arguments and confirm beside them; if not, leave it."
	return out, nil
}

// A token is 8 random bytes and when it expires, in Unix seconds, then 4 bytes
// by which this server knows its own, 4 by which it knows the caller, and 16
// that sign all of it for one caller and one call.
const (
	tokenHead  = 16
	tokenHint  = 4
	tokenBytes = tokenHead + 2*tokenHint + 16
)

func (p *person) newToken(ctx context.Context, until time.Time, about []byte) string {
	head := make([]byte, tokenHead, tokenBytes)
	_, _ = rand.Read(head[:8]) // it never fails
	binary.BigEndian.PutUint64(head[8:], uint64(until.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(head, p.seal(ctx, head, about)...))
}

// seal is what follows a token's head.
func (p *person) seal(ctx context.Context, head, about []byte) []byte {
	caller := access.CallerOf(ctx)
	out := append([]byte{}, p.policy.sign("", "token", head)[:tokenHint]...)
	out = append(out, p.policy.sign(caller, "token of", head)[:tokenHint]...)
	return append(out, p.policy.sign(caller, "token for", head, about)[:16]...)
}

// redeemToken takes a token once, for the same call of the same caller, in time.
func (p *person) redeemToken(ctx context.Context, call *Call, args []byte) error {
	const again = "\nCall again without confirm, and the answer says what would be lost and has a fresh one."
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(call.confirm))
	if err != nil || len(raw) != tokenBytes {
		return refused(audit.Policy, "Not done: confirm is not a token that this server gave. Copy it whole."+again)
	}
	about, err := p.about(ctx, call, args, "")
	if err != nil {
		return err
	}
	head, seal := raw[:tokenHead], raw[tokenHead:]
	want := p.seal(ctx, head, about)
	switch {
	case !hmac.Equal(seal[:tokenHint], want[:tokenHint]):
		return refused(audit.Policy, "Not done: confirm is not a token that this server gave. Copy it whole."+again)
	case !hmac.Equal(seal[tokenHint:2*tokenHint], want[tokenHint:2*tokenHint]):
		return refused(audit.Policy, "Not done: confirm was given to another caller."+again)
	case !hmac.Equal(seal[2*tokenHint:], want[2*tokenHint:]):
		return refused(audit.Policy, "Not done: confirm was given for another tool or other arguments."+again)
	case !p.policy.Now().Before(time.Unix(int64(binary.BigEndian.Uint64(head[8:])), 0)):
		return refused(audit.Policy, "Not done: confirm has expired; it holds for 10 minutes."+again)
	case !p.policy.State.Once(ctx, "token/"+hex.EncodeToString(head), p.policy.ConfirmWithin):
		return refused(audit.Policy, "Not done: confirm was used before, and holds for one call.\nLook whether that call was carried out before you call again.")
	}
	return nil
}
