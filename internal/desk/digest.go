package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

// SubscriptionKind says whom a digest is for, and so what may stand in it.
type SubscriptionKind string

// The kinds of subscription. Only staff are told what waits for whom.
const (
	ForPublic SubscriptionKind = "public"
	ForPress  SubscriptionKind = "press"
	ForBody   SubscriptionKind = "body"
	ForStaff  SubscriptionKind = "staff"
)

// SubscriptionKinds lists the kinds in the order pages show them.
func SubscriptionKinds() []SubscriptionKind {
	return []SubscriptionKind{ForPublic, ForPress, ForBody, ForStaff}
}

// SubscriptionState is how far a subscription is.
type SubscriptionState string

// The states. Whoever leaves has no state: the row is gone.
const (
	SubscriptionWaiting SubscriptionState = "waiting" // its address has not confirmed it
	SubscriptionOn      SubscriptionState = "on"
)

// ByMail is the channel of subscriptions that go out by e-mail.
const ByMail = "email"

// Subscription is one address that receives digests, and what it wants to hear
// of. It names nobody: the address is sealed, and that of staff is the one of
// their mail plan.
type Subscription struct {
	ID        ID
	Kind      SubscriptionKind
	Channel   string // ByMail, or a chat channel that allows messages nobody just asked for
	Hash      []byte // keyed hash of channel and address: one subscription for each; nil for staff
	Address   []byte // sealed; nil for staff
	Link      []byte // hash of the personal link; nil for staff
	Staff     ID     // of staff alone
	House     ID     // the body or outlet it was entered for
	Lang      string
	Topics    []string // see Topics; with no topic and no place: everything
	Places    []string // codes; see Localities
	State     SubscriptionState
	Asked     time.Time
	Confirmed time.Time
}

// Wants reports whether something about a topic and places is of interest.
func (s Subscription) Wants(topic string, places []string) bool {
	if len(s.Topics) == 0 && len(s.Places) == 0 {
		return true
	}
	return topic != "" && slices.Contains(s.Topics, topic) || slices.ContainsFunc(places, func(p string) bool { return slices.Contains(s.Places, p) })
}

// SubscriptionFilter selects subscriptions by ID; zero fields do not restrict.
type SubscriptionFilter struct {
	IDs         []ID
	Hash        []byte
	Link        []byte
	Staff       ID
	Kinds       []SubscriptionKind
	State       SubscriptionState
	AskedBefore time.Time
	After       ID  // ID greater than this, for paging
	Limit       int // 0 means 500
}

// DigestMail is one message to one address, a row of the outbox of digests. It
// goes out at least once and at most twice, or stands on the desk as failed.
type DigestMail struct {
	Op           string // unique: what is said to whom, so that nothing is said twice
	Subscription ID
	Edition      ID // "" for the mail that asks whether the address wants digests
	State        NoticeState
	Why          string // see the Why constants
	Calls        int    // that may have delivered it: at most two
	Tries        int
	Made         time.Time
	Due          time.Time // not before; while under way: when its sender counts as dead
	Sent         time.Time
}

// DigestMailFilter selects messages by Due, oldest first; zero fields do not
// restrict.
type DigestMailFilter struct {
	Op           string
	Subscription ID
	Edition      ID
	Confirming   bool // only those that ask for a confirmation
	States       []NoticeState
	MadeAfter    time.Time
	DueBy        time.Time
	Limit        int // 0 means 500
}

// EditionFilter selects editions, the one due last first; zero fields do not
// restrict.
type EditionFilter struct {
	ID     ID
	Day    string
	N      int
	Before time.Time // due before this, for paging
	Limit  int       // 0 means 100
}

// DigestRows keeps who receives digests, their editions, and what is under way.
type DigestRows interface {
	// SetSubscription inserts or overwrites by ID; ErrDuplicate if another has
	// the same Hash, Link or Staff.
	SetSubscription(ctx context.Context, s Subscription) error
	// DropSubscription removes it and all its messages; ErrNotFound if absent.
	DropSubscription(ctx context.Context, id ID) error
	Subscriptions(ctx context.Context, f SubscriptionFilter) ([]Subscription, error)
	// SubscriptionCounts counts by kind and state.
	SubscriptionCounts(ctx context.Context) (map[SubscriptionKind]map[SubscriptionState]int, error)
	// AddEdition inserts an edition; ErrDuplicate if its slot, or its number of
	// the day, is taken.
	AddEdition(ctx context.Context, e Edition) error
	// SetEdition overwrites Slot and Alarmed.
	SetEdition(ctx context.Context, e Edition) error
	Editions(ctx context.Context, f EditionFilter) ([]Edition, error)
	// AddDigestMail inserts a message; ErrDuplicate if Op was used.
	AddDigestMail(ctx context.Context, m DigestMail) error
	// AddEditionMails inserts one message of an edition for every subscription
	// that is on, and returns how many.
	AddEditionMails(ctx context.Context, edition ID, at time.Time) (int, error)
	// SetDigestMail overwrites what changes by Op; ErrNotFound if absent.
	SetDigestMail(ctx context.Context, m DigestMail) error
	DigestMails(ctx context.Context, f DigestMailFilter) ([]DigestMail, error)
	// DigestMailCounts counts the messages of an edition by state.
	DigestMailCounts(ctx context.Context, edition ID) (map[NoticeState]int, error)
	// SweepDigestMails removes messages that are over and were made before.
	SweepDigestMails(ctx context.Context, before time.Time) (int, error)
}

// NewDigestLink derives the secret of a personal link to a subscription: 256
// bits that only the holder of the installation's key can make. The desk keeps
// only its hash.
func NewDigestLink(key []byte, subscription ID) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("soi digest link\x00" + string(subscription)))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// DigestLinkHash is what the desk keeps of a link; nil for a text that cannot
// be one.
func DigestLinkHash(secret string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil || len(b) != sha256.Size {
		return nil
	}
	sum := sha256.Sum256(append([]byte("soi digest link hash\x00"), b...))
	return sum[:]
}

// How long things are kept and how often an address is written to before it
// has said yes.
const (
	confirmLife     = 3 * 24 * time.Hour // an address that does not confirm is erased
	keepDigestMails = 30 * 24 * time.Hour
	confirmsADay    = 3   // mails to one address that ask for a confirmation
	confirmsAnHour  = 400 // of the whole desk: nobody makes it a source of unwanted mail
)

// interests checks the choices of a subscription.
func (s *Subscription) interests() error {
	places, err := cleanPlaces(s.Places)
	if err != nil {
		return err
	}
	s.Places = places
	slices.Sort(s.Topics)
	s.Topics = slices.Compact(slices.DeleteFunc(s.Topics, func(t string) bool { return t == "" }))
	if s.Lang != "vi" && s.Lang != "en" || slices.ContainsFunc(s.Topics, func(t string) bool { return !slices.Contains(Topics(), t) }) {
		return invalid(BadChoice)
	}
	return nil
}

// AskDigest puts an address down for digests and writes the mail that asks it
// for a yes. Whoever asks learns nothing of the address: one that is on
// already is only sent its link once more, and its choices stay. s.ID and
// s.Link are fresh; they count if the address is new.
func (d *Desk) AskDigest(ctx context.Context, by Actor, s Subscription) error {
	if err := s.interests(); err != nil {
		return err
	}
	may := MayBodies // press and bodies are entered by staff
	if s.Kind == ForPublic {
		may = MayAsk
	}
	if s.Kind == ForStaff || !slices.Contains(SubscriptionKinds(), s.Kind) || len(s.Hash) == 0 || len(s.Address) == 0 || len(s.Link) == 0 || !s.ID.Valid() {
		return invalid(BadChoice)
	}
	return d.do(ctx, by, may, func(tx Tx) error {
		return d.askDigest(ctx, tx, by, s)
	})
}

// askDigest is AskDigest within its transaction.
func (d *Desk) askDigest(ctx context.Context, tx Tx, by Actor, s Subscription) error {
	now := d.Now()
	hour, err := tx.DigestMails(ctx, DigestMailFilter{Confirming: true, MadeAfter: now.Add(-time.Hour), Limit: confirmsAnHour})
	if err != nil {
		return err
	}
	if len(hour) >= confirmsAnHour && by.Staff == "" {
		return ErrFull
	}
	s.State, s.Asked, s.Confirmed, s.Staff = SubscriptionWaiting, now, time.Time{}, ""
	have, err := tx.Subscriptions(ctx, SubscriptionFilter{Hash: s.Hash, Limit: 1})
	if err != nil {
		return err
	}
	if len(have) == 1 {
		old := have[0]
		if old.State == SubscriptionOn {
			s = old
		} else { // the newest wish counts, and the link of the first mail stays good
			s.ID, s.Link = old.ID, old.Link
		}
	}
	told, err := tx.DigestMails(ctx, DigestMailFilter{Subscription: s.ID, Confirming: true, Limit: 1000})
	if err != nil {
		return err
	}
	if len(told) > 0 && countAfter(told, now.Add(-24*time.Hour)) >= confirmsADay {
		return nil // whoever owns the address has our mails; the page says what it always says
	}
	if err := tx.SetSubscription(ctx, s); err != nil {
		return err
	}
	if err := tx.AddDigestMail(ctx, DigestMail{Op: string(s.ID) + "/confirm/" + strconv.Itoa(len(told)+1), Subscription: s.ID,
		State: NoticeWaiting, Made: now, Due: now}); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvDigestAsked, About: s.House, Data: map[string]string{"for": string(s.Kind)}})
}

// countAfter counts messages made after a time.
func countAfter(ms []DigestMail, t time.Time) (n int) {
	for _, m := range ms {
		if m.Made.After(t) {
			n++
		}
	}
	return n
}

// SubscriptionByLink finds the subscription of a personal link; ErrNotFound
// once it is over.
func (d *Desk) SubscriptionByLink(ctx context.Context, link []byte) (s Subscription, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		s, err = subscriptionByLink(ctx, tx, link)
		return err
	})
	return s, err
}

// subscriptionByLink is SubscriptionByLink within a transaction.
func subscriptionByLink(ctx context.Context, tx Tx, link []byte) (Subscription, error) {
	if len(link) == 0 {
		return Subscription{}, ErrNotFound
	}
	ss, err := tx.Subscriptions(ctx, SubscriptionFilter{Link: link, Limit: 1})
	if err == nil && len(ss) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Subscription{}, err
	}
	return ss[0], nil
}

// ConfirmDigest is the yes of the address itself. Pressing twice changes
// nothing.
func (d *Desk) ConfirmDigest(ctx context.Context, by Actor, link []byte) error {
	return d.do(ctx, by, MayAsk, func(tx Tx) error {
		s, err := subscriptionByLink(ctx, tx, link)
		if err != nil || s.State == SubscriptionOn {
			return err
		}
		if d.Now().Sub(s.Asked) > confirmLife {
			return ErrNotFound
		}
		s.State, s.Confirmed = SubscriptionOn, d.Now()
		if err := tx.SetSubscription(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestJoined, About: s.House, Data: map[string]string{"for": string(s.Kind)}})
	})
}

// ChangeDigest sets the language and interests of a subscription, by its link.
func (d *Desk) ChangeDigest(ctx context.Context, by Actor, link []byte, lang string, topics, places []string) error {
	return d.do(ctx, by, MayAsk, func(tx Tx) error {
		s, err := subscriptionByLink(ctx, tx, link)
		if err != nil {
			return err
		}
		s.Lang, s.Topics, s.Places = lang, slices.Clone(topics), places
		if err := s.interests(); err != nil {
			return err
		}
		if err := tx.SetSubscription(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestChanged, Data: map[string]string{"for": string(s.Kind)}})
	})
}

// LeaveDigest ends a subscription by its link: address, hash, choices and what
// was still to be sent are erased at once.
func (d *Desk) LeaveDigest(ctx context.Context, by Actor, link []byte) error {
	return d.do(ctx, by, MayAsk, func(tx Tx) error {
		s, err := subscriptionByLink(ctx, tx, link)
		if err != nil {
			return err
		}
		return d.leaveDigest(ctx, tx, by, s)
	})
}

// leaveDigest erases a subscription.
func (d *Desk) leaveDigest(ctx context.Context, tx Tx, by Actor, s Subscription) error {
	if err := tx.DropSubscription(ctx, s.ID); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvDigestLeft, About: s.House, Data: map[string]string{"for": string(s.Kind)}})
}

// EndDigest lets staff end a subscription that was entered for a house.
func (d *Desk) EndDigest(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayBodies, func(tx Tx) error {
		ss, err := tx.Subscriptions(ctx, SubscriptionFilter{IDs: []ID{id}, Kinds: []SubscriptionKind{ForPress, ForBody}, Limit: 1})
		if err == nil && len(ss) == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return d.leaveDigest(ctx, tx, by, ss[0])
	})
}

// SetStaffDigest switches the person's own digest on or off. It goes to the
// address of their mail plan.
func (d *Desk) SetStaffDigest(ctx context.Context, by Actor, on bool, topics, places []string) error {
	s := Subscription{ID: NewID(), Kind: ForStaff, Channel: ByMail, Staff: by.Staff, Lang: "vi", Topics: slices.Clone(topics), Places: places,
		State: SubscriptionOn}
	if err := s.interests(); err != nil {
		return err
	}
	if by.Staff == "" {
		return ErrForbidden
	}
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		have, err := tx.Subscriptions(ctx, SubscriptionFilter{Staff: by.Staff, Limit: 1})
		if err != nil {
			return err
		}
		if !on {
			if len(have) == 0 {
				return nil
			}
			return d.leaveDigest(ctx, tx, by, have[0])
		}
		s.Asked, s.Confirmed = d.Now(), d.Now()
		if len(have) == 1 {
			s.ID = have[0].ID
		}
		if err := tx.SetSubscription(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestJoined, Data: map[string]string{"for": string(s.Kind)}})
	})
}

// StaffDigest is the person's own subscription; ok is false without one.
func (d *Desk) StaffDigest(ctx context.Context, by Actor) (s Subscription, ok bool, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		ss, err := tx.Subscriptions(ctx, SubscriptionFilter{Staff: by.Staff, Limit: 1})
		if err == nil && len(ss) == 1 && by.Staff != "" {
			s, ok = ss[0], true
		}
		return err
	})
	return s, ok, err
}

// DigestReaders is what the desk knows of who receives digests: numbers, and
// the subscriptions of houses that staff entered.
type DigestReaders struct {
	Counts map[SubscriptionKind]map[SubscriptionState]int
	Houses []Subscription // of press and bodies, without address, hash and link
}

// DigestReaders counts who receives digests.
func (d *Desk) DigestReaders(ctx context.Context, by Actor) (out DigestReaders, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if out.Counts, err = tx.SubscriptionCounts(ctx); err != nil {
			return err
		}
		out.Houses, err = tx.Subscriptions(ctx, SubscriptionFilter{Kinds: []SubscriptionKind{ForPress, ForBody}})
		for i := range out.Houses {
			out.Houses[i].Address, out.Houses[i].Hash, out.Houses[i].Link = nil, nil, nil
		}
		return err
	})
	return out, err
}
