package fetch

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxURL is far above what browsers and servers use (some stop at 8 KiB).
const maxURL = 8 << 10

// Target turns text into the one URL form that is fetched and kept: http or
// https, lower-case ASCII host (IDNA), no fragment, no default port, no name
// or password, a path of at least "/". It is idempotent. It refuses other
// ports than 80 and 443; the host's addresses are judged later, at the dial.
// Errors are *Error of kind URL, Scheme or Port.
func Target(raw string) (*url.URL, error) {
	return target(raw, webPort)
}

func target(raw string, port func(uint16) bool) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > maxURL || !utf8.ValidString(raw) {
		return nil, &Error{Kind: KindURL, Err: errors.New("empty, too long or not UTF-8")}
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, &Error{Kind: KindURL, Err: errors.New("does not parse")} // the cause repeats the text: keep it out of logs
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, &Error{Kind: KindScheme, Err: fmt.Errorf("scheme is neither http nor https")}
	}
	if u.User != nil || u.Opaque != "" {
		return nil, &Error{Kind: KindURL, Err: errors.New("carries a name or password, or no host")}
	}
	if u.Host, err = canonicalHost(u, port); err != nil {
		return nil, err
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	u.ForceQuery = false
	return u, nil
}

func canonicalHost(u *url.URL, port func(uint16) bool) (string, error) {
	name, err := hostName(u.Hostname())
	if err != nil {
		return "", &Error{Kind: KindURL, Err: err}
	}
	p := u.Port()
	if p == "" && strings.HasSuffix(u.Host, ":") {
		p = ""
	}
	if p == "" || (u.Scheme == "http" && p == "80") || (u.Scheme == "https" && p == "443") {
		return name, nil
	}
	var n uint16
	if _, err := fmt.Sscanf(p, "%d", &n); err != nil || fmt.Sprint(n) != p || !port(n) {
		return "", &Error{Kind: KindPort, Err: fmt.Errorf("port is not 80 or 443")}
	}
	return name + ":" + p, nil
}

// hostName gives the lower-case ASCII form of a name, or the canonical text
// of an address, with brackets for IPv6. Zones are refused.
func hostName(host string) (string, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Zone() != "" {
			return "", errors.New("address with a zone")
		}
		if a.Is4() {
			return a.String(), nil
		}
		return "[" + a.String() + "]", nil
	}
	if strings.ContainsAny(host, ":%[] ") {
		return "", errors.New("host is neither a name nor an address")
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || name == "" || len(name) > 253 {
		return "", errors.New("host is not a usable name")
	}
	name = strings.ToLower(name)
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.Contains(name, "..") {
		return "", errors.New("host has an empty label")
	}
	if a, err := netip.ParseAddr(name); err == nil { // full-width digits fold to an address
		return a.String(), nil
	}
	return name, nil
}

// webPort is the product's rule: the two ports of the web.
func webPort(p uint16) bool { return p == 80 || p == 443 }
