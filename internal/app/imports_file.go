package app

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"

	"soi/internal/claimreview"
	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/intake/feed"
)

// file reads one address that holds everything. A file that did not change
// since the last run is not read again.
func (r *importRun) file(ctx context.Context) error {
	s := r.source
	tmp, err := os.CreateTemp(r.a.Config.Data, "import-*")
	if err != nil {
		return err
	}
	defer func() { _, _ = tmp.Close(), os.Remove(tmp.Name()) }()
	sum := sha256.New()
	err = r.web.Stream(ctx, fetch.Request{URL: s.URL, ETag: s.State.ETag, LastModified: s.State.Modified}, importFileMost, func(p *fetch.Page, body io.Reader) error {
		if p.Status == http.StatusNotModified {
			r.run.Unchanged = true
			return nil
		}
		if err := statusTrouble(p.Status, p.Header); err != nil {
			return err
		}
		s.State.ETag, s.State.Modified = header(p, "ETag"), header(p, "Last-Modified")
		_, err := io.Copy(io.MultiWriter(tmp, sum), body)
		return err
	})
	if err != nil || r.run.Unchanged {
		return err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	if digest == s.State.Cursor {
		r.run.Unchanged = true
		return nil
	}
	s.State.Cursor = digest
	return r.whole(ctx, tmp)
}

// header is a header of an answer that is worth keeping.
func header(p *fetch.Page, name string) string {
	if v := p.Header.Get(name); len(v) <= 200 {
		return v
	}
	return ""
}

// whole reads a file in any of its shapes: a dump of Cofacts as a zip, or
// anything that claimreview knows, gzipped or not.
func (r *importRun) whole(ctx context.Context, f *os.File) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if z, err := zip.NewReader(f, fi.Size()); err == nil {
		return r.zipped(ctx, z)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var in io.Reader = bufio.NewReader(f)
	if magic, err := in.(*bufio.Reader).Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return &troubleError{trouble: desk.ImportForeign}
		}
		in = io.LimitReader(z, importFileMost)
	}
	before := r.run.Found + r.run.Lost()
	err = claimreview.Read(in, claimreview.Options{}, func(i claimreview.Imported) error { return r.take(ctx, i) }, r.trouble(""))
	if err == nil && r.run.Found+r.run.Lost() == before {
		return &troubleError{trouble: desk.ImportForeign}
	}
	return err
}

// The files of a dump of Cofacts.
const (
	cofactsReplies  = "replies.csv"
	cofactsLinks    = "article_replies.csv"
	cofactsMessages = "articles.csv"
)

// zipped reads a dump of Cofacts: which replies stand, then the messages.
func (r *importRun) zipped(ctx context.Context, z *zip.Reader) error {
	at := map[string]*zip.File{}
	for _, f := range z.File {
		at[path.Base(f.Name)] = f
	}
	if at[cofactsLinks] == nil || at[cofactsMessages] == nil {
		return &troubleError{trouble: desk.ImportForeign}
	}
	types := map[string]string{}
	if f := at[cofactsReplies]; f != nil {
		if err := rowsOf(f, func(get func(string) string, _ int) error { types[get("id")] = get("type"); return nil }); err != nil {
			return err
		}
	}
	says := map[string][]cofactsReply{}
	err := rowsOf(at[cofactsLinks], func(get func(string) string, _ int) error {
		if get("status") != "NORMAL" {
			return nil
		}
		kind := get("replyType")
		if kind == "" {
			kind = types[get("replyId")]
		}
		id := get("articleId")
		says[id] = append(says[id], cofactsReply{kind, get("createdAt")})
		return nil
	})
	if err != nil {
		return err
	}
	return rowsOf(at[cofactsMessages], func(get func(string) string, line int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return r.message(ctx, get("id"), get("text"), says[get("id")], line)
	})
}

// rowsOf reads a table with a header; get gives a cell by the name of its
// column, and columns that name people are never asked for.
func rowsOf(f *zip.File, each func(get func(string) string, line int) error) error {
	in, err := f.Open()
	if err != nil {
		return &troubleError{trouble: desk.ImportForeign}
	}
	defer in.Close()
	c := csv.NewReader(io.LimitReader(in, importFileMost))
	c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = -1, true, true
	head, err := c.Read()
	if err != nil {
		return &troubleError{trouble: desk.ImportForeign}
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")] = i
	}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &troubleError{trouble: desk.ImportForeign}
		}
		line, _ := c.FieldPos(0)
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.ToValidUTF8(strings.Clone(row[i]), "\ufffd")
			}
			return ""
		}
		if err := each(get, line); err != nil {
			return err
		}
	}
}

// feedSeen is how many pieces of a feed are remembered as read.
const feedSeen = 2000

// feed reads a publisher's feed, and of every new or changed piece the page
// for its ClaimReview.
func (r *importRun) feed(ctx context.Context) error {
	s := r.source
	p, err := r.visit.Visit(ctx, fetch.Request{URL: s.URL, ETag: s.State.ETag, LastModified: s.State.Modified})
	if errors.Is(err, feed.ErrRobots) {
		return &troubleError{trouble: desk.ImportRobots}
	}
	if err != nil {
		return err
	}
	if p.Status == http.StatusNotModified {
		r.run.Unchanged = true
		return nil
	}
	if err := statusTrouble(p.Status, p.Header); err != nil {
		return err
	}
	ch, err := feed.Parse(p.Body, p.Header.Get("Content-Type"), p.URL)
	if err != nil {
		return &troubleError{trouble: desk.ImportForeign}
	}
	var seen []string
	if json.Unmarshal([]byte(s.State.Cursor), &seen) != nil {
		seen = nil
	}
	done, rest := 0, false
	for _, x := range ch.Pieces {
		mark := markOfPiece(x)
		if x.Link == "" || slices.Contains(seen, mark) {
			continue
		}
		if rest = done == importPages; rest {
			break
		}
		done++
		read, err := r.page(ctx, x.Link)
		if err != nil {
			return err
		}
		if read {
			seen = append(seen, mark)
		}
	}
	seen = seen[max(0, len(seen)-feedSeen):]
	b, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	s.State.Cursor = string(b)
	if rest {
		s.State.ETag, s.State.Modified = "", "" // the feed has to come again
		return errOwnStop
	}
	if s.State.ETag, s.State.Modified = header(p, "ETag"), header(p, "Last-Modified"); len(r.run.Refused) > 0 && r.failedPages() {
		s.State.ETag, s.State.Modified = "", ""
	}
	return nil
}

// failedPages reports whether a page is to be tried again.
func (r *importRun) failedPages() bool {
	return slices.ContainsFunc(r.run.Refused, func(x desk.ImportRefusal) bool { return x.Kind == desk.RefusedPage })
}

// markOfPiece tells a piece, and changes when the feed says that it changed.
func markOfPiece(x feed.Piece) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(x.Link, "\x00", x.Updated.Unix(), "\x00", x.Title)))
	return hex.EncodeToString(sum[:8])
}

// page reads the checks of one page; read is false when it is to be tried
// again.
func (r *importRun) page(ctx context.Context, link string) (read bool, err error) {
	refuse := func(kind string) { r.run.Refuse(kind, true, desk.ImportSample{URL: link}) }
	p, err := r.visit.Visit(ctx, fetch.Request{URL: link, Accept: "text/html"})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil || p.Status >= 500 || p.Status == http.StatusTooManyRequests {
		refuse(desk.RefusedPage)
		return false, nil
	}
	if p.Status != http.StatusOK {
		refuse(desk.RefusedPage)
		return true, nil
	}
	met := 0
	count := r.trouble(link)
	read = true
	err = claimreview.Read(strings.NewReader(string(p.Body)), claimreview.Options{URL: p.URL}, func(i claimreview.Imported) error {
		met++
		if here, there := hostName(p.URL), hostName(i.URL); here != there && !strings.HasSuffix(here, "."+there) && !strings.HasSuffix(there, "."+here) {
			refuse(desk.RefusedTheirs)
			return nil
		}
		return r.take(ctx, i)
	}, func(x claimreview.Problem) {
		if x.Lost && x.Kind != claimreview.NothingFound {
			met++
		}
		count(x)
	})
	if err == nil && met == 0 {
		refuse(desk.RefusedWithout)
	}
	return read, err
}

// RefusalRemark is the reason of a refusal as a sentence of a language.
func RefusalRemark(r desk.ImportRefusal, lang string) string {
	vi, en := refusalWords(r.Kind)
	switch {
	case en == "":
		detail := ""
		if len(r.Samples) > 0 {
			detail = r.Samples[0].Detail
		}
		return claimreview.Problem{Kind: claimreview.Kind(r.Kind), Detail: detail}.Sentence(lang)
	case lang == "vi":
		return vi
	}
	return en
}

// refusalWords are the reasons that readers of sources give, in both
// languages; none for those of the reader of formats.
func refusalWords(kind string) (vi, en string) {
	switch kind {
	case desk.RefusedOpinion:
		return "Nơi công bố ghi đây là ý kiến.", "The publisher marks it as an opinion."
	case desk.RefusedUncheckable:
		return "Nơi công bố nói điều này không kiểm chứng được.", "The publisher says that it cannot be checked."
	case desk.RefusedNoReply:
		return "Ở đó chưa có ai trả lời.", "Nobody has answered it there."
	case desk.RefusedReplies:
		return "Các câu trả lời ở đó trái ngược nhau.", "The replies there contradict each other."
	case desk.RefusedPage:
		return "Không đọc được trang.", "The page could not be read."
	case desk.RefusedWithout:
		return "Trang không có ClaimReview.", "The page carries no ClaimReview."
	case desk.RefusedTheirs:
		return "Trang ghi bài kiểm chứng ở trang của nơi khác.", "The page says that the check is at another site."
	case desk.RefusedOwn:
		return "Đây là bài của chính chúng tôi.", "It is a check of our own."
	case desk.RefusedLanguage:
		return "Bài viết bằng ngôn ngữ khác.", "It is in another language than asked for."
	}
	return "", ""
}

// examineImports counts the sources that fail.
func (a *App) examineImports(ctx context.Context, d *doctor) {
	ss, _, err := a.Desk.ImportSources(ctx, desk.Program(), "")
	if err != nil {
		return // the database has been spoken of already
	}
	used, ill := 0, 0
	for _, s := range ss {
		if s.Removed.IsZero() && s.Paused.IsZero() {
			if used++; s.State.Fails >= 3 || s.State.Trouble == desk.ImportNoKey {
				ill++
			}
		}
	}
	switch {
	case ill > 0:
		d.say(Notice, "%d of %d sources of other publishers' checks fail; `soi import list` says why.", "%d trong %d nguồn bài kiểm chứng của nơi khác bị lỗi; `soi import list` cho biết vì sao.", ill, used)
	case used > 0:
		d.say(Well, "%d sources of other publishers' checks are read and well.", "%d nguồn bài kiểm chứng của nơi khác đang được đọc và ổn.", used)
	}
}
