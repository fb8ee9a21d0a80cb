package public

import (
	"context"
	"strconv"

	"soi/internal/desk"
	"soi/internal/match"
)

// Answer is a check that answers, or may answer, a message or a search: of
// this desk, or of another publisher in its own words.
type Answer struct {
	Key        string   `json:"key"`              // for a choice
	Kind       string   `json:"kind"`             // check, or imported: another publisher's
	URL        string   `json:"url"`              // page with the evidence
	Lang       string   `json:"lang"`             // of the texts
	Rating     string   `json:"rating,omitempty"` // code; of a check
	RatingName string   `json:"rating_name"`      // in the language asked for; of an imported check in its own words
	Statement  string   `json:"statement"`        // what is true
	Summary    string   `json:"summary,omitempty"`
	Revision   int      `json:"revision,omitempty"`  // of a check
	Publisher  string   `json:"publisher,omitempty"` // of an imported check
	Updated    string   `json:"updated"`             // day
	Reasons    []string `json:"reasons,omitempty"`   // why it was thought to be the same message
}

// Found is an Answer with what the page formats need besides.
type Found struct {
	Answer
	Claim string
	Title string
	Site  string // address of the publisher
}

// Answers writes the checks behind match keys, in their order, each once.
// Those that are not public, or were withdrawn, are left out.
func (r *Reader) Answers(ctx context.Context, lang string, keys []string, res match.Result) ([]Answer, error) {
	found, err := r.found(ctx, lang, keys, res)
	var out []Answer
	for _, f := range found {
		out = append(out, f.Answer)
	}
	return out, err
}

// found is Answers with more of each.
func (r *Reader) found(ctx context.Context, lang string, keys []string, res match.Result) ([]Found, error) {
	var out []Found
	seen := map[desk.ID]bool{}
	for _, key := range keys {
		sort, id := desk.ParseKey(key)
		if seen[id] {
			continue
		}
		seen[id] = true
		var one Found
		var ok bool
		var err error
		switch sort {
		case "check":
			one, ok, err = r.ours(ctx, lang, id)
		case "imported":
			one, ok, err = r.imported(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		if ok {
			one.Reasons = reasonsFor(res, id, lang)
			out = append(out, one)
		}
	}
	return out, nil
}

// ours writes the newest public revision of a check of this desk.
func (r *Reader) ours(ctx context.Context, lang string, id desk.ID) (Found, bool, error) {
	rs, err := r.Desk.Published(ctx, desk.RevisionFilter{Below: r.Signed(), Verdict: id, Newest: true, Limit: 1})
	if err != nil || len(rs) == 0 || rs[0].Erased || rs[0].Kind == desk.KindWithdraw || len(rs[0].Doc.Texts) == 0 {
		return Found{}, false, err
	}
	rev := rs[0]
	text, ok := rev.Doc.Text(lang)
	if !ok {
		text = rev.Doc.Texts[0]
	}
	name, err := r.RatingName(ctx, lang, rev.Rating)
	return Found{Answer: Answer{Key: desk.CheckKey(id, text.Lang), Kind: "check", URL: r.Page(lang, "/checks/"+string(id)), Lang: text.Lang, Rating: string(rev.Rating),
		RatingName: name, Statement: text.Statement, Summary: text.Summary, Revision: rev.Rev, Updated: day(rev.At)},
		Claim: text.Claim, Title: text.Statement, Site: r.URL}, true, err
}

// imported writes another publisher's check, in its own words.
func (r *Reader) imported(ctx context.Context, id desk.ID) (Found, bool, error) {
	is, err := r.Desk.ImportedByID(ctx, id)
	if err != nil || len(is) == 0 {
		return Found{}, false, err
	}
	return importedAnswer(is[0]), true, nil
}

// importedAnswer is another publisher's check.
func importedAnswer(i desk.Imported) Found {
	statement := i.Title
	if blank(statement) {
		statement = i.Claim
	}
	return Found{Answer: Answer{Key: desk.ImportedKey(i.ID), Kind: "imported", URL: i.URL, Lang: i.Lang, RatingName: i.Rating, Statement: statement,
		Publisher: i.Publisher, Updated: day(i.Published)}, Claim: i.Claim, Title: i.Title, Site: i.Site}
}

// reasonsFor says why a result holds a check to be the same message.
func reasonsFor(res match.Result, id desk.ID, lang string) []string {
	var out []string
	for _, m := range res.Matches {
		if _, found := desk.ParseKey(m.ID); found != id {
			continue
		}
		for _, x := range m.Reasons {
			if text := x.Text(lang); text != "" {
				out = append(out, text)
			}
		}
		return out
	}
	return out
}

// MostQuery is how many characters of a search or a message are looked at.
const MostQuery = 2000

// cut bounds a query.
func cut(q string) string {
	if r := []rune(q); len(r) > MostQuery {
		return string(r[:MostQuery])
	}
	return q
}

// Search finds checks for words, best first: this desk's and, marked as
// theirs, other publishers'. What was searched for is not kept.
func (r *Reader) Search(ctx context.Context, lang, words string, n int) ([]Answer, error) {
	found, err := r.Find(ctx, lang, words, n)
	var out []Answer
	for _, f := range found {
		out = append(out, f.Answer)
	}
	return out, err
}

// Find is Search with more of each.
func (r *Reader) Find(ctx context.Context, lang, words string, n int) ([]Found, error) {
	if r.Matcher == nil || blank(words) {
		return nil, nil
	}
	var keys []string
	for _, h := range r.Matcher.Search(cut(words), []match.Kind{match.KindCheck, match.KindImported}, n) {
		keys = append(keys, h.ID)
	}
	return r.found(ctx, lang, keys, match.Result{})
}

// Known is whether a message was checked before.
type Known struct {
	Decision string   `json:"decision"` // same: the first result answers it. perhaps: one of them may. new: nothing known fits
	Lang     string   `json:"lang"`     // of the message, und if it could not be told
	Results  []Answer `json:"results"`
}

// Match asks whether a message was checked before, without making a tip of
// it: nothing is stored, counted or passed on.
func (r *Reader) Match(ctx context.Context, lang, message string) (Known, error) {
	out := Known{Decision: string(match.DecisionNew), Lang: "und", Results: []Answer{}}
	if r.Matcher == nil || blank(message) {
		return out, nil
	}
	res := r.Matcher.Match(ctx, match.Query{Text: cut(message), Limit: match.Looked})
	d, answer := res.Settle()
	out.Lang = res.Lang
	keys := []string{answer}
	if d != match.DecisionSame {
		keys = nil
		for _, m := range res.Offered() {
			keys = append(keys, m.ID)
		}
	}
	found, err := r.Answers(ctx, lang, keys, res)
	if err != nil {
		return out, err
	}
	// What was withdrawn meanwhile, and open claims, are left out of the results; then there is nothing to decide on.
	if len(found) > 0 && d != match.DecisionNew {
		out.Decision, out.Results = string(d), found[:min(len(found), match.MostOffered)]
	}
	return out, nil
}

// number writes a small number.
func number(n int) string { return strconv.Itoa(n) }
