// Command evalcmd measures, and with -train learns, how sentences of the press
// are scored.
//
// Owns: reading the labelled sentences of the evaluation data, logistic
// regression over the features of the scorer, and the table of figures.
//
// Does not own: the features and the limits (feed). Nothing of the data gets
// into the weights but two numbers a feature.
//
// Start reading at main.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"soi/internal/intake/feed"
)

// labelled is a sentence and whether it is what its set looks for.
type labelled struct {
	text string
	yes  bool
}

func main() {
	train := flag.String("train", "", "learn the weights and write them to this file")
	flag.Parse()
	if err := run(*train); err != nil {
		fmt.Fprintln(os.Stderr, "evalcmd:", err)
		os.Exit(1)
	}
}

func run(train string) error {
	if train != "" {
		if err := learn(train); err != nil {
			return err
		}
		fmt.Println("weights written; build again, then measure")
		return nil
	}
	s, err := feed.NewScorer()
	if err != nil {
		return err
	}
	fmt.Printf("%-34s %6s %7s %7s %7s   %s\n", "set (dev)", "n", "AP", "F1", "chance", "of those suggested, right / of opinions, suggested")
	for _, set := range devSets() {
		rows, err := set.read()
		if err != nil {
			fmt.Printf("%-34s not here: %v\n", set.name, err)
			continue
		}
		report(s, set, rows)
	}
	return nil
}

// report prints one line of the table.
func report(s *feed.Scorer, set dataset, rows []labelled) {
	points := make([]float64, len(rows))
	yes, fit, fitYes, fitNo := 0, 0, 0, 0
	for i, r := range rows {
		x := s.Score(r.text)
		points[i] = float64(x.Points)
		if set.opinion {
			points[i] = float64(x.Opinion)
		}
		if r.yes {
			yes++
		}
		if x.Fit() {
			fit++
			if r.yes {
				fitYes++
			} else {
				fitNo++
			}
		}
	}
	tail := fmt.Sprintf("%d of %d", fitYes, fit)
	if set.opinion {
		tail = fmt.Sprintf("opinions suggested: %d of %d (%.1f %%), facts: %d of %d", fitYes, yes, 100*float64(fitYes)/float64(max(1, yes)), fitNo, len(rows)-yes)
	}
	fmt.Printf("%-34s %6d %7.3f %7.3f %7.3f   %s\n", set.name, len(rows), averagePrecision(rows, points), bestF1(rows, points), float64(yes)/float64(len(rows)), tail)
}

// averagePrecision of the ranking by points.
func averagePrecision(rows []labelled, points []float64) float64 {
	order := ranked(points)
	hits, sum := 0, 0.0
	for i, r := range order {
		if rows[r].yes {
			hits++
			sum += float64(hits) / float64(i+1)
		}
	}
	return sum / math.Max(1, float64(hits))
}

// ranked is the indexes by descending points.
func ranked(points []float64) []int {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(points[b], points[a]) })
	return order
}

// bestF1 is the F1 of the positive class at 500 points.
func bestF1(rows []labelled, points []float64) float64 {
	tp, fp, fn := 0, 0, 0
	for i, r := range rows {
		switch said := points[i] >= 500; {
		case said && r.yes:
			tp++
		case said:
			fp++
		case r.yes:
			fn++
		}
	}
	return 2 * float64(tp) / math.Max(1, float64(2*tp+fp+fn))
}

// dataset is a labelled set.
type dataset struct {
	name    string
	opinion bool // the label is "opinion", not "worth checking"
	read    func() ([]labelled, error)
}

func root() string {
	if d := os.Getenv("SOI_DATA"); d != "" {
		return d
	}
	return filepath.FromSlash("../shared/data")
}

var tongues = []string{"arabic", "bulgarian", "dutch", "english", "spanish", "turkish"}

var subjective = []string{"ar", "bg", "de", "en", "it"}

// devSets are the sets that are measured; nothing is learned from them, but
// for ClaimBuster, of which every fifth sentence is left out of learning.
func devSets() []dataset {
	out := []dataset{{"ClaimBuster en, every fifth", false, func() ([]labelled, error) { return claimbuster(true) }}}
	for _, t := range tongues {
		out = append(out, dataset{"CheckThat 2022 1A " + t, false, func() ([]labelled, error) { return tweets(t, "1A_checkworthy", "dev") }})
	}
	for _, t := range tongues {
		if t != "spanish" {
			out = append(out, dataset{"CheckThat 2022 1B " + t, false, func() ([]labelled, error) { return tweets(t, "1B_claim", "dev") }})
		}
	}
	for _, l := range subjective {
		out = append(out, dataset{"CheckThat 2025 subjectivity " + l, true, func() ([]labelled, error) { return subjectivity(l, "dev") }})
	}
	return append(out, dataset{"Cofacts headlines zh, opinion", true, headlines})
}

// claimbuster reads sentences of debates; label 1 is worth checking.
func claimbuster(dev bool) ([]labelled, error) {
	b, err := os.ReadFile(filepath.Join(root(), "research_only", "claimbuster", "train.json"))
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID    int `json:"sentence_id"`
		Label int
		Text  string
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, err
	}
	var out []labelled
	for _, r := range rows {
		if (r.ID%5 == 0) == dev {
			out = append(out, labelled{r.Text, r.Label == 1})
		}
	}
	return out, nil
}

// table reads a TSV with a head line.
func table(path, text, label, positive string) ([]labelled, error) {
	b, err := os.ReadFile(filepath.Join(root(), "research_only", path))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.ReplaceAll(string(b), "\r", ""), "\n")
	head := strings.Split(lines[0], "\t")
	t, l := slices.Index(head, text), slices.Index(head, label)
	var out []labelled
	for _, line := range lines[1:] {
		if cells := strings.Split(line, "\t"); len(cells) > max(t, l) && min(t, l) >= 0 {
			out = append(out, labelled{strings.Trim(cells[t], `"`), cells[l] == positive})
		}
	}
	return out, nil
}

func tweets(lang, task, split string) ([]labelled, error) {
	return table("checkthat2022_1ab/CT22_"+lang+"_"+task+"_"+split+".tsv", "tweet_text", "class_label", "1")
}

func subjectivity(lang, split string) ([]labelled, error) {
	return table("checkthat2025_subjectivity/"+split+"_"+lang+".tsv", "sentence", "label", "SUBJ")
}

// headlines reads headlines labelled fact or opinion.
func headlines() ([]labelled, error) {
	b, err := os.ReadFile(filepath.Join(root(), "checkable", "cofacts_headlines_zhtw", "opinion.dev.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []labelled
	for line := range strings.Lines(string(b)) {
		var r struct{ Text, Label string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		out = append(out, labelled{r.Text, r.Label == "opinion"})
	}
	return out, nil
}
