// Package preview draws the picture that a chat or a social page shows beside
// a link to the site: 1200 × 630 pixels, PNG, in pure Go.
//
// Owns: the layout, the fonts (Liberation, SIL Open Font License, which have
// every Vietnamese letter), breaking and cutting lines, the shapes of
// ratings; a bounded cache of pictures drawn.
//
// Does not own: the words (web), or what may be shown. Its one rule of its
// own: the rating stands above everything else and in the largest letters,
// and the claim that was asked about is never drawn without it.
//
// Start reading at: Card and Draw in draw.go.
package preview
