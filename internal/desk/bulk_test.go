package desk_test

import (
	"fmt"
	"testing"
	"time"

	"soi/internal/desk"
)

// chosen are claims as a person saw them.
func chosen(cs ...desk.Claim) (out []desk.BulkRow) {
	for _, c := range cs {
		out = append(out, desk.BulkRow{Claim: c.ID, Version: c.Version})
	}
	return out
}

// bulk does one thing to many claims.
func (o *office) bulk(b desk.BulkDo) desk.Bulk {
	o.t.Helper()
	out, err := o.DoBulk(o.ctx(), o.staff[desk.Checker], b)
	o.must(err)
	return out
}

// outcomes are what became of each item.
func outcomes(b desk.Bulk) (out []desk.BulkOutcome) {
	for _, i := range b.Items {
		out = append(out, i.Outcome)
	}
	return out
}

func TestBulkLeavesAloneWhatWasChangedMeanwhile(t *testing.T) {
	o := newOffice(t)
	a, b, c, d := o.open(), o.open(), o.open(), o.open()
	_, err := o.Assign(o.ctx(), o.staff[desk.Editor], b.ID, b.Version, o.staff[desk.Editor].Staff)
	o.must(err)
	_, err = o.Close(o.ctx(), o.staff[desk.Editor], c.ID, 0)
	o.must(err)
	me := o.staff[desk.Checker].Staff
	c = o.claim(c.ID)
	gone := desk.Claim{ID: desk.NewID(), Version: 1}
	got := o.bulk(desk.BulkDo{Kind: desk.BulkAssign, To: me, Items: chosen(a, b, c, gone, d)})
	if s := fmt.Sprint(outcomes(got)); s != "[done changed state gone done]" {
		t.Fatalf("outcomes %s", s)
	}
	if o.claim(a.ID).Assignee != me || o.claim(b.ID).Assignee == me {
		t.Error("the wrong claims were given")
	}
	// The person goes on with d; then everything is undone: d is left alone.
	_, err = o.Assign(o.ctx(), o.staff[desk.Editor], d.ID, 0, o.staff[desk.Editor].Staff)
	o.must(err)
	back, err := o.UndoBulk(o.ctx(), o.staff[desk.Checker], got.ID)
	o.must(err)
	if back.Items[0].Undo != desk.BulkUndone || back.Items[1].Undo != "" || back.Items[4].Undo != desk.BulkChanged {
		t.Errorf("undo: %+v", back.Items)
	}
	if o.claim(a.ID).Assignee != "" || o.claim(d.ID).Assignee != o.staff[desk.Editor].Staff {
		t.Error("the undo touched what went on, or left what had not")
	}
	_, err = o.UndoBulk(o.ctx(), o.staff[desk.Checker], got.ID)
	o.want(err, desk.ErrState)
}

func TestEveryBulkActionCanBeUndone(t *testing.T) {
	for _, do := range []desk.BulkDo{
		{Kind: desk.BulkClassify, Topic: "food", Harm: desk.HarmHigh, HarmKind: "health"},
		{Kind: desk.BulkClose}, {Kind: desk.BulkMerge}, {Kind: desk.BulkQuarantine, Reason: desk.AsideCampaign},
	} {
		t.Run(string(do.Kind), func(t *testing.T) {
			o := newOffice(t)
			a, b := o.open(), o.open()
			o.receive(o.tip("message again", "same", desk.ClaimKey(b.ID))) // b is asked about more
			state := func() string {
				q, err := o.Queue(o.ctx(), o.staff[desk.Checker], desk.ViewOpen, "")
				o.must(err)
				s := ""
				for _, x := range q.Claims {
					s += fmt.Sprint(x.Claim.ID, x.Claim.State, x.Claim.Topic, x.Claim.Harm, x.Claim.HarmKind, x.Demand.Tips, x.Demand.Aside, " ")
				}
				return s
			}
			was := state()
			do.Items = chosen(a, b)
			got := o.bulk(do)
			if now := state(); now == was {
				t.Fatalf("nothing happened: %v", outcomes(got))
			}
			if do.Kind == desk.BulkMerge && (got.Items[1].Outcome != desk.BulkTarget || o.claim(a.ID).Into != b.ID) {
				t.Errorf("merged into the wrong one: %v", outcomes(got))
			}
			o.pass(23 * time.Hour)
			_, err := o.UndoBulk(o.ctx(), o.staff[desk.Checker], got.ID)
			o.must(err)
			if now := state(); now != was {
				t.Errorf("after the undo\n%s\nbefore\n%s", now, was)
			}
		})
	}
}

func TestBulkIsUndoneForADayOnly(t *testing.T) {
	o := newOffice(t)
	got := o.bulk(desk.BulkDo{Kind: desk.BulkClose, Items: chosen(o.open())})
	o.pass(24*time.Hour + time.Second)
	_, err := o.UndoBulk(o.ctx(), o.staff[desk.Checker], got.ID)
	o.want(err, desk.ErrState)
}

func TestBulkRefuses(t *testing.T) {
	o := newOffice(t)
	a := o.open()
	for what, do := range map[string]desk.BulkDo{
		"nothing": {Kind: desk.BulkClose}, "one to merge": {Kind: desk.BulkMerge, Items: chosen(a)},
		"an unknown kind": {Kind: "publish", Items: chosen(a)}, "no reason": {Kind: desk.BulkQuarantine, Items: chosen(a)},
		"no class": {Kind: desk.BulkClassify, Items: chosen(a)}, "a foreign topic": {Kind: desk.BulkClassify, Topic: "politics", Items: chosen(a)},
		"too many": {Kind: desk.BulkClose, Items: make([]desk.BulkRow, desk.MostBulk+1)},
	} {
		if _, err := o.DoBulk(o.ctx(), o.staff[desk.Checker], do); len(desk.Problems(err)) == 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, r := range []desk.Role{desk.Contributor, desk.Admin, desk.Auditor} {
		_, err := o.DoBulk(o.ctx(), o.staff[r], desk.BulkDo{Kind: desk.BulkClose, Items: chosen(a)})
		o.want(err, desk.ErrForbidden)
	}
}

// TestFiveHundredAtATime: as many as one action takes, and their undo.
func TestFiveHundredAtATime(t *testing.T) {
	o := newOffice(t)
	var cs []desk.Claim
	for range desk.MostBulk {
		cs = append(cs, o.open())
	}
	began := time.Now()
	got := o.bulk(desk.BulkDo{Kind: desk.BulkAssign, To: o.staff[desk.Checker].Staff, Items: chosen(cs...)})
	took := time.Since(began)
	if got.Count(desk.BulkDone) != desk.MostBulk {
		t.Fatalf("%d done", got.Count(desk.BulkDone))
	}
	began = time.Now()
	_, err := o.UndoBulk(o.ctx(), o.staff[desk.Checker], got.ID)
	o.must(err)
	t.Logf("500 claims: %v, undo %v", took, time.Since(began))
}
