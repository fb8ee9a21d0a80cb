package app_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
)

// BenchmarkTips measures tips that are read, matched and on disk before the answer, as from the counter's form,
// eight at a time.
func BenchmarkTips(b *testing.B) {
	s := apptest.Start(b, apptest.Options{Demo: true})
	run := time.Now().UnixNano()
	var n atomic.Int64
	b.SetParallelism(4) // times two cores
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			tip := match.ReadTip(fmt.Sprintf("Nghe nói uống %d ly nước chanh nóng mỗi ngày chữa được bệnh số %d, có đúng không ạ?", i%7+2, i))
			res := s.Matcher.Match(b.Context(), match.Query{Text: tip.Text, Limit: 3})
			_, err := s.Desk.Receive(b.Context(), desk.Program(), desk.NewTip{Channel: "counter", ExtID: fmt.Sprint(run, i), Text: tip.Text,
				Folded: tip.Key, Lang: tip.Lang, Summary: tip.Summary, Decision: string(match.DecisionNew)})
			if err != nil {
				b.Error(err)
			}
			if len(res.Matches) == 0 && i == 1 {
				b.Error("the matcher is empty: nothing would be measured")
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tips/s")
}

// BenchmarkPages measures public pages over kept connections, eight at a time, each read to its end.
func BenchmarkPages(b *testing.B) {
	s := apptest.Start(b, apptest.Options{Demo: true})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	pages := []string{"/", "/checks"}
	list := fetch(b, client, s.URL+"/checks")
	if m := regexp.MustCompile(`href="(/checks?/[^"?#]+)"`).FindStringSubmatch(list); m != nil {
		pages = append(pages, m[1])
	} else {
		b.Error("no check is listed at /checks")
	}
	for i, page := range pages {
		b.Run([]string{"home", "list", "check"}[i], func(b *testing.B) {
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					fetch(b, client, s.URL+page)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// fetch returns a page that is answered with 200.
func fetch(b *testing.B, client *http.Client, url string) string {
	res, err := client.Get(url)
	if err != nil {
		b.Error(err)
		return ""
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		b.Errorf("%s: %s, %v", url, res.Status, err)
	}
	return string(body)
}
