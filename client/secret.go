package client

import (
	"fmt"
	"io"
	"log/slog"
)

// masked stands wherever a Secret is printed.
const masked = "…"

// Secret holds a key, password or token. Printing it in any way (fmt with any
// verb, slog, JSON) shows "…"; only the client's own request bodies, its key
// header and Reveal have the value. It holds a pointer so that even a struct
// printed with its unexported fields shows an address, not the text.
type Secret struct{ text *string }

// NewSecret wraps text; the empty text gives the zero Secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text itself. Use it only where it is to be compared or sent.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret; omitzero leaves such fields out.
func (s Secret) IsZero() bool { return s.text == nil }

// Format prints "…" for every verb, or nothing when there is no secret.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// String returns "…", or "" when there is no secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return masked
}

// LogValue shows a log the same.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText shows JSON the same.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
