package app_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/app/apptest"
)

// repository is where this package lies in the repository.
const repository = "../.."

// TestReadByOthers: programs that know the formats and nothing of soi read
// what a desk sends.
func TestReadByOthers(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	t.Run("claims:search", func(t *testing.T) { googleReads(t, d) })
	t.Run("sitemap", func(t *testing.T) { sitemapHolds(t, d) })
	t.Run("oEmbed", func(t *testing.T) { oembedFound(t, d) })
}

// googleReads asks with the client that Google generates for its own service:
// the address is all that is changed. What it understood is what was sent, to
// the last field.
func googleReads(t *testing.T, d *apptest.Desk) {
	exe := filepath.Join(t.TempDir(), "factcheck")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", exe, ".")
	build.Dir = filepath.Join(repository, "tools", "factcheck")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the client: %v\n%s", err, out)
	}
	host := strings.Split(strings.TrimPrefix(d.URL, "http://"), ":")[0]
	for name, c := range map[string]struct {
		args  []string
		query url.Values
		least int
	}{
		"words":     {[]string{"-query", "uống nước chanh", "-lang", "vi"}, url.Values{"query": {"uống nước chanh"}, "languageCode": {"vi"}}, 1},
		"unmarked":  {[]string{"-query", "uong nuoc chanh"}, url.Values{"query": {"uong nuoc chanh"}}, 1},
		"publisher": {[]string{"-site", host, "-size", "40"}, url.Values{"reviewPublisherSiteFilter": {host}, "pageSize": {"40"}}, 100},
		"nothing":   {[]string{"-query", "zzzzqqq xxxyyy"}, url.Values{"query": {"zzzzqqq xxxyyy"}}, 0},
		"age":       {[]string{"-site", host, "-age", "20", "-size", "50"}, url.Values{"reviewPublisherSiteFilter": {host}, "maxAgeDays": {"20"}, "pageSize": {"50"}}, 5},
	} {
		cmd := exec.CommandContext(t.Context(), exe, append([]string{"-at", d.URL + "/"}, c.args...)...)
		var failed bytes.Buffer
		cmd.Stderr = &failed
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, failed.String())
			continue
		}
		claims := 0
		for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			var theirs, ours map[string]any
			must(t, json.Unmarshal([]byte(line), &theirs))
			must(t, json.Unmarshal([]byte(get(t, d.URL+"/v1alpha1/claims:search?"+c.query.Encode(), reader)), &ours))
			if diff := cmp.Diff(ours, theirs); diff != "" {
				t.Errorf("%s, page %d: sent and understood:\n%s", name, i+1, diff)
			}
			list, _ := theirs["claims"].([]any)
			claims += len(list)
			token, _ := theirs["nextPageToken"].(string)
			c.query.Set("pageToken", token)
		}
		if claims < c.least || c.least == 0 && claims > 0 {
			t.Errorf("%s: %d claims", name, claims)
		}
	}
}

// languages is what of XHTML a sitemap may hold beside the schema of
// sitemaps.org, which leaves room for other names: links to the same page in
// other languages.
const languages = `<?xml version="1.0"?>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xhtml">
<element name="link"><complexType>
<attribute name="rel" use="required"><simpleType><restriction base="string"><enumeration value="alternate"/></restriction></simpleType></attribute>
<attribute name="hreflang" type="language" use="required"/>
<attribute name="href" type="anyURI" use="required"/>
</complexType></element></schema>`

// both joins the two schemas.
const both = `<?xml version="1.0"?>
<schema xmlns="http://www.w3.org/2001/XMLSchema">
<import namespace="http://www.sitemaps.org/schemas/sitemap/0.9" schemaLocation="sitemap.xsd"/>
<import namespace="http://www.w3.org/1999/xhtml" schemaLocation="languages.xsd"/></schema>`

// sitemapHolds holds the sitemap against the schema of sitemaps.org, which
// must refuse a spoilt one.
func sitemapHolds(t *testing.T, d *apptest.Desk) {
	dir := t.TempDir()
	schema, err := os.ReadFile(filepath.Join(repository, "node_modules", "sitemap", "schema", "sitemap.xsd"))
	if err != nil {
		t.Fatalf("the schema of sitemaps is needed; make setup installs it (%v)", err)
	}
	for name, b := range map[string][]byte{"sitemap.xsd": schema, "languages.xsd": []byte(languages), "both.xsd": []byte(both)} {
		must(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	holds := func(sitemap string) (string, bool) {
		file := filepath.Join(dir, "sitemap.xml")
		must(t, os.WriteFile(file, []byte(sitemap), 0o600))
		out, err := exec.CommandContext(t.Context(), "xmllint", "--nonet", "--noout", "--schema", filepath.Join(dir, "both.xsd"), file).CombinedOutput()
		return string(out), err == nil
	}
	whole := get(t, d.URL+"/sitemap.xml", reader)
	if out, ok := holds(whole); !ok || strings.Count(whole, "<url>") < 100 {
		t.Errorf("%d pages; %s", strings.Count(whole, "<url>"), out)
	}
	for what, spoilt := range map[string]string{
		"a date that is none":     strings.Replace(whole, "<lastmod>2", "<lastmod>x", 1),
		"a page without address":  strings.Replace(whole, "<loc>", "<lok>", 1),
		"a language that is none": strings.Replace(whole, `hreflang="`, `hreflang="!`, 1),
		"an element of our own":   strings.Replace(whole, "</loc>", "</loc><rating>1</rating>", 1),
	} {
		if _, ok := holds(spoilt); ok || spoilt == whole {
			t.Errorf("%s holds", what)
		}
	}
}

// oembedFound finds the card of a check as other programs do: from the check's
// address alone, by what its page says.
func oembedFound(t *testing.T, d *apptest.Desk) {
	sitemap := get(t, d.URL+"/sitemap.xml", reader)
	_, rest, _ := strings.Cut(sitemap, "/checks/")
	id := rest[:26]
	for _, lang := range []string{"", "/vi", "/en"} {
		script := `import { extract } from '@extractus/oembed-extractor'
const o = await extract(` + strconv.Quote(d.URL+lang+"/checks/"+id) + `, { maxwidth: 480 })
console.log(JSON.stringify(o))`
		cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", script)
		cmd.Dir = repository
		var failed bytes.Buffer
		cmd.Stderr = &failed
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%q: %v\n%s", lang, err, failed.String())
		}
		var o struct {
			Type, Version, Title, HTML, Method string
			Width, Height                      int
			Provider                           string `json:"provider_name"`
		}
		must(t, json.Unmarshal(out, &o))
		if o.Method != "auto-discovery" || o.Type != "rich" || o.Version != "1.0" || o.Title == "" || o.Provider != d.Config.Name || o.Width != 480 || o.Height == 0 || !strings.Contains(o.HTML, "<iframe") || !strings.Contains(o.HTML, id) {
			t.Errorf("%q: %s", lang, out)
		}
	}
}
