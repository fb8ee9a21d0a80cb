package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// wordsCommand makes and checks catalogues of further languages.
func wordsCommand() *cli.Command {
	return &cli.Command{
		Name:  "words",
		Usage: "further languages of the pages: write a file to translate, check what is there",
		Description: "Vietnamese and English come with soi. Any other language is a folder of files NAME.LANG.toml, read at the\n" +
			"start: words in the data folder, or the folder that the setting words names. What a file lacks is shown in English.",
		Commands: []*cli.Command{
			{Name: "export", Usage: "print a file to translate into LANG, with what is translated already", ArgsUsage: "LANG", Action: exportWords},
			{Name: "check", Usage: "tell what is wrong and how much is missing; exit code 1 if something cannot be used", ArgsUsage: "[DIR]",
				Flags: []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "list every text that is missing"}}, Action: checkWords},
		},
	}
}

func exportWords(_ context.Context, cmd *cli.Command) error {
	if cmd.NArg() != 1 {
		return errors.New("which language? Give its code, as fr, ar or pt-br")
	}
	c, err := settings(cmd, nil)
	if err != nil {
		return err
	}
	return app.ExportWords(cmd.Root().Writer, cmd.Args().First(), c.Words)
}

func checkWords(_ context.Context, cmd *cli.Command) error {
	c, err := settings(cmd, nil)
	if err != nil {
		return err
	}
	folder := c.Words
	if cmd.NArg() > 0 {
		folder = cmd.Args().First()
	}
	well, err := app.CheckWords(cmd.Root().Writer, folder, cmd.Bool("all"))
	if err == nil && !well {
		err = fmt.Errorf("something in %s cannot be used", folder)
	}
	return err
}
