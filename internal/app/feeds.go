package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/intake/feed"
	"soi/internal/web"
)

// pressWeb is the client by which feeds and pages of outlets are fetched. It
// says who asks and where that is explained, so that an outlet can write to
// the desk, or ask it to stay away.
func (a *App) pressWeb() feed.Web {
	if a.web != nil {
		return a.web
	}
	return fetch.New(fetch.Options{UserAgent: feed.Product + " (+" + a.Config.PublicURL + "/outlets)"})
}

// newPress makes the fetcher of feeds.
func (a *App) newPress() (*feed.Runner, error) {
	return feed.NewRunner(feed.Options{Desk: a.Desk, Web: a.pressWeb(), Words: pressWords{}, Log: a.log})
}

// forgetPress removes what is past its time of the press, hourly.
func (a *App) forgetPress(ctx context.Context) error {
	n, held, err := a.Desk.ForgetPress(ctx, desk.Program())
	switch {
	case err != nil:
	case held:
		a.log.Warn("nothing of the press is forgotten for a day because the clock jumped")
	case n > 0:
		a.log.Info("suggestions and hashes of pieces past their time removed", "rows", n)
		err = a.cleanFiles(ctx, true)
	}
	return err
}

// PreviewFeed reads an address as a feed and says what would come. An address
// that cannot be read is no error: the preview says why.
func (a *App) PreviewFeed(ctx context.Context, url string) (web.FeedPreview, error) {
	return feedPreview(feed.Preview(ctx, a.pressWeb(), url))
}

// feedPreview takes over what the reader found.
func feedPreview(p feed.Found, err error) (web.FeedPreview, error) {
	out := web.FeedPreview{URL: p.URL, Title: p.Channel.Title, Kind: p.Channel.Kind, Mended: p.Channel.Mended, Count: len(p.Channel.Pieces),
		Found: p.Feeds, Trouble: p.Trouble}
	for _, x := range p.Channel.Pieces[:min(len(p.Channel.Pieces), 10)] {
		title := x.Title
		if title == "" {
			title = x.Link
		}
		out.Pieces = append(out.Pieces, title)
	}
	for _, s := range p.Suggested {
		out.Suggested = append(out.Suggested, s.Text)
	}
	return out, err
}

// ExportOPML writes the list of feeds that are read.
func (a *App) ExportOPML(ctx context.Context, w io.Writer) error {
	outlets, err := a.Desk.Outlets(ctx)
	if err != nil {
		return err
	}
	feeds, err := a.Desk.Feeds(ctx, desk.Program())
	if err != nil {
		return err
	}
	var list []feed.Listed
	for _, o := range outlets {
		for _, f := range feeds {
			if f.Outlet == o.ID && f.Removed.IsZero() {
				list = append(list, feed.Listed{Outlet: o.Name, Site: o.Site, URL: f.URL, Imprint: o.Imprint, Reason: o.Reason, Lang: o.Lang})
			}
		}
	}
	return feed.WriteOPML(w, a.Config.Name, list)
}

// ImportOPML adds the outlets and feeds of a list. Lists of other programs
// tell neither imprint nor reason: reason serves for all that have none of
// their own, and an outlet without an imprint is left out and named, for an
// editor to add with its imprint.
func (a *App) ImportOPML(ctx context.Context, by desk.Actor, body []byte, reason string) (web.OPMLImport, error) {
	var out web.OPMLImport
	list, err := feed.ReadOPML(body)
	if err != nil {
		return out, &desk.Invalid{Problems: []desk.Problem{desk.BadList}}
	}
	outlets, err := a.Desk.Outlets(ctx)
	if err != nil {
		return out, err
	}
	known := map[string]desk.ID{}
	for _, o := range outlets {
		if o.Read() {
			known[strings.ToLower(o.Name)] = o.ID
		}
	}
	for _, l := range list {
		id, ok := known[strings.ToLower(l.Outlet)]
		if !ok {
			if l.Reason == "" {
				l.Reason = reason
			}
			o, err := a.Desk.AddOutlet(ctx, by, desk.Outlet{Name: l.Outlet, Site: l.Site, Imprint: l.Imprint, Lang: l.Lang, Reason: l.Reason})
			if errors.Is(err, desk.ErrInvalid) {
				out.Left = append(out.Left, leftName(l))
				continue
			}
			if err != nil {
				return out, err
			}
			out.Outlets++
			id, known[strings.ToLower(l.Outlet)] = o.ID, o.ID
		}
		if err := a.importFeed(ctx, by, id, l, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// importFeed adds one feed of a list.
func (a *App) importFeed(ctx context.Context, by desk.Actor, outlet desk.ID, l feed.Listed, out *web.OPMLImport) error {
	_, err := a.Desk.AddFeed(ctx, by, outlet, l.URL)
	switch ps := desk.Problems(err); {
	case err == nil:
		out.Feeds++
	case len(ps) > 0 && ps[0] == desk.FeedTaken:
		out.Same++
	case errors.Is(err, desk.ErrInvalid):
		out.Left = append(out.Left, leftName(l))
	default:
		return err
	}
	return nil
}

// leftName is how a line that was left out is named.
func leftName(l feed.Listed) string {
	if l.Outlet == "" {
		return l.URL
	}
	return l.Outlet + " " + l.URL
}

// FeedRemark is what the doctor says of one feed.
type FeedRemark struct {
	Outlet string
	URL    string
	Remark
}

// FeedDoctor looks at every feed that is read and says in plain words how it
// is: silence, failures, ids that change, addresses that moved.
func (a *App) FeedDoctor(ctx context.Context) ([]FeedRemark, error) {
	outlets, err := a.Desk.Outlets(ctx)
	if err != nil {
		return nil, err
	}
	names := map[desk.ID]string{}
	for _, o := range outlets {
		names[o.ID] = o.Name
	}
	feeds, err := a.Desk.Feeds(ctx, desk.Program())
	if err != nil {
		return nil, err
	}
	var out []FeedRemark
	for _, f := range feeds {
		if !f.Removed.IsZero() {
			continue
		}
		for _, r := range remarksOn(f, a.Desk.Now()) {
			out = append(out, FeedRemark{names[f.Outlet], f.URL, r})
		}
	}
	return out, nil
}

// examineFeeds counts the feeds that need a look, if any feed is read.
func (a *App) examineFeeds(ctx context.Context, d *doctor) {
	feeds, err := a.Desk.Feeds(ctx, desk.Program())
	if err != nil {
		return // the database has been spoken of already
	}
	read, ill := 0, 0
	for _, f := range feeds {
		if f.Removed.IsZero() {
			read++
		}
		if f.Noticed() {
			ill++
		}
	}
	switch {
	case ill > 0:
		d.say(Notice, "%d of %d press feeds need a look; `soi feed doctor` says why.", "%d trong %d nguồn tin báo chí cần xem lại; `soi feed doctor` cho biết vì sao.", ill, read)
	case read > 0:
		d.say(Well, "%d press feeds are read and well.", "%d nguồn tin báo chí đang được đọc và ổn.", read)
	}
}

// renamedMost is how many changed ids are worth a word: a few happen when a
// newspaper moves a piece.
const renamedMost = 5

// remarksOn lists what is to be said of a feed, at least one thing.
func remarksOn(f desk.Feed, now time.Time) []Remark {
	var d doctor
	s := f.State
	if s.Fails > 0 {
		en, vi := troubleWords(s.Trouble)
		level := Notice
		if s.Fails >= 3 {
			level = Trouble
		}
		d.out = append(d.out, Remark{level,
			fmt.Sprintf("%s Failed %d times in a row; the last good fetch was %s.", en, s.Fails, agoEn(now, s.Good)),
			fmt.Sprintf("%s Hỏng %d lần liền; lần đọc được gần nhất: %s.", vi, s.Fails, agoVi(now, s.Good))})
	}
	if s.Silent {
		d.out = append(d.out, Remark{Notice,
			fmt.Sprintf("Silent: the newest piece came %s, more than three times the usual gap. Look whether the outlet still writes there.", agoEn(now, s.Newest)),
			fmt.Sprintf("Im lặng: bài mới nhất đến %s, lâu hơn ba lần khoảng cách thường lệ. Hãy xem cơ quan báo chí còn đăng ở đó không.", agoVi(now, s.Newest))})
	}
	if s.Moved != "" {
		d.say(Notice, "Moved for good to %s. `soi feed move` takes the new address over.", "Đã chuyển hẳn sang %s. `soi feed move` nhận địa chỉ mới.", s.Moved)
	}
	if s.Renamed > renamedMost {
		d.say(Notice, "%d pieces came again under a new id; they were told by their address.", "%d bài đến lại với mã mới; đã nhận ra nhờ địa chỉ.", s.Renamed)
	}
	if s.Mended {
		d.say(Notice, "The feed is broken in form and is read all the same.", "Nguồn bị lỗi định dạng nhưng vẫn đọc được.")
	}
	switch {
	case len(d.out) > 0:
	case s.Tried.IsZero():
		d.say(Well, "Not fetched yet.", "Chưa đọc lần nào.")
	default:
		d.out = append(d.out, Remark{Well,
			fmt.Sprintf("Well: %d pieces so far, the newest %s; fetched about every %s.", s.Pieces, agoEn(now, s.Newest), s.Interval.Round(time.Minute)),
			fmt.Sprintf("Tốt: %d bài đến nay, bài mới nhất %s; khoảng %s đọc một lần.", s.Pieces, agoVi(now, s.Newest), s.Interval.Round(time.Minute))})
	}
	return d.out
}

// agoEn says how long ago something was, in English.
func agoEn(now, t time.Time) string {
	n, unit := ago(now, t)
	if unit == "" {
		return "never"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s ago", n, unit)
}

// agoVi says it in Vietnamese.
func agoVi(now, t time.Time) string {
	n, unit := ago(now, t)
	if unit == "" {
		return "chưa bao giờ"
	}
	return fmt.Sprintf("%d %s trước", n, map[string]string{"minute": "phút", "hour": "giờ", "day": "ngày"}[unit])
}

// ago is a time span in the largest unit that fits; no unit for never.
func ago(now, t time.Time) (int, string) {
	d := max(0, now.Sub(t))
	switch {
	case t.IsZero():
		return 0, ""
	case d < time.Hour:
		return int(d / time.Minute), "minute"
	case d < 48*time.Hour:
		return int(d / time.Hour), "hour"
	}
	return int(d / (24 * time.Hour)), "day"
}

// TroubleRemark is why a fetch failed, as a sentence of each language.
func TroubleRemark(t desk.FeedTrouble) Remark {
	en, vi := troubleWords(t)
	return Remark{Level: Trouble, En: en, Vi: vi}
}

// troubleWords is a sentence on why a fetch failed, in both languages.
func troubleWords(t desk.FeedTrouble) (en, vi string) {
	switch t {
	case desk.FeedUnreachable:
		return "The site cannot be reached.", "Không kết nối được với trang."
	case desk.FeedSlow:
		return "The site did not answer in full within 30 seconds.", "Trang không trả lời trọn vẹn trong 30 giây."
	case desk.FeedRefused:
		return "The site refuses to give the feed (it asks for a sign-in or blocks us).", "Trang từ chối cho đọc nguồn (đòi đăng nhập hoặc chặn)."
	case desk.FeedMissing:
		return "There is nothing at this address (404).", "Không có gì ở địa chỉ này (404)."
	case desk.FeedGone:
		return "The feed is gone for good (410).", "Nguồn đã bị bỏ hẳn (410)."
	case desk.FeedServer:
		return "The site has an error of its own.", "Trang đang bị lỗi."
	case desk.FeedPaused:
		return "The site asks us to wait; we do.", "Trang yêu cầu chờ; chúng tôi đang chờ."
	case desk.FeedRobots:
		return "The site's robots.txt asks not to fetch this address; we keep to it.", "robots.txt của trang yêu cầu không đọc địa chỉ này; chúng tôi tuân theo."
	case desk.FeedNotAFeed:
		return "What came is no feed.", "Nội dung nhận được không phải là nguồn tin."
	case desk.FeedTooLarge:
		return "The feed is larger than 5 MB.", "Nguồn lớn hơn 5 MB."
	case desk.FeedLoop:
		return "The address leads through too many redirects.", "Địa chỉ chuyển hướng quá nhiều lần."
	case desk.FeedForbidden:
		return "The address is not on the public web.", "Địa chỉ không nằm trên mạng công cộng."
	}
	return "The fetch failed.", "Không đọc được."
}
