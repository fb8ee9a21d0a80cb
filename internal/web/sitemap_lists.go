package web

import (
	"time"

	"soi/internal/claimreview/feeds"
	"soi/internal/desk"
)

// digestsMapped is how many editions the sitemap lists: half a year of two a
// day.
const digestsMapped = 400

// sitemapLists lists the pages that are not a single check, explainer or
// ruling. A time stands with those that say only what has one.
func (s *Site) sitemapLists(v *visit) ([]feeds.Page, error) {
	all, err := s.entries(v.Context())
	if err != nil {
		return nil, err
	}
	var last time.Time // anything published changes these lists
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rs) > 0 {
		last = rs[0].At
	}
	var pages []feeds.Page
	add := func(path string, at time.Time) { pages = append(pages, s.sitemapPage(path, s.langs, at)) }
	for _, p := range []string{"/", "/explainers", "/corrections", "/appeals", "/about", "/outlets", "/log", "/privacy", "/places", "/bodies", "/channels", "/channels/check",
		"/statistics", "/digests", "/data", "/ways", "/embed", "/offline"} {
		add(p, time.Time{})
	}
	add("/checks", last)
	add("/topics", last)
	add("/archive", last)
	for _, t := range desk.Topics() {
		add("/topics/"+t, time.Time{}) // its open questions come and go
	}
	for _, l := range desk.Localities() {
		if len(narrowed{"place": l.Code}.keep(all)) > 0 {
			add("/places/"+l.Code, time.Time{})
		}
	}
	month := ""
	for _, e := range byFirst(all) {
		if m := e.first.In(s.Config.Zone).Format("2006-01"); m != month {
			month = m
			add("/archive/"+month, time.Time{})
		}
	}
	return s.sitemapDesk(v, pages)
}

// sitemapDesk adds what the desk says of itself, the bodies that were asked,
// and the digests.
func (s *Site) sitemapDesk(v *visit, pages []feeds.Page) ([]feeds.Page, error) {
	for _, plan := range desk.StandingPlans() {
		rs, err := s.Desk.PublishedStanding(v.Context(), plan.Word)
		if err != nil {
			return nil, err
		}
		if len(rs) > 0 {
			pages = append(pages, s.sitemapPage("/"+plan.Word, s.langs, rs[0].At))
		}
	}
	bodies, err := s.Desk.BodyRecords(v.Context())
	if err != nil {
		return nil, err
	}
	for _, b := range bodies {
		pages = append(pages, s.sitemapPage("/bodies/"+string(b.Body.ID), s.langs, time.Time{}))
	}
	editions, err := s.Desk.Editions(v.Context(), desk.EditionFilter{Limit: digestsMapped})
	if err != nil {
		return nil, err
	}
	for _, e := range editions {
		pages = append(pages, s.sitemapPage("/digests/"+e.Name(), s.langs, e.Made))
	}
	return pages, nil
}
