package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// notify makes the notifications of everything that has happened so far.
func (o *office) notify() int {
	o.t.Helper()
	es, err := o.Journal(o.ctx(), o.staff[desk.Auditor], 1000)
	o.must(err)
	slices.Reverse(es)
	n, err := o.Notify(o.ctx(), desk.Program(), es)
	o.must(err)
	return n
}

// told lists the kinds of a person's notifications, oldest first.
func (o *office) told(a desk.Actor) (out []desk.NotificationKind) {
	o.t.Helper()
	b, err := o.Bell(o.ctx(), a, desk.NotificationFilter{})
	o.must(err)
	for _, n := range b.List {
		out = append(out, n.Kind)
	}
	slices.Reverse(out)
	return out
}

func TestPresence(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	an, binh := o.staff[desk.Checker], o.staff[desk.Editor]
	here := func(a desk.Actor, writing bool) []desk.Presence {
		t.Helper()
		ps, err := o.Here(o.ctx(), a, c.ID, writing)
		o.must(err)
		return ps
	}
	if ps := here(an, false); len(ps) != 0 {
		t.Errorf("alone, and there is %+v", ps)
	}
	if ps := here(binh, true); len(ps) != 1 || ps[0].Staff != an.Staff || ps[0].Writing {
		t.Errorf("Bình sees %+v", ps)
	}
	o.pass(time.Minute)
	ps := here(an, false)
	if len(ps) != 1 || !ps[0].Writing {
		t.Fatalf("An sees %+v", ps)
	}
	since := ps[0].Since
	here(binh, false) // looking does not end writing
	here(binh, true)
	if ps = here(an, false); len(ps) != 1 || !ps[0].Writing || !ps[0].Since.Equal(since) {
		t.Errorf("after a minute An sees %+v, since %v", ps, since)
	}
	o.must(o.LeavePage(o.ctx(), binh, c.ID))
	if ps = here(an, false); len(ps) != 0 {
		t.Errorf("Bình left, An sees %+v", ps)
	}
	o.pass(desk.PresenceFor + time.Second)
	if ps = here(binh, false); len(ps) != 0 {
		t.Errorf("An said nothing for minutes, Bình sees %+v", ps)
	}
	// It stops nobody: Bình is here, An changes the claim.
	_, err := o.EditClaim(o.ctx(), an, c.ID, 0, desk.ClaimEdit{Text: "Một câu.", Lang: "vi"})
	o.must(err)
	o.want(o.LeavePage(o.ctx(), desk.Actor{}, c.ID), desk.ErrForbidden)
	_, err = o.Here(o.ctx(), an, "0123456789abcdefghjkmnpqrs", false)
	o.want(err, desk.ErrNotFound)
	o.pass(time.Hour)
	o.must(o.WipePresence(o.ctx(), desk.Program()))
}

// typed is a text of one field.
func typed(summary, body string) desk.Typed {
	t := text("vi", summary)
	t.Body = body
	return desk.Typed{Rating: desk.RatingFalse, Text: t}
}

func TestDraftsOfTwo(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	an, binh := o.staff[desk.Checker], o.staff[desk.Editor]
	write := func(a desk.Actor, version int64, x desk.Typed) desk.Written {
		t.Helper()
		w, err := o.WriteDraft(o.ctx(), a, c.ID, version, x)
		o.must(err)
		return w
	}
	w := write(an, 0, typed("Ngắn.", "Một.\n\nHai.\n\nBa."))
	ground := w.Draft.Version
	// Two change different paragraphs of the same version.
	write(an, ground, typed("Ngắn.", "Một mới.\n\nHai.\n\nBa."))
	w = write(binh, ground, typed("Ngắn.", "Một.\n\nHai.\n\nBa mới."))
	if got := w.Draft.Text("vi").Body; got != "Một mới.\n\nHai.\n\nBa mới." || w.Kept.Why != desk.KeptJoined || !w.Saved() {
		t.Fatalf("joined to %q, %+v", got, w.Kept)
	}
	if !slices.Contains(w.Draft.Authors, an.Staff) || !slices.Contains(w.Draft.Authors, binh.Staff) {
		t.Errorf("authors of the joined text: %v", w.Draft.Authors)
	}
	// The same place: nothing is overwritten, the text is kept.
	ground = w.Draft.Version
	write(an, ground, typed("Ngắn của An.", "Một mới.\n\nHai.\n\nBa mới."))
	w = write(binh, ground, typed("Ngắn của Bình.", "Một mới.\n\nHai.\n\nBa mới.\n\nBốn."))
	if w.Kept.Why != desk.KeptOverlap || w.Saved() || w.Draft.Text("vi").Summary != "Ngắn của An." {
		t.Fatalf("a clash: %+v, the draft says %q", w.Kept, w.Draft.Text("vi").Summary)
	}
	if again := write(binh, ground, typed("Ngắn của Bình.", "Một mới.\n\nHai.\n\nBa mới.\n\nBốn.")); again.Kept.ID != w.Kept.ID {
		t.Error("sent again, the text is kept twice")
	}
	none := func(string, int) desk.Choice { return "" }
	_, err := o.UseKept(o.ctx(), binh, c.ID, w.Kept.ID, w.Draft.Version, none)
	if !slices.Contains(desk.Problems(err), desk.NoChoice) {
		t.Errorf("without a choice: %v", err)
	}
	_, err = o.UseKept(o.ctx(), binh, c.ID, w.Kept.ID, w.Draft.Version-1, none)
	o.want(err, desk.ErrConflict)
	both := func(string, int) desk.Choice { return desk.ChooseBoth }
	used, err := o.UseKept(o.ctx(), binh, c.ID, w.Kept.ID, w.Draft.Version, both)
	o.must(err)
	if got := used.Draft.Text("vi"); got.Summary != "Ngắn của Bình. Ngắn của An." || got.Body != "Một mới.\n\nHai.\n\nBa mới.\n\nBốn." {
		t.Errorf("both: %q, %q", got.Summary, got.Body)
	}
	_, err = o.UseKept(o.ctx(), binh, c.ID, w.Kept.ID, used.Draft.Version, both)
	o.want(err, desk.ErrState)
	o.notify()
	if got := o.told(an); len(got) != 0 {
		t.Errorf("An does not write now and is told %v", got)
	}
}

func TestKeptTextsAfterAReviewBegan(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	an, binh := o.staff[desk.Checker], o.hire(desk.Checker, "Bình")
	o.cite(c.ID, true)
	v := o.draft(an, c.ID, desk.RatingFalse, "Ngắn.")
	r, err := o.Submit(o.ctx(), an, desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	x := typed("Ngắn của Bình.", "One.\n\nTwo.")
	w, err := o.WriteDraft(o.ctx(), binh, c.ID, v, x)
	o.must(err)
	if w.Kept.Why != desk.KeptReview {
		t.Fatalf("under review: %+v", w)
	}
	_, err = o.UseKept(o.ctx(), binh, c.ID, w.Kept.ID, v, func(string, int) desk.Choice { return desk.ChooseMine })
	o.want(err, desk.ErrState)
	_, err = o.TakeBack(o.ctx(), an, r.ID)
	o.must(err)
	used, err := o.UseKept(o.ctx(), binh, c.ID, w.Kept.ID, v, func(string, int) desk.Choice { return "" })
	o.must(err)
	if used.Draft.Text("vi").Summary != "Ngắn của Bình." {
		t.Errorf("the draft says %q", used.Draft.Text("vi").Summary)
	}
	// A claim that ended keeps what is still typed.
	d := o.open()
	w, err = o.WriteDraft(o.ctx(), an, d.ID, 0, x)
	o.must(err)
	_, err = o.Close(o.ctx(), an, d.ID, 0)
	o.must(err)
	w, err = o.WriteDraft(o.ctx(), binh, d.ID, w.Draft.Version, typed("Sau khi khép.", "One.\n\nTwo."))
	o.must(err)
	if w.Kept.Why != desk.KeptEnded {
		t.Errorf("after the end: %+v", w.Kept)
	}
	o.must(o.DropKept(o.ctx(), binh, d.ID, w.Kept.ID, false))
	o.must(o.DropKept(o.ctx(), binh, d.ID, w.Kept.ID, true))
	ks, err := o.KeptTexts(o.ctx(), binh, desk.KeptFilter{Claim: d.ID, State: desk.KeptOpen})
	o.must(err)
	if len(ks) != 1 || ks[0].Typed.Text.Summary != "Sau khi khép." {
		t.Errorf("brought back: %+v", ks)
	}
	_, err = o.KeptTexts(o.ctx(), o.staff[desk.Contributor], desk.KeptFilter{})
	o.want(err, desk.ErrForbidden)
	// A ground that is not known any more: everything is shown.
	w, err = o.WriteDraft(o.ctx(), binh, c.ID, 999, typed("Từ đâu không rõ.", "x"))
	o.must(err)
	if w.Kept.Why != desk.KeptOverlap {
		t.Errorf("without a ground: %+v", w.Kept)
	}
}

func TestTakeOver(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	an, binh := o.staff[desk.Checker], o.hire(desk.Checker, "Bình")
	c, err := o.TakeOver(o.ctx(), an, c.ID, c.Version, "")
	o.must(err)
	c, err = o.TakeOver(o.ctx(), binh, c.ID, c.Version, "Tôi làm tiếp phần này nhé.")
	o.must(err)
	ns, err := o.Notes(o.ctx(), an, c.ID)
	o.must(err)
	if c.Assignee != binh.Staff || len(ns) != 1 || ns[0].Staff != binh.Staff {
		t.Fatalf("%+v, notes %+v", c, ns)
	}
	_, err = o.TakeOver(o.ctx(), an, c.ID, c.Version-1, "")
	o.want(err, desk.ErrConflict)
	_, err = o.TakeOver(o.ctx(), o.staff[desk.Contributor], c.ID, c.Version, "")
	o.want(err, desk.ErrForbidden)
	c, err = o.Assign(o.ctx(), binh, c.ID, c.Version, an.Staff) // undo
	o.must(err)
	_, err = o.Assign(o.ctx(), an, c.ID, c.Version, "") // put back
	o.must(err)
	if n := o.notify(); n != 2 || o.notify() != 0 {
		t.Errorf("%d notifications, and some again", n)
	}
	if got := o.told(an); !slices.Equal(got, []desk.NotificationKind{desk.ToldTaken, desk.ToldGiven}) {
		t.Errorf("An is told %v", got)
	}
	if got := o.told(binh); len(got) != 0 {
		t.Errorf("Bình is told of his own doing: %v", got)
	}
}

func TestNotes(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	an := o.staff[desk.Checker]
	vy, vyAnh := o.hire(desk.Checker, "Lê Vy"), o.hire(desk.Editor, "Lê Vy Anh")
	gone := o.hire(desk.Checker, "Người Đã Nghỉ")
	_, err := o.SetStaffActive(o.ctx(), o.staff[desk.Admin], gone.Staff, false)
	o.must(err)
	n, err := o.AddNote(o.ctx(), an, c.ID, "  @lê vy anh xem nguồn hai; @Người Đã Nghỉ, @Ai Đó. thu@coquan.example \r\n", vy.Staff)
	o.must(err)
	o.notify()
	if a, b := o.told(vyAnh), o.told(vy); len(a) != 1 || a[0] != desk.ToldMention || len(b) != 1 {
		t.Errorf("told: %v, %v", a, b)
	}
	_, err = o.EditNote(o.ctx(), vy, c.ID, n.ID, "của người khác")
	o.want(err, desk.ErrForbidden)
	o.must(o.ReadNotifications(o.ctx(), vyAnh, "", ""))
	n, err = o.EditNote(o.ctx(), an, c.ID, n.ID, "@Lê Vy Anh và @Lê Vy xem nguồn hai")
	o.must(err)
	o.notify()
	if a, b := o.told(vyAnh), o.told(vy); len(a) != 1 || len(b) != 2 || n.Edited.IsZero() {
		t.Errorf("an edit tells %v, %v", a, b)
	}
	n, err = o.RetractNote(o.ctx(), an, c.ID, n.ID)
	o.must(err)
	_, err = o.EditNote(o.ctx(), an, c.ID, n.ID, "nữa")
	o.want(err, desk.ErrState)
	for _, a := range []desk.Role{desk.Auditor, desk.Admin, desk.Contributor} {
		ns, err := o.Notes(o.ctx(), o.staff[a], c.ID)
		o.must(err)
		if len(ns) != 1 || ns[0].Text != "" {
			t.Errorf("%s reads %+v", a, ns)
		}
		_, err = o.AddNote(o.ctx(), o.staff[a], c.ID, "x")
		if may := a == desk.Contributor; may != (err == nil) {
			t.Errorf("%s leaves a note: %v", a, err)
		}
	}
	for text, want := range map[string]desk.Problem{" \n": desk.TextEmpty, strings.Repeat("x", desk.MaxNoteRunes+1): desk.TextTooLong} {
		if _, err := o.AddNote(o.ctx(), an, c.ID, text); !slices.Contains(desk.Problems(err), want) {
			t.Errorf("%.5q: %v", text, err)
		}
	}
}

// TestNotesAreNeverPublished looks for the words of a note, and of a kept
// text, in every byte that publishing leaves.
func TestNotesAreNeverPublished(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	const canary = "chỉ-cho-đồng-nghiệp"
	_, err := o.AddNote(o.ctx(), o.staff[desk.Checker], c.ID, canary)
	o.must(err)
	o.publish(c.ID, desk.RatingFalse)
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Auditor], c.ID)
	o.must(err)
	b, err := o.DocumentBytes(o.ctx(), v.Revisions[0].Hash)
	o.must(err)
	if strings.Contains(string(b), canary) {
		t.Error("the document holds a note")
	}
	for _, e := range v.Events {
		for _, x := range e.Data {
			if strings.Contains(x, canary) {
				t.Errorf("the event %s holds a note", e.Kind)
			}
		}
	}
	// A year after the claim has ended the text is gone.
	o.pass(desk.NoteRetention + time.Hour)
	_, err = o.TidyTeam(o.ctx(), desk.Program())
	o.must(err)
	ns, err := o.Notes(o.ctx(), o.staff[desk.Checker], c.ID)
	o.must(err)
	if len(ns) != 1 || ns[0].Text != "" {
		t.Errorf("after its time: %+v", ns)
	}
}

func TestMentions(t *testing.T) {
	staff := []desk.Staff{{ID: "1", Name: "An"}, {ID: "2", Name: "An Bình"}, {ID: "3", Name: "ĐẶNG Thị Ứng"}}
	for text, want := range map[string][]desk.ID{
		"": nil, "@": nil, "an": nil, "@An": {"1"}, "@an bình ơi": {"2"}, "@Anh": nil, "@an, @An Bình, @AN": {"1", "2"},
		"@đặng thị ứng!": {"3"}, "x@an": {"1"}, "@@an": {"1"}, "@An Bìn": {"1"},
	} {
		if got := desk.Mentions(text, staff); !slices.Equal(got, want) {
			t.Errorf("%q names %v, want %v", text, got, want)
		}
	}
}
