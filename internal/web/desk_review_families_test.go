package web

import "soi/internal/desk"

// reviewFamilies adds the words of reviews that are put together at run time.
func reviewFamilies(add func(prefix, suffix string, codes ...string)) {
	add("return-kind.", "", desk.ReturnKinds()...)
	add("change.", "", "rating", "statement", "claim", "summary", "body", "unknown", "added", "removed", "altered", "other")
	add("docpart.", "", "topic", "body_concerned", "notes", "asked", "opinions", "releases")
	add("review.said.", "", saidKeys()...)
	add("review.overtaken.", "", string(desk.ReviewReturned), string(desk.ReviewApproved), string(desk.ReviewPending))
}
