package client

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Destination is a URL to which the API will send a meeting's data, or from
// which it will ask for a token.
type Destination string

// Target is where a URL leads.
type Target struct {
	Scheme string // https, wss, http or ws
	Host   string // a name in ASCII and lower case without a dot at its end, or an address without brackets

	text string
	addr netip.Addr // zero for a name
}

// String returns the URL as it was given, but for a host that was not ASCII.
func (t Target) String() string { return t.text }

var (
	// hostname is a name as DNS has it; some people's have underscores.
	hostname = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
	// number is a last label for which the whole host is taken to be an IPv4
	// address, be it written in octal, hexadecimal or fewer parts.
	number = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)
)

var errNotURL = errors.New("not a URL")

// Target reads the URL. It refuses what two programs could read differently, so
// that whoever calls it in the end finds the host that was found here.
func (d Destination) Target() (Target, error) {
	text := string(d)
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r == ' ' || r == '\\' || !unicode.IsPrint(r) }) {
		return Target{}, errors.New("a URL must not hold spaces, line breaks, backslashes or characters that cannot be seen")
	}
	scheme, rest, _ := strings.Cut(text, "://")
	t := Target{Scheme: strings.ToLower(scheme), text: text}
	if !slices.Contains([]string{"https", "wss", "http", "ws"}, t.Scheme) {
		return Target{}, errors.New("a URL must begin with https:// or wss://")
	}
	before, _, _ := strings.Cut(rest, "/")
	if strings.Contains(before, "@") {
		return Target{}, errors.New("a URL must not hold a user name or password, nor an @ before the first / of its path")
	}
	u, err := url.Parse(text)
	if err != nil || !strings.HasPrefix(rest, u.Host) { // as with percent signs in the host
		return Target{}, errNotURL
	}
	if strings.HasSuffix(u.Host, ":") || u.Port() != "" && !isPort(u.Port()) {
		return Target{}, errors.New("the port must be a number from 1 to 65535; leave it out with its colon for the usual one")
	}
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		if t.addr, err = netip.ParseAddr(host); err != nil {
			return Target{}, errNotURL
		}
		t.Host = t.addr.String()
		return t, nil
	}
	if t.Host, err = toASCII(host); err != nil {
		return Target{}, err
	}
	if number.MatchString(t.Host) {
		if t.addr, err = netip.ParseAddr(t.Host); err != nil {
			return Target{}, errors.New("an IPv4 address must be written as four decimal numbers")
		}
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		t.text = scheme + "://" + t.Host + rest[len(host):]
	}
	return t, nil
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0 && text[0] != '0'
}

// longest is how many bytes of a name are looked at; in ASCII it has 253 at most.
const longest = 1024

// toASCII writes a name as DNS has it.
func toASCII(host string) (string, error) {
	if len(host) <= longest {
		// Unlike idna.Lookup this takes names with hyphens in odd places, as some are.
		profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.CheckHyphens(false), idna.StrictDomainName(false))
		name, err := profile.ToASCII(host)
		name = strings.TrimSuffix(name, ".")
		if err == nil && len(name) <= 253 && hostname.MatchString(name) {
			return name, nil
		}
	}
	return "", errors.New("a URL must name its host plainly, as in https://hooks.example.org")
}

// tld is how the last label of a name on the internet looks.
var tld = regexp.MustCompile(`^([a-z]{2,}|xn--[a-z0-9-]+)$`)

// inside are names within networks, and those below them: reserved for that, or
// used for it so widely that they were never given out.
var inside = []string{
	"localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "mail", "lan", "home.arpa", "svc", "default", "consul",
	// Services of clouds for their own machines.
	"metadata.goog", "metadata.tencentyun.com",
	// Everybody's names for loopback, or for whatever address a name spells.
	"localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "localho.st", "localdev.me", "local.gd", "fuf.me",
	"nip.io", "sslip.io", "xip.io", "traefik.me", "backname.io", "rbndr.us", "1u.ms",
}

// CheckPublic returns an error unless the target is on the internet, as far as
// its spelling tells: a name is not looked up.
func (t Target) CheckPublic() error {
	public := t.addr.IsValid() && PublicAddr(t.addr)
	if !t.addr.IsValid() {
		_, last, dotted := cutLast(t.Host, ".")
		public = dotted && tld.MatchString(last) && !slices.ContainsFunc(inside, func(name string) bool {
			return t.Host == name || strings.HasSuffix(t.Host, "."+name)
		})
	}
	if !public {
		return fmt.Errorf("the host %.80q is not on the internet, but within a machine or network", t.Host)
	}
	return nil
}

func cutLast(text, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}
