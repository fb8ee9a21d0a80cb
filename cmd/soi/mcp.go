package main

import (
	"context"
	"io"
	"os"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// mcpCommand lets an assistant on this machine look checks up.
func mcpCommand() *cli.Command {
	return &cli.Command{
		Name:  "mcp",
		Usage: "answer an assistant over standard input and output by the Model Context Protocol; for reading alone",
		Description: "Name this command in the settings of the assistant, with --data or --config. It reads what is published and\n" +
			"makes no tips. With the setting mcp a running soi answers the same at /mcp.",
		Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
			return a.ServeMCP(ctx, os.Stdin, leftOpen{cmd.Root().Writer})
		}),
	}
}

// leftOpen is a writer that the protocol's end does not close.
type leftOpen struct{ io.Writer }

// Close does nothing: standard output is the process's own.
func (leftOpen) Close() error { return nil }
