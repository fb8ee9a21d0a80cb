// Command evalcmd measures matching on the evaluation data: MAP@5, S@1 and S@10
// of every set beside its floor.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"soi/internal/match"
)

func main() {
	off := flag.Bool("models-off", false, "switch learned weights off")
	only := flag.String("only", "", "measure only sets whose name holds this")
	to := flag.String("train", "", "learn the weights and write them to this file")
	cache := flag.String("cache", "", "folder that keeps word vectors between training runs")
	cal := flag.String("calibrate", "", "fit the calibration and write it to this file")
	without := flag.String("without", "", "measure with these features of the ranker struck out, with commas between them")
	ranking := flag.String("ranks", "", "write the rank of every wanted document to this file, for review")
	ranker := flag.Bool("ranker", false, "measure the ranker alone: messages as one part, decisions left out")
	sizes := flag.String("bench", "", "measure speed at these archive sizes, with commas between them")
	profile := flag.String("profile", "", "write a CPU profile of the bench to this file")
	weights := flag.String("weights", "", "measure with this weights file")
	flag.Parse()
	if *to != "" {
		if err := train(*to, *cache); err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
		return
	}
	o := match.Options{NoModels: *off}
	if *weights != "" {
		b, err := os.Open(*weights)
		if err == nil {
			o.Model, err = match.ReadModel(b)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
	}
	if *without != "" {
		if o.Model == nil {
			o.Model = match.Learned()
		}
		o.Model = o.Model.Without(strings.Split(*without, ",")...)
	}
	if *sizes != "" {
		var ns []int
		for _, f := range strings.Split(*sizes, ",") {
			n, err := strconv.Atoi(f)
			if err != nil {
				fmt.Fprintln(os.Stderr, "eval: -bench:", err)
				os.Exit(2)
			}
			ns = append(ns, n)
		}
		if err := bench(ns, o, *profile); err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
		return
	}
	if *cal != "" {
		if err := calibrate(*cal, o.Model); err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
		return
	}
	var ranks io.Writer
	if *ranking != "" {
		f, err := os.Create(*ranking)
		if err != nil {
			fmt.Fprintln(os.Stderr, "eval:", err)
			os.Exit(1)
		}
		defer f.Close()
		ranks = f
	}
	if err := run(o, *only, *ranker, ranks); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(o match.Options, only string, ranker bool, ranks io.Writer) error {
	sets, err := devSets()
	if err != nil {
		return err
	}
	fmt.Printf("%-34s %6s %7s %7s %7s %7s %7s %8s\n", "set", "n", "MAP@5", "S@1", "S@10", "floor", "reach", "a query")
	var m *match.Matcher
	var last *match.Doc
	for _, s := range sets {
		if !strings.Contains(s.name, only) {
			continue
		}
		if last != &s.docs[0] {
			t := time.Now()
			m = fill(s.docs, o)
			last = &s.docs[0]
			fmt.Printf("  %d documents in %s\n", len(s.docs), time.Since(t).Round(time.Millisecond))
		}
		f := measure(s, m, ranker)
		f.print(os.Stdout, s)
		if ranks != nil {
			f.writeRanks(ranks, s)
		}
	}
	return nil
}

func devSets() ([]set, error) {
	var out []set
	for _, d := range []struct {
		dir, split   string
		floor, reach float64
	}{
		{"research_only/checkthat2022_2a_en", "dev", 0.9045, 0.95},
		{"research_only/checkthat2022_2b_en", "dev", 0.347, 0.45},
		{"research_only/factchecktweet", "dev", 0.291, 0.40},
		{"retrieval/cofacts_zhtw", "dev", 0.262, 0.33},
		{"retrieval/xquad_vi", "test", 0.956, 0.97},
		{"retrieval/xquad_en", "test", 0, 0},
		{"retrieval/xquad_zh", "test", 0, 0},
	} {
		s, err := load(d.dir, d.split)
		if err != nil {
			return nil, err
		}
		s.floor, s.reach, s.family = d.floor, d.reach, "latin"
		if strings.Contains(d.dir, "zh") {
			s.family = "unspaced"
		}
		out = append(out, s)
		if d.dir == "retrieval/xquad_vi" {
			u := s.unaccented()
			u.floor, u.reach = 0.936, 0.96
			_, unseen := s.split()
			_, bare := u.split()
			out = append(out, unseen, u, bare)
		}
		if d.dir == "retrieval/cofacts_zhtw" {
			_, unseen := s.split()
			out = append(out, unseen)
		}
	}
	s, err := loadNoisy()
	if err != nil {
		return nil, err
	}
	s.reach = 0.99
	return append(out, s, s.unaccented()), nil
}
