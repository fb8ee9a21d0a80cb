package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"soi/internal/claimreview"
	"soi/internal/desk"
	"soi/internal/fetch"
)

// The addresses of the services themselves.
const (
	googleAPI  = "https://factchecktools.googleapis.com"
	cofactsAPI = "https://api.cofacts.tw/graphql"
	cofactsWeb = "https://cofacts.tw"
)

// progress is how far a service was read: what is newer than Since, from
// Token on. Done is when the reading under way began.
type progress struct {
	Since time.Time `json:"since,omitzero"`
	Token string    `json:"token,omitempty"`
	Begun time.Time `json:"begun,omitzero"`
}

// progressOf reads the cursor of a source; anything else means the beginning.
func progressOf(s *desk.ImportSource, now time.Time) progress {
	var p progress
	if json.Unmarshal([]byte(s.State.Cursor), &p) != nil {
		p = progress{}
	}
	if p.Token == "" {
		p.Begun = now
	}
	return p
}

// keep writes the cursor: where to go on, or, with an empty token, that all up
// to the beginning of this reading is known.
func (p progress) keep(s *desk.ImportSource, token string) {
	p.Token = token
	if token == "" {
		p.Since, p.Begun = p.Begun, time.Time{}
	}
	b, err := json.Marshal(p)
	if err == nil {
		s.State.Cursor = string(b)
	}
}

// google asks a service that answers like Google's Fact Check Tools API, page
// by page; later runs only for what is newer than the last whole one.
func (r *importRun) google(ctx context.Context) error {
	base, s := r.source.URL, r.source
	if base == "" {
		base = googleAPI
	}
	if r.a.Config.GoogleKey == "" && s.URL == "" {
		return &troubleError{trouble: desk.ImportNoKey}
	}
	c, u, err := r.caller(base)
	if err != nil {
		return err
	}
	defer c.Close()
	p := progressOf(s, r.run.Began)
	for range importPages {
		q := url.Values{"pageSize": {"100"}}
		set := func(name, v string) {
			if v != "" {
				q.Set(name, v)
			}
		}
		set("query", s.Query)
		set("reviewPublisherSiteFilter", s.Site)
		set("languageCode", s.Lang)
		set("pageToken", p.Token)
		if !p.Since.IsZero() {
			q.Set("maxAgeDays", strconv.Itoa(int(r.run.Began.Sub(p.Since).Hours()/24)+2))
		}
		// The key travels in a header: an address can end up in somebody's log.
		h := http.Header{"Accept": {"application/json"}}
		if key := r.a.Config.GoogleKey; key != "" && (s.URL == "" || u.Host == "factchecktools.googleapis.com") {
			h.Set("X-Goog-Api-Key", key)
		}
		body, err := r.call(ctx, c, fetch.Call{URL: u.Scheme + "://" + u.Host + "/v1alpha1/claims:search?" + q.Encode(), Header: h})
		if err != nil {
			return err
		}
		var page struct {
			Next string `json:"nextPageToken"`
		}
		if json.Unmarshal(body, &page) != nil {
			return &troubleError{trouble: desk.ImportForeign}
		}
		err = claimreview.Read(bytes.NewReader(body), claimreview.Options{}, func(i claimreview.Imported) error { return r.take(ctx, i) }, r.trouble(""))
		if err != nil {
			return err
		}
		again := page.Next == p.Token && page.Next != ""
		p.Token = page.Next
		p.keep(s, page.Next)
		if page.Next == "" || again {
			return nil
		}
	}
	return errOwnStop
}

// cofactsQuery asks for messages that somebody answered, the newest answer
// first. Nothing about who sent or answered is asked for.
const cofactsQuery = `query($since: String, $after: String) {
  ListArticles(filter: {replyCount: {GT: 0}, repliedAt: {GT: $since}}, orderBy: [{lastRepliedAt: DESC}], first: 50, after: $after) {
    edges { cursor node { id text articleReplies(status: NORMAL) { createdAt reply { type } } } }
    pageInfo { lastCursor }
  }
}`

// cofactsAnswer is what comes back.
type cofactsAnswer struct {
	Errors []struct{}
	Data   *struct {
		Messages struct {
			Edges []struct {
				Cursor string
				Node   cofactsMessage
			}
			PageInfo struct{ LastCursor string }
		} `json:"ListArticles"`
	}
}

// cofactsMessage is a message with the replies that stand.
type cofactsMessage struct {
	ID      string
	Text    string
	Replies []struct {
		CreatedAt string
		Reply     struct{ Type string }
	} `json:"articleReplies"`
}

// cofacts asks Cofacts' GraphQL API.
func (r *importRun) cofacts(ctx context.Context) error {
	base, s := r.source.URL, r.source
	if base == "" {
		base = cofactsAPI
	}
	c, u, err := r.caller(base)
	if err != nil {
		return err
	}
	defer c.Close()
	p := progressOf(s, r.run.Began)
	for range importPages {
		vars := map[string]any{"since": "1970-01-01T00:00:00Z", "after": nil}
		if !p.Since.IsZero() {
			vars["since"] = p.Since.Add(-24 * time.Hour).Format(time.RFC3339) // replies change for a while
		}
		if p.Token != "" {
			vars["after"] = p.Token
		}
		ask, err := json.Marshal(map[string]any{"query": cofactsQuery, "variables": vars})
		if err != nil {
			return err
		}
		h := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
		body, err := r.call(ctx, c, fetch.Call{Method: http.MethodPost, URL: u.String(), Header: h, Body: ask})
		if err != nil {
			return err
		}
		var got cofactsAnswer
		if json.Unmarshal(body, &got) != nil || got.Data == nil || len(got.Errors) > 0 {
			return &troubleError{trouble: desk.ImportForeign}
		}
		list := got.Data.Messages
		for _, e := range list.Edges {
			var says []cofactsReply
			for _, x := range e.Node.Replies {
				says = append(says, cofactsReply{x.Reply.Type, x.CreatedAt})
			}
			if err := r.message(ctx, e.Node.ID, e.Node.Text, says, 0); err != nil {
				return err
			}
			p.Token = e.Cursor
		}
		if len(list.Edges) == 0 || p.Token == list.PageInfo.LastCursor {
			p.keep(s, "")
			return nil
		}
		p.keep(s, p.Token)
	}
	return errOwnStop
}

// cofactsReply is a reply that stands: what it says of the message, and when
// it was given.
type cofactsReply struct{ kind, at string }

// message takes a message of Cofacts over as a check. What its replies hold to
// be an opinion, or not checkable, is left alone; and so is what they do not
// agree on.
func (r *importRun) message(ctx context.Context, id, text string, says []cofactsReply, line int) error {
	page := cofactsWeb + "/article/" + url.PathEscape(id)
	refuse := func(kind string) error {
		r.run.Found++
		r.run.Refuse(kind, true, desk.ImportSample{Line: line, Number: r.run.Found, URL: page})
		return nil
	}
	kinds, newest := map[string]int{}, time.Time{}
	for _, x := range says {
		kinds[x.kind]++
		if at, err := time.Parse(time.RFC3339, x.at); err == nil && at.After(newest) {
			newest = at.UTC().Truncate(time.Millisecond)
		}
	}
	i := claimreview.Imported{URL: page, Publisher: "Cofacts", PublisherURL: cofactsWeb, Published: newest, Lang: "zh-Hant", Claim: claimreview.DropSignature(text), Line: line}
	switch {
	case text == "" || id == "":
		return refuse(string(claimreview.NoClaim))
	case len(says) == 0:
		return refuse(desk.RefusedNoReply)
	case kinds["RUMOR"] > 0 && kinds["NOT_RUMOR"] > 0:
		return refuse(desk.RefusedReplies)
	case kinds["RUMOR"] > 0:
		i.RatingText = "含有不實訊息"
	case kinds["NOT_RUMOR"] > 0:
		i.RatingText = "含有正確訊息"
	case kinds["OPINIONATED"] > 0:
		return refuse(desk.RefusedOpinion)
	default:
		return refuse(desk.RefusedUncheckable)
	}
	if claim := []rune(i.Claim); len(claim) > 5000 {
		i.Claim = string(claim[:5000])
	}
	return r.take(ctx, i)
}
