package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"soi/internal/desk"
	"soi/internal/evidence"
	"soi/internal/fetch"
	"soi/internal/intake/feed"
)

// How the links that published checks cite are watched: a few every few
// minutes, one a site at a time, with a pause between.
const (
	linksEvery = 5 * time.Minute
	linksLeast = 5                // at a round
	linksPause = 10 * time.Second // between two looks
)

// linkWeb is what links are looked at with: fetch.Client, or a test's.
type linkWeb interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Page, error)
}

// linkClient says who asks and where that is explained.
func (a *App) linkClient() linkWeb {
	if a.links != nil {
		return a.links
	}
	return fetch.New(fetch.Options{UserAgent: feed.Product + " (+" + a.Config.PublicURL + "/about)"})
}

// WatchLinks is one round: it looks at the links that are due.
func (a *App) WatchLinks(ctx context.Context) error {
	ws, held, err := a.Desk.TakeLinks(ctx, desk.Program(), linksLeast)
	if err != nil {
		return err
	}
	if held {
		a.log.Warn("no cited link is looked at for a day because the clock jumped")
		return nil
	}
	web := a.linkClient()
	seen := map[string]bool{}
	for i, w := range ws {
		host := hostOfLink(w.URL)
		if seen[host] {
			continue // its lease ends by itself; the next round has it
		}
		if seen[host] = true; i > 0 && a.links == nil {
			pause(ctx, linksPause)
		}
		trouble, mark := lookAt(ctx, web, w)
		if ctx.Err() != nil {
			return ctx.Err() // what was cut short tells nothing
		}
		err := a.Desk.LinkLooked(ctx, desk.Program(), desk.Look{URL: w.URL, Leased: w.Leased, Trouble: trouble, Mark: mark})
		if err != nil && !errors.Is(err, desk.ErrConflict) && !errors.Is(err, desk.ErrNotFound) {
			return err
		}
	}
	return nil
}

// hostOfLink is the host of an address, for manners.
func hostOfLink(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Host
}

// lookAt asks for the head of a page first. A head that tells what the last
// one told is enough; anything else is looked at in full, because many servers
// answer a head wrongly and some answer everything with success.
func lookAt(ctx context.Context, web linkWeb, w desk.Watched) (desk.LinkTrouble, string) {
	p, err := web.Get(ctx, fetch.Request{URL: w.URL, Head: true})
	if err == nil && p.Status == http.StatusOK && w.Trouble == "" && w.Mark != "" && markOf(p) == w.Mark {
		return "", w.Mark
	}
	p, err = web.Get(ctx, fetch.Request{URL: w.URL})
	if err != nil {
		var e *fetch.Error
		if errors.As(err, &e) && (e.Kind == fetch.KindTooLarge || e.Kind == fetch.KindBomb || e.Kind == fetch.KindEncoding) {
			return "", "" // something is there, more than we read
		}
		return desk.LinkUnreachable, ""
	}
	switch s := p.Status; {
	case s == http.StatusNotFound || s == http.StatusGone:
		return desk.LinkGone, ""
	case s >= 500:
		return desk.LinkServer, ""
	case s >= 400:
		return desk.LinkRefused, ""
	case evidence.Lost(p.Body, p.Header.Get("Content-Type"), w.URL, p.URL):
		return desk.LinkSoft, ""
	}
	return "", markOf(p)
}

// markOf is what a server gives to tell a change by.
func markOf(p *fetch.Page) string {
	m := p.Header.Get("ETag")
	if m == "" {
		m = p.Header.Get("Last-Modified")
	}
	if len(m) > 200 {
		return ""
	}
	return m
}
