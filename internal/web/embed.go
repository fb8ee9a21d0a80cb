package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"

	"soi/internal/desk"
)

// Heights of the frames in CSS pixels, at which a phone of 320 pixels shows
// the usual content without scrolling. Whoever embeds one may change them,
// and readers can pull at its corner.
const (
	checkHeight = 360
	topicHeight = 520
	embedShown  = 5 // checks in a frame
)

// embedCheckPage is one check as a card in a frame of another site.
type embedCheckPage struct {
	checkPage
	Home string // the check on its own site
}

// head implements page.
func (p embedCheckPage) head(w *words) head {
	h := p.checkPage.head(w)
	return head{Title: h.Title, Private: true}
}

// embedCheck answers GET /embed/check/{id} with the newest revision: what is
// embedded is corrected where it stands.
func (s *Site) embedCheck(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	all, err := s.Desk.Check(v.Context(), id, s.Signed())
	if err != nil {
		return answer{}, err
	}
	p := embedCheckPage{checkOf(v.lang, all, 0), s.own(v, "/checks/"+string(id))}
	return framed(v, show("embed/check", p).fresh()), nil
}

// own is the full address of a path in the reader's language.
func (s *Site) own(v *visit, path string) string {
	return s.Config.URL + tongue{v.lang, "/" + v.lang}.url(path)
}

// embedTopicPage is the newest checks of a topic, or of all, in a frame.
type embedTopicPage struct {
	Topic string // "" for all
	List  []card
	Home  string
}

// head implements page.
func (p embedTopicPage) head(w *words) head {
	return head{Title: w.t("embed.topic.title"), Private: true}
}

// everyTopic stands in an address for no topic.
const everyTopic = "all"

// embedTopic answers GET /embed/topic/{topic}.
func (s *Site) embedTopic(v *visit) (answer, error) {
	topic := v.PathValue("topic")
	home := "/checks"
	if topic == everyTopic {
		topic = ""
	} else if !slices.Contains(desk.Topics(), topic) {
		return answer{}, desk.ErrNotFound
	} else {
		home += "?topic=" + url.QueryEscape(topic)
	}
	list, _, err := s.listChecks(v, checksFilter{Topic: topic}, embedShown)
	if err != nil {
		return answer{}, err
	}
	return framed(v, show("embed/topic", embedTopicPage{topic, list, s.own(v, home)}).fresh()), nil
}

// snippet is something to embed: its address and what to copy.
type snippet struct {
	Name string // key of its words
	See  string // path
	HTML string
}

// embedHowPage tells how to put checks into other sites.
type embedHowPage struct {
	Topics []string
	Topic  string
	Check  string // what was pasted
	Title  string // of the check found
	Wrong  bool   // what was pasted is no check of this site
	All    []snippet
}

// head implements page.
func (embedHowPage) head(w *words) head {
	return head{Title: w.t("embed.how.title"), Description: w.t("embed.how.lead")}
}

// embedHow answers GET /embed, with ?check= an address or an id and ?topic=.
func (s *Site) embedHow(v *visit) (answer, error) {
	p := embedHowPage{Topics: desk.Topics(), Topic: v.query("topic"), Check: v.query("check")}
	if !slices.Contains(p.Topics, p.Topic) {
		p.Topic = everyTopic
	}
	id, _, ok := s.checkAddress(p.Check)
	if desk.ID(p.Check).Valid() {
		id, ok = desk.ID(p.Check), true
	}
	if p.Wrong = p.Check != "" && !ok; ok {
		all, err := s.Desk.Check(v.Context(), id, s.Signed())
		if err != nil && !errors.Is(err, desk.ErrNotFound) {
			return answer{}, err
		}
		if p.Wrong = err != nil; !p.Wrong {
			p.Title = checkOf(v.lang, all, 0).Text.Statement
			p.All = append(p.All, s.snippet(v, "check", "/embed/check/"+string(id), p.Title, checkHeight))
		}
	}
	p.All = append(p.All,
		s.snippet(v, "topic", "/embed/topic/"+p.Topic, v.words.t("embed.topic.title"), topicHeight),
		s.snippet(v, "ask", "/embed/ask", v.words.t("ways.box.frame", "Desk", s.Config.Name), boxHeight))
	return show("embed-how", p).fresh(), nil
}

// snippet is the frame that another site copies. The style lets readers pull
// at its corner, so no script is needed for its height.
func (s *Site) snippet(v *visit, name, path, title string, height int) snippet {
	return snippet{name, v.tongue.url(path), frameHTML(s.own(v, path), title, "100%", height)}
}

// frameHTML is an iframe element.
func frameHTML(address, title, width string, height int) string {
	return fmt.Sprintf(`<iframe src="%s" title="%s" width="%s" height="%d" style="border:0;max-width:100%%;resize:vertical;overflow:auto" loading="lazy" referrerpolicy="no-referrer"></iframe>`,
		template.HTMLEscapeString(address), template.HTMLEscapeString(title), width, height)
}

// checkPath is the path of a check's page.
var checkPath = regexp.MustCompile(`^(?:/([a-z]{2,3}(?:-[a-z0-9]{2,8})*))?/checks/([0-9a-z]{26})/?$`)

// checkAddress reads the full address of a check on this site; false for
// everything else.
func (s *Site) checkAddress(address string) (id desk.ID, lang string, ok bool) {
	u, err := url.Parse(address)
	home, homeErr := url.Parse(s.Config.URL)
	if err != nil || homeErr != nil || u.Scheme != home.Scheme || u.Host != home.Host || u.User != nil {
		return "", "", false
	}
	m := checkPath.FindStringSubmatch(u.Path)
	if m == nil || !desk.ID(m[2]).Valid() || m[1] != "" && s.books[m[1]] == nil {
		return "", "", false
	}
	return desk.ID(m[2]), m[1], true
}
