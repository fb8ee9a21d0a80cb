package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// keptPages: a page that was drawn is given again with the same validators, in each language its own, and a change is seen at once.
func keptPages(t *testing.T, d *apptest.Desk) {
	r := reader{t, d.URL}
	rs, err := d.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Newest: true, Kinds: []desk.Kind{desk.KindPublish}, Limit: 1})
	if err != nil || len(rs) == 0 {
		t.Fatal(err)
	}
	path := "/checks/" + string(rs[0].Verdict)
	vi, again, en := r.get("/vi"+path), r.get("/vi"+path), r.get("/en"+path)
	if vi.status != http.StatusOK || vi.body != again.body || vi.header.Get("ETag") == "" || vi.header.Get("ETag") != again.header.Get("ETag") || again.header.Get("Content-Type") != vi.header.Get("Content-Type") {
		t.Errorf("%d %v %v", again.status, vi.header, again.header)
	}
	for name := range vi.header {
		if diff := cmp.Diff(vi.header[name], again.header[name]); name != "Date" && diff != "" {
			t.Errorf("a kept page says another %s:\n%s", name, diff)
		}
	}
	keptPacked(t, d.URL+"/vi"+path, vi)
	if en.body == vi.body || !strings.Contains(en.body, `lang="en"`) {
		t.Error("one language is given for the other")
	}
	// Whatever is written makes pages be drawn anew: this explainer is linked from the very next page.
	by, other := desk.As(d.Member(t, "Người viết", desk.Editor)), desk.As(d.Member(t, "Người đọc lại", desk.Editor))
	id := explainer(t, d, by, other)
	if err := d.Desk.LinkExplainer(t.Context(), by, rs[0].Verdict, id, true); err != nil {
		t.Fatal(err)
	}
	r.get("/vi"+path).has(t, http.StatusOK, "Zqgiải thích")
	if err := d.Desk.LinkExplainer(t.Context(), by, rs[0].Verdict, id, false); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.get("/vi"+path).body, "Zqgiải thích") {
		t.Error("the page is the one of before")
	}
}

// keptPacked: packed it is the same page, and who has it is told so without its bytes.
func keptPacked(t *testing.T, url string, plain reply) {
	t.Helper()
	for _, c := range []struct {
		name, value string
		status      int
	}{{"Accept-Encoding", "gzip", http.StatusOK}, {"If-None-Match", `W/"x", ` + plain.header.Get("ETag"), http.StatusNotModified}, {"If-None-Match", `W/"x"`, http.StatusOK}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "identity")
		r.Header.Set(c.name, c.value)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if res.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if b, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		want := plain.body
		if c.status == http.StatusNotModified {
			want = ""
		}
		if res.StatusCode != c.status || string(b) != want || res.Header.Get("ETag") != plain.header.Get("ETag") || res.Header.Get("Content-Security-Policy") == "" || c.name == "Accept-Encoding" && res.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d %v, %d bytes", c.value, res.StatusCode, res.Header, len(b))
		}
	}
}

// explainer publishes one.
func explainer(t *testing.T, d *apptest.Desk, by, other desk.Actor) desk.ID {
	t.Helper()
	e, err := d.Desk.SaveExplainer(t.Context(), by, desk.Explainer{Sources: []desk.ExplainerSource{{URL: "https://example.org/", Title: "a"}},
		Texts: []desk.ExplainerText{{Lang: "vi", Title: "Zqgiải thích", Summary: "b", Body: "c"}}})
	if err != nil {
		t.Fatal(err)
	}
	if e, err = d.Desk.HandInExplainer(t.Context(), by, e.ID, e.Version, false, nil); err != nil {
		t.Fatal(err)
	}
	if _, err = d.Desk.ApproveExplainer(t.Context(), other, e.ID, desk.ExplainerHash(e.Pending)); err != nil {
		t.Fatal(err)
	}
	return e.ID
}
