package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Witness is somebody who cosigns the desk's public log.
type Witness struct {
	VKey    string // its verifier key, name+id+base64
	Address string // where its add-checkpoint is, without it; never ends in /
}

// maxWitnesses keeps a proof file small: each witness adds a line to it.
const maxWitnesses = 16

// witnessSettings are the rows about witnesses.
func witnessSettings() []Setting {
	return []Setting{
		{Name: "witnesses", Help: "witnesses of the public log, each its verifier key, a space and its address, separated by commas; empty: none is asked",
			set: setWitnesses,
			get: func(c Config) string {
				var out []string
				for _, w := range c.Witnesses {
					out = append(out, w.VKey+" "+w.Address)
				}
				return strings.Join(out, ",")
			}},
		{Name: "quorum", Default: "0", Help: "how many witnesses should confirm each checkpoint of the public log; with fewer, soi doctor says so (0: a majority)",
			set: func(c *Config, v string) error {
				n, err := strconv.Atoi(v)
				if err != nil || n < 0 || n > maxWitnesses {
					return fmt.Errorf("%q is not a whole number from 0 to %d", v, maxWitnesses)
				}
				c.Quorum = n
				return nil
			},
			get: func(c Config) string { return strconv.Itoa(c.Quorum) }},
	}
}

// setWitnesses reads "KEY ADDRESS, KEY ADDRESS".
func setWitnesses(c *Config, v string) error {
	c.Witnesses = nil
	seen := map[string]bool{}
	for _, pair := range commaList(v) {
		vkey, address, _ := strings.Cut(pair, " ")
		address = strings.TrimRight(strings.TrimSpace(address), "/")
		if strings.Count(vkey, "+") < 2 || !witnessAddress(address) {
			return fmt.Errorf("%q is not a verifier key, a space and an address such as https://witness.example", pair)
		}
		if seen[vkey] {
			return fmt.Errorf("the witness %q stands there twice", vkey)
		}
		seen[vkey] = true
		c.Witnesses = append(c.Witnesses, Witness{VKey: vkey, Address: address})
	}
	if len(c.Witnesses) > maxWitnesses {
		return fmt.Errorf("%d witnesses; at most %d", len(c.Witnesses), maxWitnesses)
	}
	return nil
}

// witnessAddress accepts https, and http on this very machine.
func witnessAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	here, err := netip.ParseAddrPort(u.Host)
	return u.Scheme == "https" || u.Scheme == "http" && err == nil && here.Addr().IsLoopback()
}

// finishWitnesses settles the quorum.
func (c *Config) finishWitnesses() error {
	n := len(c.Witnesses)
	if c.Quorum > n && n > 0 {
		return fmt.Errorf("%w: quorum: %d of %d witnesses can never be reached", ErrInvalid, c.Quorum, n)
	}
	if c.Quorum == 0 && n > 0 {
		c.Quorum = n/2 + 1
	}
	return nil
}
