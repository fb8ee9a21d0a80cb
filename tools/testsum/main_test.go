package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a module of one package with this test file and returns its folder.
func module(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module sample\n\ngo 1.26\n",
		"a_test.go": "package sample\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar _, _ = os.Exit, testing.Short\n\n" + test,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRunAndTotal(t *testing.T) {
	for _, c := range []struct {
		name, test string
		args       []string
		code       int
		want       []string // parts of what run and total print
		last       string
	}{
		{"passes", "func TestA(t *testing.T) { t.Run(\"b\", func(t *testing.T) {}) }", nil, 0, []string{"ok    sample"}, "2 passed, 0 failed, 0 skipped"},
		{"fails", "func TestA(t *testing.T) { t.Error(\"two is not three\") }\nfunc TestB(t *testing.T) {}", nil, 1,
			[]string{"two is not three", "FAIL  sample.TestA"}, "1 passed, 1 failed, 0 skipped"},
		{"skips", "func TestA(t *testing.T) { t.Skip(\"needs a moon\") }\nfunc TestB(t *testing.T) {}", nil, 0,
			[]string{"SKIP  sample.TestA: a_test.go", "needs a moon"}, "1 passed, 0 failed, 1 skipped"},
		{"does not build", "func TestA(t *testing.T) { nothing() }", nil, 1, []string{"undefined: nothing"}, "0 passed, 1 failed, 0 skipped"},
		{"ends early", "func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { os.Exit(3) }", nil, 1, []string{"FAIL  sample"},
			"1 passed, 1 failed, 0 skipped"},
		{"panics", "func TestA(t *testing.T) { panic(\"lost\") }", nil, 1, []string{"panic: lost"}, "0 passed, 1 failed, 0 skipped"},
		{"runs out of time", "func TestA(t *testing.T) { select {} }", []string{"-timeout=1s"}, 1, []string{"test timed out"},
			"0 passed, 1 failed, 0 skipped"},
		{"bad flag", "func TestA(t *testing.T) {}", []string{"-no-such-flag"}, 1, nil, "0 passed, 1 failed, 0 skipped"},
		{"no test", "", nil, 0, nil, "0 passed, 0 failed, 0 skipped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, log := module(t, c.test), filepath.Join(t.TempDir(), "log")
			var out bytes.Buffer
			code, err := command(append([]string{"run", log, "go", "test", "-C", dir, "-json", "-vet=off"}, append(c.args, "./...")...), &out)
			if code != c.code {
				t.Errorf("exit code %d, want %d (%v)", code, c.code, err)
			}
			sum, err := command([]string{"total", log}, &out)
			if wantSum := min(1, c.code); sum != wantSum && !strings.HasPrefix(c.last, "0 passed") {
				t.Errorf("exit code of the total %d, want %d (%v)", sum, wantSum, err)
			}
			if strings.HasPrefix(c.last, "0 passed") && sum == 0 {
				t.Error("the total of a run without a passed test is a success")
			}
			text := strings.TrimRight(out.String(), "\n")
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in:\n%s", want, text)
				}
			}
			if last := text[strings.LastIndexByte(text, '\n')+1:]; last != c.last {
				t.Errorf("last line %q, want %q; all:\n%s", last, c.last, text)
			}
		})
	}
}

func TestStep(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	var out bytes.Buffer
	if code, err := command([]string{"step", log, "agreeable", "true"}, &out); code != 0 || err != nil {
		t.Errorf("a good step: %d, %v", code, err)
	}
	if code, err := command([]string{"step", log, "sulky", "sh", "-c", "echo no thanks; exit 4"}, &out); code != 1 || err != nil {
		t.Errorf("a bad step: %d, %v", code, err)
	}
	if code, err := command([]string{"step", log, "absent", "no-such-program-here"}, &out); code != 1 || err != nil {
		t.Errorf("a step that cannot start: %d, %v", code, err)
	}
	if code, _ := command([]string{"total", log}, &out); code != 1 {
		t.Errorf("exit code of the total %d, want 1", code)
	}
	for _, want := range []string{"no thanks", "FAIL  check.sulky", "FAIL  check.absent", "1 passed, 2 failed, 0 skipped\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}
