package web

import (
	"slices"

	"soi/internal/desk"
)

// Sizes of the staff's forms, in bytes.
const (
	bodyDraft = 512 << 10 // 40,000 characters of Vietnamese, percent-encoded
	bodyForm  = 64 << 10
)

// deskRoutes is the table of the staff pages. Who may do what is decided in
// desk; the permission here only keeps people off pages that are of no use to
// them.
func (s *Site) deskRoutes() []route {
	work := []route{
		{pattern: "GET /desk", audience: Staff, may: desk.MayRead, h: s.queue},
		{pattern: "GET /desk/new", audience: Staff, may: desk.MayAddTip, h: s.newTip},
		{pattern: "POST /desk/new", audience: Staff, may: desk.MayAddTip, body: bodyAsk, files: askFiles, keep: []string{"text"}, h: s.addTip},
		{pattern: "GET /desk/told/{code}", audience: Staff, may: desk.MayAddTip, h: s.readOut},
		{pattern: "POST /desk/told/{code}", audience: Staff, may: desk.MayAddTip, body: bodySmall, h: s.chooseFor},
		{pattern: "GET /desk/claims/{id}", audience: Staff, may: desk.MayRead, h: s.claim},
		{pattern: "GET /desk/claims/{id}/tips", audience: Staff, may: desk.MayRead, h: s.claimTips},
		{pattern: "POST /desk/claims/{id}/edit", audience: Staff, may: desk.MayAssess, body: bodyForm, keep: []string{"text"}, h: s.editClaim},
		{pattern: "POST /desk/claims/{id}/assign", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.assignClaim},
		{pattern: "POST /desk/claims/{id}/close", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.closeClaim},
		{pattern: "POST /desk/claims/{id}/reopen", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.reopenClaim},
		{pattern: "POST /desk/claims/{id}/judge", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.judgeMatch},
		{pattern: "POST /desk/claims/{id}/unjudge", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.undoJudgment},
		{pattern: "POST /desk/claims/{id}/merge", audience: Staff, may: desk.MayAssess, body: bodySmall, keep: []string{"into"}, h: s.mergeClaim},
		{pattern: "POST /desk/claims/{id}/unmerge", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.unmergeClaim},
		{pattern: "POST /desk/claims/{id}/split", audience: Staff, may: desk.MayAssess, body: bodyForm, h: s.splitClaim},
		{pattern: "POST /desk/claims/{id}/evidence", audience: Staff, may: desk.MayCite, body: bodyForm, keep: []string{"url", "title", "quote", "says-vi", "says-en"}, h: s.addEvidence},
		{pattern: "POST /desk/claims/{id}/evidence/{evidence}", audience: Staff, may: desk.MayCite, body: bodySmall, h: s.turnEvidence},
		{pattern: "POST /desk/claims/{id}/draft", audience: Staff, may: desk.MayDraft, body: bodyDraft, keep: []string{"claim", "statement", "summary", "body", "unknown"}, h: s.saveDraft},
		{pattern: "POST /desk/claims/{id}/withdraw", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"note-vi", "note-en"}, h: s.submitWithdrawal},
		{pattern: "POST /desk/claims/{id}/recall", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.recallAnswer},
		{pattern: "GET /desk/answers", audience: Staff, may: desk.MayRead, h: s.answers},
		{pattern: "GET /desk/journal", audience: Staff, may: desk.MayJournal, h: s.journal},
	}
	work = append(append(work, s.reviewRoutes()...), s.reportRoutes()...)
	work = append(append(work, s.practiceRoutes()...), s.explainerRoutes()...)
	work = append(work, s.institutionRoutes()...)
	work = append(append(work, s.pressRoutes()...), s.deskDigestRoutes()...)
	work = append(work, s.exchangeRoutes()...)
	work = append(append(work, s.bodyRoutes()...), s.requestRoutes()...)
	work = append(append(work, s.channelDeskRoutes()...), s.importRoutes()...)
	work = append(work, s.teamRoutes()...)
	work = append(work, s.captureRoutes()...)
	work = append(work, s.sourceRoutes()...)
	work = slices.Concat(work, s.viewRoutes(), s.bulkRoutes(), s.burstRoutes(), s.keyRoutes(), s.checklistRoutes())
	work = append(append(work, s.deadlineRoutes()...), s.appealDeskRoutes()...)
	work = append(work, s.eraseRoutes()...)
	return append(append(work, s.mediaRoutes()...), s.officeRoutes()...)
}
