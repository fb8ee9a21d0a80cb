package digest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"soi/internal/desk"
)

// plain words: the key and the pairs.
type plain struct{}

func (plain) T(key string, pairs ...any) string { return key + fmt.Sprint(pairs...) }

func (plain) N(key string, n int, _ ...any) string { return key + strconv.Itoa(n) }

func (plain) Moment(e desk.Edition) string { return e.Name() }

func (plain) Rating(r desk.Rating) string { return "rating-" + string(r) }

// whole is a digest with everything in it, and texts that would break out of
// HTML if they could.
func whole(lines int) Digest {
	d := Digest{Reader: Reader{Lang: "vi", Desk: "soi", URL: "https://desk.example/vi", Leave: "https://desk.example/vi/subscribe/abc/leave"}, Title: "soi: 07:30",
		Late: "made late", Name: "2026-11-23-1", Foot: []string{"from soi"}, words: plain{}}
	for _, key := range []string{"waiting", "changed", "answered", "asked", "press"} {
		s := Section{Key: key, Title: "section " + key, Note: "note of " + key}
		for i := range lines {
			s.Lines = append(s.Lines, Line{Mark: "False", Text: fmt.Sprintf("%s <b>%d</b> & so on", key, i), Lang: "en", Path: fmt.Sprint("/checks/", key, i), Note: "because"})
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

// What Outlook draws, which lays mails out as its word processor does, and
// other programs that drop style sheets: these elements, these attributes and
// these properties, and no others.
var (
	drawn = map[string][]string{
		"html": {"xmlns", "lang", "xml:lang"}, "head": nil, "meta": {"http-equiv", "content", "name"}, "title": nil, "body": {"style"}, "table": {"role", "width", "border", "cellpadding", "cellspacing", "bgcolor", "style"},
		"tbody": nil, "tr": nil, "td": {"align", "style"}, "h1": {"style"}, "h2": {"style"}, "p": {"style"}, "a": {"href", "style", "lang"}, "strong": nil, "span": {"style"}, "br": nil,
	}
	heeded = []string{"margin", "padding", "background-color", "width", "max-width", "font-family", "font-size", "font-weight", "line-height", "color", "text-decoration", "border-top"}
)

// TestMailIsDrawnByOldPrograms parses the mail and holds everything in it
// against what old programs draw.
func TestMailIsDrawnByOldPrograms(t *testing.T) {
	for _, d := range []Digest{whole(3), {Title: "soi", Nothing: "nothing new", Name: "x", words: plain{}}} {
		mail, err := d.HTML()
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(strings.NewReader(mail))
		if err != nil {
			t.Fatal(err)
		}
		var walk func(n *html.Node, colour, ground string)
		walk = func(n *html.Node, colour, ground string) {
			if n.Type == html.ElementNode {
				colour, ground = element(t, n, colour, ground)
			}
			if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" && n.Parent.Data != "title" {
				if c := contrast(colour, ground); c < 4.5 {
					t.Errorf("%q is %s on %s: contrast %.1f", n.Data, colour, ground, c)
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, colour, ground)
			}
		}
		walk(doc, "#000000", "#ffffff")
	}
}

// element checks one element and returns the colours within it.
func element(t *testing.T, n *html.Node, colour, ground string) (string, string) {
	t.Helper()
	attributes, ok := drawn[n.Data]
	if !ok {
		t.Errorf("<%s> is not drawn everywhere", n.Data)
	}
	has := map[string]string{}
	for _, a := range n.Attr {
		has[a.Key] = a.Val
		if !slices.Contains(attributes, a.Key) {
			t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
		}
	}
	if n.Data == "table" && (has["role"] != "presentation" || has["width"] == "" || has["border"] != "0" || has["cellpadding"] != "0" || has["cellspacing"] != "0") {
		t.Errorf("a table for layout says %v", has)
	}
	if n.Data == "a" && !strings.HasPrefix(has["href"], "https://") && has["href"] != "/digests/x" {
		t.Errorf("a link leads to %q", has["href"])
	}
	if has["bgcolor"] != "" {
		ground = has["bgcolor"]
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(has["style"], ";"), ";") {
		name, value, _ := strings.Cut(part, ":")
		switch {
		case has["style"] == "":
		case !slices.Contains(heeded, name) || strings.Contains(value, "url("):
			t.Errorf("<%s> has the style %s", n.Data, part)
		case name == "color":
			colour = value
		}
	}
	return colour, ground
}

// contrast is the ratio of WCAG 2.2 between two colours as #rrggbb.
func contrast(a, b string) float64 {
	light := func(s string) float64 {
		sum := 0.0
		for i, share := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(s[1+2*i:3+2*i], 16, 8)
			if err != nil {
				return math.NaN()
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += share * c
		}
		return sum
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestBothHalvesSayTheSame: what the HTML says stands in the plain text, in the
// same order, with the same addresses.
func TestBothHalvesSayTheSame(t *testing.T) {
	d := whole(4)
	mail, err := d.HTML()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(mail))
	if err != nil {
		t.Fatal(err)
	}
	var said, led []string
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" && n.Parent.Data != "title" {
			said = append(said, strings.TrimSpace(n.Data))
		}
		for _, a := range n.Attr {
			if a.Key == "href" {
				led = append(led, a.Val)
			}
		}
	}
	text := d.Text()
	rest := text
	for _, s := range said {
		if s == "·" || strings.HasSuffix(s, "-online[]") || strings.HasSuffix(s, "-online") {
			continue // the labels of the two links at the end, which plain text words otherwise
		}
		at := strings.Index(rest, s)
		if at < 0 {
			t.Fatalf("the plain text does not say %q after what came before:\n%s", s, text)
		}
		rest = rest[at+len(s):]
	}
	for _, l := range led {
		if !strings.Contains(text, l) {
			t.Errorf("the plain text does not lead to %s", l)
		}
	}
	if len(said) < 60 || len(led) != 22 {
		t.Errorf("%d words and %d links were compared", len(said), len(led))
	}
}

// TestChatIsShort: a chat gets a few lines of each section, whole ones only, in
// the room there is, and always where to read on and how to end it; what waits
// for staff is not for chats.
func TestChatIsShort(t *testing.T) {
	d := whole(9)
	all := d.Chat(0)
	if strings.Contains(all, "waiting") || strings.Count(all, "•") != 4*chatLines || !strings.Contains(all, "digest.chat.more20") {
		t.Errorf("without a limit:\n%s", all)
	}
	if strings.Index(all, "section changed") > strings.Index(all, "section answered") {
		t.Error("corrections do not come first")
	}
	for most := 200; most < 2000; most += 37 {
		got := d.Chat(most)
		if n := utf8.RuneCountInString(got); n > most && strings.Contains(got, "•") {
			t.Errorf("%d characters where %d fit", n, most)
		}
		for _, want := range []string{"/digests/2026-11-23-1", "/subscribe/abc"} {
			if !strings.Contains(got, want) {
				t.Errorf("at %d it lacks %s", most, want)
			}
		}
		for _, line := range strings.Split(got, "\n") {
			if strings.HasPrefix(line, "•") && !strings.HasSuffix(line, "so on") {
				t.Errorf("at %d a line is cut: %q", most, line)
			}
		}
	}
	quiet := Digest{Reader: d.Reader, Title: "soi", Nothing: "nothing new", Name: "x", words: plain{}}
	if got := quiet.Chat(4096); !strings.Contains(got, "nothing new") || strings.Contains(got, "more") {
		t.Errorf("without news:\n%s", got)
	}
}

// TestCorrectionsFirst: what readers were told wrongly stands before what is
// new; nothing to say is one line.
func TestCorrectionsFirst(t *testing.T) {
	at := time.Date(2026, 11, 23, 0, 30, 0, 0, time.UTC)
	check := func(k desk.Kind, id desk.ID) desk.DigestCheck {
		r := desk.Revision{Verdict: id, Kind: k, Rating: desk.RatingFalse, At: at}
		return desk.DigestCheck{Then: r, Now: r, Text: desk.Document{Texts: []desk.Text{{Lang: "vi", Claim: "c", Statement: "statement " + string(id)}}}}
	}
	n := desk.DigestNews{Edition: desk.Edition{Day: "2026-11-23", N: 1, Due: at, Made: at}, Checks: []desk.DigestCheck{check(desk.KindPublish, "a")}, Changed: []desk.DigestCheck{check(desk.KindCorrect, "b")}}
	d := Compose(n, Reader{Lang: "vi", Desk: "soi", URL: "https://desk.example/vi"}, plain{})
	if len(d.Sections) != 2 || d.Sections[0].Key != "changed" || d.Sections[1].Key != "answered" || d.Nothing != "" {
		t.Errorf("%+v", d.Sections)
	}
	n.Checks, n.Changed = nil, nil
	if d := Compose(n, Reader{Lang: "vi"}, plain{}); d.Nothing == "" || len(d.Sections) != 0 {
		t.Errorf("%+v", d)
	}
}
