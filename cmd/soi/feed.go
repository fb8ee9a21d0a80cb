package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
	"soi/internal/desk"
)

// feedCommand keeps the outlets whose feeds are read.
func feedCommand() *cli.Command {
	return &cli.Command{
		Name:  "feed",
		Usage: "the press that is read: outlets with an imprint, their feeds, and how these are",
		Description: "Published media only: a named outlet with the address of its imprint, added with a reason. The list is\n" +
			"public, at /outlets. `soi serve` fetches the feeds; `soi feed doctor` says how they are.",
		Commands: []*cli.Command{
			{Name: "list", Usage: "list outlets and their feeds", Action: withApp(listFeeds)},
			{Name: "add", Usage: "add a feed; with --imprint, --site and --reason also its outlet", ArgsUsage: "OUTLET ADDRESS", Flags: []cli.Flag{
				&cli.StringFlag{Name: "site", Usage: "address of the outlet's front page"},
				&cli.StringFlag{Name: "imprint", Usage: "address of the page that says who publishes it"},
				&cli.StringFlag{Name: "reason", Usage: "why it is read; the public sees it"},
			}, Action: withApp(addFeed)},
			{Name: "remove", Usage: "stop reading a feed, or with --why a whole outlet", ArgsUsage: "ADDRESS|OUTLET", Flags: []cli.Flag{
				&cli.StringFlag{Name: "why", Usage: "why the outlet is no longer read; the public sees it"},
			}, Action: withApp(removeFeed)},
			{Name: "move", Usage: "take over the address to which a feed has moved for good", ArgsUsage: "ADDRESS", Action: withApp(moveFeed)},
			{Name: "test", Usage: "read an address or a file and show what would come; stores nothing", ArgsUsage: "ADDRESS|FILE", Action: withApp(testFeed)},
			{Name: "opml", Usage: "print the list as OPML, or with --import add what a list holds", Flags: []cli.Flag{
				&cli.StringFlag{Name: "import", Usage: "OPML `FILE` to read"},
				&cli.StringFlag{Name: "reason", Usage: "reason for outlets whose line tells none; the public sees it"},
			}, Action: withApp(opmlFeeds)},
			{Name: "doctor", Usage: "say how every feed is: silence, failures, changed ids, moves; exit code 1 if one fails for long", Action: withApp(doctorFeeds)},
		},
	}
}

// feedsOf reads the outlets and the feeds that are read.
func feedsOf(ctx context.Context, a *app.App) ([]desk.Outlet, []desk.Feed, error) {
	outlets, err := a.Desk.Outlets(ctx)
	if err != nil {
		return nil, nil, err
	}
	feeds, err := a.Desk.Feeds(ctx, desk.Program())
	return outlets, feeds, err
}

func listFeeds(ctx context.Context, cmd *cli.Command, a *app.App) error {
	outlets, feeds, err := feedsOf(ctx, a)
	if err != nil {
		return err
	}
	if len(outlets) == 0 {
		fmt.Fprintln(cmd.Root().Writer, "No outlet is on the list yet. `soi feed add OUTLET ADDRESS --site … --imprint … --reason …` adds one.")
		return nil
	}
	w := tabwriter.NewWriter(cmd.Root().Writer, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "OUTLET\tFEED\tPIECES\tSTATE")
	for _, o := range outlets {
		if !o.Read() {
			fmt.Fprintf(w, "%s\t\t\tremoved: %s\n", o.Name, o.Why)
			continue
		}
		for _, f := range feeds {
			if f.Outlet == o.ID && f.Removed.IsZero() {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", o.Name, f.URL, f.State.Pieces, feedState(f))
			}
		}
	}
	return w.Flush()
}

// feedState is a feed's state in a word or two.
func feedState(f desk.Feed) string {
	switch s := f.State; {
	case s.Tried.IsZero():
		return "not fetched yet"
	case s.Fails > 0:
		return "failing: " + string(s.Trouble)
	case s.Silent:
		return "silent"
	}
	return "well"
}

// outletNamed finds an outlet by its name, without regard to case.
func outletNamed(outlets []desk.Outlet, name string) (desk.Outlet, bool) {
	for _, o := range outlets {
		if strings.EqualFold(o.Name, name) {
			return o, true
		}
	}
	return desk.Outlet{}, false
}

func addFeed(ctx context.Context, cmd *cli.Command, a *app.App) error {
	if cmd.Args().Len() != 2 {
		return errors.New("which feed? Usage: soi feed add OUTLET ADDRESS")
	}
	name, address := cmd.Args().Get(0), cmd.Args().Get(1)
	outlets, _, err := feedsOf(ctx, a)
	if err != nil {
		return err
	}
	o, ok := outletNamed(outlets, name)
	switch {
	case !ok:
		o, err = a.Desk.AddOutlet(ctx, desk.Program(), desk.Outlet{Name: name, Site: cmd.String("site"), Imprint: cmd.String("imprint"), Reason: cmd.String("reason")})
	case !o.Read():
		err = a.Desk.ReturnOutlet(ctx, desk.Program(), o.ID, cmd.String("reason"))
	}
	if err != nil {
		return feedError(err, name)
	}
	if _, err := a.Desk.AddFeed(ctx, desk.Program(), o.ID, address); err != nil {
		return feedError(err, address)
	}
	fmt.Fprintf(cmd.Root().Writer, "%s of %s is read from here on.\n", address, o.Name)
	return nil
}

// feedAt finds a feed in use by its address.
func feedAt(feeds []desk.Feed, address string) (desk.Feed, error) {
	for _, f := range feeds {
		if f.URL == address && f.Removed.IsZero() {
			return f, nil
		}
	}
	return desk.Feed{}, fmt.Errorf("no feed at %q is read; `soi feed list` shows all", address)
}

func removeFeed(ctx context.Context, cmd *cli.Command, a *app.App) error {
	outlets, feeds, err := feedsOf(ctx, a)
	if err != nil {
		return err
	}
	what := cmd.Args().First()
	if o, ok := outletNamed(outlets, what); ok {
		if err := a.Desk.RemoveOutlet(ctx, desk.Program(), o.ID, cmd.String("why")); err != nil {
			return feedError(err, what)
		}
		fmt.Fprintf(cmd.Root().Writer, "%s is no longer read.\n", o.Name)
		return nil
	}
	f, err := feedAt(feeds, what)
	if err != nil {
		return err
	}
	if err := a.Desk.RemoveFeed(ctx, desk.Program(), f.ID); err != nil {
		return err
	}
	fmt.Fprintf(cmd.Root().Writer, "%s is no longer read.\n", f.URL)
	return nil
}

func moveFeed(ctx context.Context, cmd *cli.Command, a *app.App) error {
	_, feeds, err := feedsOf(ctx, a)
	if err != nil {
		return err
	}
	f, err := feedAt(feeds, cmd.Args().First())
	if err != nil {
		return err
	}
	if err := a.Desk.MoveFeed(ctx, desk.Program(), f.ID); err != nil {
		return feedError(err, f.URL)
	}
	fmt.Fprintf(cmd.Root().Writer, "%s is read at %s from here on.\n", f.URL, f.State.Moved)
	return nil
}

// feedError says in a sentence what is missing or in the way.
func feedError(err error, what string) error {
	var out []string
	for _, p := range desk.Problems(err) {
		switch p {
		case desk.OutletTaken:
			out = append(out, fmt.Sprintf("an outlet named %q is on the list already", what))
		case desk.OutletNoImprint:
			out = append(out, fmt.Sprintf("%q is not on the list yet: --imprint, the address of the page that says who publishes it, is needed", what))
		case desk.OutletNoReason:
			out = append(out, "a reason is needed (--reason to add, --why to remove); the public sees it")
		case desk.FeedTaken:
			out = append(out, fmt.Sprintf("%s is read already", what))
		case desk.BadLink:
			out = append(out, "an address must begin with http:// or https:// (--site, ADDRESS)")
		case desk.BadList:
			out = append(out, fmt.Sprintf("%s is no OPML list", what))
		}
	}
	switch {
	case len(out) > 0:
		return errors.New(strings.Join(out, "; "))
	case errors.Is(err, desk.ErrState):
		return fmt.Errorf("%s is not in a state for that: nothing was changed", what)
	}
	return err
}

func testFeed(ctx context.Context, cmd *cli.Command, a *app.App) error {
	what := cmd.Args().First()
	if what == "" {
		return errors.New("what is to be tested? Usage: soi feed test ADDRESS|FILE")
	}
	read := a.PreviewFeed
	if !strings.Contains(what, "://") {
		read = a.PreviewFeedFile
	}
	p, err := read(ctx, what)
	if err != nil {
		return err
	}
	w := cmd.Root().Writer
	if p.Trouble != "" {
		r := app.TroubleRemark(p.Trouble)
		for _, f := range p.Found {
			fmt.Fprintf(w, "feed: %s\n", f)
		}
		return errors.New(r.In(lang()))
	}
	fmt.Fprintf(w, "%s (%s), %s\n", p.Title, p.Kind, plural(p.Count, "piece"))
	if p.Mended {
		fmt.Fprintln(w, "The feed is broken in form and was read all the same.")
	}
	for _, t := range p.Pieces {
		fmt.Fprintf(w, "  %s\n", t)
	}
	for _, s := range p.Suggested {
		fmt.Fprintf(w, "would suggest: %s\n", s)
	}
	return nil
}

func opmlFeeds(ctx context.Context, cmd *cli.Command, a *app.App) error {
	file := cmd.String("import")
	if file == "" {
		return a.ExportOPML(ctx, cmd.Root().Writer)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	got, err := a.ImportOPML(ctx, desk.Program(), b, cmd.String("reason"))
	if err != nil {
		return feedError(err, file)
	}
	fmt.Fprintf(cmd.Root().Writer, "Added %s and %s; %d read already.\n", plural(got.Outlets, "outlet"), plural(got.Feeds, "feed"), got.Same)
	printLeft(cmd.Root().Writer, got.Left)
	return nil
}

// printLeft names what of a list was left out.
func printLeft(w io.Writer, left []string) {
	if len(left) > 0 {
		fmt.Fprintln(w, "Left out, because an imprint, a site or a reason is missing, or the address cannot be used:")
	}
	for _, l := range left {
		fmt.Fprintf(w, "  %s\n", l)
	}
}

func doctorFeeds(ctx context.Context, cmd *cli.Command, a *app.App) error {
	remarks, err := a.FeedDoctor(ctx)
	if err != nil {
		return err
	}
	if len(remarks) == 0 {
		fmt.Fprintln(cmd.Root().Writer, app.Remark{En: "No feed is read.", Vi: "Chưa đọc nguồn tin nào."}.In(lang()))
		return nil
	}
	bad, last := 0, ""
	for _, r := range remarks {
		if r.URL != last {
			fmt.Fprintf(cmd.Root().Writer, "%s  %s\n", r.Outlet, r.URL)
			last = r.URL
		}
		sign := map[app.Level]string{app.Well: "  ok ", app.Notice: "  -- ", app.Trouble: "  !! "}[r.Level]
		fmt.Fprintln(cmd.Root().Writer, sign+r.In(lang()))
		if r.Level == app.Trouble {
			bad++
		}
	}
	if bad > 0 {
		return cli.Exit("", 1)
	}
	return nil
}
