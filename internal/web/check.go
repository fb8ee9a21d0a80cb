package web

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"soi/internal/claimreview"
	"soi/internal/desk"
)

// checkPage is one revision of a check with its history.
type checkPage struct {
	ID         desk.ID
	Rev        int
	Newest     int // the newest revision there is
	Kind       desk.Kind
	Rating     desk.Rating
	Text       desk.Text
	Doc        desk.Document
	Langs      []string // languages the check is written in
	Foreign    bool     // not written in the reader's language
	First      time.Time
	At         time.Time
	Note       string // what changed, on a revision that is not the first
	Reason     desk.Reason
	Withdrawn  bool
	Erased     bool
	Whole      bool // it is the notice that the whole check was erased
	History    []past
	Asked      []askedNews  // what happened with requests since the text was approved
	Rulings    []rulingView // on appeals against it
	ShareText  string
	ShareURL   string
	Explainers []explainerCard // background that the desk links from it
	Stand      sourceStand     // how its sources stand now
	ld         json.RawMessage
	links      []link        // other forms of it
	Emergency  bool          // published before its other reviewer had come
	Followed   desk.Followed // … and whether that person came
	Overdue    bool          // … and is late
}

// past is one revision in the history of a check, with what it changed.
type past struct {
	Rev      int
	Kind     desk.Kind
	Reason   desk.Reason
	Rating   desk.Rating
	At       time.Time
	Note     string
	LogIndex int64
	Hash     string // hex, SHA-256 of the document
	Erased   bool
	Changes  []change
}

// Old reports whether a newer revision exists.
func (p checkPage) Old() bool { return p.Rev < p.Newest }

// Paragraphs of the body.
func (p checkPage) Paragraphs() []string { return paragraphs(p.Text.Body) }

// Current is the history's line of the revision shown.
func (p checkPage) Current() past {
	for _, h := range p.History {
		if h.Rev == p.Rev {
			return h
		}
	}
	return past{}
}

// head implements page.
func (p checkPage) head(w *words) head {
	h := head{Title: p.Text.Statement, Description: markOf(w, p.Rating).Word + ". " + p.Text.Summary, Section: "checks", Private: p.Old()}
	if h.Title == "" {
		h.Title = w.t("check.erased.title")
	}
	if p.Whole {
		h.Title = w.t("check.whole.title")
	}
	if p.Withdrawn || p.Erased {
		h.Description = ""
	}
	h.Picture, h.Links = checkImagePath(p.ID, p.Newest), p.links
	h.PictureAlt = markOf(w, p.Rating).Word + ": " + h.Title
	if p.Withdrawn || p.Erased {
		h.PictureAlt = w.t("preview.withdrawn")
	}
	if len(p.ld) > 0 && !p.Old() {
		h.LD = []any{p.ld}
	}
	return h
}

// check answers GET /checks/{id}.
func (s *Site) check(v *visit) (answer, error) { return s.checkAt(v, 0) }

// checkRev answers GET /checks/{id}/rev/{n}.
func (s *Site) checkRev(v *visit) (answer, error) {
	n, err := strconv.Atoi(v.PathValue("n"))
	if err != nil || n < 1 {
		return answer{}, desk.ErrNotFound
	}
	return s.checkAt(v, n)
}

// checkAt draws a revision of the check in the path, the newest for 0.
func (s *Site) checkAt(v *visit, rev int) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	all, err := s.Desk.Check(v.Context(), id, s.Signed())
	if err != nil {
		return answer{}, err
	}
	at := 0
	for rev != 0 && at < len(all) && all[at].Rev != rev {
		at++
	}
	if at == len(all) {
		return answer{}, desk.ErrNotFound
	}
	p := checkOf(v.lang, all, at)
	if p.Erased {
		return show("check", p).as(http.StatusGone), nil
	}
	if p.Emergency = all[at].Doc.Emergency; p.Emergency {
		if p.Followed, err = s.Desk.Followed(v.Context(), id, all[at].Hash); err != nil {
			return answer{}, err
		}
		p.Overdue = p.Followed.At.IsZero() && s.Desk.Now().After(p.Followed.Due)
	}
	if !p.Old() && !p.Withdrawn {
		facts, err := s.Desk.AskedFacts(v.Context(), id)
		if err != nil {
			return answer{}, err
		}
		p.Asked = newsOf(p.Doc.Asked, facts)
	}
	if p.Stand, err = s.standOf(v, p); err != nil {
		return answer{}, err
	}
	if p.Explainers, err = s.explainersOf(v, id); err != nil {
		return answer{}, err
	}
	if p.Rulings, err = s.rulingsOn(v, id); err != nil {
		return answer{}, err
	}
	p.links = s.oembedLinks(v, p)
	p.ShareURL = s.Config.URL + tongue{v.lang, "/" + v.lang}.url("/checks/"+string(id))
	p.ShareText = markOf(v.words, p.Rating).Word + ": " + p.Text.Statement
	if p.ld, err = s.claimReview(v.words, all, p.Text.Lang); err != nil && !errors.Is(err, claimreview.ErrIncomplete) {
		return answer{}, err
	}
	return show("check", p).fresh(), nil
}

// checkOf is the page of all[at]; all has every public revision, newest
// first. A withdrawal shows the text it withdraws.
func checkOf(lang string, all []desk.Revision, at int) checkPage {
	r := all[at]
	text := r.Doc
	if r.Kind == desk.KindWithdraw && at+1 < len(all) {
		text = all[at+1].Doc
	}
	p := checkPage{
		ID: r.Verdict, Rev: r.Rev, Newest: all[0].Rev, Kind: r.Kind, Rating: r.Rating, Text: textFor(text, lang), Doc: text,
		First: all[len(all)-1].At, At: r.At, Reason: r.Reason, Note: r.Doc.Note(lang),
		Withdrawn: r.Kind == desk.KindWithdraw, Erased: r.Erased, Whole: r.Doc.Whole(),
	}
	for _, t := range text.Texts {
		p.Langs = append(p.Langs, t.Lang)
	}
	p.Foreign = p.Text.Lang != lang && !p.Erased
	for i, h := range all {
		one := past{Rev: h.Rev, Kind: h.Kind, Reason: h.Reason, Rating: h.Rating, At: h.At, Note: h.Doc.Note(lang),
			LogIndex: h.LogIndex, Hash: hex.EncodeToString(h.Hash), Erased: h.Erased}
		if old, ok := before(all, i); ok && h.Kind != desk.KindWithdraw && !h.Erased {
			one.Changes = changesBetween(old.Doc, h.Doc, p.Text.Lang)
		}
		p.History = append(p.History, one)
	}
	return p
}

// before is the newest revision before all[i] that has a text.
func before(all []desk.Revision, i int) (desk.Revision, bool) {
	for _, r := range all[i+1:] {
		if r.Kind != desk.KindWithdraw && !r.Erased {
			return r, true
		}
	}
	return desk.Revision{}, false
}

// claimReview prints a check as schema.org ClaimReview in one language.
func (s *Site) claimReview(w *words, all []desk.Revision, lang string) (json.RawMessage, error) {
	c, err := s.exchange(w, all, lang)
	if err != nil {
		return nil, err
	}
	b, err := claimreview.Print(c)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", all[0].Verdict, err)
	}
	return b, nil
}

// exchange is a check as the exchange formats need it.
func (s *Site) exchange(w *words, all []desk.Revision, lang string) (claimreview.Check, error) {
	if book := s.books[lang]; book != nil {
		w = book
	}
	newest := all[0]
	text := newest.Doc
	if newest.Kind == desk.KindWithdraw && len(all) > 1 {
		text = all[1].Doc
	}
	t := textFor(text, lang)
	c := claimreview.Check{
		URL: s.checkURL(newest.Verdict, t.Lang), Lang: t.Lang, Claim: t.Claim, Title: t.Statement,
		Rating: string(newest.Rating), RatingName: markOf(w, newest.Rating).Word, Published: all[len(all)-1].At,
		Publisher: claimreview.Publisher{Name: s.Config.Name, URL: s.Config.URL}, Withdrawn: newest.Kind == desk.KindWithdraw,
	}
	if newest.Rev > 1 {
		c.Modified = newest.At
	}
	s.exchangeMore(w, &c, newest, text, t)
	for i := len(all) - 1; i >= 0; i-- {
		if note := all[i].Doc.Note(lang); all[i].Rev > 1 && note != "" {
			c.Corrections = append(c.Corrections, claimreview.Correction{Text: note, At: all[i].At})
		}
	}
	return c, nil
}

// exchangeMore fills in what else the document says: sources, places, topic and
// the other languages.
func (s *Site) exchangeMore(w *words, c *claimreview.Check, newest desk.Revision, doc desk.Document, t desk.Text) {
	c.ID, c.Revision, c.Summary, c.Licence, c.Principles, c.Picture = string(newest.Verdict), newest.Rev, t.Summary, s.Config.Licence, s.Config.URL+tongue{t.Lang, "/" + w.lang}.url("/about"), doc.Picture
	for _, a := range doc.Authenticity {
		c.Authenticity = append(c.Authenticity, string(a))
	}
	for _, e := range doc.Evidence {
		one := claimreview.Source{URL: e.URL, Title: e.Title}
		if e.ArchivedSHA256 != "" {
			one.Archived = s.Config.URL + "/copies/" + e.ArchivedSHA256
		}
		c.Sources = append(c.Sources, one)
	}
	if doc.Topic != "" {
		c.Topic = w.t("topic." + doc.Topic)
	}
	for _, code := range doc.Places {
		if l, ok := desk.LocalityOf(code); ok {
			c.Places = append(c.Places, l.In(t.Lang))
		}
	}
	for _, x := range doc.Texts {
		if x.Lang != t.Lang {
			c.Others = append(c.Others, claimreview.Version{URL: s.checkURL(newest.Verdict, x.Lang), Lang: x.Lang})
		}
	}
}

// checkURL is the full address of a check in a language.
func (s *Site) checkURL(id desk.ID, lang string) string {
	prefix := ""
	if s.books[lang] != nil {
		prefix = "/" + lang
	}
	return s.Config.URL + prefix + "/checks/" + string(id)
}
