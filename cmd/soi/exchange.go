package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// exchangeCommand keeps the exchange with other installations.
func exchangeCommand() *cli.Command {
	return &cli.Command{
		Name:  "exchange",
		Usage: "exchange open questions and checks with other desks",
		Description: "Every desk lays out signed lines that its peers fetch; nothing is sent. Compare keys with the other desk by\n" +
			"another way before you add it. docs/exchange.md tells more.",
		Commands: []*cli.Command{
			{Name: "key", Usage: "print our exchange name and verifier key, for the other desk", Action: withApp(exchangeSelf)},
			{Name: "offer", Usage: "say what peers may read: nothing, checks or questions", ArgsUsage: "WHAT", Action: withApp(exchangeOffer)},
			{Name: "list", Usage: "list the peers and how reading them goes", Action: withApp(listPeers)},
			{Name: "add", Usage: "begin exchange with another desk", ArgsUsage: "ADDRESS KEY", Flags: []cli.Flag{
				&cli.StringFlag{Name: "name", Required: true, Usage: "what you call it"},
				&cli.BoolFlag{Name: "compared", Usage: "the key was compared with the other desk by another way"},
				&cli.BoolFlag{Name: "no-follow", Usage: "do not read it"},
				&cli.BoolFlag{Name: "no-read", Usage: "do not let it read us"},
			}, Action: withApp(addPeer)},
			{Name: "read", Usage: "read a peer now, or all of them", ArgsUsage: "[NAME]", Action: withApp(readPeers)},
			{Name: "resume", Usage: "read a peer again that was stopped", ArgsUsage: "NAME", Flags: []cli.Flag{
				&cli.BoolFlag{Name: "again", Usage: "from its first line, after it told that it lost some"},
			}, Action: withApp(resumePeer)},
			{Name: "end", Usage: "end exchange with a peer", ArgsUsage: "NAME", Action: withApp(endPeer)},
			{Name: "rotate", Usage: "go over to a new key, signed by the old one; peers follow by themselves", Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
				return newExchangeKey(cmd, "Peers follow by themselves.", func() (string, error) { return a.ChangeExchangeKey(ctx) })
			})},
			{Name: "revoke", Usage: "revoke the key, when somebody else may have it, and begin with another", Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
				return newExchangeKey(cmd, "Every peer stops reading until its people have compared the new key.", func() (string, error) { return a.RevokeExchangeKey(ctx) })
			})},
		},
	}
}

func exchangeSelf(_ context.Context, cmd *cli.Command, a *app.App) error {
	name, key, err := a.ExchangeSelf()
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "%s\n%s\n", name, key)
	return nil
}

func exchangeOffer(ctx context.Context, cmd *cli.Command, a *app.App) error {
	what := cmd.Args().First()
	o, ok := map[string]desk.ExchangeOffers{"nothing": desk.OffersNothing, "checks": desk.OffersChecks, "questions": desk.OffersAll}[what]
	if !ok {
		return errors.New("say nothing, checks or questions")
	}
	if err := a.Desk.SetExchangeOffers(ctx, desk.Program(), o); err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "Peers may read: %s.\n", what)
	return nil
}

// peerNamed finds a peer by what staff call it, without regard to case.
func peerNamed(ctx context.Context, a *app.App, name string) (desk.Peer, error) {
	ps, err := a.Desk.Peers(ctx, desk.Program())
	if err != nil {
		return desk.Peer{}, err
	}
	for _, p := range ps {
		if p.Active() && (strings.EqualFold(p.Name, name) || p.Desk == name) {
			return p, nil
		}
	}
	return desk.Peer{}, fmt.Errorf("there is no exchange with %q; `soi exchange list` names the peers", name)
}

func listPeers(ctx context.Context, cmd *cli.Command, a *app.App) error {
	ps, err := a.Desk.Peers(ctx, desk.Program())
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tADDRESS\tREAD\tLAST CONTACT\tREFUSED")
	for _, p := range ps {
		if !p.Active() {
			continue
		}
		last := "never"
		if !p.State.Contact.IsZero() {
			last = p.State.Contact.In(a.Config.Zone).Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\n", p.Name, p.Address, peerWord(p), last, p.State.Refused)
	}
	return w.Flush()
}

// peerWord is how reading a peer goes, in a word or two.
func peerWord(p desk.Peer) string {
	switch s := p.State; {
	case s.Stopped != "":
		return "stopped: " + string(s.Stopped)
	case !p.Follows:
		return "not followed"
	case s.Trouble != "":
		return string(s.Trouble)
	case s.Contact.IsZero():
		return "not yet"
	}
	return "well"
}

func addPeer(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if cmd.Args().Len() != 2 {
		return errors.New("which desk? Usage: soi exchange add ADDRESS KEY --name NAME --compared")
	}
	name, err := a.ExchangeDeskOf(cmd.Args().Get(1))
	if err != nil {
		return err
	}
	p, err := a.Desk.AddPeer(ctx, desk.Program(), desk.NewPeer{Name: cmd.String("name"), Address: cmd.Args().Get(0), Key: cmd.Args().Get(1), Desk: name,
		Confirmed: cmd.Bool("compared"), Follows: !cmd.Bool("no-follow"), Reads: !cmd.Bool("no-read")})
	if err != nil {
		return peerError(err)
	}
	fmt.Fprintf(cmd.Root().Writer, "Exchange with %s (%s) has begun.\n", p.Name, p.Desk)
	return nil
}

// peerError says in a sentence what is wrong with a peer.
func peerError(err error) error {
	for _, p := range desk.Problems(err) {
		switch p {
		case desk.PeerUnconfirmed:
			return errors.New("compare the key with the other desk by another way, by telephone for instance, and say --compared")
		case desk.PeerTaken:
			return errors.New("there is exchange with that desk already")
		case desk.BadLink:
			return errors.New("the address begins with https:// and holds nothing but the host")
		case desk.PeerTooMany:
			return errors.New("there are as many peers as a desk can have")
		}
	}
	return err
}

func readPeers(ctx context.Context, cmd *cli.Command, a *app.App) error {
	ps, err := a.Desk.Peers(ctx, desk.Program())
	if err != nil {
		return err
	}
	if name := cmd.Args().First(); name != "" {
		p, err := peerNamed(ctx, a, name)
		if err != nil {
			return err
		}
		ps = []desk.Peer{p}
	}
	for _, p := range ps {
		if err := a.ReadPeer(ctx, p.ID); err != nil {
			return err
		}
	}
	return listPeers(ctx, cmd, a)
}

func resumePeer(ctx context.Context, cmd *cli.Command, a *app.App) error {
	p, err := peerNamed(ctx, a, cmd.Args().First())
	if err != nil {
		return err
	}
	if _, err := a.Desk.ResumePeer(ctx, desk.Program(), p.ID, cmd.Bool("again")); err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "%s is read again.\n", p.Name)
	return nil
}

func endPeer(ctx context.Context, cmd *cli.Command, a *app.App) error {
	p, err := peerNamed(ctx, a, cmd.Args().First())
	if err != nil {
		return err
	}
	if _, err := a.Desk.EndPeer(ctx, desk.Program(), p.ID); err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "There is no exchange with %s any more.\n", p.Name)
	return nil
}

func newExchangeKey(cmd *cli.Command, then string, change func() (string, error)) error {
	key, err := change()
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "The new verifier key is\n%s\n%s\n", key, then)
	return nil
}
