package untrusted

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Mask hides secrets wherever an answer repeats them.
type Mask struct{ secrets []string }

// shortestSecret is how many bytes a text must have to be masked: a shorter one
// keeps nothing secret, and would only make holes in words.
const shortestSecret = 6

// Add hides secrets that are known to be such.
func (m *Mask) Add(secrets ...string) {
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			m.secrets = append(m.secrets, s, url.QueryEscape(s))
		}
	}
	slices.SortFunc(m.secrets, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	m.secrets = slices.Compact(m.secrets)
}

// AddFrom hides what decoded JSON has under names of secrets, as far as it looks
// like one: a word that others use, too, stays.
func (m *Mask) AddFrom(v any) { m.collect(v, false, mostDepth) }

func (m *Mask) collect(v any, secret bool, depth int) {
	if depth == 0 || len(m.secrets) > 2*mostMembers {
		return
	}
	switch v := v.(type) {
	case string:
		if secret && len(v) > shortestSecret+1 && len(v) < textLimit && strings.ContainsFunc(v, unicode.IsDigit) && strings.ContainsFunc(v, unicode.IsLetter) {
			m.Add(v)
		}
	case []any:
		for _, item := range v[:min(len(v), mostMembers)] {
			m.collect(item, secret, depth-1)
		}
	case map[string]any:
		seen := 0
		for name, value := range v {
			if seen++; seen > mostMembers {
				return
			}
			m.collect(value, secret || secretName(name), depth-1)
		}
	}
}

// Text hides the secrets in a text.
func (m *Mask) Text(text string) string {
	for _, secret := range m.secrets {
		text = strings.ReplaceAll(text, secret, Hidden)
	}
	return text
}

// JSON hides them in decoded JSON, which it changes.
func (m *Mask) JSON(v any) any {
	if len(m.secrets) == 0 {
		return v
	}
	switch v := v.(type) {
	case string:
		return m.Text(v)
	case []any:
		for i := range v {
			v[i] = m.JSON(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = m.JSON(v[name])
		}
	}
	return v
}
