package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Tools are the programs of this machine that make a copy better; nil where
// there is none.
type Tools struct {
	// Text reads the text of a PDF.
	Text func(ctx context.Context, pdf []byte) (string, error)
	// FirstPage draws the first page of a PDF, as JPEG.
	FirstPage func(ctx context.Context, pdf []byte) ([]byte, error)
	// Shot draws a page that holds everything it needs, as JPEG.
	Shot func(ctx context.Context, html []byte) ([]byte, error)
	// Print makes a PDF, with its structure for screen readers, of a page that
	// holds everything it needs.
	Print func(ctx context.Context, html []byte) ([]byte, error)
}

// Limits of the programs.
const (
	toolTime    = 30 * time.Second
	toolMemory  = 900 << 10 // KiB of address space of pdftotext and pdftoppm
	toolCPU     = 20        // seconds
	toolOutput  = 24 << 20
	pdfPages    = 200 // of a PDF's text
	shotWidth   = 1200
	shotHeight  = 2400
	shotQuality = 80
)

var (
	errToolOutput = errors.New("evidence: a program wrote too much")
	errNoShot     = errors.New("evidence: no screenshot came")
)

// FindTools looks for the programs.
func FindTools() Tools {
	var t Tools
	if path, err := exec.LookPath("pdftotext"); err == nil {
		t.Text = func(ctx context.Context, pdf []byte) (string, error) {
			out, err := limited(ctx, pdf, path, "-q", "-enc", "UTF-8", "-l", fmt.Sprint(pdfPages), "-", "-")
			return strings.ToValidUTF8(strings.ReplaceAll(string(out), "\f", "\n"), ""), err
		}
	}
	if path, err := exec.LookPath("pdftoppm"); err == nil {
		t.FirstPage = func(ctx context.Context, pdf []byte) ([]byte, error) {
			out, err := limited(ctx, pdf, path, "-q", "-f", "1", "-l", "1", "-scale-to", "1400", "-png", "-")
			if err != nil {
				return nil, err
			}
			return asJPEG(out)
		}
	}
	if path := findChromium(); path != "" {
		t.Shot = func(ctx context.Context, html []byte) ([]byte, error) { return shoot(ctx, path, html) }
		t.Print = func(ctx context.Context, html []byte) ([]byte, error) { return printed(ctx, path, html) }
	}
	return t
}

// findChromium is the path of a Chromium, "" if there is none.
func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// limited runs a program on bytes, with little memory and time, without files
// and, where the system can, without a network.
func limited(ctx context.Context, in []byte, program string, args ...string) ([]byte, error) {
	limits := fmt.Sprintf(`ulimit -v %d; ulimit -t %d; ulimit -f 0; ulimit -c 0; exec "$@"`, toolMemory, toolCPU)
	return run(ctx, in, "/", nil, append([]string{"/bin/sh", "-c", limits, "sh", program}, args...)...)
}

// run runs a command to its end and returns what it wrote. Its whole process
// group ends with it.
func run(ctx context.Context, in []byte, dir string, env []string, argv ...string) ([]byte, error) {
	out, err := runIn(ctx, in, dir, env, true, argv...)
	if errors.Is(err, errNoNamespace) {
		out, err = runIn(ctx, in, dir, env, false, argv...)
	}
	return out, err
}

// errNoNamespace: the system gives no network namespace to an ordinary process.
var errNoNamespace = errors.New("evidence: no network namespace")

// runIn is run with or without a network of its own, which has no way out.
func runIn(ctx context.Context, in []byte, dir string, env []string, alone bool, argv ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, toolTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Dir, cmd.WaitDelay = bytes.NewReader(in), dir, 2*time.Second
	cmd.Env = append([]string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"}, env...)
	apart(cmd, alone)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		if alone {
			return nil, errors.Join(errNoNamespace, err)
		}
		return nil, err
	}
	b, readErr := io.ReadAll(io.LimitReader(out, toolOutput+1))
	if len(b) > toolOutput {
		readErr = errToolOutput
		_ = cmd.Cancel()
	}
	err = cmd.Wait()
	endAll(cmd)
	return b, errors.Join(readErr, err)
}

// shoot draws a page as a picture.
func shoot(ctx context.Context, chromium string, html []byte) ([]byte, error) {
	b, err := withChromium(ctx, chromium, html, "shot.png", fmt.Sprintf("--window-size=%d,%d", shotWidth, shotHeight), "--screenshot=")
	if err != nil {
		return nil, err
	}
	return asJPEG(b)
}

// printed makes a tagged PDF of a page.
func printed(ctx context.Context, chromium string, html []byte) ([]byte, error) {
	return withChromium(ctx, chromium, html, "page.pdf", "--no-pdf-header-footer", "--export-tagged-pdf", "--generate-pdf-document-outline", "--print-to-pdf=")
}

// withChromium hands a page to a Chromium that has an empty profile and nothing
// to reach: what is not in the page is not shown. The page forbids scripts
// itself; Chromium's own switch for that would also stop what makes the
// picture. The last of args names the file it writes, which is returned.
func withChromium(ctx context.Context, chromium string, html []byte, name string, args ...string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "soi-shot-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	page, out := filepath.Join(dir, "page.html"), filepath.Join(dir, name)
	if err := os.WriteFile(page, html, 0o600); err != nil {
		return nil, err
	}
	argv := []string{chromium, "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--no-pings",
		"--disable-default-apps", "--metrics-recording-only", "--mute-audio", "--disable-dev-shm-usage",
		"--disable-features=Translate,OptimizationHints,MediaRouter", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=http://127.0.0.1:9",
		"--proxy-bypass-list=<-loopback>", "--user-data-dir=" + filepath.Join(dir, "profile")}
	args[len(args)-1] += out
	argv = append(argv, args...)
	if os.Geteuid() == 0 {
		argv = append(argv, "--no-sandbox") // Chromium refuses to run as root with it
	}
	if _, err := run(ctx, nil, dir, []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir}, append(argv, "file://"+page)...); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(out)
	if err != nil {
		return nil, errors.Join(errNoShot, err)
	}
	return b, nil
}

// asJPEG turns the PNG of a program into a JPEG.
func asJPEG(b []byte) ([]byte, error) {
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width*c.Height > 40_000_000 || c.Width <= 0 {
		return nil, errors.Join(errNoShot, err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, errors.Join(errNoShot, err)
	}
	return encodeJPEG(img)
}

// encodeJPEG writes a picture.
func encodeJPEG(img image.Image) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: shotQuality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
