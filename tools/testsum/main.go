// Command testsum runs go test, shows its results as they come, and adds up what several runs said.
//
// It owns: reading the event stream of go test -json, and the honest total of passed, failed and skipped.
// It does not own: which tests are run; that is scripts/test.sh.
// Start reading at: tally.add.
//
//	testsum run LOG go test -json ./...   run, show packages and failures, append the events to LOG
//	testsum step LOG NAME COMMAND...      run a command that is no test but counts as one, silent unless it fails
//	testsum total LOG...                  list skips and failures of all runs, and end with one line of totals
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	code, err := command(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
	}
	os.Exit(code)
}

// command carries out the arguments and returns the exit code: 0 only if nothing failed.
func command(args []string, out io.Writer) (int, error) {
	switch {
	case len(args) >= 3 && args[0] == "run":
		return run(args[1], args[2:], out)
	case len(args) >= 4 && args[0] == "step":
		return step(args[1], args[2], args[3:], out)
	case len(args) >= 2 && args[0] == "total":
		return total(args[1:], out)
	}
	return 2, errors.New("usage: testsum run LOG COMMAND | testsum step LOG NAME COMMAND | testsum total LOGS")
}

// run starts the test command and passes its exit code on. A command that fails without a failed test in its events
// (it could not start, or was killed) is entered in the log as a failure, so that the total cannot miss it.
func run(logPath string, argv []string, out io.Writer) (int, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 2, err
	}
	defer log.Close()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return 2, err
	}
	if err := cmd.Start(); err != nil {
		return 2, err
	}
	t := newTally()
	readErr := t.read(io.TeeReader(events, log), out)
	waitErr := cmd.Wait()
	if readErr != nil {
		return 2, readErr
	}
	if waitErr == nil && t.failed() == 0 {
		return 0, nil
	}
	if t.failed() == 0 {
		if err := writeFailure(log, argv, waitErr); err != nil {
			return 2, err
		}
	}
	var exit *exec.ExitError
	if errors.As(waitErr, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 1, waitErr
}

// step runs a check such as gofmt. It fails by its exit code; its output is shown then.
func step(logPath, name string, argv []string, out io.Writer) (int, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 2, err
	}
	defer log.Close()
	began := time.Now()
	said, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	result, mark, code := "pass", "ok   ", 0
	if err != nil {
		result, mark, code = "fail", "FAIL ", 1
	}
	fmt.Fprintf(out, "%s %-40s %7.1fs\n", mark, name, time.Since(began).Seconds())
	if err != nil {
		fmt.Fprintf(out, "%s%v\n", said, err)
	}
	return code, json.NewEncoder(log).Encode(event{Action: result, Package: "check", Test: name})
}

// total reads the logs of all runs and prints what a person must know at the end.
func total(paths []string, out io.Writer) (int, error) {
	t := newTally()
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return 2, err
		}
		err = t.read(f, io.Discard)
		f.Close()
		if err != nil {
			return 2, fmt.Errorf("%s: %w", path, err)
		}
	}
	t.report(out)
	if t.failed() > 0 || t.passed == 0 {
		return 1, nil
	}
	return 0, nil
}
