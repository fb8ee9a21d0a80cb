package app_test

import (
	"strings"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
)

// TestEveryClaimFindsItsOwnCheck: who sends the very words of a published
// claim, as they stand, in capitals or
// within a chain letter, is given that check and not a choice.
func TestEveryClaimFindsItsOwnCheck(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	look := desk.Actor{Role: desk.Auditor}
	done, err := d.Desk.Queue(t.Context(), look, desk.ViewDone, "")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, q := range done.Claims {
		if q.Claim.State != desk.ClaimPublished {
			continue
		}
		v, err := d.Desk.ClaimPage(t.Context(), look, q.Claim.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range v.Revisions[0].Doc.Texts {
			for name, message := range map[string]string{
				"as it stands": text.Claim, "capitals": strings.ToUpper(text.Claim),
				"chain letter": text.Claim + "\n\nChia sẻ ngay cho mọi người cùng biết trước khi bị xóa!",
			} {
				asked++
				r := d.Matcher.Match(t.Context(), match.Query{Text: message, Limit: 5})
				if r.Decision != match.DecisionSame || !strings.HasPrefix(r.Matches[0].ID, "check/"+string(q.Claim.ID)) {
					t.Errorf("%s, %q: %s", name, message, r.Decision)
				}
			}
		}
	}
	if asked < 300 {
		t.Errorf("only %d messages were tried", asked)
	}
}
