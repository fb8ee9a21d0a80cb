package tlog

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// cosignedBinary builds the reader of cosignatures by other people, from the
// pinned modules in tools/fsck.
func cosignedBinary(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "cosigned")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "./cosigned")
	cmd.Dir = filepath.Join(repository, "tools/fsck")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build cosigned: %v\n%s", err, out)
	}
	return exe
}

// readByOthers runs it over a checkpoint.
func readByOthers(t *testing.T, exe string, in []byte, args ...string) (string, bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	return string(out), err == nil
}

// A library that knows the specification and nothing of soi reads what our
// witness signs, refuses it once spoilt, and signs what we accept.
func TestCosignaturesByOthers(t *testing.T) {
	exe, d, key := cosignedBinary(t), newDesk(t), witnessKey(t)
	d.publish(verdictID(1))
	d.sign()
	s := newWitness(t, t.TempDir(), key, d.key.VKey())
	got, err := AskWitness(t.Context(), s.Client(), RemoteWitness{Address: s.URL, VKey: key.VKey()}, d.log)
	if err != nil {
		t.Fatal(err)
	}
	d.log.cosigned[got.Size] = []string{got.Line}
	p, err := lastPublished(t.Context(), d.log, d.key.VKey())
	if err != nil {
		t.Fatal(err)
	}
	both := fmt.Sprintf("%s 2\nwitness.example/w1 1800000000\n", testOrigin)
	if out, ok := readByOthers(t, exe, p.note, "check", testOrigin, d.key.VKey(), key.VKey()); !ok || out != both {
		t.Errorf("as served: %q, %v", out, ok)
	}
	// A proof with a witness's line still verifies with the programs that know
	// the log's key alone.
	proof, err := p.proof(t.Context(), 1, verdictID(1), 1)
	if err != nil {
		t.Fatal(err)
	}
	doc := temp(t, d.log.docs[d.st[verdictID(1)].Doc])
	if !strings.Contains(string(proof), got.Line) {
		t.Error("the proof does not carry the cosignature")
	}
	if ok, out := python(t, temp(t, proof), d.key.VKey(), doc); !ok {
		t.Errorf("verify_proof.py: %s", out)
	}
	if out, err := exec.CommandContext(t.Context(), "python3", "verifier/verify.py", temp(t, proof), temp(t, []byte(d.key.VKey())), doc).CombinedOutput(); err != nil {
		t.Errorf("verify.py: %v\n%s", err, out)
	}
	alone := testOrigin + " 2\n"
	other := strings.Replace(string(p.note), got.Line, key.cosign("other text\n", time.Unix(1_800_000_000, 0)), 1)
	if out, _ := readByOthers(t, exe, []byte(other), "check", testOrigin, d.key.VKey(), key.VKey()); strings.Contains(out, "w1") {
		t.Errorf("of another text: %q", out)
	}
	if out, ok := readByOthers(t, exe, p.note, "check", testOrigin, d.key.VKey(), witnessKey(t).VKey()); !ok || out != alone {
		t.Errorf("with another witness's key: %q", out)
	}
	secret, vkey := noteKey(t, "others.example/w")
	out, ok := readByOthers(t, exe, p.note, "sign", secret)
	if !ok || !strings.HasPrefix(out, string(p.note)) {
		t.Fatalf("cosigned by others: %q", out)
	}
	if at, err := CosignatureTime([]byte(out), vkey); err != nil || time.Since(at).Abs() > time.Hour {
		t.Errorf("cosignature of others: %v, %v", at, err)
	}
	if _, err := OpenCheckpoint([]byte(out), d.key.VKey()); err != nil {
		t.Errorf("with a cosignature of others: %v", err)
	}
}

// noteKey makes a key in the form of the signed-note package, and the verifier
// key of its cosignatures.
func noteKey(t *testing.T, name string) (secret, vkey string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	plain := append([]byte{1}, pub...)
	id := binary.BigEndian.Uint32(keyID(name, plain))
	secret = fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(append([]byte{1}, priv.Seed()...)))
	if _, err := note.NewSigner(secret); err != nil {
		t.Fatal(err)
	}
	typed := append([]byte{cosignatureType}, pub...)
	return secret, name + "+" + hex.EncodeToString(keyID(name, typed)) + "+" + base64.StdEncoding.EncodeToString(typed)
}
