package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

const (
	known   = "Ai cũng phải uống đủ tám cốc nước mỗi ngày."
	unknown = "Nghe nói cầu Zqtrường Tiền sẽ đóng từ thứ bảy tuần này, có đúng không?"
)

// world is a whole desk with a key, and its description compiled.
type world struct {
	t       *testing.T
	d       *apptest.Desk
	key     string
	id      desk.ID
	doc     map[string]any
	schemas *jsonschema.Compiler
	seen    map[string]bool // "METHOD /path status" that were answered
}

// seen is shared: what was answered and fitted the description.
func newWorld(t *testing.T, seen map[string]bool, o apptest.Options) *world {
	t.Helper()
	w := &world{t: t, d: apptest.Start(t, o), seen: seen}
	w.key, w.id = w.newKey("Biểu mẫu", 1000)
	resp, err := http.Get(w.d.URL + "/api/v1/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	v, err := jsonschema.UnmarshalJSON(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	w.doc = v.(map[string]any)
	w.schemas = jsonschema.NewCompiler()
	w.schemas.AssertFormat()
	if err := w.schemas.AddResource("api.json", v); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) newKey(name string, perHour int) (string, desk.ID) {
	w.t.Helper()
	k, err := w.d.MakeAPIKey(w.t.Context(), desk.Program(), name, perHour, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return k.Key, k.ID
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) tip(t *testing.T) (out struct {
	Ticket, Page, State, Received string
	Others                        int
	Answer                        *struct{ Kind, URL, Rating, Statement, Key string }
	Options                       []struct{ Key string }
}) {
	t.Helper()
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("%v\n%s", err, a.body)
	}
	return out
}

func (a answer) code() string {
	var p struct{ Code string }
	_ = json.Unmarshal(a.body, &p)
	return p.Code
}

// ask sends a request with the key; further headers replace what is set. A nil value leaves a header out.
func (w *world) ask(method, path, body string, header http.Header) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.d.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.key)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, header)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{resp.StatusCode, resp.Header, b}
	w.described(method, path, a)
	return a
}

var (
	code    = regexp.MustCompile(`/tips/[^/]+`)
	checkID = regexp.MustCompile(`/checks/[^/]+`)
)

// described wants an answer to be as the description says: its status, its media type, its headers, its schema.
func (w *world) described(method, path string, a answer) {
	w.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	path = checkID.ReplaceAllString(path, "/checks/{id}")
	if path = code.ReplaceAllString(path, "/tips/{ticket}"); path == "/api/v1/tips/{ticket}/" {
		return
	}
	op, ok := at(w.doc, "paths", path, strings.ToLower(method)).(map[string]any)
	if !ok {
		if a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed && a.status != http.StatusUnauthorized {
			w.t.Errorf("%s %s is not described and answers %d", method, path, a.status)
		}
		return
	}
	status := fmt.Sprint(a.status)
	pointer := "#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + strings.ToLower(method) + "/responses/" + status
	response, ok := at(op, "responses", status).(map[string]any)
	if !ok {
		w.t.Errorf("%s %s answers %d, which is not described", method, path, a.status)
		return
	}
	if ref, ok := response["$ref"].(string); ok {
		pointer = ref
		response = at(w.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
	}
	w.seen[method+" "+path+" "+status] = true
	if a.status == http.StatusNotModified {
		if len(a.body) > 0 {
			w.t.Errorf("%s: a 304 with a body: %s", path, a.body)
		}
		return
	}
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	if at(response, "content", kind, "schema") == nil {
		w.t.Errorf("%s %s %d: media type %q is not described", method, path, a.status, kind)
		return
	}
	w.valid("api.json"+pointer+"/content/"+strings.ReplaceAll(kind, "/", "~1")+"/schema", a.body)
	if headers, ok := response["headers"].(map[string]any); ok {
		for name := range headers {
			if a.header.Get(name) == "" {
				w.t.Errorf("%s %s %d: no header %s", method, path, a.status, name)
			}
		}
	}
}

// valid wants a body to fit a schema of the description.
func (w *world) valid(pointer string, body []byte) {
	w.t.Helper()
	schema, err := w.schemas.Compile(pointer)
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		w.t.Errorf("%s: %v\n%s", pointer, err, body)
	}
}

// at goes down into the description.
func at(v any, path ...string) any {
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func once(s string) http.Header { return http.Header{"Idempotency-Key": {s}} }

func text(s string) string {
	b, _ := json.Marshal(map[string]any{"text": s})
	return string(b)
}

// tips lists all tips of the API.
func (w *world) tips() (out []desk.Tip) {
	w.t.Helper()
	out, err := w.d.Desk.TipsOf(w.t.Context(), desk.As(w.member()), desk.TipFilter{Channel: "api", Limit: 10_000})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) member() desk.Staff {
	if s, err := w.d.Desk.StaffNamed(w.t.Context(), "checker of the test"); err == nil {
		return s
	}
	return w.d.Member(w.t, "checker of the test", desk.Checker)
}

// TestAPI runs everything against whole desks, and in the end wants every described answer to have been seen.
func TestAPI(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []struct {
		name string
		run  func(*testing.T, map[string]bool)
	}{
		{"tips of other programs", tipsOfOtherPrograms}, {"errors are sentences in both languages", errorsAreSentences},
		{"eighteen forged requests", eighteenForgedRequests}, {"copies are one tip", copiesAreOneTip}, {"the description", theDescription},
		{"reading", readingByPrograms},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, seen) })
	}
	var doc map[string]any
	b, err := os.ReadFile("openapi.json")
	if err == nil {
		err = json.Unmarshal(b, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, ops := range doc["paths"].(map[string]any) {
		for method, op := range ops.(map[string]any) {
			for status := range at(op, "responses").(map[string]any) {
				key := strings.ToUpper(method) + " " + path + " " + status
				faults := status == "500" || status == "503" || status == "410" // TestFaults; a check of which nothing is left
				if !seen[key] && !faults {
					t.Errorf("%s is described and was not seen", key)
				}
			}
		}
	}
}

func tipsOfOtherPrograms(t *testing.T, seen map[string]bool) {
	w := newWorld(t, seen, apptest.Options{Demo: true})
	first := w.ask("POST", "/api/v1/tips", text(known), once("known-0001"))
	tip := first.tip(t)
	if first.status != 201 || tip.State != "answered" || tip.Answer.Kind != "check" || tip.Answer.Statement == "" || tip.Answer.Rating == "" {
		t.Fatalf("known: %d %s", first.status, first.body)
	}
	again := w.ask("POST", "/api/v1/tips", text(known), once("known-0001"))
	if again.status != 200 || again.tip(t).Ticket != tip.Ticket || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %d %s", again.status, again.body)
	}
	if got := w.ask("GET", strings.TrimPrefix(first.header.Get("Location"), w.d.Config.PublicURL), "", nil); got.status != 200 || got.tip(t).State != "answered" {
		t.Errorf("asked again: %d %s", got.status, got.body)
	}
	// The page of the ticket is the one that people get.
	page, err := http.Get(strings.Replace(tip.Page, w.d.Config.PublicURL, w.d.URL, 1))
	if err != nil || page.StatusCode != 200 {
		t.Errorf("page: %v %v", page, err)
	}
	page.Body.Close()
	// "Not this one" puts it into the queue; choosing the check takes it back.
	path := "/api/v1/tips/" + tip.Ticket + "/choice"
	if got := w.ask("POST", path, `{"key":""}`, nil); got.status != 200 || got.tip(t).State != "queued" {
		t.Errorf("none: %d %s", got.status, got.body)
	}
	if got := w.ask("POST", path, `{"key":"`+tip.Answer.Key+`"}`, nil); got.status != 200 || got.tip(t).State != "answered" {
		t.Errorf("chosen: %d %s", got.status, got.body)
	}
	newOne := w.ask("POST", "/api/v1/tips", `{"text":"`+unknown+`","links":["https://tin.example/cau"],"forwarded":true}`, once("unknown-0001"))
	if newOne.status != 201 || newOne.tip(t).State != "queued" || newOne.tip(t).Others != 0 {
		t.Errorf("unknown: %d %s", newOne.status, newOne.body)
	}
	other := w.ask("POST", "/api/v1/tips", text(unknown), http.Header{"Idempotency-Key": {"unknown-0002"}, "Accept-Language": {"en-GB,vi;q=0.5"}})
	if other.tip(t).Others != 1 || !strings.Contains(other.tip(t).Page, "/en/t/") || other.header.Get("Content-Language") != "en" {
		t.Errorf("a second asker: %s", other.body)
	}
	tips := w.tips()
	if len(tips) != 3 {
		t.Fatalf("%d tips", len(tips))
	}
	for _, x := range tips {
		if x.Forward && (!slices.Contains(x.Links, "https://tin.example/cau") || x.Asker != nil) {
			t.Errorf("%+v", x)
		}
	}
}

// Two languages of every error, and no sentence without the other.
func errorsAreSentences(t *testing.T, seen map[string]bool) {
	w := newWorld(t, seen, apptest.Options{})
	full, _ := w.newKey("one an hour", 1)
	cases := map[string]struct {
		method, path, body string
		header             http.Header
		status             int
		code               string
	}{
		"no key":              {"POST", "/api/v1/tips", text("x y"), http.Header{"Authorization": nil}, 401, "key"},
		"no once":             {"POST", "/api/v1/tips", text("x y"), nil, 400, "idempotency-key"},
		"short once":          {"POST", "/api/v1/tips", text("x y"), once("short"), 400, "idempotency-key"},
		"long once":           {"POST", "/api/v1/tips", text("x y"), once(strings.Repeat("x", 201)), 400, "idempotency-key"},
		"two onces":           {"POST", "/api/v1/tips", text("x y"), http.Header{"Idempotency-Key": {"12345678", "23456789"}}, 400, "idempotency-key"},
		"no JSON":             {"POST", "/api/v1/tips", `{"text":`, once("12345678"), 400, "json"},
		"a list":              {"POST", "/api/v1/tips", `["text"]`, once("12345678"), 400, "json"},
		"two objects":         {"POST", "/api/v1/tips", text("x y") + text("z"), once("12345678"), 400, "json"},
		"a strange field":     {"POST", "/api/v1/tips", `{"text":"x y","name":"An"}`, once("12345678"), 400, "json"},
		"broken UTF-8":        {"POST", "/api/v1/tips", "{\"text\":\"\xff\"}", once("12345678"), 400, "json"},
		"a form":              {"POST", "/api/v1/tips", "text=x", http.Header{"Idempotency-Key": {"12345678"}, "Content-Type": {"application/x-www-form-urlencoded"}}, 415, "type"},
		"empty":               {"POST", "/api/v1/tips", text(" \n"), once("12345678"), 422, "text-empty"},
		"too long":            {"POST", "/api/v1/tips", text(strings.Repeat("ê", 20_001)), once("12345678"), 422, "text-too-long"},
		"too large":           {"POST", "/api/v1/tips", text(strings.Repeat("x", 300_000)), once("12345678"), 413, "too-large"},
		"a bad link":          {"POST", "/api/v1/tips", `{"text":"x y","links":["javascript:alert(1)"]}`, once("12345678"), 422, "bad-link"},
		"no such ticket":      {"GET", "/api/v1/tips/BBB-BBB-BBBB", "", nil, 404, "not-found"},
		"no ticket":           {"GET", "/api/v1/tips/%00", "", nil, 404, "not-found"},
		"no key in it":        {"POST", "/api/v1/tips/BBB-BBB-BBBB/choice", "{}", nil, 400, "json"},
		"a bad choice":        {"POST", "/api/v1/tips/BBB-BBB-BBBB/choice", `{"key":"claim/x"}`, nil, 422, "bad-choice"},
		"another method":      {"DELETE", "/api/v1/tips", "", nil, 405, "method"},
		"nowhere":             {"GET", "/api/v2/tips", "", nil, 404, "not-found"},
		"no key for a ticket": {"GET", "/api/v1/tips/BBB-BBB-BBBB", "", http.Header{"Authorization": nil}, 401, "key"},
		"no key to choose":    {"POST", "/api/v1/tips/BBB-BBB-BBBB/choice", `{"key":""}`, http.Header{"Authorization": nil}, 401, "key"},
		"choose nowhere":      {"POST", "/api/v1/tips/BBB-BBB-BBBB/choice", `{"key":""}`, nil, 404, "not-found"},
		"choose by a form":    {"POST", "/api/v1/tips/BBB-BBB-BBBB/choice", "key=", http.Header{"Content-Type": {"text/plain"}}, 415, "type"},
		"choose too much":     {"POST", "/api/v1/tips/BBB-BBB-BBBB/choice", `{"key":"` + strings.Repeat("x", 300_000) + `"}`, nil, 413, "too-large"},
		"limit":               {"POST", "/api/v1/tips", text("thứ hai"), http.Header{"Idempotency-Key": {"23456789"}, "Authorization": {"Bearer " + full}}, 429, "limit"},
		"other text":          {"POST", "/api/v1/tips", text("khác hẳn"), once("same-0001"), 422, "idempotency-text"},
	}
	if a := w.ask("POST", "/api/v1/tips", text("thứ nhất"), http.Header{"Idempotency-Key": {"12345678"}, "Authorization": {"Bearer " + full}}); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := w.ask("POST", "/api/v1/tips", text("một tin"), once("same-0001")); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for name, c := range cases {
		var titles []string
		for _, lang := range []string{"vi", "en"} {
			h := http.Header{"Accept-Language": {lang}}
			maps.Copy(h, c.header)
			a := w.ask(c.method, c.path, c.body, h)
			var p struct{ Title, Detail, Type string }
			if err := json.Unmarshal(a.body, &p); err != nil || a.status != c.status || a.code() != c.code || p.Title == "" || p.Detail == "" || !strings.HasSuffix(p.Type, "#"+c.code) {
				t.Errorf("%s in %s: %d %s", name, lang, a.status, a.body)
			}
			titles = append(titles, p.Title)
			if a.header.Get("Content-Type") != "application/problem+json; charset=utf-8" || a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: headers %v", name, a.header)
			}
		}
		if titles[0] == titles[1] {
			t.Errorf("%s: %q in both languages", name, titles[0])
		}
	}
	if n := len(w.tips()); n != 2 {
		t.Errorf("%d tips", n)
	}
}

// Eighteen requests of somebody without the key, or with more than they should have (trust.md 2.4): none is let in, and
// all get the same words.
func eighteenForgedRequests(t *testing.T, seen map[string]bool) {
	w := newWorld(t, seen, apptest.Options{})
	ended, id := w.newKey("ended", 10)
	if _, err := w.d.Desk.EndAPIKey(t.Context(), desk.Program(), id); err != nil {
		t.Fatal(err)
	}
	keys, err := w.d.Desk.APIKeys(t.Context(), desk.Program())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // an ended key is refused within a second
	b := "Bearer "
	cases := map[string]http.Header{
		"1 no header":          {"Authorization": nil},
		"2 empty":              {"Authorization": {""}},
		"3 scheme alone":       {"Authorization": {"Bearer"}},
		"4 wrong":              {"Authorization": {b + "soi_" + strings.Repeat("A", 43)}},
		"5 ended":              {"Authorization": {b + ended}},
		"6 cut":                {"Authorization": {b + w.key[:len(w.key)-1]}},
		"7 longer":             {"Authorization": {b + w.key + "A"}},
		"8 other case":         {"Authorization": {b + strings.ToUpper(w.key)}},
		"9 two headers":        {"Authorization": {b + w.key, b + w.key}},
		"10 basic":             {"Authorization": {"Basic " + w.key}},
		"11 the stored hash":   {"Authorization": {b + fmt.Sprintf("%x", keys[0].Hash)}},
		"12 the key's id":      {"Authorization": {b + string(w.id)}},
		"13 blanks":            {"Authorization": {b + " " + w.key}},
		"14 in a cookie":       {"Authorization": nil, "Cookie": {"Authorization=" + w.key + "; soi=" + w.key}},
		"15 in another header": {"Authorization": nil, "X-Api-Key": {w.key}, "Proxy-Authorization": {b + w.key}},
		"16 in the address":    {"Authorization": nil},
		"17 a staff session":   {"Authorization": nil, "Cookie": {"__Host-soi=" + strings.Repeat("a", 43)}, "Origin": {w.d.URL}, "Sec-Fetch-Site": {"same-origin"}},
		"18 method in a field": {"Authorization": nil, "X-Http-Method-Override": {"GET"}},
	}
	if len(cases) != 18 {
		t.Fatalf("%d cases", len(cases))
	}
	var same []byte
	for name, h := range cases {
		path := "/api/v1/tips"
		if strings.HasPrefix(name, "16") {
			path += "?key=" + w.key + "&access_token=" + w.key
		}
		h = h.Clone()
		h.Set("Idempotency-Key", "forged-0001")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.d.URL+path, strings.NewReader(text(unknown)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = h
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if same == nil {
			same = body
		}
		if resp.StatusCode != http.StatusUnauthorized || !bytes.Equal(body, same) || resp.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	if n := len(w.tips()); n != 0 {
		t.Errorf("%d tips", n)
	}
}

// Eighty copies, eight at a time, are one tip.
func copiesAreOneTip(t *testing.T, seen map[string]bool) {
	w := newWorld(t, seen, apptest.Options{})
	tight, _ := w.newKey("three an hour", 3)
	var all sync.WaitGroup
	var mu sync.Mutex
	status, tickets := map[int]int{}, map[string]bool{}
	for range 8 {
		all.Go(func() {
			for range 10 {
				r, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, w.d.URL+"/api/v1/tips", strings.NewReader(text(unknown)))
				r.Header = http.Header{"Authorization": {"bearer " + tight}, "Content-Type": {"application/json; charset=utf-8"}, "Idempotency-Key": {"copy-0001"}}
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				var got struct{ Ticket string }
				_ = json.NewDecoder(resp.Body).Decode(&got)
				resp.Body.Close()
				mu.Lock()
				status[resp.StatusCode]++
				tickets[got.Ticket] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	delete(tickets, "") // of answers 429, when copies overlapped
	if status[201] != 1 || len(tickets) != 1 || len(w.tips()) != 1 || status[201]+status[200]+status[429] != 80 {
		t.Errorf("answers %v, %d tickets, %d tips", status, len(tickets), len(w.tips()))
	}
}
