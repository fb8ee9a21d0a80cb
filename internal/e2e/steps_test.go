package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/match"
)

// hands is a window that counts what its user does: each click, choice and key
// is one step, and so is each field filled, however long its text.
type hands struct {
	*testing.T
	*browsertest.Window
	steps int
}

// Click activates one thing.
func (h *hands) Click(name string) { h.Helper(); h.steps++; h.Window.Click(name) }

// Fill fills in one field.
func (h *hands) Fill(label, value string) { h.Helper(); h.steps++; h.Window.Fill(label, value) }

// Choose picks from one list.
func (h *hands) Choose(label, option string) { h.Helper(); h.steps++; h.Window.Choose(label, option) }

// Key presses one key that may lead to another page.
func (h *hands) Key(key string) { h.Helper(); h.steps++; h.Press(key) }

// Move presses one key that only moves the focus or a choice.
func (h *hands) Move(key string) { h.Helper(); h.steps++; h.Window.Type(key) }

// Type types into the field that has the focus, in place of what is there.
func (h *hands) Type(text string) { h.Helper(); h.steps++; h.Window.Type(text) }

// To presses a key until the focus is on what begins so; at most 80 times.
func (h *hands) To(key, thing string) {
	h.Helper()
	var passed []string
	for range 80 {
		got := h.Focused()
		if strings.HasPrefix(got, thing) {
			return
		}
		passed = append(passed, got)
		h.Move(key)
	}
	h.Fatalf("%q never leads to %s on %s; it passed:\n%s", key, thing, h.Path(), strings.Join(passed, "\n"))
}

// Find searches the queue for words and goes to the first claim.
func (h *hands) Find(words string) {
	h.Helper()
	h.Move("/")
	h.Type(words)
	h.Key("\r")
	h.Move("j")
}

// writtenSteps reads the table of counts in the README of the pages: path,
// person and way to the number of steps.
func writtenSteps(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../web/README.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			continue
		}
		at := strings.TrimSpace(cells[1]) + ", " + strings.TrimSpace(cells[2])
		out[at+", mouse"], out[at+", keyboard"] = strings.TrimSpace(cells[3]), strings.TrimSpace(cells[4])
	}
	return out
}

// written holds the steps taken since the last call against the README.
func (h *hands) written(path string) {
	h.Helper()
	if want := writtenSteps(h.T)[path]; want != fmt.Sprint(h.steps) {
		h.Errorf("%s takes %d steps; internal/web/README.md says %q", path, h.steps, want)
	}
	h.steps = 0
}

// hands opens a window of a colleague who counts.
func (w *world) hands(t *testing.T, name string, r desk.Role) *hands {
	t.Helper()
	return &hands{T: t, Window: w.staff(t, name, r)}
}

// countingSteps takes three paths with a mouse, as somebody who knows the desk,
// and counts; "keys alone" does the same with a keyboard.
func countingSteps(t *testing.T, w *world) {
	c := w.hands(t, "Checker who counts", desk.Checker)
	known := w.nearlyKnown(t, "uống nước chanh nóng lúc đói thì tan hết mỡ máu ạ")
	c.Go("/en/desk?all=1")
	c.Click(known)
	c.Click("Yes, the same: answer with this")
	c.See("This was merged into:")
	c.written("known claim answered, checker, mouse")

	const said = "Chợ phiên bên sông sẽ chuyển sang họp ban đêm từ tuần tới"
	id := w.hand(t, "market", said, "")
	c.Go("/en/desk?q=cho+phien+ben+song")
	c.Click("Take")
	c.Fill("The claim in one sentence", "Chợ phiên bên sông chuyển sang họp ban đêm.")
	c.Choose("Harm", "low")
	c.Click("Save assessment")
	c.Click("Add evidence")
	c.Fill("Link", "https://market.example/hours")
	c.Fill("Title", "Hours of the market")
	c.Window.See("Is it independent of the body concerned?")
	c.Click("independent")
	c.Click("Add to the list")
	c.Click("False")
	c.Fill("The true statement", "Chợ phiên vẫn họp ban ngày.")
	c.Fill("Short answer", "Giờ họp chợ không đổi.")
	c.Click("Send to review")
	c.See("waiting for a decision")
	c.written("new claim published, checker, mouse")

	e := w.hands(t, "Editor who counts", desk.Editor)
	approve := func(points ...string) {
		t.Helper()
		e.Go("/en/desk")
		e.Click("For review")
		e.Click("See the text under review Chợ phiên")
		for _, p := range points {
			e.Click(p)
		}
		e.Click("Approve this text and publish")
	}
	approve(ordinaryPoints()...)
	e.See("Published. It can be corrected or withdrawn.")
	e.written("new claim published, reviewer, mouse")

	c.Go("/en/desk")
	c.Click("Published")
	c.Click("Chợ phiên bên sông")
	c.Fill("Short answer", "Giờ họp chợ không đổi; chỉ dời sang bờ bên kia.")
	c.Choose("Reason", "factual error")
	c.Fill("What changed, in Vietnamese", "Thêm nơi họp chợ.")
	c.Click("Send to review")
	c.See("Review of a correction")
	c.written("correction published, checker, mouse")
	approve(append(ordinaryPoints(), "The note is clear")...)
	e.See("Corrected")
	e.written("correction published, reviewer, mouse")
	if v := w.view(t, id); len(v.Revisions) != 2 {
		t.Errorf("%d revisions, want 2", len(v.Revisions))
	}
}

// ordinaryPoints are the points of a review in which no body is concerned.
func ordinaryPoints() []string {
	return []string{"I opened every source", "The rating does not rest", "Evidence against the rating", "The text says what is not known.", "The language is neutral", "The headline says what is true"}
}

// nearlyKnown hands in a message that is nearly one of the demo's checks and
// of which no other claim speaks, and returns it.
func (w *world) nearlyKnown(t *testing.T, text string) string {
	t.Helper()
	r := w.desk.Matcher.Match(t.Context(), match.Query{Text: text, Limit: 5})
	if len(r.Matches) == 0 || r.Matches[0].Kind != match.KindCheck {
		t.Fatalf("%q is near no check: %+v", text, r.Matches)
	}
	w.hand(t, "nearly known "+text, text, "")
	return text
}
