package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// thief is what the forty requests are made with: a desk, its people, and one
// signed-in editor whose session they are after.
type thief struct {
	*world
	t                    *testing.T
	admin, editor, other desk.Staff
	mine                 *person // the editor's own browser
	token                string  // what its cookie holds
}

// newThief makes them.
func newThief(t *testing.T) *thief {
	f := &thief{world: &world{}, t: t}
	f.desk, f.base = start(t, apptest.Options{})
	f.admin, f.editor, f.other = f.desk.Member(t, "admin", desk.Admin), f.desk.Member(t, "editor", desk.Editor), f.desk.Member(t, "other", desk.Editor)
	f.mine, f.token = f.in(f.editor)
	return f
}

// in signs somebody in and returns the token of the session.
func (f *thief) in(s desk.Staff) (*person, string) {
	f.t.Helper()
	p := f.person(f.t, "203.0.113.41")
	p.enter(f.desk.Link(f.t, s))
	return p, f.cookie(p)
}

// cookie is the session's token in a browser.
func (f *thief) cookie(p *person) string {
	u, err := url.Parse(f.base)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, c := range p.client.Jar.Cookies(u) {
		if c.Name == "soi" {
			return c.Value
		}
	}
	return ""
}

// with is a stranger who sends these headers.
func (f *thief) with(pairs ...string) *person {
	p := f.person(f.t, "203.0.113.42")
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			p.header[pairs[i]] = nil
			continue
		}
		p.header[pairs[i]] = append(p.header[pairs[i]], pairs[i+1])
	}
	return p
}

// language asks for something that any signed-in person may do.
func language(p *person) int {
	return p.post("/desk/account/language", url.Values{"lang": {"en"}}).status
}

// after signs the editor in anew, does something to the account, and uses the
// session that was there before.
func (f *thief) after(deed func()) int {
	f.t.Helper()
	p, _ := f.in(f.editor)
	deed()
	return language(p)
}

// TestFortyRequests sends what somebody without the right would: none gets
// through, and each answer is the one that tells nothing.
func TestFortyRequests(t *testing.T) {
	f := newThief(t)
	n := 0
	try := func(what string, got int, want ...int) {
		t.Helper()
		n++
		for _, w := range want {
			if got == w {
				return
			}
		}
		t.Errorf("%s: %d, want %v", what, got, want)
	}
	f.sessions(try)
	f.sites(try)
	f.links(try)
	f.waysIn(try)
	f.others(try)
	if n < 40 {
		t.Errorf("only %d requests", n)
	}
	if got := language(f.mine); got != http.StatusSeeOther {
		t.Errorf("the editor's own session is gone: %d", got)
	}
}

// sessions: what is no session, or is one no more.
func (f *thief) sessions(try func(string, int, ...int)) {
	d, ctx := f.desk, f.t.Context()
	try("no cookie", language(f.with()), 401)
	try("a made-up cookie", language(f.with("Cookie", "soi="+strings.Repeat("a", 43))), 401)
	try("half a cookie", language(f.with("Cookie", "soi="+f.token[:20])), 401)
	try("two cookies", language(f.with("Cookie", "soi="+f.token+"; soi="+f.token)), 401)
	try("the cookie under another name", language(f.with("Cookie", "__Host-soi="+f.token)), 401)
	try("the token in the address", f.with().get("/desk?soi="+f.token).status, 303)
	try("the token as a bearer", language(f.with("Authorization", "Bearer "+f.token)), 401)
	p, token := f.in(f.editor)
	p.post("/desk/sign-out", nil)
	try("a session that was signed out", language(f.with("Cookie", "soi="+token)), 401)
	try("after all sessions were ended", f.after(func() { _, _ = d.Auth.EndSessions(ctx, f.editor.ID, "") }), 401)
	try("after the account was closed", f.after(func() {
		_, err := d.Desk.SetStaffActive(ctx, desk.Program(), f.editor.ID, false)
		if err != nil {
			f.t.Fatal(err)
		}
	}), 401)
	_, err := d.Desk.SetStaffActive(ctx, desk.Program(), f.editor.ID, true)
	if err != nil {
		f.t.Fatal(err)
	}
	try("after the role was changed", f.after(func() { _, err = d.Desk.SetRole(ctx, desk.Program(), f.editor.ID, desk.Contributor) }), 401)
	if _, again := d.Desk.SetRole(ctx, desk.Program(), f.editor.ID, desk.Editor); err != nil || again != nil {
		f.t.Fatal(err, again)
	}
	planted := strings.Repeat("b", 43)
	p = f.with("Cookie", "soi="+planted)
	p.enter(d.Link(f.t, f.editor))
	try("a cookie that was planted before signing in", language(f.with("Cookie", "soi="+planted)), 401)
	f.mine, f.token = f.in(f.editor)
}

// sites: forms that another site makes a browser send.
func (f *thief) sites(try func(string, int, ...int)) {
	c := "soi=" + f.token
	none := func(pairs ...string) *person {
		p := f.with("Sec-Fetch-Site", "")
		for i := 0; i+1 < len(pairs); i += 2 {
			p.header[pairs[i]] = append(p.header[pairs[i]], pairs[i+1])
		}
		p.header["Cookie"] = []string{c}
		return p
	}
	try("from another site, by its origin", language(none("Origin", "https://evil.example")), 403)
	try("from another site, as browsers say", language(none("Sec-Fetch-Site", "cross-site")), 403)
	try("from a neighbour", language(none("Sec-Fetch-Site", "same-site")), 403)
	try("without a word of where from", language(none()), 403)
	try("from nowhere", language(none("Origin", "null")), 403)
	try("from two places", language(none("Origin", f.base, "Origin", "https://evil.example")), 403)
	try("from a host that begins alike", language(none("Origin", f.base+".evil.example")), 403)
	try("a change by looking", f.mine.get("/desk/account/language?lang=en").status, 405, 404)
	try("signing out by looking", f.mine.get("/desk/sign-out").status, 405, 404)
}

// links: sign-in links that do not work, or not any more.
func (f *thief) links(try func(string, int, ...int)) {
	d := f.desk
	use := func(link string) int { return f.with().post(strings.TrimPrefix(link, f.base), nil).status }
	used := d.Link(f.t, f.other)
	f.with().enter(used)
	try("a link a second time", use(used), 410)
	older := d.Link(f.t, f.other)
	newer := d.Link(f.t, f.other)
	try("a link that a newer one replaced", use(older), 410)
	looked := f.with()
	looked.get(strings.TrimPrefix(newer, f.base))
	try("looking at a link", language(looked), 401)
	admin, _ := f.in(f.admin)
	admin.post("/desk/people/"+string(f.other.ID), url.Values{"do": {"revoke"}})
	try("a link that was taken back", use(newer), 410)
	try("a made-up link", use(f.base+"/signin/link/"+strings.Repeat("c", 43)), 410)
	closed := d.Member(f.t, "closed", desk.Checker)
	link := d.Link(f.t, closed)
	if _, err := d.Desk.SetStaffActive(f.t.Context(), desk.Program(), closed.ID, false); err != nil {
		f.t.Fatal(err)
	}
	try("a link of a closed account", use(link), 410)
	try("a link sent by another site", f.with("Sec-Fetch-Site", "", "Origin", "https://evil.example").post(strings.TrimPrefix(d.Link(f.t, f.other), f.base), nil).status, 403)
}

// waysIn: passphrases, passkeys and the outside provider.
func (f *thief) waysIn(try func(string, int, ...int)) {
	enter := func(name, phrase, code string) int {
		return f.with().post("/desk/sign-in", url.Values{"name": {name}, "passphrase": {phrase}, "code": {code}}).status
	}
	try("a name nobody has", enter("nobody at all", "bốn con mèo ngủ trên mái", "123456"), 403)
	try("a name without a passphrase", enter("editor", "bốn con mèo ngủ trên mái", "123456"), 403, 429)
	try("nothing at all", enter("", "", ""), 403)
	try("an endless passphrase", enter("editor", strings.Repeat("x", 5000), "123456"), 403, 429)
	try("a passkey of nobody", f.with().do(http.MethodPost, "/desk/sign-in/passkey/finish", "application/json", "{}").status, 403)
	try("a proof without a passphrase", f.mine.post("/desk/prove", url.Values{"passphrase": {"x"}, "code": {"123456"}}).status, 403)
	try("a proof by a made-up passkey", f.mine.do(http.MethodPost, "/desk/prove/passkey/finish", "application/json", "{}").status, 403)
	try("back from a provider that is not there", f.with().get("/signin/outside/back?code=x&state=y").status, 404)
}

// others: somebody else's account.
func (f *thief) others(try func(string, int, ...int)) {
	admin, _ := f.in(f.admin)
	theirs, err := f.desk.Auth.Sessions(f.t.Context(), f.admin.ID)
	if err != nil || len(theirs) == 0 {
		f.t.Fatal(err)
	}
	try("ending a session of somebody else", f.mine.post("/desk/account/session", url.Values{"id": {string(theirs[0].ID)}}).status, 404)
	try("removing a passkey of somebody else", f.mine.post("/desk/account/passkey/remove", url.Values{"id": {string(desk.NewID())}}).status, 404)
	try("the accounts, as an editor", f.mine.get("/desk/people").status, 403)
	try("an account for a friend, as an editor", f.mine.post("/desk/people/add", url.Values{"name": {"friend"}, "role": {"admin"}}).status, 403)
	try("a link for the admin, as an editor", f.mine.post("/desk/people/"+string(f.admin.ID), url.Values{"do": {"link"}}).status, 403)
	try("a role for oneself", f.mine.post("/desk/people/"+string(f.editor.ID), url.Values{"do": {"role"}, "role": {"admin"}}).status, 403)
	try("a passphrase for somebody else, as an admin", admin.post("/desk/people/"+string(f.editor.ID), url.Values{"do": {"passphrase"}, "passphrase": {"x"}}).status, 422)
	try("closing the last admin", admin.post("/desk/people/"+string(f.admin.ID), url.Values{"do": {"close"}}).status, 422)
	try("the last admin leaving", admin.post("/desk/people/"+string(f.admin.ID)+"/leave", nil).status, 422)
	try("a review, as an admin", admin.post("/desk/reviews/"+string(desk.NewID())+"/approve", nil).status, 403)
	try("a role that is none", admin.post("/desk/people/"+string(f.editor.ID), url.Values{"do": {"role"}, "role": {"owner"}}).status, 422)
}
