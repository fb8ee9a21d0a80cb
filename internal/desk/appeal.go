package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// AppealKind says what an appeal is about.
type AppealKind string

// The kinds of appeal.
const (
	AppealFactual   AppealKind = "factual"   // something in the text is wrong
	AppealPrivacy   AppealKind = "privacy"   // it shows what is nobody's business
	AppealCopyright AppealKind = "copyright" // it shows what belongs to somebody
	AppealBody      AppealKind = "body"      // by the body the claim is about
)

// AppealKinds lists the kinds in the order forms show them.
func AppealKinds() []AppealKind {
	return []AppealKind{AppealFactual, AppealPrivacy, AppealCopyright, AppealBody}
}

// Against is what an appeal is against.
type Against string

// What can be appealed against.
const (
	AgainstCheck      Against = "check"
	AgainstWithdrawal Against = "withdrawal"
	AgainstRefusal    Against = "refusal" // closed as not a factual claim
)

// AppealState is where an appeal stands.
type AppealState string

// The states of an appeal.
const (
	AppealOpen     AppealState = "open"     // nobody has taken it
	AppealTaken    AppealState = "taken"    // somebody without a part in the check decides
	AppealProposed AppealState = "proposed" // a ruling waits for a second person
	AppealRuled    AppealState = "ruled"    // its ruling is published
)

// AppealDays is how many working days a ruling may take; AppealSoon is how long
// before the end an appeal counts as due soon.
const (
	AppealDays = 7
	AppealSoon = 48 * time.Hour
)

// Appeal is a request to reconsider a check, a withdrawal or a refusal. It says
// nothing about whoever makes it: the words are sealed, an address stands
// sealed in a Conversation, and both are erased in time.
type Appeal struct {
	ID           ID
	ExtID        string // the form's own value: one appeal per form
	Claim        ID
	Against      Against
	Rev          int // revision that was in force when it came in; 0 for a refusal
	Kind         AppealKind
	Unpublish    bool   // asks that the check disappear though nothing in it is wrong
	Lang         string // of the page it was written on
	Words        []byte // sealed; read only where one appeal is asked for, nil once erased
	Conversation ID     // where an answer goes; "" when no address was left
	Ticket       []byte // hash of the ticket code
	Received     time.Time
	Due          time.Time
	State        AppealState
	Decider      ID // who decides; never anybody with a part in the check
	Taken        time.Time
	Ruled        time.Time
	Erased       time.Time
	Version      int64
}

// Standing of an appeal's clock.
const (
	ClockRunning = "running"
	ClockSoon    = "soon"
	ClockOver    = "over"
	ClockStopped = "stopped" // ruled
)

// Clock is how the appeal's time stands.
func (a Appeal) Clock(now time.Time) string {
	switch {
	case a.State == AppealRuled:
		return ClockStopped
	case now.After(a.Due):
		return ClockOver
	case now.After(a.Due.Add(-AppealSoon)):
		return ClockSoon
	}
	return ClockRunning
}

// AppealFilter selects appeals by Due, oldest first; zero fields do not
// restrict. Words are filled in only when ID or Ticket is given.
type AppealFilter struct {
	ID       ID
	ExtID    string
	Ticket   []byte
	Claim    ID
	States   []AppealState
	Erasable time.Time // ruled before this and not erased yet
	Limit    int       // 0 means 100
}

// AppealRows keeps appeals, rulings, and what redactions take out.
type AppealRows interface {
	// AddAppeal inserts an appeal and the files that came with it, which must
	// be stored; ErrDuplicate if its ExtID exists.
	AddAppeal(ctx context.Context, a Appeal, files []ID) error
	// SetAppeal overwrites the appeal whose stored version is a.Version, and
	// raises it by one; ErrConflict otherwise. The database itself refuses a
	// Decider who had a part in a text of the claim's check by then.
	SetAppeal(ctx context.Context, a Appeal) error
	Appeals(ctx context.Context, f AppealFilter) ([]Appeal, error)
	// AppealFiles lists the files of an appeal.
	AppealFiles(ctx context.Context, appeal ID) ([]Media, error)
	// Parts lists who had a part in any text of a claim's check: who wrote,
	// submitted or decided.
	Parts(ctx context.Context, claim ID) ([]ID, error)
	// SetRuling inserts or overwrites by ID. The database refuses a decider or
	// approver with a part in the check, one person as both, and any change of
	// a published ruling.
	SetRuling(ctx context.Context, r Ruling) error
	// Rulings lists rulings, newest first, with their documents.
	Rulings(ctx context.Context, f RulingFilter) ([]Ruling, error)
	// AddDocument stores the bytes of a document that is no revision's.
	AddDocument(ctx context.Context, hash, doc []byte) error
	// SetRedaction remembers what a review takes out; nil forgets it.
	SetRedaction(ctx context.Context, review ID, passages []string) error
	// Redaction is what a review takes out; nil when it takes nothing out.
	Redaction(ctx context.Context, review ID) ([]string, error)
	// EraseRevisions deletes the documents of revisions of a check, and puts
	// what blank says in the place of the copies that reviews hold: of these
	// revisions, and of texts that were never published and hold a passage.
	EraseRevisions(ctx context.Context, claim ID, revs []int, passages []string, blank func(Review) ([]byte, error)) error
	// EraseWork deletes what the desk wrote and gathered for a claim: drafts,
	// notes, comments, sources with their copies, opinions, deliveries under
	// way. Reviews but one keep only what blank makes of them; questions put to
	// bodies and their answers carry the mark in the place of their words.
	EraseWork(ctx context.Context, claim, but ID, mark string, now time.Time, blank func(Review) ([]byte, error)) error
	// DropRedactions forgets what reviews that are over took out; returns of
	// how many.
	DropRedactions(ctx context.Context) (int, error)
}

// NewAppeal is an appeal as the page hands it over: its words are sealed there.
type NewAppeal struct {
	ExtID     string
	Claim     ID
	Tip       []byte // for a refusal: hash of the ticket code of a tip that it answered
	Kind      AppealKind
	Unpublish bool
	Lang      string
	Length    int    // characters of the words, before sealing
	Words     []byte // sealed
	Address   []byte // sealed; nil when none was left
	Channel   string // by which the address is reached
	Ack       []byte // sealed message that says it was received; nil without address
	Ticket    []byte
	Files     []NewMedia
}

// check refuses what no page may hand over.
func (n NewAppeal) check() error {
	var ps []Problem
	if !slices.Contains(AppealKinds(), n.Kind) {
		ps = append(ps, NoAppealKind)
	}
	if n.Length == 0 {
		ps = append(ps, AppealEmpty)
	}
	if n.Length > MaxTipRunes {
		ps = append(ps, TextTooLong)
	}
	if len(n.Files) > MaxMedia {
		ps = append(ps, MediaTooMany)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	if n.ExtID == "" || len(n.Ticket) == 0 || len(n.Words) == 0 || len(n.Address) > 0 && (n.Channel == "" || len(n.Ack) == 0) {
		return invalid(BadChoice)
	}
	return nil
}

// Appeal takes an appeal in: by anyone, against a published check, a
// withdrawal, or, for whoever holds the ticket code of a tip, a refusal. The
// same form again changes nothing. ErrNotFound when there is nothing to appeal
// against.
func (d *Desk) Appeal(ctx context.Context, by Actor, n NewAppeal) (a Appeal, again bool, err error) {
	if err := n.check(); err != nil {
		return Appeal{}, false, err
	}
	err = d.do(ctx, by, MayAsk, func(tx Tx) error {
		a, again = Appeal{}, false
		old, err := tx.Appeals(ctx, AppealFilter{ExtID: n.ExtID, Limit: 1})
		if err != nil {
			return err
		}
		if len(old) == 1 {
			a, again = old[0], true
			return nil
		}
		a, err = d.newAppeal(ctx, tx, n)
		if err != nil {
			return err
		}
		if len(n.Address) > 0 {
			if err := d.leaveAddress(ctx, tx, n, &a); err != nil {
				return err
			}
		}
		var files []ID
		for _, f := range n.Files {
			// Nothing is matched with such a file, and no words are read from it.
			f.Tip, f.Claim, f.Added, f.AddedBy, f.Use = "", "", d.Now(), "", UseNo
			f.Text, f.Hash, f.Sum = "", nil, nil
			if err := storeMedia(ctx, tx, f); err != nil {
				return err
			}
			files = append(files, f.ID)
		}
		if err := tx.AddAppeal(ctx, a, files); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvAppealReceived, Claim: a.Claim, About: a.ID,
			Data: map[string]string{"kind": string(a.Kind), "against": string(a.Against)}})
	})
	return a, again, err
}

// newAppeal finds out what the appeal is against.
func (d *Desk) newAppeal(ctx context.Context, tx Tx, n NewAppeal) (Appeal, error) {
	a := Appeal{ID: NewID(), ExtID: n.ExtID, Claim: n.Claim, Kind: n.Kind, Unpublish: n.Unpublish, Lang: n.Lang, Words: n.Words,
		Ticket: n.Ticket, Received: d.Now(), State: AppealOpen}
	if len(n.Tip) > 0 {
		t, err := byTicket(ctx, tx, n.Tip)
		if err != nil {
			return a, err
		}
		a.Claim = t.Claim
	}
	c, err := tx.Claim(ctx, a.Claim)
	if err != nil {
		return a, err
	}
	switch {
	case len(n.Tip) > 0 && c.State == ClaimClosed:
		a.Against = AgainstRefusal
	case len(n.Tip) > 0 || c.Rev == 0:
		return a, ErrNotFound
	case c.State == ClaimWithdrawn:
		a.Against, a.Rev = AgainstWithdrawal, c.Rev
	default:
		a.Against, a.Rev = AgainstCheck, c.Rev
	}
	a.Due, err = appealDue(a.Received)
	return a, err
}

// appealDue is the end of the last working day for a ruling, by the calendar of
// Vietnam.
func appealDue(from time.Time) (time.Time, error) {
	zone, err := zoneOf(DefaultZone)
	return NewWorkTime(zone, "12345", 8*60, 17*60, Vietnam()).Due(from, AppealDays), err
}

// leaveAddress keeps the sealed address until the ruling is out, and puts the
// word that the appeal was received into the outbox.
func (d *Desk) leaveAddress(ctx context.Context, tx Tx, n NewAppeal, a *Appeal) error {
	c := Conversation{ID: NewID(), Channel: n.Channel, Address: n.Address, Lang: n.Lang, Talk: "{}", Heard: d.Now(), Ends: d.Now().Add(keepWaiting)}
	if err := tx.SetConversation(ctx, c); err != nil {
		return err
	}
	a.Conversation = c.ID
	return d.writeTo(ctx, tx, *a, "received", n.Ack)
}

// writeTo puts a sealed message to whoever appealed into the outbox, once for
// each thing there is to say.
func (d *Desk) writeTo(ctx context.Context, tx Tx, a Appeal, what string, body []byte) error {
	cs, err := tx.Conversations(ctx, ConversationFilter{IDs: []ID{a.Conversation}, Limit: 1})
	if err != nil || len(cs) == 0 || a.Conversation == "" {
		return err
	}
	err = tx.AddNotice(ctx, Notice{ID: NewID(), Op: "appeal/" + what + "/" + string(a.ID), Conversation: cs[0].ID, Channel: cs[0].Channel,
		Kind: NoticeTalk, Body: body, State: NoticeWaiting, Made: d.Now(), Due: d.Now()})
	if errors.Is(err, ErrDuplicate) {
		err = nil
	}
	return err
}

// AppealByTicket is what the holder of an appeal's ticket code may see: how it
// stands, and its ruling once that is below the given size of the public log.
func (d *Desk) AppealByTicket(ctx context.Context, by Actor, hash []byte, below int64) (a Appeal, r *Ruling, err error) {
	if len(hash) == 0 {
		return a, nil, ErrNotFound
	}
	err = d.read(ctx, by, MayAsk, func(tx Tx) error {
		as, err := tx.Appeals(ctx, AppealFilter{Ticket: hash, Limit: 1})
		if err != nil {
			return err
		}
		if len(as) == 0 {
			return ErrNotFound
		}
		a = as[0]
		rs, err := tx.Rulings(ctx, RulingFilter{Appeal: a.ID, Below: below, Limit: 1})
		if len(rs) == 1 {
			r = &rs[0]
		}
		return err
	})
	return a, r, err
}

// TakeAppeal makes the person the one who decides. Refused with ErrOwnWork to
// whoever had a part in any text of the check, or writes its draft now; with
// ErrConflict when somebody else has taken it. There is no override.
func (d *Desk) TakeAppeal(ctx context.Context, by Actor, id ID) (Appeal, error) {
	return d.onAppeal(ctx, by, id, func(tx Tx, a *Appeal) (Event, error) {
		if a.State != AppealOpen {
			if a.Decider != by.Staff {
				return Event{}, ErrConflict
			}
			return Event{}, ErrState
		}
		if err := withoutPart(ctx, tx, by, a.Claim); err != nil {
			return Event{}, err
		}
		a.State, a.Decider, a.Taken = AppealTaken, by.Staff, d.Now()
		return Event{Kind: EvAppealTaken}, nil
	})
}

// ReleaseAppeal gives an appeal back, so that somebody else can decide. Any
// editor may do it for a colleague who is away.
func (d *Desk) ReleaseAppeal(ctx context.Context, by Actor, id ID) (Appeal, error) {
	return d.onAppeal(ctx, by, id, func(tx Tx, a *Appeal) (Event, error) {
		if a.State != AppealTaken {
			return Event{}, ErrState
		}
		a.State, a.Decider, a.Taken = AppealOpen, "", time.Time{}
		return Event{Kind: EvAppealReleased}, nil
	})
}

// onAppeal reads an appeal, changes it, and leaves the event.
func (d *Desk) onAppeal(ctx context.Context, by Actor, id ID, change func(Tx, *Appeal) (Event, error)) (Appeal, error) {
	var out Appeal
	err := d.do(ctx, by, MayReview, func(tx Tx) error {
		// An appeal is best decided far from where the check was made: any desk
		// of the installation may.
		tx = whole(tx)
		a, err := appealByID(ctx, tx, id)
		if err != nil {
			return err
		}
		e, err := change(tx, &a)
		if err != nil {
			return err
		}
		if err := tx.SetAppeal(ctx, a); err != nil {
			return err
		}
		a.Version++
		out = a
		e.Claim, e.About = a.Claim, a.ID
		return d.tell(ctx, tx, by, e)
	})
	return out, err
}

// appealByID reads one appeal.
func appealByID(ctx context.Context, tx Tx, id ID) (Appeal, error) {
	as, err := tx.Appeals(ctx, AppealFilter{ID: id, Limit: 1})
	if err != nil {
		return Appeal{}, err
	}
	if len(as) == 0 || id == "" {
		return Appeal{}, ErrNotFound
	}
	return as[0], nil
}

// partsIn lists who had a part in any text of the check, and who writes its
// draft now.
func partsIn(ctx context.Context, tx Tx, claim ID) ([]ID, error) {
	parts, err := tx.Parts(ctx, claim)
	if err != nil {
		return nil, err
	}
	dr, err := tx.DraftOf(ctx, claim)
	if errors.Is(err, ErrNotFound) {
		return parts, nil
	}
	return append(parts, dr.Authors...), err
}

// withoutPart returns ErrOwnWork if the actor had a part in the check.
func withoutPart(ctx context.Context, tx Tx, by Actor, claim ID) error {
	parts, err := partsIn(ctx, tx, claim)
	if err == nil && (by.Staff == "" || slices.Contains(parts, by.Staff)) {
		err = ErrOwnWork
	}
	return err
}

// ForgetAppeals erases the words and files of appeals whose ruling is older
// than the retention, at most 100 at a call, and what is left of redactions. It
// returns of how many: the database's files are to be tidied then. Addresses go earlier, with their
// conversations (ForgetAskers). Call it only when Erase did not find that the
// clock jumped.
func (d *Desk) ForgetAppeals(ctx context.Context, by Actor) (n int, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		var err error
		if n, err = tx.DropRedactions(ctx); err != nil {
			return err
		}
		forgotten := 0
		as, err := tx.Appeals(ctx, AppealFilter{Erasable: d.Now().Add(-d.opts.Retention), Limit: 100})
		if err != nil {
			return err
		}
		for _, a := range as {
			if err := d.forgetAppeal(ctx, tx, a); err != nil {
				return err
			}
			forgotten++
		}
		if n += forgotten; forgotten == 0 {
			return nil
		}
		return d.tell(ctx, tx, by, Event{Kind: EvAppealsForgotten, Data: map[string]string{"appeals": strconv.Itoa(forgotten)}})
	})
	return n, err
}

// forgetAppeal erases what one appeal says; that it was made, and how it
// ended, stays for the figures.
func (d *Desk) forgetAppeal(ctx context.Context, tx Tx, a Appeal) error {
	files, err := tx.AppealFiles(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, m := range files {
		m.Text, m.Hash, m.Sum, m.Erased = "", nil, nil, d.Now()
		err := errors.Join(tx.SetMedia(ctx, m), tx.SetBlob(ctx, m.ID, MediaFile, nil), tx.SetBlob(ctx, m.ID, MediaView, nil))
		if err != nil {
			return err
		}
	}
	if a.Conversation != "" {
		if err := tx.DropConversation(ctx, a.Conversation); err != nil {
			return err
		}
	}
	a.Words, a.Conversation, a.Erased = nil, "", d.Now()
	return tx.SetAppeal(ctx, a)
}
