package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// userCommand keeps staff accounts.
func userCommand() *cli.Command {
	return &cli.Command{
		Name:  "user",
		Usage: "add, disable and list staff accounts; make sign-in links",
		Commands: append([]*cli.Command{
			{Name: "add", Usage: "open an account and print its one-time sign-in link", ArgsUsage: "NAME",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "role", Required: true, Usage: "contributor, checker, expert, editor, admin or auditor"},
					&cli.StringFlag{Name: "desk", Usage: "give the role at this `DESK` alone"},
					&cli.StringSliceFlag{Name: "topic", Usage: "with --desk: a topic the seat is for; may be given several times"},
					&cli.StringFlag{Name: "lang", Usage: "language of the person's pages", Value: "vi"},
				},
				Action: withApp(addUser)},
			{Name: "link", Usage: "print a new one-time sign-in link for an account", ArgsUsage: "NAME", Action: withApp(linkUser)},
			{Name: "disable", Usage: "end the use of an account; its sessions end at once, its history stays", ArgsUsage: "NAME",
				Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error { return setUser(ctx, cmd, a, false) })},
			{Name: "enable", Usage: "open a disabled account again", ArgsUsage: "NAME",
				Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error { return setUser(ctx, cmd, a, true) })},
			{Name: "list", Usage: "list all accounts", Action: withApp(listUsers)},
		}, seatCommands()...),
	}
}

// withApp opens the desk for an action and closes it afterwards.
func withApp(f func(context.Context, *cli.Command, *app.App) error) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		a, err := openApp(ctx, cmd)
		if err != nil {
			return err
		}
		return errors.Join(f(ctx, cmd, a), a.Close())
	}
}

// nameArg is the account name: all arguments, so that quotes may be left out.
func nameArg(cmd *cli.Command) (string, error) {
	name := strings.Join(cmd.Args().Slice(), " ")
	if name == "" {
		return "", errors.New("which account? Give its name")
	}
	return name, nil
}

func addUser(ctx context.Context, cmd *cli.Command, a *app.App) error {
	name, err := nameArg(cmd)
	if err != nil {
		return err
	}
	role, lang := desk.Role(cmd.String("role")), cmd.String("lang")
	if !slices.Contains(desk.Roles(), role) {
		return fmt.Errorf("there is no role %q; the roles are %s", role, roleWords())
	}
	if !slices.Contains(a.Config.Langs, lang) {
		return fmt.Errorf("there are no pages in the language %q; this desk has %s", lang, strings.Join(a.Config.Langs, ", "))
	}
	var s desk.Staff
	if cmd.String("desk") == "" {
		s, err = a.Desk.AddStaff(ctx, desk.Program(), name, role, lang)
	} else {
		var x desk.Seat
		if x, err = seatOf(ctx, cmd, a); err != nil {
			return err
		}
		s, err = a.Desk.Invite(ctx, desk.Program(), name, lang, x)
		err = seatError(err, name)
	}
	if err != nil {
		return officeError(err, name)
	}
	return printLink(ctx, cmd, a, s)
}

func linkUser(ctx context.Context, cmd *cli.Command, a *app.App) error {
	s, err := named(ctx, cmd, a)
	if err != nil {
		return err
	}
	return printLink(ctx, cmd, a, s)
}

// named finds the account the arguments name.
func named(ctx context.Context, cmd *cli.Command, a *app.App) (desk.Staff, error) {
	name, err := nameArg(cmd)
	if err != nil {
		return desk.Staff{}, err
	}
	s, err := a.Desk.StaffNamed(ctx, name)
	return s, officeError(err, name)
}

// printLink makes a sign-in link and says how long it works.
func printLink(ctx context.Context, cmd *cli.Command, a *app.App, s desk.Staff) error {
	link, until, err := a.SignInLink(ctx, s.ID)
	if err != nil {
		return officeError(err, s.Name)
	}
	fmt.Fprintf(cmd.Root().Writer, "%s (%s) signs in once with this link, until %s:\n%s\n", s.Name, s.Role,
		until.In(a.Config.Zone).Format("2006-01-02 15:04 MST"), link)
	return nil
}

func setUser(ctx context.Context, cmd *cli.Command, a *app.App, active bool) error {
	s, err := named(ctx, cmd, a)
	if err != nil {
		return err
	}
	if s.Former > 0 {
		return fmt.Errorf("%s left for good; open a new account", s.Name)
	}
	if s, err = a.Desk.SetStaffActive(ctx, desk.Program(), s.ID, active); err != nil {
		return officeError(err, s.Name)
	}
	if !active {
		if _, err := a.Auth.EndSessions(ctx, s.ID, ""); err != nil {
			return err
		}
	}
	word := map[bool]string{true: "enabled", false: "disabled"}[active]
	fmt.Fprintf(cmd.Root().Writer, "%s is %s.\n", s.Name, word)
	return nil
}

func listUsers(ctx context.Context, cmd *cli.Command, a *app.App) error {
	all, err := a.Desk.StaffList(ctx, desk.Program())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(cmd.Root().Writer, "There are no accounts yet. `soi user add NAME --role admin` opens one.")
		return nil
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tSINCE\tSTATE")
	for _, s := range all {
		state := "in use"
		if !s.Active() {
			state = "disabled " + s.Disabled.In(a.Config.Zone).Format(time.DateOnly)
		}
		if s.Former > 0 {
			state = "left " + s.Disabled.In(a.Config.Zone).Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Name, s.Role, s.Created.In(a.Config.Zone).Format(time.DateOnly), state)
	}
	return w.Flush()
}

// officeError says in a sentence what went wrong with an account.
func officeError(err error, name string) error {
	ps := desk.Problems(err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, desk.ErrNotFound):
		return fmt.Errorf("there is no account named %q; `soi user list` shows all", name)
	case errors.Is(err, desk.ErrState):
		return fmt.Errorf("the account of %q is disabled; `soi user enable` opens it", name)
	case len(ps) > 0 && ps[0] == desk.NameTaken:
		return fmt.Errorf("there is an account named %q already", name)
	case len(ps) > 0 && ps[0] == desk.LastAdmin:
		return fmt.Errorf("%q is the last admin; open another admin account first", name)
	case len(ps) > 0:
		return errors.New("a name, a role (contributor, checker, expert, editor, admin, auditor) and a language (vi, en) are needed")
	}
	return err
}

// configCommand prints the settings in force.
func configCommand() *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "print every setting with its meaning and value, secrets hidden; the output is a settings file",
		Action: func(_ context.Context, cmd *cli.Command) error {
			c, err := settings(cmd, nil)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.Root().Writer, c.Print())
			return err
		},
	}
}

// migrateCommand brings the schema up to date without serving.
func migrateCommand() *cli.Command {
	return &cli.Command{
		Name:  "migrate",
		Usage: "bring the database schema up to date (serve does this by itself)",
		Action: withApp(func(ctx context.Context, cmd *cli.Command, a *app.App) error {
			have, err := a.Schema(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.Root().Writer, "The database has schema %d, the newest this program knows.\n", have)
			return nil
		}),
	}
}

// versionCommand prints what this program is.
func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version of soi and of Go",
		Action: func(_ context.Context, cmd *cli.Command) error {
			version := "(development)"
			if bi, ok := debug.ReadBuildInfo(); ok && bi.Main.Version != "" {
				version = bi.Main.Version
			}
			_, err := fmt.Fprintf(cmd.Root().Writer, "soi %s, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
