package zalo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// The part of an Official Account's events that is read. What is not declared
// here is never decoded: names, portraits, places, business cards, submitted
// forms, file names.

type event struct {
	App      platform.Text `json:"app_id"`
	Name     string        `json:"event_name"`
	Time     platform.Text `json:"timestamp"` // milliseconds
	From     ident         `json:"sender"`
	To       ident         `json:"recipient"`
	Follower ident         `json:"follower"`
	Account  platform.Text `json:"oa_id"`
	Message  struct {
		ID    platform.Text   `json:"msg_id"`
		IDs   []platform.Text `json:"msg_ids"`
		Text  string          `json:"text"`
		Quote platform.Text   `json:"quote_msg_id"`
		Files []attachment    `json:"attachments"`
	} `json:"message"`
}

type attachment struct {
	Type    string `json:"type"`
	Payload struct {
		URL  string        `json:"url"`
		Size platform.Text `json:"size"`
		Mime string        `json:"type"`
	} `json:"payload"`
}

// ident is {"id": "…"}, or the id itself in some events. Its name and portrait
// are not read.
type ident string

// UnmarshalJSON takes either form.
func (i *ident) UnmarshalJSON(b []byte) error {
	var text platform.Text
	if json.Unmarshal(b, &text) == nil {
		*i = ident(text)
		return nil
	}
	var v struct {
		ID platform.Text `json:"id"`
	}
	err := json.Unmarshal(b, &v)
	*i = ident(v.ID)
	return err
}

// place is an address: the person, and the message that an answer is tied to.
type place struct {
	Who     string `json:"w"`
	Message string `json:"m,omitempty"`
}

func (p place) address() intake.Address {
	b, err := json.Marshal(p)
	if err != nil {
		return nil
	}
	return b
}

// pressed marks a button's payload: a press comes back as a text.
const pressed = "#soi:"

// ours tells whether an event is about this account. Of events about delivery
// the account is the sender.
func (e *event) ours(account string) bool {
	return account == string(e.To) || account == string(e.From) || account == string(e.Account)
}

// read turns an event into a delivery; nil for events that are none.
func (e *event) read() (*intake.Arrived, error) {
	kind, mime := e.kind()
	if kind == "" {
		return nil, nil
	}
	who := string(e.From)
	if kind != kindMessage {
		who = string(e.Follower) // follow and unfollow
		if who == "" {
			who = string(e.From)
		}
	}
	if who == "" || kind == kindMessage && e.Message.ID == "" {
		return nil, fmt.Errorf("zalo: event: %w: without an id", intake.ErrUnusable)
	}
	a := &intake.Arrived{Channel: AccountName, ExtID: string(e.Message.ID), Who: intake.Secret(who), Address: place{who, string(e.Message.ID)}.address(),
		Kind: intake.KindMessage, ReplyTo: string(e.Message.Quote), At: milliseconds(e.Time)}
	switch kind {
	case kindFollow:
		a.Kind, a.ExtID = intake.KindStart, "follow "+who+" "+string(e.Time)
	case kindUnfollow:
		a.Kind, a.ExtID = intake.KindLeft, "unfollow "+who+" "+string(e.Time)
	default:
		e.fill(a, mime)
	}
	return a, nil
}

// The kinds of event that are deliveries.
const (
	kindMessage  = "message"
	kindFollow   = "follow"
	kindUnfollow = "unfollow"
)

// kind sorts an event's name, with the MIME type its files have if they do not
// say. Business cards, places, stickers and what is new count as a message
// without words: intake answers that text and pictures can be read.
func (e *event) kind() (kind, mime string) {
	switch e.Name {
	case "follow", "unfollow":
		return e.Name, ""
	case "user_send_image":
		return kindMessage, "image/jpeg"
	case "user_send_gif":
		return kindMessage, "image/gif"
	case "user_send_audio":
		return kindMessage, "audio/mpeg"
	case "user_send_video":
		return kindMessage, "video/mp4"
	case "user_send_file":
		return kindMessage, "application/octet-stream"
	}
	if strings.HasPrefix(e.Name, "user_send_") {
		return kindMessage, ""
	}
	return "", ""
}

// fill adds what was said.
func (e *event) fill(a *intake.Arrived, mime string) {
	if data, ok := strings.CutPrefix(e.Message.Text, pressed); ok && e.Name == "user_send_text" && data != "" {
		a.Kind, a.Data = intake.KindPress, data
		return
	}
	if e.Name == "user_send_business_card" || e.Name == "user_send_location" || e.Name == "user_send_sticker" {
		return
	}
	a.Text = e.Message.Text
	for _, f := range e.Message.Files {
		link := platform.Link(f.Payload.URL)
		switch {
		case link == "":
		case e.Name == "user_send_link" || e.Name == "user_send_text":
			if !strings.Contains(a.Text, link) {
				a.Links = append(a.Links, link)
			}
		case mime != "":
			a.Media = append(a.Media, mediaOf(f, mime, link))
		}
	}
}

func mediaOf(f attachment, mime, link string) intake.Media {
	kind := platform.MediaOf(mime)
	if kind == intake.MediaOther {
		mime = fileType(f.Payload.Mime)
		kind = platform.MediaOf(mime)
	}
	size, err := strconv.ParseInt(string(f.Payload.Size), 10, 64)
	if err != nil || size < 0 {
		size = 0
	}
	return intake.Media{Kind: kind, Type: mime, Size: size, Ref: []byte(link)}
}

// fileType is the MIME type of what the platform calls a type: the end of the
// file's name, or a MIME type.
func fileType(said string) string {
	said = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(said), "."))
	switch said {
	case "pdf":
		return "application/pdf"
	case "doc":
		return "application/msword"
	case "docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case "xls":
		return "application/vnd.ms-excel"
	case "xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	if strings.Count(said, "/") == 1 && len(said) < 100 {
		return said
	}
	return "application/octet-stream"
}

// milliseconds is a time as Zalo writes it; zero if it is none.
func milliseconds(t platform.Text) time.Time {
	ms, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || ms <= 0 || ms > 1<<45 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
