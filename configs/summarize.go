package configs

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/meetmcp/meetmcp/internal/unfilled"
)

// summarize finds the model that writes summaries, if one is named.
func (c *checker) summarize(given *flags, command string) SummarizeConfig {
	s := SummarizeConfig{
		Model:     strings.TrimSpace(given.SummarizeModel),
		Context:   c.size("--summarize-context", given.SummarizeContext, 2000),
		MaxTokens: c.size("--summarize-max-cost-tokens", given.SummarizeMaxCostTokens, 0),
	}
	if s.Model == "" || !slices.Contains([]string{"stdio", "serve", "call"}, command) {
		s.Model = ""
		return s
	}
	key, address := strings.TrimSpace(c.env["OPENAI_API_KEY"]), strings.TrimSpace(c.env["OPENAI_BASE_URL"])
	if key == "" && address == "" {
		c.wrong("--summarize-model needs OPENAI_API_KEY, or OPENAI_BASE_URL with the address of a server that asks for no key, such as http://127.0.0.1:11434/v1 for Ollama.")
	}
	form := unfilled.Form(key)
	switch {
	case form != "" && (address == "" || strings.HasPrefix(form, "$") || strings.HasPrefix(form, "{{")): // servers of one's own take any word
		c.unfilled("OPENAI_API_KEY", key)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		c.wrong("OPENAI_API_KEY has a space, a line break or another character that no key has. Copy it again.")
	}
	s.Key = NewSecret(key)
	if address == "" {
		return s
	}
	base, ok := baseURL(address)
	if !ok {
		c.wrong("OPENAI_BASE_URL must be an address such as http://127.0.0.1:11434/v1, without a user, ? or #.")
		return s
	}
	s.BaseURL = base
	if u, err := url.Parse(base); err == nil && u.Path == "" { // only the host: its API is where such APIs are
		s.BaseURL += "/v1"
		if strings.HasSuffix(u.Hostname(), ".azure.com") {
			s.BaseURL = base + "/openai/v1"
		}
	}
	return s
}

// size reads a number of tokens of a model.
func (c *checker) size(flag, text string, least int) int {
	n, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
	if err != nil || n < least || n > 100_000_000 {
		c.wrong("%s: %q is not a number of tokens from %d on, such as 32000.", flag, text, least)
	}
	return n
}
