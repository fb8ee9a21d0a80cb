package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// shortestWatch keeps a monitor from burdening the desk it watches.
const shortestWatch = time.Minute

// monitorCommand watches another desk from outside.
func monitorCommand() *cli.Command {
	return &cli.Command{
		Name:      "monitor",
		Usage:     "watch a desk from outside: its whole log, and whether its pages say what the log says",
		ArgsUsage: "URL",
		Description: "Reads the log from first to last entry, then compares every check's page, its ClaimReview and the site's\n" +
			"index with the logged documents. Needs no account and no desk of its own. Exit code 0: all fits. 2: evidence\n" +
			"of change or damage; the conflicting checkpoint is kept in the state folder. 3: something could not be read.\n" +
			"With --every it looks again and again and ends only at evidence (2) or when it is stopped.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "vkey", Usage: "verifier `KEY` you trust, or a file that holds it"},
			&cli.StringFlag{Name: "state", Usage: "`FOLDER` that remembers the log between looks, so that a rewritten history is noticed"},
			&cli.DurationFlag{Name: "every", Usage: "look again after this `TIME`, such as 10m; at least 1m"},
			&cli.BoolFlag{Name: "log-only", Usage: "look at the log and at no page"},
			&cli.StringSliceFlag{Name: "also", Usage: "another `ADDRESS` of the same log, such as a mirror: both must show one history"},
			&cli.StringSliceFlag{Name: "witness", Usage: "verifier `KEY` of a witness you trust, or a file that holds it"},
			&cli.IntFlag{Name: "quorum", Value: 1, Usage: "how many of those witnesses must have confirmed the checkpoint"},
			&cli.StringSliceFlag{Name: "without", Usage: "do not look for this `KIND` of finding, as --json names it"},
			&cli.BoolFlag{Name: "json", Usage: "print each look as one line of JSON"},
		},
		Action: runMonitor,
	}
}

func runMonitor(ctx context.Context, cmd *cli.Command) error {
	where, err := oneArg(cmd, "which desk?")
	if err != nil {
		return err
	}
	every := cmd.Duration("every")
	if every != 0 && every < shortestWatch {
		return fmt.Errorf("--every must be %s or more", shortestWatch)
	}
	for {
		code, err := lookOnce(ctx, cmd, where)
		switch {
		case err != nil && ctx.Err() != nil && every != 0:
			return nil // stopped on purpose
		case err != nil:
			return err
		case every == 0 && code == 0:
			return nil
		case every == 0 || code == 2:
			return cli.Exit("", code)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// looked is one look as a program reads it.
type looked struct {
	Time     string         `json:"time"`
	Origin   string         `json:"origin"`
	Size     int64          `json:"size"`
	Root     string         `json:"root"`
	Pages    int            `json:"pages"`
	Code     int            `json:"code"`
	Findings []foundInALook `json:"findings"`
}

// foundInALook is one finding: what kind, and a sentence.
type foundInALook struct {
	Kind     string `json:"kind"`
	Verdict  string `json:"verdict,omitempty"`
	Sentence string `json:"sentence"`
}

// lookOnce looks and prints what it found.
func lookOnce(ctx context.Context, cmd *cli.Command, where string) (int, error) {
	var witnesses []string
	for _, w := range cmd.StringSlice("witness") {
		witnesses = append(witnesses, keyOrFile(w))
	}
	r, err := app.Monitor(ctx, app.MonitorOptions{URL: where, VKey: keyOrFile(cmd.String("vkey")), State: cmd.String("state"), LogOnly: cmd.Bool("log-only"),
		Also: cmd.StringSlice("also"), Witnesses: witnesses, Quorum: cmd.Int("quorum"), Without: cmd.StringSlice("without")})
	if err != nil {
		return 0, errors.New(app.Explain(err, lang()))
	}
	one := looked{Time: time.Now().UTC().Format(time.RFC3339), Origin: r.Log.Origin, Size: r.Log.Size, Root: r.Log.Root.String(),
		Pages: r.Pages, Code: r.ExitCode(), Findings: []foundInALook{}}
	for _, f := range r.Log.Findings {
		one.Findings = append(one.Findings, foundInALook{string(f.Kind), f.Verdict, f.Sentence(lang())})
	}
	for _, f := range r.Site {
		one.Findings = append(one.Findings, foundInALook{string(f.Kind), f.Verdict, f.Sentence(lang())})
	}
	out := cmd.Root().Writer
	if cmd.Bool("json") {
		return one.Code, json.NewEncoder(out).Encode(one)
	}
	for _, f := range one.Findings {
		fmt.Fprintln(out, f.Sentence)
	}
	if r.Log.KeyFromLog {
		fmt.Fprintln(out, "The key was taken on the log's own word. Compare it with one from another place, and give it with --vkey next time.")
	}
	fmt.Fprint(out, app.SayFollowed(r.Log.Follows))
	fmt.Fprintf(out, "%s: %d entries, %s, %s compared, %s.\n", one.Origin, r.Log.Entries, plural(r.Log.Documents, "document"),
		plural(one.Pages, "page"), plural(len(one.Findings), "finding"))
	return one.Code, nil
}
