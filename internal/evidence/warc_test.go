package evidence

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"soi/internal/fetch"
)

// said is a web that leads every address to one page.
type said struct{ url, body string }

// Follow implements Web.
func (s said) Follow(_ context.Context, r fetch.Request, _ int) ([]fetch.Exchange, error) {
	return []fetch.Exchange{
		{URL: r.URL, Status: http.StatusFound, At: noon, Request: []byte("GET / HTTP/1.1\r\n\r\n"), Head: []byte("HTTP/1.1 302 Found\r\nLocation: " + s.url + "\r\n\r\n")},
		{URL: s.url, Status: http.StatusOK, At: noon, Type: "text/html; charset=utf-8", Body: []byte(s.body), Request: []byte("GET / HTTP/1.1\r\n\r\n"), Head: []byte("HTTP/1.1 200 OK\r\n\r\n")},
	}, nil
}

// unpacked is a WARC file without its packing.
func unpacked(t testing.TB, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWARCReadsBack: the file has warcinfo, request and response of every
// exchange with the page's very bytes, and its sum is the published one.
func TestWARCReadsBack(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	n := w.capture("/moved")
	b, err := w.WARC(n.Capture, loadOf(n))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	var page []byte
	report, err := ReadWARC(bytes.NewReader(b), func(r WARCRecord) error {
		count[r.Type]++
		if r.Type == "response" && strings.HasSuffix(r.URL, "/bai") {
			page = r.Body
			if r.Status != 200 || r.Date == "" || r.Header.Get("Warc-Record-Id") == "" {
				t.Errorf("%+v", r)
			}
		}
		return nil
	})
	if err != nil || !bytes.Equal(report.Sum, n.Sum) || report.Records != 18 || report.Digests != 26 {
		t.Fatalf("%+v %v, want the sum %x", report, err, n.Sum)
	}
	if count["warcinfo"] != 1 || count["response"] != 8 || count["request"] != 8 || count["resource"] != 1 {
		t.Errorf("%v", count)
	}
	if want, _ := loadOf(n)(w.manifest(n).Records[1].Payload); !bytes.Equal(page, want) || len(page) == 0 {
		t.Errorf("the page came back as %.80q", page)
	}
	if !bytes.Contains(unpacked(t, b), []byte("GET /moved HTTP/1.1\r\nHost: ")) || !bytes.Contains(unpacked(t, b), []byte("Location: /bai\r\n")) {
		t.Error("the request or the redirect is not in the file")
	}
}

// TestWARCNoticesEveryByte: one changed byte anywhere is noticed, by a digest
// or by the sum.
func TestWARCNoticesEveryByte(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	n := w.capture("/late.css")
	warc, err := w.WARC(n.Capture, loadOf(n))
	if err != nil {
		t.Fatal(err)
	}
	plain := unpacked(t, warc)
	for i := range plain {
		b := bytes.Clone(plain)
		b[i] ^= 1
		report, err := ReadWARC(bytes.NewReader(b), func(WARCRecord) error { return nil })
		if err == nil && bytes.Equal(report.Sum, n.Sum) {
			t.Fatalf("byte %d of %d can be changed", i, len(plain))
		}
		if err != nil && !errors.Is(err, ErrWARC) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	for _, cut := range []int{0, 1, 7, len(plain) / 2, len(plain) - 1} {
		if _, err := ReadWARC(bytes.NewReader(plain[:cut]), func(WARCRecord) error { return nil }); !errors.Is(err, ErrWARC) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

// FuzzWARC: the reader returns with ErrWARC or a report, whatever it is given.
func FuzzWARC(f *testing.F) {
	f.Add([]byte("WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n"))
	f.Add([]byte("WARC/1.1\r\nContent-Length: 99999999999\r\n\r\n"))
	f.Add([]byte("WARC/1.0\r\nContent-Type: application/http\r\nWARC-Type: response\r\nContent-Length: 19\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n\r\n"))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n"))
	_ = z.Close()
	f.Add(packed.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		report, err := ReadWARC(io.LimitReader(bytes.NewReader(b), 1<<20), func(WARCRecord) error { n++; return nil })
		if err != nil && !errors.Is(err, ErrWARC) || err == nil && (n == 0 || n != report.Records || len(report.Sum) != 32) {
			t.Fatalf("%d records, %+v, %v", n, report, err)
		}
	})
}
