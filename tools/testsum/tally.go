package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of go test -json; see `go doc test2json`.
type event struct {
	Action  string
	Package string
	Test    string
	Elapsed float64 // seconds
	Output  string
}

// tally adds events up. Tests and subtests count one each; a package that fails without a failed test (it does not
// build, panics outside a test, or runs out of time) counts as one failure.
type tally struct {
	passed   int
	failures []string            // what failed, in order
	skips    []string            // what was skipped, each with its reason
	output   map[string][]string // what a test or package has printed so far, by name
	running  map[string]int      // failed tests of a package, by package
	open     map[string]bool     // tests that have begun and not ended
}

func newTally() *tally {
	return &tally{output: map[string][]string{}, running: map[string]int{}, open: map[string]bool{}}
}

func (t *tally) failed() int { return len(t.failures) }

// read adds all events of r and shows, on out, each package's result and the output of what failed.
// Lines that are not events (a message of the go command) are shown as they are.
func (t *tally) read(r io.Reader, out io.Writer) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				t.add(e, out)
			} else {
				fmt.Fprintf(out, "%s\n", strings.TrimRight(string(line), "\n"))
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// add takes one event.
func (t *tally) add(e event, out io.Writer) {
	name := e.Package
	if e.Test != "" {
		name += "." + e.Test
	}
	switch e.Action {
	case "run":
		t.open[name] = true
	case "output":
		t.output[name] = append(t.output[name], e.Output)
	case "build-output": // the package's own "fail" follows and is what counts
		fmt.Fprint(out, e.Output)
	case "pass", "fail", "skip":
		delete(t.open, name)
		t.end(e, name, out)
		delete(t.output, name)
	}
}

// end takes the result of a test or of a package.
func (t *tally) end(e event, name string, out io.Writer) {
	switch {
	case e.Test == "":
		t.endPackage(e, out)
	case e.Action == "pass":
		t.passed++
	case e.Action == "skip":
		t.skips = append(t.skips, name+": "+reason(t.output[name]))
	default:
		t.fail(name)
		t.running[e.Package]++
		fmt.Fprint(out, strings.Join(t.output[name], ""))
	}
}

func (t *tally) endPackage(e event, out io.Writer) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(out, "ok    %-40s %7.1fs\n", e.Package, e.Elapsed)
	case "skip": // a package without tests is no skipped test
		fmt.Fprintf(out, "-     %-40s no test files\n", e.Package)
	default:
		fmt.Fprintf(out, "FAIL  %-40s %7.1fs\n", e.Package, e.Elapsed)
		if t.running[e.Package] == 0 {
			t.fail(e.Package)
			fmt.Fprint(out, strings.Join(t.output[e.Package], ""))
			t.interrupted(e.Package, out)
		}
	}
	t.running[e.Package] = 0
}

// interrupted shows what the tests said that had begun when their package ended.
func (t *tally) interrupted(pkg string, out io.Writer) {
	for name := range t.open {
		if strings.HasPrefix(name, pkg+".") {
			fmt.Fprintf(out, "      %s did not end; it said:\n%s", name, strings.Join(t.output[name], ""))
			delete(t.open, name)
		}
	}
}

// fail notes a failure once.
func (t *tally) fail(name string) {
	if !slices.Contains(t.failures, name) {
		t.failures = append(t.failures, name)
	}
}

// reason finds the words that a test gave to Skip: what it printed besides the marks of the runner.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

// report prints the skips with their reasons, the failures, and the one line of totals.
func (t *tally) report(out io.Writer) {
	for _, s := range t.skips {
		fmt.Fprintln(out, "SKIP  "+s)
	}
	for _, f := range t.failures {
		fmt.Fprintln(out, "FAIL  "+f)
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", t.passed, len(t.failures), len(t.skips))
}

// writeFailure enters a failed command in the log as an event that the total counts.
func writeFailure(log io.Writer, argv []string, cause error) error {
	name := strings.Join(argv, " ")
	for _, e := range []event{
		{Action: "output", Package: name, Output: fmt.Sprintf("%v\n", cause)},
		{Action: "fail", Package: name},
	} {
		if err := json.NewEncoder(log).Encode(e); err != nil {
			return err
		}
	}
	return nil
}
