package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"soi/internal/claimreview/feeds"
	"soi/internal/desk"
	"soi/internal/digest"
)

// Subscribers is what the pages ask of the program about digests by mail. Nil: there are
// pages and feeds, and nobody can subscribe.
type Subscribers interface {
	// HasRelay reports whether mail can go out.
	HasRelay() bool
	// Seal seals an e-mail address and gives its keyed hash; nil for a text that
	// is none.
	Seal(address string) (hash, sealed []byte, err error)
}

// digestRoutes is the table of the public's pages about digests. Looking at any
// of them changes nothing, so programs that open links in mails do no harm.
func (s *Site) digestRoutes() []route {
	return []route{
		{pattern: "GET /digests", audience: Public, h: s.digests},
		{pattern: "GET /digests/{name}", audience: Public, h: s.digest},
		{pattern: "GET /subscribe", audience: Public, h: s.subscribeForm},
		{pattern: "POST /subscribe", audience: Public, body: bodySmall, keep: []string{"mail"}, h: s.subscribe},
		{pattern: "GET /subscribe/{link}", audience: Public, budget: budgetLookup, h: s.subscription},
		{pattern: "POST /subscribe/{link}", audience: Public, body: bodySmall, budget: budgetLookup, h: s.changeSubscription},
		{pattern: "GET /subscribe/{link}/leave", audience: Public, budget: budgetLookup, h: s.leaveForm},
		{pattern: "POST /subscribe/{link}/leave", audience: Public, body: bodySmall, h: s.leaveDigest},
	}
}

// digestWords gives the composer the sentences of one language.
type digestWords struct{ w *words }

// T implements digest.Words.
func (d digestWords) T(key string, pairs ...any) string { return d.w.t(key, pairs...) }

// N implements digest.Words.
func (d digestWords) N(key string, n int, pairs ...any) string { return d.w.n(key, n, pairs...) }

// Moment implements digest.Words.
func (d digestWords) Moment(e desk.Edition) string { return d.w.moment(e.Due) }

// Rating implements digest.Words.
func (d digestWords) Rating(r desk.Rating) string { return markOf(d.w, r).Word }

// compose reads and writes an edition for a subscription. by is the member of
// staff it is for; the program for everybody else.
func (s *Site) compose(ctx context.Context, e desk.Edition, sub desk.Subscription, by desk.Actor) (digest.Digest, error) {
	n, err := s.Desk.DigestFor(ctx, e, sub, s.Signed())
	if err != nil {
		return digest.Digest{}, err
	}
	if sub.Kind == desk.ForStaff {
		if n.Waiting, err = s.Desk.DigestWaiting(ctx, by, sub); err != nil {
			return digest.Digest{}, err
		}
	}
	w := s.books[s.deskLang(sub.Lang)]
	r := digest.Reader{Lang: w.lang, Desk: s.Config.Name, URL: s.Config.URL + "/" + w.lang, Staff: sub.Kind == desk.ForStaff}
	if len(sub.Link) > 0 {
		r.Leave = DigestChoices(s.Config.URL, w.lang, s.Config.Key, sub.ID) + "/leave"
	}
	return digest.Compose(n, r, digestWords{w}), nil
}

// Digest composes an edition for whoever a message is for, as it is public now.
func (s *Site) Digest(ctx context.Context, m desk.ToSend) (digest.Digest, error) {
	by := desk.Program()
	if m.Subscription.Kind == desk.ForStaff {
		by, m.Subscription.Lang = desk.As(m.Staff), m.Staff.Lang
	}
	return s.compose(ctx, m.Edition, m.Subscription, by)
}

// ConfirmDigest writes the mail that asks an address whether it wants digests,
// or sends its link to one that has them.
func (s *Site) ConfirmDigest(sub desk.Subscription) (title, text string) {
	w := s.books[s.deskLang(sub.Lang)]
	link := DigestChoices(s.Config.URL, w.lang, s.Config.Key, sub.ID)
	if sub.State == desk.SubscriptionOn {
		return w.t("digest.again.title", "Desk", s.Config.Name), w.t("digest.again.text", "Desk", s.Config.Name, "Link", link)
	}
	return w.t("digest.confirm.title", "Desk", s.Config.Name), w.t("digest.confirm.text", "Desk", s.Config.Name, "Link", link)
}

// DigestChoices is the page on which the holder of a subscription chooses
// topics; key is that of the site.
func DigestChoices(url, lang string, key []byte, id desk.ID) string {
	return url + "/" + lang + subscribePath + desk.NewDigestLink(key, id)
}

// ChatDigest is a digest for a chat, at most so many characters, and the label
// of the button that ends it.
func (s *Site) ChatDigest(ctx context.Context, m desk.ToSend, most int) (title, text, end string, err error) {
	d, err := s.Digest(ctx, m)
	if err != nil {
		return "", "", "", err
	}
	return d.Title, d.Chat(most), s.books[s.deskLang(m.Subscription.Lang)].t("digest.chat.end"), nil
}

// editionRow is an edition in a list.
type editionRow struct {
	desk.Edition
	Path string
}

// digestsPage lists the editions.
type digestsPage struct {
	List    []editionRow
	Hours   []string
	Zone    string
	Next    time.Time
	Older   string
	CanMail bool
}

// head implements page.
func (digestsPage) head(w *words) head {
	return head{Title: w.t("digests.title"), Description: w.t("digests.lead"), Section: "digests"}
}

// digests answers GET /digests.
func (s *Site) digests(v *visit) (answer, error) {
	f := desk.EditionFilter{Limit: pageSize + 1}
	if ms, err := strconv.ParseInt(v.query("before"), 10, 64); err == nil {
		f.Before = time.UnixMilli(ms)
	}
	es, err := s.Desk.Editions(v.Context(), f)
	if err != nil {
		return answer{}, err
	}
	p := digestsPage{CanMail: s.canSubscribe()}
	if len(es) > pageSize {
		es = es[:pageSize]
		p.Older = v.with("before", strconv.FormatInt(es[pageSize-1].Due.UnixMilli(), 10))
	}
	for _, e := range es {
		p.List = append(p.List, editionRow{e, "/digests/" + e.Name()})
	}
	plan, cal, err := s.Desk.DigestPlan(v.Context())
	if err != nil {
		return answer{}, err
	}
	for _, m := range plan.Minutes {
		p.Hours = append(p.Hours, clockOf(m))
	}
	p.Zone = plan.Zone
	if p.Zone == "" {
		p.Zone = s.Config.Zone.String()
	}
	p.Next, _ = plan.Next(s.Desk.Now(), s.Config.Zone, cal)
	return show("digests", p).fresh(), nil
}

// digestPage is the public edition.
type digestPage struct {
	digest.Digest
	Due     time.Time
	CanMail bool
	Staff   bool // a preview for the person who looks, on the desk
}

// head implements page.
func (p digestPage) head(w *words) head {
	return head{Title: p.Title, Section: "digests"}
}

// editionOf reads DAY-N.
func editionOf(name string) (day string, n int) {
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return "", 0
	}
	n, err := strconv.Atoi(name[i+1:])
	if _, bad := time.Parse(time.DateOnly, name[:i]); err != nil || bad != nil || strconv.Itoa(n) != name[i+1:] {
		return "", 0
	}
	return name[:i], n
}

// digest answers GET /digests/{name}.
func (s *Site) digest(v *visit) (answer, error) {
	day, n := editionOf(v.PathValue("name"))
	e, err := s.Desk.EditionNamed(v.Context(), day, n)
	if err != nil {
		return answer{}, err
	}
	d, err := s.compose(v.Context(), e, desk.Subscription{Kind: desk.ForPublic, Lang: v.lang}, desk.Program())
	if err != nil {
		return answer{}, err
	}
	return show("digest", digestPage{Digest: d, Due: e.Due, CanMail: s.canSubscribe()}).fresh(), nil
}

// digestNotices are the newest editions for feeds, each with what it says.
func (s *Site) digestNotices(v *visit) ([]feeds.Notice, error) {
	es, err := s.Desk.Editions(v.Context(), desk.EditionFilter{Limit: digestsFed})
	if err != nil {
		return nil, err
	}
	var out []feeds.Notice
	for _, e := range es {
		d, err := s.compose(v.Context(), e, desk.Subscription{Kind: desk.ForPublic, Lang: v.lang}, desk.Program())
		if err != nil {
			return nil, err
		}
		at := s.Config.URL + tongue{v.lang, "/" + v.lang}.url("/digests/"+e.Name())
		out = append(out, feeds.Notice{ID: at, URL: at, Title: d.Title, Summary: summaryOf(d), Lang: v.lang, Published: e.Made})
	}
	return out, nil
}

// digestsFed is how many editions a feed carries: a week of two a day.
const digestsFed = 14

// summaryOf is what an edition says in a few lines.
func summaryOf(d digest.Digest) string {
	if d.Nothing != "" {
		return d.Nothing
	}
	var lines []string
	for _, sec := range d.Sections {
		for _, l := range sec.Lines {
			if l.Mark != "" {
				l.Text = l.Mark + ": " + l.Text
			}
			lines = append(lines, sec.Title+" · "+l.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// canSubscribe reports whether anybody can subscribe by mail.
func (s *Site) canSubscribe() bool { return s.Subscribers != nil && s.Subscribers.HasRelay() }

// subscribePath is where personal links lead; the secret follows.
const subscribePath = "/subscribe/"

// purposeSubscribe names the form in challenges.
const purposeSubscribe = "subscribe"

// interestForm is the choices of language and interests, as a form shows them.
type interestForm struct {
	Lang   string
	Topics []string
	Places []string
}

// AllTopics, AllPlaces and LangCodes are what can be chosen.
func (interestForm) AllTopics() []string { return desk.Topics() }

// AllPlaces are the places that can be chosen.
func (interestForm) AllPlaces() []desk.Locality { return desk.Localities() }

// LangCodes are the languages of digests.
func (interestForm) LangCodes() []string { return written() }

// HasTopic reports whether a topic is chosen.
func (f interestForm) HasTopic(t string) bool { return slices.Contains(f.Topics, t) }

// HasPlace reports whether a place is chosen.
func (f interestForm) HasPlace(p string) bool { return slices.Contains(f.Places, p) }

// interestsOf reads the choices of a form.
func interestsOf(v *visit) interestForm {
	return interestForm{Lang: v.field("lang"), Topics: v.PostForm["topic"], Places: v.PostForm["place"]}
}

// subscribePage is the form by which anybody subscribes.
type subscribePage struct {
	interestForm
	Form      string
	Challenge string
	Worker    string
	Mail      string
	CanMail   bool
	Notice    *troublePage
	Done      bool // a mail is on its way
}

// head implements page.
func (p subscribePage) head(w *words) head {
	return head{Title: w.t("subscribe.title"), Description: w.t("subscribe.lead"), Section: "digests", Private: p.Done || p.Notice != nil}
}

// freshSubscribe is the form with what it needs.
func (s *Site) freshSubscribe(f interestForm) (p subscribePage, err error) {
	p = subscribePage{interestForm: f, Form: newForm(), CanMail: s.canSubscribe()}
	p.Challenge = s.pow.challenge(purposeSubscribe, p.Form)
	p.Worker, err = s.assetURL("work.js")
	return p, err
}

// subscribeForm answers GET /subscribe.
func (s *Site) subscribeForm(v *visit) (answer, error) {
	p, err := s.freshSubscribe(interestForm{Lang: v.writes()})
	return show("subscribe", p), err
}

// subscribe answers POST /subscribe. It says the same whatever the desk knows
// of the address. A filled trap is answered in the same way, and nothing is
// done.
func (s *Site) subscribe(v *visit) (answer, error) {
	f, mail := interestsOf(v), v.field("mail")
	form := v.field("form")
	if !validForm(form) {
		form = newForm()
	}
	err := s.laneOf(v, purposeSubscribe, form, mail)
	if err == nil && v.field("homepage") == "" {
		err = s.putDown(v, desk.Subscription{Kind: desk.ForPublic, Lang: f.Lang, Topics: f.Topics, Places: f.Places}, mail, desk.Program())
	}
	if err == nil {
		return show("subscribe", subscribePage{Done: true, CanMail: true}), nil
	}
	t := troubleOf(err)
	if t.code == "internal" {
		return answer{}, err
	}
	p, pageErr := s.freshSubscribe(f)
	if pageErr != nil {
		return answer{}, pageErr
	}
	note := s.told(route{}, v, err)
	p.Mail, p.Notice = mail, &note
	a := show("subscribe", p).as(t.status)
	a.retry = t.retry
	return a, nil
}

// putDown hands an address to the desk, sealed.
func (s *Site) putDown(v *visit, sub desk.Subscription, mail string, by desk.Actor) error {
	if !s.canSubscribe() {
		return desk.ErrState
	}
	hash, sealed, err := s.Subscribers.Seal(mail)
	if err == nil && sealed == nil {
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadMail}}
	}
	if err != nil {
		return err
	}
	sub.ID, sub.Channel, sub.Hash, sub.Address = desk.NewID(), desk.ByMail, hash, sealed
	sub.Link = desk.DigestLinkHash(desk.NewDigestLink(s.Config.Key, sub.ID))
	return s.Desk.AskDigest(v.Context(), by, sub)
}

// subscriptionPage is the page behind a personal link.
type subscriptionPage struct {
	interestForm
	Link     string
	Waiting  bool // not confirmed yet
	Leaving  bool
	Left     bool
	Gone     bool
	Saved    bool
	Problems []string
}

// head implements page.
func (p subscriptionPage) head(w *words) head {
	title := "subscription.title"
	switch {
	case p.Gone || p.Left:
		title = "subscription.gone.title"
	case p.Leaving:
		title = "subscription.leave.title"
	case p.Waiting:
		title = "subscription.confirm.title"
	}
	return head{Title: w.t(title), Section: "digests", Private: true}
}

// digestLink is what the desk knows of the link in the address.
func (v *visit) digestLink() []byte { return desk.DigestLinkHash(v.PathValue("link")) }

// subscriptionAt finds the subscription of the link and its page.
func (s *Site) subscriptionAt(v *visit) (subscriptionPage, error) {
	sub, err := s.Desk.SubscriptionByLink(v.Context(), v.digestLink())
	return subscriptionPage{interestForm: interestForm{sub.Lang, sub.Topics, sub.Places}, Link: v.PathValue("link"),
		Waiting: sub.State == desk.SubscriptionWaiting}, err
}

// orGone turns a link that leads nowhere into its page.
func orGone(p subscriptionPage, err error) (answer, error) {
	if errors.Is(err, desk.ErrNotFound) {
		return show("subscription", subscriptionPage{Gone: true}).as(http.StatusGone), nil
	}
	return show("subscription", p), err
}

// subscription answers GET /subscribe/{link}.
func (s *Site) subscription(v *visit) (answer, error) {
	p, err := s.subscriptionAt(v)
	p.Saved = v.query("saved") != ""
	return orGone(p, err)
}

// leaveForm answers GET /subscribe/{link}/leave with a button: many programs
// open the links of a mail before its reader does.
func (s *Site) leaveForm(v *visit) (answer, error) {
	p, err := s.subscriptionAt(v)
	p.Leaving = true
	return orGone(p, err)
}

// leaveDigest answers POST /subscribe/{link}/leave, from the page's button or from a
// mail program (RFC 8058). Leaving twice says the same.
func (s *Site) leaveDigest(v *visit) (answer, error) {
	err := s.Desk.LeaveDigest(v.Context(), desk.Program(), v.digestLink())
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return answer{}, err
	}
	return show("subscription", subscriptionPage{Left: true}), nil
}

// changeSubscription answers POST /subscribe/{link}: the yes, or other choices.
func (s *Site) changeSubscription(v *visit) (answer, error) {
	var err error
	if v.field("do") == "confirm" {
		err = s.Desk.ConfirmDigest(v.Context(), desk.Program(), v.digestLink())
	} else {
		f := interestsOf(v)
		err = s.Desk.ChangeDigest(v.Context(), desk.Program(), v.digestLink(), f.Lang, f.Topics, f.Places)
	}
	if err == nil {
		return redirect(v.tongue.url(subscribePath+v.PathValue("link")) + "?saved=yes"), nil
	}
	if ps := v.words.problems(err); len(ps) > 0 {
		p, err := s.subscriptionAt(v)
		p.Problems = ps
		a, err := orGone(p, err)
		return a.as(http.StatusUnprocessableEntity), err
	}
	return orGone(subscriptionPage{}, err)
}
