package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
)

// deskDigestRoutes is the table of the staff's page about digests.
func (s *Site) deskDigestRoutes() []route {
	return []route{
		{pattern: "GET /desk/digests", audience: Staff, may: desk.MayRead, h: s.deskDigests},
		{pattern: "GET /desk/digests/preview", audience: Staff, may: desk.MayRead, h: s.previewDigest},
		{pattern: "POST /desk/digests/mine", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.setMyDigest},
		{pattern: "POST /desk/digests/plan", audience: Staff, may: desk.MayManage, body: bodySmall, keep: []string{"hours", "zone"}, h: s.setDigestPlan},
		{pattern: "POST /desk/digests/invite", audience: Staff, may: desk.MayBodies, body: bodySmall, keep: []string{"mail"}, h: s.inviteToDigest},
		{pattern: "POST /desk/digests/end", audience: Staff, may: desk.MayBodies, body: bodySmall, h: s.endDigest},
	}
}

// house is a body or an outlet with its name.
type house struct {
	ID   desk.ID
	Kind desk.SubscriptionKind
	Name string
}

// houseRow is a subscription that was entered for a house.
type houseRow struct {
	ID   desk.ID
	Kind desk.SubscriptionKind
	Name string
	On   bool
	At   time.Time
}

// editionState is an edition with how far its sending is.
type editionState struct {
	editionRow
	Sent, Waiting, Failed int
}

// deskDigestsPage is the staff's page about digests.
type deskDigestsPage struct {
	Mine      interestForm
	On        bool // the person has a digest
	Address   bool // … and an address it can go to
	Relay     bool
	Counts    []kindCount
	Houses    []houseRow
	Choices   []house
	Editions  []editionState
	Calendars []desk.Calendar
	Hours     string
	Zone      string
	Days      []time.Weekday
	Calendar  desk.ID
	Next      time.Time
	Mail      string // of an invitation that was refused
	MayPlan   bool
	MayInvite bool
	Saved     string
	Problems  []string
}

// kindCount is how many receive digests of a kind.
type kindCount struct {
	Kind    desk.SubscriptionKind
	On      int
	Waiting int
}

// head implements page.
func (deskDigestsPage) head(w *words) head {
	return head{Title: w.t("desk-digests.title"), Section: "desk", Private: true}
}

// Weekdays are the days of the week, Monday first.
func (deskDigestsPage) Weekdays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// HasDay reports whether editions are made on a day of the week.
func (p deskDigestsPage) HasDay(d time.Weekday) bool {
	return len(p.Days) == 0 || slices.Contains(p.Days, d)
}

// DayKey names a day of the week in forms and words: 1 for Monday to 7.
func (deskDigestsPage) DayKey(d time.Weekday) int { return (int(d)+6)%7 + 1 }

// deskDigests answers GET /desk/digests.
func (s *Site) deskDigests(v *visit) (answer, error) {
	p, err := s.deskDigestsPage(v)
	p.Saved = v.query("saved")
	if !slices.Contains([]string{"mine", "plan", "invite", "end"}, p.Saved) {
		p.Saved = ""
	}
	return show("desk/digests", p), err
}

// deskDigestsPage reads everything the page shows.
func (s *Site) deskDigestsPage(v *visit) (p deskDigestsPage, err error) {
	ctx, by := v.Context(), v.actor()
	p = deskDigestsPage{Relay: s.canSubscribe(), MayPlan: by.May(desk.MayManage), MayInvite: by.May(desk.MayBodies)}
	mine, on, err := s.Desk.StaffDigest(ctx, by)
	if err != nil {
		return p, err
	}
	p.Mine, p.On = interestForm{Topics: mine.Topics, Places: mine.Places}, on
	mails, err := s.Desk.MailPlanOf(ctx, by)
	if err != nil {
		return p, err
	}
	p.Address = len(mails.Address) > 0
	if err := s.digestPlanInto(ctx, by, &p); err != nil {
		return p, err
	}
	if err := s.digestReadersInto(v, &p); err != nil {
		return p, err
	}
	es, err := s.Desk.Editions(ctx, desk.EditionFilter{Limit: 10})
	for _, e := range es {
		n, err := s.Desk.DigestCounts(ctx, e.ID)
		if err != nil {
			return p, err
		}
		p.Editions = append(p.Editions, editionState{editionRow{e, "/digests/" + e.Name()}, n[desk.NoticeSent],
			n[desk.NoticeWaiting] + n[desk.NoticeSending] + n[desk.NoticeUnknown], n[desk.NoticeFailed]})
	}
	return p, err
}

// digestPlanInto fills in when editions are made.
func (s *Site) digestPlanInto(ctx context.Context, by desk.Actor, p *deskDigestsPage) error {
	plan, cal, err := s.Desk.DigestPlan(ctx)
	if err != nil {
		return err
	}
	var hours []string
	for _, m := range plan.Minutes {
		hours = append(hours, clockOf(m))
	}
	p.Hours, p.Zone, p.Days, p.Calendar = strings.Join(hours, ", "), cmp.Or(plan.Zone, s.Config.Zone.String()), plan.Days, plan.Calendar
	p.Next, _ = plan.Next(s.Desk.Now(), s.Config.Zone, cal)
	p.Calendars, err = s.Desk.Calendars(ctx, by)
	p.Calendars = slices.DeleteFunc(p.Calendars, func(c desk.Calendar) bool { return !c.Removed.IsZero() })
	return err
}

// digestReadersInto fills in who receives digests, and for which houses.
func (s *Site) digestReadersInto(v *visit, p *deskDigestsPage) error {
	readers, err := s.Desk.DigestReaders(v.Context(), v.actor())
	if err != nil {
		return err
	}
	for _, k := range desk.SubscriptionKinds() {
		p.Counts = append(p.Counts, kindCount{k, readers.Counts[k][desk.SubscriptionOn], readers.Counts[k][desk.SubscriptionWaiting]})
	}
	names := map[desk.ID]string{}
	bodies, err := s.Desk.Bodies(v.Context())
	if err != nil {
		return err
	}
	for _, b := range bodies {
		names[b.ID] = b.Names.In(v.lang)
		if b.Removed.IsZero() {
			p.Choices = append(p.Choices, house{b.ID, desk.ForBody, names[b.ID]})
		}
	}
	outlets, err := s.Desk.Outlets(v.Context())
	if err != nil {
		return err
	}
	for _, o := range outlets {
		names[o.ID] = o.Name
		if o.Removed.IsZero() {
			p.Choices = append(p.Choices, house{o.ID, desk.ForPress, o.Name})
		}
	}
	for _, h := range readers.Houses {
		p.Houses = append(p.Houses, houseRow{h.ID, h.Kind, names[h.House], h.State == desk.SubscriptionOn, h.Asked})
	}
	return nil
}

// digestsAgain shows the page with what a form left to say.
func (s *Site) digestsAgain(v *visit, err error, change func(*deskDigestsPage)) (answer, error) {
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	p, err := s.deskDigestsPage(v)
	p.Problems = ps
	change(&p)
	return show("desk/digests", p).as(http.StatusUnprocessableEntity), err
}

// digestsSaved leads back to the page.
func digestsSaved(v *visit, what string) (answer, error) {
	return redirect(v.tongue.url("/desk/digests") + "?saved=" + what), nil
}

// setMyDigest switches the person's own digest on or off.
func (s *Site) setMyDigest(v *visit) (answer, error) {
	f := interestsOf(v)
	err := s.Desk.SetStaffDigest(v.Context(), v.actor(), v.field("do") != "off", f.Topics, f.Places)
	if err != nil {
		return s.digestsAgain(v, err, func(p *deskDigestsPage) { p.Mine = f })
	}
	return digestsSaved(v, "mine")
}

// digestHours reads the hours of a form: 07:30, 15:30.
func digestHours(s string) (out []int, err error) {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) }) {
		m, ok := minuteOf(part)
		if !ok {
			return nil, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
		}
		out = append(out, m)
	}
	return out, nil
}

// setDigestPlan changes when editions are made.
func (s *Site) setDigestPlan(v *visit) (answer, error) {
	plan := desk.DigestPlan{Zone: v.field("zone"), Calendar: desk.ID(v.field("calendar"))}
	var err error
	if plan.Minutes, err = digestHours(v.field("hours")); err == nil {
		for _, d := range (deskDigestsPage{}).Weekdays() {
			if slices.Contains(v.PostForm["day"], string(rune('0'+(deskDigestsPage{}).DayKey(d)))) {
				plan.Days = append(plan.Days, d)
			}
		}
		if len(plan.Days) == 0 {
			plan.Minutes = nil // no day is ticked: no digests
		}
		if plan.Zone == s.Config.Zone.String() {
			plan.Zone = ""
		}
		err = s.Desk.SetDigestPlan(v.Context(), v.actor(), plan)
	}
	if err != nil {
		return s.digestsAgain(v, err, func(p *deskDigestsPage) {
			p.Hours, p.Zone, p.Days, p.Calendar = v.field("hours"), v.field("zone"), plan.Days, plan.Calendar
		})
	}
	return digestsSaved(v, "plan")
}

// inviteToDigest puts an address of a house down; the address itself says yes
// by the link it is sent.
func (s *Site) inviteToDigest(v *visit) (answer, error) {
	p := deskDigestsPage{}
	err := s.digestReadersInto(v, &p)
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(p.Choices, func(h house) bool { return string(h.ID) == v.field("house") })
	if i < 0 {
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	} else {
		err = s.putDown(v, desk.Subscription{Kind: p.Choices[i].Kind, House: p.Choices[i].ID, Lang: v.field("lang")}, v.field("mail"), v.actor())
	}
	if err != nil {
		return s.digestsAgain(v, err, func(p *deskDigestsPage) { p.Mail = v.field("mail") })
	}
	return digestsSaved(v, "invite")
}

// endDigest ends the subscription of a house.
func (s *Site) endDigest(v *visit) (answer, error) {
	if err := s.Desk.EndDigest(v.Context(), v.actor(), desk.ID(v.field("id"))); err != nil {
		return answer{}, err
	}
	return digestsSaved(v, "end")
}

// previewDigest shows what the next edition would tell the person now; nothing
// is stored or sent.
func (s *Site) previewDigest(v *visit) (answer, error) {
	e, err := s.Desk.PreviewEdition(v.Context(), s.Signed(), s.Config.Zone)
	if err != nil {
		return answer{}, err
	}
	mine, _, err := s.Desk.StaffDigest(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	mine.Kind, mine.Lang = desk.ForStaff, v.writes()
	d, err := s.compose(v.Context(), e, mine, v.actor())
	return show("desk/digest", digestPage{Digest: d, Due: e.Due, Staff: true}), err
}
