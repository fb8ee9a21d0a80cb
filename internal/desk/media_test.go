package desk_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// picture is a file as a keeper hands it over.
func picture(words string) desk.NewMedia {
	return desk.NewMedia{View: []byte("sealed view"), Media: desk.Media{ID: desk.NewID(), Kind: desk.MediaPicture, Type: "image/png", Bytes: 1000,
		Width: 10, Height: 20, Sum: bytes.Repeat([]byte{1}, 32), Hash: bytes.Repeat([]byte{2}, 32), Quality: 90, Text: words, State: desk.MediaReady}}
}

// blob reads a part; the error if there is none.
func (o *office) blob(claim, media desk.ID, part desk.MediaPart) error {
	_, _, err := o.ClaimMedia(o.ctx(), o.staff[desk.Auditor], claim, media, part)
	return err
}

func TestTipOfAPictureAlone(t *testing.T) {
	o := newOffice(t)
	n := o.tip("", "new", "")
	n.Folded = []byte("key of the picture")
	_, err := o.Receive(o.ctx(), desk.Program(), n)
	o.want(err, desk.ErrInvalid) // neither words nor a file
	n.Media = []desk.NewMedia{picture("Dòng chữ trong ảnh"), {File: []byte("sealed"), Media: desk.Media{ID: desk.NewID(),
		Kind: desk.MediaVoice, Type: "audio/ogg", Bytes: 10, Length: 3 * time.Second, State: desk.MediaReady}}}
	r := o.receive(n)
	if r.Claim.Text != "…" || r.Tip.Text != "" {
		t.Errorf("claim %q of a tip %q", r.Claim.Text, r.Tip.Text)
	}
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Contributor], r.Claim.ID)
	o.must(err)
	if len(v.Media) != 2 || v.Media[0].Tip != r.Tip.ID {
		t.Fatalf("the page has %+v", v.Media)
	}
	again := o.receive(n)
	ms, err := o.TipMedia(o.ctx(), desk.Program(), again.Tip.ID)
	o.must(err)
	if !again.Again || len(ms) != 2 {
		t.Errorf("received again: %v with %d files", again.Again, len(ms))
	}
	o.must(o.blob(r.Claim.ID, n.Media[0].ID, desk.MediaView))
	o.want(o.blob(r.Claim.ID, n.Media[0].ID, desk.MediaFile), desk.ErrNotFound)
	o.want(o.blob(o.open().ID, n.Media[0].ID, desk.MediaView), desk.ErrNotFound) // another claim's
}

func TestWordsOfAPictureNameTheClaim(t *testing.T) {
	o := newOffice(t)
	n := o.tip("", "perhaps", "")
	n.Folded, n.Media = []byte("k"), []desk.NewMedia{picture("Uống nước chanh chữa ung thư\nThích Chia sẻ")}
	o.receive(n)
	r, err := o.Choose(o.ctx(), desk.Program(), n.Ticket, "")
	o.must(err)
	if r.Claim.Text != "Uống nước chanh chữa ung thư Thích Chia sẻ" {
		t.Errorf("the claim begins as %q", r.Claim.Text)
	}
}

func TestTooManyFiles(t *testing.T) {
	o := newOffice(t)
	n := o.tip("x", "new", "")
	for range desk.MaxMedia + 1 {
		n.Media = append(n.Media, picture(""))
	}
	_, err := o.Receive(o.ctx(), desk.Program(), n)
	if ps := desk.Problems(err); len(ps) != 1 || ps[0] != desk.MediaTooMany {
		t.Errorf("%v", err)
	}
}

func TestPicturesOfAClaim(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	voice := picture("")
	voice.Kind = desk.MediaVoice
	_, err := o.AddPicture(o.ctx(), o.staff[desk.Contributor], c.ID, voice)
	o.want(err, desk.ErrInvalid)
	_, err = o.AddPicture(o.ctx(), o.staff[desk.Auditor], c.ID, picture(""))
	o.want(err, desk.ErrForbidden)
	m, err := o.AddPicture(o.ctx(), o.staff[desk.Contributor], c.ID, picture(""))
	o.must(err)
	if m.Use != desk.UseYes || m.AddedBy == "" {
		t.Errorf("added as %+v", m)
	}
	o.want(o.UsePicture(o.ctx(), o.staff[desk.Contributor], c.ID, m.ID, desk.UseNo), desk.ErrForbidden)
	o.want(o.UsePicture(o.ctx(), o.staff[desk.Checker], c.ID, m.ID, "maybe"), desk.ErrInvalid)
	o.want(o.UsePicture(o.ctx(), o.staff[desk.Checker], o.open().ID, m.ID, desk.UseNo), desk.ErrNotFound)
	o.must(o.UsePicture(o.ctx(), o.staff[desk.Checker], c.ID, m.ID, desk.UseNo))
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], c.ID)
	o.must(err)
	if v.Media[0].Use != desk.UseNo {
		t.Errorf("use is %q", v.Media[0].Use)
	}
}

// TestJudgePicture: what was found of a picture is published with the next
// revision, each code once, and only of pictures that carry the claim.
func TestJudgePicture(t *testing.T) {
	o := newOffice(t)
	c, checker := o.open(), o.staff[desk.Checker]
	var ids []desk.ID
	for range 3 {
		m, err := o.AddPicture(o.ctx(), checker, c.ID, picture(""))
		o.must(err)
		ids = append(ids, m.ID)
	}
	o.want(o.JudgePicture(o.ctx(), checker, c.ID, ids[0], "fake"), desk.ErrInvalid)
	o.want(o.JudgePicture(o.ctx(), o.staff[desk.Contributor], c.ID, ids[0], desk.PictureStaged), desk.ErrForbidden)
	o.want(o.JudgePicture(o.ctx(), checker, o.open().ID, ids[0], desk.PictureStaged), desk.ErrNotFound)
	o.must(o.UsePicture(o.ctx(), checker, c.ID, ids[2], desk.UseNo))
	o.want(o.JudgePicture(o.ctx(), checker, c.ID, ids[2], desk.PictureStaged), desk.ErrState)
	published := func() desk.Document {
		rs, err := o.Check(o.ctx(), c.ID, 1<<40)
		o.must(err)
		return rs[0].Doc
	}
	o.publish(c.ID, desk.RatingFalse)
	if doc := published(); !doc.Picture || doc.Authenticity != nil {
		t.Errorf("before: %v %v", doc.Picture, doc.Authenticity)
	}
	for _, id := range ids[:2] {
		o.must(o.JudgePicture(o.ctx(), checker, c.ID, id, desk.PictureStaged))
	}
	if doc := published(); doc.Authenticity != nil {
		t.Errorf("published without a second person: %v", doc.Authenticity)
	}
	next := func(r desk.Reason) {
		v, err := o.ClaimPage(o.ctx(), checker, c.ID)
		o.must(err)
		rev, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v.Draft.Version, Reason: r, Notes: note()})
		o.must(err)
		o.approve(rev)
	}
	next(desk.ReasonNewEvidence)
	if doc := published(); !slices.Equal(doc.Authenticity, []desk.Authenticity{desk.PictureStaged}) {
		t.Errorf("after: %v", doc.Authenticity)
	}
	// Whoever entered it is an author and does not review.
	o.must(o.JudgePicture(o.ctx(), o.staff[desk.Editor], c.ID, ids[0], desk.PictureEdited))
	v, err := o.ClaimPage(o.ctx(), checker, c.ID)
	o.must(err)
	r, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v.Draft.Version, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	_, err = o.Approve(o.ctx(), o.staff[desk.Editor], r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrOwnWork)
	o.want(o.JudgePicture(o.ctx(), checker, c.ID, ids[0], desk.PictureOriginal), desk.ErrState) // under review
	_, err = o.Approve(o.ctx(), o.hire(desk.Editor, "second"), r.ID, r.Hash, desk.Points(r.Kind))
	o.must(err)
	o.must(o.JudgePicture(o.ctx(), checker, c.ID, ids[0], desk.PictureOriginal))
	o.must(o.JudgePicture(o.ctx(), checker, c.ID, ids[1], ""))
	next(desk.ReasonFactual)
	if doc := published(); !slices.Equal(doc.Authenticity, []desk.Authenticity{desk.PictureOriginal}) {
		t.Errorf("in the end: %v", doc.Authenticity)
	}
}

// TestFilesAreErasedWithTheirTip: what nobody chose goes; what a person chose
// stays as a picture of the claim, without the tip and without the file as it
// was sent.
func TestFilesAreErasedWithTheirTip(t *testing.T) {
	o := newOffice(t)
	n := o.tip("", "new", "")
	n.Folded = []byte("k")
	kept, gone := picture("kept"), picture("gone")
	gone.File = []byte("sealed file")
	n.Media = []desk.NewMedia{kept, gone}
	r := o.receive(n)
	o.must(o.UsePicture(o.ctx(), o.staff[desk.Checker], r.Claim.ID, kept.ID, desk.UseYes))
	c, err := o.Close(o.ctx(), o.staff[desk.Checker], r.Claim.ID, 0)
	o.must(err)
	erase := func() (int, error) {
		for range 200 { // in steps that the clock's guard trusts
			if _, _, err := o.Erase(o.ctx(), desk.Program()); err != nil {
				return 0, err
			}
			o.pass(12 * time.Hour)
		}
		n, _, err := o.Erase(o.ctx(), desk.Program())
		return n, err
	}
	_, err = erase()
	o.must(err)
	tip, err := o.ByTicket(o.ctx(), desk.Program(), n.Ticket)
	o.must(err)
	if tip.Tip.Erased.IsZero() {
		t.Fatal("the tip of a picture alone is never erased")
	}
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Auditor], c.ID)
	o.must(err)
	for _, m := range v.Media {
		switch m.ID {
		case kept.ID:
			if m.Tip != "" || m.Claim != c.ID || m.Text != "kept" || o.blob(c.ID, m.ID, desk.MediaView) != nil {
				t.Errorf("the chosen picture became %+v", m)
			}
		case gone.ID:
			if m.Erased.IsZero() || m.Text != "" || m.Hash != nil || m.Sum != nil {
				t.Errorf("the other one became %+v", m)
			}
			o.want(o.blob(c.ID, m.ID, desk.MediaView), desk.ErrErased)
		}
	}
	if len(v.Media) != 2 {
		t.Errorf("%d files, want 2", len(v.Media))
	}
}

// TestHeldAfterThreeTries: an attempt counts before it is made; after three
// the file is held and never handed out again.
func TestHeldAfterThreeTries(t *testing.T) {
	o := newOffice(t)
	waits := desk.NewMedia{File: []byte("sealed file"), Media: desk.Media{ID: desk.NewID(), Kind: desk.MediaPicture, Type: "image/png", Bytes: 5, State: desk.MediaUnread}}
	n := o.tip("words", "new", "")
	n.Media = []desk.NewMedia{waits}
	r := o.receive(n)
	for try := 1; try <= desk.MediaTries; try++ {
		m, sealed, err := o.NextUnread(o.ctx(), desk.Program())
		o.must(err)
		if m.ID != waits.ID || m.Tries != try || string(sealed) != "sealed file" {
			t.Fatalf("try %d: %+v, %q", try, m, sealed)
		}
	}
	for range 2 {
		_, _, err := o.NextUnread(o.ctx(), desk.Program())
		o.want(err, desk.ErrNotFound)
	}
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], r.Claim.ID)
	o.must(err)
	if v.Media[0].State != desk.MediaHeld || v.Events[0].Kind != desk.EvMediaHeld {
		t.Errorf("it is %q, the last event %q", v.Media[0].State, v.Events[0].Kind)
	}
	o.want(o.FinishRead(o.ctx(), desk.Program(), picture("")), desk.ErrNotFound)
}

// TestReadLater: what is found later belongs to the same tip, and the file as
// it was sent is gone.
func TestReadLater(t *testing.T) {
	o := newOffice(t)
	waits := desk.NewMedia{File: []byte("sealed file"), Media: desk.Media{ID: desk.NewID(), Kind: desk.MediaPicture, Type: "image/png", Bytes: 5, State: desk.MediaUnread}}
	n := o.tip("words", "new", "")
	n.Media = []desk.NewMedia{waits}
	r := o.receive(n)
	_, _, err := o.NextUnread(o.ctx(), desk.Program())
	o.must(err)
	found := picture("now read")
	found.ID = waits.ID
	o.must(o.FinishRead(o.ctx(), desk.Program(), found))
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], r.Claim.ID)
	o.must(err)
	if m := v.Media[0]; m.State != desk.MediaReady || m.Text != "now read" || m.Tip != r.Tip.ID || m.Bytes != 5 {
		t.Errorf("it became %+v", m)
	}
	o.want(o.blob(r.Claim.ID, waits.ID, desk.MediaFile), desk.ErrNotFound)
	o.must(o.blob(r.Claim.ID, waits.ID, desk.MediaView))
	if err := o.FinishRead(context.Background(), desk.Program(), found); !errors.Is(err, desk.ErrState) {
		t.Errorf("twice: %v", err)
	}
}
