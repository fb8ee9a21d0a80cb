package whatsapp

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// read turns one message of a notification into a delivery; nil when it is none
// for us: a reaction, a note about a number, something in a group. byNumber
// answers to the phone number where there is one.
func read(raw []byte, contacts []contact, byNumber bool) (*intake.Arrived, error) {
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("whatsapp: message: %w", err)
	}
	number, scoped := who(&m, contacts)
	if m.ID == "" || number == "" && scoped == "" {
		return nil, fmt.Errorf("whatsapp: message: %w: without an id", intake.ErrUnusable)
	}
	if m.Group || m.Type == "reaction" || m.Type == "system" {
		return nil, nil
	}
	a := &intake.Arrived{Channel: Name, ExtID: m.ID, Who: intake.Secret(scoped), Kind: intake.KindMessage, ReplyTo: m.Context.ID,
		Forwarded: m.Context.Forwarded || m.Context.Often, Often: m.Context.Often}
	if scoped == "" {
		a.Who = intake.Secret(number)
	}
	a.Address = intake.Address(scopedAddress + scoped)
	if scoped == "" || byNumber && number != "" {
		a.Address = intake.Address(numberAddress + number)
	}
	if s, err := strconv.ParseInt(string(m.Timestamp), 10, 64); err == nil && s > 0 && s < 1<<40 {
		a.At = time.Unix(s, 0)
	}
	fill(a, &m)
	return a, nil
}

// Both kinds of address, by their first letter.
const (
	scopedAddress = "u:"
	numberAddress = "n:"
)

// who finds the two ids of a message's origin, of which one may be missing. In a
// notification about one person alone, the contact is theirs.
func who(m *message, contacts []contact) (number, scoped string) {
	number, scoped = string(m.From), string(m.Scoped)
	for _, c := range contacts {
		same := c.ID != "" && string(c.ID) == number || c.Scoped != "" && string(c.Scoped) == scoped
		if same || len(contacts) == 1 && (number == "" || scoped == "" && c.ID == "") {
			if number == "" {
				number = string(c.ID)
			}
			if scoped == "" {
				scoped = string(c.Scoped)
			}
		}
	}
	return number, scoped
}

// fill adds what was said. Of contacts, places, orders and what the platform
// does not pass on nothing is left but that somebody wrote: intake answers that
// text and pictures can be read.
func fill(a *intake.Arrived, m *message) {
	switch m.Type {
	case "text":
		a.Text = m.Text.Body
	case "image":
		add(a, m.Image, intake.MediaPicture, "image/jpeg")
	case "video":
		add(a, m.Video, intake.MediaVideo, "video/mp4")
	case "audio":
		add(a, m.Audio, intake.MediaVoice, "audio/ogg")
	case "document":
		add(a, m.Document, "", "application/octet-stream")
	case "interactive":
		press(a, m.Interactive.Button.ID+m.Interactive.Row.ID)
	case "button":
		press(a, m.Button.Payload)
	case "request_welcome":
		a.Kind = intake.KindStart
	}
}

func press(a *intake.Arrived, data string) {
	if data != "" {
		a.Kind, a.Data = intake.KindPress, data
	}
}

func add(a *intake.Arrived, f *file, kind intake.MediaKind, mime string) {
	if f == nil || !clean(f.ID) {
		return
	}
	if f.Mime != "" {
		mime = f.Mime
	}
	if kind == "" {
		kind = platform.MediaOf(mime)
	}
	size, err := strconv.ParseInt(string(f.Size), 10, 64)
	if err != nil || size < 0 {
		size = 0
	}
	a.Text = f.Caption
	a.Media = append(a.Media, intake.Media{Kind: kind, Type: mime, Size: size, Ref: []byte(f.ID)})
}
