package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"soi/internal/app"
)

var update = flag.Bool("update", false, "write the wanted outputs of the sessions anew")

// TestMain lets the sessions call the program by its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"soi": main})
}

// TestSessions plays the sessions of testdata/script: what a person types and
// reads on the command line.
func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "en_GB.UTF-8")
			e.Setenv("SOI_ZONE", "Asia/Ho_Chi_Minh")
			file, err := filepath.Abs(filepath.Join("..", "..", "internal", "match", "calibration.json"))
			e.Setenv("CALIBRATION", file)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"agekey": ageKey, "edit": edit, "flip": flip, "first": first, "exits": exits, "pair": pair,
		},
	})
}

// ageKey makes an age key: agekey FILE VARIABLE writes its secret half to the
// file and its public half into the variable.
func ageKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: agekey FILE VARIABLE")
	}
	id, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(id.String()+"\n"), 0o600))
	ts.Setenv(args[1], id.Recipient().String())
}

// edit replaces a text in files: edit OLD NEW FILE…; the pattern of the file
// may hold * and one of the files must hold the text.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: edit OLD NEW FILE...")
	}
	changed := 0
	for _, file := range args[2:] {
		old := ts.ReadFile(file)
		if text := strings.ReplaceAll(old, args[0], args[1]); text != old {
			changed++
			ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
		}
	}
	if changed == 0 {
		ts.Fatalf("%q is in none of the files", args[0])
	}
}

// flip changes one byte in the middle of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	b[len(b)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// first puts the first file that matches a pattern into a variable: first
// VARIABLE PATTERN.
func first(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("no file is like %s", args[1])
	}
	ts.Setenv(args[0], found[0])
}

// exits wants a command to end with a code: exits CODE COMMAND ARG…
func exits(ts *testscript.TestScript, neg bool, args []string) {
	var ended *exec.ExitError
	code := 0
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// pair finds a proof in an exported log and the document it is about: pair
// PROOF DOC DIR VKEYFILE sets the two variables.
func pair(ts *testscript.TestScript, neg bool, args []string) {
	proofs, err := filepath.Glob(filepath.Join(ts.MkAbs(args[2]), "proof", "*", "*.tlog-proof"))
	ts.Check(err)
	docs, err := filepath.Glob(filepath.Join(ts.MkAbs(args[2]), "doc", "*"))
	ts.Check(err)
	for _, proof := range proofs {
		for _, doc := range docs {
			if v, err := app.VerifyFiles(proof, doc, "", ts.MkAbs(args[3])); err == nil && v.DocChecked {
				ts.Setenv(args[0], proof)
				ts.Setenv(args[1], doc)
				return
			}
		}
	}
	ts.Fatalf("no proof fits a document: %d proofs, %d documents", len(proofs), len(docs))
}

// TestEveryCommandIsDescribed keeps soi help good enough that nobody needs
// the README: every command and option says what it is for, and a command
// that takes arguments names them.
func TestEveryCommandIsDescribed(t *testing.T) {
	var out strings.Builder
	if code := run([]string{"soi", "help"}, &out, &out); code != 0 {
		t.Fatalf("soi help: exit code %d\n%s", code, out.String())
	}
	list := out.String()
	for _, c := range commands() {
		if !strings.Contains(list, "\n   "+c.Name+" ") && !strings.Contains(list, "\n   "+c.Name+", ") { // with another name

			t.Errorf("soi help does not list %s", c.Name)
		}
		out.Reset()
		if code := run([]string{"soi", "help", c.Name}, &out, &out); code != 0 || !strings.Contains(out.String(), c.Usage) || len(c.Usage) < 20 {
			t.Errorf("soi help %s: exit code %d\n%s", c.Name, code, out.String())
		}
		for _, sub := range c.Commands {
			if !strings.Contains(out.String(), "\n   "+sub.Name+" ") || len(sub.Usage) < 15 {
				t.Errorf("soi help %s does not describe %s", c.Name, sub.Name)
			}
			var own strings.Builder
			if code := run([]string{"soi", "help", c.Name, sub.Name}, &own, &own); code != 0 || !strings.Contains(own.String(), "soi "+c.Name+" "+sub.Name+" - ") {
				t.Errorf("soi help %s %s: exit code %d\n%s", c.Name, sub.Name, code, own.String())
			}
		}
		for _, f := range c.Flags {
			if name := "--" + f.Names()[0]; !strings.Contains(out.String(), name) {
				t.Errorf("soi help %s does not list %s", c.Name, name)
			}
		}
	}
}
