package desk

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"soi/internal/desk/address"
)

// ChannelProof is how it is known that a channel is a body's own.
type ChannelProof string

// The proofs. The first two are looked for on a page of the body's own site,
// never on the channel: anybody can put a link to an office on their page.
const (
	ProofLink  ChannelProof = "link"   // the body's own site links to it, or shows the number
	ProofRelMe ChannelProof = "rel-me" // it does so with rel="me"
	ProofDNS   ChannelProof = "dns"    // a TXT record of the body's own name holds the code of the entry
	ProofSaid  ChannelProof = "said"   // the body named it in an answer to a request
)

// ChannelProofs lists the proofs in the order pages show them.
func ChannelProofs() []ChannelProof {
	return []ChannelProof{ProofLink, ProofRelMe, ProofDNS, ProofSaid}
}

// OnPage reports whether the proof stands on a page.
func (p ChannelProof) OnPage() bool { return p == ProofLink || p == ProofRelMe }

// ChannelState is how a line of the register stands.
type ChannelState string

// The states of a channel. Waiting and refused lines are the desk's alone;
// the others are public and in the log.
const (
	ChannelWaiting   ChannelState = "waiting" // for a second person
	ChannelRefused   ChannelState = "refused" // by that person
	ChannelProved    ChannelState = "proved"
	ChannelGone      ChannelState = "gone" // its proof cannot be found any more
	ChannelWithdrawn ChannelState = "withdrawn"
	ChannelDenied    ChannelState = "denied" // a denial: the body says that an address is not its own
)

// ChannelTrouble is why a look found no proof, as a code that pages turn into
// a sentence.
type ChannelTrouble string

// The troubles of a look.
const (
	ProofUnreachable ChannelTrouble = "unreachable" // the site or the name server does not answer
	ProofKeptOut     ChannelTrouble = "kept-out"    // the site sends programs away: says nothing about the proof
	ProofNoPage      ChannelTrouble = "no-page"     // the page is not there any more
	ProofNotThere    ChannelTrouble = "not-there"   // the page does not name the channel
	ProofNoRecord    ChannelTrouble = "no-record"   // there is no such TXT record
	ProofUnsaid      ChannelTrouble = "unsaid"      // the answer does not count as the body's any more
)

// ChannelTroubles lists the troubles.
func ChannelTroubles() []ChannelTrouble {
	return []ChannelTrouble{ProofUnreachable, ProofKeptOut, ProofNoPage, ProofNotThere, ProofNoRecord, ProofUnsaid}
}

// BodyChannel is a site, number, address or account that is a body's own: a
// line of the register of real channels. The register holds what is theirs
// and nothing else.
type BodyChannel struct {
	ID      ID
	Body    ID
	Address address.Address
	Proof   ChannelProof
	Page    string // where the proof stands, for proofs on a page
	Host    string // whose TXT records hold Code, for ProofDNS
	Code    string // to be put into a TXT record
	Answer  ID     // that names it, for ProofSaid
	State   ChannelState
	Entered time.Time
	By      ID // who entered it
	Second  ID // who agreed or refused; never By
	Why     string
	Turns   []ChannelTurn // what the public log says of it, oldest first
	Check   ChannelCheck
}

// ChannelTurn is one entry of the public log about a channel.
type ChannelTurn struct {
	State ChannelState
	At    time.Time
	Index int64  // in the log
	Hash  []byte // of its document
}

// ChannelCheck is what the weekly look remembers.
type ChannelCheck struct {
	Due     time.Time
	Leased  time.Time
	Tried   time.Time
	Good    time.Time // last look that found the proof
	Fails   int       // looks in a row that did not
	Since   time.Time // the first of them
	Trouble ChannelTrouble
}

// ChannelCodePrefix begins the TXT record that holds a channel's code; the
// record stands at ChannelHostPrefix + Host.
const (
	ChannelCodePrefix = "soi-channel="
	ChannelHostPrefix = "_soi-channel."
)

// Denial is a body's own word that an address which speaks in its name is not
// its own. It holds that word, out of an answer to a request, and of the
// address a hash alone: nobody can read a list of addresses out of it. There
// is none about accounts on platforms, which may be a person's.
type Denial struct {
	ID      ID
	Body    ID
	Claim   ID // whose request was answered
	Answer  ID
	Place   []byte // DenialPlace of the address
	Quote   string // word for word out of the answer
	Lang    string
	Said    time.Time // when the answer came
	Ends    time.Time // a year later: numbers and names pass into other hands
	State   ChannelState
	Entered time.Time
	By      ID
	Second  ID
	Why     string
	Turns   []ChannelTurn
}

// DenialKept is how long a body's "not ours" is shown.
const DenialKept = 365 * 24 * time.Hour

// DenialPlace is the hash under which a denial is found.
func DenialPlace(k address.Kind, key string) []byte {
	sum := sha256.Sum256([]byte("soi-denial/v1\n" + string(k) + "\n" + key))
	return sum[:]
}

// ChannelFilter selects channels; zero fields do not restrict. Ordered by
// time entered, then ID.
type ChannelFilter struct {
	IDs    []ID
	Body   ID
	Keys   []string // of the address
	States []ChannelState
	Ready  time.Time // due at this time and not leased
	Limit  int       // 0 means 5,000
}

// DenialFilter selects denials; zero fields do not restrict. Ordered by time
// entered, then ID.
type DenialFilter struct {
	ID     ID
	Answer ID
	Places [][]byte
	Limit  int // 0 means 1,000
}

// ChannelRows keeps the register of real channels.
type ChannelRows interface {
	// SetBodyChannel inserts or overwrites by ID; ErrDuplicate if the address is
	// that of another channel which waits, is proved or gone.
	SetBodyChannel(ctx context.Context, c BodyChannel) error
	BodyChannels(ctx context.Context, f ChannelFilter) ([]BodyChannel, error)
	// SetDenial inserts or overwrites by ID.
	SetDenial(ctx context.Context, n Denial) error
	Denials(ctx context.Context, f DenialFilter) ([]Denial, error)
}

// turnBelow is the newest turn that a signed log of this size holds; ok is
// false when it holds none.
func turnBelow(turns []ChannelTurn, size int64) (t ChannelTurn, ok bool) {
	for _, x := range turns {
		if x.Index < size {
			t, ok = x, true
		}
	}
	return t, ok
}

// provedSince is when a line became what it is for readers: proved for the
// first time.
func (c BodyChannel) provedSince() time.Time {
	if len(c.Turns) == 0 {
		return time.Time{}
	}
	return c.Turns[0].At
}

// ownHosts are the hosts that are known to be a body's: that of its page in
// the register of bodies, and its proved sites. A host on which anybody can
// have a page is nobody's own.
func ownHosts(b Body, cs []BodyChannel) []string {
	var out []string
	if a, ok := address.Read(b.Page); ok && a.Kind == address.Site {
		out = append(out, a.Host)
	}
	for _, c := range cs {
		if c.Body == b.ID && c.State == ChannelProved && c.Address.Kind == address.Site && c.Address.Key == c.Address.Host {
			out = append(out, c.Address.Host)
		}
	}
	return out
}

// under reports whether a host is one of others or below one.
func under(host string, others []string) bool {
	return host != "" && slices.ContainsFunc(others, func(o string) bool { return host == o || strings.HasSuffix(host, "."+o) })
}
