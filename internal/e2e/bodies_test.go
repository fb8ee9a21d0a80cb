package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// askingBody is the story of one question to a body concerned.
type askingBody struct {
	*testing.T
	*world
	checker *browsertest.Window
	body    *browsertest.Window // somebody at the office, on a phone
	claim   desk.ID
	request string // its address on the desk
	link    string // path of the personal link
}

// askingTheBody: an editor puts a body into the register, a checker asks it on
// the record, somebody at its office answers on a phone without an account; a
// link that was replaced shows nothing; the answer stands on the page of the
// claim and does not settle it.
func askingTheBody(t *testing.T, w *world) {
	s := &askingBody{T: t, world: w}
	s.register()
	s.ask()
	s.deliver()
	s.answer()
	s.seen()
	s.replaced()
	w.bodyLink = s.link
}

// register adds the body, after a slip.
func (s *askingBody) register() {
	s.Helper()
	e := s.staff(s.T, "Editor of the register", desk.Editor)
	e.Go("/en/desk/bodies")
	e.AxeLightAndDark()
	e.Fill("Name (Vietnamese)", "Sở Điện lực làng bên")
	e.Fill("Name (English)", "Power Office of the next village")
	e.Fill("E-mail of the office", "vanphong@dienluc.example")
	e.Click("Sat")
	e.Click("Save")
	e.See("Power Office of the next village")
	e.Go("/en/desk/calendars")
	e.Fill("Name of the calendar", "Own days off")
	e.Fill("Days", "2027-03-01 perhaps Day of the office")
	e.Click("Save the calendar")
	e.See("A day cannot be read.")
	e.Fill("… or its text", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270301\r\nSUMMARY:Day of the office\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	e.Click("Read")
	e.See("1 day was found.")
	e.Click("Save the calendar")
	e.See("Saved.")
	e.AxeLightAndDark()
}

// ask writes the question, sees it as it would go out, and records it: this
// desk has no relay, and the page says so.
func (s *askingBody) ask() {
	s.Helper()
	const text = "Lưới kẽm cột số bảy xóm núi biết phát nhạc ban đêm"
	s.claim, _ = s.world.asked(s.T, "203.0.113.90", text)
	s.checker = s.staff(s.T, "Checker who asks", desk.Checker)
	c := s.checker
	c.Go("/en/desk/claims/" + string(s.claim))
	c.Click("Ask the body concerned")
	c.See("No mail relay is set")
	c.Choose("Body", "Power Office of the next village")
	c.Fill("Question", "Có cắt điện suốt tháng ba không?")
	c.Fill("What we publish if nothing comes", "Chúng tôi ghi rằng sở chưa trả lời.")
	c.Fill("Working days", "5")
	c.Click("See it before it goes")
	c.See("Say why the deadline is another than usual.")
	c.Fill("Reason for another deadline", "The office asked for it by telephone.")
	c.Click("See it before it goes")
	c.See("Nothing was sent yet.")
	c.See("Kính gửi Sở Điện lực làng bên")
	c.AxeLightAndDark()
	c.Click("Change it")
	c.Click("See it before it goes")
	c.Click("Record it; I deliver it by hand")
	c.See("not sent yet")
	s.request = c.Path()
}

// deliver shows the letter with its link, and says that it was handed over.
func (s *askingBody) deliver() {
	s.Helper()
	c := s.checker
	c.Click("Show the letter and its link")
	c.AxeLightAndDark()
	found := regexp.MustCompile(`/vi/r/[A-Za-z0-9_-]{43}`).FindString(c.HTML())
	if found == "" {
		s.Fatalf("no link in the letter:\n%s", c.Text())
	}
	s.link = found
	c.Click("I have delivered it")
	c.See("waiting for an answer")
}

// answer is somebody at the office, on a phone without scripts. A program that
// opened the link before did no harm.
func (s *askingBody) answer() {
	s.Helper()
	for range 3 {
		if got := s.person(s.T, "203.0.113.91").get(s.link); got.status != http.StatusOK {
			s.Errorf("the link: %d", got.status)
		}
	}
	s.body = s.phone(s.T)
	b := s.body
	b.Go(s.link + "?say=not-so")
	b.See("Câu hỏi gửi Sở Điện lực làng bên")
	b.See("Có cắt điện suốt tháng ba không?")
	b.DontSee("biết phát nhạc ban đêm") // nothing of the claim or of who asks
	b.Fits()
	b.Click("Cần thêm thời gian")
	b.Fill("Lý do", "Đang kiểm tra lịch sửa đường dây.")
	b.Click("Xin thêm thời gian")
	b.See("Chúng tôi đã nhận và sẽ gửi thư trả lời.")
	note := filepath.Join(s.TempDir(), "note.txt")
	if err := os.WriteFile(note, []byte("only words"), 0o600); err != nil {
		s.Fatal(err)
	}
	b.Click("Không phải vậy")
	b.Fill("Lời của quý đơn vị", "Chỉ cắt điện hai giờ ngày 2/3 để sửa đường dây.")
	b.Click("Đây là trả lời của Sở Điện lực làng bên.")
	b.Upload("Tài liệu", note)
	b.Click("Gửi trả lời")
	b.See("Xin sửa")
	s.kept(b, "Chỉ cắt điện hai giờ")
	b.Click("Không phải vậy")
	b.Upload("Tài liệu", paintedFile(s.T, 77, 90))
	b.Click("Đây là trả lời của Sở Điện lực làng bên.")
	b.Click("Gửi trả lời")
	b.See("Cảm ơn, chúng tôi đã nhận trả lời.")
	b.See("Kèm 1 tài liệu")
	b.Fits()
	b.AxeLightAndDark()
}

// kept fails unless what was typed stands in a field of the page.
func (s *askingBody) kept(win *browsertest.Window, words string) {
	s.Helper()
	if !strings.Contains(win.HTML(), words) {
		s.Errorf("%q was lost at %s", words, win.Path())
	}
}

// seen is the desk afterwards: the wish is decided, the answer stands on the
// claim's page and settles nothing.
func (s *askingBody) seen() {
	s.Helper()
	c := s.checker
	c.Go("/en/desk/requests")
	c.See("Power Office of the next village")
	c.AxeLightAndDark()
	c.Go(s.request)
	c.See("Says: this is not so")
	c.Click("Give the time")
	c.See("accepted")
	c.AxeLightAndDark()
	c.Go("/en/desk/claims/" + string(s.claim))
	c.See("Chỉ cắt điện hai giờ ngày 2/3")
	c.See("Asking the body concerned")
	if got := s.readClaim(); got.State != desk.ClaimOpen || got.Rating != "" {
		s.Errorf("the answer settled the claim: %+v", got)
	}
}

// readClaim reads the claim of the story.
func (s *askingBody) readClaim() desk.Claim {
	s.Helper()
	cs, err := s.desk.Desk.Claims(s.Context(), desk.As(s.desk.Member(s.T, "Reader of the claim", desk.Auditor)), desk.ClaimFilter{IDs: []desk.ID{s.claim}})
	if err != nil || len(cs) != 1 {
		s.Fatalf("%v, %d claims", err, len(cs))
	}
	return cs[0]
}

// replaced: the link was forwarded; a new one is made, the old one shows
// nothing, and what is typed on a page that was open is not lost.
func (s *askingBody) replaced() {
	s.Helper()
	stranger := s.phone(s.T)
	stranger.Go(s.link)
	stranger.Click("Không phải vậy")
	stranger.Fill("Lời của quý đơn vị", "Lời gửi muộn.")
	stranger.Click("Đây là trả lời của")
	c := s.checker
	c.Go(s.request)
	c.Click("Make a new link")
	c.See("A new link")
	stranger.Click("Gửi trả lời")
	stranger.See("Đường dẫn này không còn dẫn tới đâu")
	s.kept(stranger, "Lời gửi muộn.")
	stranger.DontSee("Có cắt điện")
	stranger.Go(s.link)
	if stranger.Status() != http.StatusGone {
		s.Errorf("the old link: %d", stranger.Status())
	}
	stranger.DontSee("Sở Điện lực")
	stranger.AxeLightAndDark()
	c.Click("Show the letter and its link")
	fresh := regexp.MustCompile(`/vi/r/[A-Za-z0-9_-]{43}`).FindString(c.HTML())
	if fresh == "" || fresh == s.link {
		s.Fatalf("the new link is %q, the old one was %q", fresh, s.link)
	}
	s.link = fresh
}
