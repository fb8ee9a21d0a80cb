package desk_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soi/internal/desk"
)

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"":                          nil,
		"  ":                        nil,
		"Một":                       {"Một"},
		"Một câu. Câu hai? Câu ba…": {"Một câu.", "Câu hai?", "Câu ba…"},
		"Theo TS. An ở TP. HCM, giá là 3.000 đồng. Hết.":        {"Theo TS. An ở TP. HCM, giá là 3.000 đồng.", "Hết."},
		"“Không đúng.” Bộ nói.\n\nĐoạn hai.\nDòng ba":           {"“Không đúng.”", "Bộ nói.", "Đoạn hai.", "Dòng ba"},
		"See https://example.org/a.b?c=d. Then read (it all.)!": {"See https://example.org/a.b?c=d.", "Then read (it all.)!"},
	} {
		if d := cmp.Diff(want, desk.Sentences(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

// TestSentencesLoseNothing: put together, the sentences are the text, but for
// the space between them.
func TestSentencesLoseNothing(t *testing.T) {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("aẵB. .!?…”)\n3 TPDr"))).Draw(t, "text")
		if got := squeeze(strings.Join(desk.Sentences(text), "")); got != squeeze(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestFollowSentence(t *testing.T) {
	now := []string{"Nước chanh không chữa được ung thư.", "Chưa có nghiên cứu nào trên người.", "Hãy hỏi bác sĩ.", "Hãy hỏi bác sĩ."}
	for _, c := range []struct {
		was   string
		place int
		at    int
		same  bool
	}{
		{"Hãy hỏi bác sĩ.", 3, 3, true},
		{"Hãy hỏi bác sĩ.", 0, 2, true},
		{"Chưa có nghiên cứu nào về điều này trên người.", 0, 1, false},
		{"Một chuyện khác hẳn về xe buýt.", 1, -1, false},
	} {
		if at, same := desk.FollowSentence(now, c.was, c.place); at != c.at || same != c.same {
			t.Errorf("%q at %d: %d, %v; want %d, %v", c.was, c.place, at, same, c.at, c.same)
		}
	}
	if at, _ := desk.FollowSentence(nil, "Hết.", 0); at != -1 {
		t.Errorf("in no text: %d", at)
	}
}

func TestCommentsFollowTheirSentenceAcrossRounds(t *testing.T) {
	o := newOffice(t)
	checker, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	r := o.handIn(desk.HarmLow, "")
	say := func(by desk.Actor, n desk.NewComment) (desk.Comment, error) {
		return o.AddComment(o.ctx(), by, r.ID, n)
	}
	first, err := say(editor, desk.NewComment{Lang: "vi", Field: "summary", Place: 0, Text: "Which answer?"})
	o.must(err)
	second, err := say(editor, desk.NewComment{Lang: "vi", Field: "summary", Place: 1, Text: "Leave this out."})
	o.must(err)
	if first.Sentence != "The answer." || second.Sentence != "It has two sentences." {
		t.Errorf("comments on %q and %q", first.Sentence, second.Sentence)
	}
	for _, n := range []desk.NewComment{{Lang: "vi", Field: "summary", Place: 2, Text: "x"}, {Lang: "vi", Field: "summary", Place: -1, Text: "x"},
		{Lang: "en", Field: "summary", Text: "x"}, {Lang: "vi", Field: "rating", Text: "x"}} {
		_, err := say(editor, n)
		o.refused(err, desk.BadChoice)
	}
	_, err = say(editor, desk.NewComment{Lang: "vi", Field: "summary", Text: "  "})
	o.refused(err, desk.TextEmpty)
	_, err = say(checker, desk.NewComment{Lang: "vi", Field: "summary", Text: "My own."})
	o.want(err, desk.ErrForbidden)

	// Comments alone are reasons enough.
	_, err = o.SendBack(o.ctx(), o.hire(desk.Editor, "who said nothing"), r.ID, "")
	o.refused(err, desk.SendBackNoReasons)
	_, err = o.SendBack(o.ctx(), editor, r.ID, "", "gossip")
	o.refused(err, desk.BadChoice)
	back, err := o.SendBack(o.ctx(), editor, r.ID, "", "wording", "sources")
	o.must(err)
	if !slices.Equal(back.Kinds, []string{"wording", "sources"}) {
		t.Errorf("sent back for %v", back.Kinds)
	}
	_, err = o.AnswerComment(o.ctx(), checker, r.Claim, first.ID, "The one of the ministry.")
	o.must(err)
	o.must(o.SettleComment(o.ctx(), checker, r.Claim, second.ID, true))
	o.want(o.SettleComment(o.ctx(), o.staff[desk.Contributor], r.Claim, second.ID, false), desk.ErrForbidden)
	o.want(o.SettleComment(o.ctx(), checker, o.open().ID, second.ID, false), desk.ErrNotFound)

	r = o.handInAgain(r.Claim, "The answer is. Here.", "")
	p, err := o.ReviewPage(o.ctx(), editor, r.ID)
	o.must(err)
	if len(p.Remarks) != 2 || p.Remarks[0].ID != first.ID || p.Remarks[0].Now != "The answer is." || p.Remarks[0].Same || len(p.Remarks[0].Answers) != 1 {
		t.Fatalf("the comment on a sentence that has changed: %+v", p.Remarks)
	}
	if got := p.Remarks[1]; !got.Gone() || got.Sentence != "It has two sentences." || got.Text != "Leave this out." || got.Open() {
		t.Errorf("the comment on a sentence that has gone: %+v", got)
	}
	if p.Seen == nil || !p.Returned || p.Seen.Texts[0].Summary != "The answer. It has two sentences." {
		t.Errorf("what the reviewer sent back: %+v", p.Seen)
	}
	other, err := o.ReviewPage(o.ctx(), o.hire(desk.Editor, "new here"), r.ID)
	o.must(err)
	if other.Seen != nil {
		t.Error("who never saw the text is told what they saw")
	}
}

func TestTicksAreTheReviewersOwn(t *testing.T) {
	o := newOffice(t)
	editor, second := o.staff[desk.Editor], o.hire(desk.Editor, "second editor")
	r := o.handIn(desk.HarmHigh, "")
	mine := func(by desk.Actor) desk.Reviewing {
		t.Helper()
		p, err := o.ReviewPage(o.ctx(), by, r.ID)
		o.must(err)
		return p.Mine
	}
	o.must(o.KeepReviewing(o.ctx(), editor, r.ID, []string{desk.PointNeutral, "nonsense"}, []string{"facts"}, "On the second source"))
	o.want(o.KeepReviewing(o.ctx(), o.staff[desk.Checker], r.ID, nil, nil, ""), desk.ErrForbidden)
	if got := mine(editor); !slices.Equal(got.Ticks, []string{desk.PointNeutral}) || got.Reasons != "On the second source" || !slices.Equal(got.Kinds, []string{"facts"}) {
		t.Errorf("kept: %+v", got)
	}
	if got := mine(second); len(got.Ticks) != 0 {
		t.Errorf("another's ticks: %+v", got)
	}
	// Somebody else sends it back: what was typed is not lost.
	_, err := o.SendBack(o.ctx(), second, r.ID, "No.")
	o.must(err)
	if mine(editor).Reasons == "" {
		t.Error("what the reviewer typed went with another's decision")
	}
	o.want(o.KeepReviewing(o.ctx(), editor, r.ID, nil, nil, ""), desk.ErrState)
}

func TestPointsDependOnTheClaim(t *testing.T) {
	o := newOffice(t)
	points := func(r desk.Review) []string {
		p, err := o.ReviewPage(o.ctx(), o.staff[desk.Editor], r.ID)
		o.must(err)
		return p.Facts.Points()
	}
	plain := o.handIn(desk.HarmLow, "")
	if got := points(plain); slices.Contains(got, desk.PointBody) || slices.Contains(got, desk.PointPicture) || slices.Contains(got, desk.PointUrgent) {
		t.Errorf("no body, no picture, no emergency: %v", got)
	}
	if _, err := o.Approve(o.ctx(), o.staff[desk.Editor], plain.ID, plain.Hash, points(plain)); err != nil {
		t.Errorf("every point of the page ticked: %v", err)
	}
	c := o.open()
	o.cite(c.ID, true)
	_, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], c.ID, 0, desk.ClaimEdit{Text: "A claim.", Lang: "vi", Harm: desk.HarmHigh, HarmKind: "health", Body: "Bộ Y tế"})
	o.must(err)
	if got := points(o.handInAgain(c.ID, "The answer.", "Tonight")); !slices.Contains(got, desk.PointBody) || !slices.Contains(got, desk.PointUrgent) {
		t.Errorf("with a body, in an emergency: %v", got)
	}
}
