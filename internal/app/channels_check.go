package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/intake"
)

// probeTime is how long the doctor waits for one channel's platform.
const probeTime = 15 * time.Second

// examineChannels says of each channel whether its platform is reached, when it
// was last heard, and what does not go out.
func (a *App) examineChannels(ctx context.Context, d *doctor) {
	if len(a.answers.channels) == 0 {
		d.say(Notice, "No channel beside the site is switched on; docs/channels says how.", "Chưa bật kênh nào ngoài trang web; xem docs/channels.")
		return
	}
	var st desk.Standing
	troubles := map[string]string{}
	err := a.db.Read(ctx, func(tx desk.Tx) (err error) {
		if st.Notices, st.Arrivals, err = tx.ReplyCounts(ctx, ""); err != nil {
			return err
		}
		for _, c := range a.answers.channels {
			if troubles[c.Name()], err = tx.Setting(ctx, troubleKey(c.Name())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.say(Trouble, "How the channels stand cannot be read: %v.", "Không đọc được tình trạng các kênh: %v.", err)
		return
	}
	for _, c := range a.answers.channels {
		a.examineChannel(ctx, d, c, st, troubles[c.Name()])
	}
}

// examineChannel looks at one channel.
func (a *App) examineChannel(ctx context.Context, d *doctor, c intake.Channel, st desk.Standing, trouble string) {
	name := c.Name()
	if p, ok := c.(intake.Prober); ok {
		ctx, cancel := context.WithTimeout(ctx, probeTime)
		for _, f := range p.Probe(ctx) {
			l := Well
			if !f.OK {
				l = Trouble
			}
			d.out = append(d.out, Remark{l, f.En, f.Vi})
		}
		cancel()
	}
	a.examineTrouble(d, name, trouble)
	var last time.Time
	aside, way, failed, auth := 0, 0, 0, 0
	for _, x := range st.Arrivals {
		if x.Channel != name {
			continue
		}
		if x.Last.After(last) {
			last = x.Last
		}
		if x.State == desk.ArrivalAside {
			aside += x.N
		}
	}
	for _, x := range st.Notices {
		switch {
		case x.Channel != name:
		case x.Why == desk.WhyAuth:
			auth += x.N
		case x.State == desk.NoticeWaiting || x.State == desk.NoticeUnknown:
			way += x.N
		case x.State == desk.NoticeFailed:
			failed += x.N
		}
	}
	if last.IsZero() {
		d.say(Notice, "%s: nothing has arrived yet, or not for a month.", "%s: chưa nhận tin nào, hoặc đã hơn một tháng.", name)
	} else {
		d.say(Well, "%s: last message on %s; %d answers on the way, %d not delivered.", "%s: tin cuối ngày %s; %d câu trả lời đang gửi, %d không gửi được.",
			name, last.In(a.Config.Zone).Format("2006-01-02"), way, failed)
	}
	if auth > 0 {
		d.say(Trouble, "%s: %d answers wait because the platform refuses our key. Renew it in the settings.", "%s: %d câu trả lời đang chờ vì nền tảng từ chối khóa. Hãy thay khóa trong cài đặt.", name, auth)
	}
	if aside > 0 {
		d.say(Notice, "%s: %d deliveries could not be read; they are kept sealed for a week.", "%s: %d lần nhận không đọc được; được giữ niêm phong một tuần.", name, aside)
	}
}

// examineTrouble says when a channel last stopped receiving.
func (a *App) examineTrouble(d *doctor, name, trouble string) {
	code, ms, ok := strings.Cut(trouble, " ")
	at, err := strconv.ParseInt(ms, 10, 64)
	when := time.UnixMilli(at)
	switch {
	case !ok || err != nil || a.now().Sub(when) > 24*time.Hour:
	case code == "auth":
		d.say(Trouble, "%s: the platform refused our key at %s. Renew it in the settings.", "%s: nền tảng từ chối khóa của bàn lúc %s. Hãy thay khóa trong cài đặt.", name, a.clockTime(when))
	default:
		d.say(Notice, "%s stopped receiving at %s and was run again.", "%s ngừng nhận tin lúc %s và đã được chạy lại.", name, a.clockTime(when))
	}
}

// clockTime is a moment in the desk's zone.
func (a *App) clockTime(t time.Time) string { return t.In(a.Config.Zone).Format("2006-01-02 15:04") }

// The grace that fsck gives to what is erased hourly and moved by the second.
const (
	fsckGrace = 48 * time.Hour
	fsckStuck = 24 * time.Hour
)

// fsckAnswers checks what is kept about askers: I1 (every delivery has become
// what it is), I7 (nobody is told the same twice), I8 (nothing is kept past its
// time).
func (a *App) fsckAnswers(ctx context.Context, tx desk.Tx, findings *[]string, checked map[string]int) error {
	say := func(format string, args ...any) { *findings = append(*findings, fmt.Sprintf(format, args...)) }
	now := a.Desk.Now()
	stuck, err := tx.Arrivals(ctx, desk.ArrivalFilter{States: []desk.ArrivalState{desk.ArrivalNew, desk.ArrivalHeld}, Before: now.Add(-fsckStuck), Bare: true, Limit: 1000})
	if err != nil {
		return err
	}
	if len(stuck) > 0 {
		say("%d deliveries wait since more than a day; is soi serve running?", len(stuck))
	}
	old, err := tx.Arrivals(ctx, desk.ArrivalFilter{States: []desk.ArrivalState{desk.ArrivalAside}, Before: now.Add(-7*24*time.Hour - fsckGrace), Bare: true, Limit: 1000})
	if err != nil {
		return err
	}
	over, err := tx.Conversations(ctx, desk.ConversationFilter{EndsBy: now.Add(-fsckGrace), Limit: 1000})
	if err != nil {
		return err
	}
	if n := len(old) + len(over); n > 0 {
		say("%d sealed addresses or deliveries are kept past their time.", n)
	}
	ns, err := tx.Notices(ctx, desk.NoticeFilter{States: []desk.NoticeState{desk.NoticeWaiting, desk.NoticeSending, desk.NoticeUnknown, desk.NoticeHeld}, Limit: 20_000})
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, n := range ns {
		checked["messages under way"]++
		key := fmt.Sprint(n.Kind, n.Claim, n.Tip, n.Rev, n.Conversation)
		if n.Kind == desk.NoticeTalk || n.Conversation == "" {
			continue
		}
		if told[key] {
			say("Message %s is a second one for the same revision and asker.", n.ID)
		}
		told[key] = true
	}
	return a.fsckMonths(say)
}

// fsckMonths looks for keys that should be destroyed.
func (a *App) fsckMonths(say func(string, ...any)) error {
	for purpose, months := range map[string]intake.Month{intake.PurposeAskers: intake.PepperMonths, intake.PurposeSeal: intake.SealMonths} {
		files, err := filepath.Glob(filepath.Join(a.Config.Keys, purpose+"-[0-9][0-9][0-9][0-9]-[0-9][0-9]"))
		if err != nil {
			return err
		}
		for _, f := range files {
			if name := filepath.Base(f); name < purpose+"-"+(intake.MonthOf(a.now().Add(-fsckGrace))-months).String() {
				say("The key %s is kept past its time.", name)
			}
		}
	}
	return nil
}
