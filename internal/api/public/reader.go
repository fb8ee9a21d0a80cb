package public

import (
	"cmp"
	"context"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// Matcher is what is asked of the match index.
type Matcher interface {
	// Match finds what a message may be about, likeliest first.
	Match(ctx context.Context, q match.Query) match.Result
	// Search finds documents for the words a reader typed.
	Search(q string, kinds []match.Kind, n int) []match.Hit
}

// Reader reads what a desk has published. Safe for concurrent use.
type Reader struct {
	Desk    *desk.Desk
	Matcher Matcher      // nil finds nothing
	Signed  func() int64 // size of the published checkpoint: what lies beyond is not shown
	URL     string       // public address of the desk without a trailing slash
	Name    string       // name of the desk
	LogPath string       // where the public log is, without a final slash; /log when empty

	mu    sync.Mutex
	names map[string]map[desk.Rating]string // the desk's own, and when they were read
	read  time.Time
}

// Check is a check of this desk in one language, at one revision. A list
// leaves out Body, Unknown, Evidence and Asked.
type Check struct {
	ID         desk.ID  `json:"id"`
	URL        string   `json:"url"`   // page for people
	Lang       string   `json:"lang"`  // of the texts
	Langs      []string `json:"langs"` // all languages it is written in
	Claim      string   `json:"claim"`
	Statement  string   `json:"statement"` // what is true
	Summary    string   `json:"summary"`
	Body       string   `json:"body,omitempty"`    // paragraphs separated by blank lines
	Unknown    string   `json:"unknown,omitempty"` // what is not known
	Rating     string   `json:"rating,omitempty"`  // code; absent when withdrawn
	RatingName string   `json:"rating_name"`
	Topic      string   `json:"topic,omitempty"`
	Places     []string `json:"places,omitempty"` // codes
	Kind       string   `json:"kind"`             // of the revision: publish, update, correct, withdraw, restore
	Revision   int      `json:"revision"`
	Published  string   `json:"published,omitempty"` // first revision, RFC 3339
	Updated    string   `json:"updated"`             // this revision
	Withdrawn  bool     `json:"withdrawn"`
	Reason     string   `json:"reason,omitempty"` // code: why it differs from the revision before
	Note       string   `json:"note,omitempty"`   // … in words
	Evidence   []Source `json:"evidence,omitempty"`
	Asked      []Asked  `json:"asked,omitempty"` // what bodies concerned were asked and said
	LogIndex   int64    `json:"log_index"`       // of its entry in the public log
	SHA256     string   `json:"sha256"`          // of its document, as the entry has it
	Proof      string   `json:"proof"`           // address of the proof that the entry is in the signed log
}

// Source is a piece of evidence that a reader can open.
type Source struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	Publisher   string `json:"publisher,omitempty"`
	Lang        string `json:"lang,omitempty"`
	Quote       string `json:"quote,omitempty"`
	Stance      string `json:"stance"`
	Independent bool   `json:"independent"` // of the body concerned
	Seen        string `json:"seen"`
	Copy        string `json:"copy,omitempty"` // archived copy that this desk keeps
}

// Asked is a question to a body concerned with its answers.
type Asked struct {
	Body     string   `json:"body"`
	Question string   `json:"question"`
	Asked    string   `json:"asked"`
	Due      string   `json:"due"`
	Silent   bool     `json:"no_answer_by_due,omitempty"`
	Answers  []string `json:"answers,omitempty"`
}

// Filter selects checks; zero fields do not restrict.
type Filter struct {
	Topic     string
	Rating    desk.Rating
	Place     string
	Lang      string // only checks that are written in it
	Withdrawn bool   // only withdrawn ones; else none of them
	Before    int64  // log index; 0 for the newest
	Limit     int
}

// scanMost bounds how many checks are read to fill one page of a filter that
// the database does not know.
const scanMost = 2000

// Checks lists the newest revision of checks, logged last first, in lang
// where there is one. next is the Before of the following page, 0 at the end;
// a page may be short, and even empty, before the end.
func (r *Reader) Checks(ctx context.Context, lang string, f Filter) (out []Check, next int64, err error) {
	for read := 0; read < scanMost; {
		batch, err := r.Desk.Published(ctx, desk.RevisionFilter{Below: r.Signed(), Newest: true, Topic: f.Topic, Before: f.Before, Limit: 2 * f.Limit})
		if err != nil {
			return nil, 0, err
		}
		for _, rev := range batch {
			if len(out) == f.Limit {
				return out, f.Before, r.dated(ctx, out)
			}
			f.Before = rev.LogIndex
			one, ok, err := r.short(ctx, lang, rev)
			if err != nil {
				return nil, 0, err
			}
			if ok && f.takes(one) {
				out = append(out, one)
			}
		}
		if read += len(batch); len(batch) < 2*f.Limit {
			return out, 0, r.dated(ctx, out)
		}
	}
	return out, f.Before, r.dated(ctx, out)
}

// takes reports whether a check is within what the database does not filter.
func (f Filter) takes(c Check) bool {
	has := func(list []string, want string) bool {
		for _, x := range list {
			if x == want {
				return true
			}
		}
		return want == ""
	}
	return c.Withdrawn == f.Withdrawn && (f.Rating == "" || c.Rating == string(f.Rating)) && has(c.Places, f.Place) && has(c.Langs, f.Lang)
}

// short is a revision without its long parts; false when it was erased or
// nothing of it can be read.
func (r *Reader) short(ctx context.Context, lang string, rev desk.Revision) (Check, bool, error) {
	c, _, ok, err := r.shape(ctx, lang, rev)
	return c, ok, err
}

// shape fills what lists show of a revision, and returns the document whose
// text speaks for it: for a withdrawal the one it withdraws.
func (r *Reader) shape(ctx context.Context, lang string, rev desk.Revision) (Check, desk.Document, bool, error) {
	doc := rev.Doc
	if rev.Kind == desk.KindWithdraw {
		before, err := r.Desk.Published(ctx, desk.RevisionFilter{Below: rev.LogIndex, Verdict: rev.Verdict, Limit: 1})
		if err != nil || len(before) == 0 {
			return Check{}, doc, false, err
		}
		doc = before[0].Doc
	}
	if rev.Erased || len(doc.Texts) == 0 {
		return Check{}, doc, false, nil
	}
	t, ok := doc.Text(lang)
	if !ok {
		t = doc.Texts[0]
	}
	c := Check{ID: rev.Verdict, URL: r.Page(t.Lang, "/checks/"+string(rev.Verdict)), Lang: t.Lang, Claim: t.Claim, Statement: t.Statement, Summary: t.Summary,
		Rating: string(rev.Rating), Topic: doc.Topic, Places: doc.Places, Kind: string(rev.Kind), Revision: rev.Rev, Updated: stamp(rev.At),
		Withdrawn: rev.Kind == desk.KindWithdraw, Reason: string(rev.Reason), Note: rev.Doc.Note(lang), LogIndex: rev.LogIndex, SHA256: hex.EncodeToString(rev.Hash),
		Proof: r.Log("proof/" + string(rev.Verdict) + "/" + number(rev.Rev) + ".tlog-proof")}
	for _, x := range doc.Texts {
		c.Langs = append(c.Langs, x.Lang)
	}
	if rev.Rev == 1 {
		c.Published = c.Updated
	}
	var err error
	c.RatingName, err = r.RatingName(ctx, t.Lang, rev.Rating)
	return c, doc, true, err
}

// whole is a revision with everything.
func (r *Reader) whole(ctx context.Context, lang string, rev desk.Revision) (Check, bool, error) {
	c, doc, ok, err := r.shape(ctx, lang, rev)
	if err != nil || !ok {
		return c, ok, err
	}
	t, _ := doc.Text(c.Lang)
	c.Body, c.Unknown = t.Body, t.Unknown
	for _, e := range doc.Evidence {
		s := Source{URL: e.URL, Title: e.Title, Publisher: e.Publisher, Lang: e.Lang, Quote: e.Quote, Stance: string(e.Stance), Independent: e.Independent, Seen: e.Seen}
		if e.ArchivedSHA256 != "" {
			s.Copy = r.URL + "/copies/" + e.ArchivedSHA256
		}
		c.Evidence = append(c.Evidence, s)
	}
	for _, a := range doc.Asked {
		one := Asked{Body: a.Body, Question: a.Question, Asked: a.Asked, Due: a.Due, Silent: a.Silent}
		for _, said := range a.Answers {
			if said.Text != "" {
				one.Answers = append(one.Answers, said.Text)
			}
		}
		c.Asked = append(c.Asked, one)
	}
	return c, true, nil
}

// dated fills in when checks with several revisions were first published.
func (r *Reader) dated(ctx context.Context, cs []Check) error {
	var ids []desk.ID
	for _, c := range cs {
		if c.Published == "" {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	first, err := r.Desk.Published(ctx, desk.RevisionFilter{Below: r.Signed(), Verdicts: ids, Rev: 1, Limit: len(ids)})
	at := map[desk.ID]string{}
	for _, f := range first {
		at[f.Verdict] = stamp(f.At)
	}
	for i := range cs {
		if cs[i].Published == "" {
			cs[i].Published = at[cs[i].ID]
		}
	}
	return err
}

// Revisions is every public revision of a check, newest first, each whole;
// ErrErased when nothing of it can be read any more, ErrNotFound when there is
// none.
func (r *Reader) Revisions(ctx context.Context, lang string, id desk.ID) ([]Check, error) {
	if !id.Valid() {
		return nil, desk.ErrNotFound
	}
	all, err := r.Desk.Check(ctx, id, r.Signed())
	if err != nil {
		return nil, err
	}
	if all[0].Erased {
		return nil, desk.ErrErased
	}
	var out []Check
	for _, rev := range all {
		one, ok, err := r.whole(ctx, lang, rev)
		if err != nil {
			return nil, err
		}
		if one.Published = stamp(all[len(all)-1].At); ok {
			out = append(out, one)
		}
	}
	if len(out) == 0 {
		return nil, desk.ErrErased
	}
	return out, nil
}

// Check is the newest revision of a check, whole.
func (r *Reader) Check(ctx context.Context, lang string, id desk.ID) (Check, error) {
	all, err := r.Revisions(ctx, lang, id)
	if err != nil {
		return Check{}, err
	}
	return all[0], nil
}

// Changes lists later revisions, newest first, of the kinds named, and the
// Before of the next page.
func (r *Reader) Changes(ctx context.Context, lang string, kinds []desk.Kind, before int64, limit int) (out []Check, next int64, err error) {
	rs, err := r.Desk.Published(ctx, desk.RevisionFilter{Below: r.Signed(), Kinds: kinds, Before: before, Limit: limit + 1})
	if err != nil {
		return nil, 0, err
	}
	if len(rs) > limit {
		rs, next = rs[:limit], rs[limit-1].LogIndex
	}
	for _, rev := range rs {
		one, ok, err := r.short(ctx, lang, rev)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			out = append(out, one)
		}
	}
	return out, next, r.dated(ctx, out)
}

// LaterKinds are the kinds of revision after the first.
func LaterKinds() []desk.Kind {
	return []desk.Kind{desk.KindUpdate, desk.KindCorrect, desk.KindWithdraw, desk.KindRestore}
}

// Page is the address of a page in a language; Vietnamese has no prefix.
func (r *Reader) Page(lang, path string) string {
	if lang == "en" {
		path = "/en" + path
	}
	return r.URL + path
}

// Log returns the full address of a file of the public log.
func (r *Reader) Log(file string) string { return r.URL + cmp.Or(r.LogPath, "/log") + "/" + file }

// stamp is a time to the second, in UTC.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// day is how exactly a time is told in lists of several publishers.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// blank reports whether a text says nothing.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
