package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// logUpkeep are the commands that keep a log alive beyond one machine.
func logUpkeep() []*cli.Command {
	return []*cli.Command{
		{Name: "mirror", Usage: "copy a whole log from an address into a folder, checked, and keep the copy up to date", ArgsUsage: "URL DIR",
			Description: "The folder becomes what `soi log export` writes: any static host can serve it, and `soi log catch-up` can\n" +
				"read it. Nothing of a log that does not fit is taken over. A run that was cut off goes on where it stopped.\n" +
				"Exit codes as with `soi log verify`; 2 also for an address that shows another history than the folder.",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "vkey", Usage: "verifier `KEY` you trust, or a file that holds it; later runs take the one in the folder"},
				&cli.DurationFlag{Name: "every", Usage: "copy again after this `TIME`, such as 5m; at least 1m"},
			},
			Action: mirrorLog},
		{Name: "catch-up", Usage: "bring back what the database has lost of the public log, from a mirror or an export",
			Description: "For the day on which an older backup, or none, is all there is: put the keys folder back, restore the backup\n" +
				"into an empty folder, run this, then `soi serve`. Entries, documents and checks come back; tips, drafts,\n" +
				"reviews, appeals and channels entered since the backup do not. Stop soi serve first. Given a mirror of a log that\n" +
				"this one followed, that log can be read again afterwards; bring the newest back first.",
			Flags:  []cli.Flag{&cli.StringFlag{Name: "from", Required: true, Usage: "`URL|DIR` of the mirror"}},
			Action: catchUp},
		{Name: "rotate-key", Usage: "change the key that signs the public log: both sign for 90 days, then the new one alone",
			Description: "Without options: makes the new key, enters it in the log, and prints it; restart soi serve then, and print the new key\n" +
				"where readers find the old one. With --finish, 90 days later: the old key stops. --early skips the 90 days,\n" +
				"for a key that may be in other hands.",
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "finish", Usage: "let the new key sign alone"},
				&cli.BoolFlag{Name: "early", Usage: "with --finish: do not wait for the 90 days"},
			},
			Action: withApp(rotateKey)},
		{Name: "close", Usage: "end the public log: nothing can be published until another log follows it",
			Description: "For the day on which a key is known to be in other hands. The last entry says that nothing may follow.\n" +
				"This cannot be undone; `soi log successor` begins the log that follows. It asks for --yes.",
			Flags:  []cli.Flag{&cli.BoolFlag{Name: "yes", Usage: "really close it"}},
			Action: withApp(closeLog)},
		{Name: "successor", Usage: "begin another log, with another key and name, that follows this one",
			Description: "For a key that was lost or stolen, entries that cannot be brought back, or a new public address. The old\n" +
				"log is closed if it still can be signed and stays readable where it is; every entry that there is goes over into\n" +
				"the new one at its place. Stop soi serve first; print the new key wherever the old one stands; tell the witnesses\n" +
				"and mirrors. It asks for --yes.",
			Flags:  []cli.Flag{&cli.BoolFlag{Name: "yes", Usage: "really begin it"}},
			Action: successor},
	}
}

func mirrorLog(ctx context.Context, cmd *cli.Command) error {
	if cmd.Args().Len() != 2 {
		return fmt.Errorf("from where to where? Usage: %s %s", cmd.FullName(), cmd.ArgsUsage)
	}
	every := cmd.Duration("every")
	if every != 0 && every < shortestWatch {
		return fmt.Errorf("--every must be %s or more", shortestWatch)
	}
	for {
		code, err := mirrorOnce(ctx, cmd)
		switch {
		case every == 0 && err != nil, err != nil && ctx.Err() == nil:
			return err
		case code == 2, every == 0 && code != 0:
			return cli.Exit("", code)
		case every == 0:
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// mirrorOnce copies and says what was done.
func mirrorOnce(ctx context.Context, cmd *cli.Command) (int, error) {
	out := cmd.Root().Writer
	m, err := app.LogMirror(ctx, cmd.Args().Get(0), cmd.Args().Get(1), keyOrFile(cmd.String("vkey")))
	if err != nil {
		if app.IsOtherHistory(err) {
			fmt.Fprintln(out, "The log at this address is shorter than the copy in the folder, or has another history. The folder stays as it was; keep both.")
			return 2, nil
		}
		return 0, errors.New(app.Explain(err, lang()))
	}
	for _, f := range m.Audit.Findings {
		fmt.Fprintln(out, f.Sentence(lang()))
	}
	if code := m.Audit.ExitCode(); code != 0 {
		fmt.Fprintln(out, "Nothing was taken over; the folder stays as it was.")
		return code, nil
	}
	if m.Audit.KeyFromLog {
		fmt.Fprintln(out, "The key was taken on the log's own word. Compare it with one from another place; later runs take the one in the folder.")
	}
	if m.Audit.Next != "" {
		fmt.Fprintf(out, "This folder mirrors %s. The desk goes on in %s: give that one a folder of its own.\n", m.Audit.Origin, m.Audit.Next)
	}
	fmt.Fprintf(out, "%s: %d entries and %s are in %s, checked; %s erased; %s new.\n", m.Audit.Origin, m.Exported.Size,
		plural(m.Exported.Documents, "document"), cmd.Args().Get(1), plural(m.Exported.Erased, "document"), plural(m.Exported.Written, "file"))
	return 0, nil
}

// catchUp opens the desk without beginning a log, and brings the log back.
func catchUp(ctx context.Context, cmd *cli.Command) (err error) {
	c, err := settings(cmd, nil)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c, app.Options{Regain: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	out := cmd.Root().Writer
	got, err := a.CatchUp(ctx, cmd.String("from"))
	for _, f := range got.Audit.Findings {
		fmt.Fprintln(out, f.Sentence(lang()))
	}
	if code := got.Audit.ExitCode(); err == nil && code != 0 {
		fmt.Fprintln(out, "Nothing was brought back: the mirror does not fit.")
		return cli.Exit("", code)
	}
	if got.Past != "" && err == nil {
		fmt.Fprintf(out, "The earlier log %s can be read again where it was, with %d entries.\n", got.Past, got.Audit.Size)
		return nil
	}
	if got.Size > got.From {
		fmt.Fprintf(out, "%d entries came back, %d to %d: %s of checks, %d other entries that have no page until they are entered anew.\n", got.Size-got.From, got.From, got.Size-1,
			plural(got.Checks, "revision"), got.Others)
	}
	if got.Checks > 0 {
		fmt.Fprintf(out, "The reviews of %s are lost: who approved them stands in no log, and `soi fsck` names each. Tips, drafts and evidence since the backup are lost too.\n", plural(got.Checks, "revision"))
	}
	if got.Redacts > 0 {
		fmt.Fprintf(out, "%s came back. Look through the drafts and sources of those checks: what was taken out stands in them again.\n", plural(got.Redacts, "redaction"))
	}
	if err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	if got.Size == got.From {
		fmt.Fprintf(out, "The database has all %d entries that the mirror has.\n", got.Audit.Size)
	}
	fmt.Fprintf(out, "The public log has %d entries and is signed. Run `soi fsck`, then `soi serve`.\n", got.Size)
	return nil
}

func rotateKey(ctx context.Context, cmd *cli.Command, a *app.App) error {
	out := cmd.Root().Writer
	if !cmd.Bool("finish") {
		vkey, since, err := a.RotateKey(ctx)
		if err != nil {
			return errors.New(app.Explain(err, lang()))
		}
		fmt.Fprintln(out, vkey)
		fmt.Fprintf(out, "Both keys sign since %s. Restart soi serve, and print the new key wherever the old one stands.\n", since.In(a.Config.Zone).Format(time.DateOnly))
		return nil
	}
	if err := a.FinishRotation(ctx, cmd.Bool("early")); err != nil {
		return err
	}
	fmt.Fprintln(out, "The new key signs alone from now on. Restart soi serve.")
	return nil
}

// errNotSure keeps what cannot be undone from happening by a slip.
var errNotSure = errors.New("this cannot be undone; add --yes if you are sure. Nothing was changed")

func closeLog(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if !cmd.Bool("yes") {
		return errNotSure
	}
	size, err := a.CloseLog(ctx)
	if err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	fmt.Fprintf(cmd.Root().Writer, "The public log is closed with %d entries, and signed. `soi log successor` begins the one that follows.\n", size)
	return nil
}

func successor(ctx context.Context, cmd *cli.Command) (err error) {
	if !cmd.Bool("yes") {
		return errNotSure
	}
	c, err := settings(cmd, nil)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c, app.Options{Succeed: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	s, err := a.SucceedLog(ctx)
	if err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	out := cmd.Root().Writer
	fmt.Fprintln(out, s.VKey)
	if s.Closed {
		fmt.Fprintf(out, "The log %s is closed and stays readable.\n", s.From)
	} else {
		fmt.Fprintf(out, "The log %s could not be closed and stays readable as it was signed last. %s\n", s.From, app.Explain(s.Unsigned, lang()))
	}
	fmt.Fprintf(out, "%s follows it, with %d of its %d entries", s.To, s.Size-s.Lost, s.Size)
	if s.Lost > 0 {
		fmt.Fprintf(out, "; %d are lost, and the page of the log says so", s.Lost)
	}
	fmt.Fprintln(out, ". Keep a copy of the keys folder, restart soi serve, and print the new key wherever the old one stands.")
	return nil
}
