package access

import (
	"crypto/sha256"
	"sync/atomic"
)

// CountHashes counts the hashes that a door makes from now on.
func CountHashes(t *Tokens) *atomic.Int64 {
	var n atomic.Int64
	made := t.hash
	t.hash = func(raw []byte) [sha256.Size]byte {
		n.Add(1)
		return made(raw)
	}
	return &n
}

// Look has a door look at its file now.
func Look(t *Tokens) { t.look() }

// ParseTokens reads a token file, and writes it again.
func ParseTokens(raw []byte) (all []Token, again []byte, err error) {
	list, err := parseTokens(raw)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range list {
		all = append(all, t.Token)
	}
	again, err = writeTokens(list)
	return all, again, err
}

// TokenID takes the id out of a token.
var TokenID = tokenID
