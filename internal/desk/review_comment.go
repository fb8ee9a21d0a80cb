package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// CommentFields are the fields of a text whose sentences can be commented on,
// in the order of the page.
func CommentFields() []string {
	return []string{"statement", "claim", "summary", "body", "unknown"}
}

// Field returns one field of a text by its name in CommentFields, "" for any
// other name.
func (t Text) Field(name string) string {
	switch name {
	case "statement":
		return t.Statement
	case "claim":
		return t.Claim
	case "summary":
		return t.Summary
	case "body":
		return t.Body
	case "unknown":
		return t.Unknown
	}
	return ""
}

// NewComment is what a reviewer says about one sentence of the text under
// review.
type NewComment struct {
	Lang  string
	Field string
	Place int // number of the sentence in its field, from 0
	Text  string
}

// commentText cleans what was typed and refuses nothing and too much.
func commentText(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", invalid(TextEmpty)
	case tooLong(s, MaxNoteRunes):
		return "", invalid(TextTooLong)
	}
	return s, nil
}

// AddComment says something about one sentence of a text that waits for a
// decision. Only who may decide on the text comments on it; its authors
// answer.
func (d *Desk) AddComment(ctx context.Context, by Actor, review ID, n NewComment) (Comment, error) {
	text, err := commentText(n.Text)
	if err != nil {
		return Comment{}, err
	}
	var out Comment
	err = d.do(ctx, by, MayReview, func(tx Tx) error {
		r, c, err := pending(ctx, tx, review)
		if err != nil {
			return err
		}
		if err := secondPerson(by, r); err != nil {
			return err
		}
		doc, err := ParseDocument(r.Doc)
		if err != nil {
			return err
		}
		t, _ := doc.Text(n.Lang)
		ss := Sentences(t.Field(n.Field))
		if n.Place < 0 || n.Place >= len(ss) {
			return invalid(BadChoice)
		}
		out = Comment{ID: NewID(), Claim: c.ID, Review: r.ID, Lang: n.Lang, Field: n.Field, Place: n.Place,
			Sentence: ss[n.Place], Text: text, By: by.Staff, At: d.Now()}
		if err := tx.SetComment(ctx, out); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvCommented, Claim: c.ID, About: out.ID})
	})
	return out, err
}

// AnswerComment answers a comment. Authors and reviewers may, in every round.
func (d *Desk) AnswerComment(ctx context.Context, by Actor, claim, comment ID, text string) (Comment, error) {
	text, err := commentText(text)
	if err != nil {
		return Comment{}, err
	}
	var out Comment
	err = d.onComment(ctx, by, claim, comment, func(tx Tx, c Comment) (EventKind, error) {
		out = Comment{ID: NewID(), Claim: claim, Review: c.Review, Parent: c.ID, Text: text, By: by.Staff, At: d.Now()}
		return EvCommentAnswered, tx.SetComment(ctx, out)
	})
	return out, err
}

// SettleComment marks a comment as dealt with, or opens it again.
func (d *Desk) SettleComment(ctx context.Context, by Actor, claim, comment ID, settled bool) error {
	return d.onComment(ctx, by, claim, comment, func(tx Tx, c Comment) (EventKind, error) {
		kind := EvCommentOpened
		c.Settled, c.SettledBy = time.Time{}, ""
		if settled {
			kind, c.Settled, c.SettledBy = EvCommentSettled, d.Now(), by.Staff
		}
		return kind, tx.SetComment(ctx, c)
	})
}

// onComment runs one change of one comment on a sentence: rights, change,
// event.
func (d *Desk) onComment(ctx context.Context, by Actor, claim, comment ID, change func(tx Tx, c Comment) (EventKind, error)) error {
	return d.do(ctx, by, MayDraft, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		cs, err := tx.Comments(ctx, CommentFilter{ID: comment, Claim: c.ID, Limit: 1})
		if err != nil {
			return err
		}
		if len(cs) == 0 || cs[0].Parent != "" {
			return ErrNotFound
		}
		kind, err := change(tx, cs[0])
		if err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: kind, Claim: c.ID, About: comment})
	})
}

// Remark is a comment as it stands to the text of now, with its answers.
type Remark struct {
	Comment
	Answers []Comment
	Spot    int    // number of the sentence now; -1 when it has gone
	Now     string // the sentence now; "" when it has gone
	Same    bool   // the sentence stands unchanged
}

// Gone reports whether the sentence it is about is not in the text any more.
func (r Remark) Gone() bool { return r.Spot < 0 }

// remarks follows comments into a text.
func remarks(cs []Comment, texts []Text) []Remark {
	var out []Remark
	for _, c := range cs {
		if c.Parent != "" {
			continue
		}
		r := Remark{Comment: c, Spot: -1}
		for _, t := range texts {
			if t.Lang != c.Lang {
				continue
			}
			ss := Sentences(t.Field(c.Field))
			if r.Spot, r.Same = FollowSentence(ss, c.Sentence, c.Place); r.Spot >= 0 {
				r.Now = ss[r.Spot]
			}
		}
		for _, a := range cs {
			if a.Parent == c.ID {
				r.Answers = append(r.Answers, a)
			}
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Remark) int { return boolOrder(!a.Open(), !b.Open()) })
	return out
}

// boolOrder puts false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Remarks lists the comments on a claim's texts of all rounds, those that are
// open first, as they stand to the draft of now.
func (d *Desk) Remarks(ctx context.Context, by Actor, claim ID) ([]Remark, error) {
	var out []Remark
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		cs, err := tx.Comments(ctx, CommentFilter{Claim: claim})
		if err != nil || len(cs) == 0 {
			return err
		}
		dr, err := draftOf(ctx, tx, c)
		out = remarks(cs, dr.Texts)
		return err
	})
	return out, err
}
