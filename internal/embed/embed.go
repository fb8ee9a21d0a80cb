// Package embed answers one question: what does this text mean, as numbers?
//
// Owns: encoders that turn a text into a direction, so that texts which mean
// nearly the same point nearly the same way whatever their words or their
// language: one that asks a model server on the desk's own network, and one that
// reads a table of word vectors from files. All are optional: a desk without one
// works as before.
//
// Does not own: where directions are kept, how they are compared, and what
// follows from their being near (package match).
//
// Start reading at Encoder.
package embed

import (
	"context"
	"errors"
)

// Side says what a text is to be compared as. Some models were trained to have it
// written in front of the text.
type Side int

// The sides.
const (
	Question Side = iota // a message that somebody asks about
	Document             // a text of the archive
)

// Encoder turns texts into directions. Its methods may be called at the same time.
type Encoder interface {
	// Name tells the encoder's numbers from those of other weights or another way
	// of asking: directions are comparable only under one name. It never changes.
	Name() string
	// Local reports that texts are encoded here and at once: nothing is sent to anybody, and a
	// message need not be answered by its words first.
	Local() bool
	// Encode gives one direction a text, in order, all of the same width and of
	// length 1; one of zeros alone for a text of which the encoder knows no word.
	// Errors wrap ErrUnavailable or ErrAnswer, or are the context's.
	Encode(ctx context.Context, side Side, texts []string) ([][]float32, error)
}

// Widest is the most numbers a direction may have.
const Widest = 4096

var (
	// ErrUnavailable: the model server cannot be reached now, or is too slow. What
	// was asked may be asked again later.
	ErrUnavailable = errors.New("embed: the model cannot be reached")
	// ErrAnswer: the model server answered, but not with directions of the texts;
	// its settings or ours are wrong. The wrapping error says what it said.
	ErrAnswer = errors.New("embed: the model's answer cannot be used")
	// ErrModel: files are no model that this program reads. The wrapping error
	// says which file and what is missing.
	ErrModel = errors.New("embed: no model that can be read")
)
