package sandbox

import (
	"hash/fnv"
	"net/url"
	"regexp"
	"strings"
)

// platform is whose meeting a link leads to.
type platform int

const (
	zoom platform = iota
	meet
	teams
)

// link is a meeting's link as a bot reads it.
type link struct {
	platform platform
	code     string // tells one meeting from another
	valid    bool
}

var (
	meetCode  = regexp.MustCompile(`meet\.google\.com/(?:[^\s]*/)?([a-z]{3}-?[a-z]{4}-?[a-z]{3})(?:$|[^a-z-])`)
	zoomCode  = regexp.MustCompile(`/(?:j|s|w|wc|wc/join)/(\d{3,})|/my/([\w.-]+)`)
	teamsCode = regexp.MustCompile(`/l/meetup-join/([^?#\s]+)|teams\.live\.com/meet/([^?#\s]+)|teams\.microsoft\.com/meet/([^?#\s]+)|light-meetings/([^\s]+)`)
)

// readLink reads a link as the bots do: the platform by a part of the text,
// Zoom if none fits; text around the link does not matter.
func readLink(text string) link {
	if i := strings.Index(text, "google.com/url?"); i >= 0 { // as Google's calendar wraps links
		if u, err := url.Parse("https://" + text[i:]); err == nil && u.Query().Get("q") != "" {
			text = u.Query().Get("q")
		}
	}
	l := link{platform: zoom}
	pattern := zoomCode
	switch lower := strings.ToLower(text); {
	case strings.Contains(lower, "meet.google"):
		l.platform, pattern = meet, meetCode
		text = lower
	case strings.Contains(lower, "teams.microsoft") || strings.Contains(lower, "teams.live"):
		l.platform, pattern = teams, teamsCode
	}
	for i, part := range pattern.FindStringSubmatch(text) {
		if i > 0 && part != "" {
			l.code, l.valid = strings.ReplaceAll(part, "-", ""), true
		}
	}
	// The codes of failures are links too, whatever their form.
	l.valid = l.valid || failureIn(text) != nil
	return l
}

// pick chooses one of n by the meeting's code, always the same.
func (l link) pick(n int) int {
	hash := fnv.New32a()
	hash.Write([]byte(l.code))
	return int(hash.Sum32() % uint32(n))
}
