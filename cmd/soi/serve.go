package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// serveCommand runs the desk.
func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the desk until it is stopped (Ctrl-C or SIGTERM)",
		Description: "Opens the data folder, brings the database up to date and listens. Stopping waits up to ten\n" +
			"seconds for requests under way. Nothing that was acknowledged is lost, however it ends.",
		Action: func(ctx context.Context, cmd *cli.Command) error {
			a, err := openApp(ctx, cmd)
			if err != nil {
				return err
			}
			out := cmd.Root().Writer
			err = a.Serve(ctx, func(url string) {
				fmt.Fprintf(out, "soi listens at %s and is reached at %s\n", url, a.Config.PublicURL)
			})
			return errors.Join(err, a.Close())
		},
	}
}

// demoCommand fills an example desk and runs it.
func demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "fill a folder with an example desk and run it",
		Description: "Writes over a hundred checks, several hundred tips and some open claims into the data folder (./data/demo unless\n" +
			"--data says otherwise), as a desk that has been alive for a month, and prints one-time sign-in\n" +
			"links for a checker and an editor. Started again, it goes on with what is in the folder.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "fill-only", Usage: "fill the folder, print the links, and end"}},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			c, err := settings(cmd, map[string]string{"data": "data/demo", "name": "soi (demo)"})
			if err != nil {
				return err
			}
			opts := app.DemoOptions(logger(cmd))
			opts.Worker = app.OwnWorker()
			a, err := app.Open(ctx, c, opts)
			if err != nil {
				return err
			}
			return errors.Join(runDemo(ctx, cmd, a), a.Close())
		},
	}
}

// runDemo fills, prints the links and serves.
func runDemo(ctx context.Context, cmd *cli.Command, a *app.App) error {
	out := cmd.Root().Writer
	bar := newBar(cmd.Root().ErrWriter, "filling the example desk")
	filled, err := a.FillDemo(ctx, bar.set)
	bar.end()
	if err != nil {
		return err
	}
	if !filled {
		fmt.Fprintf(out, "The folder %s holds a desk already; going on with it.\n", a.Config.Data)
	}
	links, err := a.DemoLinks(ctx)
	if err != nil {
		return err
	}
	say := func(url string) {
		fmt.Fprintf(out, "\nsoi is at      %s\nEnglish        %s/en\n", a.Config.PublicURL, a.Config.PublicURL)
		for _, r := range []desk.Role{desk.Checker, desk.Editor} {
			if links[r] != "" {
				fmt.Fprintf(out, "sign in as %-8s %s\n", r, links[r])
			}
		}
		fmt.Fprintf(out, "Each link works once. Everything is in %s; delete it to start anew.\nStop with Ctrl-C.\n", a.Config.Data)
	}
	if cmd.Bool("fill-only") {
		say(a.Config.PublicURL)
		return nil
	}
	return a.Serve(ctx, say)
}
