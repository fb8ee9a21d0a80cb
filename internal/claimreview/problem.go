package claimreview

import (
	"fmt"
	"strings"

	"soi/internal/claimreview/loosejson"
	"soi/internal/claimreview/table"
)

// Problem is one thing that was wrong in what was read. Lost tells whether a
// check (or an unknown number of them) could not be taken over because of it;
// otherwise it was repaired or did not matter.
type Problem struct {
	Line   int    // 1-based; 0 when it concerns the whole file
	Number int    // 1-based place of the check among those met so far; 0 when none
	Kind   Kind   // for programs
	Detail string // what Sentence fills in: a column, a type, a character set; never text of the check
	Lost   bool
}

// Kind names a problem; its sentence is chosen by it.
type Kind string

// Kinds of damage in JSON; the first group was repaired.
const (
	JSONComma   Kind = "json-comma"
	JSONQuote   Kind = "json-quote"
	JSONControl Kind = "json-control"
	JSONEscape  Kind = "json-escape"
	JSONComment Kind = "json-comment"
	JSONBare    Kind = "json-bare"
	JSONNumber  Kind = "json-number"
	Encoding    Kind = "encoding" // of any file: letters shown as U+FFFD

	JSONBroken    Kind = "json-broken"
	JSONOpenQuote Kind = "json-open-quote"
	JSONCut       Kind = "json-cut"
	JSONDeep      Kind = "json-deep"
	JSONBig       Kind = "json-big"
)

// Kinds of damage in spreadsheets.
const (
	CSVOpenQuote   Kind = "csv-open-quote"
	CSVBareQuote   Kind = "csv-bare-quote"
	CSVCutLine     Kind = "csv-cut-line"
	CSVNoHeader    Kind = "csv-no-header"   // Lost: the whole file
	CSVExtraCells  Kind = "csv-extra-cells" // more cells than columns; the rest was passed over
	CSVUnpublished Kind = "csv-unpublished" // Lost: the row says that it was not published
)

// Kinds that concern one check, or the file.
const (
	NoURL         Kind = "no-url"         // Lost
	BadURL        Kind = "bad-url"        // Lost
	NoClaim       Kind = "no-claim"       // Lost
	ClaimCut      Kind = "claim-cut"      // longer than 5,000 letters
	NoRatingText  Kind = "no-rating-text" // a number at most
	ScaleIgnored  Kind = "scale-ignored"  // the numbers contradict themselves; the words were kept
	BadDate       Kind = "bad-date"
	DateAmbiguous Kind = "date-ambiguous" // day or month first?
	HostForName   Kind = "host-for-name"  // no organisation named
	MediaReview   Kind = "media-review"   // Lost: about a picture or video, not a claim in words
	NothingFound  Kind = "nothing-found"  // Lost: no check in the whole file
	OtherCharset  Kind = "charset"        // read as Detail
)

// Kinds that concern the files of `soi match`.
const (
	NoID       Kind = "no-id"        // the id in Detail was made from the line
	SameID     Kind = "same-id"      // met before; kept under the id in Detail
	NoText     Kind = "no-text"      // Lost: a claim without any text
	EmptyQuery Kind = "empty-query"  // kept; nothing can match it
	NoColumns  Kind = "no-columns"   // Lost: the whole file
	NotARecord Kind = "not-a-record" // Lost: a value that is no object
)

// Sentence says the problem in plain words, in Vietnamese ("vi") or, for any
// other lang, in English, with its place in front.
func (p Problem) Sentence(lang string) string {
	s, ok := sentences()[p.Kind]
	if !ok {
		s = [2]string{"Có chỗ không đọc được.", "Something could not be read."}
	}
	text, line, number := s[1], "line %d", "check %d"
	if lang == "vi" {
		text, line, number = s[0], "dòng %d", "bài thứ %d"
	}
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, p.Detail)
	}
	var place []string
	if p.Line > 0 {
		place = append(place, fmt.Sprintf(line, p.Line))
	}
	if p.Number > 0 {
		place = append(place, fmt.Sprintf(number, p.Number))
	}
	if len(place) == 0 {
		return text
	}
	where := []rune(strings.Join(place, ", "))
	where[0] = []rune(strings.ToUpper(string(where[0])))[0]
	return string(where) + ": " + text
}

// sentences gives Vietnamese and English for every kind.
func sentences() map[Kind][2]string {
	return map[Kind][2]string{
		JSONComma:      {"Thừa hoặc thiếu dấu phẩy; đã sửa.", "A comma too many or too few; repaired."},
		JSONQuote:      {"Dấu ngoặc kép sai kiểu hoặc nằm giữa câu; đã sửa.", "Quotation marks of another kind, or inside a text; repaired."},
		JSONControl:    {"Có ký tự xuống dòng hoặc điều khiển trong câu; đã sửa.", "A line break or control character inside a text; repaired."},
		JSONEscape:     {"Dấu gạch chéo ngược không hợp lệ; đã giữ nguyên chữ.", "A backslash that means nothing here; kept as a letter."},
		JSONComment:    {"Có ghi chú quanh dữ liệu; đã bỏ qua.", "Comments around the data; passed over."},
		JSONBare:       {"Tên hoặc giá trị thiếu dấu ngoặc; đã sửa.", "A name or value without quotation marks; repaired."},
		JSONNumber:     {"Số viết khác chuẩn; đã giữ nguyên.", "A number written in another way; kept as it is."},
		Encoding:       {"Một vài chữ bị hỏng mã; hiện bằng dấu �.", "Some letters are damaged and shown as �."},
		JSONBroken:     {"Dữ liệu hỏng tại đây; phần này không nhập được, phần còn lại vẫn được đọc tiếp.", "The data is broken here; this part was not imported, reading went on behind it."},
		JSONOpenQuote:  {"Một câu không có dấu ngoặc đóng; phần này không nhập được.", "A text has no closing quotation mark; this part was not imported."},
		JSONCut:        {"Tệp bị cắt giữa chừng; những gì còn nguyên đã được giữ lại.", "The file ends in the middle; what was whole has been kept."},
		JSONDeep:       {"Dữ liệu lồng nhau quá sâu; phần này không nhập được.", "The data is nested too deeply; this part was not imported."},
		JSONBig:        {"Một mục lớn hơn giới hạn; phần này không nhập được.", "One part is larger than the limit; it was not imported."},
		CSVOpenQuote:   {"Dấu ngoặc kép mở mà không đóng; dòng này được đọc như chữ thường.", "A quotation mark opens and never closes; the line was read as plain letters."},
		CSVBareQuote:   {"Có dấu ngoặc kép giữa ô; đã giữ lại như một chữ.", "A quotation mark inside a cell; kept as a letter."},
		CSVCutLine:     {"Dòng dài hơn 1 MiB; phần sau đã bị bỏ.", "A line of more than 1 MiB; the rest of it was dropped."},
		CSVNoHeader:    {"Dòng đầu phải ghi tên cột, ít nhất một cột url và một cột claim hoặc title. Chưa nhập gì.", "The first line must name the columns, at least url and one of claim or title. Nothing was imported."},
		CSVExtraCells:  {"Dòng có nhiều ô hơn số cột; các ô thừa không được đọc.", "The row has more cells than there are columns; the extra cells were not read."},
		CSVUnpublished: {"Bài này chưa được công bố ở nơi cũ (%s); không nhập.", "The old desk had not published this one (%s); not imported."},
		NoURL:          {"Thiếu địa chỉ của bài kiểm chứng; không nhập.", "The check has no address; not imported."},
		BadURL:         {"Địa chỉ của bài kiểm chứng không phải http hoặc https; không nhập.", "The check's address is neither http nor https; not imported."},
		NoClaim:        {"Không ghi điều được kiểm chứng; không nhập.", "It does not say which claim was checked; not imported."},
		ClaimCut:       {"Điều được kiểm chứng dài hơn 5.000 chữ cái; đã cắt bớt.", "The claim is longer than 5,000 letters and was cut."},
		NoRatingText:   {"Kết luận không được viết bằng lời; để trống, không suy từ con số.", "The rating is not given in words; left empty, nothing was concluded from numbers."},
		ScaleIgnored:   {"Thang điểm tự mâu thuẫn; chỉ giữ lời kết luận.", "The numeric scale contradicts itself; only the words of the rating were kept."},
		BadDate:        {"Ngày không đọc được; để trống.", "The date could not be read; left empty."},
		DateAmbiguous:  {"Không rõ ngày hay tháng đứng trước; để trống.", "It is not clear whether day or month comes first; left empty."},
		HostForName:    {"Không ghi tên tổ chức công bố; dùng tên trang (%s).", "No publishing organisation is named; the site's name (%s) is used."},
		MediaReview:    {"Đây là kiểm chứng về hình ảnh hoặc video (MediaReview), không nhập được.", "This checks a picture or video (MediaReview); not imported."},
		NothingFound:   {"Không tìm thấy bài kiểm chứng nào trong tệp.", "No check was found in the file."},
		NoID:           {"Không có mã; dùng mã %s.", "It has no id; %s is used."},
		SameID:         {"Mã này đã gặp ở trên; giữ lại dưới mã %s.", "This id was met before; it is kept as %s."},
		NoText:         {"Không có chữ nào để so; không dùng được.", "It has no text to compare; it is not used."},
		EmptyQuery:     {"Câu hỏi trống; không có gì trùng được.", "The query is empty; nothing can match it."},
		NoColumns:      {"Dòng đầu phải ghi tên cột, ví dụ id, claim, title. Chưa đọc gì.", "The first line must name the columns, such as id, claim, title. Nothing was read."},
		NotARecord:     {"Ở đây không phải một mục {…}; đã bỏ qua.", "This is not a record {…}; it was passed over."},
		OtherCharset:   {"Tệp không phải UTF-8; đã đọc theo %s.", "The file is not UTF-8; it was read as %s."},
	}
}

// jsonKind maps damage of loosejson.
func jsonKind(k loosejson.FaultKind) Kind {
	kinds := [...]Kind{
		loosejson.Comma: JSONComma, loosejson.Quote: JSONQuote, loosejson.Control: JSONControl,
		loosejson.Escape: JSONEscape, loosejson.Comment: JSONComment, loosejson.Bare: JSONBare,
		loosejson.Literal: JSONNumber, loosejson.Encoding: Encoding, loosejson.Broken: JSONBroken,
		loosejson.OpenQuote: JSONOpenQuote, loosejson.Truncated: JSONCut, loosejson.TooDeep: JSONDeep,
		loosejson.TooBig: JSONBig,
	}
	if int(k) < len(kinds) && kinds[k] != "" {
		return kinds[k]
	}
	return JSONBroken
}

// JSONProblem puts a fault of loosejson into the same words as Read's.
func JSONProblem(f loosejson.Fault) Problem {
	return Problem{Line: f.Line, Kind: jsonKind(f.Kind), Lost: !f.Kind.Repaired()}
}

// CSVProblem puts a fault of table into the same words as Read's.
func CSVProblem(f table.Fault) Problem {
	kinds := [...]Kind{table.OpenQuote: CSVOpenQuote, table.BareQuote: CSVBareQuote, table.Encoding: Encoding, table.CutLine: CSVCutLine}
	if int(f.Kind) >= len(kinds) {
		return Problem{Line: f.Line, Kind: CSVBareQuote}
	}
	return Problem{Line: f.Line, Kind: kinds[f.Kind]}
}
