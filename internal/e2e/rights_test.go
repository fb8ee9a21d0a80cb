package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// ruled is one route as the tables of the pages have it.
type ruled struct {
	pattern, method, path string
	staff                 bool
	may                   desk.Permission
}

// rulesOf reads every route out of the tables in the source, with whom it is
// for, so that one that is added tomorrow is tried as well.
func rulesOf(t *testing.T) []ruled {
	t.Helper()
	perms := map[string]desk.Permission{}
	constants, err := filepath.Glob("../desk/*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(May[A-Z]\w*)\s+(?:Permission )?\s*=\s*"([^"]+)"`)
	named2 := regexp.MustCompile(`(May[A-Z]\w*)\s+Permission\s*=\s*"([^"]+)"`)
	for _, f := range constants {
		for _, re := range []*regexp.Regexp{named, named2} {
			for _, m := range re.FindAllStringSubmatch(source(t, f), -1) {
				perms[m[1]] = desk.Permission(m[2])
			}
		}
	}
	files, err := filepath.Glob("../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`pattern: "((GET|POST) ([^"]+))", audience: (\w+)(?:, may: desk\.(\w+))?`)
	any := regexp.MustCompile(`pattern: "(?:GET|POST) /[^"]*",`)
	verb := regexp.MustCompile(`verb\("([a-z-]+)"`) // of appeals
	var out []ruled
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text := source(t, f)
		found := line.FindAllStringSubmatch(text, -1)
		if n := len(any.FindAllString(text, -1)); n != len(found) && !strings.HasSuffix(f, "feeds.go") {
			t.Errorf("%s has %d routes, %d were understood", f, n, len(found))
		}
		for _, m := range found {
			r := ruled{pattern: m[1], method: m[2], path: m[3], staff: m[4] == "Staff"}
			if m[5] != "" {
				if r.may = perms[m[5]]; r.may == "" {
					t.Fatalf("%s needs %s, which is no permission", m[1], m[5])
				}
			}
			out = append(out, r)
		}
	}
	verbs := verb.FindAllStringSubmatch(source(t, "../web/desk_appeal.go"), -1)
	if len(verbs) == 0 {
		t.Error("the verbs of appeals were not found")
	}
	for _, m := range verbs {
		path := "/desk/appeals/{id}/" + m[1]
		out = append(out, ruled{"POST " + path, http.MethodPost, path, true, desk.MayReview})
	}
	if len(out) < 100 {
		t.Fatalf("only %d routes were found", len(out))
	}
	return out
}

// source is a file of the program.
func source(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// whose says, for the beginning of every path that names an object, whose the
// object is:
//
//	claim    of the desk at which its claim is: another desk's people get 404
//	own      of the person: nobody else has it, so a stranger's id is 404
//	all      of the whole installation: the permission alone decides
//	secret   of whoever holds the secret in the address
//	public   of everybody
func whose() map[string]string {
	return map[string]string{
		"/desk/claims/{id}": "claim", "/desk/reviews/{id}": "claim", "/desk/requests/{id}": "claim",
		// Who had a part in a check does not decide an appeal; so the editors of all desks may.
		"/desk/appeals/{id}": "all",
		"/desk/bulk/{id}":    "own", "/desk/views/{id}": "own", "/desk/inbox/{id}": "all",
		"/desk/aside/{id}": "all", "/desk/bursts/{id}": "all", "/desk/after/imported/{id}": "all",
		"/desk/channels/{id}": "all", "/desk/denials/{id}": "all", "/desk/imports/{id}": "all", "/desk/bodies/{id}": "all", "/desk/calendars/{id}": "all", "/desk/checklists/{id}": "all", "/desk/experts/{id}": "all",
		"/desk/outlets/{id}": "all", "/desk/feeds/{id}": "all", "/desk/press/{id}": "all", "/desk/practice/{id}": "all", "/desk/explainers/{id}": "all",
		"/desk/exchange/peers/{id}": "all", "/desk/exchange/offered/{id}": "all", "/desk/exchange/{peer}/{kind}/{entry}": "all",
		"/desk/people/{id}": "all", "/desk/desks/{id}": "all", "/desk/copies/{sum}": "copy", "/desk/told/{code}": "secret",
		"/signin/link/{token}": "secret", "/t/{code}": "secret", "/appeals/t/{code}": "secret", "/r/{link}": "secret", "/expert/{token}": "secret",
		// The standing pages are the installation's; a person with seats alone may read the reports of their desks.
		"/desk/institution/{word}": "all", "/desk/reports/{period}": "all",
		"/subscribe/{link}": "secret", "/deadlines/{name}": "secret",
		"/topics/{topic}": "public", "/places/{place}": "public", "/archive/{month}": "public", "/bodies/{id}": "public", "/sitemap/{n}": "public", "/data/{name}": "public",
		"/digests/{name}": "public", "/embed/topic/{topic}": "public", "/embed/check/{id}": "public",
		"/checks/{id}": "public", "/appeals/{id}": "public", "/copies/{sum}": "public", "/explainers/{id}": "public", "/static/{name}": "public",
	}
}

// kindOf finds the entry of a path; "" for a path that names no object.
func kindOf(t *testing.T, path string) string {
	t.Helper()
	if !strings.Contains(path, "{") || path == "/{$}" {
		return ""
	}
	for prefix, kind := range whose() {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return kind
		}
	}
	t.Errorf("the table does not say whose the object of %s is", path)
	return "claim"
}

// twoDesks is a desk with two claims at Home and one at the district, and a
// person who may do everything at the district.
type twoDesks struct {
	*world
	ids               map[string]string // path parameters of Home's objects, by path prefix and name
	theirs            desk.ID           // claim of the district
	district          desk.ID
	everything, admin desk.Staff
	homeClaim         desk.ID
}

// furnishDesks makes the objects that are tried.
func furnishDesks(t *testing.T) *twoDesks {
	t.Helper()
	d := &twoDesks{world: &world{}, ids: map[string]string{}}
	d.desk, d.base = start(t, apptest.Options{})
	ctx, v := t.Context(), d.desk.Desk
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.admin = d.desk.Member(t, "the admin", desk.Admin)
	checker := d.desk.Member(t, "a checker of all", desk.Checker)
	b, err := v.SaveBranch(ctx, desk.As(d.admin), desk.Branch{Name: "Huyện"})
	must(err)
	d.district = b.ID
	var seats []desk.Seat
	for _, r := range desk.Roles() {
		seats = append(seats, desk.Seat{Desk: b.ID, Role: r})
	}
	d.everything, err = v.Invite(ctx, desk.As(d.admin), "everything at the district", "en", seats...)
	must(err)
	home := d.ready(t, "203.0.113.7", "Nước máy ở tỉnh có chì", checker)
	d.homeClaim = home
	p, err := v.ClaimPage(ctx, desk.As(checker), home)
	must(err)
	note, err := v.AddNote(ctx, desk.As(checker), home, "Đã gọi cho sở")
	must(err)
	d.ids["/desk/claims/{id}"], d.ids["{evidence}"], d.ids["{note}"] = string(home), string(p.Evidence[0].ID), string(note.ID)
	review, err := v.Submit(ctx, desk.As(checker), desk.Proposal{Claim: home, DraftVersion: p.Draft.Version})
	must(err)
	d.ids["/desk/reviews/{id}"] = string(review.ID)
	d.furnishMore(t, checker, home, review.ID)
	_, err = v.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: "district", Text: "Cầu ở huyện sắp sập", Folded: []byte("district-district-district-distr"), Lang: "vi", Decision: "new", Desk: b.ID})
	must(err)
	d.theirs = d.claimOf(t, "Cầu ở huyện sắp sập")
	return d
}

// furnishMore gives Home what hangs on a claim or belongs to a person: a
// request to a body, a comment of a reviewer, a saved view and a bulk action.
func (d *twoDesks) furnishMore(t *testing.T, checker desk.Staff, home, review desk.ID) {
	t.Helper()
	ctx, v := t.Context(), d.desk.Desk
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	editor := desk.As(d.desk.Member(t, "an editor of all", desk.Editor))
	b, err := v.SaveBody(ctx, editor, desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Xây dựng"}), Kind: desk.BodyAgency, Mail: "vp@sxd.example", Lang: "vi", Calendars: []desk.ID{desk.VietnamCalendar}})
	must(err)
	id := desk.NewID()
	_, err = v.AskBody(ctx, desk.As(checker), desk.NewRequest{ID: id, Claim: home, Body: b.ID, Question: "Có đúng không?", Plan: "Sẽ đăng.", Link: desk.RequestLinkHash(desk.NewRequestLink([]byte("a key of thirty-two bytes or more"), id, 1))})
	must(err)
	comment, err := v.AddComment(ctx, editor, review, desk.NewComment{Lang: "vi", Field: "summary", Text: "Nguồn nào?"})
	must(err)
	view, err := v.SaveView(ctx, desk.As(checker), "Của tôi", desk.QueueFilter{Topic: "health"}, false)
	must(err)
	bulk, err := v.DoBulk(ctx, desk.As(checker), desk.BulkDo{Kind: desk.BulkAssign, To: checker.ID, Items: []desk.BulkRow{{Claim: home}}})
	must(err)
	d.ids["/desk/requests/{id}"], d.ids["{comment}"], d.ids["/desk/views/{id}"], d.ids["/desk/bulk/{id}"] = string(id), string(comment.ID), string(view.ID), string(bulk.ID)
}

// at fills the objects of Home into a path; what Home has none of is an id
// that nobody has.
func (d *twoDesks) at(path string) string {
	for prefix, id := range d.ids {
		if strings.HasPrefix(prefix, "/") && (path == prefix || strings.HasPrefix(path, prefix+"/")) {
			path = strings.TrimSuffix(prefix, "{id}") + id + strings.TrimPrefix(path, prefix)
		}
	}
	return regexp.MustCompile(`\{[^}]+\}`).ReplaceAllStringFunc(path, func(p string) string {
		if id := d.ids[p]; id != "" {
			return id
		}
		return string(desk.NewID())
	})
}

// signedIn is a member of staff with a program.
func (d *twoDesks) signedIn(t *testing.T, s desk.Staff) *person {
	t.Helper()
	p := d.person(t, "203.0.113.9")
	p.enter(d.desk.Link(t, s))
	return p
}

// try asks for a route with an empty form.
func (p *person) try(r ruled, path string) int {
	p.t.Helper()
	if r.method == http.MethodGet {
		return p.get(path).status
	}
	return p.post(path, filled(r.path)).status
}

// filled is a form that gets as far as the object.
func filled(path string) url.Values {
	form := url.Values{"text": {"x"}, "note": {"x"}, "words": {"x"}, "version": {"1"}, "do": {"settle"}}
	for end, do := range map[string]string{"/{kept}": "drop", "/{opinion}": "end", "/{media}": "no", "/{evidence}": "retire"} {
		if strings.HasSuffix(path, end) {
			form.Set("do", do)
		}
	}
	return form
}

// TestRightsOfRoutes tries every route of the pages as a stranger, as every
// role without the permission, and as a person who may do everything at
// another desk.
func TestRightsOfRoutes(t *testing.T) {
	began := time.Now()
	d, rules := furnishDesks(t), rulesOf(t)
	t.Run("strangers", func(t *testing.T) { strangersGetNowhere(t, d, rules) })
	t.Run("roles", func(t *testing.T) { rolesGetNoFurther(t, d, rules) })
	t.Run("another desk", func(t *testing.T) { otherDesksSeeNothing(t, d, rules) })
	t.Run("another claim", func(t *testing.T) { childrenStayWithTheirClaim(t, d, rules) })
	t.Run("programs", func(t *testing.T) { programsNeedAKey(t, d) })
	t.Logf("%d routes, %.1f s", len(rules), time.Since(began).Seconds())
}

// strangersGetNowhere: a page of staff leads to signing in, a form is refused.
func strangersGetNowhere(t *testing.T, d *twoDesks, rules []ruled) {
	for _, r := range rules {
		kind := kindOf(t, r.path)
		if !r.staff {
			if kind == "secret" {
				p := d.person(t, "203.0.113.21")
				got := p.try(r, d.at(r.path))
				if got == http.StatusOK && r.pattern == "POST /subscribe/{link}/leave" {
					continue // leaving says the same whether there was something to leave or not, and does nothing here
				}
				if !slices.Contains([]int{404, 410, 429}, got) {
					t.Errorf("%s with a made-up secret: %d", r.pattern, got)
				}
			}
			continue
		}
		p, want := d.person(t, "203.0.113.22"), http.StatusUnauthorized
		if r.method == http.MethodGet {
			want = http.StatusSeeOther
		}
		if got := p.try(r, d.at(r.path)); got != want {
			t.Errorf("%s as a stranger: %d, want %d", r.pattern, got, want)
		}
	}
}

// rolesGetNoFurther: without the permission 403, whatever the object; and
// what is there is shown to whoever may see it, so that the refusals mean
// something.
func rolesGetNoFurther(t *testing.T, d *twoDesks, rules []ruled) {
	for _, role := range desk.Roles() {
		s := d.desk.Member(t, "only "+string(role), role)
		p := d.signedIn(t, s)
		for _, r := range rules {
			if !r.staff || r.may == "" {
				continue
			}
			path, allowed := d.at(r.path), desk.As(s).May(r.may)
			switch {
			case !allowed:
				if got := p.try(r, path); got != http.StatusForbidden {
					t.Errorf("%s as %s: %d, want 403", r.pattern, role, got)
				}
			case r.method == http.MethodGet && (r.path == "/desk/claims/{id}" || r.path == "/desk/reviews/{id}" || r.path == "/desk/claims/{id}/tips" || r.path == "/desk/requests/{id}"):
				if got := p.get(path).status; got != http.StatusOK {
					t.Errorf("%s as %s: %d, want 200", r.pattern, role, got)
				}
			}
		}
	}
}

// otherDesksSeeNothing: every role at the district grants nothing on an
// object of Home.
func otherDesksSeeNothing(t *testing.T, d *twoDesks, rules []ruled) {
	p := d.signedIn(t, d.everything)
	if got := p.get("/desk/claims/" + string(d.theirs)).status; got != http.StatusOK {
		t.Fatalf("their own claim: %d", got)
	}
	for _, r := range rules {
		if !r.staff {
			continue
		}
		want := 0
		switch kind := kindOf(t, r.path); {
		case r.may == desk.MayManage:
			want = http.StatusForbidden
		case kind == "claim", kind == "own", kind == "copy":
			want = http.StatusNotFound
		}
		if want == 0 {
			continue
		}
		if got := p.try(r, d.at(r.path)); got != want {
			t.Errorf("%s of another desk: %d, want %d", r.pattern, got, want)
		}
	}
	if after := d.view(t, d.homeClaim); after.Claim.State != desk.ClaimOpen || after.Claim.Review == "" {
		t.Errorf("something happened to the claim: %+v", after.Claim)
	}
	admin := d.signedIn(t, d.everything)
	for _, path := range []string{"/desk/people/" + string(d.admin.ID), "/desk/people/" + string(d.admin.ID) + "/leave"} {
		r := ruled{method: http.MethodGet}
		if strings.HasSuffix(path, "leave") {
			r.method = http.MethodPost
		}
		if got := admin.try(r, path); got != http.StatusNotFound {
			t.Errorf("%s as the admin of a desk: %d, want 404", path, got)
		}
	}
}

// childrenStayWithTheirClaim: an object of Home's claim is not reached by the
// address of one's own.
func childrenStayWithTheirClaim(t *testing.T, d *twoDesks, rules []ruled) {
	p := d.signedIn(t, d.everything)
	for _, r := range rules {
		rest, ok := strings.CutPrefix(r.path, "/desk/claims/{id}/")
		if !ok || !strings.Contains(rest, "{") {
			continue
		}
		path, want := d.at("/desk/claims/"+string(d.theirs)+"/"+rest), http.StatusNotFound
		if strings.HasSuffix(rest, "/capture") {
			want = http.StatusConflict // this desk keeps no copies
		}
		if got := p.try(r, path); got != want {
			t.Errorf("%s with one's own claim and another's object: %d, want %d", r.pattern, got, want)
		}
	}
}

// programsNeedAKey: the API answers nobody without a key, with a made-up key,
// or with the session of a member of staff; only its description is public.
func programsNeedAKey(t *testing.T, d *twoDesks) {
	lines := regexp.MustCompile(`\{"((GET|POST) (/api/[^"]+))", (free|needsKey)`).FindAllStringSubmatch(source(t, "../api/api.go"), -1)
	if len(lines) < 4 {
		t.Fatalf("%d routes of the API were found", len(lines))
	}
	staff := d.signedIn(t, d.admin)
	for _, m := range lines {
		want := http.StatusUnauthorized
		if m[4] == "free" {
			want = http.StatusOK
		}
		forged := d.person(t, "203.0.113.31")
		forged.header.Set("Authorization", "Bearer soi_"+strings.Repeat("a", 43))
		for who, p := range map[string]*person{"nobody": d.person(t, "203.0.113.30"), "a made-up key": forged, "an admin's cookie": staff} {
			if got := p.do(m[2], d.at(m[3]), "application/json", "{}").status; got != want {
				t.Errorf("%s as %s: %d, want %d", m[1], who, got, want)
			}
		}
	}
}
