package access

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/meetmcp/meetmcp/client"
)

// MasterKeySize is the length of a master key, in bytes.
const MasterKeySize = 32

// MasterKey encrypts the API keys that tokens stand for.
type MasterKey struct {
	ID  string
	Key client.Secret // the MasterKeySize bytes as they are
}

// MasterKeys are all that are in use: the first encrypts, and each decrypts
// what it has encrypted.
type MasterKeys struct {
	first string
	by    map[string]cipher.AEAD // ID
}

// NewMasterKeys takes the keys in their order.
func NewMasterKeys(keys ...MasterKey) (*MasterKeys, error) {
	m := &MasterKeys{by: map[string]cipher.AEAD{}}
	for _, key := range keys {
		if m.first == "" {
			m.first = key.ID
		}
		raw := []byte(key.Key.Reveal())
		if len(raw) != MasterKeySize || key.ID == "" || m.by[key.ID] != nil {
			return nil, fmt.Errorf("master key %q: there must be %d bytes, and an id that no other has", key.ID, MasterKeySize)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, fmt.Errorf("master key %q: %w", key.ID, err)
		}
		if m.by[key.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("master key %q: %w", key.ID, err)
		}
	}
	return m, nil
}

// seal encrypts what a token stands for under the first master key, together
// with what the token may do: neither can be put to another use.
func (m *MasterKeys) seal(t *issued, key client.Secret) error {
	if m.first == "" {
		return errors.New("there is no master key")
	}
	bound, err := t.bound()
	if err != nil {
		return err
	}
	t.MasterKey = m.first
	t.SealedKey = m.by[m.first].Seal(nil, nil, []byte(key.Reveal()), bound)
	return nil
}

// open decrypts what a token stands for.
func (m *MasterKeys) open(t *issued) (client.Secret, error) {
	by := m.by[t.MasterKey]
	if by == nil {
		return client.Secret{}, fmt.Errorf("its master key %q is not among those given", t.MasterKey)
	}
	bound, err := t.bound()
	if err != nil {
		return client.Secret{}, err
	}
	key, err := by.Open(nil, nil, t.SealedKey, bound)
	if err != nil {
		return client.Secret{}, fmt.Errorf("the master key %q is another than the one that encrypted it, or the token was changed in the file", t.MasterKey)
	}
	return client.NewSecret(string(key)), nil
}
