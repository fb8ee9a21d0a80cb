package tlog

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// repository is the root of the source tree, seen from this package.
const repository = "../.."

// python runs the stand-alone verifier and says whether it found the proof good.
func python(t *testing.T, args ...string) (bool, string) {
	t.Helper()
	exe, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	out, err := exec.CommandContext(t.Context(), exe, append([]string{filepath.Join(repository, "docs/verify_proof.py")}, args...)...).CombinedOutput()
	text := string(out)
	if proven := strings.HasPrefix(text, "ĐÚNG"); proven != (err == nil) || !proven && !strings.HasPrefix(text, "KHÔNG ĐÚNG") {
		t.Fatalf("verify_proof.py: %v\n%s", err, text)
	}
	return err == nil, text
}

// temp writes b to a new file and returns its name.
func temp(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, b)
	return path
}

// The stand-alone verifier shares no line with this package and must agree.
func TestPythonVerifier(t *testing.T) {
	v := readVector(t)
	entry, vkey := temp(t, v.entries[2]), temp(t, []byte(v.vkey+"\n"))
	proof, doc, d := realProof(t, 300, 137)
	good, document, key := temp(t, proof), temp(t, doc), d.key.VKey()
	ended := newDesk(t)
	ended.publish(verdictID(1))
	ended.step(verdictID(1), KindWithdraw, "", ReasonFactual)
	p, err := prove(t.Context(), ended.log, 2, 3, ended.sign().Note)
	if err != nil {
		t.Fatal(err)
	}
	withdrawn := temp(t, p.Format())
	if ok, out := python(t, good, key, document); !ok || !strings.Contains(out, "entry 137 of 300: kind=publish") {
		t.Errorf("real proof: %s", out)
	}
	if ok, out := python(t, withdrawn, key); !ok || !strings.Contains(out, "kind=withdraw") {
		t.Errorf("withdrawal: %s", out)
	}
	// The vector's document is not published, so that is all that is missing.
	if ok, out := python(t, temp(t, v.proof), vkey, "-", entry); ok || !strings.Contains(out, "document is not the one") {
		t.Errorf("vector: %s", out)
	}
	changed := func(old, new string) string {
		b := bytes.Replace(proof, []byte(old), []byte(new), 1)
		if bytes.Equal(b, proof) {
			t.Fatalf("%q is not in the proof", old)
		}
		return temp(t, b)
	}
	lies := map[string][]string{
		"document":     {good, key, temp(t, append(bytes.Clone(doc), ' '))},
		"no document":  {good, key},
		"index":        {changed("index 137", "index 138"), key, document},
		"tree size":    {changed("\n300\n", "\n301\n"), key, document},
		"other key":    {good, testKey(t, testOrigin, "x").VKey(), document},
		"other entry":  {good, key, document, entry},
		"signature":    {changed("\n\n— ", "\n\n- "), key, document},
		"not a proof":  {document, key, document},
		"rating":       {forgeEntry(t, proof, "rating false", "rating true"), key, document},
		"vector index": {temp(t, bytes.Replace(v.proof, []byte("index 2"), []byte("index 1"), 1)), vkey, "-", entry},
		"entry needed": {temp(t, v.proof), vkey, document},
		"short path":   {shortPath(t, proof), key, document},
	}
	for name, args := range lies {
		if ok, out := python(t, args...); ok {
			t.Errorf("%s: accepted: %s", name, out)
		}
	}
}

func forgeEntry(t *testing.T, proof []byte, old, new string) string {
	t.Helper()
	p, err := ParseProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	p.Extra = bytes.Replace(p.Extra, []byte(old), []byte(new), 1)
	return temp(t, p.Format())
}

func shortPath(t *testing.T, proof []byte) string {
	t.Helper()
	p, err := ParseProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	p.Path = p.Path[:len(p.Path)-1]
	return temp(t, p.Format())
}

// fsckBinary builds Tessera's fsck once, from the pinned module in tools/fsck.
func fsckBinary(t *testing.T) string {
	t.Helper()
	cache, err := filepath.Abs(filepath.Join(repository, ".cache"))
	if err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(cache, "fsck-v1.0.4")
	if _, err := os.Stat(exe); err == nil {
		return exe
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	// Built under another name, so that two test runs do not trip over each other.
	tmp := filepath.Join(t.TempDir(), "fsck")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", tmp, "github.com/transparency-dev/tessera/cmd/fsck")
	cmd.Dir = filepath.Join(repository, "tools/fsck")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build fsck: %v\n%s", err, out)
	}
	if b := read(t, tmp); os.WriteFile(exe+".new", b, 0o755) != nil || os.Rename(exe+".new", exe) != nil {
		t.Fatal("cannot keep the built fsck")
	}
	return exe
}

// fsck runs Tessera's fsck and says whether it printed its success line. Its
// exit code is 0 even for a bad checkpoint, and it may wait for ever on a bad
// bundle, so only the line counts, within a time limit.
func fsck(t *testing.T, exe, address, vkey, want string, limit time.Duration) (bool, string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()
	var out output
	cmd := exec.CommandContext(ctx, exe, "--ui=false", "--storage_url="+address, "--public_key="+temp(t, []byte(vkey)), "--logtostderr")
	cmd.Stderr, cmd.Stdout = &out, &out
	out.stopAt, out.stop = "fsck failed", stop
	// Killed or not, what it printed is the answer.
	_ = cmd.Run()
	return strings.Contains(out.String(), want), out.String()
}

// output collects what a program prints and stops it once it has given up.
type output struct {
	bytes.Buffer
	stopAt string
	stop   func()
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Buffer.Write(b)
	if strings.Contains(o.String(), o.stopAt) {
		o.stop()
	}
	return n, err
}

// A program by other people, which knows C2SP tlog-tiles and nothing of soi,
// accepts the log as served and as exported, and refuses it once spoilt.
func TestTesseraFsck(t *testing.T) {
	exe := fsckBinary(t)
	d, dir := exported(t, 600)
	srv := httptest.NewServer(NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler)))
	defer srv.Close()
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	const success = "Successfully fsck'd log with size 600"
	var slowest time.Duration // of the runs that succeed
	for name, address := range map[string]string{"served": srv.URL + "/log/", "exported": "file://" + abs + "/"} {
		start := time.Now()
		if ok, out := fsck(t, exe, address, d.key.VKey(), success, time.Minute); !ok {
			t.Fatalf("%s log is not accepted:\n%s", name, out)
		}
		slowest = max(slowest, time.Since(start))
	}
	// It would have succeeded long before this, had it been going to.
	limit := 2*time.Second + 8*slowest
	for _, path := range []string{"checkpoint", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/88"} {
		file := filepath.Join(dir, path)
		good := read(t, file)
		bad := bytes.Clone(good)
		bad[len(bad)/2] ^= 1
		write(t, file, bad)
		if ok, out := fsck(t, exe, "file://"+abs+"/", d.key.VKey(), "Successfully", limit); ok {
			t.Errorf("%s spoilt, yet accepted:\n%s", path, out)
		}
		write(t, file, good)
	}
	if ok, out := fsck(t, exe, "file://"+abs+"/", testKey(t, testOrigin, "x").VKey(), "Successfully", limit); ok {
		t.Errorf("accepted with another key:\n%s", out)
	}
}
