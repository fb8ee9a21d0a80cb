package email

import (
	"encoding/json"
	"strings"

	"soi/internal/intake"
)

// Usable reports whether a text is one address that mail can be sent to.
func Usable(address string) bool { return usable(strings.TrimSpace(address)) != "" }

// AddressOf is the address of somebody who wrote no mail to the desk: a member
// of staff, an expert. What is sent to it begins a thread of its own.
func AddressOf(to string) intake.Address {
	b, err := json.Marshal(returnTo{To: usable(strings.TrimSpace(to))})
	if err != nil { // a struct of strings always can be written
		return nil
	}
	return b
}
