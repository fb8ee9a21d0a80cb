package store

import (
	"context"
	"database/sql"
	"time"

	"soi/internal/desk"
)

// mediaFields are the columns of a file, in the order of mediaArgs and
// mediaInto.
const mediaFields = `id, tip, claim, kind, type, bytes, width, height, length, sum, hash, quality, text, state, tries,
	use, added, added_by, erased, authenticity`

// mediaArgs are a file's values.
func mediaArgs(m desk.Media) []any {
	return []any{m.ID, orNull(m.Tip), orNull(m.Claim), m.Kind, m.Type, m.Bytes, m.Width, m.Height, m.Length.Milliseconds(),
		m.Sum, m.Hash, m.Quality, m.Text, m.State, m.Tries, m.Use, ms(m.Added), orNull(m.AddedBy), msOrNull(m.Erased), m.Authenticity}
}

// mediaInto is where a row of mediaFields goes.
func mediaInto(m *desk.Media) []any {
	length := scan(func(v sql.NullInt64) error { m.Length = time.Duration(v.Int64) * time.Millisecond; return nil })
	return []any{word(&m.ID), word(&m.Tip), word(&m.Claim), word(&m.Kind), &m.Type, &m.Bytes, &m.Width, &m.Height, length,
		&m.Sum, &m.Hash, &m.Quality, &m.Text, word(&m.State), &m.Tries, word(&m.Use), at(&m.Added), word(&m.AddedBy), at(&m.Erased), word(&m.Authenticity)}
}

// SetMedia implements desk.MediaRows.
func (t *tx) SetMedia(ctx context.Context, m desk.Media) error {
	_, err := t.exec(ctx, `INSERT INTO media (`+mediaFields+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)
		ON CONFLICT (id) DO UPDATE SET tip=$2, claim=$3, kind=$4, type=$5, bytes=$6, width=$7, height=$8, length=$9,
		sum=$10, hash=$11, quality=$12, text=$13, state=$14, tries=$15, use=$16, added=$17, added_by=$18, erased=$19, authenticity=$20`,
		mediaArgs(m)...)
	return err
}

// Media implements desk.MediaRows.
func (t *tx) Media(ctx context.Context, f desk.MediaFilter) ([]desk.Media, error) {
	var q filter
	in(&q, "id", f.IDs)
	in(&q, "tip", f.Tips)
	eq(&q, "state", f.State)
	order := " ORDER BY id"
	if f.Claim != "" {
		c := q.arg(string(f.Claim))
		// A union lets both engines use their indexes; OR makes PostgreSQL read
		// the whole table.
		q.terms = append(q.terms, `id IN (SELECT m.id FROM media m JOIN tip t ON t.id = m.tip WHERE t.claim = `+c+`
			UNION ALL SELECT id FROM media WHERE claim = `+c+`
			UNION ALL SELECT m.id FROM media m JOIN claim x ON x.id = m.claim WHERE x.merged_into = `+c+`)`)
		order = " ORDER BY added, id"
	}
	if f.State != "" {
		q.terms = append(q.terms, "erased IS NULL")
	}
	if f.Hashed {
		q.terms = append(q.terms, "hash IS NOT NULL")
	}
	if f.After != "" {
		q.and("id >", string(f.After))
	}
	return many(ctx, t, mediaInto, "SELECT "+mediaFields+" FROM media"+q.where()+order+q.limit(f.Limit, 100), q.args...)
}

// pieceSize is the most bytes of one row of media_part.
const pieceSize = 256 << 10

// SetBlob implements desk.MediaRows.
func (t *tx) SetBlob(ctx context.Context, id desk.ID, part desk.MediaPart, b []byte) error {
	if _, err := t.exec(ctx, `DELETE FROM media_part WHERE media = $1 AND part = $2`, id, part); err != nil {
		return err
	}
	for n := 0; len(b) > 0; n++ {
		piece := b[:min(len(b), pieceSize)]
		b = b[len(piece):]
		if _, err := t.exec(ctx, `INSERT INTO media_part (media, part, n, body) VALUES ($1,$2,$3,$4)`, id, part, n, piece); err != nil {
			return err
		}
	}
	return nil
}

// Blob implements desk.MediaRows.
func (t *tx) Blob(ctx context.Context, id desk.ID, part desk.MediaPart) ([]byte, error) {
	pieces, err := many(ctx, t, func(b *[]byte) []any { return []any{b} },
		`SELECT body FROM media_part WHERE media = $1 AND part = $2 ORDER BY n`, id, part)
	if err != nil {
		return nil, err
	}
	if len(pieces) == 0 {
		return nil, desk.ErrNotFound
	}
	var out []byte
	for _, p := range pieces {
		out = append(out, p...)
	}
	return out, nil
}
