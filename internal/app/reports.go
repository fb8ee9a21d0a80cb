package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"soi/internal/desk"
	"soi/internal/report"
	"soi/internal/web"
)

const (
	// reportsEvery is how often reports that are asked for are looked for.
	reportsEvery = 5 * time.Second
	// reportsPlan is how often it is looked whether a period has ended.
	reportsPlan = 10 * time.Minute
	// reachEvery is how often what was counted in memory is written down: a
	// program that is killed loses no more than that.
	reachEvery = 5 * time.Second
)

// runReports makes reports in the background and writes down reach.
func (s *Server) runReports(every func(string, time.Duration, func(context.Context) error)) {
	every("report plan", reportsPlan, func(ctx context.Context) error { _, err := s.Desk.PlanReports(ctx, desk.Program()); return err })
	every("reports", reportsEvery, func(ctx context.Context) error { return s.MakeReports(ctx, s.site) })
	every("reach", reachEvery, s.site.FlushReach)
}

// Site is the pages, for what is drawn outside a request.
func (s *Server) Site() *web.Site { return s.site }

// MakeReports makes every report that waits, one after the other. A report
// that could not be printed is there all the same, and the log says why.
func (a *App) MakeReports(ctx context.Context, site *web.Site) error {
	for ctx.Err() == nil {
		r, err := a.Desk.NextReport(ctx, desk.Program())
		if errors.Is(err, desk.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.Desk.MakeReport(ctx, desk.Program(), r, a.Signed(), a.printer(site)); err != nil && ctx.Err() == nil { // at the end of the program it is begun anew
			a.log.Error("a report is not whole", "period", r.Period, "err", err)
		}
	}
	return ctx.Err()
}

// printer prints a report as PDF; nil where there is no Chromium.
func (a *App) printer(site *web.Site) func(context.Context, desk.Figures, desk.Report, string) ([]byte, error) {
	print := a.print
	if print == nil {
		return nil
	}
	return func(ctx context.Context, f desk.Figures, r desk.Report, lang string) ([]byte, error) {
		sheet, err := a.sheetOf(ctx, site, r.Period, r.Desk, lang, f)
		if err != nil {
			return nil, err
		}
		var html bytes.Buffer
		if err := report.HTML(&html, sheet); err != nil {
			return nil, err
		}
		return print(ctx, html.Bytes())
	}
}

// sheetOf puts the figures of a period at a desk into words.
func (a *App) sheetOf(ctx context.Context, site *web.Site, period string, at desk.ID, lang string, f desk.Figures) (report.Sheet, error) {
	p, err := desk.ParsePeriod(period, a.Config.Zone)
	if err != nil {
		return report.Sheet{}, err
	}
	b := desk.Branch{ID: at}
	all, err := a.Desk.Branches(ctx)
	for _, x := range all {
		if x.ID == at && at != "" {
			b = x
		}
	}
	return site.ReportSheet(lang, p, b, f), err
}

// WriteReport computes the figures of a period at a desk ("" for all) and
// writes them as html, csv, json, docx or pdf to path, "" for a name of its
// own in the working directory. It returns where it wrote.
func (a *App) WriteReport(ctx context.Context, period string, at desk.ID, form, lang, path string) (string, error) {
	site, err := a.site(ctx)
	if err != nil {
		return "", err
	}
	p, err := desk.ParsePeriod(period, a.Config.Zone)
	if err != nil {
		return "", fmt.Errorf("%q is no period: say 2026-W47, 2026-11, 2026-Q4, 2026-H2, 2026 or 2026-2030", period)
	}
	f, err := a.Desk.Figures(ctx, desk.Program(), desk.FigureSpan{From: p.From, To: p.To, Desk: at, Below: a.Signed()}, nil)
	if err != nil {
		return "", err
	}
	b, err := a.formOf(ctx, site, period, at, form, lang, f)
	if err != nil {
		return "", err
	}
	if path == "" {
		path = "soi-" + p.Name + "." + form
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return "", err
	}
	return filepath.Clean(path), nil
}

// formOf writes figures in one form.
func (a *App) formOf(ctx context.Context, site *web.Site, period string, at desk.ID, form, lang string, f desk.Figures) ([]byte, error) {
	if form == "pdf" {
		print := a.printer(site)
		if print == nil {
			return nil, errors.New("a PDF needs Chromium, which is not installed: apt install chromium, or print the HTML file")
		}
		return print(ctx, f, desk.Report{Period: period, Desk: at}, lang)
	}
	sheet, err := a.sheetOf(ctx, site, period, at, lang, f)
	if err != nil {
		return nil, err
	}
	b, err := site.WriteReport(form, sheet, f)
	if errors.Is(err, desk.ErrNotFound) {
		return nil, fmt.Errorf("there is no form %q: html, csv, json, docx or pdf", form)
	}
	return b, err
}
