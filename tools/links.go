package tools

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// mostWraps is how many links within each other are unwrapped.
const mostWraps = 5

// meetingLink finds the link to a meeting in what was given: it may be wrapped
// by a mail program, stand within a text, or lack its scheme. What leads to no
// meeting is refused with the reason; a host that is not known passes.
func (c *Call) meetingLink(text string) (string, error) {
	link, err := linkIn(text)
	if err != "" {
		return "", badArgument("meeting_url: %s", err)
	}
	if link != strings.TrimSpace(text) {
		c.note("meeting_url was read as " + clip(link, 300) + ".")
	}
	return link, nil
}

// linkSent is the link that a bot was sent when it was given a wrapped one, and
// any other text as it is, since a part of a link finds bots, too.
func (c *Call) linkSent(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	link, refusal := linkIn(text)
	if refusal != "" || !known(link) || strings.EqualFold(link, text) {
		return text
	}
	c.note("meeting_url was read as " + clip(link, 300) + ".")
	return link
}

// linkIn is meetingLink without the call. The refusal is "" when there is none.
func linkIn(text string) (link, refusal string) {
	const none = "there is no link in this. Give the whole link to the meeting, as its invitation has it."
	found := linksIn(text)
	if len(found) == 0 {
		return "", none
	}
	for _, candidate := range found {
		read, why := readLink(candidate, mostWraps)
		if why == "" && known(read) {
			return read, ""
		}
		if link == "" && refusal == "" { // the first one counts where none is known
			link, refusal = read, why
		}
	}
	if refusal != "" {
		return "", refusal
	}
	return link, ""
}

// linkChars are what a link within a text is made of.
var linkChars = regexp.MustCompile(`[^\s<>"'` + "`" + `|\\^]+`)

// hostName is how the host of a link without scheme looks.
var hostName = regexp.MustCompile(`^[\p{L}\d-]+(\.[\p{L}\d-]+)*\.\p{L}{2,}\.?(:\d+)?$`)

// linksIn finds the links that stand within a text, with or without a scheme.
func linksIn(text string) (links []string) {
	whole := strings.Trim(strings.TrimSpace(text), "<>\"'")
	if strings.HasPrefix(strings.ToLower(whole), "http") && !strings.ContainsFunc(whole, func(r rune) bool { return unicode.IsSpace(r) || r == '\\' || r == '<' || r == '>' }) {
		return []string{strings.TrimRight(whole, ".,;:!?)]")} // quotes and braces may be its own
	}
	for _, word := range linkChars.FindAllString(text, 40) {
		if at := strings.Index(word, "://"); at > 0 { // what stands before it, as (https:// or url=https://
			start := at
			for start > 0 && word[start-1] < utf8.RuneSelf && (unicode.IsLetter(rune(word[start-1])) || unicode.IsDigit(rune(word[start-1]))) {
				start--
			}
			word = word[start:]
		}
		word = strings.TrimRight(strings.TrimLeft(word, "([{*_,;:"), ".,;:!?)]}*_")
		host, _, _ := strings.Cut(word, "/")
		host, _, _ = strings.Cut(host, "?")
		if strings.Contains(word, "://") || strings.HasPrefix(strings.ToLower(word), "msteams:/") || hostName.MatchString(host) {
			links = append(links, word)
		}
	}
	return links
}

// readLink unwraps a link, puts its form right, and refuses what leads to no
// meeting.
func readLink(text string, wraps int) (link, refusal string) {
	if app, ok := fromApp(text); ok {
		text = app
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "", "this is not a link. Give the whole link to the meeting, as its invitation has it."
	}
	if u.Scheme = strings.ToLower(u.Scheme); u.Scheme != "https" && u.Scheme != "http" {
		return "", "a meeting's link begins with https://, not " + clip(u.Scheme, 20) + "://."
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if u.User != nil {
		return "", "this leads to " + clip(host, 80) + ", and not to what stands before the @. Give the link without what is before the @."
	}
	if inner, ok := unwrap(u, host); ok {
		if wraps == 0 {
			return "", "too many links are wrapped within each other here. Give the meeting's own link."
		}
		return readLink(inner, wraps-1)
	}
	if why := noMeeting(u, host); why != "" {
		return "", why
	}
	if !official(host) {
		if inner, ok := innerMeeting(u, wraps); ok {
			return inner, ""
		}
		if name := looksLike(host); name != "" {
			return "", "the host " + clip(host, 80) + " only looks like " + name + "'s. Check where the link comes from; do not join."
		}
		return text, ""
	}
	return tidy(u, host), ""
}

// officialHosts are the platforms' own; those below them are, too.
var officialHosts = []string{
	"meet.google.com", "zoom.us", "zoom.com", "zoomgov.com", "zoom.com.cn",
	"teams.microsoft.com", "teams.live.com", "teams.microsoft.us", "teams.cloud.microsoft",
}

func official(host string) bool { return under(host, officialHosts...) }

func known(link string) bool {
	u, err := url.Parse(link)
	return err == nil && official(u.Hostname())
}

// under reports whether a host is one of some, or below one of them.
func under(host string, names ...string) bool {
	for _, name := range names {
		if host == name || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	return false
}

// fromApp turns links that open an app into those that open in a browser.
func fromApp(text string) (string, bool) {
	lower := strings.ToLower(text)
	if path, ok := strings.CutPrefix(lower, "msteams:"); ok {
		return "https://teams.microsoft.com/" + strings.TrimLeft(text[len(text)-len(path):], "/"), true
	}
	for _, scheme := range []string{"zoommtg://", "zoomus://"} {
		if !strings.HasPrefix(lower, scheme) {
			continue
		}
		u, err := url.Parse("https://" + text[len(scheme):])
		if err != nil || u.Query().Get("confno") == "" {
			return "", false
		}
		return withPassword(u, u.Query().Get("confno")), true
	}
	return "", false
}

// withPassword is a Zoom link to a meeting's number, with the password that
// another link to it has.
func withPassword(u *url.URL, number string) string {
	link := "https://" + strings.ToLower(u.Host) + "/j/" + number
	if password := u.Query().Get("pwd"); password != "" {
		link += "?" + url.Values{"pwd": {password}}.Encode()
	}
	return link
}

var (
	zoomClient   = regexp.MustCompile(`^/(?:wc/join/|wc/|s/|launch/[a-z]+/)(\d{9,12})(?:/.*)?$`)
	launcherPath = regexp.MustCompile(`/(?:l/meetup-join|meet)/.*`)
)

// tidy puts a link of a known platform into the form that bots are sent.
func tidy(u *url.URL, host string) string {
	clean := *u
	clean.Scheme, clean.Host = "https", strings.TrimSuffix(strings.ToLower(u.Host), ".")
	clean.Host = strings.Replace(clean.Host, ".:", ":", 1)
	switch {
	case host == "meet.google.com":
		clean.Path, clean.RawPath = strings.ToLower(u.Path), ""
	case under(host, "zoom.us", "zoom.com", "zoomgov.com", "zoom.com.cn"):
		if m := zoomClient.FindStringSubmatch(u.Path); m != nil {
			return withPassword(&clean, m[1])
		}
	case strings.HasPrefix(host, "teams.") || strings.Contains(host, ".teams."):
		// The launcher, and the web client, have the meeting's path as an argument.
		inner := u.Query().Get("url")
		if inner == "" && !launcherPath.MatchString(u.Path) {
			inner = u.Fragment
		}
		if path := launcherPath.FindString(inner); path != "" {
			return "https://" + clean.Host + path
		}
	}
	return clean.String()
}

// noMeeting says why a page of a known host is no meeting's.
func noMeeting(u *url.URL, host string) string {
	path := strings.ToLower(strings.Trim(u.Path, "/"))
	first, _, _ := strings.Cut(path, "/")
	is := func(names ...string) bool {
		for _, name := range names {
			if path == name || strings.HasPrefix(path, name+"/") {
				return true
			}
		}
		return false
	}
	const copyIt = " Open it, and copy the link to the meeting itself."
	switch {
	case host == "meet.google.com" && (path == "" || is("new", "landing", "about", "getapp", "_meet", "tel", "calling", "call", "hello", "download")):
		return "meet.google.com/" + clip(first, 20) + " opens no meeting that there is already. Give the link with the meeting's code, as meet.google.com/abc-defg-hij."
	case host == "meet.google.com" && is("lookup"), host == "g.co" && is("meet"):
		return "this is a meeting's nickname, which only opens for people of its own organisation. Give the link with the meeting's code, as meet.google.com/abc-defg-hij."
	case under(host, "zoom.us", "zoom.com", "zoomgov.com", "zoom.com.cn"):
		switch {
		case is("rec", "recording", "recordings", "clips", "clip"):
			return "this is the link to a recording, not to a meeting. A bot can only join a meeting."
		case is("meeting/register", "webinar/register"), is("meeting") && strings.Contains(path, "/register"):
			return "this is the page to register for a meeting. Register, and give the link that comes by mail."
		case path == "" || is("join", "signin", "signup", "download", "profile", "calendar", "docs", "notes", "pricing", "meeting", "home", "account", "support", "u"):
			return "this is a page of Zoom's, and no meeting. Give a link such as zoom.us/j/… or zoom.us/my/…."
		}
	case official(host): // Teams
		switch {
		case is("l/channel", "l/chat", "l/message", "l/team", "l/file", "l/entity", "l/app", "l/call", "l/task"):
			return "this opens a " + strings.TrimPrefix(clip(strings.Join(strings.SplitN(path, "/", 3)[:2], "/"), 20), "l/") + " of Teams, and no meeting. Give the link of the meeting's invitation (teams.microsoft.com/l/meetup-join/… or /meet/…)."
		case is("recordings", "downloads", "l/stream") || path == "" && u.RawQuery == "" && u.Fragment == "":
			return "this is a page of Teams', and no meeting. Give the link of the meeting's invitation (teams.microsoft.com/l/meetup-join/… or /meet/…)."
		}
	case under(host, "calendar.google.com", "calendar.app.google", "calendly.com", "cal.com"), under(host, "google.com") && is("calendar"),
		under(host, "outlook.office.com", "outlook.office365.com", "outlook.live.com") && (is("calendar", "owa", "bookwithme")):
		return "this is a page of a calendar, and no meeting." + copyIt + " For an event of a connected calendar use schedule_recording."
	case under(host, "drive.google.com", "docs.google.com", "sharepoint.com", "1drv.ms", "onedrive.live.com", "stream.microsoft.com", "microsoftstream.com", "youtube.com", "youtu.be", "vimeo.com", "loom.com", "dropbox.com"):
		return "this is the link to a recording or a file, not to a meeting. A bot can only join a meeting."
	case under(host, "mimecast.com", "mimecastprotect.com", "mimecast.us"):
		return "Mimecast has wrapped this link so that only Mimecast can open it." + copyIt
	case under(host, "bit.ly", "tinyurl.com", "t.co", "lnkd.in", "goo.gl", "ow.ly", "is.gd", "rb.gy", "cutt.ly", "rebrand.ly", "buff.ly", "aka.ms", "t.ly"):
		return "this is a shortened link, and where it leads is not known here." + copyIt
	}
	return ""
}

// looksLike names the platform that a host imitates, "" if none.
func looksLike(host string) string {
	if name, err := idna.ToUnicode(host); err == nil {
		host = name
	}
	folded := skeleton(host)
	for _, row := range []struct {
		name  string
		words []string // which a host has without its dots and hyphens
	}{
		{"Google Meet", []string{"meetgoogle", "googlemeet", "meetsgoogle", "gmeet"}},
		{"Zoom", []string{"zoomus", "uszoom", "zoomgov", "zoommeet", "zoomcall", "zoomjoin", "joinzoom", "zoomcom"}},
		{"Teams", []string{"teamsmicrosoft", "microsoftteams", "teamslive", "msteams", "microsoftmeet", "teamsmeet"}},
	} {
		for _, word := range row.words {
			if strings.Contains(folded, word) {
				return row.name
			}
		}
	}
	labels := strings.Split(host, ".")
	for _, i := range []int{2, 3} { // zoom.uk, zoom.co.uk, and in other letters
		if i <= len(labels) && (i == 2 || len(labels[len(labels)-2]) <= 3) {
			if label := skeleton(labels[len(labels)-i]); label == "zoom" || label == "zooom" || label == "zom" {
				return "Zoom"
			}
		}
	}
	for real, name := range map[string]string{"meetgooglecom": "Google Meet", "teamsmicrosoftcom": "Teams", "teamslivecom": "Teams"} {
		if differ(folded, real) <= 2 {
			return name
		}
	}
	return ""
}

// alike are letters that look like others.
var alike = strings.NewReplacer("0", "o", "1", "l", "3", "e", "5", "s", "rn", "m", "vv", "w", "а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "у", "y", "х", "x", "ѕ", "s", "і", "i", "ӏ", "l", "м", "m", "т", "t", "г", "r", "ʐ", "z", "ᴢ", "z", "ο", "o", "ε", "e", "ι", "i", "μ", "m", "υ", "u", "ց", "g", "օ", "o", "ɡ", "g", "ı", "i", ".", "", "-", "", "_", "")

// skeleton folds a host so that those which look alike become the same.
func skeleton(host string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ToLower(host)))
	return alike.Replace(plain)
}

// differ counts the letters in which two short words differ, 9 when they differ
// much in length.
func differ(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return 9
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := before
			if a[i-1] != b[j-1] {
				cost++
			}
			before = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// base64Text decodes base64 of either alphabet, with padding or without.
func base64Text(text string) (string, bool) {
	text = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(text)
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return string(raw), err == nil && utf8.Valid(raw)
}
