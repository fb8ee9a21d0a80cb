package web

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"soi/internal/desk"
)

// copyPage is the archived copy of one source: what it said when the desk saw
// it, as text, and the ways to the rest of it.
type copyPage struct {
	desk.Capture
	Source   string // title of the source, as published or as staff wrote it
	Asked    string // its address
	Text     []string
	Cut      bool   // the text is longer than the page shows
	Base     string // address of the copy, for what lies below
	Replay   string // address of the copy as it looked
	Hash     string
	Internal bool // for staff
}

// maxCopyText is how much of a copy's text a page shows.
const maxCopyText = 60_000

// head implements page.
func (p copyPage) head(w *words) head {
	h := head{Title: w.t("copy.title", "Title", p.Source), Section: "checks", Private: true}
	if p.Internal {
		h.Section = "desk"
	}
	return h
}

// Paged reports whether the copy can be shown as it looked.
func (p copyPage) Paged() bool { return p.Kind == desk.CapturePage || p.Kind == desk.CapturePicture }

// Downloads reports whether what was cited is a file of its own.
func (p copyPage) Downloads() bool { return p.Kind == desk.CapturePDF || p.Kind == desk.CaptureFile }

// copyView is how a source's copy stands on the claim's page.
type copyView struct {
	desk.Capture
	Hash  string
	Words string // what was typed into the form of a post's words, after a refusal
	May   bool   // the person may ask for a copy
}

// Again reports whether a copy can be asked for once more.
func (c copyView) Again() bool {
	return c.May && (c.State == desk.CaptureFailed || c.State == copyNever || !c.Damaged.IsZero())
}

// Waits reports whether the copy is still to be made, so that the page may look
// again by itself.
func (c copyView) Waits() bool {
	return c.Damaged.IsZero() && c.State != desk.CaptureDone && c.State != desk.CaptureFailed && c.State != copyNever
}

// Types reports whether the words of a post are wanted from a person.
func (c copyView) Types() bool {
	return c.May && c.State == desk.CaptureFailed && c.Why == desk.TroublePost
}

// copiesOf are the newest captures of a claim's sources, by source. Evidence
// from before captures were made has none.
func (s *Site) copiesOf(v *visit, claim desk.ID, may bool) (map[desk.ID]copyView, error) {
	out := map[desk.ID]copyView{}
	cs, err := s.Desk.CapturesOf(v.Context(), v.actor(), claim)
	if err != nil {
		return nil, err
	}
	for _, c := range cs {
		if _, newer := out[c.Evidence]; !newer {
			out[c.Evidence] = copyView{Capture: c, Hash: hex.EncodeToString(c.Sum), May: may}
		}
	}
	return out, nil
}

// fillCopies notes how the copy of each source in use stands; one from before
// copies were made can be asked for.
func (s *Site) fillCopies(v *visit, p *claimPage) (err error) {
	if p.Copies, err = s.copiesOf(v, p.Claim.ID, p.May.Cite); err != nil {
		return err
	}
	for _, e := range p.Sources {
		if _, there := p.Copies[e.ID]; !there && s.Desk.KeepsCopies() {
			p.Copies[e.ID] = copyView{Capture: desk.Capture{Evidence: e.ID, Claim: p.Claim.ID, State: copyNever}, May: p.May.Cite}
		}
	}
	return nil
}

// copyNever stands for a source whose copy nobody has asked for.
const copyNever desk.CaptureState = "never"

// HasCopies reports whether any source in use has a copy that may be shown.
func (p claimPage) HasCopies() bool {
	return slices.ContainsFunc(p.Sources, func(e desk.Evidence) bool { return p.Copies[e.ID].Sound() })
}

// sum is the {sum} of the path.
func (v *visit) sum() ([]byte, error) {
	b, err := hex.DecodeString(v.PathValue("sum"))
	if err != nil || len(b) != 32 {
		return nil, desk.ErrNotFound
	}
	return b, nil
}

// opener hands the copy in the path to fn, if whoever asks may see it.
type opener func(v *visit, fn func(source string, c desk.Capture, load desk.Load) error) error

// publicCopy opens copies that a published check cites.
func (s *Site) publicCopy(v *visit, fn func(string, desk.Capture, desk.Load) error) error {
	sum, err := v.sum()
	if err != nil || s.Copies == nil {
		return desk.ErrNotFound
	}
	return s.Desk.PublicCopy(v.Context(), sum, s.Signed(), func(e desk.DocEvidence, c desk.Capture, load desk.Load) error {
		return fn(e.Title, c, load)
	})
}

// deskCopy opens any copy, for staff.
func (s *Site) deskCopy(v *visit, fn func(string, desk.Capture, desk.Load) error) error {
	sum, err := v.sum()
	if err != nil || s.Copies == nil {
		return desk.ErrNotFound
	}
	return s.Desk.Copy(v.Context(), v.actor(), sum, func(c desk.Capture, load desk.Load) error { return fn(c.Title, c, load) })
}

// copyAt answers with the page of a copy.
func (s *Site) copyAt(open opener, template, base string, replay func(v *visit, sum string) string) handler {
	return func(v *visit) (answer, error) {
		p := copyPage{Internal: template != "copy"}
		err := open(v, func(source string, c desk.Capture, load desk.Load) error {
			// The page tells what it looked like, so all of it is looked at first.
			if _, err := load(c.Manifest); err != nil {
				return err
			}
			p.Capture, p.Source, p.Asked, p.Hash = c, source, c.URL, hex.EncodeToString(c.Sum)
			if p.Source == "" {
				p.Source = hostOf(c.URL)
			}
			if len(c.Words) == 0 {
				return nil
			}
			b, err := load(c.Words)
			if err != nil {
				return err
			}
			p.Text, p.Cut = copyLines(string(b))
			return nil
		})
		if err != nil {
			return answer{}, err
		}
		p.Base = base + p.Hash
		p.Replay = replay(v, p.Hash)
		return show(template, p), nil
	}
}

// copyLines are the paragraphs of a text, as many as a page shows.
func copyLines(text string) (lines []string, cut bool) {
	if r := []rune(text); len(r) > maxCopyText {
		text, cut = string(r[:maxCopyText]), true
	}
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines, cut
}

// copyAs answers with bytes made of a copy.
func (s *Site) copyAs(open opener, do func(v *visit, c desk.Capture, load desk.Load) (answer, error)) handler {
	return func(v *visit) (a answer, err error) {
		err = open(v, func(_ string, c desk.Capture, load desk.Load) error {
			a, err = do(v, c, load)
			return err
		})
		return a, err
	}
}

// replayOf shows a copy as it looked: alone, without scripts, with nothing to
// fetch.
func (s *Site) replayOf(v *visit, c desk.Capture, load desk.Load) (answer, error) {
	b, err := s.Copies.Replay(c, load, v.words.t("copy.banner", "Desk", s.Config.Name, "Time", v.words.moment(c.At), "URL", c.URL))
	if err != nil {
		return answer{}, err
	}
	return boxed(raw("text/html; charset=utf-8", b)).also("Content-Security-Policy", desk.ReplayPolicy), nil
}

// shotOf answers with the screenshot of a copy.
func (s *Site) shotOf(_ *visit, c desk.Capture, load desk.Load) (answer, error) {
	if len(c.Shot) == 0 {
		return answer{}, desk.ErrNotFound
	}
	b, err := load(c.Shot)
	return boxed(raw("image/jpeg", b)).also("Content-Disposition", "inline"), err
}

// attached is a download that no browser opens by itself.
func attached(name string, b []byte) answer {
	return boxed(raw("application/octet-stream", b)).also("Content-Disposition", `attachment; filename="`+name+`"`)
}

// fileOf answers with what was cited as it came.
func (s *Site) fileOf(_ *visit, c desk.Capture, load desk.Load) (answer, error) {
	if c.Kind != desk.CapturePDF && c.Kind != desk.CaptureFile && c.Kind != desk.CapturePicture {
		return answer{}, desk.ErrNotFound
	}
	b, err := s.Copies.File(c, load)
	return attached("soi-"+hex.EncodeToString(c.Sum[:6])+"."+extension(c.Type), b), err
}

// warcOf answers with the WARC file of a copy, whose hash the check publishes.
func (s *Site) warcOf(_ *visit, c desk.Capture, load desk.Load) (answer, error) {
	b, err := s.Copies.WARC(c, load)
	return attached("soi-"+hex.EncodeToString(c.Sum[:6])+".warc.gz", b), err
}

// waczOfClaim answers with all copies of a claim as one file.
func (s *Site) waczOfClaim(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil || s.Copies == nil {
		return answer{}, desk.ErrNotFound
	}
	var b []byte
	err = s.Desk.Copies(v.Context(), v.actor(), id, func(c desk.Claim, cs []desk.Capture, load desk.Load) (err error) {
		b, err = s.Copies.WACZ(c.Text, cs, load)
		return err
	})
	return attached("soi-"+string(id)+".wacz", b), err
}

// recapture asks for a copy once more.
func (s *Site) recapture(v *visit) (answer, error) {
	claim, evidence, err := v.claimAndEvidence()
	if err != nil {
		return answer{}, err
	}
	if err := s.Desk.Recapture(v.Context(), v.actor(), claim, evidence); err != nil {
		return answer{}, err
	}
	s.captureSoon()
	return redirect(v.tongue.url("/desk/claims/"+string(claim)) + "#evidence"), nil
}

// claimAndEvidence are the {id} and {evidence} of the path.
func (v *visit) claimAndEvidence() (claim, evidence desk.ID, err error) {
	if claim, err = v.id(); err != nil {
		return "", "", err
	}
	if evidence = desk.ID(v.PathValue("evidence")); !evidence.Valid() {
		err = desk.ErrNotFound
	}
	return claim, evidence, err
}

// typeWords takes the words of a post that a person typed.
func (s *Site) typeWords(v *visit) (answer, error) {
	claim, evidence, err := v.claimAndEvidence()
	if err != nil {
		return answer{}, err
	}
	err = s.Desk.TypeWords(v.Context(), v.actor(), claim, evidence, v.field("words"), s.Copies)
	if problems := v.words.problems(err); len(problems) > 0 {
		p, err := s.claimPage(v)
		if err != nil {
			return answer{}, err
		}
		p.CopyProblems = problems
		if c, ok := p.Copies[evidence]; ok {
			c.Words = v.field("words")
			p.Copies[evidence] = c
		}
		return show("desk/claim", p).as(http.StatusUnprocessableEntity), nil
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/claims/"+string(claim)) + "#evidence"), nil
}

// replayURL is where the public sees a copy as it looked: on a host name of its
// own where there is one.
func (s *Site) replayURL(v *visit, sum string) string {
	if s.Config.ReplayURL != "" {
		return s.Config.ReplayURL + "/copies/" + sum + "/page"
	}
	return v.tongue.url("/copies/" + sum + "/page")
}

// onReplayHost reports whether a request came to the host name for replays,
// and whether that is one of the few things asked for there.
func (s *Site) onReplayHost(r *http.Request) (there, allowed bool) {
	u, err := url.Parse(s.Config.ReplayURL)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
		return false, false
	}
	return true, strings.HasPrefix(r.URL.Path, "/copies/") && strings.HasSuffix(r.URL.Path, "/page")
}

// publicReplay shows a copy as it looked; where there is a host name for it,
// there alone.
func (s *Site) publicReplay(v *visit) (answer, error) {
	if there, _ := s.onReplayHost(v.Request); s.Config.ReplayURL != "" && !there {
		if _, err := v.sum(); err != nil {
			return answer{}, err
		}
		return redirect(s.replayURL(v, v.PathValue("sum"))), nil
	}
	return s.copyAs(s.publicCopy, s.replayOf)(v)
}

// copyRoutes are the public pages of copies.
func (s *Site) copyRoutes() []route {
	return []route{
		{pattern: "GET /copies/{sum}", audience: Public, budget: budgetSearch, h: s.copyAt(s.publicCopy, "copy", "/copies/", s.replayURL)},
		{pattern: "GET /copies/{sum}/page", audience: Public, budget: budgetSearch, h: s.publicReplay},
		{pattern: "GET /copies/{sum}/shot", audience: Public, budget: budgetSearch, h: s.copyAs(s.publicCopy, s.shotOf)},
		{pattern: "GET /copies/{sum}/file", audience: Public, budget: budgetSearch, h: s.copyAs(s.publicCopy, s.fileOf)},
		{pattern: "GET /copies/{sum}/warc", audience: Public, budget: budgetSearch, h: s.copyAs(s.publicCopy, s.warcOf)},
	}
}

// captureRoutes are the staff pages of copies.
func (s *Site) captureRoutes() []route {
	replay := func(v *visit, sum string) string { return v.tongue.url("/desk/copies/" + sum + "/page") }
	return []route{
		{pattern: "GET /desk/copies/{sum}", audience: Staff, may: desk.MayRead, h: s.copyAt(s.deskCopy, "desk/copy", "/desk/copies/", replay)},
		{pattern: "GET /desk/copies/{sum}/page", audience: Staff, may: desk.MayRead, h: s.copyAs(s.deskCopy, s.replayOf)},
		{pattern: "GET /desk/copies/{sum}/shot", audience: Staff, may: desk.MayRead, h: s.copyAs(s.deskCopy, s.shotOf)},
		{pattern: "GET /desk/copies/{sum}/file", audience: Staff, may: desk.MayRead, h: s.copyAs(s.deskCopy, s.fileOf)},
		{pattern: "GET /desk/copies/{sum}/warc", audience: Staff, may: desk.MayRead, h: s.copyAs(s.deskCopy, s.warcOf)},
		{pattern: "GET /desk/claims/{id}/wacz", audience: Staff, may: desk.MayRead, h: s.waczOfClaim},
		{pattern: "POST /desk/claims/{id}/evidence/{evidence}/capture", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.recapture},
		{pattern: "POST /desk/claims/{id}/evidence/{evidence}/words", audience: Staff, may: desk.MayCite, body: bodyAsk, keep: []string{"words"}, h: s.typeWords},
	}
}

// captureSoon wakes the capturer, if there is one.
func (s *Site) captureSoon() {
	if s.CaptureNow != nil {
		s.CaptureNow()
	}
}
