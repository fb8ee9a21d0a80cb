package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// The message of the story, as different people send it.
const (
	askedFirst = "moi nguoi oi boc giay bac quanh cuc phat wifi thi mang manh gap 3 lan, dung khong"
	askedLater = "Bọc giấy bạc quanh cục phát wifi thì mạng mạnh gấp 3 lần"
	trueInVi   = "Giấy bạc chặn sóng wifi; bọc quanh cục phát làm mạng yếu đi."
	trueInEn   = "Foil blocks wifi; wrapped around the router it makes the network weaker."
)

// claimStory is one claim on its way through everybody's hands.
type claimStory struct {
	*testing.T
	*world
	checker, editor *browsertest.Window
	coAuthor        *browsertest.Window   // an editor who wrote a part
	who             map[string]desk.Staff // by role
	ticket          string                // the first asker's code
	claim, review   string                // ids
}

// oneClaim is the whole of it as four people: an asker without scripts, a
// checker, an editor and a reader.
func oneClaim(t *testing.T, w *world) {
	s := &claimStory{T: t, world: w, who: map[string]desk.Staff{}}
	s.who["checker"] = w.desk.Member(t, "Checker of waves", desk.Checker)
	s.who["editor"] = w.desk.Member(t, "Editor of waves", desk.Editor)
	before := s.logSize()
	s.askNew()
	s.checker = w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, s.checker, s.who["checker"])
	s.assess()
	s.cite()
	s.write()
	s.writeToo()
	s.submit()
	s.ownWork()
	s.editor = w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, s.editor, s.who["editor"])
	s.sendBack()
	s.approve()
	s.answered()
	s.askedAgain()
	s.read()
	s.verify(1, "publish")
	s.correct()
	s.verify(2, "correct")
	s.withdraw()
	s.verify(3, "withdraw")
	if got := s.logSize(); got != before+3 {
		t.Errorf("the log has %d entries, had %d; a publication, a correction and a withdrawal make three more", got, before)
	}
}

// askNew asks what nobody has checked and keeps the ticket code.
func (s *claimStory) askNew() {
	s.Helper()
	win := s.phone(s.T)
	win.Go("/")
	win.See("Tin này có đúng không?")
	win.Fits()
	win.Fill("Tin nhắn hoặc đường dẫn", askedFirst)
	win.Click("Hỏi")
	win.See("Chưa ai kiểm chứng tin này")
	win.See("Bạn là người đầu tiên hỏi điều này.")
	win.Fits()
	for _, line := range strings.Fields(win.Text()) {
		if len(line) == len("HN7-4KQ-2RTX") && strings.Count(line, "-") == 2 {
			s.ticket = line
		}
	}
	if s.ticket == "" {
		s.Fatalf("no ticket code on the page:\n%s", win.Text())
	}
	win.Go("/")
	win.Fill("Mã tra cứu", strings.ToLower(strings.ReplaceAll(s.ticket, "-", "")))
	win.Click("Xem")
	win.See("Chưa ai kiểm chứng tin này")
}

// assess finds the claim in the queue with its reasons, puts it in one
// sentence and takes it.
func (s *claimStory) assess() {
	s.Helper()
	c := s.checker
	c.Go("/en/desk?all=1")
	c.See("boc giay bac quanh cuc phat wifi")
	c.See("harm not judged yet")
	c.Click("moi nguoi oi boc giay bac")
	c.See("1 person asks")
	c.See("Put it in one sentence and judge the harm.")
	s.claim = path.Base(c.Path())
	c.Fill("The claim in one sentence", "Bọc giấy bạc quanh cục phát wifi làm mạng mạnh gấp ba lần.")
	c.Choose("Harm", "low")
	c.Choose("Kind of harm", "money")
	c.Choose("Topic", "Daily life")
	c.Fill("Body concerned", "Nhà mạng")
	c.Click("Save assessment")
	c.See("low harm (money)")
	c.See("Take it, or assign it.")
	c.Click("Take")
	c.See("Gather evidence.")
	c.Go("/en/desk?view=mine")
	c.See("Bọc giấy bạc quanh cục phát wifi làm mạng mạnh gấp ba lần.")
	c.See("taken by Checker of waves")
	c.Go("/en/desk/claims/" + s.claim)
}

// cite adds a source of the body concerned, is told in words that this is not
// enough, and adds an independent one.
func (s *claimStory) cite() {
	s.Helper()
	c := s.checker
	c.Click("Add evidence")
	s.source("https://maker.example/router", "Setting up the router, by its maker", "not independent")
	c.See("Without one nothing can be published.")
	s.writeIn("vi", trueInVi, "Kim loại phản xạ sóng. Muốn mạng khỏe hơn hãy đặt cục phát ở chỗ cao, thoáng.")
	c.Click("Send to review")
	c.See("To put right first")
	c.See("At least one independent source is needed.")
	if c.Status() != 422 {
		s.Errorf("submitting without an independent source: %d, want 422", c.Status())
	}
	c.Go("/en/desk/claims/" + s.claim)
	c.See("At least one source must be independent of the body concerned.")
	c.Click("Add evidence")
	s.source("https://university.example/foil", "Foil and radio waves, measured", "independent")
	c.See("1 source is independent of the body concerned.")
}

// source fills in the form of a source that refutes the claim.
func (s *claimStory) source(url, title, independent string) {
	s.Helper()
	c := s.checker
	c.Fill("Link", url)
	c.Fill("Title", title)
	c.Fill("Publisher", "A publisher")
	c.Fill("What it says, in our words", "Foil reflects what the router sends.")
	c.Click("Add to the list")
	c.See("Say whether this source is independent of the body concerned.")
	c.Click(independent)
	c.Click("Add to the list")
	c.See(title)
}

// writeIn fills in the draft of one language.
func (s *claimStory) writeIn(lang, statement, summary string) {
	s.Helper()
	c := s.checker
	c.Go("/en/desk/claims/" + s.claim + "?lang=" + lang)
	c.Click("False")
	c.Fill("The claim", map[string]string{"vi": askedLater + ".", "en": "Foil around a wifi router makes the network three times as strong."}[lang])
	c.Fill("The true statement", statement)
	c.Fill("Short answer", summary)
	c.Fill("What is not known", "")
}

// write writes the draft in both languages.
func (s *claimStory) write() {
	s.Helper()
	c := s.checker
	s.writeIn("vi", trueInVi, "Kim loại phản xạ sóng. Muốn mạng khỏe hơn hãy đặt cục phát ở chỗ cao, thoáng.")
	c.Fill("Text", "Đoạn một.\n\nĐoạn hai.")
	c.Click("Save draft")
	c.See("Draft saved.")
	s.writeIn("en", trueInEn, "Metal reflects the waves. Put the router in a high and open place instead.")
	c.Fill("Text", "One paragraph.\n\nAnother paragraph.")
	c.Click("Save draft")
	c.See("Draft saved.")
}

// writeToo has an editor write a part of the text.
func (s *claimStory) writeToo() {
	s.Helper()
	s.coAuthor = s.staff(s.T, "Editor who writes too", desk.Editor)
	s.coAuthor.Go("/en/desk/claims/" + s.claim + "?lang=en")
	s.coAuthor.Fill("What is not known", "Nothing of importance.")
	s.coAuthor.Click("Save draft")
	s.coAuthor.See("Draft saved.")
}

// submit hands the draft to a second person.
func (s *claimStory) submit() {
	s.Helper()
	c := s.checker
	c.Go("/en/desk/claims/" + s.claim)
	c.Click("Send to review")
	c.See("waiting for a decision")
	s.review = path.Base(c.Path())
}

// ownWork: who wrote a part of the text finds no way to approve it, whatever
// the role, and a forged request is refused.
func (s *claimStory) ownWork() {
	s.Helper()
	s.checker.See("You wrote part of this text, so someone else must decide. Nobody can lift this rule.")
	s.checker.DontSee("Approve this text and publish")
	looks := s.person(s.T, "203.0.113.10")
	looks.enter(s.desk.Link(s.T, s.desk.Member(s.T, "Editor who only looks", desk.Editor)))
	hash := looks.get("/en/desk/reviews/" + s.review).field("hash")
	if len(hash) != 64 {
		s.Fatalf("an editor's review page carries the hash %q", hash)
	}
	s.coAuthor.Go("/en/desk/reviews/" + s.review)
	s.coAuthor.See("You wrote part of this text, so someone else must decide.")
	for win, title := range map[*browsertest.Window]string{s.checker: "Your role does not include this", s.coAuthor: "A second person is needed"} {
		for _, do := range []string{"approve", "return"} {
			win.Go("/en/desk/reviews/" + s.review)
			forge(win, "/en/desk/reviews/"+s.review+"/"+do, approval(hash))
			win.See(title)
			if win.Status() != 403 {
				s.Errorf("a forged %s by an author: %d, want 403", do, win.Status())
			}
		}
	}
	if got := looks.get("/en/checks/" + s.claim); got.status != 404 {
		s.Errorf("after a forged approval the check is public: %d", got.status)
	}
}

// forge sends a form that no page offers, from the person's own browser.
func forge(win *browsertest.Window, action string, form url.Values) {
	fields, _ := json.Marshal(form) // a map of strings always can
	win.Eval(fmt.Sprintf(`(() => {
		const form = document.createElement('form');
		form.method = 'post';
		form.action = %q;
		for (const [name, values] of Object.entries(%s)) for (const value of values) {
			const field = document.createElement('input');
			Object.assign(field, {type: 'hidden', name, value});
			form.append(field);
		}
		document.querySelector('main').prepend(form);
		return true;
	})()`, action, fields))
	press(win, "Send the forged form", `document.querySelector('main > form').submit()`)
}

// press puts a button on the page that does what the script says, and clicks
// it, so that the window waits for the page that follows.
func press(win *browsertest.Window, name, script string) {
	win.Eval(fmt.Sprintf(`(() => {
		const button = document.createElement('button');
		button.type = 'button';
		button.textContent = %q;
		button.addEventListener('click', () => { %s });
		document.querySelector('main').prepend(button);
		return true;
	})()`, name, script))
	win.Click(name)
}
