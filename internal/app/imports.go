package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"soi/internal/claimreview"
	"soi/internal/desk"
	"soi/internal/fetch"
)

// Imported is the outcome of reading other publishers' checks.
type Imported struct {
	Found    int // checks met that could be taken over
	Stored   int // new or changed
	Same     int // stood in the archive already
	Problems int
	Lost     int // problems through which a check was lost
}

// importBatch is how many checks go into one transaction.
const importBatch = 200

// Import reads checks of other publishers from a file or an address, in any
// of the shapes claimreview knows, and stores them as imported checks. Every
// repair and every loss is told by line, in a sentence of the language lang. Reading the same file again changes
// nothing.
func (a *App) Import(ctx context.Context, from, lang string, trouble func(sentence string), progress func(n int)) (Imported, error) {
	r, o, err := openImport(ctx, from)
	if err != nil {
		return Imported{}, err
	}
	defer r.Close()
	var out Imported
	var batch []desk.Imported
	at := map[string]int{} // how many checks an address has had so far
	flush := func() error {
		stored, same, err := a.Desk.Import(ctx, desk.Program(), batch)
		out.Stored, out.Same, batch = out.Stored+stored, out.Same+same, nil
		return err
	}
	err = claimreview.Read(r, o, func(i claimreview.Imported) error {
		out.Found++
		progress(out.Found)
		link := i.URL
		if at[i.URL]++; at[i.URL] > 1 {
			// A page may carry several checks; the archive keeps one at an
			// address, and a fragment leads to the same page.
			link = fmt.Sprintf("%s#claim-%d", i.URL, at[i.URL])
		}
		batch = append(batch, desk.Imported{URL: link, Publisher: i.Publisher, Site: i.PublisherURL, Published: i.Published,
			Lang: i.Lang, Claim: i.Claim, Title: i.Title, Rating: i.RatingText})
		if len(batch) < importBatch {
			return nil
		}
		return flush()
	}, func(p claimreview.Problem) {
		out.Problems++
		if p.Lost {
			out.Lost++
		}
		trouble(p.Sentence(lang))
	})
	if err != nil {
		return out, err
	}
	return out, flush()
}

// openImport opens a file, or fetches an address behind the guard.
func openImport(ctx context.Context, from string) (io.ReadCloser, claimreview.Options, error) {
	if !strings.HasPrefix(from, "http://") && !strings.HasPrefix(from, "https://") {
		f, err := os.Open(from)
		return f, claimreview.Options{}, err
	}
	p, err := fetch.New(fetch.Options{}).Get(ctx, fetch.Request{URL: from})
	if err != nil {
		return nil, claimreview.Options{}, fmt.Errorf("%s could not be fetched: %w", from, err)
	}
	if p.Status != 200 {
		return nil, claimreview.Options{}, fmt.Errorf("%s answered with status %d", from, p.Status)
	}
	return io.NopCloser(bytes.NewReader(p.Body)), claimreview.Options{URL: p.URL}, nil
}

// Reindex throws the snapshot of the index away and builds it anew from the
// database. It returns how many documents the index holds.
func (a *App) Reindex(ctx context.Context) (int, error) {
	if err := os.Remove(a.snapshotPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	if err := a.sign(ctx); err != nil {
		return 0, err
	}
	seq, err := a.index.rebuild(ctx)
	if err != nil {
		return 0, err
	}
	return a.Matcher.Len(), a.index.save(a.snapshotPath(), seq)
}
