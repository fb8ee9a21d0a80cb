package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// lang is the language of sentences on the command line: that of the
// terminal, English unless it is Vietnamese.
func lang() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "vi") {
				return "vi"
			}
			break
		}
	}
	return "en"
}

// doctorCommand says in plain sentences what is well and what is not.
func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "say in plain sentences what is well and what is not",
		Description: "Looks at the database and its durability settings, room on the disk, the clock, the keys, the\n" +
			"public log against its guard file, the index, the accounts and the public address. Exit code 1 when\n" +
			"something needs to be put right.",
		Action: examine,
	}
}

// examine prints what the doctor says. A desk that was begun under another
// host is looked at under that one, and the first line says so.
func examine(ctx context.Context, cmd *cli.Command) error {
	c, err := settings(cmd, nil)
	if err != nil {
		return err
	}
	bad := 0
	say := func(r app.Remark) {
		sign := map[app.Level]string{app.Well: "  ok ", app.Notice: "  -- ", app.Trouble: "  !! "}[r.Level]
		fmt.Fprintln(cmd.Root().Writer, sign+r.In(lang()))
		if r.Level == app.Trouble {
			bad++
		}
	}
	open := func() (*app.App, error) {
		return app.Open(ctx, c, app.Options{Log: logger(cmd), Worker: app.OwnWorker()})
	}
	a, err := open()
	if other := (*app.OtherAddress)(nil); errors.As(err, &other) {
		say(other.Remark())
		scheme, _, _ := strings.Cut(c.PublicURL, "://")
		c.PublicURL = scheme + "://" + other.Host()
		a, err = open()
	}
	if err != nil {
		return err
	}
	for _, r := range a.Doctor(ctx) {
		say(r)
	}
	if err := a.Close(); err != nil {
		return err
	}
	if bad > 0 {
		return cli.Exit("", 1)
	}
	return nil
}

// fsckCommand checks what trust in the desk rests on.
func fsckCommand() *cli.Command {
	return &cli.Command{
		Name:  "fsck",
		Usage: "check every published check against the public log, and the log against itself",
		Description: "Re-reads and re-hashes every entry and document, rebuilds the tree, follows every check's chain, and\n" +
			"compares the result with what the database would show; opens every file and archived copy; and looks for\n" +
			"rows of the desk that contradict each other. Exit code 2 when something does not fit.",
		Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
			findings, checked, err := a.Fsck(ctx)
			if err != nil {
				return err
			}
			for _, f := range findings {
				fmt.Fprintln(cmd.Root().Writer, f)
			}
			var parts []string
			for _, what := range []string{"log entries", "documents", "claims", "checks", "files"} {
				parts = append(parts, fmt.Sprintf("%d %s", checked[what], what))
			}
			if n := checked["earlier logs"]; n > 0 {
				parts = append(parts, plural(n, "earlier log"))
			}
			fmt.Fprintf(cmd.Root().Writer, "Checked %s: %s.\n", strings.Join(parts, ", "), plural(len(findings), "finding"))
			if len(findings) > 0 {
				return cli.Exit("", 2)
			}
			return nil
		}),
	}
}

// logCommand exports and verifies public logs.
func logCommand() *cli.Command {
	return &cli.Command{
		Name:  "log",
		Usage: "export, mirror and verify the public log; mend its guard file; change its key; end it and begin the next",
		Commands: append(logUpkeep(), []*cli.Command{
			{Name: "export", Usage: "write the signed log as files that any static host can serve", ArgsUsage: "DIR",
				Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
					dir, err := oneArg(cmd, "which folder?")
					if err != nil {
						return err
					}
					x, err := a.LogExport(ctx, dir)
					if err != nil {
						return errors.New(app.Explain(err, lang()))
					}
					fmt.Fprintf(cmd.Root().Writer, "%d entries, %d documents, %d proofs and %d tiles are in %s; %d files were new.\n",
						x.Size, x.Documents, x.Proofs, x.Tiles, dir, x.Written)
					return nil
				})},
			{Name: "guard", Usage: "write a lost or damaged guard file anew, from the last signature in the database",
				Description: "The guard file keeps soi from signing a second history after an older database was restored. Write it\n" +
					"anew only if this database is certainly the newest there is. A guard file in order is left as it is.",
				Action: withApp(rebuildGuard)},
			{Name: "verify", Usage: "check a whole log at an address or in a folder, without trusting the desk", ArgsUsage: "URL|DIR",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "vkey", Usage: "verifier `KEY` you trust, or a file that holds it"},
					&cli.StringFlag{Name: "state", Usage: "`FOLDER` that remembers the log between runs, so that a rewritten history is noticed"},
				},
				Description: "Exit code 0: all fits. 2: evidence of change or damage. 3: the log could not be read.",
				Action:      verifyLog},
		}...),
	}
}

func rebuildGuard(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if err := a.RebuildGuard(ctx); err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	fmt.Fprintf(cmd.Root().Writer, "The guard file %s is written anew.\n", a.Config.Guard)
	return nil
}

// oneArg is the one argument a command needs.
func oneArg(cmd *cli.Command, question string) (string, error) {
	if cmd.Args().Len() != 1 {
		return "", fmt.Errorf("%s Usage: %s %s", question, cmd.FullName(), cmd.ArgsUsage)
	}
	return cmd.Args().First(), nil
}

// keyOrFile reads a verifier key from a file if v names one.
func keyOrFile(v string) string {
	if b, err := os.ReadFile(v); err == nil {
		return strings.TrimSpace(string(b))
	}
	return v
}

func verifyLog(ctx context.Context, cmd *cli.Command) error {
	where, err := oneArg(cmd, "which log?")
	if err != nil {
		return err
	}
	a, err := app.LogVerify(ctx, where, keyOrFile(cmd.String("vkey")), cmd.String("state"))
	if err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	out := cmd.Root().Writer
	for _, f := range a.Findings {
		fmt.Fprintln(out, f.Sentence(lang()))
	}
	if a.KeyFromLog {
		fmt.Fprintln(out, "The key was taken on the log's own word. Compare it with one from another place, and give it with --vkey next time.")
	}
	fmt.Fprint(out, app.SayFollowed(a.Follows))
	fmt.Fprintf(out, "%s: %d entries, %s, %s.\n", a.Origin, a.Entries, plural(a.Documents, "document"), plural(len(a.Findings), "finding"))
	if code := a.ExitCode(); code != 0 {
		return cli.Exit("", code)
	}
	return nil
}

// verifyCommand checks one proof offline.
func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "check offline that one published text is in the public log, unchanged",
		ArgsUsage: "PROOF",
		Description: "PROOF is the .tlog-proof file linked from a check's page, the document the file linked beside it.\n" +
			"Nothing is sent anywhere. Exit code 2 when the proof does not hold.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "doc", Usage: "the document `FILE`"},
			&cli.StringFlag{Name: "entry", Usage: "the entry `FILE`, when the proof does not carry it"},
			&cli.StringFlag{Name: "vkey", Required: true, Usage: "verifier `KEY` you trust, or a file that holds it"},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			proof, err := oneArg(cmd, "which proof?")
			if err != nil {
				return err
			}
			v, err := app.VerifyFiles(proof, cmd.String("doc"), cmd.String("entry"), cmd.String("vkey"))
			if err != nil {
				return cli.Exit("not verified: "+app.Explain(err, lang()), 2)
			}
			e := v.Entry
			fmt.Fprintf(cmd.Root().Writer, "OK: entry %d of %d in %s: %s, revision %d, rating %s, %s.\n", v.Index, v.Size, v.Origin,
				e.Kind, e.Rev, orDash(e.Rating), e.Time.Format("2006-01-02 15:04:05 UTC"))
			if v.DocChecked {
				fmt.Fprintln(cmd.Root().Writer, "The document is the one that was logged.")
			}
			return nil
		},
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// isFormat reports whether f is one of the formats of soi match.
func isFormat(f string) bool { return slices.Contains([]string{"trec", "jsonl", "csv"}, f) }
