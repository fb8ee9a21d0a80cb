package fetch

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
)

func TestTarget(t *testing.T) {
	for in, want := range map[string]string{
		" HTTP://Example.ORG ":            "http://example.org/",
		"https://example.org:443/a?b#c":   "https://example.org/a?b",
		"http://example.org:443/":         "http://example.org:443/",
		"http://example.org.:80":          "http://example.org/",
		"https://báo.vn/tin-tức":          "https://xn--bo-mia.vn/tin-t%E1%BB%A9c",
		"http://[::FFFF:1.2.3.4]/":        "http://[::ffff:1.2.3.4]/",
		"http://１２７.０.０.１/":               "http://127.0.0.1/",
		"https://example.org/a%2Fb?q=%20": "https://example.org/a%2Fb?q=%20",
	} {
		u, err := Target(in)
		if err != nil || u.String() != want {
			t.Errorf("%q: got %v %v, want %s", in, u, err, want)
		}
	}
	for in, want := range map[string]Kind{
		"": KindURL, "   ": KindURL, "http://": KindURL, "http:example.org": KindURL, "https://u:p@example.org/": KindURL,
		"http://a b/": KindURL, "http://\xff/": KindURL, "http://[fe80::1%25eth0]/": KindURL, "http://-/": KindURL,
		"ftp://example.org/": KindScheme, "example.org": KindScheme, "data:text/html,x": KindScheme, "gopher://x/": KindScheme,
		"http://example.org:8080/": KindPort, "http://example.org:0/": KindPort, "http://example.org:99999/": KindPort, "https://example.org:0443/": KindPort,
		"http://example.org/" + strings.Repeat("a", maxURL): KindURL,
	} {
		if u, err := Target(in); kindOf(err) != want {
			t.Errorf("%.40q: got %v %v, want kind %s", in, u, err, want)
		}
	}
}

// naivePrivate is a second opinion on addresses, from the standard library and
// from arithmetic, never from the tables of guard.go.
func naivePrivate(a netip.Addr) bool {
	a = a.Unmap()
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return true
	}
	if a.Is4() {
		n := binary.BigEndian.Uint32(a.AsSlice())
		return n>>24 == 0 || n>>24 >= 224 || n>>22 == 100<<2|1 || n>>17 == (198<<16|18<<8)>>9 ||
			n>>8 == 192<<16 || n>>8 == 192<<16|2 || n>>8 == 198<<16|51<<8|100 || n>>8 == 203<<16|113
	}
	b := a.As16()
	return b[0]>>5 != 1 || (b[0] == 0x20 && b[1] == 0x02) || (b[0] == 0x20 && b[1] == 1 && b[2] < 2) ||
		(b[0] == 0x20 && b[1] == 1 && b[2] == 0x0d && b[3] == 0xb8)
}

// F9: a URL that may be asked for is a fixed point of Target, and an address
// that may be dialled is public by a second opinion.
func FuzzTargetAndGuard(f *testing.F) {
	for _, a := range forbidden {
		f.Add("http://"+a+"/", []byte(netip.MustParseAddr(a).AsSlice()))
	}
	f.Add("https://báo.vn:443/x?y#z", []byte{1, 1, 1, 1})
	f.Add("http://0x7f.1/", []byte{})
	f.Add("http://2130706433/", []byte{0x20, 0x01, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, raw string, addr []byte) {
		if a, ok := netip.AddrFromSlice(addr); ok && Public(a) && naivePrivate(a) {
			t.Errorf("%v may be dialled", a)
		}
		u, err := Target(raw)
		if err != nil {
			if kindOf(err) == 0 {
				t.Errorf("error without a kind: %v", err)
			}
			return
		}
		again, err := Target(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q: %q then %v %v", raw, u, again, err)
		}
		if (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.Fragment != "" || u.Hostname() == "" {
			t.Errorf("%q gave %#v", raw, u)
		}
		if p := u.Port(); p != "" && p != "80" && p != "443" {
			t.Errorf("%q gave port %s", raw, p)
		}
	})
}
