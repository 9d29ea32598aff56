package client_test

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/client"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ url, scheme, host, sent string }{
		{"https://Hooks.Example.org./X?y#z", "https", "hooks.example.org", "https://Hooks.Example.org./X?y#z"},
		{"WSS://audio.example.org:9443", "wss", "audio.example.org", "WSS://audio.example.org:9443"},
		{"http://localhost:3001/x", "http", "localhost", "http://localhost:3001/x"},
		{"ws://[::1]:80", "ws", "::1", "ws://[::1]:80"},
		{"https://[2A00:1450::200E]/", "https", "2a00:1450::200e", "https://[2A00:1450::200E]/"},
		{"https://[::ffff:8.8.8.8]/", "https", "::ffff:8.8.8.8", "https://[::ffff:8.8.8.8]/"},
		{"https://8.8.8.8.", "https", "8.8.8.8", "https://8.8.8.8."},
		{"https://８.８。８｡８:8443/ü", "https", "8.8.8.8", "https://8.8.8.8:8443/ü"},
		{"Https://BÜCHER。example。/@ü?ü#ü", "https", "xn--bcher-kva.example", "Https://xn--bcher-kva.example/@ü?ü#ü"},
		{"https://faß.example", "https", "xn--fa-hia.example", "https://xn--fa-hia.example"},
	} {
		to, err := client.Destination(row.url).Target()
		if err != nil || to.Scheme != row.scheme || to.Host != row.host || to.String() != row.sent {
			t.Errorf("%s: got %s %s %s, %v, want %s %s %s", row.url, to.Scheme, to.Host, to, err, row.scheme, row.host, row.sent)
		}
	}
	for _, row := range []struct{ url, want string }{
		{"", "must begin with https://"},
		{"mailto:ada@example.org", "must begin with https://"},
		{"https://", "must name its host plainly"},
		{"https://a b.example.org/", "must not hold spaces"},
		{"https://hooks.example.org/\xff", "must not hold spaces"},
		{"https://ada@example.org/", "a user name or password"},
		{"https://hooks.example.org/%zz", "not a URL"},
		{"https://hooks.example.org:0/", "the port must be a number from 1 to 65535"},
		{"https://[8.8.8.8]/", "not a URL"},
		{"https://[fe80::1%25eth0]/", "not a URL"},
		{"https://0x8.8.8.8/", "four decimal numbers"},
		{"https://" + strings.Repeat("a", 64) + ".example.org/", "must name its host plainly"},
		{"https://" + strings.Repeat("a.", 200) + "example.org/", "must name its host plainly"},
		{"https://" + strings.Repeat("ü", 1<<20) + ".example.org/", "must name its host plainly"},
		{"https://xn--a.example.org/", "must name its host plainly"},
	} {
		if _, err := client.Destination(row.url).Target(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%.80s: got %v, want %q", row.url, err, row.want)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "223.255.255.255": true, "1.0.0.0": true, "192.0.1.0": true, "172.32.0.0": true, "169.253.255.255": true,
		"::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true, "2606:4700:4700::1111": true, "2001:200::1": true, "2003::1": true, "3fff:1000::1": true,
		"0.0.0.0": false, "10.1.2.3": false, "100.64.0.1": false, "127.0.0.1": false, "169.254.169.254": false, "172.31.255.255": false, "192.168.0.1": false,
		"192.0.2.9": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "168.63.129.16": false,
		"::ffff:127.0.0.1": false, "64:ff9b::127.0.0.1": false, "64:ff9b:1::8.8.8.8": false, "::": false, "::1": false, "::8.8.8.8": false, "fe80::1": false, "2606:4700::1%eth0": false,
		"2001::1": false, "2001:1ff:ffff::": false, "2002:808:808::": false, "2001:db8::1": false, "fd00:ec2::254": false, "ff02::1": false, "4000::1": false,
	} {
		if got := client.PublicAddr(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
	if client.PublicAddr(netip.Addr{}) {
		t.Error("no address: got true, want false")
	}
}

// FuzzTarget holds what is read of a URL to what other readers find in it: the
// standard library, one that knows old ways to write an address, and a second
// reading of what would be sent.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{
		"https://hooks.example.org:8443/x?y#z", "wss://bücher.example。/", "https://①②⑦.0x0.0.1/", "https://0177.1/", "https://[::ffff:7f00:1]:80/", "https://[fe80::1%25a]/",
		`https://a\@b/`, "https://a#@b", "https://a:b@c", "https://%31/", "https://xn--localhost-/", "https://a..b/", "https://2130706433", "https://a.0x/", "HTTPS://ſ.K.ß/", "//x", "https:\n//x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		to, err := client.Destination(text).Target()
		if err != nil {
			return
		}
		sent := to.String()
		again, err := client.Destination(sent).Target()
		if err != nil || again != to {
			t.Errorf("%q: sent as %q, which is read as %q, %v, want %q", text, sent, again.Host, err, to.Host)
		}
		u, err := url.Parse(sent)
		if err != nil || u.User != nil || u.Scheme != to.Scheme {
			t.Fatalf("%q: the standard library reads %v, %v", sent, u, err)
		}
		name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		if addr, err := netip.ParseAddr(name); err == nil {
			name = addr.String()
		}
		if name != to.Host || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf }) {
			t.Errorf("%q: got the host %q, the standard library finds %q", sent, to.Host, name)
		}
		addr, ok := loose(to.Host)
		if ok && !client.PublicAddr(addr) && to.CheckPublic() == nil {
			t.Errorf("%q: got the host %q public, some read %s", sent, to.Host, addr)
		}
	})
}

// loose reads an IPv4 address as C's inet_aton does: one to four numbers, the
// last of which fills what is left, in decimal, octal or hexadecimal.
func loose(host string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr, true
	}
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	sum := uint64(0)
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 32)
		room := 8
		if i == len(parts)-1 {
			room = 8 * (5 - len(parts))
		}
		if err != nil || strings.Contains(part, "_") || n >= 1<<room {
			return netip.Addr{}, false
		}
		sum = sum<<room | n
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}
