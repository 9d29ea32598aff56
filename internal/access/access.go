// Package access says who calls a server that many people share: with which
// Meeting BaaS key their calls pay, and what they may do.
package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// Principal is who calls. Everything that a call leaves behind (sessions,
// streams, cursors, questions, running work) is this principal's alone.
type Principal struct {
	ID       string        // opaque and stable, the same on every replica; nothing secret can be read from it
	Name     string        // of a token, as the operator gave it; "" for a key
	Key      client.Secret // with which the calls pay upstream
	Scopes   []Scope
	Sets     []string  // of tools, by name; all when empty
	Bots     Budget    // beside the server's own
	Expires  time.Time // zero: never
	Accepted time.Time // Meeting BaaS accepted the key then, or later; zero: that is not known
	Webhooks bool      // whether the bots of this principal report to this server

	doubt func()
}

// Doubt has the principal's key tried upstream again before its next use, as
// upstream has just refused it.
func (p *Principal) Doubt() {
	if p.doubt != nil {
		p.doubt()
	}
}

// Scope is what a principal's tools may do to the world: the effects of tools.
type Scope string

// The three scopes, as the effects they allow.
const (
	Read    Scope = "read"
	Write   Scope = "write"
	Destroy Scope = "destroy"
)

// Budget bounds the bots that a principal may send; 0 is no limit.
type Budget struct {
	PerHour int `json:"bots_per_hour,omitzero"`
	PerDay  int `json:"bots_per_day,omitzero"`
}

// May reports whether the principal's calls may do what scope says, with a tool
// of the set.
func (p *Principal) May(scope Scope, set string) bool {
	return slices.Contains(p.Scopes, scope) && (len(p.Sets) == 0 || slices.Contains(p.Sets, set))
}

// Door finds out who sent a request.
type Door interface {
	// Admit returns the principal, or nil and no error when the request has no
	// credential of this door's kind. A credential that is there and wrong is an
	// error that wraps ErrRefused; any other error says that it could not be
	// checked now.
	Admit(ctx context.Context, credential Credential) (*Principal, error)
}

// ErrRefused is wrapped by the errors of wrong credentials; ErrUnpaid is of a good
// one whose account has nothing left to pay with.
var (
	ErrRefused = errors.New("the credential is not valid")
	ErrUnpaid  = errors.New("the account at Meeting BaaS has no tokens left")
)

// Credential is what a request shows, taken out of its headers.
type Credential struct {
	Scheme string        // Key for the API's own header, Bearer for Authorization
	Secret client.Secret // never empty
}

// The schemes.
const (
	Key    = "key"
	Bearer = "bearer"
)

// TokenPrefix begins every token that an operator issued.
const TokenPrefix = "mm_"

// Doors tries each in turn.
type Doors []Door

// Admit returns the first principal, and the first refusal when nobody knows
// the credential.
func (d Doors) Admit(ctx context.Context, credential Credential) (*Principal, error) {
	var first error
	for _, door := range d {
		p, err := door.Admit(ctx, credential)
		if p != nil {
			return p, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

type principalContext struct{}

// With has calls under ctx be the principal's, and pay with its key.
func With(ctx context.Context, p *Principal) context.Context {
	return client.WithKey(context.WithValue(ctx, principalContext{}, p), p.Key)
}

// From returns the principal of a call, nil where one person has the server to
// themselves.
func From(ctx context.Context) *Principal {
	p, _ := ctx.Value(principalContext{}).(*Principal)
	return p
}

// CallerOf names who calls: the principal, or "" where there is but one.
func CallerOf(ctx context.Context) string {
	if p := From(ctx); p != nil {
		return p.ID
	}
	return ""
}

type addressKey struct{}

// WithAddress returns a context with the address that a request comes from.
func WithAddress(ctx context.Context, address netip.Addr) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// AddressOf is where a request comes from, as far as proxies that are trusted
// say; of an IPv6 address the network. It is not valid over stdio.
func AddressOf(ctx context.Context) netip.Addr {
	address, _ := ctx.Value(addressKey{}).(netip.Addr)
	return address
}

// Namer makes ids out of secrets, by a secret of the operator's own.
type Namer []byte

// ID names what of a kind has this secret.
func (n Namer) ID(kind, secret string) string {
	mac := hmac.New(sha256.New, n)
	mac.Write([]byte(kind + "\x00" + secret))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
