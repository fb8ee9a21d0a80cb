package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// newBody is a body with every field.
func newBody(name string) desk.Body {
	return desk.Body{ID: desk.NewID(), Names: desk.Say(desk.Note{Lang: "vi", Text: name}, desk.Note{Lang: "en", Text: "The " + name}), Kind: desk.BodyAgency,
		Mail: "vanphong@co-quan.example", Page: "https://co-quan.example/", Lang: "vi", Zone: desk.DefaultZone, Week: "123456", Open: 450, Close: 1020,
		Calendars: []desk.ID{desk.VietnamCalendar}, Added: noon}
}

// newRequest is a request with every field.
func newRequest(claim desk.ID, b desk.Body, n byte) desk.Request {
	link := make([]byte, 32)
	link[0] = n
	return desk.Request{ID: desk.NewID(), Claim: claim, Body: b.ID, Names: b.Names, Mail: b.Mail, Lang: "vi", Question: "Có đúng không?", Plan: "Sẽ đăng",
		Harm: desk.HarmHigh, Days: 2, Why: "Vì sao", Asked: noon.Add(time.Duration(n) * time.Minute), By: desk.NewID(), Sent: noon, Told: noon.Add(time.Hour), Due: noon.Add(2 * time.Hour),
		Moves: []desk.DueMove{{At: noon, From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour), Days: []string{"2026-11-24"}, Extra: 1}},
		More:  desk.MoreTime{State: desk.MoreAccepted, Reason: "Cần thêm", At: noon, Decided: noon, By: desk.NewID()},
		Link:  link, LinkN: 3, Expires: noon.Add(24 * time.Hour)}
}

// asked puts a claim, a body and requests into a database.
func asked(t *testing.T, s Store, n byte) (desk.Body, []desk.Request) {
	t.Helper()
	c := desk.Claim{ID: desk.NewID(), Text: "x", State: desk.ClaimOpen, LogIndex: -1, Opened: noon, Changed: noon}
	b := newBody("Sở Y tế")
	var rs []desk.Request
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetClaim(ctx, c); err != nil {
			return err
		}
		return tx.SetBody(ctx, b)
	})
	for i := range n {
		r := newRequest(c.ID, b, i+1)
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRequest(ctx, r) })
		r.Version = 1
		rs = append([]desk.Request{r}, rs...)
	}
	return b, rs
}

func bodies(t *testing.T, open func(*testing.T) Store) {
	t.Run("every field comes back, by name", func(t *testing.T) {
		s := open(t)
		list := func() []desk.Body {
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Body, error) { return tx.Bodies(ctx) })
		}
		same(t, "none", []desk.Body{}, list())
		z, a := newBody("sở Xây dựng"), newBody("Sở An toàn")
		for _, b := range []desk.Body{z, a} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBody(ctx, b) })
		}
		same(t, "two", []desk.Body{a, z}, list())
		z.Removed, z.Mail, z.Calendars = noon.Add(time.Hour), "", nil
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBody(ctx, z) })
		same(t, "changed", []desk.Body{a, z}, list())
	})
	t.Run("no body is a person", func(t *testing.T) {
		s, b := open(t), newBody("x")
		b.Kind = "person"
		if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetBody(t.Context(), b) }); err == nil {
			t.Error("the database took one")
		}
	})
	t.Run("calendars", func(t *testing.T) {
		s := open(t)
		c := desk.Calendar{ID: desk.NewID(), Name: "Nghỉ", Source: "Thông báo", Added: noon, Changed: noon,
			Days: []desk.CalendarDay{{Date: "2026-08-22", Work: true, Title: desk.Say(desk.Note{Lang: "vi", Text: "Làm bù"})}, {Date: "2026-08-31", Title: "Nghỉ"}}}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetCalendar(ctx, c) })
		c.Removed = noon.Add(time.Hour)
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetCalendar(ctx, c) })
		same(t, "calendars", []desk.Calendar{c}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Calendar, error) { return tx.Calendars(ctx) }))
	})
}

func requests(t *testing.T, open func(*testing.T) Store) {
	list := func(t *testing.T, s Store, f desk.RequestFilter) []desk.Request {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Request, error) { return tx.Requests(ctx, f) })
	}
	t.Run("every field comes back, newest first", func(t *testing.T) {
		s := open(t)
		b, rs := asked(t, s, 3)
		same(t, "all", rs, list(t, s, desk.RequestFilter{}))
		same(t, "by id", rs[1:2], list(t, s, desk.RequestFilter{IDs: []desk.ID{rs[1].ID}}))
		same(t, "by claim and body", rs, list(t, s, desk.RequestFilter{Claims: []desk.ID{rs[0].Claim}, Body: b.ID}))
		same(t, "by link", rs[:1], list(t, s, desk.RequestFilter{Link: rs[0].Link}))
		same(t, "bounded", rs[:2], list(t, s, desk.RequestFilter{Limit: 2}))
		same(t, "expired", []desk.Request{}, list(t, s, desk.RequestFilter{Open: true, Now: rs[0].Expires}))
		r := rs[0]
		r.Ended, r.EndedWhy, r.Link = noon, "x", nil
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRequest(ctx, r) })
		same(t, "open", rs[1:], list(t, s, desk.RequestFilter{Open: true, Now: noon}))
		refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.SetRequest(ctx, r) })
		r = newRequest(rs[0].Claim, b, 9)
		r.Sent, r.Told, r.Due, r.Moves, r.More, r.Version = time.Time{}, time.Time{}, time.Time{}, nil, desk.MoreTime{}, 0
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetRequest(ctx, r) })
		r.Version = 1
		same(t, "not sent yet", []desk.Request{r}, list(t, s, desk.RequestFilter{IDs: []desk.ID{r.ID}}))
		refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { r.Version = 0; return tx.SetRequest(ctx, r) })
	})
	t.Run("a deadline is never earlier than was told, and what ended has no link", func(t *testing.T) {
		s := open(t)
		_, rs := asked(t, s, 1)
		for what, spoil := range map[string]func(*desk.Request){
			"an earlier deadline": func(r *desk.Request) { r.Due = r.Told.Add(-time.Minute) },
			"a link left":         func(r *desk.Request) { r.Ended, r.EndedWhy = noon, "x" },
			"no reason":           func(r *desk.Request) { r.Ended, r.Link = noon, nil },
			"half a hash":         func(r *desk.Request) { r.Link = r.Link[:16] },
			"a body that is not":  func(r *desk.Request) { r.Body = desk.NewID() },
		} {
			r := rs[0]
			spoil(&r)
			if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetRequest(t.Context(), r) }); err == nil {
				t.Errorf("the database took %s", what)
			}
		}
	})
	t.Run("answers", func(t *testing.T) { bodyAnswers(t, open(t)) })
	t.Run("letters", func(t *testing.T) { letters(t, open(t)) })
	t.Run("mails that match nothing", func(t *testing.T) { strayMails(t, open(t)) })
}

func bodyAnswers(t *testing.T, s Store) {
	_, rs := asked(t, s, 2)
	list := func(f desk.BodyAnswerFilter) []desk.BodyAnswer {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.BodyAnswer, error) { return tx.BodyAnswers(ctx, f) })
	}
	a := desk.BodyAnswer{ID: desk.NewID(), Request: rs[0].ID, Kind: desk.AnswerText, Text: "Lời", Lang: "vi", Way: desk.WayMail, At: noon, State: desk.AnswerWaiting,
		Own: true, Ext: []byte{1}, Files: []desk.ID{desk.NewID()}}
	b := a
	b.ID, b.Ext, b.Files, b.State = desk.NewID(), []byte{2}, nil, desk.AnswerGiven // at the same moment: the order of arrival
	c := a
	c.ID, c.Ext, c.Request, c.At = desk.NewID(), []byte{3}, rs[1].ID, noon.Add(time.Hour)
	for _, x := range []desk.BodyAnswer{a, b, c} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddBodyAnswer(ctx, x) })
	}
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error {
		x := a
		x.ID = desk.NewID()
		return tx.AddBodyAnswer(ctx, x)
	})
	same(t, "of one", []desk.BodyAnswer{a, b}, list(desk.BodyAnswerFilter{Requests: []desk.ID{rs[0].ID}}))
	same(t, "waiting", []desk.BodyAnswer{a, c}, list(desk.BodyAnswerFilter{State: desk.AnswerWaiting}))
	a.State, a.Decided, a.DecidedBy, a.Kind, a.Text, a.Files = desk.AnswerRefused, noon, desk.NewID(), desk.AnswerNotSo, "", nil
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBodyAnswer(ctx, a) })
	same(t, "decided", []desk.BodyAnswer{a}, list(desk.BodyAnswerFilter{ID: a.ID}))
	a.ID = desk.NewID()
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.SetBodyAnswer(ctx, a) })
}

func letters(t *testing.T, s Store) {
	_, rs := asked(t, s, 1)
	list := func(f desk.LetterFilter) []desk.Letter {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Letter, error) { return tx.Letters(ctx, f) })
	}
	a := desk.Letter{ID: desk.NewID(), Request: rs[0].ID, Kind: desk.LetterAsk, Op: "1", State: desk.NoticeWaiting, Made: noon, Due: noon.Add(time.Hour)}
	b := desk.Letter{ID: desk.NewID(), Request: rs[0].ID, Kind: desk.LetterHalf, Op: "2", State: desk.NoticeSent, Why: "x", Calls: 2, Tries: 5, Made: noon, Due: noon, Sent: noon}
	for _, l := range []desk.Letter{a, b} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddLetter(ctx, l) })
	}
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error {
		x := a
		x.ID = desk.NewID()
		return tx.AddLetter(ctx, x)
	})
	same(t, "by due", []desk.Letter{b, a}, list(desk.LetterFilter{Requests: []desk.ID{rs[0].ID}}))
	same(t, "due", []desk.Letter{}, list(desk.LetterFilter{States: []desk.NoticeState{desk.NoticeWaiting}, DueBy: noon}))
	a.State, a.Calls = desk.LetterByHand, 1
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetLetter(ctx, a) })
	same(t, "changed", []desk.Letter{a}, list(desk.LetterFilter{IDs: []desk.ID{a.ID}}))
	a.Calls = 3
	if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetLetter(t.Context(), a) }); err == nil {
		t.Error("the database took a third call")
	}
}

func strayMails(t *testing.T, s Store) {
	list := func() []desk.StrayMail {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.StrayMail, error) { return tx.StrayMails(ctx) })
	}
	m := desk.StrayMail{ID: desk.NewID(), Text: "Thư", Lang: "vi", At: noon, Ext: []byte{1}, Own: true, Files: []desk.ID{desk.NewID()}}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStrayMail(ctx, m) })
	same(t, "one", []desk.StrayMail{m}, list())
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error {
		x := m
		x.ID = desk.NewID()
		return tx.SetStrayMail(ctx, x)
	})
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropStrayMail(ctx, m.ID) })
	same(t, "none", []desk.StrayMail{}, list())
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.DropStrayMail(ctx, m.ID) })
}
