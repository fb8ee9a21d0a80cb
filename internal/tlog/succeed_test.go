package tlog

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

const secondOrigin = "desk.example/log2"

func TestOriginsOfALine(t *testing.T) {
	for n, origin := range map[int]string{1: testOrigin, 2: secondOrigin, 12: "[::1]:8080/log12"} {
		host, got, err := SplitOrigin(origin)
		if err != nil || got != n || host+"/"+LogName(n) != origin {
			t.Errorf("%s: %q %d %v", origin, host, got, err)
		}
	}
	for _, bad := range []string{"", "log", "/log", "desk.example", "desk.example/log1", "desk.example/log0", "desk.example/log02",
		"desk.example/log-2", "desk.example/log+2", "desk.example/witness", "desk.example/log/x", "desk.example/log9999999999999999999999"} {
		if _, _, err := SplitOrigin(bad); !errors.Is(err, ErrForm) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// succeed begins the log that follows d's, which is signed and may be closed,
// and returns what is left of d's log with the desk going on in the new one.
func (d *desk) succeed() (past Past, next *desk) {
	d.t.Helper()
	signed, size, _ := d.log.LastCheckpoint(d.t.Context())
	past = Past{Opening: d.log.entries[0], VKey: d.key.VKey(), Note: signed, Size: size}
	next = &desk{t: d.t, log: d.log.clone(), now: d.now.Add(time.Minute), st: d.st}
	next.key = testKey(d.t, secondOrigin, "second log, never use")
	root, err := treeHash(d.log.head.Size, reader(d.t.Context(), d.log))
	if err != nil {
		d.t.Fatal(err)
	}
	s, err := Succeed(d.log.head, reader(d.t.Context(), d.log), Entry{Kind: KindSuccessor, Time: next.now, Key: next.key.VKey(),
		Origin: d.key.Origin(), Size: d.log.head.Size, Root: root})
	if err != nil {
		d.t.Fatal(err)
	}
	next.log.entries[0] = s.Body
	for _, h := range s.Hashes {
		next.log.hashes[h.Index] = h.Hash
	}
	next.log.head, next.log.checkpoints = s.Head, map[int64][]byte{}
	return past, next
}

// The tree of a log that follows is the tree that its entries give, whatever
// its size; and the earlier log can still be read out of it.
func TestSucceed(t *testing.T) {
	d := newDesk(t)
	for n := range 70 {
		before := slices.Clone(d.log.entries)
		hashes := slices.Clone(d.log.hashes)
		d.sign()
		past, next := d.succeed()
		var want []Hash
		for i, b := range next.log.entries {
			hs, err := merkle.StoredHashes(int64(i), b, HashReader(func(idx []int64) ([]Hash, error) {
				out := make([]Hash, len(idx))
				for j, x := range idx {
					out[j] = want[x]
				}
				return out, nil
			}))
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, hs...)
		}
		if !slices.Equal(want, next.log.hashes) {
			t.Fatalf("size %d: the stored hashes are not those of the entries", n+1)
		}
		next.publish(verdictID(1000 + n))
		next.sign()
		st := past.Over(next.log)
		got, err := st.Entries(t.Context(), 0, past.Size)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(before) {
			t.Fatalf("size %d: the earlier entries differ: %v", n+1, err)
		}
		all := make([]int64, len(hashes))
		for i := range all {
			all[i] = int64(i)
		}
		if old, err := st.Hashes(t.Context(), all); err != nil || !slices.Equal(old, hashes) {
			t.Fatalf("size %d: the earlier hashes differ: %v", n+1, err)
		}
		delete(d.st, verdictID(1000+n))
		d.publish(verdictID(n))
	}
}

func TestSucceedRefuses(t *testing.T) {
	d := newDesk(t)
	d.publish(verdictID(1))
	key := testKey(t, secondOrigin, "second log, never use").VKey()
	e := Entry{Kind: KindSuccessor, Time: d.now.Add(time.Second), Key: key, Origin: testOrigin, Size: 2, Root: d.log.head.Root}
	read := reader(t.Context(), d.log)
	if _, err := Succeed(d.log.head, read, e); err != nil {
		t.Fatal(err)
	}
	early, genesis, own := e, Entry{Kind: KindGenesis, Time: e.Time, Key: key}, e
	early.Time = d.now
	own.Origin = secondOrigin
	for name, c := range map[string]struct {
		e    Entry
		want error
	}{"as old as the last entry": {early, ErrTimeBack}, "genesis": {genesis, ErrFirst}, "of itself": {own, ErrForm}} {
		if _, err := Succeed(d.log.head, read, c.e); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.log.hashes[2] = Hash{}
	if _, err := Succeed(d.log.head, read, e); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged tree: %v", err)
	}
	if s, err := Succeed(Head{}, nil, e); err != nil || s.Head.Size != 1 || s.Head.Root != merkle.RecordHash(s.Body) {
		t.Errorf("nothing was left: %+v %v", s, err)
	}
}

// What is carried over keeps its time, its key and its end without effect; what
// is new may not pretend to be carried over.
func TestCheckerCarries(t *testing.T) {
	d := newDesk(t)
	d.publish(verdictID(1))
	d.now = d.now.Add(time.Minute)
	d.log.add(t, Entry{Kind: KindKey, Time: d.now, Key: testKey(t, testOrigin, "rotated").VKey()})
	d.now = d.now.Add(time.Minute)
	d.log.add(t, Entry{Kind: KindClose, Time: d.now})
	d.sign()
	_, next := d.succeed()
	next.step(verdictID(1), KindCorrect, "true", ReasonFactual)
	c := NewChecker(secondOrigin)
	for i, b := range next.log.entries {
		if _, err := c.Add(b); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
	}
	// Right behind what went over, an entry may not claim to have gone over too.
	early := NewChecker(secondOrigin)
	for _, b := range next.log.entries[:len(next.log.entries)-1] {
		if _, err := early.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := early.Try(Entry{Kind: KindPublish, Time: d.now, Verdict: verdictID(2), Rev: 1, Rating: "false", Doc: [32]byte{1}}); !errors.Is(err, ErrTimeBack) {
		t.Errorf("dated back behind what went over: %v", err)
	}
	if !slices.Equal(c.Keys(), []string{next.key.VKey()}) {
		t.Errorf("keys %q", c.Keys())
	}
	old := next.now.Add(-time.Hour)
	next.now = next.now.Add(time.Minute)
	for name, q := range map[string]struct {
		e    Entry
		want error
	}{
		"older than the log": {Entry{Kind: KindClose, Time: old}, ErrTimeBack},
		"key of the earlier": {Entry{Kind: KindKey, Time: next.now, Key: d.key.VKey()}, ErrForeignKey},
	} {
		if err := c.Try(q.e); !errors.Is(err, q.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	next.log.add(t, Entry{Kind: KindClose, Time: next.now})
	if _, err := c.Add(next.log.entries[len(next.log.entries)-1]); err != nil {
		t.Fatal(err)
	}
	if err := c.Try(Entry{Kind: KindClose, Time: next.now}); !errors.Is(err, ErrClosed) {
		t.Errorf("after its own end: %v", err)
	}
}

// lineHost serves the two logs of a desk that had to begin another one.
func lineHost(t *testing.T, past Past, first *memLog, next *desk) *httptest.Server {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	a := NewHandler(past.Over(first), past.VKey, first.find, quiet)
	b := NewHandler(next.log, next.key.VKey(), next.log.find, quiet)
	if a.Prefix() != "/log/" || b.Prefix() != "/log2/" {
		t.Fatalf("served under %s and %s", a.Prefix(), b.Prefix())
	}
	mux := http.NewServeMux()
	mux.Handle(a.Prefix(), a)
	mux.Handle(b.Prefix(), b)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

func verify(t *testing.T, address string, o AuditOptions) Audit {
	t.Helper()
	a, err := VerifyURL(t.Context(), http.DefaultClient, address, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func kindsOf(a Audit) string {
	var out []string
	for _, f := range a.Findings {
		out = append(out, fmt.Sprintf("%s %d", f.Kind, f.Index))
	}
	return strings.Join(out, ", ")
}

func TestLine(t *testing.T) {
	d := newDesk(t)
	for n := range 4 {
		d.publish(verdictID(n))
	}
	d.sign()
	state, mirror := t.TempDir(), t.TempDir()
	before := newHost(t, d)
	if a := verify(t, before.URL, AuditOptions{StateDir: state}); a.ExitCode() != 0 {
		t.Fatalf("before: %s", kindsOf(a))
	}
	before.mirror(t, mirror)
	past, next := d.succeed()
	erased := next.log.entries[1]
	next.step(verdictID(0), KindErase, "", ReasonPrivacy)
	e, _ := Parse(erased)
	next.log.docs[e.Doc] = nil
	next.publish(verdictID(9))
	next.sign()
	srv := lineHost(t, past, next.log, next)

	a := verify(t, srv.URL, AuditOptions{})
	if a.ExitCode() != 0 || a.Origin != secondOrigin || len(a.Past) != 1 || a.Past[0].Size != 5 || a.Past[0].Erased != 1 || a.Follows != (Followed{testOrigin, 5, 0}) {
		t.Errorf("the newest log: %s, %+v, %d past", kindsOf(a), a.Follows, len(a.Past))
	}
	if a := verify(t, srv.URL, AuditOptions{VKey: d.key.VKey()}); a.ExitCode() != 2 || kindsOf(a) != "succeeded -1" || a.Origin != testOrigin || a.Next != secondOrigin {
		t.Errorf("with the earlier key: %s", kindsOf(a))
	}
	if a := verify(t, srv.URL, AuditOptions{StateDir: state}); kindsOf(a) != "succeeded -1" || a.Origin != testOrigin {
		t.Errorf("with the earlier memory alone: %s", kindsOf(a))
	}
	if a := verify(t, srv.URL, AuditOptions{StateDir: state, VKey: next.key.VKey()}); a.ExitCode() != 0 || a.Origin != secondOrigin {
		t.Errorf("with the earlier memory and the new key: %s", kindsOf(a))
	}
	if a := verify(t, srv.URL, AuditOptions{StateDir: state}); a.ExitCode() != 0 || a.Kept != a.Size {
		t.Errorf("the second time: %s", kindsOf(a))
	}
	// A folder of the earlier log stays one, and gives up what was erased since.
	doc := filepath.Join(mirror, filepath.FromSlash(docPath(e.Doc)))
	if _, err := os.Stat(doc); err != nil {
		t.Fatal(err)
	}
	m, err := Mirror(t.Context(), http.DefaultClient, srv.URL, mirror, "")
	if err != nil || m.Audit.ExitCode() != 0 || m.Audit.Origin != testOrigin || m.Audit.Next != secondOrigin {
		t.Errorf("mirror of the earlier log: %v %s %s", err, kindsOf(m.Audit), m.Audit.Next)
	}
	if _, err := os.Stat(doc); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the erased document stays in the folder: %v", err)
	}
	m, err = Mirror(t.Context(), http.DefaultClient, srv.URL, t.TempDir(), "")
	if err != nil || m.Audit.Origin != secondOrigin || m.Exported.Size != next.log.head.Size {
		t.Errorf("mirror of the newest log: %v %+v", err, m.Exported)
	}
	if _, read, err := ReadLog(t.Context(), http.DefaultClient, srv.URL, AuditOptions{VKey: next.key.VKey()}); err != nil || read.Origin != secondOrigin {
		t.Errorf("read: %v %s", err, read.Origin)
	}
}

// Each way in which the two logs can contradict each other, and none where they
// do not.
func TestLineFindsTampering(t *testing.T) {
	build := func(t *testing.T, change func(d *desk), rewrite func(next *desk)) string {
		d := newDesk(t)
		for n := range 4 {
			d.publish(verdictID(n))
		}
		d.sign()
		past, next := d.succeed()
		first := next.log.clone()
		if change != nil {
			changed := newDesk(t)
			change(changed)
			changed.sign()
			signed, size, _ := changed.log.LastCheckpoint(t.Context())
			past = Past{Opening: changed.log.entries[0], VKey: past.VKey, Note: signed, Size: size}
			first = changed.log
		}
		if rewrite != nil {
			rewrite(next)
		}
		next.sign()
		return kindsOf(verify(t, lineHost(t, past, first, next).URL, AuditOptions{}))
	}
	publish := func(ns ...int) func(*desk) {
		return func(d *desk) {
			for _, n := range ns {
				d.publish(verdictID(n))
			}
		}
	}
	again := func(ns ...int) func(*desk) { // as if the desk had carried other entries over
		return func(next *desk) {
			opening := next.log.entries[0]
			other := newDesk(t)
			publish(ns...)(other)
			docs := next.log.docs
			next.log.become(newMemLog())
			next.log.docs = docs
			next.log.raw(t, opening)
			for _, b := range other.log.entries[1:] {
				next.log.raw(t, b)
			}
			for sum, doc := range other.log.docs {
				next.log.docs[sum] = doc
			}
			next.log.head.Time = next.now
		}
	}
	for name, c := range map[string]struct {
		change, rewrite func(*desk)
		want            string
	}{
		"as it should be":            {nil, nil, ""},
		"the same old log":           {publish(0, 1, 2, 3), nil, ""},
		"the old log grew":           {publish(0, 1, 2, 3, 4), nil, "succession 5"},
		"another old log":            {publish(0, 1, 5, 3), nil, "succession 0, succession 3"},
		"an old log that is shorter": {publish(0, 1, 2), nil, ""},
		"an entry was exchanged":     {nil, again(0, 1, 5, 3), "succession 3"},
		"an entry was left out":      {nil, again(0, 1, 3), "succession 3, succession 4"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := build(t, c.change, c.rewrite); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
