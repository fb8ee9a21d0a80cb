package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Redaction takes passages out of a published check for privacy's sake: the
// next revision carries a mark in their place, and the documents of the
// revisions that hold them are deleted. The entries of the public log stay and
// say so; revisions without the passages stay readable.
type Redaction struct {
	Claim    ID
	Passages []string // word for word as published
	Reason   Reason   // privacy or legal
	Notes    []Note   // for readers; they must not repeat what is taken out
}

// Limits of a redaction.
const (
	MaxPassages     = 20
	MinPassageRunes = 2 // shorter ones stand in half the words of a text
)

// KindRedact is the kind of a redaction's entry in the public log. The revision
// itself is an update or a correction.
const KindRedact Kind = "redact"

// RedactReasons are the reasons for a redaction.
func RedactReasons() []Reason { return []Reason{ReasonPrivacy, ReasonLegal} }

// RedactMark stands where a passage stood.
func RedactMark(lang string) string {
	if lang == "vi" {
		return "[đã che]"
	}
	return "[redacted]"
}

// Redact makes the next revision out of the published one, without the
// passages, and asks for a second person. Nothing is deleted before that person
// approves. Only a check that is in force can be redacted.
func (d *Desk) Redact(ctx context.Context, by Actor, n Redaction) (Review, error) {
	ps, err := n.check()
	if err != nil {
		return Review{}, err
	}
	var out Review
	_, err = d.step(ctx, by, MayDraft, n.Claim, 0, stepSubmit, func(tx Tx, c *Claim) (Event, error) {
		if c.State != ClaimPublished {
			return Event{}, ErrState
		}
		p := Proposal{Claim: c.ID, Reason: n.Reason, Notes: n.Notes}
		need, err := d.plan(ctx, tx, by, *c, Draft{}, &p)
		if err != nil {
			return Event{}, err
		}
		doc, err := d.redacted(ctx, tx, *c, n, ps, need)
		if err != nil {
			return Event{}, err
		}
		if out, err = d.reviewOf(by, doc, Draft{}, p, need); err != nil {
			return Event{}, err
		}
		c.Review = out.ID
		return Event{Kind: EvReviewAsked, About: out.ID, Data: map[string]string{"kind": string(doc.Kind)}},
			errors.Join(tx.SetReview(ctx, out), tx.SetRedaction(ctx, out.ID, ps))
	})
	return out, err
}

// check tidies the passages, longest first, so that one inside another is not
// left in pieces.
func (n Redaction) check() ([]string, error) {
	var out []string
	for _, p := range n.Passages {
		if p = strings.TrimSpace(p); len([]rune(p)) >= MinPassageRunes && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	var ps []Problem
	if len(out) == 0 {
		ps = append(ps, TextEmpty)
	}
	if len(out) > MaxPassages {
		ps = append(ps, TextTooLong)
	}
	if !slices.Contains(RedactReasons(), n.Reason) {
		ps = append(ps, NoReason)
	}
	notes := trimNotes(n.Notes)
	if len(notes) == 0 {
		ps = append(ps, NoNote)
	}
	for _, note := range notes {
		if holdsAny(note.Text, out) {
			ps = append(ps, BadChoice)
			break
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	if len(ps) > 0 {
		return nil, invalid(ps...)
	}
	return out, nil
}

// redacted is the document of the next revision.
func (d *Desk) redacted(ctx context.Context, tx Tx, c Claim, n Redaction, passages []string, need int) (Document, error) {
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: c.LogIndex + 1, Verdict: c.ID, Limit: 1000})
	if err != nil {
		return Document{}, err
	}
	if len(rs) == 0 || rs[0].Erased {
		return Document{}, ErrState
	}
	doc, err := strike(rs[0].Doc, passages)
	if err != nil {
		return doc, err
	}
	doc.Approvals, doc.Emergency = people(need, false), false
	doc.Nonce, doc.Rev, doc.Kind, doc.Reason, doc.Notes, doc.Erases = NewNonce(), c.Rev+1, KindUpdate, n.Reason, trimNotes(n.Notes), nil
	if n.Reason.changesMeaning() {
		doc.Kind = KindCorrect
	}
	for _, r := range rs {
		if r.Erased {
			continue
		}
		holds, err := r.Doc.holds(passages)
		if err != nil {
			return doc, err
		}
		if holds {
			doc.Erases = append(doc.Erases, r.Rev)
		}
	}
	slices.Sort(doc.Erases)
	if len(doc.Erases) == 0 {
		return doc, invalid(RedactNothing)
	}
	if ps := doc.textProblems(); len(ps) > 0 {
		return doc, invalid(ps...)
	}
	return doc, nil
}

// strike is the document with marks where the passages stand, whatever part of
// it they stand in. A source whose address holds one cannot be cited any more
// and is left out.
func strike(doc Document, passages []string) (Document, error) {
	doc.Evidence = slices.DeleteFunc(slices.Clone(doc.Evidence), func(e DocEvidence) bool { return holdsAny(e.URL, passages) })
	b, err := doc.Bytes()
	if err != nil {
		return doc, err
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		return doc, err
	}
	tree = eachText(tree, "", func(text, lang string) string { return mark(text, lang, passages) })
	if b, err = json.Marshal(tree); err != nil {
		return doc, err
	}
	return ParseDocument(b)
}

// fixedKeys are the parts of a document that are codes and addresses.
func fixedKeys() []string {
	return []string{"nonce", "schema", "verdict", "rev", "kind", "rating", "topic", "reason", "lang", "stance", "seen", "url"}
}

// eachText replaces every text of a tree of JSON; lang is what stands beside
// the text, or around it.
func eachText(v any, lang string, change func(text, lang string) string) any {
	switch v := v.(type) {
	case string:
		return change(v, lang)
	case []any:
		for i := range v {
			v[i] = eachText(v[i], lang, change)
		}
	case map[string]any:
		if l, ok := v["lang"].(string); ok {
			lang = l
		}
		for k, x := range v {
			if !slices.Contains(fixedKeys(), k) {
				v[k] = eachText(x, lang, change)
			}
		}
	}
	return v
}

// strike puts marks into every part of a text.
func (t *Text) strike(passages []string) {
	for _, part := range []*string{&t.Claim, &t.Statement, &t.Summary, &t.Body, &t.Unknown} {
		*part = mark(*part, t.Lang, passages)
	}
}

// strike puts marks into every language.
func (s Said) strike(passages []string) Said {
	notes := s.Notes()
	for i, n := range notes {
		notes[i].Text = mark(n.Text, n.Lang, passages)
	}
	if len(notes) == 1 && notes[0].Lang == "" {
		return Said(notes[0].Text)
	}
	return Say(notes...)
}

// mark replaces the passages in a text.
func mark(text, lang string, passages []string) string {
	for _, p := range passages {
		text = strings.ReplaceAll(text, p, RedactMark(lang))
	}
	return text
}

// holdsAny reports whether one of the passages stands in a text.
func holdsAny(text string, passages []string) bool {
	return slices.ContainsFunc(passages, func(p string) bool { return strings.Contains(text, p) })
}

// holds reports whether one of the passages stands anywhere in the document.
func (doc Document) holds(passages []string) (bool, error) {
	b, err := doc.Bytes()
	if err != nil {
		return false, err
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		return false, err
	}
	found := slices.ContainsFunc(doc.Evidence, func(e DocEvidence) bool { return holdsAny(e.URL, passages) })
	eachText(tree, "", func(text, _ string) string {
		found = found || holdsAny(text, passages)
		return text
	})
	return found, nil
}

// carryOut deletes what an approved redaction takes out: the documents of the
// revisions it names, the copies that reviews hold, and the passages in what
// the desk goes on working with. Backups made before hold them until they have
// aged out.
func (d *Desk) carryOut(ctx context.Context, tx Tx, r Review, c *Claim, doc Document) error {
	passages, err := tx.Redaction(ctx, r.ID)
	if err != nil {
		return err
	}
	if len(passages) == 0 {
		return ErrState
	}
	if err := tx.EraseRevisions(ctx, c.ID, doc.Erases, passages, blankCopy); err != nil {
		return err
	}
	es, err := tx.EvidenceOf(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, e := range es {
		if err := strikeEvidence(ctx, tx, e, d, passages); err != nil {
			return err
		}
	}
	dr, err := tx.DraftOf(ctx, c.ID)
	if err == nil {
		for i := range dr.Texts {
			dr.Texts[i].strike(passages)
		}
		err = tx.SetDraft(ctx, dr)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	c.Text = mark(c.Text, c.Lang, passages)
	return tx.SetRedaction(ctx, r.ID, []string{})
}

// strikeEvidence takes the passages out of a source; one whose address holds
// any is retired with its address gone.
func strikeEvidence(ctx context.Context, tx Tx, e Evidence, d *Desk, passages []string) error {
	was := e
	e.Title, e.Publisher, e.Quote = mark(e.Title, e.Lang, passages), mark(e.Publisher, e.Lang, passages), mark(e.Quote, e.Lang, passages)
	e.Says = e.Says.strike(passages)
	if holdsAny(e.URL, passages) {
		e.URL = ""
		if e.Retired.IsZero() {
			e.Retired = d.Now()
		}
	}
	if e == was {
		return nil
	}
	return tx.SetEvidence(ctx, e)
}

// blankCopy is what stands in a review in the place of a text that was taken
// out: a document that says nothing.
func blankCopy(r Review) ([]byte, error) {
	old, err := ParseDocument(r.Doc)
	if err != nil {
		return nil, err
	}
	return Document{Schema: DocSchema, Verdict: old.Verdict, Rev: old.Rev, Kind: old.Kind, Rating: old.Rating, Topic: old.Topic, Reason: old.Reason}.Bytes()
}

// Redacting lists, for the second person, the passages that a review takes
// out. They are not kept after the decision.
func (d *Desk) Redacting(ctx context.Context, by Actor, review ID) (passages []string, err error) {
	err = d.read(ctx, by, MayReview, func(tx Tx) error {
		passages, err = tx.Redaction(ctx, review)
		return err
	})
	return passages, err
}
