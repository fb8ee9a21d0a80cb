package app_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"filippo.io/age"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
)

// What a browser and a network tell about an asker. None of it may be written
// anywhere (trust.md §3.4).
var aboutTheAsker = map[string]string{
	"User-Agent":      "Zq-Agent/7.3 (+84905000111)",
	"Referer":         "https://zqreferrer.example/@zqhandle",
	"X-Forwarded-For": "198.51.100.77",
	"X-Real-Ip":       "198.51.100.78",
	"Forwarded":       "for=198.51.100.79",
	"From":            "zqmail@zqmail.example",
	"Cookie":          "zqcookie=zqvalue",
	"Geolocation":     "geo:16.463713,107.590866",
	"X-Name":          "Zqhọ Zqtên",
}

// fragments are what is looked for: values and the telling parts of values.
var fragments = []string{"Zq-Agent", "84905000111", "zqreferrer", "zqhandle", "198.51.100.77", "198.51.100.78", "198.51.100.79", "zqmail",
	"zqcookie", "zqvalue", "16.463713", "107.590866", "Zqhọ", "127.113.57.91", "zqquery", "zqsearch"}

// The marks that stand in the texts of two tips: one whose claim is closed
// and whose text is erased in the end, one whose claim is published.
const (
	goneMark  = "zqbiếnmất"
	staysMark = "zqởlại"
)

func TestWhatTellsOfAnAskerIsWrittenNowhere(t *testing.T) {
	dir, clock, said := t.TempDir(), &movingClock{}, &lockedBuffer{}
	c := apptest.Configure(t, apptest.Options{Data: filepath.Join(dir, "data")})
	a, err := app.Open(t.Context(), c, app.Options{Now: clock.now, Recent: time.Hour,
		Log: slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	must(t, err)
	s, err := a.Start(t.Context())
	must(t, err)
	l := &askersLife{t: t, dir: dir, s: s, d: &apptest.Desk{Server: s, Config: c}}
	l.ask()
	l.work()
	must(t, os.WriteFile(filepath.Join(dir, "log.txt"), said.bytes(), 0o600))
	before := l.keep("before")
	for _, f := range fragments {
		if hits := sweep(t, dir, f); len(hits) > 0 {
			t.Errorf("%q is in %v", f, hits)
		}
	}
	// The tips' own words are in the database, in the index's copy of it and
	// in the backup, and nowhere else.
	for _, mark := range []string{goneMark, staysMark} {
		for _, hit := range sweep(t, dir, mark) {
			if name := filepath.Base(hit); !slices.Contains([]string{"soi.db", "soi.db-wal", "index.snapshot", before}, name) {
				t.Errorf("%q is in %s", mark, hit)
			}
		}
	}
	if hits := sweep(t, filepath.Join(dir, before), goneMark); len(hits) == 0 {
		t.Error("the backup does not hold the tip: the sweep finds nothing at all")
	}
	l.waitForTheEnd(clock)
	must(t, os.Remove(filepath.Join(dir, before)))
	for _, name := range []string{"soi.db", "soi.db-wal"} { // at once, not only when the program ends
		if hits := sweep(t, filepath.Join(dir, "data", name), goneMark); len(hits) > 0 {
			t.Errorf("while the program runs, %q is in %v", goneMark, hits)
		}
	}
	l.keep("after")
	must(t, s.Stop())
	must(t, a.Close())
	must(t, os.WriteFile(filepath.Join(dir, "log.txt"), said.bytes(), 0o600))
	for _, f := range append(fragments, goneMark) {
		if hits := sweep(t, dir, f); len(hits) > 0 {
			t.Errorf("after erasing, %q is in %v", f, hits)
		}
	}
}

// askersLife is everything that happens around two tips.
type askersLife struct {
	t   *testing.T
	dir string
	s   *app.Server
	d   *apptest.Desk
}

// request sends a request with everything that tells about its sender.
func (l *askersLife) request(method, path, body string) reply {
	l.t.Helper()
	h := http.Header{}
	for name, value := range aboutTheAsker {
		h.Set(name, value)
	}
	r, err := send(l.t.Context(), net.IPv4(127, 113, 57, 91), method, l.s.URL+path, body, h)
	must(l.t, err)
	return r
}

// ask sends the two tips, comes back with the tickets, searches, chooses,
// errs, and asks for what is not there.
func (l *askersLife) ask() {
	for _, mark := range []string{goneMark, staysMark} {
		text := "Nghe nói uống nước " + mark + " mỗi sáng thì khỏi bệnh, có đúng không?"
		r := l.request(http.MethodPost, "/ask?from=zqquery", url.Values{"form": {formValue()}, "text": {text}}.Encode())
		code := string(ticketShown.Find(r.body))
		if r.status != http.StatusOK || code == "" {
			l.t.Fatalf("ask: status %d\n%s", r.status, r.body)
		}
		l.request(http.MethodGet, "/t/"+code, "")
		l.request(http.MethodPost, "/ask/choose", url.Values{"code": {code}, "key": {""}}.Encode())
	}
	for _, path := range []string{"/", "/en/checks?zqquery=zqvalue", "/search?q=zqsearch", "/feed.xml", "/log/checkpoint", "/nowhere/zqquery", "/t/AAA-AAA-AAAA", "/desk"} {
		l.request(http.MethodGet, path, "")
	}
	l.request(http.MethodPost, "/ask", "text=")
	l.request(http.MethodPost, "/ask", "text="+strings.Repeat("zqsearch+", 40_000))
	l.request(http.MethodPost, "/desk/claims/zqquery", "text=zqvalue")
}

// work closes the claim of the one tip, publishes that of the other, corrects
// it, and exports everything. Staff are told about no better than askers.
func (l *askersLife) work() {
	ctx := l.t.Context()
	apptest.Wait(l.t, "the index to know both tips", func(ctx context.Context) bool {
		return l.s.Matcher.Match(ctx, match.Query{Text: goneMark, Limit: 1}).Matches != nil && l.s.Matcher.Match(ctx, match.Query{Text: staysMark, Limit: 1}).Matches != nil
	})
	checker, editor := desk.As(l.d.Member(l.t, "checker", desk.Checker)), desk.As(l.d.Member(l.t, "editor", desk.Editor))
	link, err := url.Parse(l.d.Link(l.t, l.d.Member(l.t, "auditor", desk.Auditor)))
	must(l.t, err)
	l.request(http.MethodPost, link.Path, "")
	for _, x := range allTips(l.t, l.s.App) {
		v, err := l.s.Desk.ClaimPage(ctx, checker, x.Claim)
		must(l.t, err)
		if strings.Contains(x.Text, goneMark) {
			_, err = l.s.Desk.Close(ctx, checker, x.Claim, v.Claim.Version)
			must(l.t, err)
			continue
		}
		_, err = l.s.Desk.AddEvidence(ctx, checker, x.Claim, desk.Evidence{URL: "https://www.who.int/", Title: "WHO", Stance: desk.Refutes, Independent: true})
		must(l.t, err)
		draft, err := l.s.Desk.SaveDraft(ctx, checker, x.Claim, v.Draft.Version, desk.RatingFalse,
			desk.Text{Lang: "vi", Claim: "Uống nước này khỏi bệnh.", Statement: "Nước này không chữa bệnh.", Summary: "Không có bằng chứng.", Body: "Một."})
		must(l.t, err)
		review, err := l.s.Desk.Submit(ctx, checker, desk.Proposal{Claim: x.Claim, DraftVersion: draft.Version})
		must(l.t, err)
		_, err = l.s.Desk.Approve(ctx, editor, review.ID, review.Hash, desk.Points(review.Kind))
		must(l.t, err)
	}
	must(l.t, l.s.AfterPublish(ctx))
	_, err = l.s.Export(ctx, filepath.Join(l.dir, "export"))
	must(l.t, err)
	_, err = l.s.LogExport(ctx, filepath.Join(l.dir, "log"))
	must(l.t, err)
}

// keep writes a backup and lays its plain content beside it; it returns the
// name of that.
func (l *askersLife) keep(name string) string {
	id, err := age.GenerateX25519Identity()
	must(l.t, err)
	b, err := l.s.Backup(l.t.Context(), filepath.Join(l.dir, name+".age"), id.Recipient().String())
	must(l.t, err)
	f, err := os.Open(b.Path)
	must(l.t, err)
	defer f.Close()
	r, err := age.Decrypt(f, id)
	must(l.t, err)
	plain, err := io.ReadAll(r)
	must(l.t, err)
	must(l.t, os.WriteFile(filepath.Join(l.dir, name+".plain"), plain, 0o600))
	return name + ".plain"
}

// waitForTheEnd lets the retention pass, day by day, and the program erase.
func (l *askersLife) waitForTheEnd(clock *movingClock) {
	erased := 0
	for range 93 {
		clock.pass(24 * time.Hour)
		n, held, err := l.s.Erase(l.t.Context())
		must(l.t, err)
		if held {
			l.t.Fatal("the clock was held to have jumped")
		}
		erased += n
	}
	if erased != 1 {
		l.t.Fatalf("%d texts erased, want that of the closed claim alone", erased)
	}
}

// sweep finds the files below root (or the one file) that hold s in any of
// the spellings a program might write it in.
func sweep(t *testing.T, root, s string) (hits []string) {
	t.Helper()
	spellings := spelled(t, s)
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for name, x := range spellings {
			if bytes.Contains(b, x) {
				hits = append(hits, path)
				t.Logf("%q is in %s, %s", s, path, name)
				break
			}
		}
		return err
	}))
	return hits
}

// spelled is s in many spellings.
func spelled(t *testing.T, s string) map[string][]byte {
	t.Helper()
	raw := []byte(s)
	out := map[string][]byte{"plain": raw, "lower case": bytes.ToLower(raw), "upper case": bytes.ToUpper(raw),
		"hex": []byte(hex.EncodeToString(raw)), "HEX": bytes.ToUpper([]byte(hex.EncodeToString(raw))), "in a URL": []byte(url.QueryEscape(s)), "in a path": []byte(url.PathEscape(s))}
	var little, big []byte
	for _, u := range utf16.Encode([]rune(s)) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	out["UTF-16LE"], out["UTF-16BE"] = little, big
	for shift := range 3 { // base64 looks different at each place in a group of three
		padded := append(bytes.Repeat([]byte{0}, shift), raw...)
		from, to := (shift*8+5)/6, len(padded)*8/6
		out["base64 "+string(rune('0'+shift))] = []byte(base64.StdEncoding.EncodeToString(padded)[from:to])
		out["base64url "+string(rune('0'+shift))] = []byte(base64.URLEncoding.EncodeToString(padded)[from:to])
	}
	backwards := []rune(s)
	slices.Reverse(backwards)
	out["backwards"] = []byte(string(backwards))
	quoted, err := json.Marshal(s)
	must(t, err)
	out["JSON"] = quoted[1 : len(quoted)-1]
	var qp bytes.Buffer
	w := quotedprintable.NewWriter(&qp)
	_, err = w.Write(raw)
	must(t, err)
	must(t, w.Close())
	out["quoted-printable"] = qp.Bytes()
	m5, s1, s2 := md5.Sum(raw), sha1.Sum(raw), sha256.Sum256(raw)
	for name, sum := range map[string][]byte{"MD5": m5[:], "SHA-1": s1[:], "SHA-256": s2[:]} {
		out[name], out[name+" in hex"] = sum, []byte(hex.EncodeToString(sum))
	}
	return out
}

// The sweep must find what it looks for.
func TestTheSweepFindsEverySpelling(t *testing.T) {
	dir := t.TempDir()
	for name, x := range spelled(t, goneMark) {
		file := filepath.Join(dir, "file")
		must(t, os.WriteFile(file, append([]byte("before "), append(x, " after"...)...), 0o600))
		if len(sweep(t, dir, goneMark)) != 1 {
			t.Errorf("%s is not found", name)
		}
	}
	for shift := range 6 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + goneMark + "xyz"))
		must(t, os.WriteFile(filepath.Join(dir, "file"), []byte(text), 0o600))
		if len(sweep(t, dir, goneMark)) != 1 {
			t.Errorf("base64 at place %d is not found: %s", shift, text)
		}
	}
}

// must fails the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// movingClock is a clock that a test moves on.
type movingClock struct{ ahead atomic.Int64 }

func (c *movingClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *movingClock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// lockedBuffer keeps what is logged.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}
