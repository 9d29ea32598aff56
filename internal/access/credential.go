package access

import (
	"errors"
	"net/http"
	"strings"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/unfilled"
)

// maxCredential bounds a credential, in bytes.
const maxCredential = 512

// ErrNone and ErrSeveral say why a request's credential cannot even be looked
// at; one that is malformed is refused.
var (
	ErrNone    = errors.New("the request shows no credential")
	ErrSeveral = errors.New("the request shows more than one credential")
)

// PlaceholderError says that a placeholder of some form stands where a
// credential should be, as nobody filled it in.
type PlaceholderError struct{ Form string }

func (e *PlaceholderError) Error() string {
	return "a placeholder of the form " + e.Form + " stands where the credential should be"
}

// Unwrap makes it one of the wrong credentials.
func (e *PlaceholderError) Unwrap() error { return ErrRefused }

// CredentialOf takes the one credential out of a request's headers:
// x-meeting-baas-api-key or Authorization, one of the two and once. It is taken
// as it stands or not at all.
func CredentialOf(h http.Header) (Credential, error) {
	keys, authorizations := h.Values(client.KeyHeader), h.Values("Authorization")
	switch len(keys) + len(authorizations) {
	case 0:
		return Credential{}, ErrNone
	case 1:
	default:
		return Credential{}, ErrSeveral
	}
	if len(keys) == 1 {
		return credential(Key, keys[0])
	}
	scheme, secret, _ := strings.Cut(authorizations[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		if form := unfilled.Form(authorizations[0]); form != "" {
			return Credential{}, &PlaceholderError{form}
		}
		return Credential{}, ErrRefused
	}
	return credential(Bearer, secret)
}

func credential(scheme, secret string) (Credential, error) {
	if form := unfilled.Form(secret); form != "" {
		return Credential{}, &PlaceholderError{form}
	}
	if secret == "" || len(secret) > maxCredential || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ',' }) {
		return Credential{}, ErrRefused
	}
	return Credential{Scheme: scheme, Secret: client.NewSecret(secret)}, nil
}
