package e2e

import (
	"html"
	"strings"

	"soi/internal/browsertest"
)

// correct has two people change the rating, with a reason and a note.
func (s *claimStory) correct() {
	s.Helper()
	c, e := s.checker, s.editor
	c.Go("/en/desk/claims/" + s.claim + "?lang=en")
	c.Click("Mostly false")
	c.Choose("Reason", "typing error")
	c.Fill("What changed, in Vietnamese", "Đổi kết luận: nguồn mới cho thấy giấy bạc đặt sau cục phát có thể giúp một phía.")
	c.Fill("What changed, in English", "Rating changed: a new source shows that foil behind a router can help on one side.")
	c.Click("Send to review")
	c.See("A changed rating is a correction")
	c.Choose("Reason", "rating changed")
	c.Click("Send to review")
	c.See("Review of a correction")
	s.review = c.Path()
	e.Go(s.review)
	e.See("Changed since the published version")
	tickAll(e, "I opened every source", "The rating does not rest", "Evidence against the rating", "The body concerned was asked",
		"The text says what is not known.", "The language is neutral", "The headline says what is true", "The note is clear")
	e.Click("Approve this text and publish")
	e.See("Corrected")

	win := s.open(s.T, browsertest.Options{Language: "en"})
	win.Go("/en/checks/" + s.claim)
	win.See("Corrected")
	win.See("Rating changed: a new source shows that foil behind a router can help on one side.")
	win.See("Mostly false")
	win.Click("read this version")
	win.See("You are reading version 1; the newest is version 2.")
	win.See(trueInEn)
	win.Go("/en/corrections")
	win.See("Rating changed: a new source shows that foil behind a router can help on one side.")
	s.inFeeds("Rating changed: a new source shows that foil behind a router can help on one side.")
}

// withdraw has two people end the check.
func (s *claimStory) withdraw() {
	s.Helper()
	c, e := s.checker, s.editor
	c.Go("/en/desk/claims/" + s.claim)
	c.Click("Withdraw this check")
	c.Choose("Reason for withdrawing", "trouble with a source")
	c.Fill("Why it is withdrawn, in Vietnamese", "Nguồn chính đã bị rút.")
	c.Fill("Why it is withdrawn, in English", "The main source was retracted.")
	c.Click("Send the withdrawal to review")
	c.See("Review of a withdrawal")
	c.DontSee("Approve")
	s.review = c.Path()
	e.Go(s.review)
	tickAll(e, "The reason for the withdrawal is right.", "The note is clear")
	e.Click("Approve this text and publish")
	e.See("Withdrawn. It can be rewritten and restored.")

	win := s.phone(s.T)
	win.Go("/en/checks/" + s.claim)
	win.See("This check was withdrawn")
	win.See("The main source was retracted.")
	win.Go("/en/checks/" + s.claim + "/rev/2")
	win.See(trueInEn)
	win.Go("/checks")
	win.DontSee(trueInVi)
	s.inFeeds("The main source was retracted.")
}

// inFeeds: every feed of corrections tells it.
func (s *claimStory) inFeeds(want string) {
	s.Helper()
	p := s.person(s.T, "203.0.113.15")
	for _, path := range []string{"/en/corrections.rss", "/en/corrections.atom", "/en/corrections.json"} {
		if got := p.get(path); got.status != 200 || !strings.Contains(html.UnescapeString(got.body), want) {
			s.Errorf("%s: %d without %q", path, got.status, want)
		}
	}
}
