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

// deskCommand keeps the desks of an installation.
func deskCommand() *cli.Command {
	return &cli.Command{
		Name:  "desk",
		Usage: "add, close and list desks, when one installation holds several",
		Commands: []*cli.Command{
			{Name: "add", Usage: "add a desk to the installation", ArgsUsage: "NAME", Flags: []cli.Flag{
				&cli.StringFlag{Name: "under", Usage: "the `DESK` it belongs under"},
			}, Action: withApp(addDesk)},
			{Name: "close", Usage: "let a desk take in no more claims; what it has stays", ArgsUsage: "NAME",
				Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error { return setDesk(ctx, cmd, a, false) })},
			{Name: "open", Usage: "let a closed desk take in claims again", ArgsUsage: "NAME",
				Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error { return setDesk(ctx, cmd, a, true) })},
			{Name: "channel", Usage: "let the messages of a channel arrive at a desk", ArgsUsage: "CHANNEL DESK", Action: withApp(deskChannel)},
			{Name: "list", Usage: "list all desks and where they belong", Action: withApp(listDesks)},
		},
	}
}

// homeName is what the desk that every installation has is called here.
const homeName = "main"

// deskNamed finds a desk by its name, without regard to case; "main" is the
// one that every installation has.
func deskNamed(ctx context.Context, a *app.App, name string) (desk.Branch, error) {
	all, err := a.Desk.Branches(ctx)
	if err != nil {
		return desk.Branch{}, err
	}
	i := slices.IndexFunc(all, func(b desk.Branch) bool {
		return strings.EqualFold(b.Name, name) || b.ID == desk.Home && strings.EqualFold(name, homeName)
	})
	if i < 0 {
		return desk.Branch{}, fmt.Errorf("there is no desk named %q; `soi desk list` shows all", name)
	}
	return all[i], nil
}

// calledDesk is the name of a desk on the command line.
func calledDesk(b desk.Branch) string {
	if b.Name == "" {
		return homeName
	}
	return b.Name
}

// deskError says in a sentence what is wrong with a desk.
func deskError(err error, name string) error {
	ps := desk.Problems(err)
	switch {
	case slices.Contains(ps, desk.NameTaken):
		return fmt.Errorf("there is a desk named %q already", name)
	case len(ps) > 0:
		return errors.New("a desk needs a name of at most 60 letters, and one it belongs under that is not below it")
	case errors.Is(err, desk.ErrNotFound):
		return errors.New("the main desk is never closed")
	}
	return err
}

func addDesk(ctx context.Context, cmd *cli.Command, a *app.App) error {
	b := desk.Branch{Name: strings.Join(cmd.Args().Slice(), " ")}
	if under := cmd.String("under"); under != "" {
		p, err := deskNamed(ctx, a, under)
		if err != nil {
			return err
		}
		b.Parent = p.ID
	}
	b, err := a.Desk.SaveBranch(ctx, desk.Program(), b)
	if err != nil {
		return deskError(err, b.Name)
	}
	fmt.Fprintf(cmd.Root().Writer, "The desk %s is open. `soi user add NAME --role ROLE --desk %q` gives somebody a seat at it.\n", b.Name, b.Name)
	return nil
}

func setDesk(ctx context.Context, cmd *cli.Command, a *app.App, open bool) error {
	b, err := deskNamed(ctx, a, strings.Join(cmd.Args().Slice(), " "))
	if err != nil {
		return err
	}
	if err := a.Desk.SetBranchOpen(ctx, desk.Program(), b.ID, open); err != nil {
		return deskError(err, b.Name)
	}
	word := map[bool]string{true: "takes in claims", false: "takes in no more claims"}[open]
	fmt.Fprintf(cmd.Root().Writer, "The desk %s %s.\n", b.Name, word)
	return nil
}

func deskChannel(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if cmd.Args().Len() < 2 {
		return fmt.Errorf("which channel, at which desk? Usage: %s %s", cmd.FullName(), cmd.ArgsUsage)
	}
	channel := cmd.Args().First()
	b, err := deskNamed(ctx, a, strings.Join(cmd.Args().Tail(), " "))
	if err != nil {
		return err
	}
	if !b.Open() {
		return fmt.Errorf("the desk %s takes in no claims; `soi desk open` changes that", b.Name)
	}
	if err := a.Desk.SetChannelDesk(ctx, desk.Program(), channel, b.ID); err != nil {
		return deskError(err, b.Name)
	}
	fmt.Fprintf(cmd.Root().Writer, "Messages by %s arrive at the desk %s.\n", channel, calledDesk(b))
	return nil
}

func listDesks(ctx context.Context, cmd *cli.Command, a *app.App) error {
	all, err := a.Desk.Branches(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tUNDER\tSTATE")
	for _, b := range all {
		under, state := "", "open"
		if i := slices.IndexFunc(all, func(o desk.Branch) bool { return o.ID == b.Parent }); i >= 0 {
			under = calledDesk(all[i])
		}
		if !b.Open() {
			state = "closed " + b.Closed.In(a.Config.Zone).Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", calledDesk(b), under, state)
	}
	return w.Flush()
}

// seatCommands are what `soi user` says about seats, leaving and sessions.
func seatCommands() []*cli.Command {
	seat := []cli.Flag{
		&cli.StringFlag{Name: "desk", Required: true, Usage: "the `DESK`"},
		&cli.StringFlag{Name: "role", Required: true, Usage: "the role there"},
		&cli.StringSliceFlag{Name: "topic", Usage: "a topic the seat is for; may be given several times; none means all"},
	}
	return []*cli.Command{
		{Name: "seat", Usage: "give somebody a seat at a desk", ArgsUsage: "NAME", Flags: seat,
			Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error { return seatUser(ctx, cmd, a, true) })},
		{Name: "unseat", Usage: "take a seat away", ArgsUsage: "NAME", Flags: seat[:2],
			Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error { return seatUser(ctx, cmd, a, false) })},
		{Name: "leave", Usage: "close an account for good: the name becomes a number, claims in hand go to a colleague", ArgsUsage: "NAME",
			Flags:  []cli.Flag{&cli.StringFlag{Name: "to", Usage: "the `COLLEAGUE` who takes the claims over; nobody without it"}},
			Action: withApp(leaveUser)},
		{Name: "sign-out", Usage: "end all sessions of an account", ArgsUsage: "NAME", Action: withApp(signOutUser)},
	}
}

// seatOf reads the seat of the flags.
func seatOf(ctx context.Context, cmd *cli.Command, a *app.App) (desk.Seat, error) {
	b, err := deskNamed(ctx, a, cmd.String("desk"))
	return desk.Seat{Desk: b.ID, Role: desk.Role(cmd.String("role")), Topics: cmd.StringSlice("topic")}, err
}

// seatError says in a sentence what is wrong with a seat.
func seatError(err error, name string) error {
	if len(desk.Problems(err)) > 0 && !slices.Contains(desk.Problems(err), desk.NameTaken) {
		return fmt.Errorf("a seat needs an open desk, one of the roles %s, and topics among %s", roleWords(), strings.Join(desk.Topics(), ", "))
	}
	return officeError(err, name)
}

// roleWords lists the roles.
func roleWords() string {
	var out []string
	for _, r := range desk.Roles() {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

func seatUser(ctx context.Context, cmd *cli.Command, a *app.App, give bool) error {
	s, err := named(ctx, cmd, a)
	if err != nil {
		return err
	}
	x, err := seatOf(ctx, cmd, a)
	if err != nil {
		return err
	}
	x.Staff = s.ID
	if !give {
		if err := a.Desk.TakeSeat(ctx, desk.Program(), s.ID, x.Desk, x.Role); errors.Is(err, desk.ErrNotFound) {
			return fmt.Errorf("%s has no such seat", s.Name)
		} else if err != nil {
			return err
		}
		fmt.Fprintf(cmd.Root().Writer, "%s has no seat as %s at %s any more.\n", s.Name, x.Role, cmd.String("desk"))
		return nil
	}
	if err := a.Desk.GiveSeat(ctx, desk.Program(), x); err != nil {
		return seatError(err, s.Name)
	}
	fmt.Fprintf(cmd.Root().Writer, "%s has a seat as %s at %s.\n", s.Name, x.Role, cmd.String("desk"))
	if s.Role != desk.Seated {
		fmt.Fprintf(cmd.Root().Writer, "%s is %s at all desks too; an admin can change that on the page of the account.\n", s.Name, s.Role)
	}
	return nil
}

func leaveUser(ctx context.Context, cmd *cli.Command, a *app.App) error {
	s, err := named(ctx, cmd, a)
	if err != nil {
		return err
	}
	var to desk.Staff
	if name := cmd.String("to"); name != "" {
		if to, err = a.Desk.StaffNamed(ctx, name); err != nil {
			return officeError(err, name)
		}
	}
	left, err := a.Desk.Leave(ctx, desk.Program(), s.ID, to.ID)
	if slices.Contains(desk.Problems(err), desk.SuccessorMayNot) || slices.Contains(desk.Problems(err), desk.BadChoice) {
		return fmt.Errorf("%s cannot take over all claims of %s; choose somebody who drafts at their desks", to.Name, s.Name)
	}
	if err != nil {
		return officeError(err, s.Name)
	}
	if _, err := a.Auth.EndSessions(ctx, s.ID, ""); err != nil {
		return err
	}
	if err := a.Auth.Forget(ctx, s.ID); err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "%s has left and stands in histories as %q.\n", s.Name, left.Name)
	return nil
}

func signOutUser(ctx context.Context, cmd *cli.Command, a *app.App) error {
	s, err := named(ctx, cmd, a)
	if err != nil {
		return err
	}
	n, err := a.Auth.EndSessions(ctx, s.ID, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "%s is signed out of %s.\n", s.Name, plural(n, "session"))
	return nil
}
