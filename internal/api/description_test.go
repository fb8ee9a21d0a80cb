package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"soi/internal/app/apptest"
)

// Everything that is described is there, and everything that is there is described.
func theDescription(t *testing.T, seen map[string]bool) {
	w := newWorld(t, seen, apptest.Options{})
	w.ask("GET", "/api/v1/openapi.json", "", http.Header{"Authorization": nil})
	if w.doc["openapi"] != "3.1.1" {
		t.Error(w.doc["openapi"])
	}
	for path, ops := range w.doc["paths"].(map[string]any) {
		for method, op := range ops.(map[string]any) {
			real := strings.NewReplacer("{ticket}", "BBB-BBB-BBBB", "{id}", "0q3n8v2w4k6c1m5t7x9z0b2d4f").Replace(path)
			for _, p := range needed(w, op) {
				real += map[bool]string{true: "&", false: "?"}[strings.Contains(real, "?")] + p + "=nước"
			}
			if strings.HasSuffix(real, ":search") {
				real += "?query=nước"
			}
			r, _ := http.NewRequestWithContext(t.Context(), strings.ToUpper(method), w.d.URL+real, nil)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			_, open := op.(map[string]any)["security"]
			if want := map[bool]int{true: 200, false: 401}[open]; resp.StatusCode != want && !(open && resp.StatusCode == 404 && strings.Contains(path, "{id}")) {
				t.Errorf("%s %s without a key: %d", method, path, resp.StatusCode)
			}
			for status, response := range at(op, "responses").(map[string]any) {
				if ref, ok := response.(map[string]any)["$ref"].(string); ok && at(w.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...) == nil {
					t.Errorf("%s %s %s: %s leads nowhere", method, path, status, ref)
				}
			}
			for kind, content := range asMap(at(op, "requestBody", "content")) {
				b, _ := json.Marshal(content.(map[string]any)["example"])
				w.valid("api.json#/paths/"+strings.ReplaceAll(path, "/", "~1")+"/"+method+"/requestBody/content/"+strings.ReplaceAll(kind, "/", "~1")+"/schema", b)
			}
		}
	}
	example := at(w.doc, "paths", "/api/v1/tips", "post", "responses", "201", "content", "application/json", "example")
	b, _ := json.Marshal(example)
	w.valid("api.json#/components/schemas/Tip", b)
	if s := fmt.Sprint(w.doc["servers"]); !strings.Contains(s, w.d.Config.PublicURL) {
		t.Errorf("servers %s", s)
	}
	for _, bad := range []string{`{"text":""}`, `{"text":"x","who":"An"}`, `{}`, `{"text":1}`} { // the schema can refuse
		schema, err := w.schemas.Compile("api.json#/components/schemas/NewTip")
		if err != nil {
			t.Fatal(err)
		}
		v, _ := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if schema.Validate(v) == nil {
			t.Errorf("the schema takes %s", bad)
		}
	}
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
