package claimreview

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// errURL: there is no http or https address in the text.
var errURL = errors.New("claimreview: no http or https address")

// maxURL is what desks store; real addresses stay far below.
const maxURL = 4096

// NormalURL gives the form under which a check's address is kept and
// compared: http or https, lower-case scheme and host, no default port, name,
// password or fragment, and none of the parameters that only track readers
// (utm_…, fbclid and the like) or that are a mail address. The other parameters keep their order. It is
// idempotent. Relative addresses are resolved against base when it is not
// empty; "//host/path" and "host.tld/path" without a scheme become https.
func NormalURL(raw, base string) (string, error) {
	if !utf8.ValidString(raw) {
		return "", errURL
	}
	raw = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, strings.TrimSpace(raw))
	raw = strings.TrimSpace(strings.Trim(raw, `"'<>“”`))
	if raw == "" || len(raw) > maxURL {
		return "", errURL
	}
	u, err := parseURL(raw, base)
	if err != nil {
		return "", err
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if (u.Scheme != "http" && u.Scheme != "https") || u.Opaque != "" || u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " %") {
		return "", errURL
	}
	if u.Host, err = asciiHost(u); err != nil {
		return "", err
	}
	switch port := u.Port(); {
	case port == "" && strings.HasSuffix(u.Host, ":"),
		u.Scheme == "http" && port == "80", u.Scheme == "https" && port == "443":
		u.Host = u.Host[:strings.LastIndexByte(u.Host, ':')]
	}
	if u.Host == "" {
		return "", errURL
	}
	u.User, u.Fragment, u.RawFragment, u.ForceQuery = nil, "", "", false
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = dropTracking(u.RawQuery)
	out := u.String()
	if len(out) > maxURL {
		return "", errURL
	}
	return out, nil
}

// asciiHost gives host and port in lower case, names beyond ASCII in the form
// that is looked up (xn--…).
func asciiHost(u *url.URL) (string, error) {
	host := strings.ToLower(u.Host)
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host, nil
	}
	name, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil || name == "" {
		return "", errURL
	}
	if p := u.Port(); p != "" {
		name += ":" + p
	}
	return name, nil
}

func parseURL(raw, base string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errURL
	}
	if u.Scheme != "" {
		return u, nil
	}
	if b, err := url.Parse(base); err == nil && base != "" {
		return b.ResolveReference(u), nil
	}
	switch host, _, _ := strings.Cut(raw, "/"); {
	case strings.HasPrefix(raw, "//"):
		raw = "https:" + raw
	case strings.Contains(host, ".") && !strings.ContainsAny(host, " @:?#") && !strings.HasPrefix(host, "."):
		raw = "https://" + raw
	default:
		return nil, errURL
	}
	if u, err = url.Parse(raw); err != nil {
		return nil, errURL
	}
	return u, nil
}

// dropTracking removes parameters that say who led a reader here, or who the
// reader is, not what is shown: a letter's links often carry the mail address
// that it went to.
func dropTracking(query string) string {
	if query == "" {
		return ""
	}
	keep := make([]string, 0, 4)
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if value, err := url.QueryUnescape(value); err == nil && strings.Contains(value, "@") && strings.Contains(value[strings.LastIndexByte(value, '@'):], ".") {
			continue
		}
		if part != "" && !tracks(strings.ToLower(name)) {
			keep = append(keep, part)
		}
	}
	return strings.Join(keep, "&")
}

func tracks(name string) bool {
	for _, prefix := range []string{"utm_", "__cft__", "__tn__", "pk_", "mtm_", "hsa_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh",
		"mc_cid", "mc_eid", "_ga", "_gl", "mibextid", "zarsrc", "ref_src", "ref_url", "vgo_ee", "wt_mc", "cmpid", "_hsenc", "_hsmi":
		return true
	}
	return false
}

// site gives "https://host/" of an address in NormalURL form, and its host
// without "www.".
func site(normal string) (root, host string) {
	u, err := url.Parse(normal)
	if err != nil {
		return "", ""
	}
	return u.Scheme + "://" + u.Host + "/", strings.TrimPrefix(u.Hostname(), "www.")
}
