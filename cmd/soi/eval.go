package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"soi/internal/app"
)

// evalCommand tries other limits or weights on the tips of the last days.
func evalCommand() *cli.Command {
	return &cli.Command{
		Name:  "eval",
		Usage: "try other limits or weights of matching on the tips of the last days, before anyone switches",
		Description: "With --history, every tip of the last days is asked again: as this program decides, and with the\n" +
			"calibration or weights under trial. The tips that would have been answered in another way are listed by\n" +
			"their own ID; neither their words nor anyone's name is shown. Nothing is changed.\n\n" +
			"Với --history, mọi tin của những ngày qua được hỏi lại: theo cách chương trình đang quyết định, và theo\n" +
			"ngưỡng hoặc trọng số đang thử. Tin nào sẽ được trả lời khác đi được liệt kê bằng mã của chính nó; không\n" +
			"hiện lời tin, không hiện tên ai. Không có gì bị thay đổi.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "history", Usage: "ask the tips of the last days again"},
			&cli.IntFlag{Name: "days", Value: 30, Usage: "how many days back"},
			&cli.StringFlag{Name: "calibration", Usage: "calibration `FILE` to try"},
			&cli.StringFlag{Name: "weights", Usage: "weights `FILE` to try"},
			&cli.StringFlag{Name: "encoder", Value: "on", Usage: "on or off: try without the encoder that the settings name (embed)"},
			&cli.StringFlag{Name: "models", Value: "on", Usage: "on or off: try without the learned weights"},
		},
		Action: withApp(evalHistory),
	}
}

func evalHistory(ctx context.Context, cmd *cli.Command, a *app.App) error {
	models, encoder := cmd.String("models"), cmd.String("encoder")
	h := app.History{Days: cmd.Int("days"), Calibration: cmd.String("calibration"), Weights: cmd.String("weights"), NoModels: models == "off", NoEncoder: encoder == "off"}
	switch {
	case !cmd.Bool("history"):
		return errors.New("nothing to do; `soi eval --history --calibration FILE` tries a calibration on past tips")
	case models != "on" && models != "off":
		return fmt.Errorf("--models is on or off, not %q", models)
	case encoder != "on" && encoder != "off":
		return fmt.Errorf("--encoder is on or off, not %q", encoder)
	case h.NoEncoder && a.Config.Embedding.Where == "":
		return errors.New("there is no encoder to try without; `embed` in the settings names one")
	case h.Days < 1:
		return errors.New("--days must be 1 or more")
	case h.Calibration == "" && h.Weights == "" && !h.NoModels && !h.NoEncoder:
		return errors.New("nothing to try; give --calibration FILE, --weights FILE, --models off or --encoder off")
	}
	r, err := a.Replay(ctx, h)
	if errors.Is(err, app.ErrTrial) {
		return fmt.Errorf("%w; `go run ./internal/match/evalcmd -calibrate FILE` makes a calibration, -train FILE weights", err)
	}
	if err != nil {
		return err
	}
	return printReplay(cmd, a, h, r)
}

// printReplay lists the tips that turned, and counts how.
func printReplay(cmd *cli.Command, a *app.App, h app.History, r app.Replayed) error {
	vi := lang() == "vi"
	words := map[string]string{"same": "answered", "perhaps": "offered", "new": "new"}
	head, sum, turned := "TIP\tRECEIVED\tNOW\tTRIAL", "%d tips of the last %d days; %d would have been answered in another way.\n", "%s to %s: %d\n"
	if vi {
		words = map[string]string{"same": "trả lời", "perhaps": "gợi ý", "new": "mới"}
		head, sum, turned = "TIN\tNHẬN LÚC\tHIỆN NAY\tTHỬ", "%d tin trong %d ngày qua; %d tin sẽ được trả lời khác đi.\n", "%s thành %s: %d\n"
	}
	show := func(v app.Verdict) string {
		if v.About == "" {
			return words[v.Decision]
		}
		return words[v.Decision] + " " + v.About
	}
	out := cmd.Root().Writer
	ways, order := map[[2]string]int{}, [][2]string{}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for i, t := range r.Turned {
		if i == 0 {
			fmt.Fprintln(w, head)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.Tip, t.Received.In(a.Config.Zone).Format("2006-01-02 15:04"), show(t.Now), show(t.Trial))
		way := [2]string{t.Now.Decision, t.Trial.Decision}
		if ways[way] == 0 {
			order = append(order, way)
		}
		ways[way]++
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, sum, r.Tips, h.Days, len(r.Turned))
	for _, way := range order {
		fmt.Fprintf(out, turned, words[way[0]], words[way[1]], ways[way])
	}
	return nil
}
