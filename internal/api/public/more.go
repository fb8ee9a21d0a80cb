package public

import (
	"context"
	"time"

	"soi/internal/desk"
)

// Topic is a subject with how many checks in force it has.
type Topic struct {
	Topic  string `json:"topic"`
	Checks int    `json:"checks"`
	Feed   string `json:"feed"`
}

// Topics lists all subjects in the desk's order.
func (r *Reader) Topics(ctx context.Context, lang string) ([]Topic, error) {
	count := map[string]int{}
	err := r.Each(ctx, lang, func(c Check) error { count[c.Topic]++; return nil })
	var out []Topic
	for _, t := range desk.Topics() {
		out = append(out, Topic{Topic: t, Checks: count[t], Feed: r.Page(lang, "/checks.atom?topic="+t)})
	}
	return out, err
}

// Each hands on every check in force, without its long parts, the one logged
// last first.
func (r *Reader) Each(ctx context.Context, lang string, f func(Check) error) error {
	for before := int64(0); ; {
		list, next, err := r.Checks(ctx, lang, Filter{Before: before, Limit: 200})
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := f(c); err != nil {
				return err
			}
		}
		if before = next; next == 0 {
			return nil
		}
	}
}

// EachWhole hands on the newest revision of every check, withdrawn ones
// included, whole, in each of the languages it is written in that are wanted;
// the one logged last first.
func (r *Reader) EachWhole(ctx context.Context, langs []string, f func([]Check) error) error {
	for before := int64(0); ; {
		batch, err := r.Desk.Published(ctx, desk.RevisionFilter{Below: r.Signed(), Newest: true, Before: before, Limit: 200})
		if err != nil || len(batch) == 0 {
			return err
		}
		var all [][]Check
		var flat []Check
		for _, rev := range batch {
			before = rev.LogIndex
			one, err := r.inEach(ctx, langs, rev)
			if err != nil {
				return err
			}
			all, flat = append(all, one), append(flat, one...)
		}
		if err := r.dated(ctx, flat); err != nil {
			return err
		}
		for _, one := range all {
			copy(one, flat[:len(one)])
			if flat = flat[len(one):]; len(one) == 0 {
				continue
			}
			if err := f(one); err != nil {
				return err
			}
		}
	}
}

// inEach is a revision in each language it is written in of those wanted; in
// its first one where it is written in none of them.
func (r *Reader) inEach(ctx context.Context, langs []string, rev desk.Revision) ([]Check, error) {
	var out []Check
	var other Check
	for _, lang := range langs {
		c, ok, err := r.whole(ctx, lang, rev)
		if err != nil || !ok {
			return nil, err
		}
		if other = c; c.Lang == lang {
			out = append(out, c)
		}
	}
	if len(out) == 0 && other.ID != "" {
		out = []Check{other}
	}
	return out, nil
}

// Explainer is a page of background in one language.
type Explainer struct {
	ID       desk.ID  `json:"id"`
	URL      string   `json:"url"`
	Lang     string   `json:"lang"`
	Title    string   `json:"title"`
	Summary  string   `json:"summary"`
	Body     string   `json:"body"`
	Topic    string   `json:"topic,omitempty"`
	Revision int      `json:"revision"`
	Updated  string   `json:"updated"`
	Sources  []Linked `json:"sources"`
}

// Linked is a source of an explainer.
type Linked struct {
	URL       string `json:"url"`
	Title     string `json:"title"`
	Publisher string `json:"publisher,omitempty"`
}

// Explainers lists the explainers in force, those published last first.
func (r *Reader) Explainers(ctx context.Context, lang string) ([]Explainer, error) {
	all, err := r.Desk.PublishedExplainers(ctx)
	out := []Explainer{}
	for _, x := range all {
		t := x.Doc.Text(lang)
		e := Explainer{ID: x.Explainer, URL: r.Page(lang, "/explainers/"+string(x.Explainer)), Lang: t.Lang, Title: t.Title, Summary: t.Summary, Body: t.Body,
			Topic: x.Doc.Topic, Revision: x.Rev, Updated: stamp(x.At), Sources: []Linked{}}
		for _, s := range x.Doc.Sources {
			e.Sources = append(e.Sources, Linked{s.URL, s.Title, s.Publisher})
		}
		out = append(out, e)
	}
	return out, err
}

// Question is an open question that the desk shows: a sentence of staff that a
// second person listed. Askers is a band, never a number.
type Question struct {
	ID     desk.ID  `json:"id"`
	Text   string   `json:"text"`
	Lang   string   `json:"lang"`
	Topic  string   `json:"topic,omitempty"`
	Places []string `json:"places,omitempty"`
	Listed string   `json:"listed"` // day
	Askers string   `json:"askers"` // a band
}

// Questions lists the open questions, what most ask first.
func (r *Reader) Questions(ctx context.Context) ([]Question, error) {
	all, err := r.Desk.OpenQuestions(ctx)
	out := []Question{}
	for _, q := range all {
		out = append(out, Question{ID: q.Claim, Text: q.Text, Lang: q.Lang, Topic: q.Topic, Places: q.Places, Listed: day(q.At), Askers: string(q.Band)})
	}
	return out, err
}

// RatingName is what a rating is called: the desk's own name, else soi's; for
// "" that the check was withdrawn.
func (r *Reader) RatingName(ctx context.Context, lang string, rating desk.Rating) (string, error) {
	i := 0
	if lang == "en" {
		i = 1
	}
	own, err := r.ownNames(ctx)
	if name := own[lang][rating]; name != "" {
		return name, err
	}
	return ratingNames()[rating][i], err
}

// namesLife is how long the desk's own names are kept before they are read anew.
const namesLife = 2 * time.Second

// ownNames are the desk's own names of ratings, by language.
func (r *Reader) ownNames(ctx context.Context) (map[string]map[desk.Rating]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := time.Since(r.read); r.names != nil && age >= 0 && age < namesLife {
		return r.names, nil
	}
	names, err := r.Desk.RatingNames(ctx)
	if err == nil {
		r.names, r.read = names, time.Now()
	}
	return names, err
}

// ratingNames are the names of ratings until the desk gives its own, in
// Vietnamese and English.
func ratingNames() map[desk.Rating][2]string {
	return map[desk.Rating][2]string{
		desk.RatingTrue: {"Đúng", "True"}, desk.RatingMostlyTrue: {"Phần lớn đúng", "Mostly true"}, desk.RatingHalfTrue: {"Đúng một nửa", "Half true"},
		desk.RatingMostlyFalse: {"Phần lớn sai", "Mostly false"}, desk.RatingFalse: {"Sai", "False"}, desk.RatingContext: {"Đặt sai bối cảnh", "Out of context"},
		desk.RatingUnproven: {"Chưa đủ căn cứ", "Unproven"}, desk.RatingSatire: {"Chuyện trào phúng bị tưởng thật", "Satire taken as fact"},
		"": {"Đã rút lại", "Withdrawn"},
	}
}
