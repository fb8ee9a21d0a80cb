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
	Journal   bool
}

// head implements page.
func (p accountPage) head(w *words) head {
	return head{Title: w.t("account.title"), Section: "desk", Private: true}
}

// LangCodes are the languages a person can choose.
func (p accountPage) LangCodes() []string { return Languages() }

// account shows the page.
func (s *Site) account(v *visit) (answer, error) {
	p, err := s.accountPage(v)
	p.First = v.query("first") != ""
	return show("desk/account", p), err
}

// accountPage reads what the page shows.
func (s *Site) accountPage(v *visit) (accountPage, error) {
	p := accountPage{Me: v.staff, Current: v.session.ID, Fresh: s.Auth.RequireRecent(v.session) == nil,
		Manage: v.actor().May(desk.MayManage), Journal: v.actor().May(desk.MayJournal)}
	p.Passkeys, p.Elsewhere = s.Auth.PasskeysAt(v.Request)
	var err error
	if p.Ways, err = s.Auth.Ways(v.Context(), v.staff.ID); err != nil {
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

// peoplePage is the list of staff, for admins.
type peoplePage struct {
	Staff    []desk.Staff
	Link     string // a new sign-in link, shown this once
	LinkFor  string
	Name     string
	Role     desk.Role
	Problems []string
}

// head implements page.
func (p peoplePage) head(w *words) head {
	return head{Title: w.t("people.title"), Section: "desk", Private: true}
}

// Roles are the roles a person can have.
func (p peoplePage) Roles() []desk.Role { return desk.Roles() }

// people lists the accounts.
func (s *Site) people(v *visit) (answer, error) {
	return s.peopleWith(v, peoplePage{}, nil)
}

// peopleWith shows the list with what a verb left to say.
func (s *Site) peopleWith(v *visit, p peoplePage, err error) (answer, error) {
	status := http.StatusOK
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = http.StatusUnprocessableEntity
	}
	p.Staff, err = s.Desk.StaffList(v.Context(), v.actor())
	return show("desk/people", p).as(status), err
}

// addPerson opens an account and shows its sign-in link.
func (s *Site) addPerson(v *visit) (answer, error) {
	if a, ok := v.proveFirst(s.Auth.RequireRecent(v.session), "/desk/people"); ok {
		return a, nil
	}
	p := peoplePage{Name: v.field("name"), Role: desk.Role(v.field("role"))}
	st, err := s.Desk.AddStaff(v.Context(), v.actor(), p.Name, p.Role, Languages()[0])
	if err != nil {
		return s.peopleWith(v, p, err)
	}
	link, err := s.newLink(v, st.ID)
	return s.peopleWith(v, peoplePage{Link: link, LinkFor: st.Name}, err)
}

// newLink makes a sign-in link; the journal says that one was made, and by
// whom.
func (s *Site) newLink(v *visit, staff desk.ID) (string, error) {
	if err := s.Desk.NoteLink(v.Context(), v.actor(), staff); err != nil {
		return "", err
	}
	link, _, err := s.Auth.NewLink(v.Context(), v.actor(), staff)
	return link, err
}

// changePerson changes a role, opens or closes an account, or makes a link.
func (s *Site) changePerson(v *visit) (answer, error) {
	if a, ok := v.proveFirst(s.Auth.RequireRecent(v.session), "/desk/people"); ok {
		return a, nil
	}
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	var p peoplePage
	var st desk.Staff
	switch v.field("do") {
	case "role":
		st, err = s.Desk.SetRole(v.Context(), v.actor(), id, desk.Role(v.field("role")))
	case "close", "open":
		st, err = s.Desk.SetStaffActive(v.Context(), v.actor(), id, v.field("do") == "open")
	case "link":
		if st, err = s.Desk.StaffByID(v.Context(), id); err == nil {
			p.LinkFor = st.Name
			p.Link, err = s.newLink(v, id)
		}
	default:
		return answer{}, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err == nil && v.field("do") != "link" {
		// Who lost a role or the account is out at once.
		_, err = s.Auth.EndSessions(v.Context(), st.ID, "")
	}
	return s.peopleWith(v, p, err)
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
		for _, l := range Languages() {
			row.Names = append(row.Names, ratingName{l, own[l][r], s.books[l].t("rating." + string(r))})
		}
		p.Rows = append(p.Rows, row)
	}
	return show("desk/ratings", p), err
}

// setRatingNames stores them; an empty field takes the usual name.
func (s *Site) setRatingNames(v *visit) (answer, error) {
	names := map[string]map[desk.Rating]string{}
	for _, l := range Languages() {
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
