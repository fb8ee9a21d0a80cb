package tlog

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// rule enters a ruling on a verdict.
func (d *desk) rule(verdict, ruling string) Addition {
	d.t.Helper()
	d.now = d.now.Add(time.Minute)
	doc := []byte(`{"nonce":"x","ruling":"` + ruling + `"}`)
	e := Entry{Kind: KindRuling, Time: d.now, Verdict: verdict, Ruling: ruling, Outcome: "partly", Doc: sha256.Sum256(doc)}
	d.log.docs[e.Doc] = doc
	return d.log.add(d.t, e)
}

// redact enters the next revision of a verdict and deletes documents.
func (d *desk) redact(verdict string, revs ...int64) Addition {
	d.t.Helper()
	s := d.st[verdict]
	d.now = d.now.Add(time.Minute)
	doc := []byte(`{"nonce":"y","verdict":"` + verdict + `"}`)
	e := Entry{Kind: KindRedact, Time: d.now, Verdict: verdict, Rev: s.Rev + 1, Prev: s.Index, Rating: "false", Reason: ReasonPrivacy,
		Doc: sha256.Sum256(doc), Erased: revs}
	d.log.docs[e.Doc] = doc
	next, err := s.Next(d.log.head.Size, e)
	if err != nil {
		d.t.Fatal(err)
	}
	d.st[verdict] = next
	return d.log.add(d.t, e)
}

// docOf is the hash of the document of the entry at an index.
func (d *desk) docOf(index int64) [32]byte {
	d.t.Helper()
	e, err := Parse(d.log.entries[index])
	if err != nil {
		d.t.Fatal(err)
	}
	return e.Doc
}

// appealed is a log with a check of three revisions, a ruling on it, a
// redaction of the first two, and another check.
func appealed(t *testing.T) *desk {
	d := newDesk(t)
	v := verdictID(1)
	d.publish(v)                                           // 1
	d.step(v, KindUpdate, "false", ReasonTypo)             // 2
	d.step(v, KindCorrect, "false", ReasonFactual)         // 3
	d.rule(v, testRuling)                                  // 4
	d.redact(v, 1, 2)                                      // 5
	d.publish(verdictID(2))                                // 6
	d.rule(verdictID(3), verdictID(4))                     // 7: on a refusal, which the log does not know
	d.step(v, KindCorrect, "half-true", ReasonNewEvidence) // 8
	for _, i := range []int64{1, 2} {
		d.log.docs[d.docOf(i)] = nil
	}
	d.sign()
	return d
}

// TestRedactionAndRulingAudit deletes one document at a time: only those that
// the redaction names may be gone.
func TestRedactionAndRulingAudit(t *testing.T) {
	d := appealed(t)
	a, err := VerifyStorage(t.Context(), d.log, d.key.VKey(), AuditOptions{})
	if err != nil || len(a.Findings) > 0 || a.Erased != 2 || a.Documents != 6 {
		t.Fatalf("the log as it is: %v, %d erased, %d documents, %v", a.Findings, a.Erased, a.Documents, err)
	}
	for _, i := range []int64{3, 4, 5, 6, 7, 8} {
		sum := d.docOf(i)
		was := d.log.docs[sum]
		d.log.docs[sum] = nil
		a, err := VerifyStorage(t.Context(), d.log, d.key.VKey(), AuditOptions{})
		if err != nil || len(a.Findings) != 1 || a.Findings[0].Kind != FindDocMissing || a.Findings[0].Index != i {
			t.Errorf("the document of entry %d deleted: %v, %v", i, a.Findings, err)
		}
		d.log.docs[sum] = was
	}
	// Erasing the check frees all before it, the ruling on it included.
	d.step(verdictID(1), KindErase, "", ReasonLegal)
	for _, i := range []int64{3, 4, 5, 8} {
		d.log.docs[d.docOf(i)] = nil
	}
	d.sign()
	if a, err = VerifyStorage(t.Context(), d.log, d.key.VKey(), AuditOptions{}); err != nil || len(a.Findings) > 0 || a.Erased != 6 {
		t.Errorf("after the erasure: %v, %d erased, %v", a.Findings, a.Erased, err)
	}
}

// TestRulingExportAndProofs reads rulings and redactions as a stranger does.
func TestRulingExportAndProofs(t *testing.T) {
	d, dir := appealed(t), t.TempDir()
	out, err := ExportDir(t.Context(), d.log, d.key.VKey(), dir)
	if err != nil || out.Erased != 2 || out.Proofs != 8 {
		t.Fatalf("%+v, %v", out, err)
	}
	a, err := VerifyDir(t.Context(), dir, AuditOptions{VKey: d.key.VKey()})
	if err != nil || len(a.Findings) > 0 {
		t.Fatalf("%v, %v", a.Findings, err)
	}
	if again, err := ExportDir(t.Context(), d.log, d.key.VKey(), dir); err != nil || again.Written != 0 {
		t.Errorf("the second export wrote %d files, %v", again.Written, err)
	}
	find := func(_ context.Context, id string, rev int64) (int64, error) {
		if id == testRuling && rev == 0 {
			return 4, nil
		}
		return 0, ErrNoEntry
	}
	h := NewHandler(d.log, d.key.VKey(), find, slog.New(slog.DiscardHandler))
	get := func(path string) (int, []byte) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.Bytes()
	}
	code, proof := get("/log/proof/ruling/" + testRuling + ".tlog-proof")
	exported, err := os.ReadFile(filepath.Join(dir, "proof/ruling", testRuling+".tlog-proof"))
	if code != http.StatusOK || err != nil || string(exported) != string(proof) {
		t.Fatalf("served with %d, exported with %v", code, err)
	}
	doc := d.log.docs[d.docOf(4)]
	if v, err := VerifyProof(proof, nil, doc, d.key.VKey()); err != nil || v.Entry.Ruling != testRuling || v.Entry.Outcome != "partly" {
		t.Errorf("%+v, %v", v, err)
	}
	if ok, text := python(t, temp(t, proof), d.key.VKey(), temp(t, doc)); !ok || !strings.Contains(text, "kind=ruling") {
		t.Errorf("the stand-alone verifier: %s", text)
	}
	if ok, _ := python(t, temp(t, proof), d.key.VKey(), temp(t, []byte("{}"))); ok {
		t.Error("the stand-alone verifier takes another ruling")
	}
	if ok, text := python(t, filepath.Join(dir, "proof", verdictID(1), "4.tlog-proof"), d.key.VKey(), temp(t, d.log.docs[d.docOf(5)])); !ok || !strings.Contains(text, "erased=1,2") {
		t.Errorf("redaction: %s", text)
	}
	for _, path := range []string{"/log/proof/ruling/" + verdictID(9) + ".tlog-proof", "/log/proof/ruling/" + testRuling, "/log/proof/ruling/x.tlog-proof"} {
		if code, _ := get(path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

// TestRulingRules breaks the rules of the two kinds.
func TestRulingRules(t *testing.T) {
	for _, s := range []story{
		{"redacted", nil, nil, []Kind{KindPublish, KindUpdate, KindRedact, KindCorrect, KindRedact}},
		{"redacted with another rating", ErrRatingChanged, func(e *Entry) { e.Rating = "half-true" }, []Kind{KindPublish, KindRedact}},
		{"redacted though withdrawn", ErrTransition, nil, []Kind{KindPublish, KindWithdraw, KindRedact}},
		{"redacted before publication", ErrTransition, nil, []Kind{KindRedact}},
		{"ruling", nil, nil, []Kind{KindPublish, KindRuling, KindUpdate}},
		{"ruling on what was never published", nil, nil, []Kind{KindRuling}},
		{"ruling twice", ErrRulingAgain, nil, []Kind{KindPublish, KindRuling, KindRuling}},
		{"ruling after close", ErrClosed, nil, []Kind{KindClose, KindRuling}},
	} {
		t.Run(s.name, func(t *testing.T) { tell(t, s) })
	}
	c := NewChecker(testOrigin)
	if _, err := c.Add([]byte(form(KindRuling))); !errors.Is(err, ErrFirst) {
		t.Errorf("a ruling as the first entry: %v", err)
	}
}
