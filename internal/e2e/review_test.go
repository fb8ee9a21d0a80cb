package e2e

import (
	"net/url"
	"strconv"
	"strings"

	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/tlog"
)

// approval is the form of an approval with every point ticked.
func approval(hash string) url.Values {
	return url.Values{"hash": {hash}, "point": desk.Points(desk.KindPublish), "reasons": {"Reasons."}}
}

// sendBack has the editor return the text with reasons, and the checker put
// it right and hand it in again.
func (s *claimStory) sendBack() {
	s.Helper()
	e, c := s.editor, s.checker
	e.Go("/en/desk?view=review")
	e.See("For review")
	e.Go("/en/desk/claims/" + s.claim)
	e.Click("See the text under review")
	e.See(trueInVi)
	e.See(trueInEn)
	e.Fill("What to change, and why", "Say what is not known about thin foil.")
	e.Click("Send back with reasons")
	e.See("Sent back by Editor of waves, with reasons")
	c.Go("/en/desk/claims/" + s.claim)
	c.See("Say what is not known about thin foil.")
	c.Go("/en/desk/claims/" + s.claim + "?lang=en")
	c.Fill("What is not known", "How much thin foil weakens it differs from house to house.")
	c.Click("Save draft")
	c.See("Draft saved.")
	s.submit()
}

// tickAll ticks the whole checklist of the review that is shown.
func tickAll(win *browsertest.Window, points ...string) {
	for _, p := range points {
		win.Click(p)
	}
}

// approve has the editor approve exactly the text that is shown.
func (s *claimStory) approve() {
	s.Helper()
	e := s.editor
	e.Go("/en/desk/reviews/" + s.review)
	e.See("How much thin foil weakens it differs from house to house.")
	tickAll(e, "I opened every source", "The rating does not rest", "Evidence against the rating", "The body concerned was asked",
		"The text says what is not known.", "The language is neutral", "The headline says what is true")
	e.Click("Approve this text and publish")
	e.See("Published. It can be corrected or withdrawn.")
	e.See("First published")
}

// answered: the first asker comes back with the code and reads the answer.
func (s *claimStory) answered() {
	s.Helper()
	win := s.phone(s.T)
	win.Go("/t/" + s.ticket)
	win.See(trueInVi)
	win.See("Sai")
	win.Fits()
	win.Click("Đọc cả bài")
	win.See("Đoạn hai.")
	win.See("Đã qua 2 người")
}

// askedAgain: whoever asks the same later has the check in one round trip,
// however it is typed.
func (s *claimStory) askedAgain() {
	s.Helper()
	for _, typed := range []string{
		strings.ToUpper(askedLater),
		decomposed(askedLater),
		"bọc giấy bạc wanh cục phát wifi thì mạng mạh gấp 3 lần đúg hok mn",
		"Đã chuyển tiếp nhiều lần\nForwarded many times\n\n" + askedLater,
	} {
		win := s.phone(s.T)
		win.Go("/")
		win.Fill("Tin nhắn hoặc đường dẫn", typed)
		win.Click("Hỏi")
		win.See("Chúng tôi đã kiểm chứng tin này.")
		win.See(trueInVi)
		win.See("Vì sao chúng tôi cho là cùng một tin?")
	}
}

// decomposed writes each Vietnamese letter of the message as a letter and its
// marks, as some telephones do (NFD).
func decomposed(s string) string {
	return strings.NewReplacer("ọ", "o\u0323", "ấ", "a\u0302\u0301", "ạ", "a\u0323", "ụ", "u\u0323", "á", "a\u0301", "ì", "i\u0300", "ầ", "a\u0302\u0300").Replace(s)
}

// logSize is the size of the signed checkpoint, its third line being the root.
func (s *claimStory) logSize() int64 {
	s.Helper()
	got := s.person(s.T, "203.0.113.12").get("/log/checkpoint")
	lines := strings.Split(got.body, "\n")
	if got.status != 200 || len(lines) < 4 {
		s.Fatalf("checkpoint: %d\n%s", got.status, got.body)
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		s.Fatalf("checkpoint: %v\n%s", err, got.body)
	}
	return n
}

// verify downloads the proof and the document of a revision by the links that
// stand on its page, and verifies them as anyone can, offline. The entry of a
// withdrawal commits to no document, and its page offers none.
func (s *claimStory) verify(rev int64, kind tlog.Kind) {
	s.Helper()
	p := s.person(s.T, "203.0.113.13")
	at := "/en/checks/" + s.claim + "/rev/" + strconv.FormatInt(rev, 10)
	page := p.get(at)
	proofPath, docPath := linkTo(page.body, "/log/proof/"), linkTo(page.body, "/log/doc/")
	if page.status != 200 || proofPath == "" || (docPath == "") != (kind == tlog.KindWithdraw) {
		s.Fatalf("%s: %d, proof %q, document %q", at, page.status, proofPath, docPath)
	}
	proof := p.get(proofPath)
	var doc []byte
	if docPath != "" {
		doc = []byte(p.get(docPath).body)
	}
	v, err := tlog.VerifyProof([]byte(proof.body), nil, doc, s.desk.VKey())
	if err != nil {
		s.Fatalf("verify revision %d: %v", rev, err)
	}
	if v.DocChecked != (doc != nil) || v.Entry.Verdict != s.claim || v.Entry.Rev != rev || v.Entry.Kind != kind {
		s.Errorf("the proof is of %+v; want revision %d (%s) of %s with its document", v.Entry, rev, kind, s.claim)
	}
	altered := strings.Replace(string(doc), "router", "rooter", 1) + " "
	if _, err := tlog.VerifyProof([]byte(proof.body), nil, []byte(altered), s.desk.VKey()); err == nil {
		s.Error("the proof holds for an altered document too")
	}
}

// linkTo is the first address on a page that begins so.
func linkTo(html, prefix string) string {
	_, rest, found := strings.Cut(html, `href="`+prefix)
	if !found {
		return ""
	}
	rest, _, _ = strings.Cut(rest, `"`)
	return prefix + rest
}
