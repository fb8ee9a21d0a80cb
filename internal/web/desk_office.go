package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// officeRoutes is the table of signing in, accounts and settings. The pages
// for signing in are for anyone; what they let in is decided in auth.
func (s *Site) officeRoutes() []route {
	more := append(append(s.peopleRoutes(), s.desksRoutes()...), s.outsideRoutes()...)
	return append(more, []route{
		{pattern: "GET /desk/sign-in", audience: Public, h: s.signIn},
		{pattern: "POST /desk/sign-in", audience: Public, body: bodySmall, budget: budgetLookup, h: s.signInCode},
		{pattern: "POST /desk/sign-in/passkey", audience: Public, body: bodySmall, stream: true, budget: budgetLookup, h: s.beginPasskey},
		{pattern: "POST /desk/sign-in/passkey/finish", audience: Public, body: bodyForm, stream: true, budget: budgetLookup, h: s.finishPasskey},
		{pattern: "GET /signin/link/{token}", audience: Public, h: s.link},
		{pattern: "POST /signin/link/{token}", audience: Public, body: bodySmall, budget: budgetLookup, h: s.useLink},
		{pattern: "POST /desk/sign-out", audience: Staff, body: bodySmall, h: s.signOut},
		{pattern: "GET /desk/prove", audience: Staff, h: s.prove},
		{pattern: "POST /desk/prove", audience: Staff, body: bodySmall, h: s.proveCode},
		{pattern: "POST /desk/prove/passkey", audience: Staff, body: bodySmall, stream: true, h: s.beginProof},
		{pattern: "POST /desk/prove/passkey/finish", audience: Staff, body: bodyForm, stream: true, h: s.finishProof},
		{pattern: "GET /desk/account", audience: Staff, h: s.account},
		{pattern: "POST /desk/account/language", audience: Staff, body: bodySmall, h: s.setLanguage},
		{pattern: "POST /desk/account/passkey", audience: Staff, body: bodySmall, stream: true, h: s.beginEnrol},
		{pattern: "POST /desk/account/passkey/finish", audience: Staff, body: bodyForm, stream: true, h: s.finishEnrol},
		{pattern: "POST /desk/account/passkey/remove", audience: Staff, body: bodySmall, h: s.removePasskey},
		{pattern: "GET /desk/account/code", audience: Staff, h: s.beginCode},
		{pattern: "POST /desk/account/code", audience: Staff, body: bodySmall, h: s.finishCode},
		{pattern: "POST /desk/account/code/remove", audience: Staff, body: bodySmall, h: s.removeCode},
		{pattern: "POST /desk/account/session", audience: Staff, body: bodySmall, h: s.endSession},
		{pattern: "GET /desk/ratings", audience: Staff, may: desk.MayManage, h: s.ratingNames},
		{pattern: "POST /desk/ratings", audience: Staff, may: desk.MayManage, body: bodyForm, h: s.setRatingNames},
	}...)
}

// signInPage is where staff sign in.
type signInPage struct {
	Name      string
	Problem   string // one sentence; which part was wrong is never said
	Passkeys  bool   // passkeys work at this address
	Elsewhere string // where they do, if not here
	Outside   string // what the outside provider is called; "" without one
	End       string // where a session at the provider ends, after signing out here
}

// head implements page.
func (p signInPage) head(w *words) head {
	return head{Title: w.t("sign-in.title"), Section: "desk", Private: true}
}

// signIn shows the page; who is signed in already goes on to the desk.
func (s *Site) signIn(v *visit) (answer, error) {
	if _, _, err := s.Auth.Actor(v.Request); err == nil {
		return redirect(v.tongue.url("/desk")), nil
	}
	return show("desk/sign-in", s.signInPage(v)), nil
}

// signInPage says whether passkeys work at the address the browser is at.
func (s *Site) signInPage(v *visit) signInPage {
	var p signInPage
	p.Passkeys, p.Elsewhere = s.Auth.PasskeysAt(v.Request)
	p.Outside = s.Auth.OutsideName()
	if v.query("out") != "" {
		p.End = s.Auth.OutsideEnd()
	}
	return p
}

// signInCode signs in by name, passphrase and code.
func (s *Site) signInCode(v *visit) (answer, error) {
	_, err := s.Auth.SignInWithPassphrase(v.out, v.Request, v.field("name"), v.PostForm.Get("passphrase"), v.field("code"))
	if err == nil {
		return redirect(v.tongue.url("/desk")), nil
	}
	sentence, ok := v.words.signInTrouble(err)
	if !ok {
		return answer{}, err
	}
	p := s.signInPage(v)
	p.Name, p.Problem = v.field("name"), sentence
	a := show("desk/sign-in", p).as(http.StatusForbidden)
	if wait := auth.Wait(err); wait > 0 {
		a = a.as(http.StatusTooManyRequests)
		a.retry = wait
	}
	return a, nil
}

// signInTrouble says what went wrong with signing in or proving, if that is
// something the person can put right.
func (w *words) signInTrouble(err error) (string, bool) {
	for _, k := range []struct {
		kind error
		key  string
	}{
		{auth.ErrSignIn, "sign-in.refused"}, {auth.ErrLink, "sign-in.link-used"}, {auth.ErrPasskey, "sign-in.passkey-refused"},
		{auth.ErrPasskeyHost, "sign-in.passkey-host"}, {auth.ErrSetup, "sign-in.setup-expired"}, {auth.ErrCode, "sign-in.code-wrong"},
		{auth.ErrLastWay, "sign-in.last-way"}, {auth.ErrOutsideUnknown, "outside.unknown"}, {auth.ErrOutsideTaken, "outside.taken"},
		{auth.ErrOutsideWeak, "outside.weak"}, {auth.ErrOutsideDown, "outside.down"}, {auth.ErrOutside, "outside.refused"},
	} {
		if errors.Is(err, k.kind) {
			return w.t(k.key), true
		}
	}
	if wait := auth.Wait(err); wait > 0 {
		return w.n("sign-in.too-soon", int(wait/time.Second)), true
	}
	return "", false
}

// script answers what static/passkey.js asked for: JSON, or a sentence.
func (s *Site) script(v *visit, body any, err error) (answer, error) {
	status := http.StatusOK
	if err != nil {
		sentence, ok := v.words.signInTrouble(err)
		if ps := v.words.problems(err); len(ps) > 0 {
			sentence, ok = strings.Join(ps, " "), true
		}
		if errors.Is(err, auth.ErrStepUp) {
			sentence, ok = v.words.t("sign-in.prove-first"), true
		}
		if !ok {
			return answer{}, err
		}
		body, status = map[string]string{"message": sentence}, http.StatusForbidden
	}
	b, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	return raw("application/json", b).as(status), nil
}

// beginPasskey prompts for a passkey.
func (s *Site) beginPasskey(v *visit) (answer, error) {
	p, err := s.Auth.BeginPasskeySignIn(v.Request)
	return s.script(v, p, err)
}

// finishPasskey signs in with the browser's answer.
func (s *Site) finishPasskey(v *visit) (answer, error) {
	_, err := s.Auth.FinishPasskeySignIn(v.out, v.Request)
	return s.script(v, map[string]string{"next": v.tongue.url("/desk")}, err)
}

// linkPage asks the owner of a sign-in link to press a button, so that
// programs that look at links in messages do not use it up.
type linkPage struct {
	Token, Name string
	Problem     string
}

// head implements page.
func (p linkPage) head(w *words) head {
	return head{Title: w.t("sign-in.title"), Section: "desk", Private: true}
}

// link shows the page of a sign-in link.
func (s *Site) link(v *visit) (answer, error) {
	who, err := s.Auth.LinkOwner(v.Context(), v.PathValue("token"))
	if err != nil {
		return s.badLink(v, err)
	}
	return show("desk/link", linkPage{Token: v.PathValue("token"), Name: who.Name}), nil
}

// badLink says that a link no longer works.
func (s *Site) badLink(v *visit, err error) (answer, error) {
	if sentence, ok := v.words.signInTrouble(err); ok {
		return show("desk/link", linkPage{Problem: sentence}).as(http.StatusGone), nil
	}
	return answer{}, err
}

// useLink signs in with a link and offers a passkey.
func (s *Site) useLink(v *visit) (answer, error) {
	who, err := s.Auth.SignInWithLink(v.out, v.Request, v.PathValue("token"))
	if err != nil {
		return s.badLink(v, err)
	}
	ways, err := s.Auth.Ways(v.Context(), who.ID)
	if err != nil {
		return answer{}, err
	}
	if len(ways.Passkeys) == 0 && !ways.Code {
		return redirect(v.tongue.url("/desk/account") + "?first=1"), nil
	}
	return redirect(v.tongue.url("/desk")), nil
}

// signOut ends the session.
func (s *Site) signOut(v *visit) (answer, error) {
	if err := s.Auth.SignOut(v.out, v.Request); err != nil {
		return answer{}, err
	}
	if v.session.Means == auth.ByOutside {
		return redirect(v.tongue.url("/desk/sign-in") + "?out=1"), nil
	}
	return redirect(v.tongue.url("/")), nil
}

// provePage asks again who acts, before something that cannot be taken back.
type provePage struct {
	Back     string
	Problem  string
	Passkeys bool
	Ways     auth.Ways
	Outside  string // what the outside provider is called, if the person has joined it
}

// head implements page.
func (p provePage) head(w *words) head {
	return head{Title: w.t("prove.title"), Section: "desk", Private: true}
}

// backTo is where to go on after proving: a path of the desk, nothing else.
func (v *visit) backTo(s string) string {
	if strings.HasPrefix(s, "/desk/") && !strings.ContainsAny(s, "\\\r\n") {
		return s
	}
	return "/desk"
}

// provePage prepares the page.
func (s *Site) provePage(v *visit, back string) (provePage, error) {
	ways, err := s.Auth.Ways(v.Context(), v.staff.ID)
	if err != nil {
		return provePage{}, err
	}
	here, _ := s.Auth.PasskeysAt(v.Request)
	p := provePage{Back: v.backTo(back), Passkeys: here && len(ways.Passkeys) > 0, Ways: ways}
	_, joined, err := s.Auth.OutsideOf(v.Context(), v.staff.ID)
	if joined {
		p.Outside = s.Auth.OutsideName()
	}
	return p, err
}

// prove shows the page.
func (s *Site) prove(v *visit) (answer, error) {
	p, err := s.provePage(v, v.query("back"))
	return show("desk/prove", p), err
}

// proveCode proves by passphrase and code.
func (s *Site) proveCode(v *visit) (answer, error) {
	err := s.Auth.StepUpWithPassphrase(v.out, v.Request, v.PostForm.Get("passphrase"), v.field("code"))
	if err == nil {
		return redirect(v.tongue.url(v.backTo(v.field("back")))), nil
	}
	sentence, ok := v.words.signInTrouble(err)
	if !ok {
		return answer{}, err
	}
	p, err := s.provePage(v, v.field("back"))
	p.Problem = sentence
	return show("desk/prove", p).as(http.StatusForbidden), err
}

// beginProof prompts for a passkey of the person signed in.
func (s *Site) beginProof(v *visit) (answer, error) {
	p, err := s.Auth.BeginPasskeyStepUp(v.Request)
	return s.script(v, p, err)
}

// finishProof takes the browser's answer and goes on to what it was for.
func (s *Site) finishProof(v *visit) (answer, error) {
	err := s.Auth.FinishPasskeyStepUp(v.out, v.Request)
	return s.script(v, map[string]string{"next": v.tongue.url(v.backTo(v.query("back")))}, err)
}
