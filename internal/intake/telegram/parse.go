package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// reading is what one update comes to.
type reading struct {
	arrived *intake.Arrived // nil: nothing for us
	leave   int64           // a group that the bot was put into, 0 if none
	pressed string          // id of a press, which the platform wants acknowledged
}

// read turns the bytes of one update into what we take from it. An error means
// that it is not an update of this API.
func read(raw []byte) (update, reading, error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return update{}, reading{}, fmt.Errorf("telegram: update: %w", err)
	}
	switch {
	case u.Message != nil:
		return u, reading{arrived: fromMessage(u.Message)}, nil
	case u.Edited != nil:
		return u, reading{arrived: fromEdit(u.ID, u.Edited)}, nil
	case u.Pressed != nil:
		return u, reading{arrived: fromPress(u.ID, u.Pressed), pressed: u.Pressed.ID}, nil
	case u.Member != nil:
		return u, fromMember(u.ID, u.Member), nil
	}
	return u, reading{}, nil
}

// number writes an id of the platform.
func number(id int64) string { return strconv.FormatInt(id, 10) }

// messageID names one message among all of the bot's.
func messageID(chat, message int64) string { return number(chat) + "/" + number(message) }

// fromMessage reads a message of a private chat; nil for any other.
func fromMessage(m *message) *intake.Arrived {
	if m.Chat.Type != "private" || m.From == nil || m.From.Bot || m.From.ID == 0 {
		return nil
	}
	a := &intake.Arrived{Channel: Name, ExtID: "m" + messageID(m.Chat.ID, m.ID), Who: intake.Secret(number(m.From.ID)), Address: address(m.Chat.ID),
		Kind: intake.KindMessage, Text: m.Text, Lang: m.From.Lang, Forwarded: bool(m.Origin || m.OldOrigin), Group: m.Album, Media: files(m), Links: links(m)}
	if a.Text == "" {
		a.Text = m.Caption
	}
	if m.Date > 0 {
		a.At = time.Unix(m.Date, 0)
	}
	if m.ReplyTo != nil && m.ReplyTo.Chat.ID == m.Chat.ID {
		a.ReplyTo = messageID(m.ReplyTo.Chat.ID, m.ReplyTo.ID)
	}
	if isStart(a.Text) && !a.Forwarded {
		a.Kind, a.Text = intake.KindStart, ""
	}
	return a
}

// isStart recognises /start, with the bot's name or a parameter behind it.
func isStart(text string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	word, _, _ = strings.Cut(word, "@")
	return word == "/start"
}

// fromEdit reads the new text of an earlier message.
func fromEdit(id int64, m *message) *intake.Arrived {
	a := fromMessage(m)
	if a == nil || a.Kind != intake.KindMessage {
		return nil
	}
	a.Kind, a.Of, a.ExtID = intake.KindEdit, a.ExtID, "e"+number(id)
	if m.EditDate > 0 {
		a.At = time.Unix(m.EditDate, 0)
	}
	return a
}

// fromPress reads a pressed button. Without its message (too old) the private
// chat is the person's own number.
func fromPress(id int64, p *pressed) *intake.Arrived {
	if p.From.ID == 0 || p.Data == "" {
		return nil
	}
	where, under := p.From.ID, ""
	if p.Message != nil && p.Message.Chat.ID != 0 {
		if t := p.Message.Chat.Type; t != "private" && t != "" {
			return nil
		}
		where, under = p.Message.Chat.ID, messageID(p.Message.Chat.ID, p.Message.ID)
	}
	return &intake.Arrived{Channel: Name, ExtID: "p" + number(id), Who: intake.Secret(number(p.From.ID)), Address: address(where),
		Kind: intake.KindPress, Data: p.Data, ReplyTo: under, Lang: p.From.Lang}
}

// fromMember: blocked in a private chat means left; put into a group means
// leave it again.
func fromMember(id int64, m *member) reading {
	if m.Chat.Type == "private" {
		if m.New.Status != "kicked" && m.New.Status != "left" {
			return reading{}
		}
		return reading{arrived: &intake.Arrived{Channel: Name, ExtID: "l" + number(id), Who: intake.Secret(number(m.From.ID)),
			Address: address(m.Chat.ID), Kind: intake.KindLeft, Lang: m.From.Lang}}
	}
	if m.New.Status == "member" || m.New.Status == "administrator" {
		return reading{leave: m.Chat.ID}
	}
	return reading{}
}

// address is the chat's number.
func address(chat int64) intake.Address { return intake.Address(number(chat)) }

// links are the addresses that stand behind words or previews.
func links(m *message) []string {
	var found []string
	for _, e := range append(m.Entities, m.Captioned...) {
		if e.Type == "text_link" {
			found = append(found, e.URL)
		}
	}
	found = append(found, m.Preview.URL)
	kept := found[:0]
	for _, l := range found {
		if l = platform.Link(l); l != "" && !strings.Contains(m.Text+m.Caption, l) {
			kept = append(kept, l)
		}
	}
	return kept
}

// files lists what hangs on a message. Of a photo's sizes it takes the largest.
func files(m *message) []intake.Media {
	var found []intake.Media
	add := func(f *file, kind intake.MediaKind, mime string) {
		if f == nil || f.ID == "" {
			return
		}
		if f.Mime != "" {
			mime = f.Mime
		}
		if kind == "" {
			kind = platform.MediaOf(mime)
		}
		found = append(found, intake.Media{Kind: kind, Type: mime, Size: f.Size, Length: time.Duration(f.Length) * time.Second, Ref: []byte(f.ID)})
	}
	add(largest(m.Photo), intake.MediaPicture, "image/jpeg")
	add(m.Video, intake.MediaVideo, "video/mp4")
	add(m.VideoNote, intake.MediaVideo, "video/mp4")
	add(m.Voice, intake.MediaVoice, "audio/ogg")
	add(m.Audio, intake.MediaVoice, "audio/mpeg")
	if m.Animation != nil { // it comes as a document too
		add(m.Animation, intake.MediaVideo, "video/mp4")
	} else {
		add(m.Document, "", "application/octet-stream")
	}
	return found
}

func largest(sizes []file) *file {
	var best *file
	for i := range sizes {
		f := &sizes[i]
		if f.Size > intake.MaxMedia || f.Width < 0 || f.Height < 0 {
			continue
		}
		if best == nil || f.Width*f.Height > best.Width*best.Height {
			best = f
		}
	}
	return best
}
