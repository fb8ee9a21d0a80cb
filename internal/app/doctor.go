package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"soi/internal/media"
	"soi/internal/store"
	"soi/internal/tlog"
)

// Level says how a finding of the doctor weighs.
type Level string

// The levels.
const (
	Well    Level = "ok"
	Notice  Level = "notice"  // worth knowing
	Trouble Level = "trouble" // something is lost or refused until it is put right
)

// Remark is one thing the doctor looked at, in a plain sentence of each
// language.
type Remark struct {
	Level  Level
	En, Vi string
}

// In is the sentence in a language, English unless it is "vi".
func (r Remark) In(lang string) string {
	if lang == "vi" {
		return r.Vi
	}
	return r.En
}

// doctor collects remarks.
type doctor struct{ out []Remark }

// say adds a remark; args fill both sentences.
func (d *doctor) say(l Level, en, vi string, args ...any) {
	d.out = append(d.out, Remark{l, fmt.Sprintf(en, args...), fmt.Sprintf(vi, args...)})
}

// Doctor looks at everything that can go wrong around a desk and says what it
// finds. It changes nothing but the time of its own look.
func (a *App) Doctor(ctx context.Context) []Remark {
	d := &doctor{}
	a.examineDatabase(ctx, d)
	a.examineDisk(d)
	a.examineClock(ctx, d)
	a.examineKeys(d)
	a.examineLog(ctx, d)
	a.examineRotation(ctx, d)
	a.examineWitnesses(ctx, d)
	a.examineIndex(ctx, d)
	a.examineEncoder(ctx, d)
	a.examineStaff(ctx, d)
	a.examineOutside(ctx, d)
	a.examineFeeds(ctx, d)
	a.examineExchange(ctx, d)
	a.examineRequests(ctx, d)
	a.examineDigests(ctx, d)
	a.examineWords(d)
	a.examineStanding(ctx, d)
	a.examineBodyChannels(ctx, d)
	a.examineImports(ctx, d)
	a.examineTeam(ctx, d)
	a.examineChannels(ctx, d)
	a.examineWay(ctx, d)
	examineTools(ctx, d)
	a.examineMedia(ctx, d)
	a.examineEvidence(ctx, d)
	return d.out
}

// examineDatabase asks the engine, its version and its durability settings.
func (a *App) examineDatabase(ctx context.Context, d *doctor) {
	h, err := a.db.Health(ctx)
	if err != nil {
		d.say(Trouble, "The database does not answer: %v.", "Cơ sở dữ liệu không trả lời: %v.", err)
		return
	}
	d.say(Well, "The database is %s %s, schema %d, %.1f MB.", "Cơ sở dữ liệu là %s %s, lược đồ %d, %.1f MB.", h.Engine, h.Version, h.Have, float64(h.Bytes)/1e6)
	concerns := h.Concerns()
	for _, c := range concerns {
		r := concernRemark(c)
		d.out = append(d.out, r)
	}
	if len(concerns) == 0 {
		d.say(Well, "What is acknowledged survives a crash and a loss of power, if the disk keeps its word.",
			"Điều đã báo nhận vẫn còn khi chương trình sập hay mất điện, nếu ổ đĩa giữ đúng lời.")
	}
}

// concernRemark is the sentence for a concern about the database.
func concernRemark(c store.Concern) Remark {
	switch c {
	case store.SchemaOld:
		return Remark{Trouble, "The database schema is older than this program. Run `soi migrate`.", "Lược đồ cơ sở dữ liệu cũ hơn chương trình. Hãy chạy `soi migrate`."}
	case store.SchemaNewer:
		return Remark{Trouble, "A newer soi has used this database. Use that version.", "Một bản soi mới hơn đã dùng cơ sở dữ liệu này. Hãy dùng bản đó."}
	case store.NotWAL, store.NotFull, store.CommitNotSync:
		return Remark{Trouble, "The database may lose what was acknowledged when the power fails. Set it back to full synchronisation.",
			"Khi mất điện, cơ sở dữ liệu có thể mất điều đã báo nhận. Hãy đặt lại chế độ ghi đồng bộ đầy đủ."}
	case store.FsyncOff, store.TornPages:
		return Remark{Trouble, "PostgreSQL runs with fsync or full_page_writes off: a loss of power may destroy the database. Switch both on.",
			"PostgreSQL đang tắt fsync hoặc full_page_writes: mất điện có thể hỏng cả cơ sở dữ liệu. Hãy bật cả hai."}
	case store.Damaged:
		return Remark{Trouble, "The database is damaged. Stop soi, keep a copy of the folder, and restore the newest backup.",
			"Cơ sở dữ liệu bị hỏng. Hãy dừng soi, giữ một bản sao thư mục, rồi khôi phục bản sao lưu mới nhất."}
	case store.NoStandby:
		return Remark{Notice, "PostgreSQL has no synchronous standby: if this server dies, the last moments may be lost.",
			"PostgreSQL không có máy dự phòng đồng bộ: nếu máy này hỏng, vài giây cuối có thể mất."}
	case store.NoChecksums:
		return Remark{Notice, "PostgreSQL keeps no data checksums: a flipped bit on disk would not be noticed.",
			"PostgreSQL không giữ mã kiểm tra dữ liệu: một bit lỗi trên đĩa sẽ không bị phát hiện."}
	}
	return Remark{Notice, "The database reports: " + string(c) + ".", "Cơ sở dữ liệu báo: " + string(c) + "."}
}

// examineDisk looks at room and at who can read the data folder.
func (a *App) examineDisk(d *doctor) {
	free, err := freeSpace(a.Config.Data)
	switch {
	case err != nil:
		d.say(Trouble, "The data folder %s cannot be examined: %v.", "Không xem được thư mục dữ liệu %s: %v.", a.Config.Data, err)
		return
	case free < 256<<20:
		d.say(Trouble, "Only %d MB are free where %s is. Make room; deleting the file `ballast` there gives 64 MB at once.",
			"Chỉ còn %d MB trống ở nơi có %s. Hãy dọn chỗ; xóa tệp `ballast` trong đó được ngay 64 MB.", free>>20, a.Config.Data)
	case free < 2<<30:
		d.say(Notice, "%d MB are free where %s is.", "Còn %d MB trống ở nơi có %s.", free>>20, a.Config.Data)
	default:
		d.say(Well, "%.0f GB are free where %s is.", "Còn %.0f GB trống ở nơi có %s.", float64(free)/1e9, a.Config.Data)
	}
	for _, dir := range []string{a.Config.Data, a.Config.Keys} {
		if fi, err := os.Stat(dir); err == nil && fi.Mode().Perm()&0o077 != 0 {
			d.say(Trouble, "Others on this machine can look into %s. Run: chmod 700 %s", "Người khác trên máy này xem được %s. Hãy chạy: chmod 700 %s", dir, dir)
		}
	}
}

// examineClock compares the clock with the log's last entry.
func (a *App) examineClock(ctx context.Context, d *doctor) {
	head, err := a.book.Head(ctx)
	now := a.now()
	switch {
	case err != nil:
		d.say(Trouble, "The public log cannot be read: %v.", "Không đọc được sổ công khai: %v.", err)
	case now.Before(head.Time.Add(-5 * time.Minute)):
		d.say(Trouble, "This machine's clock (%s) is behind the last entry of the public log (%s). Nothing can be published until it is right.",
			"Đồng hồ máy (%s) chậm hơn mục cuối của sổ công khai (%s). Chưa thể đăng bài cho đến khi chỉnh đúng.", now.UTC().Format(time.RFC3339), head.Time.Format(time.RFC3339))
	default:
		d.say(Well, "The clock says %s.", "Đồng hồ chỉ %s.", now.In(a.Config.Zone).Format("2006-01-02 15:04:05 MST"))
	}
}

// examineKeys looks at the keys folder, and says what each file is for.
func (a *App) examineKeys(d *doctor) {
	for _, k := range []struct{ file, en, vi string }{
		{logKeyFile, "signs the public log", "ký sổ công khai"},
		{secretFile, "keeps ticket codes and second factors", "giữ mã tra cứu và lớp đăng nhập thứ hai"},
	} {
		path := filepath.Join(a.Config.Keys, k.file)
		fi, err := os.Stat(path)
		switch {
		case err != nil:
			d.say(Trouble, "%s, which "+k.en+", cannot be read.", "Không đọc được %s, tệp "+k.vi+".", path)
		case fi.Mode().Perm()&0o077 != 0:
			d.say(Trouble, "Others can read %[1]s, which "+k.en+". Run: chmod 600 %[1]s", "Người khác đọc được %[1]s, tệp "+k.vi+". Hãy chạy: chmod 600 %[1]s", path)
		}
	}
	d.say(Notice, "Keep a copy of the folder %s in another place: backups do not hold it.", "Hãy giữ một bản sao thư mục %s ở nơi khác: bản sao lưu không chứa nó.", a.Config.Keys)
}

// examineLog holds the log against the guard file.
func (a *App) examineLog(ctx context.Context, d *doctor) {
	if opening, err := a.opening(ctx); err == nil && opening.Key != "" && nameOfKey(opening.Key) != a.keys.log.Origin() {
		d.say(Trouble, "The database holds the log %s, and the keys folder the key of %s: put the keys folder and the database of one moment together.",
			"Cơ sở dữ liệu giữ sổ %s, còn thư mục khóa giữ khóa của %s: hãy dùng thư mục khóa và cơ sở dữ liệu của cùng một thời điểm.", nameOfKey(opening.Key), a.keys.log.Origin())
		return
	}
	s, err := a.signer.Check(ctx)
	if err != nil && !errors.Is(err, tlog.ErrNothingToSign) {
		d.out = append(d.out, Remark{Trouble, Explain(err, "en"), Explain(err, "vi")})
		if errors.Is(err, tlog.ErrGuardMissing) || errors.Is(err, tlog.ErrGuardCorrupt) {
			d.say(Notice, "`soi log guard` builds the guard file anew.", "`soi log guard` tạo lại tệp canh.")
		}
		return
	}
	head, headErr := a.book.Head(ctx)
	if headErr == nil && head.Size > s.Size {
		d.say(Notice, "The public log has %d entries, %d of them signed; soi serve signs the rest.", "Sổ công khai có %d mục, đã ký %d; soi serve sẽ ký phần còn lại.", head.Size, s.Size)
		return
	}
	if line, err := a.logLine(ctx); err == nil && line.Closed {
		d.say(Trouble, "The public log is closed: nothing can be published. `soi log successor` begins the one that follows.", "Sổ công khai đã đóng: chưa đăng được gì. `soi log successor` mở sổ kế tiếp.")
	} else if err == nil && line.Follows != "" {
		d.say(Well, "The public log %s follows %s.", "Sổ công khai %s nối tiếp %s.", line.Name, line.Follows)
	}
	d.say(Well, "The public log has %d entries, all signed, and agrees with its guard file.", "Sổ công khai có %d mục, đã ký hết và khớp với tệp canh.", s.Size)
	if s.GuardBehind {
		d.say(Notice, "The guard file was older than the newest signature: it was restored, or another machine signs with this key.",
			"Tệp canh cũ hơn chữ ký mới nhất: nó vừa được khôi phục, hoặc một máy khác đang ký bằng khóa này.")
	}
}

// examineIndex says how far the index's snapshot is behind.
func (a *App) examineIndex(ctx context.Context, d *doctor) {
	last, err := a.lastEvent(ctx)
	if err != nil {
		return
	}
	f, err := os.Open(a.snapshotPath())
	if errors.Is(err, fs.ErrNotExist) {
		d.say(Notice, "The index has no snapshot yet; the first start builds it.", "Chỉ mục chưa có bản chụp; lần chạy đầu sẽ dựng nó.")
		return
	}
	if err != nil {
		d.say(Trouble, "The index's snapshot cannot be read: %v. `soi reindex` builds it anew.", "Không đọc được bản chụp chỉ mục: %v. `soi reindex` dựng lại.", err)
		return
	}
	defer f.Close()
	seq, err := snapshotSeq(f)
	if err != nil {
		d.say(Notice, "The index's snapshot cannot be used; the next start builds it anew.", "Bản chụp chỉ mục không dùng được; lần chạy sau sẽ dựng lại.")
		return
	}
	d.say(Well, "The index's snapshot is %d events behind; the next start catches up.", "Bản chụp chỉ mục chậm %d sự kiện; lần chạy sau sẽ đuổi kịp.", last-seq)
}

// examineStaff sees whether the desk can publish at all.
func (a *App) examineStaff(ctx context.Context, d *doctor) {
	n, writers, reviewers, err := a.countStaff(ctx)
	switch {
	case err != nil:
	case n == 0:
		d.say(Notice, "There are no accounts yet: `soi user add NAME --role admin` opens the first.", "Chưa có tài khoản: `soi user add TÊN --role admin` mở tài khoản đầu tiên.")
	case reviewers == 0 || writers < 2:
		d.say(Notice, "Publishing takes two people, one of them an editor. This desk has %d who write and %d who review.",
			"Đăng bài cần hai người, trong đó một biên tập viên. Bàn này có %d người viết và %d người duyệt.", writers, reviewers)
	case reviewers < 2:
		d.say(Notice, "Where harm is high, two reviewers must agree. This desk has %d, so only an emergency gets such a check out, and nobody can follow it.",
			"Khi nguy cơ cao, hai người duyệt phải cùng đồng ý. Bàn này có %d, nên bài như vậy chỉ đăng được lúc khẩn cấp và không có ai xem lại sau đó.", reviewers)
	default:
		d.say(Well, "%d accounts are in use, %d of them can review.", "%d tài khoản đang dùng, %d người duyệt được.", n, reviewers)
	}
}

// examineWay asks for the public address as a reader's browser would, and
// sends itself a form, once as its own page and once as another site: a proxy
// that rewrites Host or drops headers shows here.
func (a *App) examineWay(ctx context.Context, d *doctor) {
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	status := func(method, path, origin, body string) (int, error) {
		r, err := http.NewRequestWithContext(ctx, method, a.Config.PublicURL+path, strings.NewReader(body))
		if err != nil {
			return 0, err
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		resp, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		return resp.StatusCode, resp.Body.Close()
	}
	got, err := status(http.MethodGet, "/log/checkpoint", "", "")
	if err != nil {
		d.say(Notice, "%s does not answer from here. If soi is not running now, that is as it should be.", "%s không trả lời từ đây. Nếu soi đang không chạy thì đó là điều bình thường.", a.Config.PublicURL)
		return
	}
	if got != http.StatusOK {
		d.say(Trouble, "%s answers with status %d where the public log should be.", "%s trả về mã %d ở nơi lẽ ra là sổ công khai.", a.Config.PublicURL, got)
		return
	}
	own, err1 := status(http.MethodPost, "/ask/choose", a.Config.PublicURL, "form=")
	foreign, err2 := status(http.MethodPost, "/ask/choose", "https://other-site.example", "form=")
	switch {
	case err1 != nil || err2 != nil:
		d.say(Trouble, "A form sent to %s did not arrive.", "Biểu mẫu gửi tới %s không đến nơi.", a.Config.PublicURL)
	case own == http.StatusForbidden:
		d.say(Trouble, "Forms from the desk's own pages are refused: the proxy in front changes the Host header. Let it pass Host on unchanged.",
			"Biểu mẫu từ chính trang của bàn bị từ chối: máy chủ trung gian đổi tiêu đề Host. Hãy để nó giữ nguyên Host.")
	case foreign != http.StatusForbidden:
		d.say(Trouble, "A form from another site was not refused: the proxy in front drops the Origin header. Let it pass Origin and Sec-Fetch-Site on.",
			"Biểu mẫu từ trang khác không bị từ chối: máy chủ trung gian bỏ mất tiêu đề Origin. Hãy để nó chuyển Origin và Sec-Fetch-Site.")
	default:
		d.say(Well, "%s is reached, takes forms from its own pages, and refuses those of other sites.", "%s vào được, nhận biểu mẫu từ trang của mình và từ chối của trang khác.", a.Config.PublicURL)
	}
}

// examineTools looks for the programs that some features use.
func examineTools(ctx context.Context, d *doctor) {
	t := media.FindTools(ctx)
	switch {
	case !t.Words:
		d.say(Notice, "tesseract is not installed: text in pictures cannot be read, and that is switched off. On Debian: apt install tesseract-ocr tesseract-ocr-vie",
			"Chưa cài tesseract: không đọc được chữ trong ảnh nên phần này đang tắt. Trên Debian: apt install tesseract-ocr tesseract-ocr-vie")
	case !t.Viet:
		d.say(Notice, "tesseract has no Vietnamese: text in pictures cannot be read. On Debian: apt install tesseract-ocr-vie",
			"tesseract chưa có tiếng Việt: không đọc được chữ trong ảnh. Trên Debian: apt install tesseract-ocr-vie")
	default:
		d.say(Well, "Text in pictures is read, in Vietnamese and English.", "Đọc được chữ trong ảnh, tiếng Việt và tiếng Anh.")
	}
	if !t.Pages {
		d.say(Notice, "pdftoppm is not installed: PDF files are kept and shown by size, without their first page. On Debian: apt install poppler-utils",
			"Chưa cài pdftoppm: tệp PDF được giữ và hiện kích thước, không có hình trang đầu. Trên Debian: apt install poppler-utils")
	}
}
