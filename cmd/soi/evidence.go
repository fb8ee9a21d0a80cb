package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// evidenceCommand looks at the archived copies of sources.
func evidenceCommand() *cli.Command {
	return &cli.Command{
		Name:  "evidence",
		Usage: "the archived copies of sources: list, export, verify",
		Description: "`soi serve` makes a copy of what evidence cites. `soi fsck` reads every copy and names the damaged ones.\n" +
			"`soi evidence verify` needs no desk: it checks a WARC or WACZ file that anyone has, and prints the SHA-256\n" +
			"that a check publishes for it.",
		Commands: []*cli.Command{
			{Name: "list", Usage: "list the copies of a claim's sources", ArgsUsage: "CLAIM", Action: withApp(listCopies)},
			{Name: "export", Usage: "write the copies of a claim as one WACZ file", ArgsUsage: "CLAIM FILE", Action: withApp(exportCopies)},
			{Name: "verify", Usage: "check a WARC or WACZ file", ArgsUsage: "FILE", Action: verifyCopies},
		},
	}
}

// claimArgument is the first argument, the address or ID of a claim.
func claimArgument(cmd *cli.Command) (desk.ID, error) {
	id := desk.ID(cmd.Args().First())
	if !id.Valid() {
		return "", fmt.Errorf("%q is not the ID of a claim: it is the last part of its address", id)
	}
	return id, nil
}

// listCopies prints how the copy of each source stands.
func listCopies(ctx context.Context, cmd *cli.Command, a *app.App) error {
	id, err := claimArgument(cmd)
	if err != nil {
		return err
	}
	cs, err := a.Desk.CapturesOf(ctx, desk.Actor{Role: desk.Auditor}, id)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tKIND\tBYTES\tSHA-256\tADDRESS")
	for _, c := range cs {
		state := string(c.State)
		if c.Why != "" {
			state += " (" + string(c.Why) + ")"
		}
		if !c.Damaged.IsZero() {
			state = "damaged"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", state, c.Kind, c.Bytes, hex.EncodeToString(c.Sum), c.URL)
	}
	return w.Flush()
}

// exportCopies writes a WACZ file.
func exportCopies(ctx context.Context, cmd *cli.Command, a *app.App) error {
	id, err := claimArgument(cmd)
	if err != nil {
		return err
	}
	to := cmd.Args().Get(1)
	if to == "" {
		return errors.New("say which file to write: soi evidence export CLAIM FILE")
	}
	n, b, err := a.ExportCopies(ctx, id)
	if errors.Is(err, desk.ErrNotFound) {
		return errors.New("no source of this claim has a copy")
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "%d copies, %d bytes, written to %s\n", n, len(b), to)
	return nil
}

// verifyCopies checks a file without a desk.
func verifyCopies(_ context.Context, cmd *cli.Command) error {
	if cmd.Args().First() == "" {
		return errors.New("say which file: soi evidence verify FILE")
	}
	b, err := os.ReadFile(cmd.Args().First())
	if err != nil {
		return err
	}
	r, err := app.VerifyCopies(b)
	if err != nil {
		return cli.Exit("the file is not sound: it was cut, changed, or is neither WARC nor WACZ", 2)
	}
	fmt.Fprintf(cmd.Root().Writer, "sound: %d records, %d digests compared\nSHA-256 of the unpacked WARC file: %s\n", r.Records, r.Digests, hex.EncodeToString(r.Sum))
	return nil
}
