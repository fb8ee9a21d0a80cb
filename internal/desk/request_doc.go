package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// DocAsked is a request as published: what a body was asked, and its answer,
// lateness or silence, word for word and dated.
type DocAsked struct {
	Body     string      `json:"body"`
	Lang     string      `json:"lang,omitempty"`
	Question string      `json:"question"`
	Asked    string      `json:"asked"` // dates in the body's time zone, 2006-01-02
	Due      string      `json:"due"`
	Moved    string      `json:"moved_from,omitempty"` // the date told at first, when it is another
	More     string      `json:"asked_for_more_time,omitempty"`
	MoreSaid MoreState   `json:"more_time,omitempty"`
	Answers  []DocAnswer `json:"answers,omitempty"`
	Silent   bool        `json:"no_answer_by_due,omitempty"`
}

// DocAnswer is one answer as published.
type DocAnswer struct {
	Kind  AnswerKind `json:"kind"`
	Text  string     `json:"text,omitempty"`
	Lang  string     `json:"lang,omitempty"`
	Way   AnswerWay  `json:"way"`
	Date  string     `json:"date"`
	Late  bool       `json:"late,omitempty"`
	Files int        `json:"documents,omitempty"`
}

// asked is the part of the next document that says what bodies were asked and
// said. It is fixed when a text is submitted, like the rest of it.
func (d *Desk) asked(ctx context.Context, tx Tx, claim ID) ([]DocAsked, error) {
	vs, err := d.requestsOf(ctx, tx, claim)
	if err != nil {
		return nil, err
	}
	var out []DocAsked
	for _, v := range vs {
		if v.Sent.IsZero() || !v.Ended.IsZero() {
			continue
		}
		out = append(out, v.published())
	}
	return out, nil
}

// published turns a request into its published form.
func (v RequestView) published() DocAsked {
	zone, err := zoneOf(v.Office.Zone)
	if err != nil {
		zone = time.UTC
	}
	day := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	a := DocAsked{Body: v.Names.In(v.Lang), Lang: v.Lang, Question: v.Question, Asked: day(v.Sent), Due: day(v.Due),
		More: v.More.Reason, MoreSaid: v.More.State, Silent: v.Stand == StandLate || v.Stand == StandVeryLate}
	if !v.Told.Equal(v.Due) {
		a.Moved = day(v.Told)
	}
	for _, g := range v.Given() {
		a.Answers = append(a.Answers, DocAnswer{Kind: g.Kind, Text: g.Text, Lang: g.Lang, Way: g.Way, Date: day(g.At), Late: v.Late(g), Files: len(g.Files)})
	}
	return a
}

// sameAsked compares what is published of requests.
func sameAsked(a, b []DocAsked) bool {
	return slices.EqualFunc(a, b, func(x, y DocAsked) bool {
		p, err1 := json.Marshal(x)
		q, err2 := json.Marshal(y)
		return err1 == nil && err2 == nil && string(p) == string(q)
	})
}

// AskedNews reports whether what a body said, or its silence, is not yet on the
// published page of the claim: then an update should be published.
func (d *Desk) AskedNews(ctx context.Context, by Actor, claim ID) (news bool, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil || c.State != ClaimPublished {
			return err
		}
		doc, err := d.newest(ctx, tx, c)
		if err != nil || doc == nil {
			return err
		}
		now, err := d.asked(ctx, tx, claim)
		news = !sameAsked(doc.Asked, now)
		return err
	})
	return news, err
}
