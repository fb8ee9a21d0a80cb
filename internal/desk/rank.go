package desk

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// RankReason is one reason for a claim's place in the queue, with the points
// it gave. Pages turn Code and its numbers into a sentence.
type RankReason struct {
	Code   string // asked, speed, harm, harm-unset, waiting, forwarded
	Points float64
	N      int     // people, hours: whatever the code counts
	Factor float64 // for speed: how many times faster than before
	Harm   Harm
	Kind   string // kind of harm
}

// Rank is a claim's place in the queue: the sum of its reasons, which are
// sorted by what they gave. Nothing else moves a claim.
type Rank struct {
	Points  float64
	Reasons []RankReason
}

// The weights of the queue. Demand and speed grow with the logarithm, so
// that one loud claim does not bury all others: twice the askers give
// demandPoints more. A high harm weighs as much as 64 askers; so a dangerous
// claim that nobody asks about yet still stands above a harmless popular one.
const (
	demandPoints  = 10.0
	speedPoints   = 12.0
	maxSpeed      = 48.0
	minRecent     = 3 // fewer tips than this in the window say nothing about speed
	waitPoints    = 0.5
	maxWaitHours  = 48
	forwardPoints = 5.0
)

// harmPoints is the weight of harm. A claim nobody has judged stands between
// low and medium, so that it is looked at.
func harmPoints(h Harm) float64 {
	switch h {
	case HarmHigh:
		return 60
	case HarmMedium:
		return 30
	case HarmLow:
		return 10
	case HarmUnset:
		return 15
	}
	return 0
}

// RankOf says where a claim belongs in the queue, and why.
func RankOf(c Claim, m Demand, now time.Time) Rank {
	var r Rank
	add := func(x RankReason) {
		if x.Points > 0 {
			r.Points += x.Points
			r.Reasons = append(r.Reasons, x)
		}
	}
	add(RankReason{Code: "asked", N: m.Askers, Points: demandPoints * math.Log2(1+float64(m.Askers))})
	if f := speed(m); f > 1 && m.Recent >= minRecent {
		add(RankReason{Code: "speed", N: m.Recent, Factor: f, Points: math.Min(maxSpeed, speedPoints*math.Log2(f))})
	}
	code := "harm"
	if c.Harm == HarmUnset {
		code = "harm-unset"
	}
	add(RankReason{Code: code, Harm: c.Harm, Kind: c.HarmKind, Points: harmPoints(c.Harm)})
	if m.Forwards > 0 {
		add(RankReason{Code: "forwarded", N: m.Forwards, Points: forwardPoints})
	}
	if h := int(now.Sub(c.Opened).Hours()); h > 0 {
		add(RankReason{Code: "waiting", N: h, Points: waitPoints * float64(min(h, maxWaitHours))})
	}
	slices.SortStableFunc(r.Reasons, func(a, b RankReason) int { return cmp.Compare(b.Points, a.Points) })
	return r
}

// speed is tips an hour in the last SpeedWindow over tips an hour in the
// SpeedBase before it; half a tip stands in for none, so that the first burst
// of a new claim counts and does not divide by zero.
func speed(m Demand) float64 {
	before := math.Max(float64(m.Earlier), 0.5*SpeedBase.Hours()/SpeedWindow.Hours()) / SpeedBase.Hours()
	return float64(m.Recent) / SpeedWindow.Hours() / before
}
