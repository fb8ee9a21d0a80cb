package app

import (
	"context"
	"errors"
	"os"

	"soi/internal/desk"
)

// ErrNoDump refuses a file that is no dump of checks.
var ErrNoDump = errors.New("app: no dump of checks that is known here")

// ImportDump reads a file of this machine as the schedule reads one at an
// address: a dump of Cofacts as a zip, a data feed, a spreadsheet, gzipped or
// not. What was refused, and why, is in the run, which is kept nowhere.
func (a *App) ImportDump(ctx context.Context, path string) (desk.ImportRun, error) {
	f, err := os.Open(path)
	if err != nil {
		return desk.ImportRun{}, err
	}
	defer f.Close()
	r, err := a.newImportRun(&desk.ImportSource{Kind: desk.ImportFile})
	if err != nil {
		return desk.ImportRun{}, err
	}
	err = r.whole(ctx, f)
	var t *troubleError
	if errors.As(err, &t) {
		err = ErrNoDump
	}
	err = errors.Join(err, r.flush(ctx)) // what was read before a fault stays
	return r.run, err
}
