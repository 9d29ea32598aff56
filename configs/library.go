package configs

import (
	"strconv"
	"strings"
	"time"
)

// What is kept for strangers, unless the operator says otherwise.
const (
	usualTTL   = 30 * 24 * time.Hour
	usualQuota = 1000
	longestTTL = 10 * 365 * 24 * time.Hour
)

// bounds finds how long and how much is kept: for good and without limit only
// where one person has the server to themselves.
func (c *checker) bounds(s *Serving, given *serveFlags) {
	if s.Shared() || s.Redis != "" {
		s.LibraryTTL = usualTTL
	}
	if s.Shared() {
		s.LibraryQuota = usualQuota
	}
	if text := given.LibraryTTL; text != "" {
		s.LibraryTTL = c.days("--library-ttl", text, time.Minute, longestTTL)
	}
	if text := given.LibraryQuota; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			c.wrong("--library-quota: %q is not a number of meetings from 1 up.", text)
		}
		s.LibraryQuota = n
	}
}

// days takes a duration that may be given in days, such as 30d.
func (c *checker) days(flag, text string, least, most time.Duration) time.Duration {
	d, err := time.ParseDuration(text)
	if number, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(number)
		d = time.Duration(min(max(n, -1), 1_000_000)) * 24 * time.Hour // not beyond what a duration holds
	}
	if err != nil || d < least || d > most {
		c.wrong("%s: %q is not a duration from %s to %dd, such as 30d or 12h.", flag, text, least, most/(24*time.Hour))
	}
	return d
}

// keeping checks that there is a library to look after, and whose it is.
func (c *checker) keeping(config *Config, verb string) {
	do := map[string]string{"status": "look at", "sync": "read meetings into", "purge": "forget meetings of"}[verb]
	switch {
	case config.Library == "off":
		c.wrong("--library off keeps nothing, so there is no library to %s. Leave --library out, or name a file.", do)
	case config.Library == "memory":
		c.wrong("A library in memory (--library memory, or --sandbox without --library) lasts only while a server runs, so there is none to %s. Name a file: --library FILE.", do)
	}
	if verb != "purge" {
		return
	}
	switch {
	case config.All && config.BotID != "":
		c.wrong("--all forgets every meeting and --bot-id only one. Give one of them.")
	case !config.All && config.Key.IsZero() && !config.Sandbox.On:
		c.wrong("Without a key it cannot be told which meetings are yours. Set MEETING_BAAS_API_KEY to the key that they were read with, or add --all to forget those of every key.")
	}
}
