package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// outletAt adds a piece at an address of its own.
func (o *office) outletAt(claim desk.ID, n int, independent bool) desk.Evidence {
	o.t.Helper()
	e, err := o.AddEvidence(o.ctx(), o.staff[desk.Contributor], claim, desk.Evidence{URL: fmt.Sprintf("https://bao%d.example/a", n), Title: fmt.Sprint("Báo ", n),
		Publisher: fmt.Sprint("Báo ", n), Quote: "Cục Đê điều cho biết đê an toàn.", Stance: desk.Refutes, Independent: independent})
	o.must(err)
	return e
}

// fiveOutlets makes a claim about a body with five pieces marked independent.
func (o *office) fiveOutlets() (c desk.Claim, es []desk.Evidence, ids []desk.ID) {
	o.t.Helper()
	c, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], o.open().ID, 0, desk.ClaimEdit{Text: "Đê sông Hồng đã vỡ", Lang: "vi", Harm: desk.HarmLow,
		Topic: "disaster", Body: "Cục Đê điều"})
	o.must(err)
	for n := range 5 {
		e := o.outletAt(c.ID, n, true)
		es, ids = append(es, e), append(ids, e.ID)
	}
	return c, es, ids
}

// submits tries to send the draft of a claim.
func (o *office) submits(claim desk.ID) (desk.Review, error) {
	o.t.Helper()
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], claim)
	o.must(err)
	o.n++
	version := v.Draft.Version
	if !v.Claim.Pending() {
		version = o.draft(o.staff[desk.Checker], claim, desk.RatingFalse, fmt.Sprint("The answer ", o.n))
	}
	p := desk.Proposal{Claim: claim, DraftVersion: version}
	if v.Claim.Rev > 0 {
		p.Reason, p.Notes = desk.ReasonNewEvidence, note()
	}
	return o.Submit(o.ctx(), o.staff[desk.Checker], p)
}

// A release of the body concerned quoted by five outlets is one source, and
// not an independent one, by whatever verb it comes to be known.
func TestReleaseOfTheBodyIsNoIndependentSource(t *testing.T) {
	o := newOffice(t)
	refused := func(t *testing.T, claim desk.ID) {
		t.Helper()
		if _, err := o.submits(claim); !slices.Contains(desk.Problems(err), desk.NoIndependent) {
			t.Errorf("got %v", err)
		}
	}
	by := o.staff[desk.Contributor]
	t.Run("gathered, by its mark", func(t *testing.T) {
		c, _, ids := o.fiveOutlets()
		_, err := o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Issuer: "Tổng cục Thủy lợi", Concerned: true, Evidence: ids})
		o.must(err)
		refused(t, c.ID)
	})
	t.Run("gathered, by its name", func(t *testing.T) {
		c, _, ids := o.fiveOutlets()
		_, err := o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Issuer: "cục  ĐÊ ĐIỀU", Evidence: ids})
		o.must(err)
		refused(t, c.ID)
	})
	t.Run("one more outlet joins it; one that stands for itself makes the difference; taken off and put back", func(t *testing.T) {
		c, _, ids := o.fiveOutlets()
		r, err := o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Issuer: "Cục Đê điều", Evidence: ids})
		o.must(err)
		own := o.outletAt(c.ID, 9, true)
		review, err := o.submits(c.ID)
		o.must(err)
		_, err = o.TakeBack(o.ctx(), o.staff[desk.Checker], review.ID)
		o.must(err)
		o.must(o.RetireEvidence(o.ctx(), by, c.ID, own.ID))
		refused(t, c.ID)
		o.must(o.RestoreEvidence(o.ctx(), by, c.ID, own.ID))
		_, err = o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Release: r.ID, Issuer: "Cục Đê điều", Evidence: []desk.ID{own.ID}})
		o.must(err)
		refused(t, c.ID)
		o.must(o.PartRelease(o.ctx(), by, c.ID, own.ID))
		_, err = o.submits(c.ID)
		o.must(err)
	})
	t.Run("one copy marked as depending makes all depend", func(t *testing.T) {
		c, es, ids := o.fiveOutlets()
		_, err := o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Issuer: "Một hãng tin", Evidence: ids})
		o.must(err)
		_, err = o.submits(c.ID)
		o.must(err)
		e := es[3]
		e.Independent = false
		_, err = o.EditEvidence(o.ctx(), by, c.ID, e.ID, 1, e)
		o.must(err)
		// A text that waits was frozen before; it is refused when it is approved.
		v, err := o.ClaimPage(o.ctx(), o.staff[desk.Editor], c.ID)
		o.must(err)
		_, err = o.Approve(o.ctx(), o.staff[desk.Editor], v.Reviews[0].ID, v.Reviews[0].Hash, desk.Points(v.Reviews[0].Kind))
		if !slices.Contains(desk.Problems(err), desk.NoIndependent) {
			t.Errorf("approve: %v", err)
		}
	})
	t.Run("paid for by the body", func(t *testing.T) {
		c, es, _ := o.fiveOutlets()
		for _, e := range es {
			e.Payer = "Cục Đê Điều"
			_, err := o.EditEvidence(o.ctx(), by, c.ID, e.ID, 0, e)
			o.must(err)
		}
		refused(t, c.ID)
	})
	t.Run("while it waits, at its correction, and at its return", func(t *testing.T) {
		c, _, ids := o.fiveOutlets()
		r, err := o.submits(c.ID)
		o.must(err)
		rel, err := o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Issuer: "Cục Đê điều", Evidence: ids})
		o.must(err)
		_, err = o.Approve(o.ctx(), o.staff[desk.Editor], r.ID, r.Hash, desk.Points(r.Kind))
		if !slices.Contains(desk.Problems(err), desk.NoIndependent) {
			t.Fatalf("approve: %v", err)
		}
		o.must(o.PartRelease(o.ctx(), by, c.ID, ids[0]))
		o.approve(r)
		_, err = o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Release: rel.ID, Issuer: "Cục Đê điều", Evidence: ids})
		o.must(err)
		refused(t, c.ID) // a correction
		w, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, Withdraw: true, Reason: desk.ReasonSource, Notes: note()})
		o.must(err)
		o.approve(w)
		refused(t, c.ID) // put back in force
		if got := o.claim(c.ID); got.State != desk.ClaimWithdrawn {
			t.Errorf("%+v", got)
		}
	})
}

// The document says which pieces are copies of one release, and counts.
func TestReleaseInTheDocument(t *testing.T) {
	o := newOffice(t)
	c, es, ids := o.fiveOutlets()
	_, err := o.GatherRelease(o.ctx(), o.staff[desk.Checker], c.ID, desk.Gather{Issuer: "Cục Đê điều", Concerned: true, Evidence: ids})
	o.must(err)
	own := o.outletAt(c.ID, 9, true)
	own.Nearness, own.Payer = desk.Primary, "Trường Đại học Thủy lợi"
	_, err = o.EditEvidence(o.ctx(), o.staff[desk.Checker], c.ID, own.ID, 0, own)
	o.must(err)
	r, err := o.submits(c.ID)
	o.must(err)
	o.approve(r)
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	doc := rs[0].Doc
	groups := doc.Sources()
	if len(groups) != 2 || len(groups[0].Pieces) != 5 || groups[0].Independent || groups[0].Release.Issuer != "Cục Đê điều" || !groups[1].Independent {
		t.Errorf("%+v", groups)
	}
	if doc.Independent() != 1 || doc.Evidence[5].Nearness != desk.Primary || doc.Evidence[5].Payer != own.Payer || len(es) != 5 {
		t.Errorf("%+v", doc)
	}
}

// A document without any of this has the bytes it always had.
func TestSourcesLeaveOldDocumentsAlone(t *testing.T) {
	d := desk.Document{Nonce: "n", Schema: desk.DocSchema, Verdict: "v", Rev: 1, Kind: desk.KindPublish, Approvals: 2,
		Evidence: []desk.DocEvidence{{URL: "u", Title: "t", Stance: desk.Refutes, Independent: true, Seen: "2026-11-22"}}}
	b, err := d.Bytes()
	want := "{\n \"nonce\": \"n\",\n \"schema\": \"soi-check/v1\",\n \"verdict\": \"v\",\n \"rev\": 1,\n \"kind\": \"publish\",\n \"evidence\": [\n" +
		"  {\n   \"url\": \"u\",\n   \"title\": \"t\",\n   \"stance\": \"refutes\",\n   \"independent\": true,\n   \"seen\": \"2026-11-22\"\n  }\n ],\n \"approvals\": 2\n}\n"
	if err != nil || string(b) != want {
		t.Errorf("%v\n%s", err, b)
	}
}

func TestEditEvidence(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	e := o.outletAt(c.ID, 1, true)
	by := o.staff[desk.Contributor]
	change := e
	change.Quote, change.Stance, change.URL = "  Đê an toàn.  ", desk.Context, "https://elsewhere.example/"
	got, err := o.EditEvidence(o.ctx(), by, c.ID, e.ID, 0, change)
	o.must(err)
	if got.Quote != "Đê an toàn." || got.Stance != desk.Context || got.URL != e.URL || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	p, err := o.SourcesPage(o.ctx(), by, c.ID)
	o.must(err)
	if was := p.Before[e.ID]; len(was) != 1 || was[0].Quote != e.Quote || was[0].UntilBy != by.Staff {
		t.Errorf("%+v", was)
	}
	v, err := o.ClaimPage(o.ctx(), by, c.ID)
	o.must(err)
	if ev := v.Events[0]; ev.Kind != desk.EvEvidenceEdited || ev.Data["fields"] != "quote stance" {
		t.Errorf("%+v", ev)
	}
	edit := func(version int64, spoil func(*desk.Evidence)) error {
		x := got
		spoil(&x)
		_, err := o.EditEvidence(o.ctx(), by, c.ID, e.ID, version, x)
		return err
	}
	o.want(edit(0, func(x *desk.Evidence) { x.Title = "B" }), desk.ErrConflict)
	for p, spoil := range map[desk.Problem]func(*desk.Evidence){
		desk.NothingChanged: func(x *desk.Evidence) { x.Title += " " },
		desk.TextEmpty:      func(x *desk.Evidence) { x.Title = " " },
		desk.BadChoice:      func(x *desk.Evidence) { x.Nearness = "near" },
	} {
		if err := edit(1, spoil); !slices.Contains(desk.Problems(err), p) {
			t.Errorf("%s: %v", p, err)
		}
	}
	_, err = o.EditEvidence(o.ctx(), o.staff[desk.Auditor], c.ID, e.ID, 1, change)
	o.want(err, desk.ErrForbidden)
	o.must(o.RetireEvidence(o.ctx(), by, c.ID, e.ID))
	o.want(edit(1, func(x *desk.Evidence) { x.Title = "B" }), desk.ErrState)
	_, err = o.EditEvidence(o.ctx(), by, o.open().ID, e.ID, 1, change)
	o.want(err, desk.ErrNotFound)
}

func TestGatherRefuses(t *testing.T) {
	o := newOffice(t)
	c, _, ids := o.fiveOutlets()
	other := o.outletAt(o.open().ID, 7, true)
	by := o.staff[desk.Checker]
	for name, x := range map[string]struct {
		g    desk.Gather
		want desk.Problem
	}{
		"nobody's":   {desk.Gather{Issuer: " ", Evidence: ids}, desk.NoIssuer},
		"one copy":   {desk.Gather{Issuer: "A", Evidence: ids[:1]}, desk.ReleaseOfOne},
		"the same":   {desk.Gather{Issuer: "A", Evidence: []desk.ID{ids[0], ids[0]}}, desk.ReleaseOfOne},
		"no copies":  {desk.Gather{Issuer: "A"}, desk.ReleaseOfOne},
		"a long one": {desk.Gather{Issuer: string(make([]byte, 0)) + longName(), Evidence: ids}, desk.TextTooLong},
	} {
		if _, err := o.GatherRelease(o.ctx(), by, c.ID, x.g); !slices.Contains(desk.Problems(err), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Issuer: "A", Evidence: []desk.ID{ids[0], other.ID}})
	o.want(err, desk.ErrNotFound)
	_, err = o.GatherRelease(o.ctx(), by, c.ID, desk.Gather{Release: desk.NewID(), Issuer: "A", Evidence: ids})
	o.want(err, desk.ErrNotFound)
	o.want(o.PartRelease(o.ctx(), by, c.ID, ids[0]), desk.ErrState)
	_, err = o.GatherRelease(o.ctx(), o.staff[desk.Admin], c.ID, desk.Gather{Issuer: "A", Evidence: ids})
	o.want(err, desk.ErrForbidden)
	p, err := o.SourcesPage(o.ctx(), by, c.ID)
	if len(p.Releases) != 0 || len(p.Doc.Sources()) != 5 || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

// longName is longer than a line may be.
func longName() string {
	b := make([]rune, desk.MaxLineRunes+1)
	for i := range b {
		b[i] = 'ă'
	}
	return string(b)
}

// An imported check that the desk relies on says something else: the desk is
// told, with the difference.
func TestImportedCheckChanges(t *testing.T) {
	o := newOffice(t)
	i := desk.Imported{URL: "https://fact.example/1", Publisher: "P", Title: "T", Claim: "X", Rating: "Sai", Lang: "vi"}
	put := func() {
		_, _, err := o.Import(o.ctx(), o.staff[desk.Editor], []desk.Imported{i})
		o.must(err)
	}
	changes := func(f desk.ImportChangeFilter) []desk.ImportChange {
		cs, _, err := o.ImportChanges(o.ctx(), o.staff[desk.Auditor], f)
		o.must(err)
		return cs
	}
	put()
	i.Rating = "Phần lớn sai"
	put()
	if got := changes(desk.ImportChangeFilter{}); len(got) != 0 {
		t.Fatalf("nobody relies on it: %+v", got)
	}
	c := o.open()
	_, err := o.AddEvidence(o.ctx(), o.staff[desk.Checker], c.ID, desk.Evidence{URL: i.URL, Title: "T", Stance: desk.Context, Independent: true})
	o.must(err)
	i.Lang = "en" // nothing a reader would see
	put()
	i.Rating, i.Claim = "Đúng", "Y"
	o.pass(time.Hour)
	put()
	got := changes(desk.ImportChangeFilter{Claim: c.ID})
	if len(got) != 1 || got[0].Was != (desk.ImportText{Rating: "Phần lớn sai", Title: "T", Claim: "X"}) ||
		got[0].Now != (desk.ImportText{Rating: "Đúng", Title: "T", Claim: "Y"}) || !slices.Equal(got[0].Claims, []desk.ID{c.ID}) {
		t.Fatalf("%+v", got)
	}
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], c.ID)
	o.must(err)
	if v.Events[0].Kind != desk.EvImportChanged {
		t.Errorf("%+v", v.Events[0])
	}
	o.want(o.SeeImportChange(o.ctx(), o.staff[desk.Contributor], got[0].ID), desk.ErrForbidden)
	o.must(o.SeeImportChange(o.ctx(), o.staff[desk.Checker], got[0].ID))
	o.want(o.SeeImportChange(o.ctx(), o.staff[desk.Checker], got[0].ID), desk.ErrState)
	o.want(o.SeeImportChange(o.ctx(), o.staff[desk.Checker], desk.NewID()), desk.ErrNotFound)
	if open := changes(desk.ImportChangeFilter{Open: true}); len(open) != 0 || errors.Is(err, desk.ErrState) {
		t.Errorf("%+v", open)
	}
}
