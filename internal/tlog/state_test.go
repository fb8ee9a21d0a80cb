package tlog

import (
	"errors"
	"testing"
	"time"
)

// story replays a verdict's life; every step but the last must be accepted.
type story struct {
	name string
	want error // of the last step; nil: accepted
	last func(*Entry)
	path []Kind
}

// TestRules breaks each rule once in an otherwise right log.
func TestRules(t *testing.T) {
	stories := []story{
		{"publish", nil, nil, []Kind{KindPublish}},
		{"whole life", nil, nil, []Kind{KindPublish, KindUpdate, KindCorrect, KindWithdraw, KindRestore, KindErase, KindRestore, KindWithdraw, KindErase}},
		{"correction changes the rating", nil, func(e *Entry) { e.Rating = "half-true" }, []Kind{KindPublish, KindCorrect}},
		{"update changes the rating", ErrRatingChanged, func(e *Entry) { e.Rating = "half-true" }, []Kind{KindPublish, KindUpdate}},
		{"restore changes the rating", ErrRatingChanged, func(e *Entry) { e.Rating = "half-true" }, []Kind{KindPublish, KindWithdraw, KindRestore}},
		{"restore after erase changes the rating", ErrRatingChanged, func(e *Entry) { e.Rating = "half-true" }, []Kind{KindPublish, KindErase, KindRestore}},
		{"revision skipped", ErrRev, func(e *Entry) { e.Rev++ }, []Kind{KindPublish, KindCorrect}},
		{"revision repeated", ErrRev, func(e *Entry) { e.Rev-- }, []Kind{KindPublish, KindCorrect, KindCorrect}},
		{"prev elsewhere", ErrPrev, func(e *Entry) { e.Prev-- }, []Kind{KindPublish, KindCorrect, KindCorrect}},
		{"time back", ErrTimeBack, func(e *Entry) { e.Time = e.Time.Add(-time.Hour) }, []Kind{KindPublish, KindCorrect}},
		{"same second", nil, func(e *Entry) { e.Time = e.Time.Add(-time.Minute) }, []Kind{KindPublish, KindCorrect}},
		{"published twice", ErrTransition, nil, []Kind{KindPublish, KindPublish}},
		{"restored though upheld", ErrTransition, nil, []Kind{KindPublish, KindRestore}},
		{"corrected though withdrawn", ErrTransition, nil, []Kind{KindPublish, KindWithdraw, KindCorrect}},
		{"erased twice", ErrTransition, nil, []Kind{KindPublish, KindErase, KindErase}},
		{"withdrawn after erase", ErrTransition, nil, []Kind{KindPublish, KindErase, KindWithdraw}},
		{"off the scale", ErrRatingUnknown, func(e *Entry) { e.Rating = "purple" }, []Kind{KindPolicy, KindPublish}},
		{"corrected off the scale", ErrRatingUnknown, func(e *Entry) { e.Rating = "purple" }, []Kind{KindPolicy, KindPublish, KindCorrect}},
		{"any rating before a policy", nil, func(e *Entry) { e.Rating = "purple" }, []Kind{KindPublish}},
		{"genesis again", ErrFirst, nil, []Kind{KindPublish, KindGenesis}},
		{"after close", ErrClosed, nil, []Kind{KindPublish, KindClose, KindCorrect}},
		{"key of another log", ErrForeignKey, func(e *Entry) { e.Key = testKey(t, "other.example/log", "x").VKey() }, []Kind{KindKey}},
	}
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) { tell(t, s) })
	}
}

func tell(t *testing.T, s story) {
	c := NewChecker(testOrigin)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	add := func(e Entry) error {
		t.Helper()
		body, err := Format(e)
		if err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		try := c.Try(e)
		if _, err = c.Add(body); !errors.Is(try, errors.Unwrap(err)) || (try == nil) != (err == nil) {
			t.Fatalf("Try says %v, Add %v", try, err)
		}
		return err
	}
	if err := add(Entry{Kind: KindGenesis, Time: now, Key: testVKey}); err != nil {
		t.Fatal(err)
	}
	for i, k := range s.path {
		now = now.Add(time.Minute)
		e := sample(c, k, now)
		if i < len(s.path)-1 {
			if err := add(e); err != nil {
				t.Fatalf("step %d %s: %v", i, k, err)
			}
			continue
		}
		if s.last != nil {
			s.last(&e)
		}
		err := add(e)
		if !errors.Is(err, s.want) {
			t.Errorf("got %v, want %v", err, s.want)
		}
		var rule *RuleError
		if s.want != nil && (!errors.As(err, &rule) || rule.Index != c.Size()-1 || rule.Verdict != e.Verdict) {
			t.Errorf("breach does not name the entry: %v", err)
		}
	}
}

// sample is a right next entry of kind k, as far as one exists.
func sample(c *Checker, k Kind, now time.Time) Entry {
	e := Entry{Kind: k, Time: now}
	switch k {
	case KindGenesis, KindKey:
		e.Key = testVKey
		return e
	case KindPolicy:
		e.Ratings, e.Doc[0] = []string{"true", "half-true", "false"}, 1
		return e
	case KindClose:
		return e
	}
	if k == KindRuling {
		e.Verdict, e.Ruling, e.Outcome, e.Doc[0] = testVerdict, testRuling, "upheld", 3
		return e
	}
	s := c.Verdict(testVerdict)
	e.Verdict, e.Rev, e.Prev, e.Reason = testVerdict, s.Rev+1, s.Index, ReasonPrivacy
	if k == KindPublish {
		e.Rev, e.Prev, e.Reason = 1, 0, ""
	}
	if k == KindRedact {
		if e.Erased = []int64{1}; e.Rev == 1 {
			e.Rev = 2 // the form wants an earlier revision to name
			e.Prev = 1
		}
	}
	if !k.ends() {
		e.Rating, e.Doc[0], e.Doc[1] = "false", 2, byte(e.Rev)
	}
	return e
}

func TestFirstEntry(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, k := range []Kind{KindPublish, KindKey, KindPolicy, KindClose} {
		c := NewChecker(testOrigin)
		if err := c.Try(sample(c, k, now)); !errors.Is(err, ErrFirst) {
			t.Errorf("%s first: %v", k, err)
		}
		if _, err := Append(Head{}, nil, sample(c, k, now)); !errors.Is(err, ErrFirst) {
			t.Errorf("append %s first: %v", k, err)
		}
	}
	c := NewChecker("other.example/log")
	if err := c.Try(Entry{Kind: KindGenesis, Time: now, Key: testVKey}); !errors.Is(err, ErrForeignKey) {
		t.Errorf("genesis of another log: %v", err)
	}
	e, err := Parse([]byte(form(KindSuccessor)))
	if err != nil {
		t.Fatal(err)
	}
	if err := NewChecker(testOrigin).Try(e); err != nil {
		t.Errorf("successor first: %v", err)
	}
}

// An audit goes on after a breach and must neither stop nor blame the rest.
func TestCheckerGoesOn(t *testing.T) {
	d := newDesk(t)
	d.publish(verdictID(1))
	d.log.raw(t, []byte("not an entry\n"))
	d.publish(verdictID(2))
	c := NewChecker(testOrigin)
	var broken []int64
	for i, b := range d.log.entries {
		if _, err := c.Add(b); err != nil {
			broken = append(broken, int64(i))
		}
	}
	if len(broken) != 1 || broken[0] != 2 || c.Size() != 4 {
		t.Errorf("broken entries %v of %d, want [2] of 4", broken, c.Size())
	}
}

func TestCatchUp(t *testing.T) {
	d := newDesk(t)
	for i := range 600 {
		d.publish(verdictID(i))
	}
	c := NewChecker(testOrigin)
	for _, size := range []int64{0, 1, 256, 257, 601} {
		if err := c.CatchUp(t.Context(), d.log, size); err != nil || c.Size() != size {
			t.Fatalf("catch up to %d: at %d, %v", size, c.Size(), err)
		}
	}
	if s := c.Verdict(verdictID(599)); s.Status != StatusPublished || s.Index != 600 || s.Rating != "false" {
		t.Errorf("last verdict: %+v", s)
	}
}

// The state read back from one entry is the one that replaying gives.
func TestStateOf(t *testing.T) {
	d := lively(t, 40)
	v := verdictID(9)
	for _, k := range []Kind{KindCorrect, KindWithdraw, KindErase, KindRestore, KindErase} {
		rating, reason := "half-true", ReasonLegal
		if k.ends() {
			rating = ""
		}
		d.step(v, k, rating, reason)
	}
	reads := 0
	read := func(index int64) ([]byte, error) {
		reads++
		b, err := d.log.Entries(t.Context(), index, index+1)
		if err != nil {
			return nil, err
		}
		return b[0], nil
	}
	c := NewChecker(testOrigin)
	if err := c.CatchUp(t.Context(), d.log, d.log.head.Size); err != nil {
		t.Fatal(err)
	}
	for id, want := range c.verdicts {
		if got, err := StateOf(want.Index, read); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", id, got, err, want)
		}
	}
	if s := c.Verdict(v); s.Status != StatusErased || s.Rating != "half-true" || s.Rev != 6 {
		t.Errorf("%+v", s)
	}
	if got, err := StateOf(0, read); err != nil || got != (VerdictState{}) {
		t.Errorf("never logged: %+v, %v", got, err)
	}
	if _, err := StateOf(1, read); !errors.Is(err, ErrDamaged) {
		t.Errorf("entry of no verdict: %v", err)
	}
	if _, err := StateOf(1000, read); !errors.Is(err, errMem) {
		t.Errorf("no such entry: %v", err)
	}
	d.log.entries[4], d.log.entries[44] = d.log.entries[44], d.log.entries[4]
	if _, err := StateOf(4, read); !errors.Is(err, ErrDamaged) {
		t.Errorf("entry that points forward: %v", err)
	}
}
