package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/evidence"
)

// busyDesk is the desk of the demo, with a month of work, on which a page was
// read, a crawler passed, and a message tells of its sender.
func busyDesk(t *testing.T) *apptest.Desk {
	d := apptest.Start(t, apptest.Options{Demo: true, With: func(o *app.Options) { o.Tools = new(evidence.FindTools()) }})
	sum := desk.DocHash([]byte("planted"))
	_, err := d.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: "planted", Lang: "vi", Folded: sum, Decision: "new", Text: "Tôi là Zqphạm Zqvăn Zqminh, số zq0912000111, hỏi giùm", Summary: "Zqlời kể zqriêng zqtư"})
	if err != nil {
		t.Fatal(err)
	}
	plantOutside(t, d)
	plantErasures(t, d)
	return d
}

// plantErasures erases one check whole and takes a passage out of another,
// each by two people.
func plantErasures(t *testing.T, d *apptest.Desk) {
	t.Helper()
	ctx, by, editor := t.Context(), desk.As(d.Member(t, "Eraser", desk.Checker)), desk.As(d.Member(t, "Second eraser", desk.Editor))
	rs, err := d.Desk.Published(ctx, desk.RevisionFilter{Below: d.Signed(), Kinds: []desk.Kind{desk.KindPublish}, Newest: true, Limit: 2})
	must(t, err)
	notes := []desk.Note{{Lang: "vi", Text: "Theo yêu cầu của luật."}}
	whole, err := d.Desk.EraseCheck(ctx, by, desk.Erasure{Claim: rs[0].Verdict, Reason: desk.ReasonLegal, Notes: notes})
	must(t, err)
	words := strings.Fields(rs[1].Doc.Texts[0].Summary)
	part, err := d.Desk.Redact(ctx, by, desk.Redaction{Claim: rs[1].Verdict, Passages: []string{strings.Join(words[:4], " ")}, Reason: desk.ReasonPrivacy, Notes: notes})
	must(t, err)
	for _, r := range []desk.Review{whole, part} {
		_, err := d.Desk.Approve(ctx, editor, r.ID, r.Hash, desk.Points(r.Kind))
		must(t, err)
	}
	must(t, d.AfterPublish(ctx))
}

// get fetches a page as a browser or a program, and returns its body.
func get(t *testing.T, address, agent string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", address, res.StatusCode, err)
	}
	return string(b)
}

// reader is how a browser calls itself.
const reader = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

func TestReports(t *testing.T) {
	d := busyDesk(t)
	t.Run("figures are those of the raw rows", func(t *testing.T) { figuresFromRows(t, d) })
	t.Run("every form says the same", func(t *testing.T) { formsAlike(t, d) })
	t.Run("the public page has the same figures", func(t *testing.T) { publicAlike(t, d) })
}

// figuresFromRows compares the figures with a count of the raw rows.
func figuresFromRows(t *testing.T, d *apptest.Desk) {
	// A check whose newest revision erases it has no page any more; its last publication is not listed.
	checks, err := d.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Kinds: []desk.Kind{desk.KindPublish}, Newest: true, Limit: 2})
	if err != nil || len(checks) < 2 {
		t.Fatalf("%d checks to read, %v", len(checks), err)
	}
	for range 3 {
		get(t, d.URL+"/checks/"+string(checks[0].Verdict), reader)
	}
	get(t, d.URL+"/checks/"+string(checks[1].Verdict), "Examplebot/1.0 (+https://bot.example)")
	get(t, d.URL+"/embed/check/"+string(checks[1].Verdict), reader)
	get(t, d.URL+"/feed.atom", "feed reader")
	if err := d.Site().FlushReach(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, days := range []int{400, 20, 7} {
		s := desk.FigureSpan{From: now.AddDate(0, 0, -days), To: now.Add(time.Hour), Below: d.Signed()}
		f, err := d.Desk.Figures(t.Context(), desk.Program(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := naive(rawOf(t, d), s.From.Truncate(time.Millisecond), s.To, f.Made, s.Below)
		if diff := cmp.Diff(want, flat(f)); diff != "" {
			t.Errorf("%d days: figures differ from the raw rows:\n%s", days, diff)
		}
		for _, some := range []string{"bodies/all/late", "bodies/all/silent", "bodies/all/median", "appeals/open/n", "appeals/all/n", "reach/sent/n", "reach/helped/n", "reach/not-helped/n", "asked/set-aside/n", "not-checked/satire/n", "checks/erase/n", "checks/redact/n"} {
			if want[some] == 0 {
				t.Errorf("nothing to compare %s with", some)
			}
		}
		if n := f.Count(desk.TableReach, "page"); n != 3 {
			t.Errorf("a crawler counts, or a reader does not: %d pages", n)
		}
	}
	f, err := d.Desk.Figures(t.Context(), desk.Program(), desk.FigureSpan{From: now.AddDate(-1, 0, 0), To: now, Below: 0}, nil)
	if err != nil || f.Count(desk.TableChecks, "publish") != 0 {
		t.Errorf("what is not signed counts: %d, %v", f.Count(desk.TableChecks, "publish"), err)
	}
	for _, r := range rawOf(t, d).rows("reach", "day", "about") {
		if about := desk.ID(r[1].(string)); len(r[0].(string)) != 10 || about != "" && !about.Valid() {
			t.Errorf("reach holds %v", r)
		}
	}
}

// formsAlike compares all forms of one report row by row, and looks in them for
// what was never published.
func formsAlike(t *testing.T, d *apptest.Desk) {
	by, now := desk.As(d.Member(t, "Zqbáo Zqcáo", desk.Editor)), time.Now()
	p := desk.PeriodAt(desk.PeriodYear, now, d.Config.Zone)
	if _, err := d.Desk.AskReport(t.Context(), by, p, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.MakeReports(t.Context(), d.Site()); err != nil {
		t.Fatal(err)
	}
	var r desk.Report
	apptest.Wait(t, "the report is made", func(ctx context.Context) (done bool) {
		var err error
		r, err = d.Desk.Report(ctx, by, p.Name, "")
		return err == nil && r.State == desk.ReportDone
	})
	secret := secrets(rawOf(t, d))
	if len(secret) < 30 {
		t.Fatalf("only %d texts to look for", len(secret))
	}
	for _, lang := range []string{"vi", "en"} {
		sheet := d.Site().ReportSheet(lang, p, desk.Branch{}, *r.Figures)
		want := cells(sheet)
		if len(want) < 60 || strings.Contains(strings.Join(want, "\n"), "figures.") {
			t.Fatalf("%s: %d rows, or one without words:\n%s", lang, len(want), strings.Join(want, "\n"))
		}
		form := map[string][]byte{}
		for _, f := range []string{"html", "csv", "docx", "json"} {
			b, err := d.Site().WriteReport(f, sheet, *r.Figures)
			if err != nil {
				t.Fatal(f, err)
			}
			form[f] = b
		}
		docx := form["docx"]
		form["docx"] = unzipped(t, docx) // packed bytes hold any two letters by chance
		same := func(what string, got []string) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s:\n%s", lang, what, diff)
			}
		}
		same("HTML", htmlCells(t, string(form["html"])))
		same("CSV", csvCells(t, form["csv"], sheet))
		same("DOCX", docxCells(t, docx))
		var back desk.Figures
		if err := json.Unmarshal(form["json"], &back); err != nil {
			t.Fatal(err)
		}
		same("JSON", cells(d.Site().ReportSheet(lang, p, desk.Branch{}, back)))
		form["pdf"] = inPDF(t, d, by, r, lang, want)
		for f, b := range form {
			hidden(t, lang+" "+f, string(b), secret)
		}
	}
}

// inPDF looks for every row in the printed form, and returns its text.
func inPDF(t *testing.T, d *apptest.Desk, by desk.Actor, r desk.Report, lang string, want []string) []byte {
	program, err := exec.LookPath("pdftotext")
	if _, none := exec.LookPath("chromium"); none != nil || err != nil {
		t.Log("without Chromium and pdftotext nothing is printed and read")
		return nil
	}
	b, err := d.Desk.ReportFile(t.Context(), by, r, lang)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte("/StructTreeRoot")) || !bytes.Contains(b, []byte("/MarkInfo")) {
		t.Error("the PDF has no structure for screen readers")
	}
	var text []byte // once as it stands on the page, once as it is read
	for _, order := range []string{"-layout", "-raw"} {
		cmd := exec.CommandContext(t.Context(), program, order, "-enc", "UTF-8", "-", "-")
		cmd.Stdin = bytes.NewReader(b)
		part, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, part...)
	}
	whole := bare(string(text))
	for _, row := range want {
		if !strings.Contains(whole, bare(strings.ReplaceAll(row, "|", ""))) {
			t.Errorf("%s: the PDF does not say %q", lang, row)
		}
	}
	return text
}

// writtenByPeople are words that no report may hold. Two letters
// would not do: keys and hashes hold any two by chance.
var writtenByPeople = []string{"zqriêng", "zqtư", "Zqlời", "zq0912000111", "Zqphạm", "Zqvăn", "Zqminh", "Zqbáo", "Zqcáo"}

// secrets are words that no report may hold: of messages, drafts, notes and
// open claims, and names of staff.
func secrets(db rawRows) (out []string) {
	add := func(v any) {
		if s, _ := v.(string); len(s) > 8 {
			out = append(out, s)
		}
	}
	for _, r := range slices.Concat(db.rows("tip", "text"), db.rows("claim_note", "text")) {
		add(r[0])
	}
	for _, r := range db.rows("claim", "text", "state") {
		if r[1] == "open" {
			add(r[0])
		}
	}
	return append(out, writtenByPeople...)
}

// hidden fails when an output holds one of the words.
func hidden(t *testing.T, what, out string, secret []string) {
	t.Helper()
	for _, s := range secret {
		if strings.Contains(out, s) {
			t.Errorf("%s holds %q", what, s)
		}
	}
}

// publicAlike compares the public page with its figures, and looks in it for
// what was never published.
func publicAlike(t *testing.T, d *apptest.Desk) {
	f, err := d.Site().PublicFigures(t.Context(), 365)
	if err != nil {
		t.Fatal(err)
	}
	few := 0
	for _, tab := range f.Tables {
		for _, r := range tab.Rows {
			for _, c := range r.Cells {
				if c.Askers && c.N < 10 && c.Band != desk.BandFew {
					t.Errorf("%s/%s shows %d", tab.Key, r.Key, c.N)
				}
				if c.Band != "" && c.N != 0 {
					t.Errorf("%s/%s says the number behind its band", tab.Key, r.Key)
				}
				if c.Band != "" {
					few++
				}
			}
			if len(r.Names) > 0 {
				t.Errorf("%s names a body", tab.Key)
			}
		}
	}
	if few == 0 || f.Count(desk.TableAsked, desk.RowAll) < 10 || f.Count(desk.TableChecks, "publish") == 0 {
		t.Errorf("%d bands, %d messages, %d checks", few, f.Count(desk.TableAsked, desk.RowAll), f.Count(desk.TableChecks, "publish"))
	}
	secret := secrets(rawOf(t, d))
	for _, lang := range []string{"vi", "en"} {
		sheet := d.Site().Sheet(lang, "", "", f)
		page := get(t, d.URL+"/"+lang+"/statistics?days=365", reader)
		if diff := cmp.Diff(cells(sheet), htmlCells(t, page)); diff != "" {
			t.Errorf("%s page:\n%s", lang, diff)
		}
		table := get(t, d.URL+"/"+lang+"/statistics.csv?days=365", reader)
		if diff := cmp.Diff(cells(sheet), csvCells(t, []byte(table), sheet)); diff != "" {
			t.Errorf("%s CSV:\n%s", lang, diff)
		}
		var back desk.Figures
		data := get(t, d.URL+"/"+lang+"/statistics.json?days=365", reader)
		if err := json.Unmarshal([]byte(data), &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cells(sheet), cells(d.Site().Sheet(lang, "", "", back))); diff != "" {
			t.Errorf("%s JSON:\n%s", lang, diff)
		}
		for what, out := range map[string]string{"page": page, "CSV": table, "JSON": data} {
			hidden(t, lang+" "+what, out, secret)
		}
		if len(page) > 60<<10 {
			t.Errorf("%s page has %d bytes", lang, len(page))
		}
	}
}
