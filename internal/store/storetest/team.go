package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// team is what a store promises of presence, past drafts, kept texts, notes
// and their end.
func team(t *testing.T, open func(*testing.T) Store) {
	presence(t, open)
	s := open(t)
	c, d := addClaim(t, s, "một"), addClaim(t, s, "hai")
	draft := func(v int64, text string) desk.Draft {
		return desk.Draft{Claim: c.ID, Rating: desk.RatingFalse, Texts: []desk.Text{{Lang: "vi", Body: text}}, Version: v}
	}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []desk.Draft{draft(3, "ba"), draft(3, "không ghi đè"), draft(6, "sáu")} {
			if err := tx.KeepPast(ctx, x, noon); err != nil {
				return err
			}
		}
		return nil
	})
	for v, want := range map[int64]desk.Draft{3: draft(3, "ba"), 4: draft(6, "sáu"), 6: draft(6, "sáu")} {
		same(t, "past", want, get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Draft, error) { return tx.PastDraft(ctx, c.ID, v) }))
	}
	for _, v := range []int64{1, 2, 7} { // before what is known, and after
		failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.PastDraft(ctx, c.ID, v); return err })
	}

	typed := desk.Typed{Rating: desk.RatingFalse, Text: desk.Text{Lang: "vi", Summary: "“gõ”"}, Reason: desk.ReasonTypo, Notes: []desk.Note{{Lang: "vi", Text: "x"}}}
	a := desk.Kept{ID: desk.NewID(), Claim: c.ID, Staff: desk.NewID(), Typed: typed, Base: desk.Typed{Text: desk.Text{Lang: "vi"}}, Why: desk.KeptOverlap, State: desk.KeptOpen, At: noon}
	b := a
	b.ID, b.Claim, b.At, b.Why = desk.NewID(), d.ID, noon.Add(time.Hour), desk.KeptReview
	set := func(ks ...desk.Kept) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error {
			for _, k := range ks {
				if err := tx.SetKept(ctx, k); err != nil {
					return err
				}
			}
			return nil
		})
	}
	set(a, b)
	list := func(f desk.KeptFilter) []desk.Kept {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Kept, error) { return tx.KeptTexts(ctx, f) })
	}
	same(t, "newest first", []desk.Kept{b, a}, list(desk.KeptFilter{Staff: a.Staff}))
	same(t, "of a claim", []desk.Kept{a}, list(desk.KeptFilter{Claim: c.ID}))
	b.State, b.Settled, b.Result = desk.KeptUsed, noon.Add(2*time.Hour), typed
	set(b)
	same(t, "open ones", []desk.Kept{a}, list(desk.KeptFilter{State: desk.KeptOpen}))
	same(t, "settled", []desk.Kept{b}, list(desk.KeptFilter{ID: b.ID}))
	teamNotes(t, s, c, d)
	swept := get1(t, s, desk.TeamSweep{Past: noon.Add(time.Second), Settled: noon.Add(3 * time.Hour), Kept: noon.Add(-time.Hour), Notes: noon.Add(time.Hour)})
	same(t, "swept: two past drafts, one settled text, no note of an open claim", 3, swept)
	same(t, "what nobody settled stays", []desk.Kept{a}, list(desk.KeptFilter{}))
}

// get1 sweeps and returns how much went.
func get1(t *testing.T, s Store, w desk.TeamSweep) (n int) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
		n, err = tx.SweepTeam(ctx, w)
		return err
	})
	return n
}

// teamNotes tries the notes of two claims, of which the second ends.
func teamNotes(t *testing.T, s Store, c, d desk.Claim) {
	one := desk.ClaimNote{ID: desk.NewID(), Claim: c.ID, Staff: desk.NewID(), Text: "@An xem “giúp”\nnhé", At: noon}
	two := desk.ClaimNote{ID: desk.NewID(), Claim: c.ID, Staff: one.Staff, Text: "hai", At: noon.Add(time.Minute)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetNote(ctx, two); err != nil {
			return err
		}
		return tx.SetNote(ctx, one)
	})
	notes := func(claim desk.ID) []desk.ClaimNote {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ClaimNote, error) { return tx.NotesOf(ctx, claim) })
	}
	same(t, "oldest first", []desk.ClaimNote{one, two}, notes(c.ID))
	two.Text, two.Edited, two.Retracted = "", noon.Add(time.Hour), noon.Add(2*time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetNote(ctx, two) })
	same(t, "retracted", []desk.ClaimNote{one, two}, notes(c.ID))
	same(t, "none", []desk.ClaimNote{}, notes(d.ID))
}

// presence is what a store promises of who is there.
func presence(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "một")
	p := desk.Presence{Claim: c.ID, Staff: "b", Writing: true, Since: noon, Seen: noon.Add(time.Minute)}
	q := desk.Presence{Claim: c.ID, Staff: "a", Since: noon.Add(time.Second), Seen: noon.Add(time.Second)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetPresence(ctx, q); err != nil {
			return err
		}
		return tx.SetPresence(ctx, p)
	})
	here := func(after time.Time) []desk.Presence {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Presence, error) { return tx.Presences(ctx, c.ID, after) })
	}
	same(t, "longest there first", []desk.Presence{p, q}, here(noon))
	same(t, "lately", []desk.Presence{p}, here(noon.Add(30*time.Second)))
	q.Writing, q.Seen = true, noon.Add(time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetPresence(ctx, q) })
	same(t, "again", []desk.Presence{q}, here(noon.Add(2*time.Minute)))
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.DropPresence(ctx, c.ID, "a"); err != nil {
			return err
		}
		return tx.DropPresence(ctx, c.ID, "nobody")
	})
	same(t, "left", []desk.Presence{p}, here(noon))
	same(t, "wiped", 1, get1(t, s, desk.TeamSweep{Presence: noon.Add(2 * time.Minute)}))
}

// opinions is what a store promises of experts and their answers.
func opinions(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "một")
	e := desk.Expert{ID: desk.NewID(), Name: "Giáo sư vật lý", Institution: "Đại học X", Topics: []string{"science"}, Payer: "Quỹ Y", Lang: "vi",
		Agreed: "2026-11-02", Proof: "tủ hồ sơ 3", Address: []byte{0, 255, 1}, Added: noon, AddedBy: desk.NewID()}
	o := desk.Opinion{ID: desk.NewID(), Claim: c.ID, Expert: e.ID, Question: "Có “đúng” không?", Lang: "vi", By: desk.NewID(), Asked: noon,
		Hash: bytes.Repeat([]byte{7}, 32), Ends: noon.Add(time.Hour)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetExpert(ctx, e); err != nil {
			return err
		}
		return tx.SetOpinion(ctx, o)
	})
	experts := func() []desk.Expert {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Expert, error) { return tx.Experts(ctx) })
	}
	list := func(f desk.OpinionFilter) []desk.Opinion {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Opinion, error) { return tx.Opinions(ctx, f) })
	}
	same(t, "expert", []desk.Expert{e}, experts())
	for name, f := range map[string]desk.OpinionFilter{"claim": {Claim: c.ID}, "expert": {Expert: e.ID}, "hash": {Hash: o.Hash}, "id": {ID: o.ID}} {
		same(t, name, []desk.Opinion{o}, list(f))
	}
	same(t, "another hash", []desk.Opinion{}, list(desk.OpinionFilter{Hash: bytes.Repeat([]byte{8}, 32)}))
	twin := o
	twin.ID = desk.NewID()
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetOpinion(ctx, twin) })
	e.Address, e.Withdrawn = nil, noon.Add(time.Hour)
	o.Answer, o.Answered, o.Cited, o.Revoked = "Không.", noon.Add(time.Minute), true, noon.Add(time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetExpert(ctx, e); err != nil {
			return err
		}
		return tx.SetOpinion(ctx, o)
	})
	same(t, "withdrawn", []desk.Expert{e}, experts())
	same(t, "answered", []desk.Opinion{o}, list(desk.OpinionFilter{}))
	same(t, "links that ended", 1, get1(t, s, desk.TeamSweep{Links: noon.Add(2 * time.Hour)}))
	o.Hash = nil
	same(t, "without its link", []desk.Opinion{o}, list(desk.OpinionFilter{}))
}

// notifications is what a store promises of who was told what.
func notifications(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "một")
	me := desk.Staff{ID: desk.NewID(), Name: "An", Role: desk.Checker, Lang: "vi", Created: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStaff(ctx, me) })
	mk := func(event int64) desk.Notification {
		return desk.Notification{ID: desk.NewID(), Staff: me.ID, Event: event, Kind: desk.ToldMention, Claim: c.ID, Actor: "x",
			At: noon.Add(time.Duration(event) * time.Minute), Mail: desk.MailWaiting}
	}
	add := func(ctx context.Context, tx desk.Tx, ns ...desk.Notification) (err error) {
		for _, n := range ns {
			if err == nil {
				err = tx.AddNotification(ctx, n)
			}
		}
		return err
	}
	a, b := mk(1), mk(2)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return add(ctx, tx, a, b) })
	write(t, s, func(ctx context.Context, tx desk.Tx) error { // and the transaction goes on
		isKind(t, "a second one for the event", add(ctx, tx, mk(2)), desk.ErrDuplicate)
		other := mk(2)
		other.Staff, other.Mail = "somebody", desk.MailNone
		return add(ctx, tx, other)
	})
	list := func(f desk.NotificationFilter) []desk.Notification {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Notification, error) { return tx.Notifications(ctx, f) })
	}
	unread := func() int {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (int, error) { return tx.CountUnread(ctx, me.ID) })
	}
	same(t, "newest first", []desk.Notification{b, a}, list(desk.NotificationFilter{Staff: me.ID}))
	same(t, "unread", 2, unread())
	a.Read, a.Mail = noon.Add(time.Hour), desk.MailNone
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetNotification(ctx, a) })
	same(t, "read", 1, unread())
	same(t, "to be mailed", []desk.Notification{b}, list(desk.NotificationFilter{Staff: me.ID, Unread: true, Mail: desk.MailWaiting}))
	same(t, "before", []desk.Notification{a}, list(desk.NotificationFilter{Staff: me.ID, Before: b.Event}))
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.SetNotification(ctx, mk(9)) })

	p := desk.MailPlan{Staff: me.ID, Address: []byte{0, 9}, Schedule: desk.MailDaily, Zone: "Europe/Paris", QuietFrom: 1320, QuietTo: 360,
		Muted: []desk.NotificationKind{desk.ToldDraft}}
	plans := func() []desk.MailPlan {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.MailPlan, error) { return tx.MailPlans(ctx) })
	}
	same(t, "no plan", []desk.MailPlan{}, plans())
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetMailPlan(ctx, p) })
	same(t, "a plan", []desk.MailPlan{p}, plans())
	p.Address, p.Schedule, p.Muted, p.Mailed = nil, desk.MailNever, nil, noon
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetMailPlan(ctx, p) })
	same(t, "another", []desk.MailPlan{p}, plans())
	same(t, "swept: the read one", 1, get1(t, s, desk.TeamSweep{Read: noon.Add(time.Hour)}))
	same(t, "what is left", []desk.Notification{b}, list(desk.NotificationFilter{Staff: me.ID}))
}
