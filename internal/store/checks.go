package store

import (
	"context"
	"errors"
	"fmt"

	"soi/internal/desk"
)

// AddRevision implements desk.CheckRows. A revision, or a log index, that is
// there already is desk.ErrDuplicate.
func (t *tx) AddRevision(ctx context.Context, r desk.Revision, doc []byte) error {
	if _, err := t.exec(ctx, `INSERT INTO document (hash, doc) VALUES ($1,$2) ON CONFLICT (hash) DO NOTHING`,
		r.Hash, doc); err != nil {
		return err
	}
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO revision (verdict, rev, kind, reason, rating, topic, log_index, at, hash)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING`,
		r.Verdict, r.Rev, r.Kind, r.Reason, r.Rating, r.Doc.Topic, r.LogIndex, ms(r.At), r.Hash)
}

// revisionRow is a revision with the bytes of its document.
type revisionRow struct {
	desk.Revision
	doc []byte
}

// Revisions implements desk.CheckRows. Newest looks among the revisions below
// f.Below only; the other conditions then pick among the newest.
func (t *tx) Revisions(ctx context.Context, f desk.RevisionFilter) ([]desk.Revision, error) {
	var q filter
	q.and("r.log_index <", f.Below)
	if f.Newest {
		q.terms = append(q.terms, `NOT EXISTS (SELECT 1 FROM revision s WHERE s.verdict = r.verdict AND s.rev > r.rev
			AND s.log_index < `+q.arg(f.Below)+`)`)
	}
	eq(&q, "r.verdict", f.Verdict)
	eq(&q, "r.topic", f.Topic)
	in(&q, "r.verdict", f.Verdicts)
	in(&q, "r.kind", f.Kinds)
	if f.Rev != 0 {
		q.and("r.rev =", f.Rev)
	}
	if f.Before != 0 {
		q.and("r.log_index <", f.Before)
	}
	rows, err := many(ctx, t, func(r *revisionRow) []any {
		return []any{word(&r.Verdict), &r.Rev, word(&r.Kind), word(&r.Reason), word(&r.Rating), &r.LogIndex, at(&r.At),
			&r.Hash, &r.doc}
	}, `SELECT r.verdict, r.rev, r.kind, r.reason, r.rating, r.log_index, r.at, r.hash, d.doc
		FROM revision r JOIN document d ON d.hash = r.hash`+q.where()+` ORDER BY r.log_index DESC`+
		q.limit(f.Limit, 100), q.args...)
	if err != nil {
		return nil, err
	}
	return parseRevisions(rows)
}

// parseRevisions reads the documents of revisions.
func parseRevisions(rows []revisionRow) ([]desk.Revision, error) {
	out := make([]desk.Revision, len(rows))
	for i, r := range rows {
		if r.Erased = r.doc == nil; !r.Erased {
			var err error
			if r.Doc, err = desk.ParseDocument(r.doc); err != nil {
				return nil, fmt.Errorf("revision %d of %s: %w", r.Rev, r.Verdict, err)
			}
			r.Erased = r.Doc.Whole() // it says why the others are gone, and is no text to be shown
		}
		out[i] = r.Revision
	}
	return out, nil
}

// Document implements desk.CheckRows.
func (t *tx) Document(ctx context.Context, hash []byte) ([]byte, error) {
	doc, err := one(ctx, t, func(b *[]byte) []any { return []any{b} }, `SELECT doc FROM document WHERE hash = $1`, hash)
	if err == nil && doc == nil {
		err = desk.ErrErased
	}
	return doc, err
}

// SetImported implements desk.CheckRows. The row that stands at the URL keeps
// its ID and its Added.
func (t *tx) SetImported(ctx context.Context, i desk.Imported) (desk.ID, bool, error) {
	into := func(id *desk.ID) []any { return []any{word(id)} }
	id, err := one(ctx, t, into, `INSERT INTO imported (id, url, publisher, site, published, lang, claim, title, rating, added)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (url) DO UPDATE SET publisher=excluded.publisher, site=excluded.site, published=excluded.published,
			lang=excluded.lang, claim=excluded.claim, title=excluded.title, rating=excluded.rating
		WHERE imported.publisher <> excluded.publisher OR imported.site <> excluded.site
			OR imported.published IS DISTINCT FROM excluded.published OR imported.lang <> excluded.lang
			OR imported.claim <> excluded.claim OR imported.title <> excluded.title OR imported.rating <> excluded.rating
		RETURNING id`,
		i.ID, i.URL, i.Publisher, i.Site, msOrNull(i.Published), i.Lang, i.Claim, i.Title, i.Rating, ms(i.Added))
	if !errors.Is(err, desk.ErrNotFound) {
		return id, err == nil, err
	}
	id, err = one(ctx, t, into, `SELECT id FROM imported WHERE url = $1`, i.URL)
	return id, false, err
}

// Imports implements desk.CheckRows. A limit of 0 means 1,000.
func (t *tx) Imports(ctx context.Context, after desk.ID, ids []desk.ID, limit int) ([]desk.Imported, error) {
	var q filter
	if after != "" {
		q.and("id >", after)
	}
	in(&q, "id", ids)
	return many(ctx, t, func(i *desk.Imported) []any {
		return []any{word(&i.ID), &i.URL, &i.Publisher, &i.Site, at(&i.Published), &i.Lang, &i.Claim, &i.Title, &i.Rating, at(&i.Added)}
	}, `SELECT id, url, publisher, site, published, lang, claim, title, rating, added FROM imported`+
		q.where()+` ORDER BY id`+q.limit(limit, 1000), q.args...)
}
