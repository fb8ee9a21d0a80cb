package desk_test

import (
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// viet is the desk's zone in tests of mail.
func viet() *time.Location { return time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60) }

// take takes the mail that is due.
func (o *office) take() []desk.StaffMail {
	o.t.Helper()
	ms, err := o.TakeStaffMail(o.ctx(), desk.Program(), viet())
	o.must(err)
	return ms
}

// plan sets a person's plan.
func (o *office) plan(a desk.Actor, p desk.MailPlan) {
	o.t.Helper()
	p.Address = []byte("sealed")
	o.must(o.SetMailPlan(o.ctx(), a, p))
}

// mention names a colleague in a note and tells everybody.
func (o *office) mention(c desk.Claim, a desk.Actor) {
	o.t.Helper()
	_, err := o.AddNote(o.ctx(), o.staff[desk.Editor], c.ID, "x", a.Staff)
	o.must(err)
	o.notify()
}

// TestMailOnce: each notification goes out at most once, whatever is started
// again and wherever the clock jumps.
func TestMailOnce(t *testing.T) {
	o := newOffice(t)
	c, an := o.open(), o.staff[desk.Checker]
	o.mention(c, an)
	if len(o.take()) != 0 {
		t.Fatal("mail to somebody who gave no address")
	}
	o.plan(an, desk.MailPlan{Schedule: desk.MailOnce})
	if len(o.take()) != 0 {
		t.Error("mail about what was before the plan")
	}
	o.mention(c, an)
	o.mention(c, an)
	ms := o.take()
	if len(ms) != 1 || len(ms[0].Bell.List) != 2 || ms[0].Staff.ID != an.Staff || string(ms[0].Address) != "sealed" {
		t.Fatalf("due: %+v", ms)
	}
	for _, jump := range []time.Duration{0, -48 * time.Hour, 100 * time.Hour, -time.Minute} {
		o.pass(jump)
		o.notify() // as after a start
		if again := o.take(); len(again) != 0 {
			t.Errorf("the clock jumped %v and the mail goes out again: %+v", jump, again)
		}
	}
	if got := o.told(an); len(got) != 3 {
		t.Errorf("told %v", got)
	}
	// Surely not taken by the relay: tried again; read meanwhile: not.
	o.mention(c, an)
	ms = o.take()
	o.must(o.MailNotSent(o.ctx(), desk.Program(), ms[0]))
	if len(o.take()) != 1 {
		t.Error("what was surely not sent is not tried again")
	}
	o.mention(c, an)
	o.must(o.ReadNotifications(o.ctx(), an, "", ""))
	if n, err := o.Unread(o.ctx(), an); err != nil || n != 0 || len(o.take()) != 0 {
		t.Errorf("read in the desk: %d unread, %v", n, err)
	}
	// Old events tell nobody: a desk that comes back starts quietly.
	_, err := o.AddNote(o.ctx(), o.staff[desk.Editor], c.ID, "y", an.Staff)
	o.must(err)
	o.pass(8 * 24 * time.Hour)
	if n := o.notify(); n != 0 {
		t.Errorf("%d notifications of last week", n)
	}
}

// TestSchedules: mail comes when the person wants it, in the person's zone.
func TestSchedules(t *testing.T) {
	o := newOffice(t) // 12:00 in Hanoi
	c := o.open()
	once, quiet, digest, daily := o.hire(desk.Checker, "Ngay"), o.hire(desk.Checker, "Yên"), o.hire(desk.Checker, "Gộp"), o.hire(desk.Checker, "Ngày")
	paris := o.hire(desk.Checker, "Paris")
	o.plan(once, desk.MailPlan{Schedule: desk.MailOnce})
	o.plan(quiet, desk.MailPlan{Schedule: desk.MailOnce, QuietFrom: 11 * 60, QuietTo: 13 * 60})
	o.plan(digest, desk.MailPlan{Schedule: desk.MailDigest})
	o.plan(daily, desk.MailPlan{Schedule: desk.MailDaily, Zone: "Asia/Ho_Chi_Minh"})
	o.plan(paris, desk.MailPlan{Schedule: desk.MailDaily, Zone: "Europe/Paris"})
	for _, a := range []desk.Actor{once, quiet, digest, daily, paris} {
		o.mention(c, a)
	}
	due := func(after time.Duration, want ...string) {
		t.Helper()
		o.pass(after)
		var got []string
		for _, m := range o.take() {
			got = append(got, m.Staff.Name)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("at %v: mail to %v, want %v", o.now().In(viet()).Format("Mon 15:04"), got, want)
		}
	}
	due(0, "Ngay")                     // 12:00
	due(59 * time.Minute)              // 12:59
	due(time.Minute, "Yên")            // 13:00
	due(91*time.Minute, "Paris")       // 14:31, 08:31 in Paris
	due(58 * time.Minute)              // 15:29
	due(time.Minute, "Gộp")            // 15:30
	due(16*time.Hour + 29*time.Minute) // 07:59
	due(time.Minute, "Ngày")           // 08:00
	due(24 * time.Hour)
	// The desk makes its digests at another hour: mail that goes with them goes then.
	o.mention(c, digest)
	o.must(o.SetDigestPlan(o.ctx(), o.staff[desk.Admin], desk.DigestPlan{Minutes: []int{10 * 60}}))
	due(119 * time.Minute)  // 09:59
	due(time.Minute, "Gộp") // 10:00
	o.mention(c, digest)    // and where it makes none, with the daily mail
	o.must(o.SetDigestPlan(o.ctx(), o.staff[desk.Admin], desk.DigestPlan{}))
	due(22*time.Hour, "Gộp") // 08:00
}

func TestMailPlans(t *testing.T) {
	o := newOffice(t)
	an := o.staff[desk.Checker]
	for _, p := range []desk.MailPlan{{Schedule: "hourly"}, {Schedule: desk.MailOnce, Zone: "Nowhere/Here"}, {Schedule: desk.MailOnce, QuietTo: 1440},
		{Schedule: desk.MailOnce, Muted: []desk.NotificationKind{"all"}}} {
		if err := o.SetMailPlan(o.ctx(), an, p); !slices.Contains(desk.Problems(err), desk.BadChoice) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	c := o.open()
	o.plan(an, desk.MailPlan{Schedule: desk.MailOnce, Muted: []desk.NotificationKind{desk.ToldMention}})
	o.mention(c, an)
	if len(o.take()) != 0 || len(o.told(an)) != 1 {
		t.Error("a muted kind is mailed, or not shown")
	}
	o.plan(an, desk.MailPlan{Schedule: desk.MailOnce})
	o.mention(c, an)
	o.must(o.SetMailPlan(o.ctx(), an, desk.MailPlan{Schedule: desk.MailNever}))
	if len(o.take()) != 0 {
		t.Error("mail after it was ended")
	}
	p := desk.MailPlan{QuietFrom: 22 * 60, QuietTo: 6 * 60}
	for clock, want := range map[string]bool{"21:59": false, "22:00": true, "03:00": true, "05:59": true, "06:00": false} {
		at, err := time.ParseInLocation("15:04", clock, viet())
		o.must(err)
		if p.Quiet(at, viet()) != want {
			t.Errorf("quiet at %s: %v", clock, !want)
		}
	}
}

// TestWhoIsTold walks a text from review to publication.
func TestWhoIsTold(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	an, binh := o.staff[desk.Checker], o.hire(desk.Checker, "Bình")
	o.cite(c.ID, true)
	o.draft(an, c.ID, desk.RatingFalse, "Ngắn.")
	_, err := o.Here(o.ctx(), an, c.ID, true) // An goes on writing
	o.must(err)
	v := o.draft(binh, c.ID, desk.RatingFalse, "Ngắn hơn.")
	o.notify()
	if got := o.told(an); !slices.Equal(got, []desk.NotificationKind{desk.ToldDraft}) {
		t.Errorf("a draft under the hands of An: %v", got)
	}
	r, err := o.Submit(o.ctx(), an, desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	_, err = o.SendBack(o.ctx(), o.staff[desk.Editor], r.ID, "Thêm nguồn.")
	o.must(err)
	o.notify()
	if a, b := o.told(an), o.told(binh); a[len(a)-1] != desk.ToldReturned || !slices.Equal(b, []desk.NotificationKind{desk.ToldReturned}) {
		t.Errorf("sent back: %v, %v", a, b)
	}
	if got := o.told(o.staff[desk.Editor]); len(got) != 0 {
		t.Errorf("who sent it back is told: %v", got)
	}
	r, err = o.Submit(o.ctx(), an, desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	o.approve(r)
	o.notify()
	if a := o.told(an); a[len(a)-1] != desk.ToldApproved {
		t.Errorf("approved: %v", a)
	}
}

// TestTend: what time brings is written down and told once.
func TestTend(t *testing.T) {
	o := newOffice(t)
	an := o.staff[desk.Checker]
	c := o.open()
	_, err := o.EditClaim(o.ctx(), an, c.ID, 0, desk.ClaimEdit{Text: "Một câu.", Lang: "vi", Harm: desk.HarmHigh, HarmKind: "health"})
	o.must(err)
	_, err = o.TakeOver(o.ctx(), an, c.ID, 0, "")
	o.must(err)
	tend := func() int {
		t.Helper()
		n, err := o.Tend(o.ctx(), desk.Program())
		o.must(err)
		o.notify()
		return n
	}
	tend()
	o.pass(20 * time.Hour) // high harm is due within a day
	first := tend()
	o.pass(time.Hour)
	if again := tend(); again != 0 {
		t.Errorf("told again: %d", again)
	}
	if got := o.told(an); len(got) != 1 || got[0] != desk.ToldDue {
		t.Errorf("%d written, told %v", first, got)
	}
	d := o.open()
	o.publish(d.ID, desk.RatingFalse)
	before := len(o.told(an))
	for range 20 { // a year and more, a day at a time as the clock is held
		o.pass(20 * 24 * time.Hour)
		tend()
		o.pass(24 * time.Hour)
		tend()
		o.pass(23 * time.Hour)
		tend()
	}
	if got := o.told(an)[before:]; !slices.Contains(got, desk.ToldRecheck) {
		t.Errorf("a check of last year: told %v", got)
	}
}
