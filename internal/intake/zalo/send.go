package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// What we send: a consultation message.
type outgoing struct {
	To      target  `json:"recipient"`
	Message content `json:"message"`
}

type target struct {
	Who     string `json:"user_id,omitempty"`
	Message string `json:"message_id,omitempty"`
}

type content struct {
	Text  string    `json:"text"`
	Quote string    `json:"quote_message_id,omitempty"`
	Extra *template `json:"attachment,omitempty"`
}

type template struct {
	Type    string  `json:"type"` // template
	Payload choices `json:"payload"`
}

type choices struct {
	Buttons []button `json:"buttons"`
}

type button struct {
	Title   string `json:"title"`
	Type    string `json:"type"`    // oa.query.hide: what is pressed is not shown as a message
	Payload string `json:"payload"` // comes back as a text
}

// reply is what the API says to a call; its status is 200 whatever happens.
type reply struct {
	Error *int `json:"error"`
	Data  struct {
		ID platform.Text `json:"message_id"`
	} `json:"data"`
}

// Send implements intake.Channel. A token that ended between two calls is
// replaced and the call made again: the platform had refused it unread.
func (c *Account) Send(ctx context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	var p place
	if err := json.Unmarshal(to, &p); err != nil || p.Who == "" {
		return intake.Receipt{}, fmt.Errorf("zalo: %w: not an address of this channel", intake.ErrGone)
	}
	out := c.message(p, m)
	token, err := c.access(ctx, "")
	if err != nil {
		return intake.Receipt{}, err
	}
	got, err := c.post(ctx, token, out)
	if errors.Is(err, errStale) {
		if token, err = c.access(ctx, token); err != nil {
			return intake.Receipt{}, err
		}
		got, err = c.post(ctx, token, out)
	}
	return got, err
}

// message ties an answer to what it answers, as the operator has set it.
func (c *Account) message(p place, m intake.Outgoing) outgoing {
	out := outgoing{To: target(p), Message: content{Text: platform.Cut(m.Text, textUnits)}}
	switch {
	case c.config.ReplyBy == ReplyByMessage && p.Message != "":
		out.To.Who = ""
	case c.config.ReplyBy == ReplyByPerson:
		out.To.Message = ""
	case c.config.ReplyBy == ReplyByQuote:
		out.To.Message, out.Message.Quote = "", p.Message
	}
	if len(m.Buttons) > 0 {
		out.Message.Extra = &template{Type: "template"}
		for _, b := range m.Buttons[:min(len(m.Buttons), accountButtons)] {
			out.Message.Extra.Payload.Buttons = append(out.Message.Extra.Payload.Buttons,
				button{Title: platform.Cut(b.Label, titleUnits), Type: "oa.query.hide", Payload: pressed + b.Data})
		}
	}
	return out
}

// errStale: the access token has ended.
var errStale = fmt.Errorf("%w: the access token has ended", intake.ErrAuth)

func (c *Account) post(ctx context.Context, token string, out outgoing) (intake.Receipt, error) {
	answer, err := platform.Post(ctx, c.caller, c.caller.Base()+"/v3.0/oa/message/cs", http.Header{"Access_token": {token}}, out)
	if err != nil {
		return intake.Receipt{}, fmt.Errorf("zalo: %w", platform.Outcome(err))
	}
	var r reply
	if err := json.Unmarshal(answer.Body, &r); err != nil || r.Error == nil {
		if err := platform.ByStatus(answer.Status); err != nil {
			return intake.Receipt{}, fmt.Errorf("zalo: %w", err)
		}
		return intake.Receipt{}, fmt.Errorf("zalo: %w: an answer without an error number", intake.ErrUnknown)
	}
	if err := byNumber(*r.Error); err != nil {
		return intake.Receipt{}, fmt.Errorf("zalo: %w", err)
	}
	return intake.Receipt{ID: string(r.Data.ID)}, nil
}

// byNumber sorts the API's error numbers, from its table of errors. Numbers it
// does not know were answered by the platform and so are no delivery: they are
// tried again.
func byNumber(n int) error {
	kind := intake.ErrTemporary
	switch n {
	case 0:
		return nil
	case -216, -124: // access token
		return errStale
	case -32: // calls a minute
		return intake.RateLimited(time.Minute)
	case -213, -217, -227, -244: // does not follow, has blocked us, closed the account, wants no messages
		kind = intake.ErrGone
	case -230, -211, -218, -223: // no message within seven days, quota of answers used up
		kind = intake.ErrWindow
	case -201, -202, -210, -233, -240: // parameters, kind of message
		kind = intake.ErrRefused
	case -204, -205, -207, -209, -212, -214, -221, -224: // account, app, package
		kind = intake.ErrAuth
	}
	return fmt.Errorf("%w: error %d", kind, n)
}

// Open implements intake.Opener: the file's address is all it takes.
func (c *Account) Open(ctx context.Context, ref []byte) (io.ReadCloser, int64, error) {
	return platform.File(ctx, c.caller, strings.TrimSpace(string(ref)), nil)
}
