package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewAnswer is what a body hands in by its personal page.
type NewAnswer struct {
	Kind  AnswerKind
	Text  string
	Lang  string
	Ext   []byte // of the form, so that one sent twice is one answer
	Files []NewMedia
}

// RequestByLink reads the request behind a personal link, for the body itself.
// ErrNotFound for a link that never was, was replaced or withdrawn, or has
// expired: nothing tells them apart.
func (d *Desk) RequestByLink(ctx context.Context, link []byte) (v RequestView, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		r, err := d.requestOfLink(ctx, tx, link)
		if err != nil {
			return err
		}
		v, err = d.requestView(ctx, tx, r.ID)
		return err
	})
	return v, err
}

// requestOfLink finds the open request of a link.
func (d *Desk) requestOfLink(ctx context.Context, tx Tx, link []byte) (Request, error) {
	if len(link) == 0 {
		return Request{}, ErrNotFound
	}
	rs, err := tx.Requests(ctx, RequestFilter{Link: link, Limit: 1})
	if err != nil {
		return Request{}, err
	}
	if len(rs) == 0 || !rs[0].open(d.Now()) {
		return Request{}, ErrNotFound
	}
	return rs[0], nil
}

// AnswerRequest records an answer that came by the personal page. It is kept
// whatever became of the claim meanwhile, and changes nothing of it. A body may
// answer again as long as its link leads somewhere; all answers are kept.
func (d *Desk) AnswerRequest(ctx context.Context, by Actor, link []byte, n NewAnswer) (v RequestView, err error) {
	a := BodyAnswer{ID: NewID(), Kind: n.Kind, Text: n.Text, Lang: n.Lang, Way: WayPage, State: AnswerGiven, Ext: n.Ext, Own: true}
	a.Files = idsOf(n.Files)
	if err := cleanAnswer(&a, d.opts.Langs); err != nil {
		return v, err
	}
	err = d.do(ctx, by, MayAsk, func(tx Tx) error {
		r, err := d.requestOfLink(ctx, tx, link)
		if err != nil {
			return err
		}
		return d.keepAnswer(ctx, tx, by, r, a, n.Files)
	})
	if err != nil && !errors.Is(err, ErrDuplicate) {
		return v, err
	}
	return d.RequestByLink(ctx, link)
}

// idsOf lists the IDs of files.
func idsOf(files []NewMedia) (out []ID) {
	for _, f := range files {
		out = append(out, f.ID)
	}
	return out
}

// keepAnswer stores an answer with its files and tells of it.
func (d *Desk) keepAnswer(ctx context.Context, tx Tx, by Actor, r Request, a BodyAnswer, files []NewMedia) error {
	a.Request, a.At = r.ID, later(d.Now(), r.Asked) // a clock that was put back makes no answer older than its question
	if err := tx.AddBodyAnswer(ctx, a); err != nil {
		return err
	}
	for _, f := range files {
		f.Tip, f.Claim, f.Added, f.AddedBy, f.Use = "", r.Claim, a.At, by.Staff, UseNo
		if err := storeMedia(ctx, tx, f); err != nil {
			return err
		}
	}
	if a.State == AnswerGiven && r.Sent.IsZero() { // the question reached it, whatever the outbox knows
		if err := d.start(ctx, tx, &r, r.Asked); err != nil {
			return err
		}
		if err := tx.SetRequest(ctx, r); err != nil {
			return err
		}
	}
	return d.tell(ctx, tx, by, Event{Kind: EvRequestAnswered, Claim: r.Claim, About: r.ID,
		Data: map[string]string{"kind": string(a.Kind), "way": string(a.Way), "files": strconv.Itoa(len(a.Files))}})
}

// EnterAnswer records an answer that came by letter or telephone.
func (d *Desk) EnterAnswer(ctx context.Context, by Actor, request ID, n NewAnswer) error {
	a := BodyAnswer{ID: NewID(), Kind: n.Kind, Text: n.Text, Lang: n.Lang, Way: WayHand, State: AnswerGiven, Ext: n.Ext,
		Decided: d.Now(), DecidedBy: by.Staff, Files: idsOf(n.Files)}
	if err := cleanAnswer(&a, d.opts.Langs); err != nil {
		return err
	}
	if a.Text == "" {
		return invalid(TextEmpty)
	}
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		r, err := requestByID(ctx, tx, request)
		if err != nil {
			return err
		}
		if !r.Ended.IsZero() {
			return ErrState
		}
		return d.keepAnswer(ctx, tx, by, r, a, n.Files)
	})
	if errors.Is(err, ErrDuplicate) {
		return nil
	}
	return err
}

// AskMoreTime records the body's one wish for more time. ErrState when it asked
// before, answered already, or the deadline is over.
func (d *Desk) AskMoreTime(ctx context.Context, by Actor, link []byte, reason string) (v RequestView, err error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return v, invalid(NoMoreReason)
	}
	if tooLong(reason, MaxNoteRunes) {
		return v, invalid(TextTooLong)
	}
	err = d.do(ctx, by, MayAsk, func(tx Tx) error {
		r, err := d.requestOfLink(ctx, tx, link)
		if err != nil {
			return err
		}
		now := d.Now()
		if r.More.State != MoreNone || !r.Due.IsZero() && now.After(r.Due) {
			return ErrState
		}
		r.More = MoreTime{State: MoreAsked, Reason: reason, At: now}
		if r.Sent.IsZero() {
			if err := d.start(ctx, tx, &r, r.Asked); err != nil {
				return err
			}
		}
		if err := tx.SetRequest(ctx, r); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvMoreAsked, Claim: r.Claim, About: r.ID})
	})
	if err != nil {
		return v, err
	}
	return d.RequestByLink(ctx, link)
}

// MailReply is a mail that answers one of our letters, or comes from the
// address of a body. Nothing of it tells who wrote it.
type MailReply struct {
	Letter ID // the letter it answers, "" if it names none
	Text   string
	Lang   string
	From   string // compared with the address that was asked, never kept
	Sure   bool   // the mail server vouched for From
	Ext    []byte
	Files  []NewMedia
}

// StrayMail is a mail to which no request was found. Its text is erased when
// staff have dealt with it, and after StrayLife.
type StrayMail struct {
	ID    ID
	Text  string
	Lang  string
	At    time.Time
	Ext   []byte // unique
	Own   bool
	Files []ID
}

// StrayLife is how long a mail that matches nothing is kept.
const StrayLife = 30 * 24 * time.Hour

// TakeMail takes a reply in: to the request of its letter, where it waits until
// staff confirm that it is the body's, or into the inbox of replies that match
// nothing. A copy is taken once.
func (d *Desk) TakeMail(ctx context.Context, by Actor, m MailReply) error {
	if m.Text = strings.TrimSpace(m.Text); tooLong(m.Text, MaxReplyRunes) {
		m.Text = string([]rune(m.Text)[:MaxReplyRunes])
	}
	m.Files = m.Files[:min(len(m.Files), MaxMedia)]
	err := d.do(ctx, by, MayAsk, func(tx Tx) error {
		strays, err := tx.StrayMails(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(strays, func(s StrayMail) bool { return slices.Equal(s.Ext, m.Ext) }) {
			return ErrDuplicate
		}
		r, err := d.repliedTo(ctx, tx, m.Letter)
		if err == nil {
			a := BodyAnswer{ID: NewID(), Kind: AnswerText, Text: m.Text, Lang: m.Lang, Way: WayMail, State: AnswerWaiting, Own: m.Sure && m.From == r.Mail, Ext: m.Ext, Files: idsOf(m.Files)}
			return d.keepAnswer(ctx, tx, by, r, a, m.Files)
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		bodies, err := tx.Bodies(ctx)
		if err != nil {
			return err
		}
		s := StrayMail{ID: NewID(), Text: m.Text, Lang: m.Lang, At: d.Now(), Ext: m.Ext, Own: m.Sure && ofBody(bodies, m.From), Files: idsOf(m.Files)}
		if err := tx.SetStrayMail(ctx, s); err != nil {
			return err
		}
		for _, f := range m.Files {
			f.Tip, f.Claim, f.Added, f.AddedBy, f.Use = "", "", s.At, "", UseNo
			if err := storeMedia(ctx, tx, f); err != nil {
				return err
			}
		}
		return d.tell(ctx, tx, by, Event{Kind: EvStrayMail, About: s.ID})
	})
	if errors.Is(err, ErrDuplicate) {
		return nil
	}
	return err
}

// ofBody reports whether an address is one that a body is asked at.
func ofBody(bodies []Body, address string) bool {
	return address != "" && slices.ContainsFunc(bodies, func(b Body) bool { return b.Mail == address })
}

// Office reports whether an address is one that a body of the register is
// asked at.
func (d *Desk) Office(ctx context.Context, address string) (is bool, err error) {
	bodies, err := d.Bodies(ctx)
	return ofBody(bodies, strings.ToLower(address)), err
}

// repliedTo finds the request of a letter; ErrNotFound when it is not one of
// ours or its request was withdrawn.
func (d *Desk) repliedTo(ctx context.Context, tx Tx, letter ID) (Request, error) {
	if !letter.Valid() {
		return Request{}, ErrNotFound
	}
	ls, err := tx.Letters(ctx, LetterFilter{IDs: []ID{letter}, Limit: 1})
	if err != nil {
		return Request{}, err
	}
	if len(ls) == 0 {
		return Request{}, ErrNotFound
	}
	r, err := requestByID(ctx, tx, ls[0].Request)
	if err == nil && !r.Ended.IsZero() {
		err = ErrNotFound
	}
	return r, err
}

// DecideAnswer says whether an answer that came by mail is the body's. One that
// is counts from the day it came; kind says what it says. One that is not is
// kept apart and never shown to the public.
func (d *Desk) DecideAnswer(ctx context.Context, by Actor, answer ID, own bool, kind AnswerKind) (BodyAnswer, error) {
	var a BodyAnswer
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		as, err := tx.BodyAnswers(ctx, BodyAnswerFilter{ID: answer, Limit: 1})
		if err == nil && len(as) == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		if a = as[0]; a.State != AnswerWaiting {
			return ErrState
		}
		r, err := requestByID(ctx, tx, a.Request)
		if err != nil {
			return err
		}
		a.State, a.Decided, a.DecidedBy = AnswerRefused, d.Now(), by.Staff
		e := Event{Kind: EvAnswerRefused, Claim: r.Claim, About: r.ID}
		if own {
			if a.Kind = kind; !slices.Contains(AnswerKinds(), kind) {
				return invalid(NoAnswerKind)
			}
			a.State, e.Kind = AnswerGiven, EvAnswerConfirmed
		}
		if err := tx.SetBodyAnswer(ctx, a); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, e)
	})
	return a, err
}

// Inbox lists the mails that match nothing, oldest first.
func (d *Desk) Inbox(ctx context.Context, by Actor) (out []StrayMail, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.StrayMails(ctx)
		return err
	})
	return out, err
}

// SettleStray makes a mail of the inbox an answer to a request, which waits for
// staff as one that came by itself, or drops it (request empty).
func (d *Desk) SettleStray(ctx context.Context, by Actor, mail, request ID) error {
	return d.do(ctx, by, MayDraft, func(tx Tx) error {
		strays, err := tx.StrayMails(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(strays, func(s StrayMail) bool { return s.ID == mail })
		if i < 0 {
			return ErrNotFound
		}
		s := strays[i]
		if err := tx.DropStrayMail(ctx, s.ID); err != nil {
			return err
		}
		if request == "" {
			if err := dropFiles(ctx, tx, s.Files, d.Now()); err != nil {
				return err
			}
			return d.tell(ctx, tx, by, Event{Kind: EvStrayDropped, About: s.ID})
		}
		r, err := requestByID(ctx, tx, request)
		if err != nil {
			return err
		}
		a := BodyAnswer{ID: NewID(), Request: r.ID, Kind: AnswerText, Text: s.Text, Lang: s.Lang, Way: WayMail, At: s.At, State: AnswerWaiting, Own: s.Own, Ext: s.Ext, Files: s.Files}
		if err := tx.AddBodyAnswer(ctx, a); err != nil {
			return err
		}
		if err := giveFiles(ctx, tx, s.Files, r.Claim); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvStrayMatched, Claim: r.Claim, About: r.ID})
	})
}

// giveFiles puts files on a claim.
func giveFiles(ctx context.Context, tx Tx, ids []ID, claim ID) error {
	if len(ids) == 0 {
		return nil
	}
	ms, err := tx.Media(ctx, MediaFilter{IDs: ids})
	for _, m := range ms {
		m.Claim = claim
		err = errors.Join(err, tx.SetMedia(ctx, m))
	}
	return err
}

// dropFiles erases the content of files.
func dropFiles(ctx context.Context, tx Tx, ids []ID, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	ms, err := tx.Media(ctx, MediaFilter{IDs: ids})
	for _, m := range ms {
		m.Sum, m.Hash, m.Text, m.Erased = nil, nil, "", now
		err = errors.Join(err, tx.SetMedia(ctx, m), tx.SetBlob(ctx, m.ID, MediaFile, nil), tx.SetBlob(ctx, m.ID, MediaView, nil))
	}
	return err
}
