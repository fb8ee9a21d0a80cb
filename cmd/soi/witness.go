package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// witnessCommand vouches for the logs of other desks.
func witnessCommand() *cli.Command {
	return &cli.Command{
		Name:  "witness",
		Usage: "vouch for other desks' logs: that each only ever grows",
		Commands: []*cli.Command{
			{Name: "key", Usage: "make the key of a witness, such as witness.example/w1", ArgsUsage: "NAME",
				Flags:  []cli.Flag{&cli.StringFlag{Name: "out", Required: true, Usage: "new `FILE` for the secret"}},
				Action: newWitnessKey},
			{Name: "serve", Usage: "cosign checkpoints (C2SP tlog-witness, add-checkpoint); needs no desk", ArgsUsage: "VKEY…",
				Description: "VKEY is the verifier key of a log to vouch for, or a file that holds it. A checkpoint is cosigned only if\n" +
					"it is signed with that key and continues what the witness saw last. Never put back an older state folder.",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "key", Required: true, Usage: "`FILE` with the secret of the witness"},
					&cli.StringFlag{Name: "state", Required: true, Usage: "`FOLDER` that remembers what was cosigned"},
					&cli.StringFlag{Name: "at", Value: "127.0.0.1:8090", Usage: "`ADDRESS` to listen at"},
				},
				Action: serveWitness},
		},
	}
}

func newWitnessKey(_ context.Context, cmd *cli.Command) error {
	name, err := oneArg(cmd, "under which name?")
	if err != nil {
		return err
	}
	secret, vkey, err := app.NewWitnessKey(name)
	if err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	f, err := os.OpenFile(cmd.String("out"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, secret)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Fprintln(cmd.Root().Writer, vkey)
	return nil
}

func serveWitness(ctx context.Context, cmd *cli.Command) error {
	secret, err := os.ReadFile(cmd.String("key"))
	if err != nil {
		return err
	}
	var vkeys []string
	for _, v := range cmd.Args().Slice() {
		vkeys = append(vkeys, keyOrFile(v))
	}
	if len(vkeys) == 0 {
		return errors.New("for which logs? Usage: soi witness serve --key FILE --state FOLDER VKEY…")
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cmd.String("at"))
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "Witness at http://%s/add-checkpoint\n", l.Addr())
	if err := app.ServeWitness(ctx, l, string(secret), cmd.String("state"), vkeys); err != nil {
		return errors.New(app.Explain(err, lang()))
	}
	return nil
}
