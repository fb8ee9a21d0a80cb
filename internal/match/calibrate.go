package match

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// signals are what the probability of a match is worked out from.
type signals [nSignals]float64

// The signals, in the order of SignalNames.
const (
	sRate       = iota // what the ranker gave
	sMargin            // less what it gave the best other document, within ±4
	sCover             // see features
	sHeldClaim         //
	sMutual            //
	sSense             //
	sPairs             //
	sNear              //
	sShared            //
	sRarest            // mean of the three rarest shared words
	sScore             //
	sMissing           // see differences
	sExtra             //
	sExact             // word for word the same
	sFigures           // 1: figures differ
	sPlaces            // 1: places differ
	sNegation          // 1: one side negates
	sSwapped           // 1: content words stand in each other's place
	sUnanswered        // 1: the claim has figures that the message lacks
	sOrdered           // 1: shared words in the same order
	sShort             // 1: few shared words of content, see fewWords
	sNowhere           // 1: the claim has a place, the message has none
	sSoftened          // soft words in each other's place, at most 4
	sRival             // 1: a document that says something else fits as well
	sOne               // always 1
	nSignals
)

// SignalNames names the signals in order.
func SignalNames() []string {
	return []string{"rate", "margin", "cover", "held-claim", "mutual", "sense", "pairs", "near", "shared", "rarest", "score", "missing", "extra",
		"exact", "figures", "places", "negation", "swapped", "unanswered", "ordered", "short", "nowhere", "softened", "rival", "one"}
}

// Calibration turns signals into a probability and a decision. The eval command
// makes it; it is never edited by hand.
type Calibration struct {
	Weights  []float64            `json:"weights"`  // logistic regression, in the order of SignalNames
	Families map[string]Threshold `json:"families"` // by script family: latin, unspaced, other
}

// Threshold is where decisions begin, as probabilities.
type Threshold struct {
	Same    float64 `json:"same"`
	Perhaps float64 `json:"perhaps"`
	// Missing is the largest share of the claim's content that a message may lack
	// and still be given its answer without asking.
	Missing float64 `json:"missing"`
}

// Calibrations is the content of calibration.json: one set with the learned
// weights, one with models off.
type Calibrations struct {
	Signals []string    `json:"signals"`
	On      Calibration `json:"on"`
	Off     Calibration `json:"off"`
	Meaning Meaning     `json:"meaning"` // of the directions of any encoder
}

//go:embed calibration.json
var calibrationFile []byte

// calibrations reads the file that comes with the program, once. A test guards
// that it can be read; without it nothing is ever decided to be the same.
var calibrations = sync.OnceValue(func() Calibrations {
	c, err := ReadCalibrations(calibrationFile)
	if err != nil {
		return Calibrations{}
	}
	return *c
})

// Calibrated is the calibration that comes with the program.
func Calibrated() Calibrations { return calibrations() }

// ErrCalibration says that a file is no calibration of this program: not JSON, or made
// for other signals. The wrapping error says which.
var ErrCalibration = errors.New("match: no calibration for this program")

// ReadCalibrations reads the content of a calibration file.
func ReadCalibrations(file []byte) (*Calibrations, error) {
	var c Calibrations
	if err := json.Unmarshal(file, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCalibration, err)
	}
	if !slices.Equal(c.Signals, SignalNames()) || len(c.On.Weights) != nSignals || len(c.Off.Weights) != nSignals {
		return nil, fmt.Errorf("%w: it was made for other signals", ErrCalibration)
	}
	return &c, nil
}

func (c *Calibration) chance(s *signals) float64 {
	if len(c.Weights) != nSignals {
		return 0
	}
	z := 0.0
	for i, w := range c.Weights {
		z += w * s[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// threshold of a script family; an unknown family gets the strictest.
func (c *Calibration) threshold(family string) Threshold {
	if t, ok := c.Families[family]; ok {
		return t
	}
	t := Threshold{Same: 0.999, Perhaps: 0.2, Missing: 1}
	for _, f := range c.Families {
		t.Missing = min(t.Missing, f.Missing)
		t.Same, t.Perhaps = max(t.Same, f.Same), max(t.Perhaps, f.Perhaps)
	}
	return t
}

// family groups languages whose texts are cut into words the same way.
func family(lang string) string {
	switch lang {
	case "zh", "ja", "th", "lo", "km", "my":
		return "unspaced"
	case "und", "hi", "bn", "pa", "gu", "ta", "te", "kn", "ml", "si", "ar", "fa", "ur", "he", "ru", "uk", "bg", "el", "ko":
		return "other"
	}
	return "latin"
}
