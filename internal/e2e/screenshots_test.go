package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// envScreenshots names the environment variable with the folder that
// TestScreenshots draws into; `make screenshots` sets it.
const envScreenshots = "SOI_SCREENSHOTS"

// shot is one page to draw: name.png, name-phone.png and both in dark colours.
type shot struct{ name, path string }

// TestScreenshots draws the pages a person should look at, on a desktop and
// on a phone, in light and dark colours.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv(envScreenshots)
	if dir == "" {
		t.Skip("no folder to draw into is named; make screenshots names one")
	}
	w := &world{browser: browsertest.Start(t)}
	w.desk, w.base = start(t, apptest.Options{Demo: true})
	admin := w.desk.Member(t, "Admin", desk.Admin)
	editor := w.desk.Member(t, "Editor", desk.Editor)
	checker := w.desk.Member(t, "Checker", desk.Checker)
	check, claim, review := w.samples(t)
	for _, phone := range []bool{false, true} {
		p := pictures{t: t, dir: dir, phone: phone}
		p.win = w.open(t, browsertest.Options{Phone: phone, Language: "vi"})
		p.answers()
		p.draw([]shot{{"check", "/checks/" + check}, {"check-en", "/en/checks/" + check}, {"checks", "/checks"}, {"corrections", "/corrections"},
			{"log", "/log"}, {"about", "/about"}, {"search", "/search?q=chanh"}, {"ticket-unknown", "/t?code=zzz"}, {"sign-in", "/desk/sign-in"},
			{"ways", "/ways"}, {"box", "/embed/ask"}, {"outlets", "/outlets"}})
		w.signIn(t, p.win, checker)
		p.draw([]shot{{"queue", "/desk"}, {"queue-en", "/en/desk"}, {"claim", "/desk/claims/" + string(claim)}, {"claim-en", "/en/desk/claims/" + string(claim)},
			{"tips", "/desk/claims/" + string(claim) + "/tips"}, {"claim-published", "/desk/claims/" + check}, {"enter-tip", "/desk/new"},
			{"told-new", "/desk/told/" + w.ask(t, "203.0.113.70", "Cây đa đầu làng sắp bị chặt")}, {"told-perhaps", "/desk/told/" + w.ask(t, "203.0.113.71", w.perhaps(t))},
			{"told-known", "/desk/told/" + w.ask(t, "203.0.113.72", "UONG NUOC CHANH NONG MOI NGAY chua duoc ung thu")}, {"account", "/desk/account?first=1"}})
		w.signIn(t, p.win, editor)
		p.draw([]shot{{"review", "/desk/reviews/" + string(review)}, {"review-en", "/en/desk/reviews/" + string(review)}})
		w.signIn(t, p.win, admin)
		p.draw([]shot{{"people", "/desk/people"}, {"ratings", "/desk/ratings"}, {"journal", "/desk/journal"}, {"code", "/desk/account/code"}, {"prove", "/desk/prove"}})
	}
}

// samples are a published check that was corrected, the first open claim that
// somebody assessed, and a review that waits.
func (w *world) samples(t *testing.T) (check string, claim, review desk.ID) {
	t.Helper()
	look := desk.Actor{Role: desk.Auditor}
	done, err := w.desk.Desk.Queue(t.Context(), look, desk.ViewDone, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range done.Claims {
		if q.Claim.State == desk.ClaimPublished && q.Claim.Rev > 1 {
			check = string(q.Claim.ID)
		}
	}
	open, err := w.desk.Desk.Queue(t.Context(), look, desk.ViewOpen, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(open.Claims) > 0 {
		claim = open.Claims[0].Claim.ID
	}
	waiting, err := w.desk.Desk.Queue(t.Context(), look, desk.ViewReview, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(waiting.Claims) > 0 {
		review = waiting.Claims[0].Claim.Review
	}
	if check == "" || claim == "" || review == "" {
		t.Fatalf("the demo desk has check %q, claim %q, review %q", check, claim, review)
	}
	return check, claim, review
}

// pictures draws pages into a folder.
type pictures struct {
	t     *testing.T
	dir   string
	phone bool
	win   *browsertest.Window
}

// draw draws pages as they are reached by their addresses.
func (p *pictures) draw(shots []shot) {
	p.t.Helper()
	for _, s := range shots {
		p.win.Go(s.path)
		p.take(s.name)
	}
}

// take draws the shown page in light and dark colours.
func (p *pictures) take(name string) {
	p.t.Helper()
	if p.phone {
		name += "-phone"
	}
	p.win.Fits()
	p.win.Screenshot(filepath.Join(p.dir, name+".png"))
	p.win.Dark(true)
	p.win.Screenshot(filepath.Join(p.dir, name+"-dark.png"))
	p.win.Dark(false)
}

// answers draws the ask page and each kind of answer.
func (p *pictures) answers() {
	p.t.Helper()
	p.draw([]shot{{"ask", "/"}, {"ask-en", "/en/"}})
	for _, a := range []struct{ name, text, see string }{
		{"answer-known", "Uống nước chanh nóng mỗi ngày chữa được ung thư", "Vì sao"},
		{"answer-perhaps", "sac dien thoai qua dem co hai gi khong", "Không tin nào giống"},
		{"answer-new", "Cầu vượt mới ở phường Đông sẽ thu phí xe máy từ tháng sau", "Mã tra cứu"},
	} {
		p.win.Go("/")
		p.win.Fill("Tin nhắn hoặc đường dẫn", a.text)
		p.win.Click("Hỏi")
		p.win.See(a.see)
		p.take(a.name)
	}
}
