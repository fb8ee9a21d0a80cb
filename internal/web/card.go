package web

import (
	"context"
	"time"

	"soi/internal/desk"
)

// card is a check as lists, answers and choices show it: ours, or another
// publisher's with its own words.
type card struct {
	Key       string      // what the asker's choice sends back; see desk.CheckKey
	Path      string      // of our check, without language prefix; "" for others' checks
	URL       string      // of another publisher's check
	Publisher string      // of another publisher's check
	Verdict   string      // another publisher's rating, in its words
	Rating    desk.Rating // of our check
	Statement string      // headline: the true statement, or the other publisher's title
	Claim     string
	Summary   string
	Lang      string // of the texts above
	Topic     string
	At        time.Time // of the newest revision
	Rev       int
	Kind      desk.Kind
	LogIndex  int64
	Evidence  []desk.DocEvidence
	Reasons   []string // why it was thought to be the same message
}

// Ours reports whether the check is this desk's own.
func (c card) Ours() bool { return c.Path != "" }

// cardOf shows a revision in the reader's language, or in the first one the
// check was written in.
func cardOf(lang string, r desk.Revision) card {
	t := textFor(r.Doc, lang)
	return card{
		Key: desk.CheckKey(r.Verdict, t.Lang), Path: "/checks/" + string(r.Verdict), Rating: r.Rating,
		Statement: t.Statement, Claim: t.Claim, Summary: t.Summary, Lang: t.Lang, Topic: r.Doc.Topic,
		At: r.At, Rev: r.Rev, Kind: r.Kind, LogIndex: r.LogIndex, Evidence: r.Doc.Evidence,
	}
}

// importedCard shows another publisher's check.
func importedCard(i desk.Imported) card {
	c := card{Key: desk.ImportedKey(i.ID), URL: i.URL, Publisher: i.Publisher, Verdict: i.Rating,
		Statement: i.Title, Claim: i.Claim, Lang: i.Lang, At: i.Published}
	if c.Publisher == "" {
		c.Publisher = hostOf(i.URL)
	}
	if c.Statement == "" {
		c.Statement = i.Claim
	}
	return c
}

// textFor is the text in lang, or the first there is.
func textFor(d desk.Document, lang string) desk.Text {
	if t, ok := d.Text(lang); ok {
		return t
	}
	if len(d.Texts) > 0 {
		return d.Texts[0]
	}
	return desk.Text{Lang: lang}
}

// newest lists the newest public revision of the checks named, by verdict.
func (s *Site) newest(ctx context.Context, ids []desk.ID) (map[desk.ID]desk.Revision, error) {
	out := map[desk.ID]desk.Revision{}
	if len(ids) == 0 {
		return out, nil
	}
	rs, err := s.Desk.Published(ctx, desk.RevisionFilter{Below: s.Signed(), Verdicts: ids, Newest: true, Limit: len(ids)})
	for _, r := range rs {
		out[r.Verdict] = r
	}
	return out, err
}

// cards turns match keys into cards, in their order. Open claims are left
// out, because what they say nobody has approved; so are checks that were
// withdrawn or erased, and a check that stands there already.
func (s *Site) cards(ctx context.Context, lang string, keys []string) ([]card, error) {
	var checks, imports []desk.ID
	for _, k := range keys {
		switch sort, id := desk.ParseKey(k); sort {
		case "check":
			checks = append(checks, id)
		case "imported":
			imports = append(imports, id)
		}
	}
	revs, err := s.newest(ctx, checks)
	if err != nil {
		return nil, err
	}
	others := map[desk.ID]desk.Imported{}
	list, err := s.Desk.ImportedByID(ctx, imports...)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		others[i.ID] = i
	}
	var out []card
	seen := map[desk.ID]bool{}
	for _, k := range keys {
		_, id := desk.ParseKey(k)
		if seen[id] {
			continue
		}
		seen[id] = true
		if r, ok := revs[id]; ok && r.Kind != desk.KindWithdraw && !r.Erased {
			out = append(out, cardOf(lang, r))
		} else if i, ok := others[id]; ok {
			out = append(out, importedCard(i))
		}
	}
	return out, nil
}
