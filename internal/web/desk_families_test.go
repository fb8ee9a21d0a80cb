package web

import (
	"os"
	"regexp"

	"soi/internal/desk"
	"soi/internal/match"
)

// deskFamilies adds the keys that the staff pages put together at run time.
func deskFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, v := range desk.Views() {
		add("view.", "", viewKey(v))
		add("desk.queue.empty-", "", viewKey(v))
	}
	add("topic.", "", append(desk.Topics(), "all")...)
	add("state.", "", "open", "review", "published", "withdrawn", "closed", "merged", "answered")
	add("next.", "", "assess", "take", "evidence", "independent", "draft", "submit", "review", "published", "withdrawn", "closed", "merged", "answered")
	add("channel.", "", "web", "counter", "import")
	add("tip-state.", "", string(desk.TipWaiting), string(desk.TipJoined), string(desk.TipAnswered), string(desk.TipClosed))
	add("harm.", "", "unset")
	for _, h := range desk.Harms() {
		add("harm.", "", string(h))
		if h != desk.HarmNone { // no points, so never a reason
			add("rank.harm.", "", string(h))
		}
	}
	add("harm-kind.", "", append(desk.HarmKinds(), "unnamed")...)
	add("independent.", "", "yes", "no")
	for _, s := range desk.Stances() {
		add("stance.", "", string(s))
	}
	for _, k := range []match.Kind{match.KindCheck, match.KindImported, match.KindClaim} {
		add("match-kind.", "", string(k))
		add("desk.known.yes-", "", string(k))
	}
	for _, k := range []desk.Kind{desk.KindPublish, desk.KindUpdate, desk.KindCorrect, desk.KindWithdraw, desk.KindRestore} {
		add("kind.", "", string(k))
		add("desk.review.of-", "", string(k))
		add("event.review.asked.", "", string(k))
		for _, p := range desk.Points(k) {
			add("point.", "", p)
		}
	}
	for _, r := range append(desk.CorrectionReasons(), desk.WithdrawalReasons()...) {
		add("reason.", "", string(r))
	}
	add("review-state.", "", string(desk.ReviewPending), string(desk.ReviewApproved), string(desk.ReviewReturned), string(desk.ReviewTaken))
	reviewFamilies(add)
	add("field.", "", "rating", "claim", "statement", "summary", "body", "unknown")
	for _, r := range desk.Roles() {
		add("role.", "", string(r))
	}
	queueFamilies(add)
	pressFamilies(add)
	requestFamilies(add)
	channelFamilies(add)
	sourceFamilies(add)
	for _, r := range desk.CloseReasons() {
		add("close.why.", "", string(r))
	}
	appealFamilies(add)
	captureFamilies(add)
	add("event.", "", eventKeys()...)
}

// eventKeys reads the kinds of event out of the desk's source, so that a new
// one cannot be forgotten; those with several sentences are spelled out.
func eventKeys() []string {
	b, err := os.ReadFile("../desk/event.go")
	if err != nil {
		return nil
	}
	var out []string
	for _, m := range regexp.MustCompile(`EventKind = "([a-z.-]+)"`).FindAllStringSubmatch(string(b), -1) {
		switch m[1] {
		case "claim.judged", "evidence.added":
			answers := map[string][]string{"claim.judged": {"yes", "no"}, "evidence.added": {"yes", "no"}}
			for _, a := range answers[m[1]] {
				out = append(out, m[1]+"."+a)
			}
		case "review.asked":
		default:
			out = append(out, m[1])
		}
	}
	return out
}

// appealFamilies adds the keys of appeals that are put together at run time.
func appealFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, k := range desk.AppealKinds() {
		add("appeal-kind.", "", string(k))
	}
	for _, o := range desk.Outcomes() {
		add("outcome.", "", string(o))
	}
	for _, a := range []desk.Against{desk.AgainstCheck, desk.AgainstWithdrawal, desk.AgainstRefusal} {
		add("against.", "", string(a))
		for _, r := range desk.Remedies(a) {
			add("remedy.", "", string(r))
			if r != desk.RemedyNone && r != desk.RemedyDone {
				add("desk.appeals.todo.", "", string(r))
			}
		}
	}
	for _, s := range []desk.AppealState{desk.AppealOpen, desk.AppealTaken, desk.AppealProposed, desk.AppealRuled} {
		add("appeal.standing.", "", string(s))
		add("desk.appeals.why.", "", string(s))
	}
	add("appeal-clock.", "", desk.ClockRunning, desk.ClockSoon, desk.ClockOver, desk.ClockStopped)
}
