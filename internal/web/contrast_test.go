package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// colours reads the custom properties of the light and the dark scheme.
func colours(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	b, err := staticFiles.ReadFile("static/soi.css")
	if err != nil {
		t.Fatal(err)
	}
	css := string(b)
	first, rest, ok := strings.Cut(css, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark scheme")
	}
	rest, _, _ = strings.Cut(rest, "\n}\n")
	decl := regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{6})`)
	light, dark = map[string]string{}, map[string]string{}
	for _, m := range decl.FindAllStringSubmatch(first, -1) {
		light[m[1]], dark[m[1]] = m[2], m[2]
	}
	for _, m := range decl.FindAllStringSubmatch(rest, -1) {
		dark[m[1]] = m[2]
	}
	return light, dark
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(hex string) float64 {
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	channel := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrast(t *testing.T) {
	if c := contrast("#ffffff", "#000000"); math.Abs(c-21) > 0.01 {
		t.Fatalf("white on black is %.2f", c)
	}
	light, dark := colours(t)
	if light["paper"] == dark["paper"] {
		t.Fatal("the dark scheme was not read")
	}
	for scheme, set := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, ink := range []string{"ink", "soft", "accent", "t5", "t4", "t3", "t2", "t1", "tn", "old", "new"} {
			for _, ground := range []string{"paper", "sheet", "shade"} {
				if c := contrast(set[ink], set[ground]); c < 4.5 {
					t.Errorf("%s: %s on %s has %.2f", scheme, ink, ground, c)
				}
			}
		}
		for ink, ground := range map[string]string{"accent-ink": "accent", "note-ink": "note", "accent": "accent-shade", "ink": "accent-shade"} {
			if c := contrast(set[ink], set[ground]); c < 4.5 {
				t.Errorf("%s: %s on %s has %.2f", scheme, ink, ground, c)
			}
		}
		if c := contrast(set["edge"], set["sheet"]); c < 3 {
			t.Errorf("%s: the edge of a field has %.2f", scheme, c)
		}
	}
}
