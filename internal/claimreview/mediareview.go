package claimreview

// mediaCategory is the MediaReview category that a rating says of a picture,
// "" where it says none: that a claim is false does not tell whether a picture
// was staged, cut or made up, and nothing is told that the desk has not found.
func mediaCategory(rating string) string {
	switch rating {
	case "out-of-context":
		return "https://schema.org/DecontextualizedContent"
	case "satire":
		return "https://schema.org/SatireOrParodyContent"
	}
	return ""
}

// mediaOf is the MediaReview of a check on a picture, nil for other checks. The
// picture has no address in it: it came from an asker and is not published.
func mediaOf(c Check, author orgJSON) *mediaJSON {
	category := mediaCategory(c.Rating)
	if !c.Picture || category == "" {
		return nil
	}
	return &mediaJSON{Type: "MediaReview", URL: c.URL, Lang: c.Lang, Published: stamp(c.Published), Modified: stamp(c.Modified), Author: author,
		Category: category, Context: c.Title,
		Reviewed: mediaItemJSON{Type: "MediaReviewItem", Appearance: []imageJSON{{Type: "ImageObject", Claim: claimJSON{Type: "Claim", Name: c.Claim, Lang: c.Lang}}}}}
}
