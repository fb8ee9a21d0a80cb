package web

import (
	"errors"
	"net/http"

	"soi/internal/desk"
)

// ticketPage is the form for a ticket code.
type ticketPage struct {
	Code    string
	Unknown bool // a code was given that fits nothing
}

// head implements page.
func (ticketPage) head(w *words) head {
	return head{Title: w.t("ticket.title"), Private: true}
}

// ticketForm answers GET /t; a code in the address leads to its page.
func (s *Site) ticketForm(v *visit) (answer, error) {
	code := v.query("code")
	if code == "" {
		return show("ticket", ticketPage{}), nil
	}
	if desk.TicketHash(code) == nil {
		return show("ticket", ticketPage{Code: code, Unknown: true}).as(http.StatusNotFound), nil
	}
	return redirect(v.tongue.url("/t/" + code)), nil
}

// ticket answers GET /t/{code}.
func (s *Site) ticket(v *visit) (answer, error) {
	code := v.PathValue("code")
	r, err := s.Desk.ByTicket(v.Context(), desk.Program(), desk.TicketHash(code))
	if errors.Is(err, desk.ErrNotFound) {
		if _, _, err := s.Desk.AppealByTicket(v.Context(), desk.Program(), desk.TicketHash(code), 0); err == nil {
			return redirect(v.tongue.url("/appeals/t/" + code)), nil
		}
		return show("ticket", ticketPage{Code: code, Unknown: true}).as(http.StatusNotFound), nil
	}
	if err != nil {
		return answer{}, err
	}
	res, err := s.lookTip(v, r.Tip)
	if err != nil {
		return answer{}, err
	}
	return s.outcome(v, r, code, res)
}
