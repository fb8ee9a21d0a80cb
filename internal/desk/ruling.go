package desk

import (
	"bytes"
	"context"
	"slices"
	"time"
)

// Outcome is how an appeal ended.
type Outcome string

// The outcomes.
const (
	Upheld    Outcome = "upheld"
	Partly    Outcome = "partly"
	NotUpheld Outcome = "not-upheld"
	NotForUs  Outcome = "not-for-us" // not something a claim desk decides
)

// Outcomes lists the outcomes in the order forms show them.
func Outcomes() []Outcome { return []Outcome{Upheld, Partly, NotUpheld, NotForUs} }

// Remedy is what follows from a ruling.
type Remedy string

// The remedies. Done means that what was asked had been put right before the
// ruling.
const (
	RemedyCorrect  Remedy = "correction"
	RemedyWithdraw Remedy = "withdrawal"
	RemedyRedact   Remedy = "redaction"
	RemedyReopen   Remedy = "reopening" // a refused question is looked into after all
	RemedyDone     Remedy = "done"
	RemedyNone     Remedy = "nothing"
)

// Remedies lists what can follow from a ruling on an appeal, in the order
// forms show it.
func Remedies(a Against) []Remedy {
	if a == AgainstRefusal {
		return []Remedy{RemedyReopen, RemedyNone}
	}
	return []Remedy{RemedyCorrect, RemedyRedact, RemedyWithdraw, RemedyDone, RemedyNone}
}

// RulingDoc is a ruling as it is published. Its bytes are made once, when it
// is proposed: those very bytes are approved, hashed into the public log and
// served. It says nothing about whoever appealed but the kind of the appeal.
type RulingDoc struct {
	Nonce     string     `json:"nonce"` // 32 random bytes, base64; first member
	Schema    string     `json:"schema"`
	Ruling    ID         `json:"ruling"`
	Verdict   ID         `json:"verdict"` // the check appealed against, or the claim that was refused
	Against   Against    `json:"against"`
	Rev       int        `json:"rev,omitempty"`     // in force when the appeal came in
	RevNow    int        `json:"rev_now,omitempty"` // in force when the ruling was written
	Kind      AppealKind `json:"kind"`
	Unpublish bool       `json:"unpublish,omitempty"`
	Outcome   Outcome    `json:"outcome"`
	Remedy    Remedy     `json:"remedy"`
	Reasons   []Note     `json:"reasons"`
	Received  string     `json:"received"`  // 2006-01-02
	Approvals int        `json:"approvals"` // people who stand behind these bytes
}

// RulingSchema names the layout of RulingDoc.
const RulingSchema = "soi-ruling/v1"

// KindRuling is the kind of a ruling's entry in the public log; it is no kind
// of revision.
const KindRuling Kind = "ruling"

// Bytes is the document as it is hashed, logged and served.
func (d RulingDoc) Bytes() ([]byte, error) { return docBytes("ruling", d) }

// ParseRuling reads the bytes of a ruling.
func ParseRuling(b []byte) (d RulingDoc, err error) {
	err = readDoc("ruling", b, &d, &d.Schema, RulingSchema)
	return d, err
}

// In is the reasons in a language, else in the first one there is.
func (d RulingDoc) In(lang string) string { return Document{Notes: d.Reasons}.Note(lang) }

// Ruling is a reasoned answer to an appeal on its way to a second person, or
// published.
type Ruling struct {
	ID       ID
	Appeal   ID
	Claim    ID // read only: of the appeal
	Outcome  Outcome
	Doc      []byte // nil when erased
	Hash     []byte // SHA-256 of Doc
	Decider  ID
	At       time.Time // proposed
	State    ReviewState
	Approver ID // never Decider, nor anybody with a part in the check
	Settled  time.Time
	Reasons  string // why it was sent back
	LogIndex int64  // -1 until it is published
}

// RulingFilter selects rulings, newest first; zero fields do not restrict.
type RulingFilter struct {
	ID     ID
	Appeal ID
	Claim  ID
	State  ReviewState
	Below  int64 // published, with a log index smaller than this
	Before int64 // log index smaller than this, for paging
	Limit  int   // 0 means 100
}

// Decision is what the person who decides writes.
type Decision struct {
	Appeal  ID
	Version int64 // of the appeal, as the person saw it
	Outcome Outcome
	Remedy  Remedy
	Reasons []Note
}

// ProposeRuling freezes a ruling into the exact bytes that would be published
// and asks for a second person. Only whoever took the appeal may, and only
// while they have no part in the check.
func (d *Desk) ProposeRuling(ctx context.Context, by Actor, n Decision) (Ruling, error) {
	var out Ruling
	_, err := d.onAppeal(ctx, by, n.Appeal, func(tx Tx, a *Appeal) (Event, error) {
		switch {
		case n.Version != 0 && a.Version != n.Version:
			return Event{}, ErrConflict
		case a.State != AppealTaken:
			return Event{}, ErrState
		case a.Decider != by.Staff:
			return Event{}, ErrForbidden
		}
		if err := withoutPart(ctx, tx, by, a.Claim); err != nil {
			return Event{}, err
		}
		doc, err := d.ruling(ctx, tx, *a, n)
		if err != nil {
			return Event{}, err
		}
		b, err := doc.Bytes()
		if err != nil {
			return Event{}, err
		}
		out = Ruling{ID: doc.Ruling, Appeal: a.ID, Claim: a.Claim, Outcome: doc.Outcome, Doc: b, Hash: DocHash(b), Decider: by.Staff,
			At: d.Now(), State: ReviewPending, LogIndex: -1}
		a.State = AppealProposed
		return Event{Kind: EvRulingProposed}, tx.SetRuling(ctx, out)
	})
	return out, err
}

// ruling makes the document of a decision and checks it.
func (d *Desk) ruling(ctx context.Context, tx Tx, a Appeal, n Decision) (RulingDoc, error) {
	c, err := tx.Claim(ctx, a.Claim)
	if err != nil {
		return RulingDoc{}, err
	}
	doc := RulingDoc{Nonce: NewNonce(), Schema: RulingSchema, Ruling: NewID(), Verdict: a.Claim, Against: a.Against, Rev: a.Rev, RevNow: c.Rev,
		Kind: a.Kind, Unpublish: a.Unpublish, Outcome: n.Outcome, Remedy: n.Remedy, Reasons: trimNotes(n.Reasons),
		Received: a.Received.Format(time.DateOnly), Approvals: Approvals}
	var ps []Problem
	if !slices.Contains(Outcomes(), n.Outcome) {
		ps = append(ps, NoOutcome)
	}
	if !slices.Contains(Remedies(a.Against), n.Remedy) {
		ps = append(ps, NoRemedy)
	}
	acts := n.Remedy != RemedyNone && n.Remedy != RemedyDone
	if acts && (n.Outcome == NotUpheld || n.Outcome == NotForUs) || n.Outcome == Upheld && n.Remedy == RemedyNone {
		ps = append(ps, RemedyUnfit)
	}
	langs, err := d.langsOf(ctx, tx, c)
	if err != nil {
		return doc, err
	}
	for _, l := range langs {
		if !slices.ContainsFunc(doc.Reasons, func(n Note) bool { return n.Lang == l }) {
			ps = append(ps, NoRulingText)
			break
		}
	}
	for _, r := range doc.Reasons {
		if tooLong(r.Text, MaxBodyRunes/4) {
			ps = append(ps, TextTooLong)
			break
		}
	}
	if len(ps) > 0 {
		return doc, invalid(ps...)
	}
	return doc, nil
}

// langsOf lists the languages a ruling must be written in: those of the check,
// or the desk's foremost one when nothing was published.
func (d *Desk) langsOf(ctx context.Context, tx Tx, c Claim) ([]string, error) {
	doc, err := d.newest(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	var out []string
	if doc != nil {
		for _, t := range doc.Texts {
			out = append(out, t.Lang)
		}
	}
	if len(out) == 0 {
		out = d.opts.Langs[:1]
	}
	return out, nil
}

// ApproveRuling is the decision of a second person, who had no part in the
// check either, on exactly the bytes with this hash, and publishes them: the
// document, its entry in the public log, the state of the appeal, a word to
// whoever left an address, and the event stand or fall together. word is that
// sealed message. A check that has changed since the ruling was written needs
// a new ruling.
func (d *Desk) ApproveRuling(ctx context.Context, by Actor, id ID, hash, word []byte) (Ruling, error) {
	return d.settle(ctx, by, id, func(tx Tx, r *Ruling, a *Appeal) (EventKind, error) {
		if err := thirdPerson(ctx, tx, by, *r); err != nil {
			return "", err
		}
		if !bytes.Equal(hash, r.Hash) || !bytes.Equal(DocHash(r.Doc), r.Hash) {
			return "", ErrConflict
		}
		doc, err := ParseRuling(r.Doc)
		if err != nil {
			return "", err
		}
		c, err := tx.Claim(ctx, a.Claim)
		if err != nil {
			return "", err
		}
		if c.Rev != doc.RevNow {
			return "", invalid(CheckMoved)
		}
		// Whoever decided may have taken a part meanwhile.
		if err := withoutPart(ctx, tx, Actor{Staff: r.Decider}, a.Claim); err != nil {
			return "", err
		}
		place, err := d.log.Append(ctx, tx, LogEntry{Op: string(r.ID), Kind: KindRuling, Verdict: a.Claim, Ruling: r.ID, Outcome: r.Outcome, Doc: r.Hash})
		if err != nil {
			return "", err
		}
		if err := tx.AddDocument(ctx, r.Hash, r.Doc); err != nil {
			return "", err
		}
		r.State, r.Approver, r.Settled, r.LogIndex = ReviewApproved, by.Staff, d.Now(), place.Index
		a.State, a.Ruled = AppealRuled, d.Now()
		if err := d.lastWord(ctx, tx, *a, word); err != nil {
			return "", err
		}
		return EvRulingPublished, nil
	})
}

// lastWord tells whoever left an address that the ruling is out; the address
// is forgotten a week later.
func (d *Desk) lastWord(ctx context.Context, tx Tx, a Appeal, word []byte) error {
	cs, err := tx.Conversations(ctx, ConversationFilter{IDs: []ID{a.Conversation}, Limit: 1})
	if err != nil || a.Conversation == "" || len(cs) == 0 {
		return err
	}
	cs[0].Ends = d.Now().Add(keepAnswered)
	if err := tx.SetConversation(ctx, cs[0]); err != nil || len(word) == 0 {
		return err
	}
	return d.writeTo(ctx, tx, a, "ruled", word)
}

// ReturnRuling sends a ruling back to whoever decides, with reasons.
func (d *Desk) ReturnRuling(ctx context.Context, by Actor, id ID, reasons string) (Ruling, error) {
	note := trimNotes([]Note{{Text: reasons}})
	if len(note) == 0 {
		return Ruling{}, invalid(SendBackNoReasons)
	}
	if tooLong(reasons, MaxNoteRunes) {
		return Ruling{}, invalid(TextTooLong)
	}
	return d.settle(ctx, by, id, func(tx Tx, r *Ruling, a *Appeal) (EventKind, error) {
		if err := thirdPerson(ctx, tx, by, *r); err != nil {
			return "", err
		}
		r.State, r.Approver, r.Settled, r.Reasons = ReviewReturned, by.Staff, d.Now(), note[0].Text
		a.State = AppealTaken
		return EvRulingReturned, nil
	})
}

// TakeBackRuling ends a ruling before a second person has looked, so that it
// can be changed. Only whoever wrote it may.
func (d *Desk) TakeBackRuling(ctx context.Context, by Actor, id ID) (Ruling, error) {
	return d.settle(ctx, by, id, func(tx Tx, r *Ruling, a *Appeal) (EventKind, error) {
		if r.Decider != by.Staff {
			return "", ErrForbidden
		}
		r.State, r.Settled = ReviewTaken, d.Now()
		a.State = AppealTaken
		return EvRulingTakenBack, nil
	})
}

// thirdPerson returns ErrOwnWork if the actor wrote the ruling or had a part in
// the check.
func thirdPerson(ctx context.Context, tx Tx, by Actor, r Ruling) error {
	if by.Staff == r.Decider {
		return ErrOwnWork
	}
	return withoutPart(ctx, tx, by, r.Claim)
}

// settle ends a pending ruling.
func (d *Desk) settle(ctx context.Context, by Actor, id ID, change func(Tx, *Ruling, *Appeal) (EventKind, error)) (Ruling, error) {
	var out Ruling
	err := d.do(ctx, by, MayReview, func(tx Tx) error {
		tx = whole(tx)
		rs, err := tx.Rulings(ctx, RulingFilter{ID: id, Limit: 1})
		if err != nil {
			return err
		}
		if len(rs) == 0 || id == "" {
			return ErrNotFound
		}
		r := rs[0]
		if r.State != ReviewPending {
			return ErrState
		}
		a, err := appealByID(ctx, tx, r.Appeal)
		if err != nil {
			return err
		}
		kind, err := change(tx, &r, &a)
		if err != nil {
			return err
		}
		if err := tx.SetRuling(ctx, r); err != nil {
			return err
		}
		if err := tx.SetAppeal(ctx, a); err != nil {
			return err
		}
		out = r
		return d.tell(ctx, tx, by, Event{Kind: kind, Claim: a.Claim, About: a.ID, Data: map[string]string{"outcome": string(r.Outcome)}})
	})
	return out, err
}
