package client

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// shortestSecret is how long a text must be to be masked: a shorter one keeps
// nothing secret, and would only make holes in words.
const shortestSecret = 6

// mask hides secrets in words of the API's, in every form that they may take
// there.
type mask []string

func maskOf(secrets ...string) mask {
	var m mask
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			m = append(m, s, url.QueryEscape(s), url.PathEscape(s), escaped(s), escaped(escaped(s)))
		}
	}
	slices.SortFunc(m, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	return slices.Compact(m)
}

func (m mask) text(text string) string {
	for _, secret := range m {
		text = strings.ReplaceAll(text, secret, masked)
	}
	return text
}

// json hides them in decoded JSON, which it changes.
func (m mask) json(v any) any {
	switch v := v.(type) {
	case string:
		return m.text(v)
	case []any:
		for i := range v {
			v[i] = m.json(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = m.json(v[name])
		}
	}
	return v
}

// escaped is a text as JSON has it between the quotes, as does a refusal that
// repeats the body it could not read.
func escaped(text string) string {
	raw, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return text // it is not UTF-8, and no body had it
	}
	return string(raw[1 : len(raw)-1])
}
