package demo

import "testing"

// The least that the archive holds, so that a first desk looks lived in.
const (
	minChecks   = 66
	minBoth     = 50
	minOneLang  = 14
	minTips     = 170
	minOpen     = 14
	minImported = 12
)

func TestEnoughOfEverything(t *testing.T) {
	d := desk(t)
	both, one, tips := 0, 0, 0
	used := map[string]int{}
	corrections, withdrawals := 0, 0
	for _, c := range d.Checks {
		tips += len(c.Tips)
		used[c.Rating]++
		if len(c.Texts) == 2 {
			both++
		} else {
			one++
		}
		if c.Correct != nil {
			corrections++
		}
		if c.Withdraw != nil {
			withdrawals++
		}
	}
	for _, o := range d.Open {
		tips += len(o.Tips)
		used["state "+o.State]++
	}
	least := func(what string, got, want int) {
		t.Helper()
		if got < want {
			t.Errorf("%s: %d, want at least %d", what, got, want)
		}
	}
	least("checks", len(d.Checks), minChecks)
	least("checks in both languages", both, minBoth)
	least("checks in one language", one, minOneLang)
	least("tips", tips, minTips)
	least("open claims", len(d.Open), minOpen)
	least("imported checks", len(d.Imported), minImported)
	for _, r := range ratings {
		least("checks rated "+r, used[r], 1)
	}
	least("in review", used["state in-review"], 1)
	least("drafted", used["state drafted"], 2)
	least("not factual", used["state not-factual"], 2)
	if corrections != 2 || withdrawals != 1 {
		t.Errorf("corrections %d, withdrawals %d; want 2 and 1", corrections, withdrawals)
	}
	t.Logf("checks %d (both %d), tips %d, open %d, imported %d, %v", len(d.Checks), both, tips, len(d.Open), len(d.Imported), used)
}
