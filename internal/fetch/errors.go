package fetch

import "fmt"

// Kind says why a fetch did not give a page. Callers choose the sentence a
// person reads by Kind; the cause in Err is for the log only.
type Kind int

// The kinds. Address, Port, Scheme and URL are refusals of ours, made before
// any byte is sent; the others are what the network or the site did.
const (
	KindURL       Kind = iota + 1 // not a URL, no host, or a name and password in it
	KindScheme                    // neither http nor https
	KindPort                      // a port other than 80 and 443
	KindAddress                   // a private, special or own address
	KindName                      // the name does not resolve
	KindConnect                   // refused, unreachable, reset
	KindTLS                       // certificate or handshake
	KindTimeout                   // 10 s to connect or 30 s in all were over
	KindCancelled                 // the caller gave up
	KindRedirects                 // more than five, or one without a usable target
	KindTooLarge                  // more than 5 MiB after decompression
	KindBomb                      // decompresses to more than 100 times its size
	KindEncoding                  // an encoding we did not ask for, or damaged gzip
	KindBroken                    // not HTTP, or the answer broke off
)

// String is the kind's stable English key, fit for a catalogue or a metric.
func (k Kind) String() string {
	switch k {
	case KindURL:
		return "url"
	case KindScheme:
		return "scheme"
	case KindPort:
		return "port"
	case KindAddress:
		return "address"
	case KindName:
		return "name"
	case KindConnect:
		return "connect"
	case KindTLS:
		return "tls"
	case KindTimeout:
		return "timeout"
	case KindCancelled:
		return "cancelled"
	case KindRedirects:
		return "redirects"
	case KindTooLarge:
		return "too-large"
	case KindBomb:
		return "bomb"
	case KindEncoding:
		return "encoding"
	case KindBroken:
		return "broken"
	}
	return "unknown"
}

// Error is the only error type this package returns. URL is the hop that
// failed, in Target form, empty if it never had one.
type Error struct {
	Kind Kind
	URL  string
	Err  error
}

// Error is for logs; it never reaches a visitor.
func (e *Error) Error() string {
	if e.URL == "" {
		return fmt.Sprintf("fetch: %s: %v", e.Kind, e.Err)
	}
	return fmt.Sprintf("fetch %s: %s: %v", e.URL, e.Kind, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
