package web

// formatSamples are the pages on data and formats, and on calendars.
func formatSamples() map[string][]page {
	return map[string][]page{
		"data": {dataPage{URL: "https://desk.example", Lang: "vi", Licence: "https://example.org/licence"},
			dataPage{URL: "https://desk.example", Lang: "en", MCP: true, Files: []dataFile{{"checks.csv", "00ff", 1234}}, Made: testNow}},
		"desk/deadlines": {deadlinesPage{}, deadlinesPage{Since: testNow}, deadlinesPage{Since: testNow, Address: "https://desk.example/deadlines/x.ics"}},
	}
}
