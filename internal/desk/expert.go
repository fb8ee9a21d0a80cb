package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// Expert is a person who knows a subject, whom the desk asks by name and who
// agreed in writing that the name stands beside the answer in public.
type Expert struct {
	ID          ID
	Name        string
	Institution string
	Topics      []string // see Topics
	Payer       string   // who pays for the work, if known; shown to readers
	Lang        string
	Agreed      string // date of the written agreement, 2006-01-02
	Proof       string // where the agreement is kept
	Address     []byte // e-mail, sealed; gone once the agreement is withdrawn
	Added       time.Time
	AddedBy     ID
	Withdrawn   time.Time // zero while the agreement stands
}

// Agrees reports whether the expert may be asked and named.
func (e Expert) Agrees() bool { return e.Withdrawn.IsZero() }

// Opinion is a question to an expert and the answer. The answer speaks of
// evidence; it is not a rating, and it never counts as the independent source
// without which nothing is published.
type Opinion struct {
	ID       ID
	Claim    ID
	Expert   ID
	Question string
	Lang     string
	By       ID
	Asked    time.Time
	Hash     []byte    // SHA-256 of the secret in the personal link; nil once it is of no use
	Ends     time.Time // of the link
	Revoked  time.Time // zero unless staff ended the link
	Answer   string
	Answered time.Time
	Cited    bool // stands in the next text that is sent to review
}

// Open reports whether the link still lets the expert answer.
func (o Opinion) Open(now time.Time) bool {
	return o.Revoked.IsZero() && len(o.Hash) > 0 && now.Before(o.Ends)
}

// OpinionFilter selects opinions; zero fields do not restrict.
type OpinionFilter struct {
	ID     ID
	Claim  ID
	Expert ID
	Hash   []byte
	Limit  int // 0 means 500
}

// The limits of what an expert is asked and answers.
const (
	opinionFor     = 30 * 24 * time.Hour // how long a link is good
	MaxAnswerRunes = 4_000
	maxExperts     = 2_000
)

// tidy trims the fields of an expert and says what is wrong with them.
func (e *Expert) tidy(now time.Time) error {
	for _, f := range []*string{&e.Name, &e.Institution, &e.Payer, &e.Proof} {
		*f = strings.Join(strings.Fields(*f), " ")
	}
	var ps []Problem
	if e.Name == "" || e.Institution == "" {
		ps = append(ps, TextEmpty)
	}
	if tooLong(e.Name, MaxLineRunes) || tooLong(e.Institution, MaxLineRunes) || tooLong(e.Payer, MaxLineRunes) || tooLong(e.Proof, MaxLineRunes) {
		ps = append(ps, TextTooLong)
	}
	if len(e.Topics) == 0 || slices.ContainsFunc(e.Topics, func(t string) bool { return !slices.Contains(Topics(), t) }) {
		ps = append(ps, BadChoice)
	}
	if day, err := time.Parse(time.DateOnly, e.Agreed); err != nil || day.After(now.Add(24*time.Hour)) || e.Proof == "" {
		ps = append(ps, NoAgreement)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// AddExpert puts a person on the register, who agreed in writing.
func (d *Desk) AddExpert(ctx context.Context, by Actor, e Expert) (Expert, error) {
	if !e.ID.Valid() { // a sealed address is bound to an id that the caller made
		e.ID = NewID()
	}
	e.Added, e.AddedBy, e.Withdrawn = d.Now(), by.Staff, time.Time{}
	if err := e.tidy(d.Now()); err != nil {
		return e, err
	}
	if !slices.Contains(d.opts.Langs, e.Lang) {
		return e, invalid(BadChoice)
	}
	err := d.do(ctx, by, MayReview, func(tx Tx) error {
		all, err := tx.Experts(ctx)
		if err != nil {
			return err
		}
		if len(all) >= maxExperts {
			return invalid(BadChoice)
		}
		if slices.ContainsFunc(all, func(o Expert) bool {
			return o.ID == e.ID || o.Agrees() && strings.EqualFold(o.Name, e.Name) && strings.EqualFold(o.Institution, e.Institution)
		}) {
			return invalid(NameTaken)
		}
		if err := tx.SetExpert(ctx, e); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvExpertAdded, About: e.ID})
	})
	return e, err
}

// Experts lists the register by name, for everyone who reads the desk.
func (d *Desk) Experts(ctx context.Context, by Actor) ([]Expert, error) {
	var out []Expert
	err := d.read(ctx, by, MayRead, func(tx Tx) (err error) {
		out, err = tx.Experts(ctx)
		return err
	})
	return out, err
}

// expertAt finds an expert.
func expertAt(ctx context.Context, tx Tx, id ID) (Expert, error) {
	all, err := tx.Experts(ctx)
	if err != nil {
		return Expert{}, err
	}
	i := slices.IndexFunc(all, func(e Expert) bool { return e.ID == id })
	if i < 0 {
		return Expert{}, ErrNotFound
	}
	return all[i], nil
}

// WithdrawExpert ends the agreement of an expert: the address is erased, links
// end, nothing new carries the name, and a text under review that does goes
// back to its author. What is published stays as it is, dated; a change of it
// is a correction like any other. Asked for by the expert through a personal
// link, or by an editor.
func (d *Desk) WithdrawExpert(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayReview, func(tx Tx) error { return d.withdrawExpert(ctx, tx, by, id) })
}

// withdrawExpert does the work of WithdrawExpert.
func (d *Desk) withdrawExpert(ctx context.Context, tx Tx, by Actor, id ID) error {
	e, err := expertAt(ctx, tx, id)
	if err != nil || !e.Agrees() {
		return err
	}
	e.Withdrawn, e.Address = d.Now(), nil
	if err := tx.SetExpert(ctx, e); err != nil {
		return err
	}
	os, err := tx.Opinions(ctx, OpinionFilter{Expert: id})
	if err != nil {
		return err
	}
	for _, o := range os {
		if err := d.unname(ctx, tx, by, o); err != nil {
			return err
		}
	}
	return d.tell(ctx, tx, by, Event{Kind: EvExpertWithdrawn, About: id})
}

// unname ends what one opinion still could do with the name.
func (d *Desk) unname(ctx context.Context, tx Tx, by Actor, o Opinion) error {
	cited := o.Cited
	o.Hash, o.Cited = nil, false
	if err := tx.SetOpinion(ctx, o); err != nil || !cited {
		return err
	}
	c, err := tx.Claim(ctx, o.Claim)
	if err != nil || !c.Pending() {
		return err
	}
	r, c, err := pending(ctx, tx, c.Review)
	if err != nil {
		return err
	}
	doc, err := ParseDocument(r.Doc)
	if err != nil || !slices.ContainsFunc(doc.Opinions, func(x DocOpinion) bool { return x.ID == o.ID }) {
		return err
	}
	r.State, r.Decided, c.Review = ReviewTaken, d.Now(), ""
	if err := tx.SetReview(ctx, r); err != nil {
		return err
	}
	_, err = d.saveClaim(ctx, tx, by, c, Event{Kind: EvReviewTaken, About: r.ID, Data: map[string]string{"why": "expert"}})
	return err
}

// linkSecret makes the secret of a personal link and the hash that is stored
// of it.
func linkSecret() (secret string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, linkHash(secret)
}

// linkHash is what is stored of a link's secret.
func linkHash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// AskExpert asks an expert about a claim and returns the secret of the
// personal link, which is shown once and sent.
func (d *Desk) AskExpert(ctx context.Context, by Actor, claim, expert ID, question string) (Opinion, string, error) {
	question = strings.TrimSpace(question)
	secret, hash := linkSecret()
	o := Opinion{ID: NewID(), Claim: claim, Expert: expert, Question: question, By: by.Staff, Asked: d.Now(), Hash: hash, Ends: d.Now().Add(opinionFor)}
	if question == "" {
		return o, "", invalid(TextEmpty)
	}
	if tooLong(question, MaxNoteRunes) {
		return o, "", invalid(TextTooLong)
	}
	_, err := d.step(ctx, by, MayAssess, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		e, err := expertAt(ctx, tx, expert)
		if err != nil {
			return Event{}, err
		}
		if !e.Agrees() {
			return Event{}, ErrState
		}
		o.Lang = e.Lang
		return Event{Kind: EvOpinionAsked, About: o.ID}, tx.SetOpinion(ctx, o)
	})
	return o, secret, err
}

// changeOpinion applies a staff member's change to one opinion of a claim.
func (d *Desk) changeOpinion(ctx context.Context, by Actor, p Permission, claim, id ID, change func(tx Tx, o *Opinion) (EventKind, error)) (Opinion, error) {
	var out Opinion
	_, err := d.step(ctx, by, p, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		os, err := tx.Opinions(ctx, OpinionFilter{ID: id, Claim: claim, Limit: 1})
		if err != nil {
			return Event{}, err
		}
		if len(os) == 0 {
			return Event{}, ErrNotFound
		}
		out = os[0]
		kind, err := change(tx, &out)
		if err != nil {
			return Event{}, err
		}
		return Event{Kind: kind, About: id}, tx.SetOpinion(ctx, out)
	})
	return out, err
}

// EndOpinion revokes the link: whoever holds it can read and answer nothing.
func (d *Desk) EndOpinion(ctx context.Context, by Actor, claim, id ID) (Opinion, error) {
	return d.changeOpinion(ctx, by, MayAssess, claim, id, func(_ Tx, o *Opinion) (EventKind, error) {
		if !o.Open(d.Now()) {
			return "", ErrState
		}
		o.Revoked, o.Hash = d.Now(), nil
		return EvOpinionEnded, nil
	})
}

// CiteOpinion puts an answer among what the next text shows its readers, or
// takes it out. It sets no rating and stands in for no source.
func (d *Desk) CiteOpinion(ctx context.Context, by Actor, claim, id ID, cited bool) (Opinion, error) {
	return d.changeOpinion(ctx, by, MayCite, claim, id, func(tx Tx, o *Opinion) (EventKind, error) {
		e, err := expertAt(ctx, tx, o.Expert)
		if err != nil {
			return "", err
		}
		if o.Answer == "" || o.Cited == cited || cited && !e.Agrees() {
			return "", ErrState
		}
		o.Cited = cited
		if cited {
			return EvOpinionCited, nil
		}
		return EvOpinionUncited, nil
	})
}

// OpinionsOf lists what experts were asked about a claim, oldest first.
func (d *Desk) OpinionsOf(ctx context.Context, by Actor, claim ID) ([]Opinion, error) {
	var out []Opinion
	err := d.read(ctx, by, MayRead, func(tx Tx) (err error) {
		out, err = tx.Opinions(ctx, OpinionFilter{Claim: claim})
		return err
	})
	return out, err
}

// Asking is what the page behind a personal link shows.
type OpinionAsked struct {
	Opinion Opinion
	Expert  Expert
	Claim   Claim
}

// OpinionByLink finds what the holder of a personal link was asked;
// ErrNotFound when the link is wrong, over or revoked, which are told apart
// for nobody.
func (d *Desk) OpinionByLink(ctx context.Context, secret string) (OpinionAsked, error) {
	var out OpinionAsked
	err := d.store.Read(ctx, func(tx Tx) (err error) {
		out, err = d.byLink(ctx, tx, secret)
		return err
	})
	return out, err
}

// byLink does the work of OpinionByLink.
func (d *Desk) byLink(ctx context.Context, tx Tx, secret string) (out OpinionAsked, err error) {
	hash := linkHash(secret)
	os, err := tx.Opinions(ctx, OpinionFilter{Hash: hash, Limit: 1})
	if err != nil {
		return out, err
	}
	if len(os) == 0 || !bytes.Equal(os[0].Hash, hash) || !os[0].Open(d.Now()) {
		return out, ErrNotFound
	}
	out.Opinion = os[0]
	if out.Expert, err = expertAt(ctx, tx, out.Opinion.Expert); err != nil {
		return out, err
	}
	if !out.Expert.Agrees() {
		return out, ErrNotFound
	}
	out.Claim, err = tx.Claim(ctx, out.Opinion.Claim)
	return out, err
}

// AnswerOpinion takes the answer that came through a personal link. It can be
// changed through the link until it is cited.
func (d *Desk) AnswerOpinion(ctx context.Context, secret, answer string) (OpinionAsked, error) {
	answer = strings.TrimSpace(strings.ReplaceAll(answer, "\r\n", "\n"))
	var out OpinionAsked
	if answer == "" {
		return out, invalid(TextEmpty)
	}
	if tooLong(answer, MaxAnswerRunes) {
		return out, invalid(TextTooLong)
	}
	err := d.store.Tx(ctx, func(tx Tx) (err error) {
		if out, err = d.byLink(ctx, tx, secret); err != nil {
			return err
		}
		if out.Opinion.Answer == answer {
			return nil // sent twice
		}
		if out.Opinion.Cited {
			return ErrState
		}
		out.Opinion.Answer, out.Opinion.Answered = answer, d.Now()
		if err := tx.SetOpinion(ctx, out.Opinion); err != nil {
			return err
		}
		return d.tell(ctx, tx, Program(), Event{Kind: EvOpinionGiven, Claim: out.Claim.ID, About: out.Opinion.ID})
	})
	return out, err
}

// WithdrawByLink ends the agreement of the expert who holds a personal link.
func (d *Desk) WithdrawByLink(ctx context.Context, secret string) error {
	return d.store.Tx(ctx, func(tx Tx) error {
		a, err := d.byLink(ctx, tx, secret)
		if err != nil {
			return err
		}
		return d.withdrawExpert(ctx, tx, Program(), a.Expert.ID)
	})
}

// DocOpinion is an expert's answer as published: an opinion on evidence, under
// the name of who gave it and agreed to be named. It carries no rating.
type DocOpinion struct {
	ID          ID     `json:"id"`
	Name        string `json:"name"`
	Institution string `json:"institution"`
	Payer       string `json:"paid_by,omitempty"`
	Lang        string `json:"lang,omitempty"`
	Question    string `json:"question"`
	Answer      string `json:"answer"`
	Answered    string `json:"answered"` // date
}

// citedOpinions are the answers that the next document carries.
func citedOpinions(ctx context.Context, tx Tx, claim ID) ([]DocOpinion, error) {
	os, err := tx.Opinions(ctx, OpinionFilter{Claim: claim})
	if err != nil {
		return nil, err
	}
	var out []DocOpinion
	for _, o := range os {
		if !o.Cited {
			continue
		}
		e, err := expertAt(ctx, tx, o.Expert)
		if err != nil {
			return nil, err
		}
		if e.Agrees() {
			out = append(out, DocOpinion{ID: o.ID, Name: e.Name, Institution: e.Institution, Payer: e.Payer, Lang: o.Lang,
				Question: o.Question, Answer: o.Answer, Answered: o.Answered.Format(time.DateOnly)})
		}
	}
	return out, nil
}
