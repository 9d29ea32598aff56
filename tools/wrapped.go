package tools

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// wrappers are programs that put a link of their own in the place of each in a
// mail or a chat, and the argument of theirs that has the link which was there.
var wrappers = []struct {
	hosts     []string
	path      string
	arguments []string
}{
	{[]string{"safelinks.protection.outlook.com", "safelinks.protection.office365.us", "statics.teams.cdn.office.net"}, "", []string{"url"}},
	{[]string{"slack-redir.net"}, "/link", []string{"url"}},
	{[]string{"l.facebook.com", "lm.facebook.com", "l.messenger.com", "l.instagram.com"}, "", []string{"u"}},
	{[]string{"linkprotect.cudasvc.com"}, "", []string{"a"}},
	{[]string{"urldefense.proofpoint.com", "urldefense.com"}, "/v1/", []string{"u"}},
	{[]string{"clicktime.symantec.com"}, "", []string{"u"}},
	{[]string{"linkedin.com"}, "/redir/", []string{"url"}},
	{[]string{"linkedin.com"}, "/safety/go", []string{"url"}},
	{[]string{"youtube.com"}, "/redirect", []string{"q"}},
	{[]string{"duckduckgo.com"}, "/l/", []string{"uddg"}},
}

var (
	googleHost = regexp.MustCompile(`^(www\.)?google\.[a-z]{2,3}(\.[a-z]{2})?$`)
	v3Defense  = regexp.MustCompile(`/v3/__(.+)__;([^!]*)`)
	ciscoPath  = regexp.MustCompile(`(?i)/(https?(?:%3a|:).*)$`)
)

// unwrap returns the link that a wrapping one holds.
func unwrap(u *url.URL, host string) (string, bool) {
	query := u.Query()
	if googleHost.MatchString(host) && u.Path == "/url" {
		return firstOf(query, "q", "url")
	}
	if under(host, "urldefense.proofpoint.com", "urldefense.com") {
		switch {
		case strings.HasPrefix(u.Path, "/v2/"):
			text, err := url.PathUnescape(strings.NewReplacer("-", "%", "_", "/").Replace(query.Get("u")))
			return text, err == nil && text != ""
		case strings.HasPrefix(u.Path, "/v3/"):
			if m := v3Defense.FindStringSubmatch(u.String()); m != nil {
				return defended(m[1], m[2])
			}
			return "", false
		}
	}
	if under(host, "protection.sophos.com") {
		text, ok := base64Text(query.Get("u"))
		return text, ok && text != ""
	}
	if host == "secure-web.cisco.com" {
		if m := ciscoPath.FindStringSubmatch(u.EscapedPath()); m != nil {
			text, err := url.PathUnescape(m[1])
			return text, err == nil
		}
	}
	for _, w := range wrappers {
		if under(host, w.hosts...) && strings.HasPrefix(u.Path, w.path) {
			if text, ok := firstOf(query, w.arguments...); ok {
				return text, true
			}
		}
	}
	return "", false
}

func firstOf(query url.Values, names ...string) (string, bool) {
	for _, name := range names {
		if text := query.Get(name); text != "" {
			return text, true
		}
	}
	return "", false
}

// defended decodes the third form of Proofpoint's links: each * stands for the
// next of the characters that follow in base64, and **A for two of them, **B for
// three, and so on.
func defended(text, replaced string) (string, bool) {
	const runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	decoded, ok := base64Text(replaced)
	if !ok {
		return "", false
	}
	left := []rune(decoded)
	take := func(n int) string {
		n = min(n, len(left))
		out := string(left[:n])
		left = left[n:]
		return out
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '*':
			b.WriteByte(text[i])
		case i+2 < len(text) && text[i+1] == '*' && strings.IndexByte(runs, text[i+2]) >= 0:
			b.WriteString(take(strings.IndexByte(runs, text[i+2]) + 2))
			i += 2
		default:
			b.WriteString(take(1))
		}
	}
	// A browser makes one slash of two.
	out := b.String()
	for _, scheme := range []string{"https:/", "http:/"} {
		if rest, ok := strings.CutPrefix(out, scheme); ok && !strings.HasPrefix(rest, "/") {
			out = scheme + "/" + rest
		}
	}
	return out, true
}

// innerMeeting finds the link of a known platform among the arguments of a link
// whose host is not known: some other program has wrapped it.
func innerMeeting(u *url.URL, wraps int) (string, bool) {
	if wraps == 0 {
		return "", false
	}
	tried := 0
	query := u.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			if tried++; tried > 20 {
				return "", false
			}
			if decoded, ok := base64Text(value); ok && strings.HasPrefix(decoded, "http") {
				value = decoded
			}
			if !strings.HasPrefix(strings.ToLower(value), "http") {
				continue
			}
			if link, why := readLink(value, wraps-1); why == "" && known(link) {
				return link, true
			}
		}
	}
	return "", false
}
