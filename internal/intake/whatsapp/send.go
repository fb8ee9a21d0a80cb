package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// Send implements intake.Channel.
func (c *Channel) Send(ctx context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	out := outgoing{Product: "whatsapp", Type: "individual"}
	if id, ok := strings.CutPrefix(string(to), scopedAddress); ok && id != "" {
		out.Scoped = id
	} else if id, ok := strings.CutPrefix(string(to), numberAddress); ok && id != "" {
		out.To = id
	} else {
		return intake.Receipt{}, fmt.Errorf("whatsapp: %w: not an address of this channel", intake.ErrGone)
	}
	if err := c.fill(&out, m); err != nil {
		return intake.Receipt{}, err
	}
	reply, err := platform.Post(ctx, c.caller, c.address(c.config.Number+"/messages"), c.bearer(), out)
	if err != nil {
		return intake.Receipt{}, fmt.Errorf("whatsapp: %w", platform.Outcome(err))
	}
	if err := outcome(reply); err != nil {
		return intake.Receipt{}, fmt.Errorf("whatsapp: %w", err)
	}
	var a answer
	if err := json.Unmarshal(reply.Body, &a); err != nil || len(a.Messages) == 0 {
		return intake.Receipt{}, nil // taken, but without a name: statuses of it cannot be told apart
	}
	return intake.Receipt{ID: a.Messages[0].ID}, nil
}

// fill chooses the form of a message: a template after the window, otherwise
// text, reply buttons, or a list where buttons are too many or too long.
func (c *Channel) fill(out *outgoing, m intake.Outgoing) error {
	if m.Late {
		t, ok := c.template(m.Lang)
		if !ok {
			return fmt.Errorf("whatsapp: %w: no template is set", intake.ErrWindow)
		}
		text := platform.Cut(platform.Flat(m.Text), templateUnits)
		out.Kind, out.Template = "template", &template{Name: t.Name, Language: language{Code: t.Lang},
			Components: []component{{Type: "body", Parameters: []parameter{{Type: "text", Text: text}}}}}
		return nil
	}
	if len(m.Buttons) == 0 {
		out.Kind, out.Text = "text", &plain{Body: platform.Cut(m.Text, textUnits)}
		return nil
	}
	out.Kind = "interactive"
	if asButtons(m) {
		out.Interactive = buttonsOf(m)
	} else {
		out.Interactive = listOf(m)
	}
	return nil
}

func asButtons(m intake.Outgoing) bool {
	fits := len(m.Buttons) <= maxReplyButtons && platform.Units(m.Text) <= buttonBodyUnits
	for _, b := range m.Buttons {
		fits = fits && platform.Units(b.Label) <= replyLabelUnits
	}
	return fits
}

func buttonsOf(m intake.Outgoing) *interactive {
	i := &interactive{Type: "button", Body: words{m.Text}}
	for _, b := range m.Buttons {
		i.Action.Buttons = append(i.Action.Buttons, replyButton{Type: "reply", Reply: row{ID: b.Data, Title: b.Label}})
	}
	return i
}

func listOf(m intake.Outgoing) *interactive {
	i := &interactive{Type: "list", Body: words{platform.Cut(m.Text, textUnits)}, Action: action{Button: "Chọn"}}
	if m.Lang == "en" {
		i.Action.Button = "Choose"
	}
	var rows []row
	for _, b := range m.Buttons[:min(len(m.Buttons), maxRows)] {
		r := row{ID: b.Data, Title: platform.Cut(b.Label, rowLabelUnits)}
		if r.Title != b.Label {
			r.Detail = platform.Cut(b.Label, rowDetailUnits)
		}
		rows = append(rows, r)
	}
	i.Action.Sections = []section{{Rows: rows}}
	return i
}

// outcome is what the answer to a call means; nil if it was done.
func outcome(reply *fetch.Reply) error {
	if reply.Status >= 200 && reply.Status < 300 {
		return nil
	}
	var a answer
	if err := json.Unmarshal(reply.Body, &a); err != nil || a.Error == nil || a.Error.Code == 0 && reply.Status != http.StatusUnauthorized {
		return platform.ByStatus(reply.Status)
	}
	return byCode(a.Error.Code)
}

// byCode sorts the platform's error codes, from its reference of error codes
// (May 2026) and, for 470, from the years before it. A code it does not know
// counts as a refusal.
func byCode(code int) error {
	kind := intake.ErrRefused
	switch {
	case code == 4 || code == 80007 || code == 130429 || code == 131048 || code == 131064:
		return intake.RateLimited(time.Minute)
	case code == 131056: // too many to the same person
		return intake.RateLimited(12 * time.Second)
	case code == 0 || code == 3 || code == 10 || code == 190 || code >= 200 && code <= 299 || code == 131005: // token, rights
		kind = intake.ErrAuth
	case code == 368 || code == 131031 || code == 131042 || code == 131045 || code == 133010: // account locked, unpaid, not registered
		kind = intake.ErrAuth
	case code == 131047 || code == 470: // more than 24 hours
		kind = intake.ErrWindow
	case code == 131026 || code == 130497: // not on the platform, has blocked us, or lives where we may not write
		kind = intake.ErrGone
	case code == 1 || code == 2 || code == 131016 || code == 131057 || code == 133004: // down, maintenance
		kind = intake.ErrTemporary
	case code == 131000:
		kind = intake.ErrUnknown
	}
	return fmt.Errorf("%w: error %d", kind, code)
}

// Open implements intake.Opener: first the file's address, which lives five
// minutes, then its bytes, both with the token and from the platform's hosts alone.
func (c *Channel) Open(ctx context.Context, ref []byte) (io.ReadCloser, int64, error) {
	id := string(ref)
	if !clean(id) {
		return nil, 0, fmt.Errorf("whatsapp: %w: not a file of this channel", intake.ErrGone)
	}
	q := url.Values{"phone_number_id": {c.config.Number}}
	reply, err := c.caller.Do(ctx, fetch.Call{URL: c.address(id) + "?" + q.Encode(), Header: c.bearer()})
	if err != nil {
		return nil, 0, fmt.Errorf("whatsapp: %w", platform.Outcome(err))
	}
	if err := outcome(reply); err != nil {
		if !errors.Is(err, intake.ErrAuth) && (reply.Status == http.StatusNotFound || reply.Status == http.StatusBadRequest) {
			err = fmt.Errorf("%w: %w", intake.ErrGone, err)
		}
		return nil, 0, fmt.Errorf("whatsapp: %w", err)
	}
	var a answer
	if err := json.Unmarshal(reply.Body, &a); err != nil || a.URL == "" {
		return nil, 0, fmt.Errorf("whatsapp: %w: no address of the file", intake.ErrTemporary)
	}
	return platform.File(ctx, c.caller, a.URL, c.bearer())
}
