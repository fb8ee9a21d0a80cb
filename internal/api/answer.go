package api

import (
	"soi/internal/desk"
	"soi/internal/match"
)

// told writes what became of a tip, as it stands now.
func (a *API) told(r *request, got desk.Received, code string, res match.Result) (Tip, error) {
	out := Tip{Ticket: code, Page: a.reader.Page(r.lang, "/t/"+code), State: stateQueued, Received: day(got.Tip.Received), Others: max(0, got.Asked-1)}
	var keys []string
	switch {
	case got.Tip.State == desk.TipClosed:
		out.State = stateClosed
	case got.Tip.State == desk.TipWaiting:
		for _, m := range res.Offered() {
			keys = append(keys, m.ID)
		}
	case got.Tip.Imported != "":
		keys = []string{desk.ImportedKey(got.Tip.Imported)}
	case got.Claim.State == desk.ClaimPublished:
		keys = []string{desk.CheckKey(got.Claim.ID, r.lang)}
	}
	answers, err := a.reader.Answers(r.Context(), r.lang, keys, res)
	switch {
	case err != nil || len(answers) == 0: // withdrawn meanwhile, or not signed yet: the desk has it
	case got.Tip.State == desk.TipWaiting:
		out.State, out.Options = statePerhaps, answers[:min(len(answers), match.MostOffered)]
	default:
		out.State, out.Answer = stateAnswered, &answers[0]
	}
	return out, err
}
