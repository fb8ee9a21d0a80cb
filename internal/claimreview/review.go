package claimreview

import (
	"errors"
	"strconv"
	"strings"

	"soi/internal/claimreview/loosejson"
)

// review takes over one check. claim is what the surroundings say was
// claimed, for reviews that do not say it themselves.
func (x *extractor) review(v *loosejson.Value, claim string) {
	x.number++
	out := Imported{Line: x.line(v)}
	note := func(k Kind, lost bool, detail string) {
		x.trouble(Problem{Line: out.Line, Number: x.number, Kind: k, Lost: lost, Detail: detail})
	}
	var kind Kind
	if out.URL, kind = x.address(v); kind != "" {
		note(kind, true, "")
		return
	}
	if out.Claim = x.claim(v, claim); out.Claim == "" {
		note(NoClaim, true, "")
		return
	}
	var did bool
	if out.Claim, did = cut(out.Claim, maxClaim); did {
		note(ClaimCut, false, "")
	}
	out.Title, _ = cut(x.firstText(v, "headline", "name", "title"), 500)
	if out.Lang = lang(x.firstText(v, "inLanguage", "languageCode")); out.Lang == "" {
		out.Lang = x.pageLang
	}
	x.publisher(v, &out)
	if out.Publisher == "" {
		_, out.Publisher = site(out.URL)
		note(HostForName, false, out.Publisher)
	}
	if kind := x.rating(v, &out); kind != "" {
		note(kind, false, "")
	}
	if kind := x.date(v, &out); kind != "" {
		note(kind, false, "")
	}
	x.taken++
	x.err = x.each(out)
}

// address finds where the check can be read.
func (x *extractor) address(v *loosejson.Value) (string, Kind) {
	kind := NoURL
	for _, name := range []string{"url", "mainEntityOfPage", "@id", "sameAs"} {
		for _, e := range x.all(v.Get(name)) {
			text := e.Text
			if e.Kind == loosejson.Object {
				if text = x.text(e.Get("url")); text == "" {
					text = x.text(e.Get("@id"))
				}
			}
			if text == "" || (name == "@id" && !strings.HasPrefix(text, "http")) {
				continue
			}
			if u, err := NormalURL(text, x.opt.URL); err == nil {
				return u, ""
			}
			kind = BadURL
		}
	}
	if x.opt.URL != "" {
		if u, err := NormalURL(x.opt.URL, ""); err == nil {
			return u, ""
		}
	}
	return "", kind
}

// claim finds what was checked: several claims in one check are joined.
func (x *extractor) claim(v *loosejson.Value, around string) string {
	said := x.texts(v.Get("claimReviewed"))
	if len(said) == 0 && around != "" {
		said = []string{around}
	}
	if len(said) == 0 {
		for _, reviewed := range x.all(v.Get("itemReviewed")) {
			if s := x.firstText(reviewed, "text", "name", "headline", "description"); s != "" {
				said = append(said, s)
			}
		}
	}
	for i := range said {
		said[i] = DropSignature(said[i])
	}
	return strings.Join(said, " / ")
}

// publisher fills in the organisation behind the check. A person's name is
// never taken: an author counts only when its type says organisation.
func (x *extractor) publisher(v *loosejson.Value, out *Imported) {
	for _, name := range []string{"publisher", "author", "sourceOrganization", "creator", "provider"} {
		for _, e := range x.all(v.Get(name)) {
			if out.Publisher != "" || !mayPublish(e, name) {
				continue
			}
			out.Publisher, _ = cut(x.organisation(e), 200)
			if u, err := NormalURL(x.firstText(e, "url", "site"), ""); err == nil {
				out.PublisherURL = u
			}
		}
	}
	if out.Publisher == "" {
		out.Publisher = x.pageName
	}
	if out.PublisherURL == "" {
		out.PublisherURL, _ = site(out.URL)
	}
}

// mayPublish: typed as an organisation, or named under "publisher" without
// being typed a person.
func mayPublish(e *loosejson.Value, property string) bool {
	if hasType(e, "Person") {
		return false
	}
	for _, t := range types(e) {
		t = strings.ToLower(t)
		if strings.Contains(t, "organi") || t == "corporation" || t == "ngo" || t == "newspaper" || t == "brand" || t == "website" {
			return true
		}
	}
	return property == "publisher" || property == "sourceOrganization"
}

// organisation is the name in e, or the host when the name is an address.
func (x *extractor) organisation(e *loosejson.Value) string {
	name := x.text(e)
	if e.Kind == loosejson.Object {
		name = x.firstText(e, "name", "legalName", "alternateName", "site")
	}
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		if u, err := NormalURL(name, ""); err == nil {
			_, name = site(u)
		}
	}
	return name
}

// rating fills in the words of the rating and, beside them, its numbers.
func (x *extractor) rating(v *loosejson.Value, out *Imported) Kind {
	words := x.text(v.Get("textualRating")) // Google's API
	for _, r := range x.all(v.Get("reviewRating")) {
		if r.Kind != loosejson.Object {
			if s := x.text(r); words == "" && !numeral(s) {
				words = s
			}
			continue
		}
		n := Numbers{Value: x.text(r.Get("ratingValue")), Best: x.text(r.Get("bestRating")), Worst: x.text(r.Get("worstRating"))}
		if words == "" {
			words = x.firstText(r, "alternateName", "name")
		}
		if words == "" && !numeral(n.Value) {
			words = n.Value
		}
		if out.Numbers == (Numbers{}) && numeral(n.Value) {
			out.Numbers = n
		}
	}
	out.RatingText, _ = cut(words, 300)
	switch {
	case out.RatingText == "":
		return NoRatingText
	case out.Numbers != (Numbers{}) && !out.Numbers.consistent():
		return ScaleIgnored
	}
	return ""
}

func numeral(s string) bool {
	_, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
	return err == nil
}

// consistent: worst < best and the value between them, as schema.org defines
// the scale, with 1 and 5 where an end is not given. It does not mean that
// the scale can be trusted.
func (n Numbers) consistent() bool {
	number := func(s string, missing float64) float64 {
		f, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
		if err != nil {
			return missing
		}
		return f
	}
	value, best, worst := number(n.Value, -1), number(n.Best, 5), number(n.Worst, 1)
	return worst < best && worst <= value && value <= best && value >= 0
}

func (x *extractor) date(v *loosejson.Value, out *Imported) Kind {
	kind := Kind("")
	for _, name := range []string{"datePublished", "reviewDate", "dateCreated", "dateModified"} {
		text := x.text(v.Get(name))
		if text == "" {
			continue
		}
		t, err := parseDate(text, out.Lang)
		if err == nil {
			out.Published = t
			return ""
		}
		if kind == "" {
			kind = BadDate
			if errors.Is(err, errAmbiguous) {
				kind = DateAmbiguous
			}
		}
	}
	return kind
}
