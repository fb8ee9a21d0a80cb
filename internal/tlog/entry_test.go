package tlog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	testVKey    = "desk.example/log+9b95c719+ASWXpNojF0Jbxld+TCsQrqST5QBX2GhKY14ZXmI0C+Ho"
	testVerdict = "7b2k0m8q4x1c9f3h5n6r2t0vwa"
	testRuling  = "7zzzzzzzzzzzzzzzzzzzzzzzzz"
	testDoc     = "a03dca95a5a12988528d62051e8b4cb80d7aa889c0fa1f006c6992e89d950363"
	testRoot    = "zbYZdPs/tywcEQXyGqXBUVDKAH8/dXfFicL50nXtqT0="
)

// forms is one accepted entry of every kind, without the header.
func forms() map[Kind]string {
	const when = "time 2026-11-22T11:00:00Z\n"
	chain := "verdict " + testVerdict + "\nrev 3\nprev 12\n"
	upheld := chain + "rating half-true\ndoc " + testDoc + "\nreason source\n"
	ended := chain + "rating -\ndoc -\nreason privacy\n"
	return map[Kind]string{
		KindGenesis:   when + "key " + testVKey + "\n",
		KindKey:       when + "key " + testVKey + "\n",
		KindPublish:   when + "verdict " + testVerdict + "\nrev 1\nprev -\nrating false\ndoc " + testDoc + "\n",
		KindUpdate:    when + upheld,
		KindCorrect:   when + upheld,
		KindRestore:   when + upheld,
		KindWithdraw:  when + ended,
		KindErase:     when + ended,
		KindRedact:    when + chain + "rating half-true\ndoc " + testDoc + "\nreason privacy\nerased 1,2\n",
		KindRuling:    when + "verdict " + testVerdict + "\nruling " + testRuling + "\noutcome partly\ndoc " + testDoc + "\n",
		KindChannel:   when + "channel " + testRuling + "\nstate gone\ndoc " + testDoc + "\n",
		KindPolicy:    when + "ratings true,half-true,false\ndoc " + testDoc + "\n",
		KindSuccessor: when + "key " + testVKey + "\norigin old.example/log\nsize 7\nroot " + testRoot + "\ncosignature witness.example m5XHGZQ=\n",
		KindClose:     when,
	}
}

func form(k Kind) string { return "soi-log/v1\nkind " + string(k) + "\n" + forms()[k] }

func TestEveryKindRoundTrips(t *testing.T) {
	for k := range forms() {
		e, err := Parse([]byte(form(k)))
		if err != nil {
			t.Errorf("%s: %v", k, err)
			continue
		}
		again, err := Format(e)
		if err != nil || string(again) != form(k) {
			t.Errorf("%s prints as %q, %v", k, again, err)
		}
	}
}

func TestParseFields(t *testing.T) {
	e, err := Parse([]byte(form(KindCorrect)))
	if err != nil {
		t.Fatal(err)
	}
	want := Entry{Kind: KindCorrect, Time: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC), Verdict: testVerdict,
		Rev: 3, Prev: 12, Rating: "half-true", Reason: ReasonSource}
	if err := setDoc(&want.Doc, testDoc); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Error(d)
	}
}

// Each row changes one accepted entry in one place that must not be accepted.
func TestParseRefuses(t *testing.T) {
	rows := []struct {
		kind     Kind
		old, new string
	}{
		{KindCorrect, "soi-log/v1", "soi-log/v2"},
		{KindCorrect, "soi-log/v1\n", "soi-log/v1\r\n"},
		{KindCorrect, "kind correct", "kind  correct"},
		{KindCorrect, "kind correct", "kind edited"},
		{KindCorrect, "reason source\n", "reason source"},
		{KindCorrect, "reason source\n", "reason source\n\n"},
		{KindCorrect, "reason source\n", "reason source\nreason source\n"},
		{KindCorrect, "reason source\n", ""},
		{KindCorrect, "reason source", "reason because"},
		{KindCorrect, "reason source", "reason "},
		{KindCorrect, "reason source", "note a free text"},
		{KindCorrect, "rev 3\nprev 12", "prev 12\nrev 3"},
		{KindCorrect, "rev 3", "rev 03"},
		{KindCorrect, "rev 3", "rev +3"},
		{KindCorrect, "rev 3", "rev 1"},
		{KindCorrect, "rev 3", "rev 0"},
		{KindCorrect, "rev 3", "rev -3"},
		{KindCorrect, "rev 3", "rev 1000001"},
		{KindCorrect, "rev 3", "rev 99999999999999999999"},
		{KindCorrect, "prev 12", "prev -"},
		{KindCorrect, "prev 12", "prev 0"},
		{KindCorrect, "prev 12", "prev -1"},
		{KindCorrect, "rating half-true", "rating -"},
		{KindCorrect, "rating half-true", "rating half--true"},
		{KindCorrect, "rating half-true", "rating Half-true"},
		{KindCorrect, "rating half-true", "rating half true"},
		{KindCorrect, "rating half-true", "rating đúng"},
		{KindCorrect, "rating half-true", "rating " + strings.Repeat("a", 33)},
		{KindCorrect, "doc " + testDoc, "doc -"},
		{KindCorrect, "doc " + testDoc, "doc " + strings.ToUpper(testDoc)},
		{KindCorrect, "doc " + testDoc, "doc " + testDoc[2:]},
		{KindCorrect, "doc " + testDoc, "doc " + strings.Repeat("0", 64)},
		{KindCorrect, testVerdict, testVerdict[1:]},
		{KindCorrect, testVerdict, testVerdict[1:] + "l"},
		{KindCorrect, testVerdict, strings.ToUpper(testVerdict)},
		{KindCorrect, "2026-11-22T11:00:00Z", "2026-11-22T11:00:00+00:00"},
		{KindCorrect, "2026-11-22T11:00:00Z", "2026-11-22T11:00:00.5Z"},
		{KindCorrect, "2026-11-22T11:00:00Z", "2026-11-22 11:00:00Z"},
		{KindCorrect, "2026-11-22T11:00:00Z", "2026-02-30T11:00:00Z"},
		{KindPublish, "prev -", "prev 4"},
		{KindPublish, "rev 1", "rev 2"},
		{KindPublish, "doc " + testDoc + "\n", "doc " + testDoc + "\nreason typo\n"},
		{KindWithdraw, "rating -", "rating false"},
		{KindWithdraw, "doc -", "doc " + testDoc},
		{KindErase, "reason privacy", "reason typo"},
		{KindRedact, "reason privacy", "reason typo"},
		{KindRedact, "erased 1,2", "erased 2,1"},
		{KindRedact, "erased 1,2", "erased 1,1"},
		{KindRedact, "erased 1,2", "erased 1,3"},
		{KindRedact, "erased 1,2", "erased 0,2"},
		{KindRedact, "erased 1,2", "erased 01,2"},
		{KindRedact, "erased 1,2", "erased 1, 2"},
		{KindRedact, "erased 1,2", "erased "},
		{KindRedact, "erased 1,2\n", ""},
		{KindRedact, "doc " + testDoc, "doc -"},
		{KindCorrect, "reason source\n", "reason source\nerased 1\n"},
		{KindRuling, "outcome partly", "outcome perhaps"},
		{KindRuling, "outcome partly\n", ""},
		{KindChannel, "state gone", "state ours"}, {KindChannel, "doc " + testDoc, "doc -"}, {KindChannel, "state gone\n", ""}, {KindChannel, "state gone\n", "state gone\nreason privacy\n"},
		{KindRuling, "doc " + testDoc, "doc -"},
		{KindRuling, testRuling, testRuling[1:]},
		{KindRuling, "ruling " + testRuling, "ruling a person"},
		{KindRuling, "outcome partly\n", "outcome partly\nrating true\n"},
		{KindGenesis, "+9b95c719+", "+9B95C719+"},
		{KindGenesis, "+9b95c719+", "+9b95c718+"},
		{KindGenesis, "desk.example/log", "desk.example log"},
		{KindGenesis, "desk.example/log", "other.example/log"},
		{KindGenesis, "key ", "rating "},
		{KindPolicy, "true,half-true", "true,true"},
		{KindPolicy, "true,half-true,false", "true,,false"},
		{KindPolicy, "true,half-true,false", ""},
		{KindSuccessor, "origin old.example/log", "origin desk.example/log"},
		{KindSuccessor, "size 7", "size 0"},
		{KindSuccessor, "m5XHGZQ=", "m5XHGZR="},
		{KindSuccessor, "cosignature witness.example m5XHGZQ=\n", strings.Repeat("cosignature witness.example m5XHGZQ=\n", 4)},
		{KindClose, "kind close\n", "kind close\nkind close\n"},
	}
	for _, r := range rows {
		body := strings.Replace(form(r.kind), r.old, r.new, 1)
		if body == form(r.kind) {
			t.Errorf("row %q does not change %s", r.old, r.kind)
		}
		if _, err := Parse([]byte(body)); !errors.Is(err, ErrForm) {
			t.Errorf("%s with %q for %q: %v", r.kind, r.new, r.old, err)
		}
	}
	for _, b := range []string{"", "\n", "soi-log/v1", "soi-log/v1\n", "\xef\xbb\xbf" + form(KindClose), form(KindClose) + strings.Repeat("x", MaxEntry)} {
		if _, err := Parse([]byte(b)); !errors.Is(err, ErrForm) {
			t.Errorf("%.40q: %v", b, err)
		}
	}
}

// A field that the kind has no line for would silently not be logged.
func TestFormatRefusesForeignFields(t *testing.T) {
	foreign := map[string]func(*Entry){
		"verdict": func(e *Entry) { e.Verdict = testVerdict }, "rev": func(e *Entry) { e.Rev = 1 }, "prev": func(e *Entry) { e.Prev = 1 },
		"rating": func(e *Entry) { e.Rating = "false" }, "doc": func(e *Entry) { e.Doc[0] = 1 }, "reason": func(e *Entry) { e.Reason = ReasonTypo },
		"erased": func(e *Entry) { e.Erased = []int64{1} }, "ruling": func(e *Entry) { e.Ruling = testRuling }, "outcome": func(e *Entry) { e.Outcome = "upheld" },
		"channel": func(e *Entry) { e.Channel = testRuling }, "state": func(e *Entry) { e.State = "gone" },
		"key": func(e *Entry) { e.Key = testVKey }, "ratings": func(e *Entry) { e.Ratings = []string{"true"} }, "origin": func(e *Entry) { e.Origin = "a/log" },
		"size": func(e *Entry) { e.Size = 1 }, "root": func(e *Entry) { e.Root[0] = 1 }, "cosignature": func(e *Entry) { e.Cosignatures = []string{"a AAAAAAA="} },
	}
	when := time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)
	for name, set := range foreign {
		e := Entry{Kind: KindClose, Time: when}
		set(&e)
		if _, err := Format(e); !errors.Is(err, ErrForm) {
			t.Errorf("close with %s: %v", name, err)
		}
	}
	for name, bad := range map[string]time.Time{"zone": when.In(time.FixedZone("", 7*3600)), "fraction": when.Add(time.Millisecond), "year": when.AddDate(9000, 0, 0)} {
		if _, err := Format(Entry{Kind: KindClose, Time: bad}); !errors.Is(err, ErrForm) {
			t.Errorf("time with %s: %v", name, err)
		}
	}
}

// genEntry draws an entry that Format accepts.
func genEntry(t *rapid.T) Entry {
	e, err := Parse([]byte(form(rapid.SampledFrom([]Kind{KindGenesis, KindKey, KindPublish, KindUpdate, KindCorrect,
		KindRestore, KindWithdraw, KindErase, KindRedact, KindRuling, KindChannel, KindPolicy, KindSuccessor, KindClose}).Draw(t, "kind"))))
	if err != nil {
		t.Fatal(err)
	}
	e.Time = time.Unix(rapid.Int64Range(0, 4102444800).Draw(t, "time"), 0).UTC()
	if e.Verdict != "" {
		e.Verdict = rapid.StringMatching(`[0-9a-hjkmnp-tv-z]{26}`).Draw(t, "verdict")
	}
	if e.Prev > 0 {
		e.Rev = rapid.Int64Range(int64(2+len(e.Erased)), maxRev).Draw(t, "rev")
		e.Prev = rapid.Int64Range(1, 1<<62).Draw(t, "prev")
	}
	if e.Rating != "" {
		e.Rating = rapid.StringMatching(`[a-z]{1,9}(-[a-z]{1,9}){0,2}`).Draw(t, "rating")
	}
	if e.HasDoc() {
		copy(e.Doc[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "doc"))
		e.Doc[0] |= 1
	}
	return e
}

func TestFormatParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := genEntry(t)
		b, err := Format(e)
		if err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		again, err := Parse(b)
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if d := cmp.Diff(e, again); d != "" {
			t.Fatal(d)
		}
	})
}

// F1: what is accepted has one form and a bounded size.
func FuzzEntry(f *testing.F) {
	for k := range forms() {
		f.Add([]byte(form(k)))
	}
	for _, b := range readVector(f).entries {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err != nil {
			if !errors.Is(err, ErrForm) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		again, err := Format(e)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("accepted %q, prints %q, %v", b, again, err)
		}
		if len(b) > MaxEntry {
			t.Fatalf("%d bytes accepted", len(b))
		}
		for _, c := range b {
			if c != '\n' && (c < ' ' || c > '~') {
				t.Fatalf("accepted byte %#x", c)
			}
		}
	})
}

func ExampleFormat() {
	b, err := Format(Entry{Kind: KindWithdraw, Time: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC),
		Verdict: "7b2k0m8q4x1c9f3h5n6r2t0vwa", Rev: 3, Prev: 12, Reason: ReasonFactual})
	fmt.Print(string(b), err)
	// Output:
	// soi-log/v1
	// kind withdraw
	// time 2026-11-22T11:00:00Z
	// verdict 7b2k0m8q4x1c9f3h5n6r2t0vwa
	// rev 3
	// prev 12
	// rating -
	// doc -
	// reason factual
	// <nil>
}
