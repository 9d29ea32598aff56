package tools

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// zone is the argument of tools that take times.
type zone struct {
	Timezone string `json:"timezone,omitzero" jsonschema_description:"IANA zone of times given without one."`
}

// location is the zone that times without one are in.
func (c *Call) location(z zone) (*time.Location, error) {
	if z.Timezone == "" {
		return c.tool.policy.Timezone, nil
	}
	loc, err := time.LoadLocation(z.Timezone)
	if err != nil || z.Timezone == "Local" {
		return nil, badArgument("timezone %q is not known. Give an IANA name such as Europe/Paris, or UTC.", clip(z.Timezone, 40))
	}
	return loc, nil
}

var (
	duration   = regexp.MustCompile(`^([+-]?)(\d{1,7})\s*([smhdw])$`)
	units      = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	zoneless   = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}
	timeFormat = "Give RFC 3339 (2026-05-01T14:00:00Z), a date (2026-05-01), or a duration: 7d is 7 days ago, +7d in 7 days."
)

const century = 100 * 365 * 24 * time.Hour

// moment reads a time argument. A date stands for its first second, or with
// end for its last. "" gives the zero time.
func (c *Call) moment(name, text string, loc *time.Location, end bool) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	if m := duration.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return time.Time{}, badArgument("%s: %q is too long a time.", name, text)
		}
		if n > int(century/units[m[3]]) {
			return time.Time{}, badArgument("%s: %q is more than a century. Leave it out for no limit.", name, text)
		}
		back := time.Duration(n) * units[m[3]]
		if m[1] == "+" {
			back = -back
		}
		return c.Now.Add(-back), nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, loc); err == nil {
		if end {
			return day.AddDate(0, 0, 1).Add(-time.Second), nil
		}
		return day, nil
	}
	if t, ok := clockTime(text, loc); ok {
		return t, nil
	}
	return time.Time{}, badArgument("%s: %q is not a time. %s", name, clip(text, 40), timeFormat)
}

// inOrder refuses two bounds between which nothing can be.
func inOrder(fromName string, from time.Time, toName string, to time.Time) error {
	if from.IsZero() || to.IsZero() || !from.After(to) {
		return nil
	}
	return badArgument("%s (%s) is later than %s (%s), so nothing can match. 7d is 7 days ago, +7d in 7 days.",
		fromName, from.UTC().Format(time.RFC3339), toName, to.UTC().Format(time.RFC3339))
}

// clockTime reads RFC 3339, with or without a zone.
func clockTime(text string, loc *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, true
	}
	for _, layout := range zoneless {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// start reads when a bot shall join: RFC 3339, a time without zone, a duration
// ahead, or seconds since 1970. Milliseconds are refused, as the API would
// take them for a year far ahead.
func (c *Call) start(text string, loc *time.Location) (*client.UnixTime, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	at, ok := clockTime(text, loc)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		if seconds > 100_000_000_000 {
			return nil, badArgument("start_time %s looks like milliseconds. Give seconds since 1970, or a time such as 2026-05-01T14:00:00Z.", text)
		}
		at, ok = time.Unix(seconds, 0), true
	} else if strings.HasPrefix(text, "+") && duration.MatchString(text) {
		at, err = c.moment("start_time", text, loc, false)
		ok = err == nil
	}
	switch {
	case !ok:
		return nil, badArgument("start_time: %q is not a time of day. Give RFC 3339 (2026-05-01T14:00:00Z), seconds since 1970, or +15m.", clip(text, 40))
	case at.Before(c.Now.Add(-time.Minute)):
		return nil, badArgument("start_time %s is past (now is %s). Leave it out to send the bot now.", at.UTC().Format(time.RFC3339), c.Now.UTC().Format(time.RFC3339))
	case at.After(c.Now.AddDate(1, 0, 0)):
		return nil, badArgument("start_time %s is more than a year ahead. Check it.", at.UTC().Format(time.RFC3339))
	}
	return &client.UnixTime{Time: at}, nil
}

// stamp writes a time for a result, "" for none.
func stamp(t client.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// lasted writes a duration for people: 45 s, 12 min, 1 h 02.
func lasted(seconds int64) string {
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min", (seconds+30)/60)
	}
	minutes := (seconds + 30) / 60
	return fmt.Sprintf("%d h %02d", minutes/60, minutes%60)
}
