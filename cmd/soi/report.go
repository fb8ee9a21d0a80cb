package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// reportCommand writes a report of a period to a file.
func reportCommand() *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "write the report of a period: what was asked, answered, corrected, and what was not checked",
		ArgsUsage: "PERIOD",
		Description: "PERIOD is a week (2026-W47), month (2026-11), quarter (2026-Q4), half-year (2026-H2), year (2026) or five\n" +
			"years (2026-2030). The numbers are counted now; reports that the desk made and kept are at /desk/reports.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "html", Usage: "html, pdf, docx, csv or json"},
			&cli.StringFlag{Name: "desk", Usage: "the `DESK` it is about; all together if there is none"},
			&cli.StringFlag{Name: "lang", Value: "vi", Usage: "vi or en"},
			&cli.StringFlag{Name: "out", Usage: "`FILE` to write; soi-PERIOD.FORMAT if there is none"},
		},
		Action: withApp(writeReport),
	}
}

func writeReport(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if cmd.NArg() != 1 {
		return errors.New("say one period, such as 2026-11")
	}
	at := desk.Branch{}
	if name := cmd.String("desk"); name != "" {
		var err error
		if at, err = deskNamed(ctx, a, name); err != nil {
			return err
		}
	}
	path, err := a.WriteReport(ctx, cmd.Args().First(), at.ID, cmd.String("format"), cmd.String("lang"), cmd.String("out"))
	if err != nil {
		return err
	}
	fmt.Fprintln(cmd.Root().Writer, "written: "+path)
	return nil
}
