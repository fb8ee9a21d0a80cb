package text

import "strings"

// Message is what remains of a message when its wrapping is taken off.
type Message struct {
	Body  string   // the words of the message
	Links []string // the links it carried, in order
}

// Unwrap takes off what messengers and mail programs put around a message, and
// collects its links.
func Unwrap(s string) Message {
	s = Clean(s)
	var m Message
	for i := 0; i < len(s); {
		c := s[i]
		if (c|0x20 == 'h' || c|0x20 == 'w') && (i == 0 || !wordRune(rune(s[i-1]))) {
			if n := linkLen(s[i:]); n > 0 {
				m.Links = append(m.Links, s[i:i+n])
				i += n
				continue
			}
		}
		i++
	}
	m.Body = s
	return m
}

// Link is the form under which two links are the same: without scheme, "www.",
// "m.", fragment, tracking parameters and closing slash; "" for what is no link.
func Link(u string) string {
	u = strings.TrimSpace(Clean(u))
	if i := strings.Index(u, "://"); i >= 0 {
		u = u[i+3:]
	}
	u, _, _ = strings.Cut(u, "#")
	u = strings.TrimRight(u, ".,;:!?)]}'\"»”")
	host, rest, _ := strings.Cut(u, "/")
	host = strings.ToLower(host)
	for _, p := range []string{"www.", "m.", "mobile.", "amp."} {
		host = strings.TrimPrefix(host, p)
	}
	if !strings.Contains(host, ".") {
		return ""
	}
	path, query, _ := strings.Cut(rest, "?")
	var keep []string
	for _, kv := range strings.Split(query, "&") {
		k, _, _ := strings.Cut(kv, "=")
		if kv != "" && !tracking(k) {
			keep = append(keep, kv)
		}
	}
	out := host
	if path = strings.TrimRight(path, "/"); path != "" {
		out += "/" + path
	}
	if len(keep) > 0 {
		out += "?" + strings.Join(keep, "&")
	}
	return out
}

func tracking(k string) bool {
	switch strings.ToLower(k) {
	case "fbclid", "gclid", "igshid", "mibextid", "si", "ref", "ref_src", "s", "t", "zarsrc", "_rdr", "feature", "share":
		return true
	}
	return strings.HasPrefix(strings.ToLower(k), "utm_")
}
