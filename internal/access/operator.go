package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// The states of a token.
const (
	Valid      = "valid"
	Expired    = "expired"
	Revoked    = "revoked"
	Unreadable = "unreadable" // its API key cannot be decrypted
)

// Listed is a token with its state.
type Listed struct {
	Token
	State string `json:"state"`
	Fault string `json:"fault,omitzero"` // why it is unreadable
}

// List lists the tokens, oldest first; those that were over a month ago may be
// gone. Without master keys no token is unreadable.
func (f *TokenFile) List(keys *MasterKeys) ([]Listed, error) {
	list, err := f.read()
	if err != nil {
		return nil, err
	}
	all := make([]Listed, 0, len(list))
	for _, t := range list {
		l := Listed{Token: t.Token, State: Valid}
		if over, _ := t.over(f.now()); over != "" {
			l.State = over
		} else if keys != nil {
			if _, err := keys.open(&t); err != nil {
				l.State, l.Fault = Unreadable, err.Error()
			}
		}
		all = append(all, l)
	}
	return all, nil
}

// Issue makes a token that stands for an API key. It is the only time that the
// token can be seen.
func (f *TokenFile) Issue(ctx context.Context, keys *MasterKeys, grant Grant, key client.Secret) (client.Secret, Token, error) {
	secret, t := newToken(grant, f.now())
	if err := errors.Join(t.Grant.check(), checkKey(key), keys.seal(&t, key)); err != nil {
		return client.Secret{}, Token{}, err
	}
	if !t.Expires.IsZero() && !t.Expires.After(f.now()) {
		return client.Secret{}, Token{}, fmt.Errorf("%s, when it is to expire, is over", t.Expires.Format(time.RFC3339))
	}
	err := f.change(ctx, func(list []issued) ([]issued, error) {
		for _, other := range list {
			over, _ := other.over(f.now())
			switch {
			case other.ID == t.ID:
				return nil, errors.New("the token's random id is another's: try again")
			case other.Name == t.Name && over == "":
				return nil, fmt.Errorf("the name %q is that of the token %s, which is valid: take another name, or revoke that one first", t.Name, other.ID)
			}
		}
		return append(list, t), nil
	})
	if err != nil {
		return client.Secret{}, Token{}, err
	}
	return secret, t.Token, nil
}

// checkKey refuses what is no API key.
func checkKey(key client.Secret) error {
	text := key.Reveal()
	switch {
	case text == "":
		return errors.New("there is no API key")
	case IsToken(text):
		return errors.New("the API key is a token of this program: a token stands for a key of Meeting BaaS")
	}
	if _, err := credential(Key, text); err != nil {
		return fmt.Errorf("the API key is longer than %d characters, or has a space, a line break or another character that no key has: copy it again", maxCredential)
	}
	return nil
}

// Revoke ends a token, by its id, its name or the token itself. One that was
// revoked before stays so.
func (f *TokenFile) Revoke(ctx context.Context, which string) (Token, error) {
	if id, ok := tokenID(which); ok {
		which = id
	}
	var revoked Token
	err := f.change(ctx, func(list []issued) ([]issued, error) {
		t, err := find(list, which)
		if err != nil {
			return nil, err
		}
		if t.Revoked.IsZero() {
			t.Revoked = f.now().UTC().Truncate(time.Second)
		}
		revoked = t.Token
		return list, nil
	})
	return revoked, err
}

// find returns the token with an id, or the newest with a name: all others of
// that name are over.
func find(list []issued, which string) (*issued, error) {
	var byID, byName *issued
	for i := range list {
		switch t := &list[i]; which {
		case t.ID:
			byID = t
		case t.Name:
			byName = t
		}
	}
	switch {
	case byID != nil && byName != nil:
		return nil, fmt.Errorf("%s is the id of one token and the name of another, %s", which, byName.ID)
	case byID != nil:
		return byID, nil
	case byName != nil:
		return byName, nil
	case IsToken(which):
		return nil, errors.New("what was given is no whole token; the id or the name is enough, as 'meetmcp token list' shows them")
	}
	return nil, fmt.Errorf("no token has the id or the name %q; 'meetmcp token list' shows those that there are", which)
}

// Left is a token that Rewrap could not encrypt again.
type Left struct {
	Token
	Fault error
}

// Rewrap encrypts the API keys of all tokens again, under the first master key.
// It says how many those were, and names the valid tokens whose keys it could
// not decrypt.
func (f *TokenFile) Rewrap(ctx context.Context, keys *MasterKeys) (done int, left []Left, err error) {
	err = f.change(ctx, func(list []issued) ([]issued, error) {
		for i := range list {
			t := &list[i]
			key, fault := keys.open(t)
			over, _ := t.over(f.now())
			switch {
			case fault == nil:
				if err := keys.seal(t, key); err != nil {
					return nil, err
				}
				done++
			case over == "":
				left = append(left, Left{t.Token, fault})
			}
		}
		return list, nil
	})
	return done, left, err
}
