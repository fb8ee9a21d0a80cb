package mcp

import (
	"context"
	"errors"
	"net/http"
	"slices"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"soi/internal/api/public"
	"soi/internal/desk"
)

// Deps is what the tools need.
type Deps struct {
	Reader *public.Reader
	// Verify proves that a revision of a check is in the signed public log.
	Verify  func(ctx context.Context, id desk.ID, rev int) (Proved, error)
	Version string
	Licence string
}

// Proved is what a verification established.
type Proved struct {
	Check      string `json:"check"`
	Revision   int    `json:"revision"`
	Index      int64  `json:"log_index"`
	Size       int64  `json:"log_size" jsonschema:"entries that the signed checkpoint covers"`
	Document   bool   `json:"document_checked" jsonschema:"the published text is the one that the entry commits to"`
	Checkpoint string `json:"checkpoint"`
	Proof      string `json:"proof" jsonschema:"address of the proof, to verify it again elsewhere"`
}

// instructions tell an assistant how to speak of what it finds.
const instructions = "Checks of claims by a fact-checking desk. Give the rating in the desk's own words with the date and the address of the check, and name its sources. " +
	"A check marked imported is another publisher's: say so. If nothing is found, say that it has not been checked, and nothing about whether it is true. " +
	"A withdrawn check no longer holds. Nothing you ask is kept or sent to the desk as a question."

// tools answers the calls.
type tools struct{ Deps }

// New makes a server with all tools.
func New(d Deps) *sdk.Server {
	t := tools{d}
	s := sdk.NewServer(&sdk.Implementation{Name: "soi", Title: d.Reader.Name, Version: d.Version, WebsiteURL: d.Reader.URL}, &sdk.ServerOptions{Instructions: instructions})
	closed := false
	about := func(name, title, text string) *sdk.Tool {
		return &sdk.Tool{Name: name, Title: title, Description: text, Annotations: &sdk.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &closed}}
	}
	sdk.AddTool(s, about("search_checks", "Search checks", "Search the desk's checks, and those of other publishers that it took over, by words. Finds Vietnamese typed without marks."), t.search)
	sdk.AddTool(s, about("get_check", "Read a check", "Read one check whole: what is true, its rating, its sources with archived copies, what bodies concerned said, and its corrections."), t.check)
	sdk.AddTool(s, about("has_this_been_checked", "Has this been checked?", "Look a whole message up and say whether a check answers it. Nothing is stored or sent as a question."), t.known)
	sdk.AddTool(s, about("open_questions", "Open questions", "What people ask the desk now and what is not answered yet. Nothing here is known to be true or false."), t.questions)
	sdk.AddTool(s, about("verify_entry", "Verify a publication", "Prove that a revision of a check is in the signed public log with exactly the text that is published."), t.verify)
	return s
}

// Handler serves the tools over HTTP. Each request stands alone: no session is kept.
func Handler(s *sdk.Server) http.Handler {
	return sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s },
		&sdk.StreamableHTTPOptions{Stateless: true, JSONResponse: true, MaxRequestBodyBytes: 64 << 10, DisableLocalhostProtection: true})
}

// What can be asked for.
type (
	searchIn struct {
		Query string `json:"query" jsonschema:"words to search for"`
		Lang  string `json:"lang,omitempty" jsonschema:"vi or en; vi without it"`
		Limit int    `json:"limit,omitempty" jsonschema:"how many results, 1 to 20; 5 without it"`
	}
	checkIn struct {
		ID   string `json:"id" jsonschema:"id of the check, as in its address"`
		Lang string `json:"lang,omitempty" jsonschema:"vi or en; vi without it"`
	}
	knownIn struct {
		Message string `json:"message" jsonschema:"the message as it was received"`
		Lang    string `json:"lang,omitempty" jsonschema:"language of the answer: vi or en; vi without it"`
	}
	questionsIn struct{}
	verifyIn    struct {
		ID       string `json:"id" jsonschema:"id of the check"`
		Revision int    `json:"revision,omitempty" jsonschema:"number of the revision; the newest without it"`
	}
)

// What is answered. Each says whose it is and on what terms.
type (
	searchOut struct {
		Desk    string          `json:"desk"`
		Results []public.Answer `json:"results"`
	}
	checkOut struct {
		Desk    string       `json:"desk"`
		Licence string       `json:"licence"`
		Check   public.Check `json:"check"`
		Earlier []changed    `json:"earlier,omitempty" jsonschema:"earlier revisions, newest first"`
	}
	changed struct {
		Revision   int    `json:"revision"`
		Kind       string `json:"kind"`
		Updated    string `json:"updated"`
		RatingName string `json:"rating_name"`
		Reason     string `json:"reason,omitempty"`
		Note       string `json:"note,omitempty"`
	}
	knownOut struct {
		Desk     string          `json:"desk"`
		Decision string          `json:"decision" jsonschema:"same: the first result answers the message. perhaps: one of the results may. new: it has not been checked"`
		Results  []public.Answer `json:"results"`
	}
	questionsOut struct {
		Desk      string            `json:"desk"`
		Questions []public.Question `json:"questions"`
	}
)

// lang is vi unless en is asked for.
func lang(s string) string {
	if s == "en" {
		return "en"
	}
	return "vi"
}

// Sentences an assistant can pass on.
var (
	errNone  = errors.New("there is no such check: it may not be published, or its text was erased")
	errEmpty = errors.New("say what to look for")
	errOurs  = errors.New("the desk could not answer just now; try again in a moment")
)

// spoken turns an error into a sentence without its cause.
func spoken(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, desk.ErrNotFound), errors.Is(err, desk.ErrErased):
		return errNone
	}
	return errOurs
}

func (t tools) search(ctx context.Context, _ *sdk.CallToolRequest, in searchIn) (*sdk.CallToolResult, searchOut, error) {
	if in.Query == "" {
		return nil, searchOut{}, errEmpty
	}
	limit := min(max(in.Limit, 0), 20)
	if limit == 0 {
		limit = 5
	}
	found, err := t.Reader.Search(ctx, lang(in.Lang), in.Query, limit)
	return nil, searchOut{t.Reader.Name, list(found)}, spoken(err)
}

func (t tools) check(ctx context.Context, _ *sdk.CallToolRequest, in checkIn) (*sdk.CallToolResult, checkOut, error) {
	all, err := t.Reader.Revisions(ctx, lang(in.Lang), desk.ID(in.ID))
	if err != nil {
		return nil, checkOut{}, spoken(err)
	}
	out := checkOut{Desk: t.Reader.Name, Licence: t.Licence, Check: all[0]}
	for _, c := range all[1:] {
		out.Earlier = append(out.Earlier, changed{c.Revision, c.Kind, c.Updated, c.RatingName, c.Reason, c.Note})
	}
	return nil, out, nil
}

func (t tools) known(ctx context.Context, _ *sdk.CallToolRequest, in knownIn) (*sdk.CallToolResult, knownOut, error) {
	if in.Message == "" {
		return nil, knownOut{}, errEmpty
	}
	k, err := t.Reader.Match(ctx, lang(in.Lang), in.Message)
	return nil, knownOut{t.Reader.Name, k.Decision, list(k.Results)}, spoken(err)
}

func (t tools) questions(ctx context.Context, _ *sdk.CallToolRequest, _ questionsIn) (*sdk.CallToolResult, questionsOut, error) {
	all, err := t.Reader.Questions(ctx)
	return nil, questionsOut{t.Reader.Name, list(all)}, spoken(err)
}

func (t tools) verify(ctx context.Context, _ *sdk.CallToolRequest, in verifyIn) (*sdk.CallToolResult, Proved, error) {
	all, err := t.Reader.Revisions(ctx, "vi", desk.ID(in.ID))
	if err != nil {
		return nil, Proved{}, spoken(err)
	}
	i := 0
	if in.Revision != 0 {
		if i = slices.IndexFunc(all, func(c public.Check) bool { return c.Revision == in.Revision }); i < 0 {
			return nil, Proved{}, errNone
		}
	}
	p, err := t.Verify(ctx, all[i].ID, all[i].Revision)
	if err == nil {
		p.Proof, p.Checkpoint = all[i].Proof, t.Reader.Log("checkpoint")
	}
	return nil, p, spoken(err)
}

// list is never nil, so that an empty answer is a list too.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
