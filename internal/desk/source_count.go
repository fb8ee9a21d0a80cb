package desk

import (
	"context"
	"slices"
	"strings"
)

// DocRelease is a release as published; DocEvidence.Release counts them from 1.
type DocRelease struct {
	Issuer    string `json:"issuer"`
	Concerned bool   `json:"concerned,omitempty"` // it is the body concerned
}

// SourceGroup is what counts as one source: one piece of evidence, or all the
// copies of one release.
type SourceGroup struct {
	Release     *DocRelease // nil for a piece that stands for itself
	Pieces      []DocEvidence
	Independent bool // of the body concerned, and counted as such
}

// Sources groups the evidence of a document into what counts as one source
// each, in the order of their first pieces.
func (d Document) Sources() []SourceGroup {
	var out []SourceGroup
	at := map[int]int{} // number of a release → place in out
	for _, e := range d.Evidence {
		n := e.Release
		if n < 1 || n > len(d.Releases) {
			out = append(out, SourceGroup{Pieces: []DocEvidence{e}, Independent: d.free(e)})
			continue
		}
		i, ok := at[n]
		if !ok {
			i = len(out)
			at[n] = i
			r := d.Releases[n-1]
			out = append(out, SourceGroup{Release: &r, Independent: !r.Concerned && !sameHouse(r.Issuer, d.Body)})
		}
		// One text cannot be both: a copy that depends on the body makes all
		// of them depend.
		out[i].Pieces = append(out[i].Pieces, e)
		out[i].Independent = out[i].Independent && d.free(e)
	}
	return out
}

// free reports whether a piece, seen alone, is independent of the body
// concerned: a person marked it so, and that body does not pay for it.
func (d Document) free(e DocEvidence) bool { return e.Independent && !sameHouse(e.Payer, d.Body) }

// Independent counts the sources that are independent of the body concerned.
// A verdict needs one at least.
func (d Document) Independent() int {
	n := 0
	for _, g := range d.Sources() {
		if g.Independent {
			n++
		}
	}
	return n
}

// sameHouse reports whether two names, without regard to case and blanks, are
// one; an empty name is nobody's.
func sameHouse(a, b string) bool {
	a, b = strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " ")
	return a != "" && strings.EqualFold(a, b)
}

// withReleases numbers the releases of the evidence es, whose published forms
// are in doc.Evidence in the same order. A release of which one piece is left
// is no group any more, but still its issuer's text.
func (d *Document) withReleases(es []Evidence, rs []Release) {
	number := map[ID]int{}
	for i, e := range es {
		d.Evidence[i].Nearness, d.Evidence[i].Payer = e.Nearness, e.Payer
		j := slices.IndexFunc(rs, func(r Release) bool { return r.ID == e.Release && e.Release != "" })
		if j < 0 {
			continue
		}
		if number[e.Release] == 0 {
			d.Releases = append(d.Releases, DocRelease{Issuer: rs[j].Issuer, Concerned: rs[j].Concerned})
			number[e.Release] = len(d.Releases)
		}
		d.Evidence[i].Release = number[e.Release]
	}
}

// citing is what the evidence in use of a claim would be published as. Only
// Body, Evidence and Releases are filled in.
func citing(c Claim, es []Evidence, rs []Release) Document {
	es = inUse(es)
	doc := Document{Body: c.Body, Evidence: cite(es)}
	doc.withReleases(es, rs)
	return doc
}

// stillIndependent refuses to publish a text whose sources the desk has come
// to see otherwise since it was sent: the evidence as it stands now must hold
// an independent source, too.
func stillIndependent(ctx context.Context, tx Tx, c Claim, doc Document) error {
	if doc.Kind == KindWithdraw {
		return nil
	}
	es, err := tx.EvidenceOf(ctx, c.ID)
	if err != nil {
		return err
	}
	rs, err := tx.Releases(ctx, c.ID)
	if err != nil {
		return err
	}
	var cited []Evidence
	for _, e := range inUse(es) {
		if slices.ContainsFunc(doc.Evidence, func(x DocEvidence) bool { return x.URL == e.URL || x.Title == e.Title }) {
			cited = append(cited, e)
		}
	}
	if now := citing(c, cited, rs); now.Independent() == 0 {
		return invalid(NoIndependent)
	}
	return nil
}

// SourcesPage is what a claim's page shows of its sources: as they would be
// published, grouped, with what they said before.
type SourcesPage struct {
	Doc      Document // Body, Evidence and Releases alone
	Releases []Release
	Before   map[ID][]EvidenceWas // newest first
}

// SourcesPage reads the sources of a claim.
func (d *Desk) SourcesPage(ctx context.Context, by Actor, claim ID) (SourcesPage, error) {
	p := SourcesPage{Before: map[ID][]EvidenceWas{}}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		c, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		es, err := tx.EvidenceOf(ctx, claim)
		if err != nil {
			return err
		}
		if p.Releases, err = tx.Releases(ctx, claim); err != nil {
			return err
		}
		p.Doc = citing(c, es, p.Releases)
		was, err := tx.EvidenceBefore(ctx, claim)
		for _, w := range was {
			p.Before[w.ID] = append(p.Before[w.ID], w)
		}
		return err
	})
	return p, err
}
