package tlog

import (
	"embed"
	"strings"
)

// verifierFiles let a reader verify a proof with nothing of soi: a page that
// computes in the browser, and a short Python program. They are part of the log's
// tree, so that every mirror carries them too.
//
//go:embed verifier/verify.html verifier/verify.js verifier/verify.py
var verifierFiles embed.FS

// verifierFile returns one of them; the page also has a short address.
func verifierFile(path string) ([]byte, bool) {
	if path == "verify" {
		path = "verify.html"
	}
	if strings.Contains(path, "/") {
		return nil, false
	}
	b, err := verifierFiles.ReadFile("verifier/" + path)
	return b, err == nil
}

// verifierType is the media type of one of them, empty for another file.
func verifierType(path string) string {
	switch path {
	case "verify", "verify.html":
		return "text/html; charset=utf-8"
	case "verify.js":
		return "text/javascript; charset=utf-8"
	case "verify.py":
		return "text/x-python; charset=utf-8"
	}
	return ""
}
