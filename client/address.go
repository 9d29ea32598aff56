package client

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"
)

// Addresses that are not one machine's on the internet, from IANA's registries
// of those with special purposes.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32",                        // Azure's service for its own machines
	"2001::/23",                               // of protocols, such as Teredo
	"2001:db8::/32", "3fff::/20", "3ffe::/16", // documentation, and a network of trials
	"2002::/16", // 6to4: an IPv4 address inside
)

// unicast holds all IPv6 addresses of the internet so far.
var unicast = netip.MustParsePrefix("2000::/3")

// nat64 is for IPv4 addresses as networks without IPv4 see them.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// PublicAddr reports whether an address is one of the internet: not private,
// loopback, link-local, shared, multicast, documentation or reserved, nor such
// an IPv4 address within an IPv6 one.
func PublicAddr(addr netip.Addr) bool {
	addr = addr.Unmap()
	if nat64.Contains(addr) {
		full := addr.As16()
		addr = netip.AddrFrom4([4]byte(full[12:]))
	}
	return (addr.Is4() || unicast.Contains(addr)) &&
		!slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// errInside is of a name that turned out to lead into a network.
var errInside = errors.New("not an address of the internet")

// onlyPublic ends a connection before it begins, unless it leads to the
// internet. What it sees is the address itself, after all looking up, so that no
// name can mean another by then.
func onlyPublic(_ string, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !PublicAddr(to.Addr()) {
		return errInside
	}
	return nil
}
