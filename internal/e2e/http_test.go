package e2e

import (
	"io"
	"net/http"
	"strings"
)

// do sends one request as the person.
func (p *person) do(method, path, ctype, body string) reply {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for k, v := range p.header {
		req.Header[k] = v
	}
	if ctype != "" {
		req.Header.Set("Content-Type", ctype)
	}
	res, err := p.client.Do(req)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{res.StatusCode, string(b), res.Header}
}

// field is the value of the first form field of this name in a page, or "".
func (r reply) field(name string) string {
	_, rest, found := strings.Cut(r.body, `name="`+name+`" value="`)
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
