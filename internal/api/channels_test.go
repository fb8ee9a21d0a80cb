package api_test

import (
	"strings"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// The three answers, and the one for what is no address.
func TestChannelCheck(t *testing.T) {
	w := newWorld(t, map[string]bool{}, apptest.Options{})
	ctx := t.Context()
	hire := func(r desk.Role) desk.Actor {
		s, err := w.d.Desk.AddStaff(ctx, desk.Program(), "ch-"+string(r), r, "vi")
		if err != nil {
			t.Fatal(err)
		}
		return desk.As(s)
	}
	checker, editor := hire(desk.Checker), hire(desk.Editor)
	b, err := w.d.Desk.SaveBody(ctx, editor, desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Thử"}), Kind: desk.BodyAgency, Page: "https://sothu.example/", Lang: "vi"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.d.Desk.EnterChannel(ctx, checker, desk.NewChannel{Body: b.ID, Address: "sothu.example", Proof: desk.ProofDNS})
	if err == nil {
		err = w.d.Desk.ChannelLooked(ctx, desk.Program(), desk.ChannelLook{ID: c.ID})
	}
	if err == nil {
		_, err = w.d.Desk.DecideChannel(ctx, editor, c.ID, true, "")
	}
	if err == nil {
		err = w.d.AfterPublish(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		Answer, Address string
		Listed          *struct{ Body, Proof string }
		Like            []string `json:"looks_like"`
	}
	for q, want := range map[string]string{"https://www.sothu.example/a%3Futm_source=x": "listed", "s0thu.example": "not-listed", "0912+345+678": "not-listed", "ai+do": "not-an-address"} {
		a := w.ask("GET", "/api/v1/channels/check?q="+q, "", noKey)
		got := into[told](t, a)
		if a.status != 200 || got.Answer != want || (got.Listed != nil) != (want == "listed") || (len(got.Like) > 0) != strings.HasPrefix(q, "s0") {
			t.Errorf("%s: %d %s", q, a.status, a.body)
		}
		if got.Listed != nil && (got.Listed.Body != "Sở Thử" || got.Listed.Proof != "dns") {
			t.Errorf("%s: %s", q, a.body)
		}
	}
}
