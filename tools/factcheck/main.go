// Command factcheck asks a desk for checks with the client that Google
// generates for its Fact Check Tools API: only the address is another. It
// prints what the client understood as JSON, one page a line, so that a test
// can compare it with what was sent.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"

	factchecktools "google.golang.org/api/factchecktools/v1alpha1"
	"google.golang.org/api/option"
)

func main() {
	at := flag.String("at", "", "address of the desk, with a slash at its end")
	query := flag.String("query", "", "words")
	lang := flag.String("lang", "", "language code")
	site := flag.String("site", "", "host of the publisher")
	age := flag.Int64("age", 0, "days")
	size := flag.Int64("size", 0, "claims a page")
	flag.Parse()
	if err := ask(*at, *query, *lang, *site, *age, *size); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(at, query, lang, site string, age, size int64) error {
	s, err := factchecktools.NewService(context.Background(), option.WithHTTPClient(http.DefaultClient), option.WithEndpoint(at))
	if err != nil {
		return err
	}
	call := s.Claims.Search()
	if query != "" {
		call.Query(query)
	}
	if lang != "" {
		call.LanguageCode(lang)
	}
	if site != "" {
		call.ReviewPublisherSiteFilter(site)
	}
	if age > 0 {
		call.MaxAgeDays(age)
	}
	if size > 0 {
		call.PageSize(size)
	}
	out := json.NewEncoder(os.Stdout)
	return call.Pages(context.Background(), func(page *factchecktools.GoogleFactcheckingFactchecktoolsV1alpha1FactCheckedClaimSearchResponse) error {
		return out.Encode(page)
	})
}
