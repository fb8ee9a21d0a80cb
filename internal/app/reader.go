package app

import (
	"context"
	"log/slog"
	"strings"

	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/match"
	"soi/internal/text"
)

// reader asks the matcher for intake; it implements intake.Reader.
type reader struct {
	matcher *match.Matcher
	desk    *desk.Desk
	log     *slog.Logger
}

// reader is what reads messages: the matcher, or what a test puts around it.
func (a *App) reader(o Options) intake.Reader {
	r := intake.Reader(reader{a.Matcher, a.Desk, a.log})
	if o.Reader != nil {
		r = o.Reader(r)
	}
	return r
}

// Clean implements intake.Reader.
func (reader) Clean(s string) string { return text.Clean(s) }

// Lang implements intake.Reader.
func (reader) Lang(s string) string { return text.Language(s) }

// Read implements intake.Reader.
func (r reader) Read(ctx context.Context, s string, files []desk.NewMedia) intake.Reading {
	tip := match.ReadMessage(s, files)
	out := intake.Reading{Text: tip.Text, Key: tip.Key, Lang: tip.Lang, Links: tip.Links, Summary: tip.Summary, Decision: string(match.DecisionNew)}
	out.Background = func(ctx context.Context, lang string) (title, path string) { return r.background(ctx, tip.Text, lang) }
	pictures := match.PicturesOf(files)
	if strings.TrimSpace(tip.Text) == "" && len(pictures) == 0 {
		return out
	}
	res := r.matcher.Match(ctx, match.Query{Text: tip.Text, Pictures: pictures, Limit: match.Looked})
	if len(res.Matches) == 0 {
		return out
	}
	reasons := map[string][]match.Reason{}
	for _, m := range res.Matches {
		reasons[m.ID] = m.Reasons
	}
	out.Why = func(key, lang string) string {
		var parts []string
		for _, x := range reasons[key] {
			if s := x.Text(lang); s != "" && len(parts) < 2 {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, " ")
	}
	d, answer := res.Settle()
	out.Decision, out.Answer = string(d), answer
	if d == match.DecisionPerhaps {
		for _, m := range res.Offered() {
			out.Options = append(out.Options, m.ID)
		}
	}
	return out
}

// background finds the explainer that most words of a message speak for. One
// that cannot be read is no reason to leave the message unanswered.
func (r reader) background(ctx context.Context, message, lang string) (title, path string) {
	all, err := r.desk.PublishedExplainers(ctx)
	if err != nil {
		r.log.Error("explainers cannot be read", "cause", err)
		return "", ""
	}
	most := 0
	for _, x := range all {
		if n := len(match.Mentions(message, x.Doc.Words)); n > most {
			most, title, path = n, x.Doc.Text(lang).Title, "/explainers/"+string(x.Explainer)
		}
	}
	return title, path
}
