package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"soi/internal/app/apptest"
)

// browserSays is what a common browser asks with.
var browserSays = []string{"Accept-Encoding: gzip, deflate, br", "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Accept-Language: vi,en;q=0.5"}

// drummed is what wrk measured.
type drummed struct{ second, p50, p99 float64 }

// BenchmarkWrk measures a kept check page with wrk on loopback, 64 kept
// connections, beside the same bytes from Go's http.FileServer and, where it is
// installed, from nginx. Each is measured three times in turn and its median told, so that all
// meet the same neighbours on the machine.
func BenchmarkWrk(b *testing.B) {
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		b.Skip("wrk is not installed: apt-get install wrk")
	}
	for b.Loop() {
		s := apptest.Start(b, apptest.Options{Demo: true})
		m := regexp.MustCompile(`href="(/checks/[^"?#]+)"`).FindStringSubmatch(fetch(b, http.DefaultClient, s.URL+"/checks"))
		if m == nil {
			b.Fatal("no check is listed")
		}
		page := s.URL + m[1]
		packed, tag := asBrowser(b, page)
		dir := b.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "page"), packed, 0o644); err != nil {
			b.Fatal(err)
		}
		files := httptest.NewServer(http.FileServer(http.Dir(dir)))
		b.Cleanup(files.Close)
		type kind struct {
			name, url string
			more      []string
		}
		kinds := []kind{{"soi", page, nil}, {"soi-304", page, []string{"If-None-Match: " + tag}}, {"fileserver", files.URL + "/page", nil}}
		if at := nginx(b, dir); at != "" {
			kinds = append(kinds, kind{"nginx", at + "/page", nil})
		}
		got := map[string][]drummed{}
		for range 3 {
			for _, k := range kinds {
				got[k.name] = append(got[k.name], drum(b, wrk, k.url, k.more))
			}
		}
		for name, ds := range got {
			d := middle(ds)
			b.ReportMetric(d.second, name+"/s")
			b.ReportMetric(d.p50, name+"-p50-ms")
			b.ReportMetric(d.p99, name+"-p99-ms")
		}
		b.ReportMetric(float64(len(packed)), "bytes")
	}
}

// asBrowser reads a page as a browser does: its bytes as they are sent, and its tag.
func asBrowser(b *testing.B, url string) ([]byte, string) {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range browserSays {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != "gzip" {
		b.Fatal(res.Status, res.Header, err)
	}
	return body, res.Header.Get("ETag")
}

// drum runs wrk once.
func drum(b *testing.B, wrk, url string, more []string) drummed {
	length := os.Getenv("BENCH_TIME")
	if length == "" {
		length = "3s"
	}
	args := []string{"-t1", "-c64", "-d" + length, "--latency"}
	for _, h := range append(slices.Clone(browserSays), more...) {
		args = append(args, "-H", h)
	}
	out, err := exec.CommandContext(b.Context(), wrk, append(args, url)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "Non-2xx or 3xx") || strings.Contains(string(out), "Socket errors") {
		b.Fatalf("%v\n%s", err, out)
	}
	return drummed{wrkSays(b, out, `Requests/sec:\s+([0-9.]+)()`), wrkSays(b, out, `50%\s+([0-9.]+)(us|ms|s)`), wrkSays(b, out, `99%\s+([0-9.]+)(us|ms|s)`)}
}

// wrkSays finds a number in what wrk prints; times in milliseconds.
func wrkSays(b *testing.B, out []byte, pattern string) float64 {
	m := regexp.MustCompile(pattern).FindSubmatch(out)
	if m == nil {
		b.Fatalf("wrk does not say %s:\n%s", pattern, out)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return n * map[string]float64{"": 1, "us": 0.001, "ms": 1, "s": 1000}[string(m[2])]
}

// middle is the measurement with the median rate.
func middle(ds []drummed) drummed {
	slices.SortFunc(ds, func(x, y drummed) int { return int(x.second - y.second) })
	return ds[len(ds)/2]
}

// nginx serves a folder with Debian's nginx as it comes, two workers; "" where there is none.
func nginx(b *testing.B, dir string) string {
	program, err := exec.LookPath("nginx")
	if err != nil {
		return ""
	}
	at, own := apptest.FreePort(b), b.TempDir()
	conf := fmt.Sprintf("daemon off; worker_processes 2; pid %[1]s/pid; error_log stderr error;\nevents { worker_connections 512; }\n"+
		"http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;\n"+
		"server { listen %[2]s; root %[3]s; open_file_cache max=10; } }\n", own, at, dir)
	path := filepath.Join(own, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := openTo(dir, own); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(program, "-c", path, "-p", own, "-e", "stderr")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself
		_ = cmd.Wait()
	})
	apptest.Wait(b, "nginx", func(ctx context.Context) bool {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", at)
		return err == nil && c.Close() == nil
	})
	return "http://" + at
}

// openTo lets nginx's workers, which are not their starter where that is root, read folders of the test.
func openTo(dirs ...string) error {
	for _, d := range dirs {
		for ; len(d) > len(os.TempDir()); d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o755); err != nil {
				return err
			}
		}
	}
	return nil
}
