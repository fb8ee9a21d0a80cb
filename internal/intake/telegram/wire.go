package telegram

import (
	"encoding/json"

	"soi/internal/intake/platform"
)

// The part of the Bot API's types that is read. What is not declared here is
// never decoded: first and last names, handles, contacts, places, titles,
// performers, file names, and where a message was forwarded from.

// envelope is around every answer of the API.
type envelope struct {
	OK         bool            `json:"ok"`
	Result     json.RawMessage `json:"result"`
	Code       int             `json:"error_code"`
	Parameters struct {
		RetryAfter int64 `json:"retry_after"` // seconds
	} `json:"parameters"`
}

// update is one thing that happened; exactly one of the pointers is set.
type update struct {
	ID      int64    `json:"update_id"`
	Message *message `json:"message"`
	Edited  *message `json:"edited_message"`
	Pressed *pressed `json:"callback_query"`
	Member  *member  `json:"my_chat_member"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"` // private, group, supergroup, channel
}

// person is who wrote; of all there is to know, the number that stands for them
// here and the language of their program.
type person struct {
	ID   int64  `json:"id"`
	Lang string `json:"language_code"`
	Bot  bool   `json:"is_bot"`
}

type message struct {
	ID        int64            `json:"message_id"`
	Date      int64            `json:"date"` // seconds
	EditDate  int64            `json:"edit_date"`
	Chat      chat             `json:"chat"`
	From      *person          `json:"from"`
	Text      string           `json:"text"`
	Caption   string           `json:"caption"`
	Entities  []entity         `json:"entities"`
	Captioned []entity         `json:"caption_entities"`
	Preview   preview          `json:"link_preview_options"`
	Album     string           `json:"media_group_id"`
	Origin    platform.Present `json:"forward_origin"`
	OldOrigin platform.Present `json:"forward_date"` // API servers before 7.0
	ReplyTo   *struct {
		ID   int64 `json:"message_id"`
		Chat chat  `json:"chat"`
	} `json:"reply_to_message"`

	Photo     []file `json:"photo"`
	Document  *file  `json:"document"`
	Animation *file  `json:"animation"`
	Video     *file  `json:"video"`
	VideoNote *file  `json:"video_note"`
	Voice     *file  `json:"voice"`
	Audio     *file  `json:"audio"`
}

// entity is a marked part of a text. Only the address behind a word is read.
type entity struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type preview struct {
	URL string `json:"url"`
}

type file struct {
	ID     string `json:"file_id"`
	Size   int64  `json:"file_size"`
	Mime   string `json:"mime_type"`
	Length int64  `json:"duration"` // seconds
	Width  int64  `json:"width"`
	Height int64  `json:"height"`
}

// pressed is a button of ours that somebody pressed.
type pressed struct {
	ID      string `json:"id"`
	From    person `json:"from"`
	Data    string `json:"data"`
	Message *struct {
		ID   int64 `json:"message_id"`
		Chat chat  `json:"chat"`
	} `json:"message"`
}

// member tells that the bot was added, blocked or let in again.
type member struct {
	Chat chat   `json:"chat"`
	From person `json:"from"`
	New  struct {
		Status string `json:"status"` // member, administrator, kicked, left …
	} `json:"new_chat_member"`
}
