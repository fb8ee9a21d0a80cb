package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"soi/internal/desk"
)

// appealFields are the columns of an appeal but its words, in the order of
// appealArgs and appealInto.
const appealFields = `id, ext_id, claim, against, rev, kind, unpublish, lang, conversation, ticket, received, due, state,
	decider, taken, ruled, erased, version`

// appealArgs are an appeal's values but its version.
func appealArgs(a desk.Appeal) []any {
	return []any{a.ID, a.ExtID, a.Claim, a.Against, a.Rev, a.Kind, a.Unpublish, a.Lang, orNull(a.Conversation), a.Ticket,
		ms(a.Received), ms(a.Due), a.State, orNull(a.Decider), msOrNull(a.Taken), msOrNull(a.Ruled), msOrNull(a.Erased), a.Words}
}

// appealInto is where a row of appealFields goes.
func appealInto(a *desk.Appeal) []any {
	return []any{word(&a.ID), &a.ExtID, word(&a.Claim), word(&a.Against), &a.Rev, word(&a.Kind), &a.Unpublish, &a.Lang,
		word(&a.Conversation), &a.Ticket, at(&a.Received), at(&a.Due), word(&a.State), word(&a.Decider), at(&a.Taken),
		at(&a.Ruled), at(&a.Erased), &a.Version}
}

// AddAppeal implements desk.AppealRows.
func (t *tx) AddAppeal(ctx context.Context, a desk.Appeal, files []desk.ID) error {
	err := t.must(ctx, desk.ErrDuplicate, `INSERT INTO appeal (id, ext_id, claim, against, rev, kind, unpublish, lang, conversation,
			ticket, received, due, state, decider, taken, ruled, erased, words, version)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,1) ON CONFLICT (ext_id) DO NOTHING`, appealArgs(a)...)
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := t.exec(ctx, `INSERT INTO appeal_file (appeal, media) VALUES ($1,$2)`, a.ID, f); err != nil {
			return err
		}
	}
	return nil
}

// SetAppeal implements desk.AppealRows. A trigger refuses a decider with a part
// in the check.
func (t *tx) SetAppeal(ctx context.Context, a desk.Appeal) error {
	return t.must(ctx, desk.ErrConflict, `UPDATE appeal SET ext_id=$2, claim=$3, against=$4, rev=$5, kind=$6, unpublish=$7, lang=$8,
		conversation=$9, ticket=$10, received=$11, due=$12, state=$13, decider=$14, taken=$15, ruled=$16, erased=$17, words=$18,
		version=version+1 WHERE id=$1 AND version=$19`, append(appealArgs(a), a.Version)...)
}

// Appeals implements desk.AppealRows.
func (t *tx) Appeals(ctx context.Context, f desk.AppealFilter) ([]desk.Appeal, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "ext_id", f.ExtID)
	eq(&q, "claim", f.Claim)
	in(&q, "state", f.States)
	if len(f.Ticket) > 0 {
		q.and("ticket =", f.Ticket)
	}
	words := "NULL"
	if f.ID != "" || len(f.Ticket) > 0 || f.ExtID != "" {
		words = "words"
	}
	if !f.Erasable.IsZero() {
		q.terms = append(q.terms, "state = 'ruled'", "erased IS NULL")
		q.and("ruled <", ms(f.Erasable))
	}
	return many(ctx, t, func(a *desk.Appeal) []any { return append(appealInto(a), &a.Words) },
		"SELECT "+appealFields+", "+words+" FROM appeal"+q.where()+" ORDER BY due, received, id"+q.limit(f.Limit, 100), q.args...)
}

// AppealFiles implements desk.AppealRows.
func (t *tx) AppealFiles(ctx context.Context, appeal desk.ID) ([]desk.Media, error) {
	return many(ctx, t, mediaInto, "SELECT "+mediaFields+` FROM media WHERE id IN (SELECT media FROM appeal_file WHERE appeal = $1)
		ORDER BY id`, appeal)
}

// Parts implements desk.AppealRows.
func (t *tx) Parts(ctx context.Context, claim desk.ID) ([]desk.ID, error) {
	return many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} }, `SELECT p.staff FROM review_part p
		JOIN review r ON r.id = p.review WHERE r.claim = $1
		UNION SELECT submitted_by FROM review WHERE claim = $1 AND submitted_by IS NOT NULL ORDER BY 1`, claim)
}

// SetRuling implements desk.AppealRows. The bytes of a published one are in
// document alone.
func (t *tx) SetRuling(ctx context.Context, r desk.Ruling) error {
	var index any
	doc := r.Doc
	if r.LogIndex >= 0 {
		index, doc = r.LogIndex, nil
	}
	_, err := t.exec(ctx, `INSERT INTO ruling (id, appeal, n, outcome, doc, hash, decider, at, state, approver, settled, reasons, log_index)
		VALUES ($1,$2,(SELECT COALESCE(MAX(n), 0) + 1 FROM ruling WHERE appeal = $2),$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)
		ON CONFLICT (id) DO UPDATE SET outcome=excluded.outcome, doc=excluded.doc, hash=excluded.hash, decider=excluded.decider,
			at=excluded.at, state=excluded.state, approver=excluded.approver, settled=excluded.settled, reasons=excluded.reasons,
			log_index=excluded.log_index`,
		r.ID, r.Appeal, r.Outcome, doc, r.Hash, r.Decider, ms(r.At), r.State, orNull(r.Approver), msOrNull(r.Settled), r.Reasons, index)
	return err
}

// Rulings implements desk.AppealRows.
func (t *tx) Rulings(ctx context.Context, f desk.RulingFilter) ([]desk.Ruling, error) {
	var q filter
	eq(&q, "r.id", f.ID)
	eq(&q, "r.appeal", f.Appeal)
	eq(&q, "a.claim", f.Claim)
	eq(&q, "r.state", f.State)
	order := " ORDER BY r.at DESC, r.n DESC, r.id"
	if f.Below != 0 {
		q.and("r.log_index <", f.Below)
		order = " ORDER BY r.log_index DESC"
	}
	if f.Before != 0 {
		q.and("r.log_index <", f.Before)
	}
	return many(ctx, t, func(r *desk.Ruling) []any {
		index := scan(func(v sql.NullInt64) error {
			r.LogIndex = -1
			if v.Valid {
				r.LogIndex = v.Int64
			}
			return nil
		})
		return []any{word(&r.ID), word(&r.Appeal), word(&r.Claim), word(&r.Outcome), &r.Doc, &r.Hash, word(&r.Decider), at(&r.At),
			word(&r.State), word(&r.Approver), at(&r.Settled), &r.Reasons, index}
	}, `SELECT r.id, r.appeal, a.claim, r.outcome, COALESCE(r.doc, d.doc), r.hash, r.decider, r.at, r.state, r.approver, r.settled,
		r.reasons, r.log_index FROM ruling r JOIN appeal a ON a.id = r.appeal LEFT JOIN document d ON d.hash = r.hash`+
		q.where()+order+q.limit(f.Limit, 100), q.args...)
}

// AddDocument implements desk.AppealRows.
func (t *tx) AddDocument(ctx context.Context, hash, doc []byte) error {
	_, err := t.exec(ctx, `INSERT INTO document (hash, doc) VALUES ($1,$2) ON CONFLICT (hash) DO NOTHING`, hash, doc)
	return err
}

// SetRedaction implements desk.AppealRows. The row stays when its passages are
// forgotten: what a review did is known by it.
func (t *tx) SetRedaction(ctx context.Context, review desk.ID, passages []string) error {
	var text any
	if passages != nil {
		s, err := asJSON(passages)
		if err != nil {
			return err
		}
		text = s
	}
	_, err := t.exec(ctx, `INSERT INTO redaction (review, passages) VALUES ($1,$2)
		ON CONFLICT (review) DO UPDATE SET passages = excluded.passages`, review, text)
	return err
}

// Redaction implements desk.AppealRows.
func (t *tx) Redaction(ctx context.Context, review desk.ID) ([]string, error) {
	out, err := one(ctx, t, func(ps *[]string) []any {
		return []any{scan(func(v sql.NullString) error {
			if !v.Valid {
				return nil
			}
			return json.Unmarshal([]byte(v.String), ps)
		})}
	}, `SELECT passages FROM redaction WHERE review = $1`, review)
	if errors.Is(err, desk.ErrNotFound) {
		err = nil
	}
	return out, err
}

// DropRedactions implements desk.AppealRows.
func (t *tx) DropRedactions(ctx context.Context) (int, error) {
	n, err := t.exec(ctx, `UPDATE redaction SET passages = NULL WHERE passages IS NOT NULL AND EXISTS (SELECT 1 FROM review
		WHERE review.id = redaction.review AND review.state <> 'pending')`)
	return int(n), err
}

// EraseRevisions implements desk.AppealRows.
func (t *tx) EraseRevisions(ctx context.Context, claim desk.ID, revs []int, passages []string, blank func(desk.Review) ([]byte, error)) error {
	erased := map[string]bool{}
	for _, rev := range revs {
		hash, err := one(ctx, t, func(b *[]byte) []any { return []any{b} }, `SELECT hash FROM revision WHERE verdict = $1 AND rev = $2`, claim, rev)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE document SET doc = NULL WHERE hash = $1`, hash); err != nil {
			return err
		}
		erased[string(hash)] = true
	}
	rs, err := t.Reviews(ctx, desk.ReviewFilter{Claim: claim, Limit: 10_000})
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.State == desk.ReviewPending || !erased[string(r.Hash)] && !holds(r.Doc, passages) {
			continue
		}
		doc, err := blank(r)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE review SET doc = $2 WHERE id = $1`, r.ID, doc); err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether a passage stands in the JSON of a document, where it
// may be spelled with escapes.
func holds(doc []byte, passages []string) bool {
	for _, p := range passages {
		spelled, err := json.Marshal(p)
		if err != nil || strings.Contains(string(doc), p) || strings.Contains(string(doc), string(spelled[1:len(spelled)-1])) {
			return true
		}
	}
	return false
}
