package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
)

// bellPage lists what a person is told, newest first.
type bellPage struct {
	Rows   []bellRow
	Unread int
	Older  string
}

// bellRow is one notification in words.
type bellRow struct {
	desk.Notification
	Say   string
	Claim desk.Claim
	URL   string
}

// head implements page.
func (p bellPage) head(w *words) head {
	return head{Title: w.t("bell.title"), Section: "desk", Private: true}
}

// bellAPage is how many notifications one page lists.
const bellAPage = 50

// notifications shows the person's own notifications.
func (s *Site) notifications(v *visit) (answer, error) {
	f := desk.NotificationFilter{Limit: bellAPage + 1}
	if n, err := strconv.ParseInt(v.query("before"), 10, 64); err == nil {
		f.Before = n
	}
	b, err := s.Desk.Bell(v.Context(), v.actor(), f)
	if err != nil {
		return answer{}, err
	}
	p := bellPage{}
	if p.Unread, err = s.Desk.Unread(v.Context(), v.actor()); err != nil {
		return answer{}, err
	}
	if len(b.List) > bellAPage {
		b.List = b.List[:bellAPage]
		p.Older = v.with("before", strconv.FormatInt(b.List[bellAPage-1].Event, 10))
	}
	for _, n := range b.List {
		p.Rows = append(p.Rows, bellRow{n, v.words.told(n, b.Names), b.Claims[n.Claim], v.tongue.url("/desk/claims/" + string(n.Claim) + toldPart(n.Kind))})
	}
	return show("desk/notifications", p), nil
}

// told says what a notification tells.
func (w *words) told(n desk.Notification, names map[desk.ID]string) string {
	return w.t("told."+string(n.Kind), "Name", cmp.Or(names[n.Actor], w.t("desk.program")))
}

// toldPart is the part of the claim's page that a notification is about.
func toldPart(k desk.NotificationKind) string {
	switch k {
	case desk.ToldMention:
		return "#notes"
	case desk.ToldDraft, desk.ToldReturned:
		return "#draft"
	case desk.ToldApproved:
		return "#published"
	}
	return ""
}

// readNotifications marks one, or all, as read. From a link of the list it
// leads on to the claim.
func (s *Site) readNotifications(v *visit) (answer, error) {
	one := desk.ID(v.field("id"))
	if v.field("id") != "" && !one.Valid() {
		return answer{}, desk.ErrNotFound
	}
	if err := s.Desk.ReadNotifications(v.Context(), v.actor(), one, ""); err != nil {
		return answer{}, err
	}
	if claim := desk.ID(v.field("claim")); claim.Valid() {
		return v.toClaim(claim, toldPart(desk.NotificationKind(v.field("kind")))), nil
	}
	return redirect(v.tongue.url("/desk/notifications")), nil
}

// bell is how many notifications the masthead says are unread. A page does not
// fail for it.
func (s *Site) bell(v *visit) int {
	if v.staff.ID == "" || s.Desk == nil {
		return 0
	}
	n, err := s.Desk.Unread(v.Context(), v.actor())
	if err != nil {
		s.Logger.Warn("notifications were not counted", "cause", err)
	}
	return n
}

// mailPage is how a person wants to be told by mail.
type mailPage struct {
	Plan     desk.MailPlan
	Address  string
	From, To string // quiet hours as clock times
	Relay    bool   // this desk can send mail
	Saved    bool
	Problems []string
	Zone     string // the desk's
}

// head implements page.
func (p mailPage) head(w *words) head {
	return head{Title: w.t("mail-plan.title"), Section: "desk", Private: true}
}

// Schedules, Kinds and Zones are what can be chosen.
func (p mailPage) Schedules() []desk.Schedule     { return desk.Schedules() }
func (p mailPage) Kinds() []desk.NotificationKind { return desk.NotificationKinds() }
func (p mailPage) Zones() []string {
	zones := []string{"Asia/Ho_Chi_Minh", "Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Australia/Sydney", "Europe/Prague",
		"Europe/Paris", "Europe/London", "America/New_York", "America/Los_Angeles", "UTC"}
	if p.Plan.Zone != "" && !slices.Contains(zones, p.Plan.Zone) {
		zones = append(zones, p.Plan.Zone)
	}
	return zones
}

// Mutes reports whether a kind is not mailed.
func (p mailPage) Mutes(k desk.NotificationKind) bool { return slices.Contains(p.Plan.Muted, k) }

// mailPlan shows the person's own plan.
func (s *Site) mailPlan(v *visit) (answer, error) {
	plan, err := s.Desk.MailPlanOf(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p := s.mailPage(plan)
	p.Saved = v.query("saved") != ""
	if len(plan.Address) > 0 && s.Post != nil {
		b, err := s.Post.Open(staffLabel(v.staff.ID), plan.Address)
		if err != nil {
			// The secret it was sealed with is gone: the person types it anew.
			s.Logger.Warn("the address of a member of staff cannot be opened", "cause", err)
		}
		p.Address = string(b)
	}
	return show("desk/mail", p), nil
}

// mailPage is the page of a plan.
func (s *Site) mailPage(plan desk.MailPlan) mailPage {
	return mailPage{Plan: plan, From: clockOf(plan.QuietFrom), To: clockOf(plan.QuietTo), Relay: s.Post != nil && s.Post.HasRelay(),
		Zone: s.Config.Zone.String()}
}

// staffLabel binds a sealed address to its owner.
func staffLabel(id desk.ID) string { return "staff " + string(id) }

// clockOf writes a minute of the day as a form's time field has it.
func clockOf(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// minuteOf reads a form's time field; an empty one is midnight.
func minuteOf(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

// setMailPlan stores the person's own plan.
func (s *Site) setMailPlan(v *visit) (answer, error) {
	plan := desk.MailPlan{Staff: v.staff.ID, Schedule: desk.Schedule(v.field("schedule")), Zone: v.field("zone")}
	var ok1, ok2 bool
	plan.QuietFrom, ok1 = minuteOf(v.field("quiet-from"))
	plan.QuietTo, ok2 = minuteOf(v.field("quiet-to"))
	for _, k := range desk.NotificationKinds() {
		if v.field("tell-"+string(k)) == "" {
			plan.Muted = append(plan.Muted, k)
		}
	}
	address := v.field("address")
	var err error
	switch {
	case !ok1 || !ok2:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	case address == "" && plan.Schedule != desk.MailNever:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadMail}}
	case address != "":
		plan.Address, err = s.sealed(staffLabel(v.staff.ID), address)
	}
	if err == nil {
		err = s.Desk.SetMailPlan(v.Context(), v.actor(), plan)
	}
	if err == nil {
		return redirect(v.tongue.url("/desk/notifications/mail") + "?saved=1"), nil
	}
	p := s.mailPage(plan)
	p.Address = address
	if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
		return answer{}, err
	}
	return show("desk/mail", p).as(422), nil
}

// sealed checks and seals an address.
func (s *Site) sealed(label, address string) ([]byte, error) {
	if s.Post == nil || !s.Post.Usable(address) {
		return nil, &desk.Invalid{Problems: []desk.Problem{desk.BadMail}}
	}
	return s.Post.Seal(label, []byte(address))
}

// StaffLetter writes the mail that tells a colleague of notifications. Of a
// claim it holds only the sentence a person at the desk wrote.
func (s *Site) StaffLetter(m desk.StaffMail) (title, text string) {
	w := s.books[s.deskLang(m.Staff.Lang)]
	t := tongue{w.lang, "/" + w.lang}
	var b strings.Builder
	for _, n := range m.Bell.List {
		b.WriteString(w.told(n, m.Bell.Names) + "\n")
		if c := m.Bell.Claims[n.Claim]; c.Typed {
			b.WriteString(c.Text + "\n")
		}
		if n.Claim != "" {
			b.WriteString(s.Config.URL + t.url("/desk/claims/"+string(n.Claim)) + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString(w.t("mail-plan.why") + "\n" + s.Config.URL + t.url("/desk/notifications/mail") + "\n")
	return w.n("mail-plan.subject", len(m.Bell.List), "Desk", s.Config.Name), b.String()
}

// deskLang is a language the pages have.
func (s *Site) deskLang(lang string) string {
	if s.books[lang] == nil {
		return written()[0]
	}
	return lang
}
