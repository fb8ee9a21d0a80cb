package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// apiKeyCommand keeps the keys of the API.
func apiKeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "api-key",
		Usage: "make, list and end the keys by which other programs hand in tips",
		Commands: []*cli.Command{
			{Name: "add", Usage: "make a key and print it, once", ArgsUsage: "NAME",
				Flags: []cli.Flag{
					&cli.IntFlag{Name: "per-hour", Usage: "tips the key may bring in an hour", Value: desk.DefaultPerHour},
					&cli.StringFlag{Name: "webhook", Usage: "https `ADDRESS` that is told when a tip of the key is answered"},
				},
				Action: withApp(addKey)},
			{Name: "end", Usage: "end a key for good; the tips it brought stay", ArgsUsage: "NAME", Action: withApp(endKey)},
			{Name: "list", Usage: "list all keys with their limits and webhooks", Action: withApp(listKeys)},
		},
	}
}

func addKey(ctx context.Context, cmd *cli.Command, a *app.App) error {
	name := strings.Join(cmd.Args().Slice(), " ")
	perHour := cmd.Int("per-hour")
	if perHour == 0 {
		perHour = -1 // the desk takes 0 for "as usual"
	}
	k, err := a.MakeAPIKey(ctx, desk.Program(), name, perHour, cmd.String("webhook"))
	if err != nil {
		return keyError(err, name)
	}
	w := cmd.Root().Writer
	fmt.Fprintf(w, "The key of %s, for up to %d tips an hour. It is shown this once; only its hash is kept:\n%s\n", k.Name, k.PerHour, k.Key)
	if k.Secret != "" {
		fmt.Fprintf(w, "Letters to %s are signed with this secret:\n%s\n", k.Webhook, k.Secret)
	}
	fmt.Fprintf(w, "What can be asked: %s/api/v1/openapi.json\n", a.Config.PublicURL)
	return nil
}

func endKey(ctx context.Context, cmd *cli.Command, a *app.App) error {
	name := strings.Join(cmd.Args().Slice(), " ")
	all, err := a.Desk.APIKeys(ctx, desk.Program())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(k desk.APIKey) bool { return strings.EqualFold(k.Name, strings.Join(strings.Fields(name), " ")) })
	if i < 0 {
		return keyError(desk.ErrNotFound, name)
	}
	k, err := a.Desk.EndAPIKey(ctx, desk.Program(), all[i].ID)
	if err != nil {
		return keyError(err, name)
	}
	fmt.Fprintf(cmd.Root().Writer, "The key of %s is ended; a running soi refuses it within a second.\n", k.Name)
	return nil
}

func listKeys(ctx context.Context, cmd *cli.Command, a *app.App) error {
	all, err := a.Desk.APIKeys(ctx, desk.Program())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(cmd.Root().Writer, "There are no keys yet. `soi api-key add NAME` makes one.")
		return nil
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tPER HOUR\tSINCE\tSTATE\tWEBHOOK")
	for _, k := range all {
		state := "in use"
		if !k.Good() {
			state = "ended " + k.Ended.In(a.Config.Zone).Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", k.Name, k.PerHour, k.Made.In(a.Config.Zone).Format(time.DateOnly), state, k.Webhook)
	}
	return w.Flush()
}

// keyError says in a sentence what went wrong with a key.
func keyError(err error, name string) error {
	ps := desk.Problems(err)
	switch {
	case errors.Is(err, desk.ErrNotFound):
		return fmt.Errorf("there is no key named %q; `soi api-key list` shows all", name)
	case len(ps) > 0 && ps[0] == desk.NameTaken:
		return fmt.Errorf("there is a key named %q already; names are not used twice", name)
	case len(ps) > 0 && ps[0] == desk.BadLink:
		return errors.New("the webhook has to be an https:// address without a name and password in it")
	case len(ps) > 0:
		return fmt.Errorf("a name and a number of tips an hour from 1 to %d are needed", desk.MaxPerHour)
	}
	return err
}
