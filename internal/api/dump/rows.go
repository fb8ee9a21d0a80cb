package dump

import (
	"strconv"
	"strings"
	"time"

	"soi/internal/api/public"
	"soi/internal/desk"
)

// Check is a row of checks: one check in one language, at its newest revision.
type Check struct {
	ID         string    `json:"id" parquet:"id"`
	URL        string    `json:"url" parquet:"url"`
	Lang       string    `json:"lang" parquet:"lang,dict"`
	Claim      string    `json:"claim" parquet:"claim"`
	Title      string    `json:"title" parquet:"title"` // what is true
	Summary    string    `json:"summary" parquet:"summary"`
	Body       string    `json:"body" parquet:"body"`
	Unknown    string    `json:"unknown" parquet:"unknown"`
	Rating     string    `json:"rating" parquet:"rating,dict"`
	RatingName string    `json:"rating_name" parquet:"rating_name,dict"`
	Topic      string    `json:"topic" parquet:"topic,dict"`
	Places     string    `json:"places" parquet:"places,dict"` // codes between spaces
	Kind       string    `json:"kind" parquet:"kind,dict"`
	Revision   int32     `json:"revision" parquet:"revision"`
	Published  time.Time `json:"published" parquet:"published,timestamp(millisecond)"`
	Updated    time.Time `json:"updated" parquet:"updated,timestamp(millisecond)"`
	Withdrawn  bool      `json:"withdrawn" parquet:"withdrawn"`
	Reason     string    `json:"reason" parquet:"reason,dict"`
	Note       string    `json:"note" parquet:"note"`
	Sources    int32     `json:"sources" parquet:"sources"`
	LogIndex   int64     `json:"log_index" parquet:"log_index"`
	SHA256     string    `json:"sha256" parquet:"sha256"`
}

// Source is a row of sources: one piece of evidence of a check.
type Source struct {
	Check       string `json:"check" parquet:"check"`
	Place       int32  `json:"place" parquet:"place"` // in the check, from 1
	URL         string `json:"url" parquet:"url"`
	Title       string `json:"title" parquet:"title"`
	Publisher   string `json:"publisher" parquet:"publisher,dict"`
	Lang        string `json:"lang" parquet:"lang,dict"`
	Quote       string `json:"quote" parquet:"quote"`
	Stance      string `json:"stance" parquet:"stance,dict"`
	Independent bool   `json:"independent" parquet:"independent"`
	Seen        string `json:"seen" parquet:"seen"`
	Copy        string `json:"copy" parquet:"copy"`
}

// Correction is a row of corrections: one later revision, in one language.
type Correction struct {
	Check    string    `json:"check" parquet:"check"`
	Revision int32     `json:"revision" parquet:"revision"`
	Kind     string    `json:"kind" parquet:"kind,dict"`
	Reason   string    `json:"reason" parquet:"reason,dict"`
	Lang     string    `json:"lang" parquet:"lang,dict"`
	Note     string    `json:"note" parquet:"note"`
	Rating   string    `json:"rating" parquet:"rating,dict"`
	At       time.Time `json:"at" parquet:"at,timestamp(millisecond)"`
	LogIndex int64     `json:"log_index" parquet:"log_index"`
	SHA256   string    `json:"sha256" parquet:"sha256"`
}

// moment reads a time of package public; the zero time for "".
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// checkRow is the row of a check.
func checkRow(c public.Check) Check {
	return Check{ID: string(c.ID), URL: c.URL, Lang: c.Lang, Claim: c.Claim, Title: c.Statement, Summary: c.Summary, Body: c.Body, Unknown: c.Unknown, Rating: c.Rating,
		RatingName: c.RatingName, Topic: c.Topic, Places: strings.Join(c.Places, " "), Kind: c.Kind, Revision: int32(c.Revision), Published: moment(c.Published), Updated: moment(c.Updated),
		Withdrawn: c.Withdrawn, Reason: c.Reason, Note: c.Note, Sources: int32(len(c.Evidence)), LogIndex: c.LogIndex, SHA256: c.SHA256}
}

// sourceRows are the rows of a check's sources.
func sourceRows(id desk.ID, all []public.Source) (out []Source) {
	for i, s := range all {
		out = append(out, Source{string(id), int32(i + 1), s.URL, s.Title, s.Publisher, s.Lang, s.Quote, s.Stance, s.Independent, s.Seen, s.Copy})
	}
	return out
}

// correctionRow is the row of a later revision.
func correctionRow(c public.Check) Correction {
	return Correction{string(c.ID), int32(c.Revision), c.Kind, c.Reason, c.Lang, c.Note, c.Rating, moment(c.Updated), c.LogIndex, c.SHA256}
}

// cells are the values of a row as CSV has them, in the order of its columns.
func (c Check) cells() []string {
	return []string{c.ID, c.URL, c.Lang, c.Claim, c.Title, c.Summary, c.Body, c.Unknown, c.Rating, c.RatingName, c.Topic, c.Places, c.Kind, whole(int64(c.Revision)), when(c.Published), when(c.Updated),
		strconv.FormatBool(c.Withdrawn), c.Reason, c.Note, whole(int64(c.Sources)), whole(c.LogIndex), c.SHA256}
}

func (s Source) cells() []string {
	return []string{s.Check, whole(int64(s.Place)), s.URL, s.Title, s.Publisher, s.Lang, s.Quote, s.Stance, strconv.FormatBool(s.Independent), s.Seen, s.Copy}
}

func (c Correction) cells() []string {
	return []string{c.Check, whole(int64(c.Revision)), c.Kind, c.Reason, c.Lang, c.Note, c.Rating, when(c.At), whole(c.LogIndex), c.SHA256}
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// when is a time as the other formats have it.
func when(t time.Time) string { return t.Format(time.RFC3339) }
