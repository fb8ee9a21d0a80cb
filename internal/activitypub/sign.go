package activitypub

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Sign returns the headers that make a request to an address one of the
// key's: Date, Digest where there is a body, and Signature over them, the
// method and the host. The caller sends them unchanged, with that Host.
func Sign(key *rsa.PrivateKey, keyID, method, address string, body []byte, at time.Time) (map[string]string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("activitypub: sign for an address without a host: %w", ErrSignature)
	}
	h := map[string]string{"Date": at.UTC().Format(http.TimeFormat)}
	names := []string{"(request-target)", "host", "date"}
	value := map[string]string{"(request-target)": strings.ToLower(method) + " " + u.RequestURI(), "host": u.Host, "date": h["Date"]}
	if body != nil {
		h["Digest"] = digest(body)
		value["digest"] = h["Digest"]
		names = append(names, "digest")
	}
	sum := sha256.Sum256([]byte(signingString(names, value)))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("activitypub: sign: %w", err)
	}
	h["Signature"] = fmt.Sprintf(`keyId="%s",algorithm="rsa-sha256",headers="%s",signature="%s"`,
		keyID, strings.Join(names, " "), base64.StdEncoding.EncodeToString(sig))
	return h, nil
}

// digest is the Digest header of a body.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

// signingString is what a signature is made over: a line for each header, in
// the order of the names.
func signingString(names []string, value map[string]string) string {
	lines := make([]string, len(names))
	for i, n := range names {
		lines[i] = n + ": " + value[n]
	}
	return strings.Join(lines, "\n")
}
