package desk

import (
	"context"
	"time"
)

// ReviewRows keeps what belongs to a review besides the decision itself:
// comments on sentences, and what each reviewer has ticked and written so far.
type ReviewRows interface {
	// SetComment inserts a comment, or overwrites Settled and SettledBy of the
	// one with its ID.
	SetComment(ctx context.Context, c Comment) error
	// Comments lists comments and their answers, oldest first.
	Comments(ctx context.Context, f CommentFilter) ([]Comment, error)
	// SetReviewing inserts or overwrites by (Review, Staff).
	SetReviewing(ctx context.Context, r Reviewing) error
	// ReviewingOf returns what a person has ticked and written of a review;
	// ErrNotFound before the first time.
	ReviewingOf(ctx context.Context, review, staff ID) (Reviewing, error)
	// DropReviewing removes it; nothing to remove is no error.
	DropReviewing(ctx context.Context, review, staff ID) error
}

// Comment is what a member of staff says about one sentence of a text under
// review, or an answer to that. It is seen on the desk only.
type Comment struct {
	ID        ID
	Claim     ID
	Review    ID     // the review in which the sentence stood
	Parent    ID     // the comment it answers; "" for one on a sentence
	Lang      string // where the sentence stood; "" in answers
	Field     string // see CommentFields; "" in answers
	Place     int    // number of the sentence in its field, from 0
	Sentence  string // as it stood
	Text      string
	By        ID
	At        time.Time
	Settled   time.Time // zero while it is open
	SettledBy ID
}

// Open reports whether the comment still waits for the author.
func (c Comment) Open() bool { return c.Parent == "" && c.Settled.IsZero() }

// CommentFilter selects comments; zero fields do not restrict.
type CommentFilter struct {
	ID     ID
	Claim  ID
	Review ID
	Limit  int // 0 means 1,000
}

// Reviewing is a reviewer's own work on a review that is not decided: what
// they have ticked, and what they would send back and why.
type Reviewing struct {
	Review  ID
	Staff   ID
	Ticks   []string
	Kinds   []string
	Reasons string
	At      time.Time
}
