package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"soi/internal/app/demo"
	"soi/internal/desk"
	"soi/internal/match"
)

// The staff accounts of the demo desk: roles, not people.
const (
	demoChecker = "Checker (demo)"
	demoEditor  = "Editor (demo)"
	demoSecond  = "Second editor (demo)"
)

// demoDays is how far back the demo's public log begins, and demoDigestDays its
// digests.
const (
	demoDays       = 40
	demoDigestDays = 4
)

// DemoOptions are the Options of a demo desk: it fetches nothing; its public log begins before
// the month it replays, and the one-time links, which are all the demo signs
// in with, count as fresh for an hour.
func DemoOptions(log *slog.Logger) Options {
	return Options{Log: log, Recent: time.Hour, NoCapture: true, LogBegins: time.Now().AddDate(0, 0, -demoDays)}
}

// filler replays the demo archive as verbs of a desk whose clock it moves, so
// that the desk looks as it would after a month of use and its public log is
// as it would be: nothing is written past the rules.
type filler struct {
	app     *App
	desk    *desk.Desk
	now     time.Time // the demo's clock
	end     time.Time // the real time, which the clock never passes
	checker desk.Actor
	editor  desk.Actor
	second  desk.Actor // the other editor, for what needs two
	n       int        // tips so far, for their delivery ids
	claims  map[string]desk.ID
}

// act is one thing that happens at a moment of the demo's month.
type act struct {
	at time.Time
	do func(ctx context.Context) error
}

// FillDemo fills an empty desk with the demo archive. progress is told how
// far it came. It returns false, and does nothing, if the desk holds staff
// already.
func (a *App) FillDemo(ctx context.Context, progress func(done, all int)) (filled bool, err error) {
	staff, err := a.Desk.StaffList(ctx, desk.Actor{Role: desk.Admin})
	if err != nil || len(staff) > 0 {
		return false, err
	}
	d, err := demo.Load()
	if err != nil {
		return false, err
	}
	f := &filler{app: a, end: a.Desk.Now(), claims: map[string]desk.ID{}}
	f.now = f.end.AddDate(0, 0, -demoDays).Add(time.Hour)
	f.desk = desk.New(a.db, &logbook{store: a.db, now: f.clock, key: a.keys.log}, f.clock, desk.Options{Langs: a.Config.Langs, TwoForMedium: a.Config.TwoMedium})
	if err := f.staff(ctx); err != nil {
		return false, err
	}
	acts := f.acts(d)
	slices.SortStableFunc(acts, func(x, y act) int { return x.at.Compare(y.at) })
	for i, x := range acts {
		f.now = latest(f.now, earliest(x.at, f.end))
		if err := x.do(ctx); err != nil {
			return false, fmt.Errorf("demo desk, step %d: %w", i, err)
		}
		progress(i+1, len(acts))
	}
	return true, a.sign(ctx)
}

// clock is the demo's clock.
func (f *filler) clock() time.Time { return f.now }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// staff opens the three accounts.
func (f *filler) staff(ctx context.Context) error {
	c, err := f.desk.AddStaff(ctx, desk.Program(), demoChecker, desk.Checker, f.app.Config.Langs[0])
	if err != nil {
		return err
	}
	e, err := f.desk.AddStaff(ctx, desk.Program(), demoEditor, desk.Editor, f.app.Config.Langs[0])
	if err != nil {
		return err
	}
	s, err := f.desk.AddStaff(ctx, desk.Program(), demoSecond, desk.Editor, f.app.Config.Langs[0])
	f.checker, f.editor, f.second = desk.As(c), desk.As(e), desk.As(s)
	return err
}

// acts turns the archive into moments.
func (f *filler) acts(d demo.Desk) []act {
	var out []act
	local := f.end.In(f.app.Config.Zone)
	for _, i := range d.Imported {
		out = append(out, act{f.end.AddDate(0, 0, -35), func(ctx context.Context) error { return f.imported(ctx, i) }})
	}
	for _, c := range d.Checks {
		out = append(out, f.checkActs(c, local)...)
	}
	for _, o := range d.Open {
		out = append(out, f.openActs(o, local)...)
	}
	for _, e := range d.Explain {
		out = append(out, act{e.At(local), func(ctx context.Context) error { return f.explain(ctx, e) }})
	}
	return append(out, f.digestActs(local)...)
}

// digestActs are the digests of the last days, each a minute after its hour. The
// minute before the first writes the plan down.
func (f *filler) digestActs(local time.Time) (out []act) {
	plan := desk.DefaultDigestPlan()
	for days := demoDigestDays; days >= 0; days-- {
		midnight := time.Date(local.Year(), local.Month(), local.Day()-days, 0, 0, 0, 0, local.Location())
		for i, m := range plan.Minutes {
			at := midnight.Add(time.Duration(m+1) * time.Minute)
			if days == demoDigestDays && i == 0 {
				out = append(out, act{at.Add(-2 * time.Minute), f.digest})
			}
			if at.Before(local) {
				out = append(out, act{at, f.digest})
			}
		}
	}
	return out
}

// digest makes the digest whose hour has come, as a desk that serves does.
func (f *filler) digest(ctx context.Context) error {
	if err := f.app.sign(ctx); err != nil {
		return err
	}
	_, _, err := f.desk.MakeEdition(ctx, desk.Program(), f.app.Signed(), f.app.Config.Zone)
	return err
}

// checkActs are the moments of one check: its first tips, the work on it, its
// publication, later tips, and its correction or withdrawal.
func (f *filler) checkActs(c demo.Check, local time.Time) []act {
	published := c.At(local)
	// The desk had the claim for a day before it published.
	opened := published.Add(-26 * time.Hour)
	out := []act{
		{opened, func(ctx context.Context) error { return f.open(ctx, c) }},
		{published, func(ctx context.Context) error {
			return f.publish(ctx, c.Key, demo.Draft{Rating: c.Rating, Texts: c.Texts}, "", nil)
		}},
	}
	for i, t := range c.Tips {
		if i == 0 {
			continue // the tip that opens the claim
		}
		at := t.At(local)
		if at.Before(opened) {
			at = opened.Add(time.Duration(i) * 17 * time.Minute)
		}
		out = append(out, act{at, func(ctx context.Context) error { return f.tip(ctx, c.Key, t.Text) }})
	}
	if k := c.Correct; k != nil {
		out = append(out, act{latest(k.At(local), published.Add(time.Hour)), func(ctx context.Context) error {
			return f.publish(ctx, c.Key, demo.Draft{Rating: k.Rating, Texts: k.Texts}, desk.Reason(k.Reason), k.Note)
		}})
	}
	if w := c.Withdraw; w != nil {
		out = append(out, act{latest(w.At(local), published.Add(time.Hour)), func(ctx context.Context) error {
			return f.review(ctx, desk.Proposal{Claim: f.claims[c.Key], Withdraw: true, Reason: desk.Reason(w.Reason), Notes: notes(w.Note)}, true)
		}})
	}
	return out
}

// open has the first tip of a check open its claim, and the checker assess it
// and gather the evidence.
func (f *filler) open(ctx context.Context, c demo.Check) error {
	first := firstText(c.Texts).Claim
	if len(c.Tips) > 0 {
		first = c.Tips[0].Text
	}
	if err := f.tip(ctx, c.Key, first); err != nil {
		return err
	}
	return f.assess(ctx, c.Key, c.Texts, desk.ClaimEdit{Harm: desk.Harm(c.Harm), HarmKind: c.HarmKind, Topic: c.Topic, Body: c.BodyConcerned}, c.Evidence)
}

// assess writes the claim's sentence and its evidence.
func (f *filler) assess(ctx context.Context, key string, texts map[string]demo.Text, e desk.ClaimEdit, sources []demo.Evidence) error {
	t := firstText(texts)
	e.Text, e.Lang = t.Claim, f.langOf(texts)
	id := f.claims[key]
	if _, err := f.desk.EditClaim(ctx, f.checker, id, 0, e); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	for _, s := range sources {
		if _, err := f.desk.AddEvidence(ctx, f.checker, id, desk.Evidence{URL: s.URL, Title: s.Title, Publisher: s.Publisher,
			Lang: s.Lang, Quote: s.Quote, Says: desk.Say(notes(s.Says)...), Stance: desk.Stance(s.Stance), Independent: s.Independent}); err != nil {
			return fmt.Errorf("%s: evidence %s: %w", key, s.URL, err)
		}
	}
	return nil
}

// publish drafts a text, submits it and has the editor approve it.
func (f *filler) publish(ctx context.Context, key string, d demo.Draft, reason desk.Reason, note map[string]string) error {
	version, err := f.draft(ctx, key, d)
	if err != nil {
		return err
	}
	s := desk.Proposal{Claim: f.claims[key], DraftVersion: version, Reason: reason, Notes: notes(note)}
	if err := f.review(ctx, s, true); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// draft saves the texts of every language and returns the draft's version.
func (f *filler) draft(ctx context.Context, key string, d demo.Draft) (int64, error) {
	id := f.claims[key]
	v, err := f.desk.ClaimPage(ctx, f.checker, id)
	if err != nil {
		return 0, err
	}
	version := v.Draft.Version
	for _, l := range f.app.Config.Langs {
		t, ok := d.Texts[l]
		if !ok {
			continue
		}
		dr, err := f.desk.SaveDraft(ctx, f.checker, id, version, desk.Rating(d.Rating), desk.Text{Lang: l, Claim: t.Claim,
			Statement: t.Statement, Summary: t.Summary, Body: t.Body, Unknown: t.Unknown})
		if err != nil {
			return 0, fmt.Errorf("%s: draft: %w", key, err)
		}
		version = dr.Version
	}
	return version, nil
}

// review submits and, if approve is set, has the editor approve.
func (f *filler) review(ctx context.Context, s desk.Proposal, approve bool) error {
	r, err := f.desk.Submit(ctx, f.checker, s)
	if err != nil || !approve {
		return err
	}
	for _, e := range []desk.Actor{f.second, f.editor}[2-r.Need:] { // two where harm is high
		if _, err := f.desk.Approve(ctx, e, r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
			return err
		}
	}
	return nil
}

// openActs are the moments of a claim without a check.
func (f *filler) openActs(o demo.Open, local time.Time) []act {
	var out []act
	times := make([]time.Time, len(o.Tips))
	for i, t := range o.Tips {
		times[i] = t.At(local)
	}
	first := slices.IndexFunc(times, func(t time.Time) bool { return t.Equal(slices.MinFunc(times, time.Time.Compare)) })
	for i, t := range o.Tips {
		out = append(out, act{times[i], func(ctx context.Context) error {
			if err := f.tip(ctx, o.Key, t.Text); err != nil || i != first {
				return err
			}
			return f.workOn(ctx, o)
		}})
	}
	return out
}

// workOn does for an open claim what its state says.
func (f *filler) workOn(ctx context.Context, o demo.Open) error {
	id := f.claims[o.Key]
	if o.State == "not-factual" {
		_, err := f.desk.CloseFor(ctx, f.checker, id, 0, desk.CloseOpinion)
		return err
	}
	if o.State == "open" && len(o.Evidence) == 0 && o.Harm == "" {
		return nil // nobody has looked at it yet
	}
	e := desk.ClaimEdit{Harm: desk.Harm(o.Harm), HarmKind: o.HarmKind, Topic: o.Topic, Body: o.BodyConcerned}
	if err := f.assess(ctx, o.Key, o.Texts, e, o.Evidence); err != nil {
		return err
	}
	if o.State == "open" || o.State == "assigned" {
		if _, err := f.desk.ListQuestion(ctx, f.editor, id, 0); err != nil { // the checker typed the sentence
			return fmt.Errorf("%s: %w", o.Key, err)
		}
	}
	if o.State == "open" {
		return nil
	}
	if _, err := f.desk.Assign(ctx, f.editor, id, 0, f.checker.Staff); err != nil || o.Draft == nil {
		return err
	}
	version, err := f.draft(ctx, o.Key, *o.Draft)
	if err != nil || o.State != "in-review" {
		return err
	}
	return f.review(ctx, desk.Proposal{Claim: id, DraftVersion: version}, false)
}

// tip hands a tip in. The first tip of a key opens its claim; later ones are
// the same by the archive's own word.
func (f *filler) tip(ctx context.Context, key, message string) error {
	f.n++
	m := match.ReadTip(message)
	n := desk.NewTip{Channel: "web", ExtID: fmt.Sprintf("demo-%d", f.n), Text: m.Text, Folded: m.Key, Lang: m.Lang,
		Links: m.Links, Summary: m.Summary, Decision: string(match.DecisionNew)}
	id, known := f.claims[key]
	if known {
		n.Decision, n.Answer = string(match.DecisionSame), desk.ClaimKey(id)
	}
	r, err := f.desk.Receive(ctx, desk.Program(), n)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if !known {
		f.claims[key] = r.Claim.ID
	}
	return nil
}

// imported stores one check of another publisher.
func (f *filler) imported(ctx context.Context, i demo.Imported) error {
	published, err := time.Parse("2006-01-02", i.Published)
	if err != nil {
		return err
	}
	_, _, err = f.desk.Import(ctx, desk.Program(), []desk.Imported{{URL: i.URL, Publisher: i.Publisher, Published: published,
		Lang: i.Lang, Claim: i.Claim, Title: i.Title, Rating: i.RatingText}})
	return err
}

// firstText is the text in Vietnamese if there is one, else in English.
func firstText(texts map[string]demo.Text) demo.Text {
	if t, ok := texts["vi"]; ok {
		return t
	}
	return texts["en"]
}

// langOf is the language of firstText.
func (f *filler) langOf(texts map[string]demo.Text) string {
	if _, ok := texts["vi"]; ok {
		return "vi"
	}
	return "en"
}

// notes puts notes in a fixed order.
func notes(m map[string]string) []desk.Note {
	var out []desk.Note
	for _, l := range []string{"vi", "en"} {
		if m[l] != "" {
			out = append(out, desk.Note{Lang: l, Text: m[l]})
		}
	}
	return out
}

// DemoLinks returns one-time sign-in links of the demo's two accounts, by
// role.
func (a *App) DemoLinks(ctx context.Context) (map[desk.Role]string, error) {
	staff, err := a.Desk.StaffList(ctx, desk.Actor{Role: desk.Admin})
	if err != nil {
		return nil, err
	}
	out := map[desk.Role]string{}
	for _, s := range staff {
		if s.Name != demoChecker && s.Name != demoEditor {
			continue
		}
		link, _, err := a.SignInLink(ctx, s.ID) // an older link stops working
		if err != nil {
			return nil, err
		}
		out[s.Role] = link
	}
	return out, nil
}

// explain has the checker write an explainer and the editor publish it.
func (f *filler) explain(ctx context.Context, e demo.Explainer) error {
	x := desk.Explainer{Topic: e.Topic, Words: e.Words}
	for _, lang := range f.app.Config.Langs {
		if t, ok := e.Texts[lang]; ok {
			x.Texts = append(x.Texts, desk.ExplainerText{Lang: lang, Title: t.Title, Summary: t.Summary, Body: t.Body})
		}
	}
	for _, s := range e.Sources {
		x.Sources = append(x.Sources, desk.ExplainerSource{URL: s.URL, Title: s.Title, Publisher: s.Publisher})
	}
	if len(x.Texts) == 0 {
		return nil // in none of the desk's languages
	}
	x, err := f.desk.SaveExplainer(ctx, f.checker, x)
	if err != nil {
		return err
	}
	if x, err = f.desk.HandInExplainer(ctx, f.checker, x.ID, x.Version, false, nil); err != nil {
		return err
	}
	_, err = f.desk.ApproveExplainer(ctx, f.editor, x.ID, desk.ExplainerHash(x.Pending))
	return err
}
