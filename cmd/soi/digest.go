package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// digestCommand looks at digests, and makes one by hand where no program
// serves.
func digestCommand() *cli.Command {
	lang := &cli.StringFlag{Name: "lang", Value: "vi", Usage: "language: vi or en"}
	return &cli.Command{
		Name:  "digest",
		Usage: "digests: what the next one tells, how the last ones went out",
		Description: "`soi serve` makes them at the hours set at /desk/digests (07:30 and 15:30 unless set) and sends them.\n" +
			"A run that was missed is made up for once.",
		Commands: []*cli.Command{
			{Name: "preview", Usage: "print what the next one would tell the public now; stores and sends nothing", Flags: []cli.Flag{lang}, Action: withApp(previewDigest)},
			{Name: "send", Usage: "make the one whose hour has come, if it was not made; its mails go out while `soi serve` runs", Action: withApp(sendDigest)},
			{Name: "status", Usage: "list the last ones with their mails, and when the next one is due", Action: withApp(digestStatus)},
		},
	}
}

func previewDigest(ctx context.Context, cmd *cli.Command, a *app.App) error {
	d, err := a.PreviewDigest(ctx, cmd.String("lang"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(cmd.Root().Writer, d.Text())
	return err
}

func sendDigest(ctx context.Context, cmd *cli.Command, a *app.App) error {
	e, made, err := a.MakeDigest(ctx)
	if err != nil {
		return err
	}
	line := "No hour has come since the last one."
	if made {
		line = "Made " + e.Name() + "."
	}
	_, err = fmt.Fprintln(cmd.Root().Writer, line)
	return err
}

func digestStatus(ctx context.Context, cmd *cli.Command, a *app.App) error {
	s, err := a.Digests(ctx)
	if err != nil {
		return err
	}
	w := cmd.Root().Writer
	for _, e := range s.Editions {
		fmt.Fprintln(w, s.Line(e, a.Config.Zone))
	}
	if s.Next.IsZero() {
		_, err = fmt.Fprintln(w, "No digests are made.")
		return err
	}
	_, err = fmt.Fprintf(w, "The next one is due %s.\n", s.Next.In(a.Config.Zone).Format("2006-01-02 15:04 MST"))
	return err
}
