package text

import "golang.org/x/text/unicode/norm"

// Form puts s into a normal form of Unicode (UAX 15): "NFC", "NFD", "NFKC" or "NFKD". Any other
// name leaves it as it is.
func Form(name, s string) string {
	switch name {
	case "NFC":
		return norm.NFC.String(s)
	case "NFD":
		return norm.NFD.String(s)
	case "NFKC":
		return norm.NFKC.String(s)
	case "NFKD":
		return norm.NFKD.String(s)
	}
	return s
}
