package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// channelsCommand looks after the register of real channels.
func channelsCommand() *cli.Command {
	return &cli.Command{
		Name:  "channels",
		Usage: "the register of real channels: which site, number, address or account is a body's own",
		Description: "Staff enter channels at /desk/channels, two people for each; the register is public at /channels.\n" +
			"`soi serve` looks for every proof once a week.",
		Commands: []*cli.Command{
			{Name: "list", Usage: "list channels with their proof and state", Action: withApp(listChannels)},
			{Name: "recheck", Usage: "look for every proof now; exit code 1 if one of a listed channel is missing", Action: withApp(recheckChannels)},
		},
	}
}

func listChannels(ctx context.Context, cmd *cli.Command, a *app.App) error {
	l, err := a.Desk.ChannelDesk(ctx, desk.Program())
	if err != nil {
		return err
	}
	if len(l.Channels) == 0 {
		fmt.Fprintln(cmd.Root().Writer, "No channel is in the register yet. Staff enter them at /desk/channels.")
		return nil
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "BODY\tKIND\tADDRESS\tPROOF\tSTATE\tLAST LOOK")
	for _, c := range l.Channels {
		look := "found"
		switch {
		case c.Check.Tried.IsZero():
			look = "not yet"
		case c.Check.Trouble != "":
			look = string(c.Check.Trouble)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Bodies[c.Body].Name(lang()), c.Address.Kind, c.Address.Shown, c.Proof, c.State, look)
	}
	return w.Flush()
}

func recheckChannels(ctx context.Context, cmd *cli.Command, a *app.App) error {
	n, err := a.RecheckChannels(ctx)
	if err != nil {
		return err
	}
	l, err := a.Desk.ChannelDesk(ctx, desk.Program())
	if err != nil {
		return err
	}
	missing := 0
	for _, c := range l.Channels {
		if (c.State == desk.ChannelProved || c.State == desk.ChannelGone) && c.Check.Trouble != "" {
			missing++
			fmt.Fprintf(cmd.Root().Writer, "%s %s of %s: %s\n", c.Address.Kind, c.Address.Shown, l.Bodies[c.Body].Name(lang()), c.Check.Trouble)
		}
	}
	fmt.Fprintf(cmd.Root().Writer, "Looked for %s; %d of listed channels missing.\n", plural(n, "proof"), missing)
	if missing > 0 {
		return cli.Exit("", 1)
	}
	return nil
}

// importSourceCommands keep the sources that are read by schedule.
func importSourceCommands() []*cli.Command {
	return []*cli.Command{
		{Name: "list", Usage: "list the sources that are read by schedule, and how they are", Action: withApp(listImports)},
		{Name: "add", Usage: "add a source: feed, google, file or cofacts", ArgsUsage: "KIND NAME [ADDRESS]", Flags: []cli.Flag{
			&cli.StringFlag{Name: "site", Usage: "google: only reviews of this publisher's `SITE`"},
			&cli.StringFlag{Name: "query", Usage: "google: only what these `WORDS` find"},
			&cli.StringFlag{Name: "language", Usage: "only checks in this language, as `vi`"},
			&cli.IntFlag{Name: "hours", Value: 24, Usage: "hours between two runs (1 to 720)"},
		}, Action: withApp(addImport)},
		{Name: "run", Usage: "read one source now, or every one that is due", ArgsUsage: "[NAME]", Action: withApp(runImport)},
		{Name: "pause", Usage: "stop reading a source until it is resumed", ArgsUsage: "NAME", Action: withApp(turnImport(desk.ImportPause))},
		{Name: "resume", Usage: "read a source again", ArgsUsage: "NAME", Action: withApp(turnImport(desk.ImportResume))},
		{Name: "remove", Usage: "take a source out of use; what was taken over stays", ArgsUsage: "NAME", Action: withApp(turnImport(desk.ImportRemove))},
		{Name: "report", Usage: "say what the last runs of a source refused, and why", ArgsUsage: "NAME", Action: withApp(reportImport)},
	}
}

// hours is a number of hours as a time.
func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// importNamed finds a source in use by its name.
func importNamed(ctx context.Context, a *app.App, name string) (desk.ImportSource, []desk.ImportRun, error) {
	all, _, err := a.Desk.ImportSources(ctx, desk.Program(), "")
	if err != nil {
		return desk.ImportSource{}, nil, err
	}
	for _, s := range all {
		if s.Name == name && s.Removed.IsZero() {
			_, runs, err := a.Desk.ImportSources(ctx, desk.Program(), s.ID)
			return s, runs, err
		}
	}
	return desk.ImportSource{}, nil, fmt.Errorf("no source named %q is in use; `soi import list` shows all", name)
}

func listImports(ctx context.Context, cmd *cli.Command, a *app.App) error {
	all, _, err := a.Desk.ImportSources(ctx, desk.Program(), "")
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tKIND\tEVERY\tTAKEN OVER\tSTATE")
	for _, s := range all {
		state := "well"
		switch {
		case !s.Removed.IsZero():
			state = "removed"
		case !s.Paused.IsZero():
			state = "paused"
		case s.State.Trouble != "":
			state = "failing: " + string(s.State.Trouble)
		case s.State.Tried.IsZero():
			state = "not read yet"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", s.Name, s.Kind, s.Every, s.State.Stored, state)
	}
	return w.Flush()
}

func addImport(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if cmd.Args().Len() < 2 {
		return errors.New("which source? Usage: soi import add KIND NAME [ADDRESS]")
	}
	s := desk.ImportSource{Kind: desk.ImportKind(cmd.Args().Get(0)), Name: cmd.Args().Get(1), URL: cmd.Args().Get(2), Site: cmd.String("site"),
		Query: cmd.String("query"), Lang: cmd.String("language"), Every: hours(cmd.Int("hours"))}
	saved, err := a.Desk.SaveImportSource(ctx, desk.Program(), s)
	if err != nil {
		return importError(err, s.Name)
	}
	fmt.Fprintf(cmd.Root().Writer, "%s is read every %d hours from here on.\n", saved.Name, int(saved.Every.Hours()))
	return nil
}

// importError says in a sentence what is missing or in the way.
func importError(err error, name string) error {
	for _, p := range desk.Problems(err) {
		switch p {
		case desk.BadLink:
			return errors.New("an address that begins with http:// or https:// is needed for feeds and files")
		case desk.NoImportQuery:
			return errors.New("google wants --site or --query")
		case desk.ImportTaken:
			return fmt.Errorf("there is a source like %q already", name)
		case desk.BadChoice:
			return errors.New("the kind is one of feed, google, file, cofacts; hours are 1 to 720")
		}
	}
	if errors.Is(err, desk.ErrState) {
		return fmt.Errorf("%s is not in a state for that: nothing was changed", name)
	}
	return err
}

func runImport(ctx context.Context, cmd *cli.Command, a *app.App) error {
	name := cmd.Args().First()
	if name == "" {
		return a.RunImports(ctx)
	}
	s, _, err := importNamed(ctx, a, name)
	if err != nil {
		return err
	}
	r, err := a.RunImport(ctx, s.ID)
	if errors.Is(err, desk.ErrBusy) {
		return fmt.Errorf("%s is being read by a running soi", name)
	}
	if err != nil {
		return err
	}
	return sayRun(cmd, r)
}

// sayRun prints what a run did, and why checks were refused.
func sayRun(cmd *cli.Command, r desk.ImportRun) error {
	w := cmd.Root().Writer
	if r.Unchanged {
		fmt.Fprintln(w, "Nothing changed since the last run.")
		return nil
	}
	fmt.Fprintf(w, "%s met: %d new or changed, %d known already, %d refused.\n", plural(r.Found, "check"), r.Stored, r.Same, r.Lost())
	for _, x := range r.Refused {
		sign := "repaired"
		if x.Lost {
			sign = "refused"
		}
		fmt.Fprintf(w, "  %s %d: %s\n", sign, x.Count, app.RefusalRemark(x, lang()))
		for _, s := range x.Samples {
			switch {
			case s.URL != "":
				fmt.Fprintf(w, "    %s\n", s.URL)
			case s.Line > 0:
				fmt.Fprintf(w, "    line %d\n", s.Line)
			}
		}
	}
	if r.Trouble != "" {
		return fmt.Errorf("the source could not be read to its end: %s", r.Trouble)
	}
	return nil
}

// turnImport pauses, resumes or removes a source.
func turnImport(turn desk.ImportTurn) func(context.Context, *cli.Command, *app.App) error {
	return func(ctx context.Context, cmd *cli.Command, a *app.App) error {
		s, _, err := importNamed(ctx, a, cmd.Args().First())
		if err != nil {
			return err
		}
		if err := a.Desk.TurnImportSource(ctx, desk.Program(), s.ID, turn); err != nil {
			return importError(err, s.Name)
		}
		fmt.Fprintf(cmd.Root().Writer, "Done: %s.\n", s.Name)
		return nil
	}
}

// importDump reads a file of this machine and says what became of it.
func importDump(ctx context.Context, cmd *cli.Command, a *app.App) error {
	from, err := oneArg(cmd, "which file?")
	if err != nil {
		return err
	}
	run, err := a.ImportDump(ctx, from)
	if errors.Is(err, app.ErrNoDump) {
		return fmt.Errorf("no check could be read from %s; the archive is as it was", from)
	}
	if err != nil {
		return err
	}
	return sayRun(cmd, run)
}

func reportImport(ctx context.Context, cmd *cli.Command, a *app.App) error {
	_, runs, err := importNamed(ctx, a, cmd.Args().First())
	if err != nil {
		return err
	}
	for i := len(runs) - 1; i >= 0; i-- {
		fmt.Fprintf(cmd.Root().Writer, "%s  ", runs[i].Began.Format("2006-01-02 15:04"))
		if err := sayRun(cmd, runs[i]); err != nil {
			fmt.Fprintln(cmd.Root().Writer, "  failed: "+string(runs[i].Trouble))
		}
	}
	return nil
}
