// Command soi is a claim desk: where anyone can send in a message they doubt
// and get back what is known about it.
//
// Owns: the command line, one file a command; what is printed.
//
// Does not own: anything a command does (app).
//
// Start reading at root.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/config"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == app.WorkerArgument {
		app.WorkerMain() // opens one file in a process of its own, see package media
	}
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}

// run runs one command and returns the exit code: 0 well, 1 an error, and
// what a command says through cli.ExitCoder.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := root(out, errOut).Run(ctx, helpBelow(args))
	if err == nil {
		return 0
	}
	var coded cli.ExitCoder
	if errors.As(err, &coded) {
		if msg := coded.Error(); msg != "" {
			fmt.Fprintln(errOut, "soi: "+msg)
		}
		return coded.ExitCode()
	}
	fmt.Fprintln(errOut, "soi: "+err.Error())
	return 1
}

// helpBelow turns `soi help log verify` into `soi log verify --help`: the
// command-line library stops at the first word after help.
func helpBelow(args []string) []string {
	if len(args) < 4 || args[1] != "help" {
		return args
	}
	return append(append([]string{args[0]}, args[2:]...), "--help")
}

// root is the whole command line.
func root(out, errOut io.Writer) *cli.Command {
	return &cli.Command{
		Name:  "soi",
		Usage: "a self-hosted claim desk: receive, match, check, review, publish, prove",
		Description: "Start with `soi demo`, which fills a folder with an example desk and serves it at http://127.0.0.1:8080.\n" +
			"For a desk of your own: `soi user add`, then `soi serve`. Every setting can be a flag, an environment\n" +
			"variable (SOI_…) or a line of a file (--config); `soi config` lists them with their meaning.",
		Writer:    out,
		ErrWriter: errOut,
		Flags:     settingFlags(),
		Commands:  commands(),
		// main prints the error once and sets the code.
		ExitErrHandler:  func(context.Context, *cli.Command, error) {},
		HideHelpCommand: false,
		Suggest:         true,
	}
}

// commands lists the commands in the order `soi help` shows them.
func commands() []*cli.Command {
	return []*cli.Command{
		demoCommand(), serveCommand(), userCommand(), deskCommand(), apiKeyCommand(), configCommand(), doctorCommand(),
		matchCommand(), evalCommand(), feedCommand(), digestCommand(), exchangeCommand(), importCommand(), channelsCommand(), dumpCommand(), wordsCommand(), reportCommand(), mcpCommand(), evidenceCommand(), backupCommand(), restoreCommand(),
		logCommand(), verifyCommand(), monitorCommand(), witnessCommand(), fsckCommand(), reindexCommand(), migrateCommand(), versionCommand(),
	}
}

// settingFlags makes a flag of every setting, and --config.
func settingFlags() []cli.Flag {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "TOML `FILE` with settings", Sources: cli.EnvVars("SOI_CONFIG")},
		&cli.BoolFlag{Name: "verbose", Usage: "log more"},
	}
	for _, s := range config.Settings() {
		flags = append(flags, &cli.StringFlag{Name: s.Name, Usage: s.Help + " [" + s.Env() + "]", DefaultText: s.Default})
	}
	return flags
}

// settings reads the configuration for a command.
func settings(cmd *cli.Command, also map[string]string) (config.Config, error) {
	flags := map[string]string{}
	for k, v := range also {
		flags[k] = v
	}
	for _, s := range config.Settings() {
		if cmd.IsSet(s.Name) {
			flags[s.Name] = cmd.String(s.Name)
		}
	}
	return config.Load(cmd.String("config"), os.LookupEnv, flags)
}

// logger writes to standard error: what an operator should know, one line
// each. It never names who sent something or from where.
func logger(cmd *cli.Command) *slog.Logger {
	level := slog.LevelInfo
	if cmd.Bool("verbose") {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(cmd.Root().ErrWriter, &slog.HandlerOptions{Level: level}))
}

// openApp opens the desk the settings describe.
func openApp(ctx context.Context, cmd *cli.Command) (*app.App, error) {
	c, err := settings(cmd, nil)
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, c, app.Options{Log: logger(cmd), Worker: app.OwnWorker()})
}
