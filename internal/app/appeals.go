package app

import (
	"bytes"
	"context"
	"fmt"

	"soi/internal/desk"
	"soi/internal/intake"
	"soi/internal/intake/email"
	"soi/internal/tlog"
	"soi/internal/web"
)

// appealPost is the web.AppealPost of the program: the vault of askers, and the
// mail channel.
type appealPost struct{ a *App }

var _ web.AppealPost = appealPost{}

// Seal implements web.AppealPost.
func (p appealPost) Seal(words []byte) ([]byte, error) {
	return p.a.answers.intake.Vault.SealAppeal(words)
}

// Open implements web.AppealPost.
func (p appealPost) Open(sealed []byte) ([]byte, error) {
	return p.a.answers.intake.Vault.OpenAppeal(sealed)
}

// Mails implements web.AppealPost.
func (p appealPost) Mails() bool {
	for _, c := range p.a.answers.channels {
		if mail, ok := c.(*email.Channel); ok {
			return mail.Sends()
		}
	}
	return false
}

// Address implements web.AppealPost.
func (p appealPost) Address(mail string) (channel string, sealed []byte, err error) {
	if !email.Usable(mail) || !p.Mails() {
		return "", nil, nil
	}
	sealed, err = p.a.answers.intake.Vault.SealAddress(email.AddressOf(mail))
	return email.Name, sealed, err
}

// Letter implements web.AppealPost.
func (p appealPost) Letter(op, lang, title, text string) ([]byte, error) {
	return p.a.answers.intake.Vault.SealMessage(intake.Outgoing{Op: op, Lang: lang, Purpose: intake.PurposeNotice, Title: title, Text: text})
}

// fsckRulings compares every published ruling with its document and its entry
// in the public log.
func (a *App) fsckRulings(ctx context.Context, tx desk.Tx, findings *[]string, checked map[string]int) error {
	for before := int64(0); ; {
		rs, err := tx.Rulings(ctx, desk.RulingFilter{State: desk.ReviewApproved, Below: 1<<62 - 1, Before: before, Limit: 500})
		if err != nil || len(rs) == 0 {
			return err
		}
		for _, r := range rs {
			checked["rulings"]++
			body, err := oneEntry(ctx, tx, r.LogIndex)
			if err != nil {
				return err
			}
			e, err := tlog.Parse(body)
			if err != nil || e.Ruling != string(r.ID) || e.Verdict != string(r.Claim) || e.Outcome != string(r.Outcome) || !bytes.Equal(e.Doc[:], r.Hash) {
				*findings = append(*findings, fmt.Sprintf("Ruling %s: the database shows something else than the public log.", r.ID))
			}
			if r.Approver == r.Decider || r.Doc != nil && !bytes.Equal(desk.DocHash(r.Doc), r.Hash) {
				*findings = append(*findings, fmt.Sprintf("Ruling %s: its text is not the one that was approved by a second person.", r.ID))
			}
		}
		before = rs[len(rs)-1].LogIndex
	}
}
