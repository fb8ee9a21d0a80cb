package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"soi/internal/api/dump"
	"soi/internal/api/public"
	"soi/internal/work"
)

// dumpEvery is how old open data may grow before it is made anew.
const dumpEvery = 7 * 24 * time.Hour

// published reads what the desk has published, as other programs may.
func (a *App) published() *public.Reader {
	return &public.Reader{Desk: a.Desk, Matcher: a.Matcher, Signed: a.Signed, URL: a.Config.PublicURL, Name: a.Config.Name, LogPath: a.logPath()}
}

// Export writes everything that is published as open data into the folder dir:
// tables of checks, sources and corrections, each as CSV, JSON Lines and
// Parquet, ClaimReview in each language, and checksums. It returns what it
// wrote. No tip and nothing about an asker is in it.
func (a *App) Export(ctx context.Context, dir string) (dump.Done, error) {
	if err := a.sign(ctx); err != nil {
		return dump.Done{}, err
	}
	return dump.Write(ctx, dir, dump.Options{Reader: a.published(), Langs: a.Config.Langs, Licence: a.Config.Licence, Now: a.now(),
		Also: func(dir string) error { return a.writeDataFeeds(ctx, dir) }})
}

// writeDataFeeds writes claimreview.LANG.json for each language.
func (a *App) writeDataFeeds(ctx context.Context, dir string) error {
	site, err := a.site(ctx)
	if err != nil {
		return err
	}
	if err := site.UseRatingNames(ctx); err != nil {
		return err
	}
	for _, lang := range a.Config.Langs {
		f, err := os.Create(filepath.Join(dir, "claimreview."+lang+".json"))
		if err != nil {
			return err
		}
		_, err = site.WriteDataFeed(ctx, f, lang)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// dumpPath is where the open data that the site offers lies.
func (a *App) dumpPath() string { return filepath.Join(a.Config.Data, "open-data") }

// openData is the open data as the site reads it: the newest whole dump.
func (a *App) openData() fs.FS { return os.DirFS(a.dumpPath()) }

// ErrNotADump: the folder that a dump would replace holds other things.
var ErrNotADump = dump.ErrOther

// dumpAfter is how long a started desk waits before it looks whether open data
// is to be made: who starts it has other things to see first.
const dumpAfter = 2 * time.Minute

// runDump keeps the open data of the site fresh beside requests.
func (s *Server) runDump(ctx context.Context) {
	s.done.Go(func() {
		t := time.NewTimer(dumpAfter)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
			work.Every(ctx, s.log, "open data", 30*time.Minute, s.refreshDump)
		}
	})
}

// refreshDump makes the open data anew where it is a week old or absent.
func (a *App) refreshDump(ctx context.Context) error {
	if made, err := os.Stat(filepath.Join(a.dumpPath(), dump.Sums)); err == nil {
		if age := a.now().Sub(made.ModTime()); age < dumpEvery && age > -time.Hour {
			return nil
		}
	}
	done, err := a.Export(ctx, a.dumpPath())
	if err == nil {
		a.log.Info("open data made", "checks", done.Checks, "bytes", done.Bytes)
	}
	return err
}
