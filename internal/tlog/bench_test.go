package tlog

import (
	"path/filepath"
	"testing"
)

// BenchmarkAppend adds one publication to a log of 100,000 entries.
func BenchmarkAppend(b *testing.B) {
	d, _ := bigLog(b, 100_000)
	e, err := Parse(d.log.entries[99_999])
	if err != nil {
		b.Fatal(err)
	}
	e.Verdict = testVerdict
	read := reader(b.Context(), d.log)
	for b.Loop() {
		if _, err := Append(d.log.head, read, e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSign100k is the first signature of a process: 100,000 entries hashed
// again and their rules replayed.
func BenchmarkSign100k(b *testing.B) {
	d, _ := bigLog(b, 100_000)
	for b.Loop() {
		if _, err := d.signer(NewGuard(filepath.Join(b.TempDir(), "guard"))).Check(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAudit70k is a whole audit of 70,000 entries, from memory.
func BenchmarkAudit70k(b *testing.B) {
	d, _ := bigLog(b, 70_000)
	d.log.checkpoints[70_000] = d.sign().Note
	for b.Loop() {
		a, err := VerifyStorage(b.Context(), d.log, d.key.VKey(), AuditOptions{})
		if err != nil || a.ExitCode() != 0 {
			b.Fatal(err, sentences(a))
		}
	}
}

// BenchmarkVerifyProof is what a reader's verification costs.
func BenchmarkVerifyProof(b *testing.B) {
	proof, doc, d := realProof(b, 5000, 1234)
	for b.Loop() {
		if _, err := VerifyProof(proof, nil, doc, d.key.VKey()); err != nil {
			b.Fatal(err)
		}
	}
}
