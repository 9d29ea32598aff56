package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
)

// A token is TokenPrefix, eight characters that name it, _ and thirty-two that are
// secret, which is 160 bits. None of the characters looks like another.
const (
	tokenLetters = "0123456789abcdefghjkmnpqrstvwxyz"
	tokenIDBytes = 5
	tokenBytes   = tokenIDBytes + 20
	tokenIDEnd   = len(TokenPrefix) + tokenIDBytes*8/5
	tokenLength  = tokenIDEnd + 1 + (tokenBytes-tokenIDBytes)*8/5
)

// maxTokenName bounds a token's name, in characters.
const maxTokenName = 64

// Grant is what a token is issued for.
type Grant struct {
	Name     string    `json:"name"`
	Scopes   []Scope   `json:"scopes"`
	Sets     []string  `json:"sets,omitempty"` // of tools, by name; all when empty
	Bots     Budget    `json:",embed"`
	Expires  time.Time `json:"expires,omitzero"` // zero: never
	Webhooks bool      `json:"webhooks,omitzero"`
}

// Token is one that was issued, without its secret.
type Token struct {
	ID string `json:"id"`
	Grant
	Created   time.Time `json:"created"`
	Revoked   time.Time `json:"revoked,omitzero"`
	MasterKey string    `json:"master_key"` // the id of the one that encrypts its API key
}

// issued is a token as it is kept.
type issued struct {
	Token
	// Hash is SHA-256 of the token. A slow hash is for passwords, which can be
	// guessed: nobody guesses 160 random bits, however fast each try is, and a
	// slow one would let strangers keep the server busy.
	Hash      []byte `json:"hash"`
	SealedKey []byte `json:"sealed_key"` // the API key, encrypted
}

// newToken makes a token and the record of it, without an API key.
func newToken(grant Grant, now time.Time) (client.Secret, issued) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) // ends the process rather than fail
	letters := base32.NewEncoding(tokenLetters).WithPadding(base32.NoPadding)
	id, secret := letters.EncodeToString(raw[:tokenIDBytes]), letters.EncodeToString(raw[tokenIDBytes:])
	token := TokenPrefix + id + "_" + secret
	hash := sha256.Sum256([]byte(token))
	grant.Expires = grant.Expires.UTC().Truncate(time.Second)
	return client.NewSecret(token), issued{Token: Token{ID: id, Grant: grant, Created: now.UTC().Truncate(time.Second)}, Hash: hash[:]}
}

// tokenID takes the id out of a token that is well formed.
func tokenID(token string) (string, bool) {
	if len(token) != tokenLength || token[:len(TokenPrefix)] != TokenPrefix || token[tokenIDEnd] != '_' {
		return "", false
	}
	id, secret := token[len(TokenPrefix):tokenIDEnd], token[tokenIDEnd+1:]
	return id, ofLetters(id) && ofLetters(secret)
}

func ofLetters(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(tokenLetters, r) })
}

// IsToken reports whether a credential is, or was meant to be, a token that an
// operator issued. No such thing is ever sent upstream.
func IsToken(credential string) bool {
	credential = strings.ToLower(credential)
	if strings.Contains(credential, TokenPrefix) {
		return true
	}
	_, whole := tokenID(TokenPrefix + credential[max(0, len(credential)-tokenLength+len(TokenPrefix)):])
	return whole // copied without its beginning
}

// bound is what a token's API key is encrypted together with: all of the
// record but what may change.
func (t issued) bound() ([]byte, error) {
	t.Revoked, t.MasterKey, t.SealedKey = time.Time{}, "", nil
	return json.Marshal(t)
}

// check says what is wrong with a grant, as one sentence without its end.
func (g *Grant) check() error {
	switch {
	case g.Name == "":
		return errors.New("there is no name")
	case !utf8.ValidString(g.Name) || utf8.RuneCountInString(g.Name) > maxTokenName || strings.TrimSpace(g.Name) != g.Name ||
		strings.ContainsFunc(g.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("a name has at most %d characters, all of which can be seen", maxTokenName)
	case strings.HasPrefix(g.Name, TokenPrefix):
		return errors.New("the name is a token, or looks like one")
	case len(g.Scopes) == 0:
		return errors.New("there is no scope")
	case g.Bots.PerHour < 0 || g.Bots.PerDay < 0:
		return errors.New("a number of bots is below 0")
	}
	for i, scope := range g.Scopes {
		if scope != Read && scope != Write && scope != Destroy || slices.Contains(g.Scopes[:i], scope) {
			return fmt.Errorf("the scope %q is not known, or there twice", scope)
		}
	}
	return nil
}

// check says what is wrong with a record that was read.
func (t *issued) check() error {
	switch {
	case len(t.ID) != tokenIDBytes*8/5 || !ofLetters(t.ID):
		return errors.New("its id is not one")
	case len(t.Hash) != sha256.Size:
		return fmt.Errorf("its hash has %d bytes, not %d", len(t.Hash), sha256.Size)
	case t.Created.IsZero():
		return errors.New("it does not say when it was created")
	}
	return t.Grant.check()
}

// over says why a token is over, and since when; nothing while it is not.
func (t *Token) over(now time.Time) (why string, since time.Time) {
	switch {
	case !t.Revoked.IsZero():
		return Revoked, t.Revoked
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return Expired, t.Expires
	}
	return "", time.Time{}
}
