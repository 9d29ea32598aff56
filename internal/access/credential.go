package access

import (
	"net/http"
	"strings"

	"github.com/meetmcp/meetmcp/client"
)

// maxCredential bounds a credential, in bytes.
const maxCredential = 512

// credentialOf reads x-meeting-baas-api-key or Authorization, one of the two
// and once. It takes a value as it is or not at all.
func credentialOf(h http.Header) (Credential, error) {
	keys, auths := h.Values(client.KeyHeader), h.Values("Authorization")
	switch {
	case len(keys)+len(auths) == 0:
		return Credential{}, ErrNone
	case len(keys)+len(auths) > 1:
		return Credential{}, ErrSeveral
	case len(keys) == 1:
		return credential(Key, keys[0])
	}
	scheme, secret, ok := strings.Cut(auths[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return Credential{}, ErrRefused
	}
	return credential(Bearer, secret)
}

func credential(scheme, secret string) (Credential, error) {
	if secret == "" || len(secret) > maxCredential || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ',' }) {
		return Credential{}, ErrRefused
	}
	return Credential{Scheme: scheme, Secret: client.NewSecret(secret)}, nil
}
