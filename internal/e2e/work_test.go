package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/match"
)

// reader sees everything and may do nothing; the tests look with its eyes.
func reader() desk.Actor { return desk.Actor{Role: desk.Auditor} }

// ask sends a message as somebody in the network and returns the ticket code.
func (w *world) ask(t *testing.T, network, text string) string {
	t.Helper()
	got := w.person(t, network).post("/en/ask", url.Values{"text": {text}})
	found := regexp.MustCompile(`(?:class="value">|name="code" value=")([0-9A-Z]+-[0-9A-Z]+-[0-9A-Z]+)`).FindStringSubmatch(got.body)
	if got.status != 200 || found == nil {
		t.Fatalf("ask %q: %d\n%s", text, got.status, got.body)
	}
	if set := got.header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("an asker was given cookies: %v", set)
	}
	return found[1]
}

// asked sends a message that nobody sent before and returns the open claim
// and the ticket code. Offered what other stories sent or published, the asker
// says that it is none of that.
func (w *world) asked(t *testing.T, network, text string) (desk.ID, string) {
	t.Helper()
	code := w.ask(t, network, text)
	if w.openClaim(t, text) == "" {
		if _, err := w.desk.Desk.Choose(t.Context(), desk.Program(), desk.TicketHash(code), ""); err != nil {
			t.Fatalf("%q is no open claim, and there is nothing to choose from: %v", text, err)
		}
	}
	return w.claimOf(t, text), code
}

// claimOf is the open claim that begins with this sentence.
func (w *world) claimOf(t *testing.T, text string) desk.ID {
	t.Helper()
	id := w.openClaim(t, text)
	if id == "" {
		t.Fatalf("no open claim says %q", text)
	}
	return id
}

// openClaim is that claim, or "".
func (w *world) openClaim(t *testing.T, text string) desk.ID {
	t.Helper()
	q, err := w.desk.Desk.Queue(t.Context(), reader(), desk.ViewOpen, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range q.Claims {
		if c.Claim.Text == text {
			return c.Claim.ID
		}
	}
	return ""
}

// view is all that is known of a claim.
func (w *world) view(t *testing.T, id desk.ID) desk.ClaimView {
	t.Helper()
	v, err := w.desk.Desk.ClaimPage(t.Context(), reader(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// ready opens a claim and brings it, as who, to where it can be submitted.
func (w *world) ready(t *testing.T, network, text string, who desk.Staff) desk.ID {
	t.Helper()
	id, _ := w.asked(t, network, text)
	a, d := desk.As(who), w.desk.Desk
	if _, err := d.EditClaim(t.Context(), a, id, 0, desk.ClaimEdit{Text: text, Lang: "vi", Harm: desk.HarmLow, HarmKind: "money", Topic: "daily"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddEvidence(t.Context(), a, id, desk.Evidence{URL: "https://university.example/measured", Title: "Measured", Stance: desk.Refutes, Independent: true}); err != nil {
		t.Fatal(err)
	}
	v := w.view(t, id)
	if _, err := d.SaveDraft(t.Context(), a, id, v.Draft.Version, desk.RatingFalse, desk.Text{Lang: "vi", Claim: text,
		Statement: "Điều này không đúng: " + text, Summary: "Đã đo và thấy không đúng."}); err != nil {
		t.Fatal(err)
	}
	return id
}

// perhaps is a message that may be one of the demo's checks and is not surely
// one: the first of some near misses that the matcher holds so.
func (w *world) perhaps(t *testing.T) string {
	t.Helper()
	for _, text := range []string{
		"sac dien thoai qua dem co hai gi khong", "uống nước chanh nóng buổi sáng thì hết mỡ máu",
		"nhìn vào mắt người bị đau mắt hột có lây không", "để điện thoại sạc cả đêm có chai pin không", "bôi nước mắm lên vết bỏng mỗi tối thì hết sẹo",
	} {
		r := w.desk.Matcher.Match(t.Context(), match.Query{Text: text, Limit: 5})
		if r.Decision == match.DecisionPerhaps && r.Matches[0].Kind == match.KindCheck {
			return text
		}
	}
	t.Fatal("every near miss is decided; nothing is left for the asker to choose")
	return ""
}

// choosing: an asker is offered what it may be, picks one or none of them,
// and can say of a known answer that it is about something else.
func choosing(t *testing.T, w *world) {
	text := w.perhaps(t)
	win := w.open(t, browsertest.Options{Phone: true, Language: "en"})
	win.Go("/en/")
	win.Fill("Message or link", text)
	win.Click("Ask")
	win.See("Is it one of these?")
	win.AxeLightAndDark()
	win.Fits()
	win.Click("This is my message")
	win.See("We have checked this message.")
	win.AxeLightAndDark()
	win.See("Not your message?")
	win.Click("This is not my message")
	win.See("Nobody has checked this yet")
	win.AxeLightAndDark()
	if v := w.view(t, w.claimOf(t, text)); v.Demand.Tips != 1 {
		t.Errorf("an answer refused: %d tips, want 1", v.Demand.Tips)
	}

	w.suggestions(t, text)
}

// suggestions: staff reject, undo and confirm what the matcher suggests, and
// take a confirmation back.
func (w *world) suggestions(t *testing.T, text string) {
	t.Helper()
	id := w.claimOf(t, text)
	code := w.ask(t, "203.0.113.40", strings.ToUpper(text)+" !!!")
	p := w.person(t, "203.0.113.41")
	c := w.staff(t, "Checker of suggestions", desk.Checker)
	page := "/en/desk/claims/" + string(id)
	c.Go(page)
	c.See("Perhaps known")
	c.Click("No")
	c.See("1 rejected suggestion")
	c.Click("1 rejected suggestion")
	c.Click("Undo")
	c.DontSee("rejected suggestion")
	c.Click("Yes, the same: answer with this")
	c.See("This was merged into:")
	if got := p.get("/en/t/" + code); !strings.Contains(got.body, "We have checked this message.") && !strings.Contains(got.body, "Is it one of these?") {
		t.Errorf("after staff confirmed the match, the asker reads %d\n%s", got.status, got.body)
	}
	c.Click("Take it out again")
	c.DontSee("This was merged into:")
	c.See("Perhaps known")
}

// deskwork: assign, merge and unmerge, split, close and reopen.
func deskwork(t *testing.T, w *world) {
	c := w.staff(t, "Checker of work", desk.Checker)
	one, code := w.asked(t, "203.0.113.50", "Cầu vượt mới ở phường Đông sẽ thu phí xe máy từ tháng sau")
	two, _ := w.asked(t, "203.0.113.51", "Sách giáo khoa lớp ba bản mới in nhầm bản đồ")
	pageOne, pageTwo := "/en/desk/claims/"+string(one), "/en/desk/claims/"+string(two)

	c.Go(pageOne)
	c.Choose("Assign to", "Checker of work")
	c.Click("Assign")
	c.Go("/en/desk?view=mine")
	c.See("Cầu vượt mới ở phường Đông")

	c.Go(pageTwo)
	c.Click("Merge into another claim")
	c.Fill("Address of the other claim's page", w.base+pageOne+"?lang=en#draft")
	c.Click("Merge")
	c.See("This was merged into: Cầu vượt mới ở phường Đông")
	c.Click("Cầu vượt mới")
	c.See("Claims merged into this")
	c.See("2 tips")
	c.Go(pageTwo)
	c.Click("Take it out again")
	c.DontSee("This was merged into:")
	c.Go(pageOne)
	c.See("1 tip")
	c.DontSee("Claims merged into this")

	w.ask(t, "203.0.113.52", "CẦU VƯỢT MỚI Ở PHƯỜNG ĐÔNG SẼ THU PHÍ XE MÁY TỪ THÁNG SAU")
	c.Go(pageOne + "/tips")
	c.See("2 tips, newest first.")
	c.Click("CẦU VƯỢT MỚI")
	c.ClickNth("Cầu vượt mới ở phường Đông sẽ thu phí xe máy từ tháng sau", 1) // the first is the link back to the claim
	c.Click("Split off")
	c.See("Choose at least one tip, and leave at least one behind.")
	c.Go(pageOne + "/tips")
	c.Click("CẦU VƯỢT MỚI")
	c.Click("Split off")
	c.See("CẦU VƯỢT MỚI Ở PHƯỜNG ĐÔNG")
	c.See("1 tip")
	if c.Path() == pageOne {
		t.Error("splitting leads back to the same claim")
	}

	p := w.person(t, "203.0.113.53")
	c.Go(pageOne)
	c.Click("Not a factual claim")
	c.Click("Close it")
	c.See("This is not a factual claim. Nothing is published")
	if got := p.get("/en/t/" + code); !strings.Contains(got.body, "This is not something evidence can settle") {
		t.Errorf("closed as not a factual claim, the asker reads %d\n%s", got.status, got.body)
	}
	c.Click("Open again")
	c.DontSee("Nothing is published")
	if got := p.get("/en/t/" + code); !strings.Contains(got.body, "Nobody has checked this yet") {
		t.Errorf("opened again, the asker reads %d\n%s", got.status, got.body)
	}
}
