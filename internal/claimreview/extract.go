package claimreview

import (
	"slices"
	"strings"

	"soi/internal/claimreview/loosejson"
)

// extractor finds checks in values and hands them on.
type extractor struct {
	opt     Options
	each    func(Imported) error
	trouble func(Problem)

	// What a web page says for all its checks; empty in a data file.
	pageLang, pageName string

	offset int // lines before the text the values were read from
	number int // checks met so far
	taken  int // checks handed on
	err    error
	ids    map[string]*loosejson.Value // objects of the current value by @id
}

// Find looks for checks inside one value of a larger file, as Read does with
// each part of JSON; OpenNames goes to loosejson.Stream for it. It gives how
// many it met, those not handed on included. Faults of the value are not
// reported; an error is each's.
func Find(v *loosejson.Value, o Options, each func(Imported) error, trouble func(Problem)) (met int, err error) {
	x := &extractor{opt: o, each: each, trouble: trouble}
	x.value(v)
	return x.number, x.err
}

// value finds every check inside one value.
func (x *extractor) value(v *loosejson.Value) {
	x.ids = map[string]*loosejson.Value{}
	x.index(v)
	x.walk(v, "")
}

// index remembers objects that others point to by @id, the fullest of each.
func (x *extractor) index(v *loosejson.Value) {
	if id := v.Get("@id"); id != nil && id.Kind == loosejson.String {
		if old := x.ids[id.Text]; old == nil || len(old.Members) < len(v.Members) {
			x.ids[id.Text] = v
		}
	}
	for _, m := range v.Members {
		x.index(m.Value)
	}
	for _, e := range v.Elements {
		x.index(e)
	}
}

// walk visits objects in order. claim is what an enclosing answer of Google's
// API says was claimed.
func (x *extractor) walk(v *loosejson.Value, claim string) {
	if x.err != nil {
		return
	}
	if v.Kind == loosejson.Object {
		switch {
		case isReview(v):
			if v.Whole { // the damage of a broken one is reported by its line already
				x.review(v, claim)
			}
			return
		case hasType(v, "MediaReview"):
			x.trouble(Problem{Line: x.line(v), Kind: MediaReview, Lost: true})
			return
		case v.Get("claimReview") != nil:
			x.google(v)
			return
		}
	}
	for _, m := range v.Members {
		x.walk(m.Value, claim)
	}
	for _, e := range v.Elements {
		x.walk(e, claim)
	}
}

// google reads one claim of a claims:search answer: the text of the claim
// beside its reviews. Who claimed it stands there too and is not looked at.
func (x *extractor) google(v *loosejson.Value) {
	claim := x.text(v.Get("text"))
	reviews := []*loosejson.Value{v.Get("claimReview")}
	if reviews[0].Kind == loosejson.Array {
		reviews = reviews[0].Elements
	}
	for _, r := range reviews {
		if r.Kind == loosejson.Object && r.Whole && x.err == nil {
			x.review(r, claim)
		}
	}
}

func (x *extractor) line(v *loosejson.Value) int { return v.Line + x.offset }

// isReview: the type says ClaimReview in one of its spellings, or there is no
// type but a claimReviewed.
func isReview(v *loosejson.Value) bool {
	return hasType(v, "ClaimReview") || (v.Get("@type") == nil && v.Get("claimReviewed") != nil)
}

// hasType compares the last part of "https://schema.org/ClaimReview",
// "schema:ClaimReview" and "ClaimReview", also in a list of types.
func hasType(v *loosejson.Value, want string) bool {
	return slices.ContainsFunc(types(v), func(t string) bool { return strings.EqualFold(t, want) })
}

func types(v *loosejson.Value) []string {
	t := v.Get("@type")
	if t == nil {
		return nil
	}
	list := t.Elements
	if t.Kind == loosejson.String {
		list = []*loosejson.Value{t}
	}
	var out []string
	for _, e := range list {
		name := strings.TrimRight(strings.TrimSpace(e.Text), "/#")
		if i := strings.LastIndexAny(name, "/:#"); i >= 0 {
			name = name[i+1:]
		}
		out = append(out, name)
	}
	return out
}

// resolve follows a bare {"@id": …} to the object it names.
func (x *extractor) resolve(v *loosejson.Value) *loosejson.Value {
	if v == nil || v.Kind != loosejson.Object {
		return v
	}
	if id := v.Get("@id"); id != nil {
		if full := x.ids[id.Text]; full != nil && len(full.Members) > len(v.Members) {
			return full
		}
	}
	return v
}

// all gives the objects or texts a property may hold: itself, or its elements.
func (x *extractor) all(v *loosejson.Value) []*loosejson.Value {
	if v == nil {
		return nil
	}
	if v.Kind != loosejson.Array {
		return []*loosejson.Value{x.resolve(v)}
	}
	var out []*loosejson.Value
	for _, e := range v.Elements {
		out = append(out, x.all(e)...)
	}
	return out
}

// text gives the first text of a property: a string, a number, a {"@value"},
// or the name or text of an object.
func (x *extractor) text(v *loosejson.Value) string {
	for _, s := range x.texts(v) {
		return s
	}
	return ""
}

// texts gives every different text of a property, in order.
func (x *extractor) texts(v *loosejson.Value) []string {
	var out []string
	for _, e := range x.all(v) {
		s := ""
		switch e.Kind {
		case loosejson.String, loosejson.Number:
			s = plain(e.Text)
		case loosejson.Object:
			for _, name := range []string{"@value", "text", "name", "headline"} {
				if m := e.Get(name); m != nil && (m.Kind == loosejson.String || m.Kind == loosejson.Number) && s == "" {
					s = plain(m.Text)
				}
			}
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// firstText is the first of several properties that says something.
func (x *extractor) firstText(v *loosejson.Value, names ...string) string {
	for _, n := range names {
		if s := x.text(v.Get(n)); s != "" {
			return s
		}
	}
	return ""
}
