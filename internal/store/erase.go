package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// EraseWork implements desk.AppealRows.
func (t *tx) EraseWork(ctx context.Context, claim, but desk.ID, mark string, now time.Time, blank func(desk.Review) ([]byte, error)) error {
	rs, err := t.Reviews(ctx, desk.ReviewFilter{Claim: claim, Limit: 10_000})
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.ID == but {
			continue
		}
		doc, err := blank(r)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE review SET doc = $2, reasons = CASE WHEN reasons = '' THEN '' ELSE $3 END,
			urgent = CASE WHEN urgent = '' THEN '' ELSE $3 END WHERE id = $1`, r.ID, doc, mark); err != nil {
			return err
		}
	}
	for _, q := range workOf() {
		if _, err := t.exec(ctx, q, claim); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`UPDATE request SET question = $2, plan = $2 WHERE claim = $1`,
		`UPDATE body_answer SET text = $2 WHERE request IN (SELECT id FROM request WHERE claim = $1)`,
		`UPDATE suggestion SET sentence = $2 WHERE claim = $1`,
		`UPDATE handover SET reasons = CASE WHEN reasons = '' THEN '' ELSE $2 END, answer = CASE WHEN answer = '' THEN '' ELSE $2 END WHERE claim = $1`,
	} {
		if _, err := t.exec(ctx, q, claim, mark); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `UPDATE evidence SET url = '', title = '', publisher = '', quote = '', says = '', retired = COALESCE(retired, $2) WHERE claim = $1`, claim, ms(now))
	return err
}

// workOf are the statements that delete what was written and gathered for a
// claim, in an order that leaves nothing behind: a copy or a watched page that
// another claim rests on stays.
func workOf() []string {
	return []string{
		`DELETE FROM watched WHERE url IN (SELECT url FROM evidence WHERE claim = $1) AND url NOT IN (SELECT url FROM evidence WHERE claim <> $1)`,
		`DELETE FROM payload WHERE hash IN (SELECT p.hash FROM capture_payload p JOIN capture k ON k.id = p.capture WHERE k.claim = $1)
			AND hash NOT IN (SELECT p.hash FROM capture_payload p JOIN capture k ON k.id = p.capture WHERE k.claim <> $1)`,
		`DELETE FROM capture_payload WHERE capture IN (SELECT id FROM capture WHERE claim = $1)`,
		`DELETE FROM capture WHERE claim = $1`,
		`DELETE FROM source WHERE evidence IN (SELECT id FROM evidence WHERE claim = $1)`,
		`DELETE FROM evidence_was WHERE claim = $1`,
		`DELETE FROM release WHERE claim = $1`,
		`DELETE FROM draft WHERE claim = $1`,
		`DELETE FROM draft_past WHERE claim = $1`,
		`DELETE FROM kept_text WHERE claim = $1`,
		`DELETE FROM claim_note WHERE claim = $1`,
		`DELETE FROM review_comment WHERE claim = $1`,
		`DELETE FROM review_work WHERE review IN (SELECT id FROM review WHERE claim = $1)`,
		`UPDATE redaction SET passages = NULL WHERE review IN (SELECT id FROM review WHERE claim = $1)`,
		`DELETE FROM opinion WHERE claim = $1`,
		`DELETE FROM listed_question WHERE claim = $1`,
		`DELETE FROM practice_case WHERE claim = $1`,
		`DELETE FROM due WHERE claim = $1`,
		`DELETE FROM tick WHERE claim = $1`,
		`DELETE FROM explainer_link WHERE claim = $1`,
		`DELETE FROM recheck_date WHERE claim = $1`,
		`DELETE FROM fedi_delivery WHERE verdict = $1`,
	}
}
