package address

import (
	"net/netip"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

// readMail reads an e-mail address: local part and host in lower case.
func readMail(text string) (Address, bool) {
	local, host, ok := strings.Cut(strings.ToLower(text), "@")
	if !ok || local == "" || len(local) > 64 || strings.ContainsAny(local, " \t<>()[],;:\\\"@/") {
		return Address{}, false
	}
	ascii, shown, ok := hostOf(host)
	if !ok {
		return Address{}, false
	}
	return Address{Kind: Mail, Key: local + "@" + ascii, Shown: local + "@" + shown, Host: ascii}, true
}

// readSite reads an address of the web: a page, or an account where the host
// is a platform's.
func readSite(text string) (Address, bool) {
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
	case strings.HasPrefix(text, "//"):
		text = "https:" + text
	case strings.Contains(text, "://"), strings.ContainsAny(text, " \t"):
		return Address{}, false
	default:
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || strings.ContainsAny(u.Hostname(), " %") {
		return Address{}, false
	}
	ascii, shown, ok := hostOf(u.Hostname())
	if !ok {
		return Address{}, false
	}
	ascii, shown = strings.TrimPrefix(ascii, "www."), strings.TrimPrefix(shown, "www.")
	for _, p := range platforms() {
		if p.at(ascii) {
			return p.read(u)
		}
	}
	port := u.Port()
	if port == "80" || port == "443" {
		port = ""
	}
	if port != "" {
		port = ":" + port
	}
	below := pathOf(u)
	return Address{Kind: Site, Key: ascii + port + below, Shown: shown + port + below, Host: ascii}, true
}

// pathOf is the path and query of an address in one form. Steps up and to the
// same place are walked, so that a page never seems to lie below another.
func pathOf(u *url.URL) string {
	p := strings.NewReplacer("%2e", ".", "%2E", ".").Replace(u.EscapedPath())
	p = path.Clean("/" + p)
	p, _ = strings.CutSuffix(p, "/index.html")
	p = strings.TrimRight(p, "/.,;'")
	if q := strings.TrimRight(kept(u.RawQuery), "/.,;'&"); q != "" {
		p += "?" + q
	}
	return p
}

// hostOf gives a host as it is looked up and as it is written in its own
// letters. A bare label, an IP address and what no host can be are refused.
func hostOf(host string) (ascii, shown string, ok bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "" || len(host) > 253 || !strings.Contains(host, ".") {
		return "", "", false
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return "", "", false
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || ascii == "" {
		return "", "", false
	}
	for _, label := range strings.Split(ascii, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", "", false
		}
	}
	if top := ascii[strings.LastIndexByte(ascii, '.')+1:]; strings.Trim(top, "0123456789") == "" || len(top) < 2 {
		return "", "", false
	}
	shown, err = idna.Display.ToUnicode(ascii)
	if err != nil || shown == "" {
		shown = ascii
	}
	return ascii, shown, true
}

// kept is a query without the parameters that only follow readers around, in
// its order.
func kept(query string) string {
	var out []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(strings.ToLower(part), "=")
		follows := strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "mc_")
		switch name {
		case "", "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "zarsrc", "ref", "ref_src", "si", "_ga", "mibextid", "spm":
			follows = true
		}
		if !follows {
			out = append(out, part)
		}
	}
	return strings.Join(out, "&")
}
