package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// special4 is the IANA IPv4 Special-Purpose Address Registry (RFC 6890 and
// its updates), whole, also the few blocks marked globally reachable, because
// no public page lives in them; 192.88.99.0/24 (6to4 relay, RFC 7526) and
// multicast 224.0.0.0/4 (RFC 5771) are added. 255.255.255.255 is inside
// 240.0.0.0/4.
var special4 = mustPrefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
	"192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)

// global6 is the only part of IPv6 that IANA has given out as global unicast.
// Everything that smuggles an IPv4 address elsewhere (::ffff:0:0/96 is
// unmapped first; ::/96, 64:ff9b::/96, 64:ff9b:1::/48) lies outside it.
var global6 = netip.MustParsePrefix("2000::/3")

// special6 are the holes in global6: IETF protocol assignments with Teredo,
// documentation, 6to4, and the second documentation block (RFC 9637).
var special6 = mustPrefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

func mustPrefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(texts))
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// Public reports whether an address is one that public web sites can have.
// IPv4-mapped IPv6 is unmapped first. An address with a zone is never public.
// It says nothing about whether the address is this machine's own; the dialer
// asks that as well.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	holes := special6
	if a.Is4() {
		holes = special4
	} else if !global6.Contains(a) {
		return false
	}
	for _, p := range holes {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// guard is called by the dialer with the final address, after any name was
// resolved and just before connect(2). That one place settles DNS rebinding,
// redirects and every odd spelling of an address at once.
type guard struct {
	allow netip.AddrPort             // the one loopback listener a test may reach; zero in the product
	own   func() ([]net.Addr, error) // this machine's addresses, asked at every dial since they change
	extra []netip.Addr               // addresses by which this machine is known outside, from the settings
	port  func(uint16) bool
}

// control has the shape of net.Dialer.Control.
func (g guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return &Error{Kind: KindAddress, Err: fmt.Errorf("network %q is not dialled", network)}
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Error{Kind: KindAddress, Err: err}
	}
	if g.allow.IsValid() && netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()) == g.allow {
		return nil
	}
	if !g.port(ap.Port()) {
		return &Error{Kind: KindPort, Err: fmt.Errorf("port %d is not dialled", ap.Port())}
	}
	if !Public(ap.Addr()) {
		return &Error{Kind: KindAddress, Err: fmt.Errorf("address is not on the public internet")}
	}
	mine, err := g.isOwn(ap.Addr().Unmap())
	if err != nil {
		return &Error{Kind: KindAddress, Err: err} // not knowing our addresses means not dialling
	}
	if mine {
		return &Error{Kind: KindAddress, Err: fmt.Errorf("address is this machine's own")}
	}
	return nil
}

func (g guard) isOwn(a netip.Addr) (bool, error) {
	for _, e := range g.extra {
		if e.Unmap() == a {
			return true, nil
		}
	}
	addrs, err := g.own()
	if err != nil {
		return false, fmt.Errorf("own addresses: %w", err)
	}
	for _, n := range addrs {
		p, err := netip.ParsePrefix(n.String())
		if err == nil && p.Addr().WithZone("").Unmap() == a {
			return true, nil
		}
	}
	return false, nil
}
