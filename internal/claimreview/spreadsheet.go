package claimreview

import (
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"soi/internal/claimreview/table"
)

// column names what a cell means. There is none for a person: columns like
// "claimant", "author" or "speaker" are not known, so never read.
type column int

const (
	colURL column = iota + 1
	colClaim
	colTitle
	colPublisher
	colSite
	colDate
	colRating
	colLang
	colStatus
)

// columns gives the meaning of a header, folded by table.Key: our own names,
// those of ClaimReview, of Check's export (ID, Title, Summary, URL, Language,
// Report Status, Imported?), and Vietnamese ones. Summary is left alone: of
// other publishers soi keeps the link and the rating, not the text.
func columns() map[string]column {
	return map[string]column{
		"url": colURL, "link": colURL, "permalink": colURL, "reviewurl": colURL, "checkurl": colURL, "duongdan": colURL, "lienket": colURL, "diachi": colURL,
		"claim": colClaim, "claimreviewed": colClaim, "claimtext": colClaim, "statement": colClaim, "dieucankiemchung": colClaim,
		"noidungkiemchung": colClaim, "noidung": colClaim, "tuyenbo": colClaim, "phatbieu": colClaim,
		"title": colTitle, "headline": colTitle, "tieude": colTitle,
		"publisher": colPublisher, "organization": colPublisher, "organisation": colPublisher, "publishername": colPublisher,
		"noicongbo": colPublisher, "donvi": colPublisher, "tochuc": colPublisher, "toasoan": colPublisher,
		"publisherurl": colSite, "publishersite": colSite, "site": colSite, "website": colSite, "trangweb": colSite,
		"date": colDate, "published": colDate, "datepublished": colDate, "publishedat": colDate, "publisheddate": colDate, "publicationdate": colDate,
		"reviewdate": colDate, "ngay": colDate, "ngaydang": colDate, "ngaycongbo": colDate,
		"rating": colRating, "verdict": colRating, "textualrating": colRating, "ratingtext": colRating, "ratingname": colRating, "alternatename": colRating,
		"ketluan": colRating, "danhgia": colRating,
		"language": colLang, "lang": colLang, "inlanguage": colLang, "languagecode": colLang, "ngonngu": colLang,
		"reportstatus": colStatus, "trangthai": colStatus,
	}
}

// table reads a spreadsheet; its first row names the columns.
func (x *extractor) table(r io.Reader) error {
	rd := table.NewReader(r)
	head, err := rd.Next()
	if errors.Is(err, io.EOF) {
		return nil // NothingFound says it
	}
	if err != nil {
		return err
	}
	at := map[column]int{}
	known := columns()
	for i, name := range head.Cells {
		if c, ok := known[table.Key(name)]; ok {
			if _, twice := at[c]; !twice {
				at[c] = i
			}
		}
	}
	_, hasURL := at[colURL]
	_, hasClaim := at[colClaim]
	_, hasTitle := at[colTitle]
	if !hasURL || (!hasClaim && !hasTitle) {
		x.number = 1 // one sentence is enough
		x.trouble(Problem{Line: head.Line, Kind: CSVNoHeader, Lost: true})
		return nil
	}
	for x.err == nil {
		row, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		x.row(row, at, len(head.Cells))
	}
	return nil
}

// row takes over one row.
func (x *extractor) row(row table.Row, at map[column]int, width int) {
	x.number++
	note := func(k Kind, lost bool, detail string) {
		x.trouble(Problem{Line: row.Line, Number: x.number, Kind: k, Lost: lost, Detail: detail})
	}
	for _, f := range row.Faults {
		p := CSVProblem(f)
		p.Number = x.number
		x.trouble(p)
	}
	if len(row.Cells) > width && strings.Join(row.Cells[width:], "") != "" {
		note(CSVExtraCells, false, "")
	}
	get := func(c column) string {
		if i, ok := at[c]; ok && i < len(row.Cells) {
			return plain(table.Unguard(row.Cells[i]))
		}
		return ""
	}
	if status := get(colStatus); status != "" && !publishedWord(status) {
		note(CSVUnpublished, true, status)
		return
	}
	out := Imported{Line: row.Line, Title: get(colTitle), Lang: lang(get(colLang))}
	raw := get(colURL)
	if raw == "" {
		note(NoURL, true, "")
		return
	}
	var err error
	if out.URL, err = NormalURL(raw, x.opt.URL); err != nil {
		note(BadURL, true, "")
		return
	}
	if out.Claim = DropSignature(get(colClaim)); out.Claim == "" {
		out.Claim = DropSignature(out.Title) // Check's export has no other column for it
	}
	if out.Claim == "" {
		note(NoClaim, true, "")
		return
	}
	x.finishRow(&out, get, note)
	x.taken++
	x.err = x.each(out)
}

// finishRow fills in what a row may leave out.
func (x *extractor) finishRow(out *Imported, get func(column) string, note func(Kind, bool, string)) {
	var did bool
	if out.Claim, did = cut(out.Claim, maxClaim); did {
		note(ClaimCut, false, "")
	}
	out.Title, _ = cut(out.Title, 500)
	root, host := site(out.URL)
	out.PublisherURL = root
	if u, err := NormalURL(get(colSite), ""); err == nil {
		out.PublisherURL = u
	}
	if out.Publisher, _ = cut(get(colPublisher), 200); out.Publisher == "" {
		out.Publisher = host
		note(HostForName, false, host)
	}
	rating := get(colRating)
	if numeral(rating) {
		out.Numbers.Value, rating = rating, ""
	}
	if out.RatingText, _ = cut(rating, 300); out.RatingText == "" {
		note(NoRatingText, false, "")
	}
	if text := get(colDate); text != "" {
		t, err := parseDate(text, out.Lang)
		out.Published = t
		switch {
		case errors.Is(err, errAmbiguous):
			note(DateAmbiguous, false, "")
		case err != nil:
			note(BadDate, false, "")
		}
	}
}

// publishedWord reads the status column of Check's export and its like.
func publishedWord(s string) bool {
	switch table.Key(s) {
	case "published", "publish", "true", "yes", "dacongbo", "dadang":
		return true
	}
	return false
}

// WriteCSV writes checks as a table that Read takes back, one row each,
// cells guarded against running as formulas. With mark it starts with a byte
// order mark, for Excel. The error is the writer's.
func WriteCSV(w io.Writer, checks iter.Seq[Imported], mark bool) error {
	t, err := table.NewWriter(w, mark)
	if err != nil {
		return err
	}
	if err := t.Write("url", "claim", "title", "rating", "date", "publisher", "publisher url", "language"); err != nil {
		return err
	}
	for c := range checks {
		date := ""
		if !c.Published.IsZero() {
			date = c.Published.UTC().Format(time.RFC3339)
		}
		if err := t.Write(c.URL, c.Claim, c.Title, c.RatingText, date, c.Publisher, c.PublisherURL, c.Lang); err != nil {
			return err
		}
	}
	return t.Flush()
}
