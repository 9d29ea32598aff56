// Package unfilled recognises what stands where a key should be, when nobody
// put the key in.
package unfilled

import (
	"regexp"
	"strings"
)

// forms are how placeholders look. The names in them are upper case where a
// password could look alike.
var forms = []struct {
	shown   string
	pattern *regexp.Regexp
}{
	{"${NAME}", regexp.MustCompile(`\$\{[^}]*\}?`)},
	{"{{NAME}}", regexp.MustCompile(`\{\{.*`)},
	{"$(NAME)", regexp.MustCompile(`^\$\([^)]*\)$`)},
	{"$NAME", regexp.MustCompile(`^\$(env:|Env:|ENV:)?[A-Z_][A-Z0-9_]*$`)},
	{"%NAME%", regexp.MustCompile(`^%[A-Z_][A-Z0-9_]*%$`)},
	{"<your key>", regexp.MustCompile(`^<[^>]*>$`)},
	{"[your key]", regexp.MustCompile(`^\[[^\]]*\]$`)},
	{"{key}", regexp.MustCompile(`^\{[^}]*\}$`)},
	{"env:NAME", regexp.MustCompile(`^(env[:.]|process\.env\.|os\.environ)`)},
	{"op://…", regexp.MustCompile(`^op://`)},
	{"MEETING_BAAS_API_KEY", regexp.MustCompile(`^_*([A-Z][A-Z0-9]*_)*(API_)?(KEY|TOKEN|SECRET)_*$`)},
	{"your key", regexp.MustCompile(`(?i)^(your|my|the|insert|enter|paste|put|replace|change|add|set)[-_ ]?([a-z]+[-_ ]?)*(key|token|secret)([-_ ]?(here|goes|in))*$`)},
	{"changeme", regexp.MustCompile(`(?i)^(change|replace|fill|edit)[-_ ]?(me|this|in)$|^(todo|tbd|placeholder|api[-_ ]?key|none|null|undefined)$`)},
	{"xxx", regexp.MustCompile(`(?i)^(([a-z]{2,4}[-_])?(x{3,}[-_]?)+|\*{3,}|\.{3,}|…)$`)},
}

// Form says how the placeholder looks that a text is, as "${NAME}", and "" when
// it is none. It shows nothing of the text itself, in which there may be a key.
func Form(text string) string {
	text = strings.Trim(strings.TrimSpace(text), `"'`+"`")
	if len(text) > 200 {
		return ""
	}
	for _, f := range forms {
		if f.pattern.MatchString(text) {
			return f.shown
		}
	}
	return ""
}
