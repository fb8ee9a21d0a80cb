package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// readData: the page says that there is nothing yet, then lists the files, which answer also in parts, and nothing else does.
func readData(t *testing.T, d *apptest.Desk) {
	r := reader{t, d.URL}
	r.get("/vi/data").has(t, http.StatusOK, "Bản đầu tiên đang được làm", "/api/v1/openapi.json", d.Config.Licence)
	r.get("/data/checks.csv").has(t, http.StatusNotFound)
	dir := filepath.Join(d.Config.Data, "open-data")
	if _, err := d.Export(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "zqsecret.txt"), []byte("zqsecret"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := r.get("/en/data")
	p.has(t, http.StatusOK, "checks.parquet", "SHA256SUMS", "claimreview.vi.json")
	if strings.Contains(p.body, "zqsecret") || strings.Contains(p.body, "/mcp") {
		t.Error("the page lists what is not open data, or is off")
	}
	csv := r.get("/data/checks.csv")
	csv.has(t, http.StatusOK, "id,url,lang,claim,title")
	if csv.header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(csv.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%v", csv.header)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+"/data/checks.parquet", nil)
	req.Header.Set("Range", "bytes=0-3")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	magic := make([]byte, 4)
	if _, err := resp.Body.Read(magic); string(magic) != "PAR1" || resp.StatusCode != http.StatusPartialContent {
		t.Errorf("a part: %d %q %v", resp.StatusCode, magic, err)
	}
	for _, name := range []string{"zqsecret.txt", "..%2Fkeys%2Flog.key", "%2e%2e", ".", "SHA256SUMS%00", "README.txt/"} {
		if p := r.get("/data/" + name); p.status == http.StatusOK {
			t.Errorf("/data/%s: %d", name, p.status)
		}
	}
}

// calendars: a secret address gives what its person may see, without a word of any claim; a new one ends it, as do the button
// and the end of the account.
func calendars(t *testing.T, d *apptest.Desk) {
	r := reader{t, d.URL}
	by := d.Member(t, "Người có lịch", desk.Editor)
	secret, err := d.Desk.MakeDeadlineLink(t.Context(), desk.As(by))
	if err != nil {
		t.Fatal(err)
	}
	path := "/deadlines/" + secret + ".ics"
	p := r.get(path)
	p.has(t, http.StatusOK, "BEGIN:VCALENDAR", "SUMMARY:")
	if p.header.Get("Cache-Control") != "no-store" {
		t.Error("caches may keep it")
	}
	cal, err := ics.ParseCalendar(strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	q, err := d.Desk.Queue(t.Context(), desk.As(by), desk.ViewOpen, "")
	if err != nil {
		t.Fatal(err)
	}
	due, found := map[string]bool{}, 0
	for _, e := range cal.Events() {
		due[e.GetProperty(ics.ComponentPropertyUrl).Value] = true
	}
	for _, x := range q.Claims {
		if !x.Due.At.IsZero() {
			if found++; !due[d.Config.PublicURL+"/desk/claims/"+string(x.Claim.ID)] {
				t.Errorf("claim %s is due and not in the calendar", x.Claim.ID)
			}
		}
		if words := strings.Fields(x.Claim.Text); len(words) > 3 && strings.Contains(strings.ReplaceAll(p.body, "\r\n ", ""), strings.Join(words[:3], " ")) {
			t.Errorf("the calendar holds words of %q", x.Claim.Text)
		}
	}
	if found == 0 || len(cal.Events()) < found {
		t.Errorf("%d claims are due, %d dates", found, len(cal.Events()))
	}
	next, err := d.Desk.MakeDeadlineLink(t.Context(), desk.As(by))
	if err != nil {
		t.Fatal(err)
	}
	r.get(path).has(t, http.StatusNotFound)
	path = "/deadlines/" + next + ".ics"
	r.get(path).has(t, http.StatusOK)
	for _, wrong := range []string{"/deadlines/" + next, "/deadlines/x.ics", "/deadlines/" + strings.Repeat("A", 43) + ".ics"} {
		r.get(wrong).has(t, http.StatusNotFound)
	}
	if err := d.Desk.EndDeadlineLink(t.Context(), desk.As(by)); err != nil {
		t.Fatal(err)
	}
	r.get(path).has(t, http.StatusNotFound)
	if next, err = d.Desk.MakeDeadlineLink(t.Context(), desk.As(by)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Desk.SetStaffActive(t.Context(), desk.Program(), by.ID, false); err != nil {
		t.Fatal(err)
	}
	r.get("/deadlines/"+next+".ics").has(t, http.StatusNotFound)
}
