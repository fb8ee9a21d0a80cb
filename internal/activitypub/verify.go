package activitypub

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrSignature: a request is not signed, not by this key, not for this
// address, too old, or its body is another one.
var ErrSignature = errors.New("signature does not hold")

// signedFor is how far the time of a signature may lie from now: an hour for
// clocks and queues. What is older may be a copy that somebody sends again.
const signedFor = time.Hour

// mostSigned bounds how many headers a signature may name.
const mostSigned = 32

// Signature is the parsed header of a request.
type Signature struct {
	KeyID   string // address of the key; everything before # is the actor's, or the key's own document
	names   []string
	sig     []byte
	created string
}

// ParseSignature reads the Signature header of a request. It refuses one
// that does not cover the method, the address, the host, a time and, where
// there is a body, its digest.
func ParseSignature(r *http.Request) (Signature, error) {
	params, err := signatureParams(r.Header.Values("Signature"))
	if err != nil {
		return Signature{}, err
	}
	s := Signature{KeyID: params["keyId"], created: params["created"]}
	if a := params["algorithm"]; a != "" && a != "rsa-sha256" && a != "hs2019" {
		return s, fmt.Errorf("algorithm: %w", ErrSignature)
	}
	if s.sig, err = base64.StdEncoding.DecodeString(params["signature"]); err != nil || s.KeyID == "" {
		return s, fmt.Errorf("no key or no signature: %w", ErrSignature)
	}
	s.names = strings.Fields(strings.ToLower(params["headers"]))
	needed := []string{"(request-target)", "host"}
	if r.Method == http.MethodPost {
		needed = append(needed, "digest")
	}
	for _, n := range needed {
		if !slices.Contains(s.names, n) {
			return s, fmt.Errorf("%s is not signed: %w", n, ErrSignature)
		}
	}
	if !slices.Contains(s.names, "date") && !slices.Contains(s.names, "(created)") || len(s.names) > mostSigned {
		return s, fmt.Errorf("no time is signed: %w", ErrSignature)
	}
	return s, nil
}

// signatureParams splits keyId="…",headers="…",signature="…". Values hold no
// quotes: addresses, names and base64 have none.
func signatureParams(headers []string) (map[string]string, error) {
	if len(headers) != 1 {
		return nil, fmt.Errorf("%d signatures: %w", len(headers), ErrSignature)
	}
	out := map[string]string{}
	rest := headers[0]
	for rest != "" {
		name, after, ok := strings.Cut(strings.TrimLeft(rest, " ,"), "=")
		if !ok || name == "" {
			break
		}
		var value string
		if quoted, isQuoted := strings.CutPrefix(after, `"`); isQuoted {
			if value, rest, ok = strings.Cut(quoted, `"`); !ok {
				return nil, fmt.Errorf("a quote is open: %w", ErrSignature)
			}
		} else {
			value, rest, _ = strings.Cut(after, ",")
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("a parameter stands twice: %w", ErrSignature)
		}
		out[name] = strings.TrimSpace(value)
	}
	return out, nil
}

// Verify checks that the request with this body was signed by the key, for
// this host, about now. target is the path and query as they came in the
// request line.
func (s Signature) Verify(key *rsa.PublicKey, r *http.Request, target, host string, body []byte, now time.Time) error {
	if !strings.EqualFold(r.Host, host) {
		return fmt.Errorf("made for another host: %w", ErrSignature)
	}
	if r.Method == http.MethodPost && !digestHolds(r.Header.Values("Digest"), body) {
		return fmt.Errorf("digest of another body: %w", ErrSignature)
	}
	value := map[string]string{}
	for _, n := range s.names {
		switch n {
		case "(request-target)":
			value[n] = strings.ToLower(r.Method) + " " + target
		case "(created)":
			value[n] = s.created
		case "host":
			value[n] = r.Host
		default:
			all := r.Header.Values(n)
			if len(all) == 0 || strings.HasPrefix(n, "(") {
				return fmt.Errorf("%s is signed and absent: %w", n, ErrSignature)
			}
			value[n] = strings.Join(all, ", ")
		}
	}
	if !s.fresh(value, now) {
		return fmt.Errorf("too old, or from the future: %w", ErrSignature)
	}
	sum := sha256.Sum256([]byte(signingString(s.names, value)))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], s.sig); err != nil {
		return errors.Join(ErrSignature, err)
	}
	return nil
}

// fresh looks at every time that is signed.
func (s Signature) fresh(value map[string]string, now time.Time) bool {
	near := func(at time.Time) bool { return now.Sub(at).Abs() <= signedFor }
	if v, ok := value["date"]; ok {
		if at, err := http.ParseTime(v); err != nil || !near(at) {
			return false
		}
	}
	if v, ok := value["(created)"]; ok {
		if at, err := strconv.ParseInt(v, 10, 64); err != nil || !near(time.Unix(at, 0)) {
			return false
		}
	}
	return true
}

// digestHolds reports whether the one Digest header has the SHA-256 of the
// body, perhaps among other sums.
func digestHolds(headers []string, body []byte) bool {
	if len(headers) != 1 {
		return false
	}
	sum := sha256.Sum256(body)
	for one := range strings.SplitSeq(headers[0], ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(one), "=")
		if !strings.EqualFold(name, "SHA-256") {
			continue
		}
		got, err := base64.StdEncoding.DecodeString(text)
		return err == nil && subtle.ConstantTimeCompare(got, sum[:]) == 1
	}
	return false
}
