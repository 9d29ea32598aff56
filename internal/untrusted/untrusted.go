// Package untrusted holds words that come from outside: from the API, from who
// sends bots, from guests. Its types can only be made clean, so that a field of
// one of them can be shown wherever it stands.
package untrusted

import (
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Limits in characters.
const (
	linkLimit = 300
	wordLimit = 300 // ids at calendars' providers have up to some 200
	textLimit = 1000
	fileLimit = 4000
)

// Text is one clean line of what people wrote: a title, a name, a reason.
// Results name the fields that are such.
type Text struct{ s string }

// Line cleans a text, hides the secrets of addresses in it, and cuts it at limit
// characters.
func Line(text string, limit int) Text { return Text{line(text, limit)} }

func line(text string, limit int) string {
	if most := 16*limit + 4096; len(text) > most {
		text = text[:most] + " …"
	}
	return transcript.Line(withoutSecrets(text), limit)
}

// Name cleans a name or title.
func Name(text string) Text { return Line(text, transcript.NameLimit) }

// Link cleans a URL that people gave.
func Link(text string) Text { return Line(text, linkLimit) }

// Long cleans a text of some sentences.
func Long(text string) Text { return Line(text, textLimit) }

// Speech cleans what somebody said, however long.
func Speech(text string) Text { return Text{transcript.Inline(text)} }

// String returns the clean text.
func (t Text) String() string { return t.s }

// IsZero reports that there is no text.
func (t Text) IsZero() bool { return t.s == "" }

// Quoted sets the text apart from what stands around it, so that nobody's name
// is taken for a field of the server's. Unlike %q it leaves joiners and isolates be.
func (t Text) Quoted() string { return quoted(t.s) }

func quoted(s string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + `"` // a Replacer costs more to make than to use
}

// MarshalJSONTo writes the text as a JSON string.
func (t Text) MarshalJSONTo(enc *jsontext.Encoder) error { return enc.WriteToken(jsontext.String(t.s)) }

// MarshalText writes the text for encoding/json.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.s), nil }

// UnmarshalText cleans what it reads.
func (t *Text) UnmarshalText(raw []byte) error {
	*t = Long(string(raw))
	return nil
}

// Word is a word of the API's own: an id, a state, a provider, a path. As a rule
// it has neither spaces nor signs that could steer anything; one that has is
// cleaned and counts as people's.
type Word struct{ s string }

// ID cleans an id or another word of the API's.
func ID(text string) Word { return Word{line(text, wordLimit)} }

// File is the address of a file as the API gave it, whole, as it works only with
// its signature. What is no address is cut like any other word.
func File(address string) Word {
	u, err := url.Parse(address)
	if w := (Word{address}); err == nil && u.Host != "" && u.User == nil && len(address) <= fileLimit && !w.Odd() {
		return w
	}
	return ID(address)
}

// IDs cleans several.
func IDs(all []string) []Word {
	out := make([]Word, len(all))
	for i, text := range all {
		out[i] = ID(text)
	}
	return out
}

// String returns the word, in quotes if it is none of the kind that ids are.
func (w Word) String() string {
	if w.Odd() {
		return quoted(w.s)
	}
	return w.s
}

// IsZero reports that there is no word.
func (w Word) IsZero() bool { return w.s == "" }

// Odd reports that the word has what no id has, such as spaces.
func (w Word) Odd() bool {
	for i := range len(w.s) {
		switch c := w.s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("-_.:@/+=%~#&?,", c) < 0:
			return true
		}
	}
	return false
}

// MarshalJSONTo writes the word as a JSON string.
func (w Word) MarshalJSONTo(enc *jsontext.Encoder) error { return enc.WriteToken(jsontext.String(w.s)) }

// MarshalText writes the word for encoding/json.
func (w Word) MarshalText() ([]byte, error) { return []byte(w.s), nil }

// UnmarshalText cleans what it reads.
func (w *Word) UnmarshalText(raw []byte) error {
	*w = ID(string(raw))
	return nil
}
