package app_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// made is when something was drawn, which no two answers share.
var made = regexp.MustCompile(`"(?:generated|made|updated)[a-z_]*":"[^"]*"|<(?:lastBuildDate|updated)>[^<]*<|name="(?:form|challenge)[a-z]*" value="[^"]*"`)

// TestImportedAreNeverOurs: checks of other publishers, many of them and about
// the same things, change no figure, no list, no feed of this desk's checks, no
// file of open data, no byte of the public log; where a search tells of them it
// says whose they are.
func TestImportedAreNeverOurs(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true, Settings: map[string]string{"activitypub": "true", "proxy": "true"}})
	var ours []string
	for _, list := range []string{"/feed", "/checks", "/corrections", "/withdrawals", "/explainers", "/appeals"} {
		for _, form := range []string{".rss", ".atom", ".json"} {
			ours = append(ours, list+form, "/en"+list+form)
		}
	}
	ours = append(ours, "/", "/checks", "/checks?topic=health", "/archive", "/topics", "/corrections", "/statistics", "/statistics.json", "/statistics.csv", "/sitemap.xml", "/offline.json", "/log/checkpoint", "/fediverse/outbox", "/fediverse/outbox?page=1",
		"/api/v1/checks?limit=100", "/api/v1/topics", "/api/v1/corrections", "/api/v1/questions", "/api/v1/log", "/v1alpha1/claims:search?reviewPublisherSiteFilter=127.0.0.1&pageSize=50")
	n := 0
	get := func(path string) string {
		t.Helper()
		n++
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+path, nil)
		must(t, err)
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", n/250, n%250)) // budgets are not what is tried here
		resp, err := http.DefaultClient.Do(r)
		must(t, err)
		defer resp.Body.Close()
		var b strings.Builder
		must(t, resp.Write(&b))
		_, body, _ := strings.Cut(b.String(), "\r\n\r\n")
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, resp.StatusCode)
		}
		return made.ReplaceAllString(body, "")
	}
	all := func() map[string]string {
		out := map[string]string{}
		for _, path := range ours {
			out[path] = get(path)
		}
		dir := filepath.Join(t.TempDir(), "open")
		_, err := d.Export(t.Context(), dir)
		must(t, err)
		files, err := filepath.Glob(filepath.Join(dir, "*.[cj]s*")) // csv, json, jsonl
		must(t, err)
		if len(files) < 5 {
			t.Fatalf("open data holds %v", files)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			must(t, err)
			out["open data, "+filepath.Base(f)] = made.ReplaceAllString(string(b), "")
		}
		return out
	}
	before := all()
	rs, err := d.Server.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Newest: true, Limit: 40})
	must(t, err)
	var theirs []desk.Imported
	for i, r := range rs {
		if len(r.Doc.Texts) > 0 {
			theirs = append(theirs, desk.Imported{URL: fmt.Sprintf("https://zqkhac.example/%d", i), Publisher: "Báo Zqkhác", Site: "https://zqkhac.example/", Published: d.Server.Desk.Now(), Lang: "vi", Claim: r.Doc.Texts[0].Claim, Title: "zqbài " + r.Doc.Texts[0].Claim, Rating: "Sai"})
		}
	}
	stored, _, err := d.Server.Desk.Import(t.Context(), desk.Program(), theirs)
	must(t, err)
	if stored < 20 {
		t.Fatalf("%d imported", stored)
	}
	must(t, d.AfterPublish(t.Context()))
	found := ""
	apptest.Wait(t, "the index to know them", func(context.Context) bool {
		found = get("/search.json?q=zqb%C3%A0i")
		return strings.Contains(found, ": zqbài ")
	})
	after := all()
	for where, was := range before {
		if now := after[where]; now != was {
			i := 0
			for i < min(len(was), len(now)) && was[i] == now[i] {
				i++
			}
			t.Errorf("%s changed by checks of others: …%q…, before …%q…", where, now[max(0, i-60):min(len(now), i+60)], was[max(0, i-60):min(len(was), i+60)])
		}
	}
	if titles := regexp.MustCompile(`"title": *"([^"]*zqbài [^"]*)"`).FindAllStringSubmatch(found, -1); len(titles) == 0 {
		t.Errorf("a search does not find them: %.300s", found)
	} else {
		for _, m := range titles {
			if !strings.HasPrefix(m[1], "Báo Zqkhác: ") {
				t.Errorf("a search tells of %q without saying whose it is", m[1])
			}
		}
	}
}
