package loosejson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// plain turns a value into what encoding/json with UseNumber would give.
func plain(v *Value) any {
	switch v.Kind {
	case Null:
		return nil
	case Bool:
		return v.Text == "true"
	case Number:
		return json.Number(v.Text)
	case String:
		return v.Text
	case Array:
		out := []any{}
		for _, e := range v.Elements {
			out = append(out, plain(e))
		}
		return out
	}
	out := map[string]any{}
	for _, m := range v.Members {
		out[m.Name] = plain(m.Value)
	}
	return out
}

func all(t testing.TB, text string, open ...string) []*Value {
	t.Helper()
	var out []*Value
	if err := Stream(strings.NewReader(text), DefaultLimits(), open, func(v *Value) bool {
		out = append(out, v)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func faultsOf(vs []*Value) []Fault {
	var out []Fault
	for _, v := range vs {
		out = append(out, v.Faults...)
	}
	return out
}

func TestRepairs(t *testing.T) {
	for _, tc := range []struct {
		name, in, want string
		faults         []Fault
	}{
		{"sound", `{"a": [1, 2.5e3, "x\u00e9\ud83d\ude00", true, null]}`, `{"a":[1,2.5e3,"xé😀",true,null]}`, nil},
		{"trailing commas", "{\"a\": [1, 2,],\n}", `{"a":[1,2]}`, []Fault{{Comma, 1}}},
		{"double comma", `{"a":1,,"b":2}`, `{"a":1,"b":2}`, []Fault{{Comma, 1}}},
		{"missing comma between members", "{\"a\":\"x\"\n\"b\":2}", `{"a":"x","b":2}`, []Fault{{Comma, 2}}},
		{"missing comma between objects", "{\"a\":[{\"b\":1}\n{\"b\":2}]}", `{"a":[{"b":1},{"b":2}]}`, []Fault{{Comma, 2}}},
		{"smart quotes", "{“a”: “x”, „b”:\n“say “hi” now”}", `{"a":"x","b":"say “hi” now"}`, []Fault{{Quote, 1}}},
		{"single quotes and python", `{'a': 'it's', 'b': None, 'c': True}`, `{"a":"it's","b":null,"c":true}`, []Fault{{Quote, 1}, {Bare, 1}}},
		{"bare quotes inside", `{"a": "He said "yes" to it", "b": 1}`, `{"a":"He said \"yes\" to it","b":1}`, []Fault{{Quote, 1}}},
		{"bare quotes at the end", `{"a": "He said "yes"", "b": 1}`, `{"a":"He said \"yes\"","b":1}`, []Fault{{Quote, 1}}},
		{"line break in string", "{\"a\":\n\"one\ntwo\tthree\"}", `{"a":"one\ntwo\tthree"}`, []Fault{{Control, 3}}},
		{"unknown escapes", `{"a": "it\'s \d \u12 \uZZZZ"}`, `{"a":"it's \\d \\u12 \\uZZZZ"}`, []Fault{{Escape, 1}}},
		{"lone surrogate", `{"a": "\ud800x"}`, `{"a":"�x"}`, nil},
		{"comments", "/* a */ {\"a\": 1, // b\n \"c\": 2}", `{"a":1,"c":2}`, []Fault{{Comment, 1}}},
		{"cdata", "//<![CDATA[\n{\"a\":[[1]]}\n//]]>", `{"a":[[1]]}`, []Fault{{Comment, 1}}},
		{"html comment on one line", "<!-- {\"a\":1} -->", `{"a":1}`, []Fault{{Comment, 1}}},
		{"bare names", `{url: "x", $b: undefined}`, `{"url":"x","$b":null}`, []Fault{{Bare, 1}}},
		{"odd numbers", `{"a": 01, "b": +5, "c": .5}`, `{"a":01,"b":+5,"c":.5}`, []Fault{{Literal, 1}}},
		{"bad utf-8", "{\"a\": \"x\xff\xfey\"}", `{"a":"x��y"}`, []Fault{{Encoding, 1}}},
		{"byte order mark and no-break space", "\ufeff{\u00a0\"a\":\u00a01}", `{"a":1}`, nil},
		{"trailing semicolon", `{"a":1};`, `{"a":1}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			vs := all(t, tc.in)
			if len(vs) == 0 || !vs[0].Whole {
				t.Fatalf("no whole value: %+v", vs)
			}
			got := plain(vs[0])
			var want any
			dec := json.NewDecoder(strings.NewReader(tc.want))
			dec.UseNumber()
			if tc.name == "odd numbers" { // encoding/json cannot say them
				want = map[string]any{"a": json.Number("01"), "b": json.Number("+5"), "c": json.Number(".5")}
			} else if err := dec.Decode(&want); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.faults, faultsOf(vs)); d != "" {
				t.Errorf("faults: %s", d)
			}
		})
	}
}

// wholes lists the text of member "n" of every whole object handed out.
func wholes(vs []*Value) string {
	var out []string
	for _, v := range vs {
		if n := v.Get("n"); v.Whole && n != nil {
			out = append(out, n.Text)
		}
	}
	return strings.Join(out, " ")
}

func TestDamageCostsOneValue(t *testing.T) {
	for _, tc := range []struct {
		name, in, want string
		open           []string
		fault          Fault
	}{
		{"lines", "{\"n\":1}\n{\"n\":2,\"x\":\"abc}\n{\"n\":3}\n{\"n\":4}\n", "1 3 4", nil, Fault{OpenQuote, 2}},
		{"array", "[{\"n\":1},\n{\"n\":2, \"x\" \"y\"},\n{\"n\":3}]", "1 3", nil, Fault{Broken, 2}},
		{"feed", "{\"list\":[{\"n\":1},\n{\"n\":2 !},\n{\"n\":3}],\"n\":9}", "1 3", []string{"list"}, Fault{Broken, 2}},
		{"cut", "[{\"n\":1},{\"n\":2},\n{\"n\":3", "1 2", nil, Fault{Truncated, 2}},
		{"cut in a string", "[{\"n\":1},{\"n\":2},\n{\"n\":3,\"x\":\"ab", "1 2", nil, Fault{Truncated, 2}},
		{"cut in a word", "[{\"n\":1},{\"n\":2},\n{\"n\":tru", "1 2", nil, Fault{Truncated, 2}},
		{"forgotten quote before the next name", "[{\"n\":1},{\"n\":2,\n\"x\":\"ab,\n\"y\":1},{\"n\":3}]", "1 3", nil, Fault{OpenQuote, 2}},
		{"concatenated", `{"n":1}{"n":2} {"n":3}`, "1 2 3", nil, Fault{}},
		{"words in front", "var x = {\"n\":1};", "1", nil, Fault{Broken, 1}},
		{"too deep inside an object", "{\"n\":1,\"x\":" + strings.Repeat("[", 80) + "\n{\"n\":2}", "2", nil, Fault{TooDeep, 1}},
		{"too deep", "[{\"n\":1}," + strings.Repeat("[", 80) + "\n{\"n\":2}", "1 2", nil, Fault{TooDeep, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			vs := all(t, tc.in, tc.open...)
			if got := wholes(vs); got != tc.want {
				t.Errorf("whole values %q, want %q", got, tc.want)
			}
			var bad []Fault
			for _, f := range faultsOf(vs) {
				if !f.Kind.Repaired() {
					bad = append(bad, f)
				}
			}
			if tc.fault == (Fault{}) {
				if len(bad) > 0 {
					t.Errorf("faults %v, want none", bad)
				}
				return
			}
			if len(bad) == 0 || bad[0] != tc.fault {
				t.Errorf("faults %v, want first %v", bad, tc.fault)
			}
		})
	}
}

func TestWholePartsOfABrokenObjectAreMarked(t *testing.T) {
	vs := all(t, `{"a": {"n": 1}, "b": {"n": 2, "c": [1, `)
	if len(vs) != 1 || vs[0].Whole || !vs[0].Get("a").Whole || vs[0].Get("b").Whole {
		t.Fatalf("%+v", vs)
	}
}

func TestOpenedArrays(t *testing.T) {
	vs := all(t, "{\"h\":1,\n\"list\":[{\"n\":1,\"list\":[\n{\"n\":2}]}, null, 5],\"t\":2}", "list")
	var got []string
	for _, v := range vs {
		got = append(got, fmt.Sprintf("%d:%v", v.Line, plain(v)))
	}
	want := []string{"3:map[n:2]", "2:map[n:1]", "3:<nil>", "3:5", "1:map[h:1 t:2]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStopEarly(t *testing.T) {
	n := 0
	if err := Stream(strings.NewReader(`[{"n":1},{"n":2},{"n":3}]`), DefaultLimits(), nil, func(*Value) bool { n++; return n < 2 }); err != nil || n != 2 {
		t.Errorf("%d values, %v", n, err)
	}
}

func TestReadErrorIsGiven(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`[{"n":1},{"n":`), iotest.ErrReader(io.ErrClosedPipe))
	var vs []*Value
	err := Stream(r, DefaultLimits(), nil, func(v *Value) bool { vs = append(vs, v); return true })
	if err != io.ErrClosedPipe || wholes(vs) != "1" {
		t.Errorf("%v %q", err, wholes(vs))
	}
}

func TestLimitsOfSize(t *testing.T) {
	lim := Limits{Depth: 8, Bytes: 1000}
	big := `{"n":2,"x":"` + strings.Repeat("y", 2000) + `"}`
	var vs []*Value
	_ = Stream(strings.NewReader(`[{"n":1},`+big+`,{"n":3}]`), lim, nil, func(v *Value) bool { vs = append(vs, v); return true })
	if wholes(vs) != "1 3" || faultsOf(vs)[0].Kind != TooBig {
		t.Errorf("%q %v", wholes(vs), faultsOf(vs))
	}
	vs = nil
	_ = Stream(strings.NewReader(`{"x":[`+strings.Repeat("0,", maxNodes+10)+`0]}{"n":4}`), DefaultLimits(), nil, func(v *Value) bool { vs = append(vs, v); return true })
	if wholes(vs) != "4" || faultsOf(vs)[0].Kind != TooBig {
		t.Errorf("many parts: %q %v", wholes(vs), faultsOf(vs))
	}
}

// repeated gives head, n times body, tail, without holding them.
func repeated(head, body, tail string, n int) io.Reader {
	rs := []io.Reader{strings.NewReader(head)}
	for range n {
		rs = append(rs, strings.NewReader(body))
	}
	return io.MultiReader(append(rs, strings.NewReader(tail))...)
}

func TestLongFeedIsNotHeld(t *testing.T) {
	const n = 20_000
	body := `{"@type":"DataFeedItem","item":[{"n":1,"pad":"` + strings.Repeat("x", 1000) + `"},null]},`
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	count, peak := 0, uint64(0)
	err := Stream(repeated(`{"dataFeedElement":[`, body, `null],"tail":1}`, n), DefaultLimits(), []string{"dataFeedElement"}, func(v *Value) bool {
		count++
		if len(v.Faults) > 0 {
			t.Errorf("line %d: %v", v.Line, v.Faults)
		}
		if count%5_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
		return true
	})
	if err != nil || count != n+2 {
		t.Fatalf("%d values, %v", count, err)
	}
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("heap grew by %d MiB over a %d MiB feed", grown>>20, n*len(body)>>20)
	}
}

// Whatever encoding/json accepts comes out the same, without faults; whatever
// it refuses neither panics nor runs past its limits.
func FuzzStream(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2,{"b":"c\u00e9\ud83d\ude00"}],"d":null,"e":false,"f":-0.5e+10}`, `[[],{},"",[[1]]]`, `"x"`, ` 12 `,
		"{\"a\":\"b\"\n\"c\":1}", `{'a':“b”,}`, "//<![CDATA[\n{}", `[{"a":"b "c" d"},{`, "{\"a\":\"x\n{\"b\":1}", `{{{{[[`, "\xff\xfe{}", `{"a":"\ud83d"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var vs []*Value
		if err := Stream(bytes.NewReader(data), DefaultLimits(), nil, func(v *Value) bool {
			vs = append(vs, v)
			return true
		}); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(data) || bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > 60 {
			return
		}
		for _, k := range faultsOf(vs) {
			if k.Kind != Encoding {
				t.Fatalf("valid JSON %q has faults %v", data, k)
			}
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		var want any
		if err := dec.Decode(&want); err != nil {
			return
		}
		if d := cmp.Diff(flat(want), values(vs)); d != "" {
			t.Fatalf("%q: %s", data, d)
		}
	})
}

// flat opens arrays at the top the way Stream does.
func flat(v any) []any {
	list, ok := v.([]any)
	if !ok {
		return []any{v}
	}
	out := []any{}
	for _, e := range list {
		out = append(out, flat(e)...)
	}
	return out
}

func values(vs []*Value) []any {
	out := []any{}
	for _, v := range vs {
		out = append(out, plain(v))
	}
	return out
}

// In JSON lines the next line is in its place again; inside a list nobody can
// know.
func TestFoundTellsFragmentsApart(t *testing.T) {
	for in, want := range map[string]bool{
		"{\"n\":1}\n{\"n\":2 !}\n{\"n\":3}\n":     false,
		"[{\"n\":1},\n{\"n\":2 !},\n{\"n\":3}]\n": true,
	} {
		vs := all(t, in)
		if last := vs[len(vs)-1]; last.Get("n").Text != "3" || last.Found != want {
			t.Errorf("%q: found %v, want %v", in, last.Found, want)
		}
	}
}

// White space, quotes and braces in masses cost time in proportion.
func TestHostileTextsAreReadQuickly(t *testing.T) {
	const n = 256 << 10
	for name, unit := range map[string]string{"line breaks": "\n", "quotes": "\" ", "braces": "{", "brackets in objects": "{\"a\":[", "typographic": "“ ", "comments": "/* ", "names": "{a", "backslashes": "\\"} {
		start := time.Now()
		all(t, `{"a":"`+strings.Repeat(unit, n/len(unit)))
		all(t, strings.Repeat(unit, n/len(unit)))
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s: %v for %d KiB", name, d, 2*n>>10)
		} else {
			t.Logf("%s: %v", name, d)
		}
	}
}
