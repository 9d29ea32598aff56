package configs

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that never prints: fmt, slog and JSON show "…" in its place.
type Secret struct{ text *string }

// NewSecret wraps text; the empty text gives the zero Secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// Format prints "…" for every verb, or nothing when there is no secret.
func (s Secret) Format(f fmt.State, _ rune) {
	if !s.IsZero() {
		_, _ = io.WriteString(f, "…")
	}
}

// LogValue shows a log the same.
func (s Secret) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText shows JSON the same.
func (s Secret) MarshalText() ([]byte, error) { return fmt.Append(nil, s), nil }
