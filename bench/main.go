// Command bench measures how fast soi matches, beside bleve on the same claims and messages in the same run.
//
// Owns: the measuring, the table.
//
// Does not own: the quality of matching (make eval), how fast pages are served
// (the benchmarks of internal/app), or any part of the program.
//
// It is a module of its own, so that the program does not depend on bleve.
// Start reading at: main; each engine runs in a process of its own, so that its memory can be told.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

func main() {
	sets := flag.String("sets", "14k,120k", "claims to match against: 14k, 86k, 120k (comma between)")
	one := flag.String("one", "", "measure ENGINE:SET and print JSON; used by the program itself")
	flag.Parse()
	if err := run(*sets, *one); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(sets, one string) error {
	if one != "" {
		engine, set, _ := strings.Cut(one, ":")
		m, err := measureMatching(engine, set)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(m)
	}
	fmt.Printf("%s, %d cores, %s, load %s\n\n", cpuName(), runtime.NumCPU(), runtime.Version(), load())
	fmt.Printf("%-22s %8s %8s %8s %8s %8s %8s %8s %8s %8s %9s %8s %7s %9s %9s\n", "matching, one at a time", "claims", "messages", "p50 ms", "p95 ms", "p99 ms",
		"CPU p50", "CPU p99", "CPU all", "build s", "claims/s", "MiB", "MAP@5", "p99 ratio", "CPU ratio")
	for set := range strings.SplitSeq(sets, ",") {
		if err := compare(set); err != nil {
			return err
		}
	}
	return nil
}

// compare prints the rows of one set. The last columns say how many times soi
// is faster than bleve at p99 in this run, by the clock and by processor time.
func compare(set string) error {
	missing, err := absent(set)
	if err != nil {
		return err
	}
	if missing != "" {
		fmt.Printf("%-28s left out: there is no %s (SOI_DATA names the folder of evaluation data)\n", "set "+set, missing)
		return nil
	}
	var rows []matching
	for _, engine := range []string{"soi", "soi-no-models", "bleve"} {
		m, err := inChild(engine, set)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", engine, set, err)
		}
		rows = append(rows, m)
	}
	bleve := rows[len(rows)-1]
	for _, m := range rows {
		m.print(os.Stdout, bleve)
	}
	return nil
}

// inChild measures one engine in a fresh process.
func inChild(engine, set string) (matching, error) {
	var m matching
	self, err := os.Executable()
	if err != nil {
		return m, err
	}
	cmd := exec.Command(self, "-one", engine+":"+set)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(out, &m)
}

// load is how many programs wanted a processor in the last minute, as Linux tells it.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}

// cpuName is what Linux calls the processor; figures mean little without it.
func cpuName() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
