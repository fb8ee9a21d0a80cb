package claimreview

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Whatever field a publisher's page carries a person in, expected or not,
// nothing of them is taken over, and neither is an address with a name in it.
func TestNoPeopleAreTakenOver(t *testing.T) {
	person := `{"@type":"Person","name":"Zqngười Zqai","email":"zqai@zqthu.example","telephone":"0912345678","url":"https://mang.example/@zqai","sameAs":["https://mang.example/zqai"]}`
	fields := []string{"author", "creator", "contributor", "editor", "publisher", "provider", "sourceOrganization", "reviewedBy", "accountablePerson", "copyrightHolder", "funder", "sponsor", "mentions", "about",
		"comment", "character", "interactionStatistic", "maintainer", "producer", "translator", "claimant", "contactPoint", "zqunexpected"}
	check := func(field, value string) string {
		return fmt.Sprintf(`{"@context":"https://schema.org","@type":"ClaimReview","url":"https://kiem.example/1","claimReviewed":"Ăn rau tím có độc",%q:%s,"reviewRating":{"@type":"Rating","alternateName":"Sai","author":%s,"ratingExplanation":"zqai gọi"},
			"itemReviewed":{"@type":"Claim","author":%s,"appearance":{"@type":"CreativeWork","author":%s,"url":"https://mang.example/zqai/1"},"firstAppearance":{"@type":"CreativeWork","creator":%s}}}`, field, value, person, person, person, person)
	}
	for _, f := range fields {
		for _, value := range []string{person, "[" + person + "]", `{"@graph":[` + person + `]}`} {
			for _, page := range []string{check(f, value), "<html><head><meta name=\"author\" content=\"Zqngười Zqai\"><meta property=\"article:author\" content=\"zqai\"><script type=\"application/ld+json\">" + check(f, value) + "</script></head></html>"} {
				n := 0
				err := Read(strings.NewReader(page), Options{URL: "https://kiem.example/1"}, func(i Imported) error {
					n++
					b, err := json.Marshal(i)
					if s := strings.ToLower(string(b)); strings.Contains(s, "zq") || strings.Contains(s, "0912345678") {
						t.Errorf("a person in %s is taken over: %s", f, b)
					}
					return err
				}, func(p Problem) {
					if strings.Contains(strings.ToLower(p.Detail), "zq") {
						t.Errorf("a report tells of a person in %s: %+v", f, p)
					}
				})
				if err != nil || n != 1 {
					t.Errorf("%s: %d checks, %v", f, n, err)
				}
			}
		}
	}
	for _, address := range []string{"https://zqai:zqmat@kiem.example/1", "https://kiem.example/1?email=zqai@zqthu.example&utm_source=x"} {
		if got, err := NormalURL(address, ""); err == nil && strings.Contains(got, "zq") {
			t.Errorf("%s is kept as %s", address, got)
		}
	}
}
