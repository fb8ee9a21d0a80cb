package web

// deskSamples are the pages of the staff site.
func deskSamples(*Site) map[string][]page { return nil }
