package claimreview

// mediaCategories maps what a desk finds of a picture to the categories of
// schema.org's MediaManipulationRatingEnumeration.
func mediaCategories() map[string]string {
	return map[string]string{
		"original": "OriginalMediaContent", "edited": "EditedOrCroppedContent", "transformed": "TransformedContent",
		"staged": "StagedContent", "context": "DecontextualizedContent", "satire": "SatireOrParodyContent",
	}
}

// mediaFound is what was found of the picture of a check: what the desk entered,
// else what its rating says of a picture. That a claim is false does not tell
// whether a picture was staged, cut or made up, and nothing is told that the desk
// has not found.
func mediaFound(c Check) []string {
	switch {
	case len(c.Authenticity) > 0:
		return c.Authenticity
	case c.Rating == "out-of-context":
		return []string{"context"}
	case c.Rating == "satire":
		return []string{"satire"}
	}
	return nil
}

// categoryOf are the addresses of what was found: one as a word, several, of
// several pictures, as a list.
func categoryOf(found []string) any {
	var out []string
	for _, f := range found {
		if name, ok := mediaCategories()[f]; ok {
			out = append(out, "https://schema.org/"+name)
		}
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

// mediaOf is the MediaReview of a check on a picture, nil for other checks. The
// picture has no address in it: it came from an asker and is not published.
func mediaOf(c Check, author orgJSON) *mediaJSON {
	category := categoryOf(mediaFound(c))
	if !c.Picture || c.Withdrawn || category == nil {
		return nil
	}
	return &mediaJSON{Type: "MediaReview", URL: c.URL, Lang: c.Lang, Published: stamp(c.Published), Modified: stamp(c.Modified), Author: author,
		Category: category, Context: c.Title,
		Reviewed: mediaItemJSON{Type: "MediaReviewItem", Appearance: []imageJSON{{Type: "ImageObject", Claim: claimJSON{Type: "Claim", Name: c.Claim, Lang: c.Lang}}}}}
}
