package store

import (
	"context"

	"soi/internal/desk"
)

// Misfit is one row that the program itself never leaves behind: somebody
// changed the database with other means, or a fault did.
type Misfit struct {
	Kind MisfitKind
	ID   string // of what the kind speaks of
}

// MisfitKind is a way in which rows contradict each other.
type MisfitKind string

// The kinds of misfits that keys and checks of the schema leave open.
const (
	AsideUnheld     MisfitKind = "aside-unheld"     // a tip is set aside and no act did it
	AsideCounted    MisfitKind = "aside-counted"    // an act set a tip aside, and it counts as demand
	AsideMiscounted MisfitKind = "aside-miscounted" // an act's public count is not that of its tips
	SeatOfNobody    MisfitKind = "seat-of-nobody"   // a seat of an account that is not there
	SeatNowhere     MisfitKind = "seat-nowhere"     // a seat at a desk that is not there; the ID is the person's
	ClaimNowhere    MisfitKind = "claim-nowhere"    // a claim of a desk that is not there
	TipNowhere      MisfitKind = "tip-nowhere"      // a tip noted for a desk that is not there
	HandoverAstray  MisfitKind = "handover-astray"  // a handover of a claim, or to a desk, that is not there
	CommentAstray   MisfitKind = "comment-astray"   // a comment on another claim's review, or an answer to another review's comment
	ReviewAstray    MisfitKind = "review-astray"    // a claim is under review, and the review is decided or another claim's
	TakenByNobody   MisfitKind = "taken-by-nobody"  // a claim is taken by an account that is not there
	MergedNowhere   MisfitKind = "merged-nowhere"   // a claim is merged and says not into which, or the other way round
)

// home is the desk that every installation has, with or without a row.
const home = "'" + string(desk.Home) + "'"

// misfits are the questions, in the order of their findings. Each lists ids.
var misfits = []struct {
	kind  MisfitKind
	query string
}{
	{AsideUnheld, `SELECT t.id FROM tip t WHERE t.aside AND NOT EXISTS (SELECT 1 FROM quarantined q WHERE q.tip = t.id AND q.back IS NULL) ORDER BY 1`},
	{AsideCounted, `SELECT t.id FROM quarantined q JOIN tip t ON t.id = q.tip WHERE q.back IS NULL AND NOT t.aside ORDER BY 1`},
	{AsideMiscounted, `SELECT q.id FROM quarantine q WHERE q.tips <> (SELECT COUNT(*) FROM quarantined x WHERE x.quarantine = q.id)
		OR q.back <> (SELECT COUNT(x.back) FROM quarantined x WHERE x.quarantine = q.id) ORDER BY 1`},
	{SeatOfNobody, `SELECT DISTINCT staff FROM seat WHERE staff NOT IN (SELECT id FROM staff) ORDER BY 1`},
	{SeatNowhere, `SELECT DISTINCT staff FROM seat WHERE branch <> ` + home + ` AND branch NOT IN (SELECT id FROM branch) ORDER BY 1`},
	{ClaimNowhere, `SELECT claim FROM claim_branch WHERE branch <> ` + home + ` AND branch NOT IN (SELECT id FROM branch) ORDER BY 1`},
	{TipNowhere, `SELECT tip FROM tip_branch WHERE branch <> ` + home + ` AND branch NOT IN (SELECT id FROM branch) ORDER BY 1`},
	{HandoverAstray, `SELECT h.id FROM handover h WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.id = h.claim)
		OR h.to_branch <> ` + home + ` AND h.to_branch NOT IN (SELECT id FROM branch) ORDER BY 1`},
	{CommentAstray, `SELECT c.id FROM review_comment c JOIN review r ON r.id = c.review LEFT JOIN review_comment p ON p.id = c.parent
		WHERE r.claim <> c.claim OR p.review <> c.review ORDER BY 1`},
	{ReviewAstray, `SELECT c.id FROM claim c WHERE c.review IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM review r WHERE r.id = c.review AND r.claim = c.id AND r.state = 'pending') ORDER BY 1`},
	{TakenByNobody, `SELECT id FROM claim WHERE assignee IS NOT NULL AND assignee NOT IN (SELECT id FROM staff) ORDER BY 1`},
	{MergedNowhere, `SELECT id FROM claim WHERE (state = 'merged') <> (merged_into IS NOT NULL) ORDER BY 1`},
}

// MisfitKinds lists the kinds, in the order of their findings.
func MisfitKinds() []MisfitKind {
	var out []MisfitKind
	for _, m := range misfits {
		out = append(out, m.kind)
	}
	return out
}

// Misfits reads the whole desk for rows that contradict each other, on one
// snapshot; none is what is right.
func (db *DB) Misfits(ctx context.Context) ([]Misfit, error) {
	var out []Misfit
	err := db.read(ctx, func(t *tx) error {
		for _, m := range misfits {
			ids, err := many(ctx, t, func(id *string) []any { return []any{id} }, m.query)
			if err != nil {
				return err
			}
			for _, id := range ids {
				out = append(out, Misfit{m.kind, id})
			}
		}
		return nil
	})
	return out, err
}
