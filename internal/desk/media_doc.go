package desk

import (
	"context"
	"slices"
)

// Authenticity is what the desk found of a picture, apart from whether the
// claim it carries is true: the categories of schema.org's
// MediaManipulationRatingEnumeration that fit a picture.
type Authenticity string

// The codes. The empty one says that nobody has found out.
const (
	PictureOriginal    Authenticity = "original"    // as it was taken, nothing cut off or added
	PictureEdited      Authenticity = "edited"      // real, and cropped or edited so that it misleads
	PictureTransformed Authenticity = "transformed" // put together, or made or changed by a program
	PictureStaged      Authenticity = "staged"      // a scene that was played for it
	PictureContext     Authenticity = "context"     // real, and of another place, time or event
	PictureSatire      Authenticity = "satire"      // made as satire or parody
)

// Authenticities lists the codes in the order in which they are offered.
func Authenticities() []Authenticity {
	return []Authenticity{PictureOriginal, PictureEdited, PictureTransformed, PictureStaged, PictureContext, PictureSatire}
}

// asPicture reports whether staff said of a picture that it carries the claim,
// and what they found of such pictures. The document says that much; the picture
// itself is an asker's and is not published.
func asPicture(ctx context.Context, tx Tx, claim ID) (is bool, found []Authenticity, err error) {
	ms, err := tx.Media(ctx, MediaFilter{Claim: claim, Limit: 500})
	for _, a := range Authenticities() {
		if slices.ContainsFunc(ms, func(m Media) bool { return m.carries() && m.Authenticity == a }) {
			found = append(found, a)
		}
	}
	return slices.ContainsFunc(ms, Media.carries), found, err
}

// carries reports whether staff said that the picture is one of the claim.
func (m Media) carries() bool { return m.Use == UseYes && m.Kind == MediaPicture }

// JudgePicture says what was found of a picture that carries the claim; the
// empty code takes an earlier word back. Readers are told with the next revision,
// which two people stand behind: like a rating, it makes an author of whoever
// enters it, who then does not review. Not while a review is under way.
func (d *Desk) JudgePicture(ctx context.Context, by Actor, claim, media ID, a Authenticity) error {
	if a != "" && !slices.Contains(Authenticities(), a) {
		return invalid(BadChoice)
	}
	_, err := d.step(ctx, by, MayDraft, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		m, err := mediaOf(ctx, tx, claim, media)
		if err != nil {
			return Event{}, err
		}
		if !m.carries() || c.Pending() {
			return Event{}, ErrState
		}
		dr, err := draftOf(ctx, tx, *c)
		if err != nil {
			return Event{}, err
		}
		if !slices.Contains(dr.Authors, by.Staff) {
			dr.Authors = append(dr.Authors, by.Staff)
			if err := tx.SetDraft(ctx, dr); err != nil {
				return Event{}, err
			}
		}
		m.Authenticity = a
		return Event{Kind: EvMediaJudged, About: media, Data: map[string]string{"authenticity": string(a)}}, tx.SetMedia(ctx, m)
	})
	return err
}
