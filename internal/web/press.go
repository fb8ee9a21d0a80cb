package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// Press is what the pages ask of the reader of feeds. Nil means that feeds
// cannot be tested or exchanged as lists.
type Press interface {
	// PreviewFeed reads an address once and stores nothing.
	PreviewFeed(ctx context.Context, url string) (FeedPreview, error)
	// ExportOPML writes the feeds that are read as a list.
	ExportOPML(ctx context.Context, w io.Writer) error
	// ImportOPML adds the outlets and feeds of a list; reason serves for those
	// that tell none. It is desk.ErrInvalid when the text is no list.
	ImportOPML(ctx context.Context, by desk.Actor, body []byte, reason string) (OPMLImport, error)
}

// FeedPreview is what reading an address as a feed would bring.
type FeedPreview struct {
	URL       string   // where it was found, after redirects
	Title     string   // what the feed calls itself
	Kind      string   // "rss", "atom", …; "" if it is no feed
	Mended    bool     // broken in form, read all the same
	Pieces    []string // titles of the newest, at most ten
	Count     int      // pieces in all
	Found     []string // for a page that is no feed: the feeds it names
	Trouble   desk.FeedTrouble
	Suggested []string // sentences that would be suggested, at most five
}

// OPMLImport is what became of a list of feeds.
type OPMLImport struct {
	Outlets int      // added
	Feeds   int      // added
	Same    int      // read already
	Left    []string // those without imprint or reason, or with an address that cannot be used
}

// errNoPress: this desk runs without the reader of feeds.
var errNoPress = errors.New("no reader of feeds")

// outletsPage is the public list of what the desk reads.
type outletsPage struct{ Read, Removed []desk.Outlet }

// head implements page.
func (outletsPage) head(w *words) head {
	return head{Title: w.t("outlets.title"), Description: w.t("outlets.lead")}
}

// outlets answers GET /outlets.
func (s *Site) outlets(v *visit) (answer, error) {
	all, err := s.Desk.Outlets(v.Context())
	var p outletsPage
	for _, o := range all {
		if o.Read() {
			p.Read = append(p.Read, o)
		} else {
			p.Removed = append(p.Removed, o)
		}
	}
	return show("outlets", p).fresh(), err
}

// pressRoutes is the table of the staff's pages about the press.
func (s *Site) pressRoutes() []route {
	return []route{
		{pattern: "GET /desk/press", audience: Staff, may: desk.MayRead, h: s.suggested},
		{pattern: "POST /desk/press/{id}", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.decideSuggested},
		{pattern: "GET /desk/feeds", audience: Staff, may: desk.MayRead, h: s.feedList},
		{pattern: "POST /desk/feeds/test", audience: Staff, may: desk.MayOutlets, body: bodySmall, keep: []string{"url"}, h: s.testFeed},
		{pattern: "POST /desk/feeds/list", audience: Staff, may: desk.MayOutlets, body: bodyDraft, keep: []string{"reason"}, h: s.importFeeds},
		{pattern: "POST /desk/feeds/{id}", audience: Staff, may: desk.MayOutlets, body: bodySmall, h: s.changeFeed},
		{pattern: "POST /desk/outlets", audience: Staff, may: desk.MayOutlets, body: bodySmall, keep: []string{"name", "site", "imprint", "reason", "url"}, h: s.addOutlet},
		{pattern: "POST /desk/outlets/{id}", audience: Staff, may: desk.MayOutlets, body: bodySmall, keep: []string{"why", "url"}, h: s.changeOutlet},
	}
}

// feedRow is one feed with what is to be said of it.
type feedRow struct {
	desk.Feed
	Says []string // what is wrong, in sentences; empty when all is well
}

// outletRow is one outlet with its feeds.
type outletRow struct {
	desk.Outlet
	Feeds []feedRow
}

// feedsPage is the staff's list of outlets and their feeds.
type feedsPage struct {
	Read, Removed []outletRow
	Notices       int // feeds that need a look
	May           bool
	Form          desk.Outlet
	URL           string
	List, Because string // a list that was pasted and could not be read, and its reason
	Problems      []string
	Preview       *FeedPreview
	Trouble       string // of the preview, in a sentence
	Imported      *OPMLImport
}

// head implements page.
func (p feedsPage) head(w *words) head {
	return head{Title: w.t("feeds.title"), Section: "desk", Private: true}
}

// feedList shows the list.
func (s *Site) feedList(v *visit) (answer, error) {
	return s.feedsWith(v, feedsPage{URL: v.query("url")}, nil)
}

// feedsWith shows the list with what a verb left to say.
func (s *Site) feedsWith(v *visit, p feedsPage, err error) (answer, error) {
	status := 200
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	}
	outlets, err := s.Desk.Outlets(v.Context())
	if err != nil {
		return answer{}, err
	}
	feeds, err := s.Desk.Feeds(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p.May = v.actor().May(desk.MayOutlets)
	for _, o := range outlets {
		row := outletRow{Outlet: o}
		for _, f := range feeds {
			if f.Outlet == o.ID && f.Removed.IsZero() {
				row.Feeds = append(row.Feeds, feedRow{f, v.words.feedSays(f)})
				if f.Noticed() {
					p.Notices++
				}
			}
		}
		if o.Read() {
			p.Read = append(p.Read, row)
		} else {
			p.Removed = append(p.Removed, row)
		}
	}
	return show("desk/feeds", p).as(status), nil
}

// feedSays lists what is wrong with a feed, in sentences.
func (w *words) feedSays(f desk.Feed) []string {
	var out []string
	s := f.State
	if s.Fails > 0 {
		out = append(out, w.t("feed-trouble."+string(s.Trouble)), w.n("feeds.fails", s.Fails))
	}
	if s.Silent {
		out = append(out, w.t("feeds.silent"))
	}
	if s.Moved != "" {
		out = append(out, w.t("feeds.moved", "URL", s.Moved))
	}
	if s.Renamed > 5 {
		out = append(out, w.n("feeds.renamed", s.Renamed))
	}
	if s.Mended {
		out = append(out, w.t("feeds.mended"))
	}
	return out
}

// addOutlet puts a medium on the list, with its first feed if one is given.
func (s *Site) addOutlet(v *visit) (answer, error) {
	p := feedsPage{URL: v.field("url"), Form: desk.Outlet{Name: v.field("name"), Site: v.field("site"), Imprint: v.field("imprint"),
		Lang: v.field("lang"), Reason: v.field("reason")}}
	o, err := s.Desk.AddOutlet(v.Context(), v.actor(), p.Form)
	if err == nil && p.URL != "" {
		if _, err = s.Desk.AddFeed(v.Context(), v.actor(), o.ID, p.URL); err != nil {
			p.Form = desk.Outlet{} // the outlet is on the list: only the feed is left to put right
		}
	}
	if err != nil {
		return s.feedsWith(v, p, err)
	}
	return redirect(v.tongue.url("/desk/feeds")), nil
}

// changeOutlet adds a feed to an outlet, removes it, or puts it back.
func (s *Site) changeOutlet(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	switch v.field("do") {
	case "feed":
		_, err = s.Desk.AddFeed(v.Context(), v.actor(), id, v.field("url"))
	case "remove":
		err = s.Desk.RemoveOutlet(v.Context(), v.actor(), id, v.field("why"))
	case "return":
		err = s.Desk.ReturnOutlet(v.Context(), v.actor(), id, v.field("why"))
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err != nil {
		return s.feedsWith(v, feedsPage{URL: v.field("url")}, err)
	}
	return redirect(v.tongue.url("/desk/feeds")), nil
}

// changeFeed removes a feed, takes its new address over, or fetches it now.
func (s *Site) changeFeed(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	switch v.field("do") {
	case "remove":
		err = s.Desk.RemoveFeed(v.Context(), v.actor(), id)
	case "move":
		err = s.Desk.MoveFeed(v.Context(), v.actor(), id)
	case "fetch":
		err = s.Desk.FetchFeed(v.Context(), v.actor(), id)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err != nil {
		return s.feedsWith(v, feedsPage{}, err)
	}
	return redirect(v.tongue.url("/desk/feeds")), nil
}

// testFeed reads an address and shows what would come.
func (s *Site) testFeed(v *visit) (answer, error) {
	if s.Press == nil {
		return answer{}, errNoPress
	}
	f, err := s.Press.PreviewFeed(v.Context(), v.field("url"))
	if err != nil {
		return answer{}, err
	}
	p := feedsPage{URL: v.field("url"), Preview: &f}
	if f.Trouble != "" {
		p.Trouble = v.words.t("feed-trouble." + string(f.Trouble))
	}
	return s.feedsWith(v, p, nil)
}

// exportFeeds answers GET /outlets.opml: the list for other readers and desks,
// as public as the page.
func (s *Site) exportFeeds(v *visit) (answer, error) {
	if s.Press == nil {
		return answer{}, desk.ErrNotFound
	}
	var b bytes.Buffer
	if err := s.Press.ExportOPML(v.Context(), &b); err != nil {
		return answer{}, err
	}
	return raw("text/x-opml; charset=utf-8", b.Bytes()).also("Content-Disposition", `attachment; filename="outlets.opml"`).fresh(), nil
}

// importFeeds takes a list that was pasted.
func (s *Site) importFeeds(v *visit) (answer, error) {
	if s.Press == nil {
		return answer{}, errNoPress
	}
	list, reason := v.field("opml"), v.field("reason")
	got, err := s.Press.ImportOPML(v.Context(), v.actor(), []byte(list), reason)
	if err != nil {
		return s.feedsWith(v, feedsPage{List: list, Because: reason}, err)
	}
	return s.feedsWith(v, feedsPage{Imported: &got}, nil)
}

// suggestedShown is how many suggestions a page lists.
const suggestedShown = 30

// suggestedRow is one suggestion with its reasons in words, and with what the
// archive holds of it.
type suggestedRow struct {
	desk.Suggested
	Because []string
	Known   *suggestion // what was checked or asked already; nil if nothing fits
}

// suggestedPage is the list of sentences suggested from the press.
type suggestedPage struct {
	List    []suggestedRow
	Notices int  // feeds that need a look
	May     bool // take and drop
	None    bool // no feed is read at all
}

// head implements page.
func (p suggestedPage) head(w *words) head {
	return head{Title: w.t("press.title"), Section: "desk", Private: true}
}

// suggested shows the list.
func (s *Site) suggested(v *visit) (answer, error) {
	list, err := s.Desk.Suggestions(v.Context(), v.actor(), desk.SuggestionFilter{State: desk.SuggestionOpen, Limit: suggestedShown})
	if err != nil {
		return answer{}, err
	}
	feeds, err := s.Desk.Feeds(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p := suggestedPage{May: v.actor().May(desk.MayAssess), None: true}
	for _, f := range feeds {
		p.None = p.None && !f.Removed.IsZero()
		if f.Noticed() {
			p.Notices++
		}
	}
	for _, x := range list {
		row := suggestedRow{Suggested: x}
		for _, r := range x.Reasons[:min(len(x.Reasons), 3)] {
			row.Because = append(row.Because, v.words.t("press-reason."+r))
		}
		if row.Known, err = s.knownAs(v, x.Sentence); err != nil {
			return answer{}, err
		}
		p.List = append(p.List, row)
	}
	return show("desk/press", p), nil
}

// feedNotices counts the feeds that need a look.
func (s *Site) feedNotices(v *visit) (n int, err error) {
	feeds, err := s.Desk.Feeds(v.Context(), v.actor())
	for _, f := range feeds {
		if f.Noticed() {
			n++
		}
	}
	return n, err
}

// knownAs finds what the archive holds of a sentence, nil if nothing fits.
func (s *Site) knownAs(v *visit, sentence string) (*suggestion, error) {
	if s.Matcher == nil {
		return nil, nil
	}
	r := s.Matcher.Match(v.Context(), match.Query{Text: sentence, Limit: 1})
	if r.Decision == match.DecisionNew || len(r.Matches) == 0 {
		return nil, nil
	}
	known, err := s.suggestions(v, r.Matches[:1])
	if err != nil || len(known) == 0 {
		return nil, err
	}
	return &known[0], nil
}

// decideSuggested makes a claim of a suggestion, or takes it off the list.
func (s *Site) decideSuggested(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	switch v.field("do") {
	case "take":
		c, err := s.Desk.TakeSuggestion(v.Context(), v.actor(), id)
		if err != nil {
			return answer{}, err
		}
		return v.toClaim(c.ID, ""), nil
	case "opinion":
		err = s.Desk.DropSuggestion(v.Context(), v.actor(), id, desk.SuggestionOpinion)
	case "dismiss":
		err = s.Desk.DropSuggestion(v.Context(), v.actor(), id, desk.SuggestionDismissed)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/press")), nil
}

// Minutes is the interval between fetches in whole minutes, for a sentence.
func (f feedRow) Minutes() int { return int(f.State.Interval / time.Minute) }
