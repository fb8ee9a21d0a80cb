package evidence

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

// TestPageIsCapturedWhole: redirects, page, styles, what styles name; text and
// title; and nothing of cookies, frames and scripts.
func TestPageIsCapturedWhole(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	n := w.capture("/moved")
	m := w.manifest(n)
	var got []string
	for _, r := range m.Records {
		got = append(got, string(r.Role)+" "+strings.TrimPrefix(r.URL, w.base))
	}
	slices.Sort(got)
	want := []string{"needed /bg.png", "needed /font.woff2", "needed /h1.png", "needed /late.css", "needed /photo.png", "needed /style.css", "page /bai", "redirect /moved"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n.Kind != desk.CapturePage || n.Title != "Giá điện không tăng 30% trong tháng 11" || n.URL != w.base+"/bai" || n.Missed != 3 {
		t.Errorf("%+v", n.Capture)
	}
	if d := cmp.Diff([]desk.CaptureWarning{desk.WarnPartial}, n.Warnings); d != "" {
		t.Error(d)
	}
	text := w.words(n)
	if !strings.Contains(text, "mức điều chỉnh là ba phần trăm") || !strings.Contains(text, "Bộ Công Thương") || strings.Contains(text, "run()") {
		t.Errorf("text %q", text)
	}
	for _, b := range n.Payloads {
		if bytes.Contains(b, []byte("canary-cookie")) || bytes.Contains(b, []byte("Set-Cookie")) {
			t.Errorf("a cookie was kept: %.200s", b)
		}
	}
	if err := Check(n.Capture, loadOf(n)); err != nil {
		t.Error(err)
	}
}

// TestTroublesHaveReasons: each way of failing has a kind of its own, and
// nothing is kept.
func TestTroublesHaveReasons(t *testing.T) {
	w := newWorld(t, Tools{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/huge":
			w.Header().Set("Content-Length", fmt.Sprint(2<<30))
			_, _ = w.Write(make([]byte, 1024))
		case "/endless":
			w.Header().Set("Content-Type", "video/mp4")
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case "/bigpage":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write(append([]byte("<html>"), bytes.Repeat([]byte("x"), MaxPage)...))
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("short"))
		case "/empty":
		case "/inside":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 40<<20))
			_ = z.Close()
		default:
			var s int
			_, _ = fmt.Sscanf(r.URL.Path, "/%d", &s)
			w.WriteHeader(s)
			_, _ = w.Write([]byte("<html><title>no</title>"))
		}
	})
	for path, want := range map[string]desk.CaptureTrouble{
		"/loop": desk.TroubleRedirects, "/huge": desk.TroubleLarge, "/endless": desk.TroubleLarge, "/bigpage": desk.TroubleLarge,
		"/bomb": desk.TroubleLarge, "/cut": desk.TroubleBroken, "/empty": desk.TroubleEmpty, "/inside": desk.TroubleAddress, "/404": desk.TroubleGone, "/410": desk.TroubleGone,
		"/403": desk.TroubleRefused, "/451": desk.TroubleRefused, "/500": desk.TroubleServer, "/503": desk.TroubleServer, "/304": desk.TroubleStatus,
	} {
		n, err := w.Capture(t.Context(), desk.Capture{ID: desk.NewID(), URL: w.base + path})
		var trouble *TroubleError
		if !errors.As(err, &trouble) || trouble.Why != want || len(n.Payloads) != 0 {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	for url, want := range map[string]desk.CaptureTrouble{"http://10.0.0.1/": desk.TroubleAddress, "http://localhost:1/": desk.TroubleAddress,
		"ftp://example.org/": desk.TroubleAddress, "http://[::1]/x": desk.TroubleAddress} {
		_, err := w.Capture(t.Context(), desk.Capture{ID: desk.NewID(), URL: url})
		var trouble *TroubleError
		if !errors.As(err, &trouble) || trouble.Why != want {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
	_, err := w.Capture(nothing(), desk.Capture{ID: desk.NewID(), URL: w.base + "/200"})
	var trouble *TroubleError
	if !errors.As(err, &trouble) || trouble.Why != desk.TroubleSelf {
		t.Errorf("stopped: %v", err)
	}
}

// TestErrorPagesThatSayTwoHundred: pages that answer with success and are none
// are told from articles that speak of such things.
func TestErrorPagesThatSayTwoHundred(t *testing.T) {
	long := strings.Repeat("Thành phố công bố số liệu mới về nước sạch tại các quận nội thành trong quý vừa qua. ", 30)
	pages := map[string]struct {
		html string
		want desk.CaptureWarning
	}{
		"/vi1":    {"<title>Không tìm thấy trang</title><p>Quay về trang chủ.</p>", desk.WarnNotFound},
		"/vi2":    {"<title>Báo</title><h1>Trang bạn tìm không tồn tại</h1>", desk.WarnNotFound},
		"/vi3":    {"<title>Báo X</title><p>Bài viết này không còn tồn tại hoặc đã được gỡ.</p>", desk.WarnNotFound},
		"/vi4":    {"<title>Lỗi 404</title>", desk.WarnNotFound},
		"/en1":    {"<title>Page not found - Site</title>", desk.WarnNotFound},
		"/en2":    {"<title>Site</title><h1>404</h1><p>Sorry.</p>", desk.WarnNotFound},
		"/en3":    {"<title>Site</title><p>The article is no longer available.</p>", desk.WarnNotFound},
		"/login":  {"<title>Đăng nhập</title><form><input type=password></form>", desk.WarnSignIn},
		"/robot":  {"<title>Just a moment...</title><p>Checking your browser before accessing.</p>", desk.WarnSignIn},
		"/empty":  {"<title>App</title><div id=root></div><script src=/a.js></script>", desk.WarnThin},
		"/news":   {"<title>Thành phố công bố số liệu nước sạch</title><article><h1>Số liệu</h1><p>" + long + "</p></article>", ""},
		"/about":  {"<title>Vì sao trang không tìm được quảng cáo</title><article><p>" + long + "</p><p>Một số người gặp dòng chữ page not found.</p></article>", ""},
		"/room4":  {"<title>Phòng 4040 mở cửa</title><article><p>" + long + "</p></article>", ""},
		"/signup": {"<title>Số liệu</title><article><p>" + long + "</p></article><footer><form><input type=password></form></footer>", ""},
	}
	w := newWorld(t, Tools{}, func(w http.ResponseWriter, r *http.Request) {
		switch p, ok := pages[r.URL.Path]; {
		case ok:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<html><body>" + p.html))
		case r.URL.Path == "/old/story":
			http.Redirect(w, r, "/", http.StatusFound)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<title>Trang nhất</title><article><p>" + long))
		}
	})
	for path, p := range pages {
		got := w.capture(path).Warnings
		if p.want == "" && len(got) != 0 || p.want != "" && !slices.Contains(got, p.want) {
			t.Errorf("%s: warnings %v, want %q", path, got, p.want)
		}
	}
	if got := w.capture("/old/story").Warnings; !slices.Contains(got, desk.WarnMoved) {
		t.Errorf("led to the front page: %v", got)
	}
}

// TestLimitsOfWhatAPageNeeds: a page that names a thousand pictures, and large
// ones, gives a copy all the same, and says what is missing.
func TestLimitsOfWhatAPageNeeds(t *testing.T) {
	var page strings.Builder
	page.WriteString("<title>Nhiều ảnh</title><p>" + strings.Repeat("Chữ của trang. ", 40))
	for i := range 1000 {
		fmt.Fprintf(&page, `<img src="/p/%d.png">`, i)
	}
	w := newWorld(t, Tools{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(page.String()))
			return
		}
		w.Header().Set("Content-Type", "image/png")
		size := 1 << 20
		if r.URL.Path == "/p/3.png" {
			size = MaxNeeded + 1
		}
		_, _ = w.Write(make([]byte, size))
	})
	n := w.capture("/")
	var total int64
	for _, r := range w.manifest(n).Records {
		if r.Role == RoleNeeded {
			total += r.Size
		}
	}
	if total > MaxNeededAll || n.Parts != 17 || n.Missed != 1000-16 || !slices.Contains(n.Warnings, desk.WarnPartial) {
		t.Errorf("%d bytes in %d parts, %d missed, %v", total, n.Parts, n.Missed, n.Warnings)
	}
}

// TestPostIsNeverKeptRaw: of a post only words stay, whatever leads to it; when
// they cannot be told, nothing stays and the address is the platform's.
func TestPostIsNeverKeptRaw(t *testing.T) {
	const name, handle = "Nguyễn Canary Thị Tên", "canary.handle77"
	page := `<html lang="vi"><head><title>` + name + ` | Facebook</title><meta property="og:title" content="` + name + `"><meta property="og:description" content="Giá xăng ngày mai tăng năm nghìn đồng mỗi lít, mọi người đi đổ ngay kẻo hết.">` +
		`<meta property="og:image" content="https://scontent.test/` + handle + `.jpg"></head><body><a href="/` + handle + `">` + name + `</a></body></html>`
	for what, tc := range map[string]struct {
		body  string
		why   desk.CaptureTrouble
		words string
	}{
		"words": {page, "", "Giá xăng ngày mai tăng năm nghìn đồng"},
		"wall":  {"<html><title>Log in</title><form><input type=password></form></html>", desk.TroublePost, ""},
	} {
		w := newWorld(t, Tools{}, paper)
		w.web = said{"https://www.facebook.com/" + handle + "/posts/123456", tc.body}
		n, err := w.Capture(t.Context(), desk.Capture{ID: desk.NewID(), URL: "https://short.test/x"})
		var trouble *TroubleError
		if tc.why != "" {
			if !errors.As(err, &trouble) || trouble.Why != tc.why || trouble.Replace != "https://www.facebook.com/" || len(n.Payloads) > 0 || strings.Contains(err.Error(), handle) {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		if err != nil || n.Kind != desk.CaptureWords || n.Replace != "https://www.facebook.com/" || !strings.Contains(w.words(n), tc.words) {
			t.Errorf("%s: %+v %v", what, n.Capture, err)
		}
		warc, err := w.WARC(n.Capture, loadOf(n))
		if err != nil {
			t.Fatal(err)
		}
		whole := slices.Concat(append(n.Payloads, unpacked(t, warc), []byte(fmt.Sprintf("%+v", n.Capture)))...)
		for _, canary := range []string{name, "Canary", handle, "scontent", "123456", "<html"} {
			if bytes.Contains(whole, []byte(canary)) {
				t.Errorf("%s: %q was kept", what, canary)
			}
		}
	}
}

// TestTypedWords: words that a person typed make a copy like any other.
func TestTypedWords(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	n, err := w.Typed(desk.NewID(), "https://x.com/", "Lời của bài đăng.", noon)
	if err != nil || n.Kind != desk.CaptureWords || n.URL != "https://x.com/" || w.words(n) != "Lời của bài đăng.\n" {
		t.Fatalf("%+v %v", n, err)
	}
	if err := Check(n.Capture, loadOf(n)); err != nil {
		t.Error(err)
	}
}

// TestSameCaptureSameFile: the file follows from the manifest alone.
func TestSameCaptureSameFile(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	n := w.capture("/bai")
	m := w.manifest(n)
	for range 3 {
		sum, err := m.Sum(loadOf(n))
		if err != nil || !bytes.Equal(sum, n.Sum) {
			t.Fatalf("%x %v", sum, err)
		}
	}
	if n.At.IsZero() || time.Since(n.At) > time.Minute {
		t.Errorf("at %v", n.At)
	}
}
