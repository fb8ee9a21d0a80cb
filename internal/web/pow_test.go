package web

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// powAt is a pow whose clock the test moves.
func powAt(bits int) (*pow, *time.Time) {
	now := testNow
	return newPow([]byte("0123456789abcdef"), bits, func() time.Time { return now }), &now
}

// solve finds a solution the way a browser does.
func solve(challenge, form string, bits int) string {
	for n := 0; ; n++ {
		if s := strconv.Itoa(n); solved(challenge, form, s, bits) {
			return s
		}
	}
}

func TestPowSpendsOnce(t *testing.T) {
	p, _ := powAt(8)
	form := newForm()
	c := p.challenge(purposeAsk, form)
	sol := solve(c, form, 8)
	if again, err := p.spend(purposeAsk, form, c, sol, "a"); again || err != nil {
		t.Fatalf("first: %v %v", again, err)
	}
	if again, err := p.spend(purposeAsk, form, c, sol, "a"); !again || err != nil {
		t.Errorf("the same message again: %v %v", again, err)
	}
	if _, err := p.spend(purposeAsk, form, c, sol, "b"); !errors.Is(err, errSpent) {
		t.Errorf("another message: %v", err)
	}
}

func TestPowRefuses(t *testing.T) {
	p, now := powAt(8)
	form, other := newForm(), newForm()
	c := p.challenge(purposeAsk, form)
	sol := solve(c, form, 8)
	parts := strings.Split(c, ".")
	easy := parts[0] + ".0." + parts[2]
	wrong := "x"
	for n := 0; ; n++ {
		if wrong = strconv.Itoa(n); !solved(c, form, wrong, 8) {
			break
		}
	}
	later, _ := strconv.ParseInt(parts[0], 10, 64)
	late := fmt.Sprint(later+3600) + "." + parts[1] + "." + parts[2]
	foreign, _ := powAt(8)
	foreign.key = []byte("another installation")
	fc := foreign.challenge(purposeAsk, form)
	before, _ := powAt(1) // the same installation, when it asked for less
	bc := before.challenge(purposeAsk, form)
	for name, c := range map[string]struct{ purpose, form, challenge, solution string }{
		"no solution":            {purposeAsk, form, c, ""},
		"no challenge":           {purposeAsk, form, "", sol},
		"wrong solution":         {purposeAsk, form, c, wrong},
		"another form's":         {purposeAsk, other, c, solve(c, other, 8)},
		"another purpose's":      {"other", form, c, sol},
		"lowered difficulty":     {purposeAsk, form, easy, solve(easy, form, 0)},
		"earlier difficulty":     {purposeAsk, form, bc, solve(bc, form, 1)},
		"lengthened life":        {purposeAsk, form, late, solve(late, form, 8)},
		"another installation's": {purposeAsk, form, fc, solve(fc, form, 8)},
		"junk":                   {purposeAsk, form, "a.b.c", "1"},
		"long solution":          {purposeAsk, form, c, strings.Repeat("1", 1000)},
	} {
		if _, err := p.spend(c.purpose, c.form, c.challenge, c.solution, "m"); !errors.Is(err, errUnsolved) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.spend(purposeAsk, form, c, sol, "m"); err != nil {
		t.Fatalf("the honest one: %v", err)
	}
	c2 := p.challenge(purposeAsk, form)
	sol2 := solve(c2, form, 8)
	*now = now.Add(powLife)
	if _, err := p.spend(purposeAsk, form, c2, sol2, "m"); !errors.Is(err, errUnsolved) {
		t.Errorf("expired: %v", err)
	}
}

// TestPowRace: of 64 senders of one solution exactly one is first, whether
// they send the same message or others.
func TestPowRace(t *testing.T) {
	for _, same := range []bool{true, false} {
		p, _ := powAt(8)
		form := newForm()
		c := p.challenge(purposeAsk, form)
		sol := solve(c, form, 8)
		var first, again, spent atomic.Int32
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				msg := "m"
				if !same {
					msg = strconv.Itoa(i)
				}
				switch a, err := p.spend(purposeAsk, form, c, sol, msg); {
				case errors.Is(err, errSpent):
					spent.Add(1)
				case a:
					again.Add(1)
				case err == nil:
					first.Add(1)
				}
			})
		}
		wg.Wait()
		if first.Load() != 1 || again.Load()+spent.Load() != 63 || same != (spent.Load() == 0) {
			t.Errorf("same=%v: first %d, again %d, spent %d", same, first.Load(), again.Load(), spent.Load())
		}
	}
}

// TestPowTidy: what has expired is forgotten; when that is not enough, all
// challenges made so far are void rather than usable twice.
func TestPowTidy(t *testing.T) {
	p, now := powAt(8)
	for i := range 10 {
		p.spent[strconv.Itoa(i)] = use{till: now.Add(time.Duration(i) * time.Minute)}
	}
	*now = now.Add(5 * time.Minute)
	p.tidy()
	if len(p.spent) != 4 {
		t.Errorf("%d challenges left, want 4", len(p.spent))
	}
	form := newForm()
	c := p.challenge(purposeAsk, form)
	for i := range maxSpent {
		p.spent[strconv.Itoa(i)] = use{till: now.Add(powLife)}
	}
	p.tidy()
	if _, err := p.spend(purposeAsk, form, c, solve(c, form, 8), "m"); len(p.spent) != 0 || !errors.Is(err, errUnsolved) {
		t.Errorf("after an overflow %d are left and an old challenge gives %v", len(p.spent), err)
	}
	*now = now.Add(2 * time.Second)
	c = p.challenge(purposeAsk, form)
	if _, err := p.spend(purposeAsk, form, c, solve(c, form, 8), "m"); err != nil {
		t.Errorf("a new challenge after an overflow: %v", err)
	}
}
