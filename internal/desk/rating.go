package desk

import "slices"

// Rating is a place on the scale of factual accuracy. It speaks of the claim
// alone: there is none for a viewpoint, an intention or a person. The codes
// are part of the public log and never change; their names per language can
// be edited, their meaning cannot.
type Rating string

// The scale, from accurate to inaccurate, then the three ratings that are
// not a degree.
const (
	RatingTrue        Rating = "true"
	RatingMostlyTrue  Rating = "mostly-true"
	RatingHalfTrue    Rating = "half-true"
	RatingMostlyFalse Rating = "mostly-false"
	RatingFalse       Rating = "false"
	RatingContext     Rating = "out-of-context" // real, but shown as something it is not
	RatingUnproven    Rating = "unproven"       // the evidence does not settle it
	RatingSatire      Rating = "satire"         // satire that was taken as fact
)

// Ratings lists the scale in the order pages show it.
func Ratings() []Rating {
	return []Rating{RatingTrue, RatingMostlyTrue, RatingHalfTrue, RatingMostlyFalse, RatingFalse,
		RatingContext, RatingUnproven, RatingSatire}
}

// Valid reports whether r is on the scale.
func (r Rating) Valid() bool { return slices.Contains(Ratings(), r) }

// Degree is the place of r from 1 (false) to 5 (true), 0 for the ratings that
// are not a degree.
func (r Rating) Degree() int {
	if i := slices.Index(Ratings(), r); i >= 0 && i < 5 {
		return 5 - i
	}
	return 0
}

// Reason is the public reason code of a revision after the first.
type Reason string

// The reason codes, as the public log spells them.
const (
	ReasonTypo        Reason = "typo"
	ReasonClarity     Reason = "clarity"
	ReasonFactual     Reason = "factual"
	ReasonNewEvidence Reason = "new-evidence"
	ReasonRating      Reason = "rating"
	ReasonSource      Reason = "source"
	ReasonLegal       Reason = "legal"
	ReasonPrivacy     Reason = "privacy"
	ReasonDuplicate   Reason = "duplicate"
	ReasonPolicy      Reason = "policy"
)

// CorrectionReasons are the reasons a person may give for a new text.
func CorrectionReasons() []Reason {
	return []Reason{ReasonTypo, ReasonClarity, ReasonFactual, ReasonNewEvidence, ReasonRating, ReasonSource}
}

// WithdrawalReasons are the reasons a person may give for a withdrawal.
func WithdrawalReasons() []Reason {
	return []Reason{ReasonFactual, ReasonSource, ReasonDuplicate, ReasonLegal, ReasonPrivacy, ReasonPolicy}
}

// changesMeaning reports whether the reason makes a correction (told to those
// who read the old text) rather than an update (typo, clarity).
func (r Reason) changesMeaning() bool { return r != ReasonTypo && r != ReasonClarity }

// Harm is what a claim could do if it were believed.
type Harm string

// The degrees of harm.
const (
	HarmUnset  Harm = "" // nobody has judged it yet
	HarmNone   Harm = "none"
	HarmLow    Harm = "low"
	HarmMedium Harm = "medium"
	HarmHigh   Harm = "high"
)

// Harms lists the degrees a person may set.
func Harms() []Harm { return []Harm{HarmNone, HarmLow, HarmMedium, HarmHigh} }

// HarmKinds lists what may come to harm.
func HarmKinds() []string { return []string{"health", "money", "safety", "panic"} }

// Topics lists the subjects a claim can be filed under.
func Topics() []string { return []string{"health", "food", "scam", "disaster", "science", "daily"} }

// Stance is what a piece of evidence does to the claim.
type Stance string

// The stances.
const (
	Supports Stance = "supports"
	Refutes  Stance = "refutes"
	Context  Stance = "context"
)

// Stances lists the stances in the order forms show them.
func Stances() []Stance { return []Stance{Refutes, Supports, Context} }
