package web

import (
	"errors"
	"net/http"
	"strings"

	"soi/internal/auth"
	"soi/internal/desk"
)

// accountPage is a person's own page: how they sign in, where they are signed
// in, their language.
type accountPage struct {
	Me        desk.Staff
	Ways      auth.Ways
	Sessions  []auth.Session
	Current   desk.ID
	Passkeys  bool
	Elsewhere string
	First     bool // just came in by a link: set up a way to come back
	Fresh     bool // the proof of who they are is recent
	Problem   string
	Manage    bool
	Seat      bool // keeps the people of a desk
	Journal   bool
	Outside   string // what the outside provider is called; "" without one
	Joined    auth.Outside
	IsJoined  bool
	GoOutside string // address at the provider, to join the account there
}

// head implements page.
func (p accountPage) head(w *words) head {
	return head{Title: w.t("account.title"), Section: "desk", Private: true}
}

// LangCodes are the languages a person can choose.
func (p accountPage) LangCodes() []string { return written() }

// account shows the page.
func (s *Site) account(v *visit) (answer, error) {
	p, err := s.accountPage(v)
	p.First = v.query("first") != ""
	return show("desk/account", p), err
}

// accountPage reads what the page shows.
func (s *Site) accountPage(v *visit) (accountPage, error) {
	p := accountPage{Me: v.staff, Current: v.session.ID, Fresh: s.Auth.RequireRecent(v.session) == nil,
		Manage: v.actor().May(desk.MayManage), Seat: v.actor().May(desk.MaySeat), Outside: s.Auth.OutsideName(), Journal: v.actor().May(desk.MayJournal)}
	p.Passkeys, p.Elsewhere = s.Auth.PasskeysAt(v.Request)
	var err error
	if p.Ways, err = s.Auth.Ways(v.Context(), v.staff.ID); err != nil {
		return p, err
	}
	if p.Joined, p.IsJoined, err = s.Auth.OutsideOf(v.Context(), v.staff.ID); err != nil {
		return p, err
	}
	p.Sessions, err = s.Auth.Sessions(v.Context(), v.staff.ID)
	return p, err
}

// onAccount runs a change of the account and shows the page with a sentence
// when it was refused.
func (s *Site) onAccount(v *visit, change func() error) (answer, error) {
	err := change()
	if err == nil {
		return redirect(v.tongue.url("/desk/account")), nil
	}
	if a, ok := v.proveFirst(err, "/desk/account"); ok {
		return a, nil
	}
	sentence, ok := v.words.signInTrouble(err)
	if !ok {
		return answer{}, err
	}
	p, readErr := s.accountPage(v)
	p.Problem = sentence
	return show("desk/account", p).as(http.StatusConflict), readErr
}

// setLanguage changes the language of the person's pages.
func (s *Site) setLanguage(v *visit) (answer, error) {
	return s.onAccount(v, func() error { return s.Desk.SetLang(v.Context(), v.actor(), v.field("lang")) })
}

// beginEnrol prompts for a new passkey.
func (s *Site) beginEnrol(v *visit) (answer, error) {
	p, err := s.Auth.BeginPasskeyEnrol(v.Request)
	return s.script(v, p, err)
}

// finishEnrol keeps it.
func (s *Site) finishEnrol(v *visit) (answer, error) {
	err := s.Auth.FinishPasskeyEnrol(v.out, v.Request)
	return s.script(v, map[string]string{"next": v.tongue.url("/desk/account")}, err)
}

// removePasskey removes one.
func (s *Site) removePasskey(v *visit) (answer, error) {
	return s.onAccount(v, func() error { return s.Auth.RemovePasskey(v.out, v.Request, desk.ID(v.field("id"))) })
}

// removeCode removes passphrase, authenticator and recovery codes.
func (s *Site) removeCode(v *visit) (answer, error) {
	return s.onAccount(v, func() error { return s.Auth.RemoveCode(v.out, v.Request) })
}

// endSession ends one session of the person, or all others.
func (s *Site) endSession(v *visit) (answer, error) {
	return s.onAccount(v, func() error {
		if v.field("id") == "" {
			_, err := s.Auth.EndSessions(v.Context(), v.staff.ID, v.session.ID)
			return err
		}
		return s.Auth.EndSession(v.Context(), v.staff.ID, desk.ID(v.field("id")))
	})
}

// codePage sets up passphrase and authenticator app.
type codePage struct {
	Setup    auth.Setup
	Problems []string
	Codes    []string // recovery codes, shown this once
}

// head implements page.
func (p codePage) head(w *words) head {
	return head{Title: w.t("code.title"), Section: "desk", Private: true}
}

// beginCode shows the QR code and the form.
func (s *Site) beginCode(v *visit) (answer, error) {
	setup, err := s.Auth.BeginCode(v.Request)
	if a, ok := v.proveFirst(err, "/desk/account/code"); ok {
		return a, nil
	}
	return show("desk/code", codePage{Setup: setup}), err
}

// finishCode keeps them and shows the recovery codes.
func (s *Site) finishCode(v *visit) (answer, error) {
	codes, err := s.Auth.FinishCode(v.out, v.Request, v.field("state"), v.PostForm.Get("passphrase"), v.field("code"))
	if err == nil {
		return show("desk/code", codePage{Codes: codes}), nil
	}
	ps := v.words.problems(err)
	if sentence, ok := v.words.signInTrouble(err); ok {
		ps = append(ps, sentence)
	}
	if len(ps) == 0 {
		return answer{}, err
	}
	setup, err := s.Auth.BeginCode(v.Request)
	return show("desk/code", codePage{Setup: setup, Problems: ps}).as(http.StatusUnprocessableEntity), err
}

// ratingsPage edits the names of ratings.
type ratingsPage struct {
	Rows     []ratingRow
	Saved    bool
	Problems []string
}

// ratingRow is one rating with its names.
type ratingRow struct {
	Rating desk.Rating
	Names  []ratingName
}

// ratingName is a name in one language; Own is the desk's, "" for the usual.
type ratingName struct{ Lang, Own, Usual string }

// head implements page.
func (p ratingsPage) head(w *words) head {
	return head{Title: w.t("ratings.title"), Section: "desk", Private: true}
}

// ratingNames shows the names.
func (s *Site) ratingNames(v *visit) (answer, error) {
	own, err := s.Desk.RatingNames(v.Context())
	p := ratingsPage{Saved: v.query("saved") != ""}
	for _, r := range desk.Ratings() {
		row := ratingRow{Rating: r}
		for _, l := range written() {
			row.Names = append(row.Names, ratingName{l, own[l][r], s.books[l].t("rating." + string(r))})
		}
		p.Rows = append(p.Rows, row)
	}
	return show("desk/ratings", p), err
}

// setRatingNames stores them; an empty field takes the usual name.
func (s *Site) setRatingNames(v *visit) (answer, error) {
	names := map[string]map[desk.Rating]string{}
	for _, l := range written() {
		names[l] = map[desk.Rating]string{}
		for _, r := range desk.Ratings() {
			if n := strings.Join(strings.Fields(v.field("name-"+l+"-"+string(r))), " "); n != "" {
				names[l][r] = n
			}
		}
	}
	if err := s.Desk.SetRatingNames(v.Context(), v.actor(), names); err != nil {
		return answer{}, err
	}
	if err := s.UseRatingNames(v.Context()); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/ratings") + "?saved=1"), nil
}

// proveFirst sends a person whose proof of identity is too old to prove again
// and come back.
func (v *visit) proveFirst(err error, back string) (answer, bool) {
	if !errors.Is(err, auth.ErrStepUp) {
		return answer{}, false
	}
	return redirect(v.tongue.url("/desk/prove") + "?back=" + back), true
}
