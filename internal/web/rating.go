package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"soi/internal/desk"
)

// mark is how a rating is drawn: a word, a shape and a colour, of which any
// one alone tells it from the others.
type mark struct {
	Code desk.Rating
	Word string
	Hint string // what the rating means, one sentence
	Tone string // class of the colour: t5 (true, blue) to t1 (false, amber), tn for the rest
}

// markOf is the mark of a rating; a withdrawn check has none and says so.
func markOf(w *words, r desk.Rating) mark {
	m := mark{Code: r, Tone: "tn"}
	if !r.Valid() {
		m.Code, m.Word, m.Hint = "withdrawn", w.t("rating.withdrawn"), w.t("rating.withdrawn.hint")
		return m
	}
	m.Word, m.Hint = w.t("rating."+string(r)), w.t("rating."+string(r)+".hint")
	if own := w.names.Load(); own != nil && (*own)[r] != "" {
		m.Word = (*own)[r]
	}
	if d := r.Degree(); d > 0 {
		m.Tone = []string{"", "t1", "t2", "t3", "t4", "t5"}[d]
	}
	return m
}

// UseRatingNames reads the desk's own names of ratings, so that pages drawn
// from now on use them. The program calls it at the start and at intervals,
// because another process over the same database may change them.
func (s *Site) UseRatingNames(ctx context.Context) error {
	own, err := s.Desk.RatingNames(ctx)
	if err != nil {
		return fmt.Errorf("names of ratings: %w", err)
	}
	for lang, book := range s.books {
		names := own[lang]
		book.names.Store(&names)
	}
	return nil
}

// langName is the name of a language, in the language of the pages.
func (w *words) langName(lang string) string {
	if key := "lang." + lang; w.keys[key] {
		return w.t(key)
	}
	return lang
}

// hostOf is the host of an address, without "www."; the address itself when
// it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
