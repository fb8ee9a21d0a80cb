package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// matchCommand matches files against files.
func matchCommand() *cli.Command {
	return &cli.Command{
		Name:  "match",
		Usage: "find, for each text of one file, the claims of another that say the same; no desk needed",
		Description: "Claims: JSON lines {id, claim, title, summary, body}, CSV with a header, or ClaimReview JSON in any of\n" +
			"its shapes. Queries: JSON lines {id, text}, CSV, or one text a line. The shape is found by looking.\n" +
			"trec prints query Q0 claim rank score soi; jsonl one object a query with decision, probability and reasons.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "claims", Required: true, Usage: "`FILE` with claims"},
			&cli.StringFlag{Name: "queries", Required: true, Usage: "`FILE` with texts to look up; - for standard input"},
			&cli.IntFlag{Name: "top", Value: 5, Usage: "matches a query at most"},
			&cli.StringFlag{Name: "format", Value: "jsonl", Usage: "trec, jsonl or csv"},
			&cli.StringFlag{Name: "models", Value: "on", Usage: "on or off: use the learned weights"},
		},
		Action: runMatch,
	}
}

func runMatch(ctx context.Context, cmd *cli.Command) (err error) {
	if !isFormat(cmd.String("format")) {
		return fmt.Errorf("--format is trec, jsonl or csv, not %q", cmd.String("format"))
	}
	if cmd.Int("top") < 1 {
		return errors.New("--top must be 1 or more")
	}
	if m := cmd.String("models"); m != "on" && m != "off" {
		return fmt.Errorf("--models is on or off, not %q", m)
	}
	claims, err := os.Open(cmd.String("claims"))
	if err != nil {
		return err
	}
	defer claims.Close()
	queries := os.Stdin
	if name := cmd.String("queries"); name != "-" {
		if queries, err = os.Open(name); err != nil {
			return err
		}
		defer queries.Close()
	}
	told := troubles{w: cmd.Root().ErrWriter, all: cmd.Bool("verbose")}
	bar := newBar(cmd.Root().ErrWriter, "matching")
	defer bar.end()
	nc, nq, err := app.MatchFiles{Claims: claims, Queries: queries, Out: cmd.Root().Writer, Format: cmd.String("format"),
		Top: int(cmd.Int("top")), Lang: lang(), NoModels: cmd.String("models") == "off",
		Trouble: func(file, sentence string) { told.say(file + ": " + sentence) }, Progress: bar.count,
	}.Run(ctx)
	told.end()
	if err == nil && nc == 0 {
		err = fmt.Errorf("no claims were found in %s", cmd.String("claims"))
	}
	if err == nil && nq == 0 {
		err = fmt.Errorf("no queries were found in %s", cmd.String("queries"))
	}
	return err
}

// troubles says what was wrong in a file, line by line, and after the first
// twenty lines only how many there were, unless all are wanted.
type troubles struct {
	w   io.Writer
	all bool
	n   int
}

const troublesShown = 20

// say prints one sentence.
func (t *troubles) say(sentence string) {
	if t.n++; t.all || t.n <= troublesShown {
		fmt.Fprintln(t.w, sentence)
	}
}

// end says how many were not shown.
func (t *troubles) end() {
	if !t.all && t.n > troublesShown {
		fmt.Fprintf(t.w, "… and %d more; --verbose shows all.\n", t.n-troublesShown)
	}
}

// plural counts things in English.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// importCommand takes other publishers' checks into the archive.
func importCommand() *cli.Command {
	action := withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
		from, err := oneArg(cmd, "from where?")
		if err != nil {
			return err
		}
		told := troubles{w: cmd.Root().ErrWriter, all: cmd.Bool("verbose")}
		bar := newBar(cmd.Root().ErrWriter, "importing")
		got, err := a.Import(ctx, from, lang(), told.say, func(n int) { bar.count("", n) })
		bar.end()
		told.end()
		if err != nil {
			return err
		}
		if got.Found == 0 {
			return fmt.Errorf("no check could be read from %s; the archive is as it was", from)
		}
		fmt.Fprintf(cmd.Root().Writer, "%s of other publishers read: %d new or changed, %d known already. %s, %s lost.\n",
			plural(got.Found, "check"), got.Stored, got.Same, plural(got.Problems, "problem"), plural(got.Lost, "check"))
		return nil
	})
	return &cli.Command{
		Name:  "import",
		Usage: "read checks of other publishers into the archive; they are shown as theirs and never counted as ours",
		Commands: append(importSourceCommands(), []*cli.Command{
			{Name: "claimreview", Usage: "ClaimReview in JSON, JSON-LD, a page, a data feed or a search answer", ArgsUsage: "FILE|URL", Action: action},
			{Name: "dump", Usage: "a dump on this machine: the zip of Cofacts' open data, a data feed, a spreadsheet, gzipped or not", ArgsUsage: "FILE", Action: withApp(importDump)},
			{Name: "csv", Usage: "a spreadsheet with a header: claim, url, publisher, date, rating, language", ArgsUsage: "FILE", Action: action},
		}...),
	}
}

// dumpCommand writes what is public as open data.
func dumpCommand() *cli.Command {
	return &cli.Command{
		Name: "dump", Aliases: []string{"export"}, ArgsUsage: "DIR",
		Usage: "write everything published as open data: CSV, JSON Lines, Parquet, ClaimReview, checksums",
		Description: "The folder is replaced as a whole; one that holds anything but a dump is refused. A running soi does the\n" +
			"same once a week and offers the files at /data.",
		Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
			dir, err := oneArg(cmd, "which folder?")
			if err != nil {
				return err
			}
			done, err := a.Export(ctx, dir)
			if errors.Is(err, app.ErrNotADump) {
				return fmt.Errorf("%s holds something else than open data, and would be replaced; name another folder", dir)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.Root().Writer, "%s, %s and %s in %s (%.1f MB).\n", plural(done.Checks, "check"), plural(done.Sources, "source"),
				plural(done.Corrections, "correction"), dir, float64(done.Bytes)/1e6)
			return nil
		}),
	}
}

// backupCommand writes a verified, encrypted backup.
func backupCommand() *cli.Command {
	return &cli.Command{
		Name: "backup", Usage: "write a backup of the running desk, checked and encrypted", ArgsUsage: "DIR|FILE",
		Description: "The backup is encrypted to an age key (age1…): make one with age-keygen and keep its secret half in\n" +
			"another place. The keys folder and the guard file are not in it: copy the keys folder once, by hand.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "recipient", Required: true, Usage: "age `KEY` to encrypt to", Sources: cli.EnvVars("SOI_BACKUP_RECIPIENT")}},
		Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
			to, err := oneArg(cmd, "where to?")
			if err != nil {
				return err
			}
			b, err := a.Backup(ctx, to, cmd.String("recipient"))
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.Root().Writer, "%s holds %d rows (%.1f MB), compared row by row with the database.\n", b.Path, b.Digest.Rows, float64(b.Bytes)/1e6)
			return nil
		}),
	}
}

// restoreCommand reads a backup into an empty desk.
func restoreCommand() *cli.Command {
	return &cli.Command{
		Name: "restore", Usage: "read a backup into an empty data folder or database", ArgsUsage: "FILE",
		Description: "Put the keys folder back first. If the public log of the backup is shorter than the guard file says,\n" +
			"soi refuses to sign, so that the log never has two histories; soi doctor explains what to do.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "identity", Required: true, Usage: "`FILE` with the age key that opens it", Sources: cli.EnvVars("SOI_BACKUP_IDENTITY")}},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			from, err := oneArg(cmd, "which backup?")
			if err != nil {
				return err
			}
			c, err := settings(cmd, nil)
			if err != nil {
				return err
			}
			b, err := app.Restore(ctx, c, from, cmd.String("identity"))
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.Root().Writer, "The desk stands as it was on %s, %d rows. Run `soi doctor` before `soi serve`.\n",
				b.Time.In(c.Zone).Format(time.DateTime+" MST"), b.Digest.Rows)
			return nil
		},
	}
}

// reindexCommand builds the index anew.
func reindexCommand() *cli.Command {
	return &cli.Command{
		Name: "reindex", Usage: "throw the index away and build it from the database (it is only ever a copy)",
		Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
			n, err := a.Reindex(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.Root().Writer, "The index holds %s.\n", plural(n, "document"))
			return nil
		}),
	}
}
