package web

import (
	"net/http"
	"net/url"

	"soi/internal/auth"
)

// outsideRoutes is the table of signing in with an outside provider. Browsers
// let no form lead to another site (the policy of every page says so);
// therefore links lead there, and joining an account takes a button of ours
// first and a link after it.
func (s *Site) outsideRoutes() []route {
	return []route{
		{pattern: "GET /signin/outside", audience: Public, budget: budgetLookup, h: s.goOutside},
		{pattern: "GET /signin/outside/back", audience: Public, budget: budgetLookup, h: s.backFromOutside},
		{pattern: "GET /desk/prove/outside", audience: Staff, h: s.proveOutside},
		{pattern: "POST /desk/account/outside", audience: Staff, body: bodySmall, h: s.joinOutside},
		{pattern: "POST /desk/account/outside/remove", audience: Staff, body: bodySmall, h: s.removeOutside},
	}
}

// goOutside sends the browser to the provider. Nothing changes here but a
// cookie by which its return is recognised.
func (s *Site) goOutside(v *visit) (answer, error) {
	to, err := s.Auth.BeginOutside(v.out, v.Request, auth.ToSignIn, "")
	if err == nil {
		return redirect(to), nil
	}
	return s.outsideTrouble(v, auth.ToSignIn, err)
}

// backFromOutside takes the browser back. It is the one GET that signs in:
// the provider sends the browser so, and the cookie of goOutside, the state
// and the code, each good for once, say that this browser went there.
func (s *Site) backFromOutside(v *visit) (answer, error) {
	got, err := s.Auth.FinishOutside(v.out, v.Request)
	if err != nil {
		return s.outsideTrouble(v, got.Purpose, err)
	}
	switch got.Purpose {
	case auth.ToLink:
		return redirect(v.tongue.url("/desk/account")), nil
	case auth.ToProve:
		return redirect(v.tongue.url(v.backTo(got.Back))), nil
	}
	return redirect(v.tongue.url("/desk")), nil
}

// outsideTrouble shows the sentence for what went wrong where the person can
// go on: the page to sign in, which signed-in people leave by its link.
func (s *Site) outsideTrouble(v *visit, why auth.Purpose, err error) (answer, error) {
	sentence, ok := v.words.signInTrouble(err)
	if !ok {
		return answer{}, err
	}
	s.Logger.Info("outside sign-in refused", "purpose", why, "cause", err)
	p := s.signInPage(v)
	p.Problem = sentence
	return show("desk/sign-in", p).as(http.StatusForbidden), nil
}

// proveOutside sends the person to the provider for a fresh proof.
func (s *Site) proveOutside(v *visit) (answer, error) {
	to, err := s.Auth.BeginOutside(v.out, v.Request, auth.ToProve, v.backTo(v.query("back")))
	if err == nil {
		return redirect(to), nil
	}
	return s.outsideTrouble(v, auth.ToProve, err)
}

// joinOutside shows the account with the link to the provider that joins the
// two.
func (s *Site) joinOutside(v *visit) (answer, error) {
	to, err := s.Auth.BeginOutside(v.out, v.Request, auth.ToLink, "")
	if err != nil {
		return s.onAccount(v, func() error { return err })
	}
	p, err := s.accountPage(v)
	if _, bad := url.Parse(to); bad != nil {
		return answer{}, bad
	}
	p.GoOutside = to
	return show("desk/account", p), err
}

// removeOutside takes the joined account away.
func (s *Site) removeOutside(v *visit) (answer, error) {
	return s.onAccount(v, func() error { return s.Auth.RemoveOutside(v.Request) })
}
