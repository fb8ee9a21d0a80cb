package tlog

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

var errFault = errors.New("injected fault")

// fault makes the n-th call of one step fail, before or after it took effect.
type fault struct {
	step  string
	done  bool // the step took effect and still reports an error
	armed bool
	hits  int
}

// run performs a step, or fails it.
func (f *fault) run(step string, do func() error) error {
	if !f.armed || f.step != step {
		return do()
	}
	f.armed = false
	f.hits++
	if f.done {
		if err := do(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %s", errFault, step)
}

// faultyLog and faultyOps pass each step of the signer through a fault.
type faultyLog struct {
	*memLog
	f *fault
}

func (l faultyLog) Head(ctx context.Context) (h Head, err error) {
	err = l.f.run("head", func() error { h, err = l.memLog.Head(ctx); return err })
	return h, err
}

func (l faultyLog) Entries(ctx context.Context, from, to int64) (b [][]byte, err error) {
	err = l.f.run("entries", func() error { b, err = l.memLog.Entries(ctx, from, to); return err })
	return b, err
}

func (l faultyLog) Hashes(ctx context.Context, at []int64) (h []Hash, err error) {
	err = l.f.run("hashes", func() error { h, err = l.memLog.Hashes(ctx, at); return err })
	return h, err
}

func (l faultyLog) LastCheckpoint(ctx context.Context) (n []byte, size int64, err error) {
	err = l.f.run("last checkpoint", func() error { n, size, err = l.memLog.LastCheckpoint(ctx); return err })
	return n, size, err
}

func (l faultyLog) PutCheckpoint(ctx context.Context, size int64, n []byte) error {
	return l.f.run("put checkpoint", func() error { return l.memLog.PutCheckpoint(ctx, size, n) })
}

type faultyOps struct {
	diskOps
	f *fault
}

func (o faultyOps) read(path string) (b []byte, err error) {
	err = o.f.run("read guard", func() error { b, err = o.diskOps.read(path); return err })
	return b, err
}

func (o faultyOps) writeSync(path string, b []byte) error {
	return o.f.run("write guard", func() error { return o.diskOps.writeSync(path, b) })
}

func (o faultyOps) rename(from, to string) error {
	return o.f.run("rename guard", func() error { return o.diskOps.rename(from, to) })
}

func (o faultyOps) syncDir(dir string) error {
	return o.f.run("sync guard folder", func() error { return o.diskOps.syncDir(dir) })
}

func faultSteps() []string {
	return []string{"head", "entries", "hashes", "last checkpoint", "put checkpoint",
		"read guard", "write guard", "rename guard", "sync guard folder"}
}

// TestSignFaults fails every step of a run, not done and done-but-reported, then
// goes on in the same process or in a new one, with or without an entry added in
// between. Whatever happened, the next run signs, the guard is not behind, and
// every checkpoint ever stored belongs to one history.
func TestSignFaults(t *testing.T) {
	for _, step := range faultSteps() {
		for i := range 8 {
			done, restart, grow := i&1 != 0, i&2 != 0, i&4 != 0
			t.Run(fmt.Sprintf("%s done=%v restart=%v grow=%v", step, done, restart, grow), func(t *testing.T) {
				signFault(t, step, done, restart, grow)
			})
		}
	}
}

func signFault(t *testing.T, step string, done, restart, grow bool) {
	d, f := newDesk(t), &fault{step: step, done: done}
	path := filepath.Join(t.TempDir(), "guard")
	fresh := func() *Signer {
		s, err := NewSigner(faultyLog{d.log, f}, &Guard{path: path, ops: faultyOps{f: f}}, d.key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := fresh()
	signOK(t, s)
	d.publish(verdictID(1))
	f.armed = true
	if _, err := s.Sign(t.Context()); !errors.Is(err, errFault) {
		t.Fatalf("the fault did not show: %v", err)
	}
	if f.hits != 1 {
		t.Fatalf("the fault fired %d times", f.hits)
	}
	if restart {
		s = fresh()
	}
	if grow {
		d.publish(verdictID(2))
	}
	out := signOK(t, s)
	if out.Size != d.log.head.Size || out.Root != d.log.head.Root || out.GuardBehind {
		t.Errorf("after the fault: %+v", out)
	}
	if g, err := NewGuard(path).Load(); err != nil || g != out.Checkpoint {
		t.Errorf("guard holds %+v, %v", g, err)
	}
	for size, n := range d.log.checkpoints {
		c, err := OpenCheckpoint(n, d.key.VKey())
		if err != nil || c.Size != size {
			t.Fatalf("checkpoint %d: %+v, %v", size, c, err)
		}
		if err := contains(out.Checkpoint, c, reader(t.Context(), d.log)); err != nil {
			t.Errorf("checkpoint %d: %v", size, err)
		}
	}
}

// The guard is durable before a signature exists: when the guard cannot be
// moved, nothing is stored, and what is stored was guarded.
func TestGuardBeforeSignature(t *testing.T) {
	for _, step := range []string{"write guard", "rename guard", "sync guard folder"} {
		d, f := newDesk(t), &fault{step: step, done: true, armed: true}
		guard := &Guard{path: filepath.Join(t.TempDir(), "guard"), ops: faultyOps{f: f}}
		s, err := NewSigner(d.log, guard, d.key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Sign(t.Context()); !errors.Is(err, errFault) {
			t.Fatal(err)
		}
		if len(d.log.checkpoints) != 0 {
			t.Errorf("signed although the guard failed at %q", step)
		}
	}
}

// overtaken lets another replica act after the n-th read of head or checkpoint.
type overtaken struct {
	*memLog
	reads int
	other func()
}

func (l *overtaken) read() {
	if l.reads--; l.reads == 0 {
		l.other()
	}
}

func (l *overtaken) Head(ctx context.Context) (Head, error) {
	defer l.read()
	return l.memLog.Head(ctx)
}

func (l *overtaken) LastCheckpoint(ctx context.Context) ([]byte, int64, error) {
	defer l.read()
	return l.memLog.LastCheckpoint(ctx)
}

// Another replica that publishes and signs between two reads of this one is no
// rollback and no fork.
func TestSignOvertaken(t *testing.T) {
	for reads := 1; reads <= 2; reads++ {
		d, dir := newDesk(t), t.TempDir()
		signOK(t, d.signer(NewGuard(filepath.Join(dir, "a"))))
		b := NewGuard(filepath.Join(dir, "b"))
		if err := b.save(Checkpoint{Origin: testOrigin, Size: 1, Root: d.log.head.Root}); err != nil {
			t.Fatal(err)
		}
		d.publish(verdictID(1))
		log := &overtaken{memLog: d.log, reads: reads, other: func() {
			d.publish(verdictID(2))
			signOK(t, d.signer(NewGuard(filepath.Join(dir, "a"))))
		}}
		s, err := NewSigner(log, b, d.key)
		if err != nil {
			t.Fatal(err)
		}
		signOK(t, s)
		if log.reads > 0 {
			t.Fatal("nobody overtook")
		}
		d.publish(verdictID(3))
		if out := signOK(t, s); out.Size != 4 {
			t.Errorf("afterwards signed %d", out.Size)
		}
	}
}
