package whatsapp

import (
	"encoding/json"

	"soi/internal/intake/platform"
)

// The part of the webhook's and the API's types that is read. What is not
// declared here is never decoded: profile names and handles, contacts, places,
// file names, orders, advertisements, quoted products.

type notification struct {
	Object  string  `json:"object"` // whatsapp_business_account
	Entries []entry `json:"entry"`
}

type entry struct {
	Changes []change `json:"changes"`
}

type change struct {
	Field string `json:"field"` // messages; others are about the account
	Value value  `json:"value"`
}

type value struct {
	Metadata struct {
		Number platform.Text `json:"phone_number_id"` // the desk's own
	} `json:"metadata"`
	Contacts []contact         `json:"contacts"`
	Messages []json.RawMessage `json:"messages"` // each read by itself, so that one broken message spoils no other
	Statuses []status          `json:"statuses"`
	Errors   []apiError        `json:"errors"`
}

// contact ties a number to the id that is scoped to this business. Either may
// be missing: since 2026 people can hide their number.
type contact struct {
	ID     platform.Text `json:"wa_id"`
	Scoped platform.Text `json:"user_id"`
}

type message struct {
	ID        string           `json:"id"`
	From      platform.Text    `json:"from"`         // may be missing
	Scoped    platform.Text    `json:"from_user_id"` // VN.1234…; may be missing
	Timestamp platform.Text    `json:"timestamp"`    // seconds
	Type      string           `json:"type"`
	Group     platform.Present `json:"group_id"`
	Text      struct {
		Body string `json:"body"`
	} `json:"text"`
	Image       *file `json:"image"`
	Video       *file `json:"video"`
	Audio       *file `json:"audio"`
	Document    *file `json:"document"`
	Interactive struct {
		Button choice `json:"button_reply"`
		Row    choice `json:"list_reply"`
	} `json:"interactive"`
	Button struct {
		Payload string `json:"payload"`
	} `json:"button"` // a quick reply of a template
	Context struct {
		ID        string `json:"id"`
		Forwarded bool   `json:"forwarded"`
		Often     bool   `json:"frequently_forwarded"`
	} `json:"context"`
}

type file struct {
	ID      string        `json:"id"`
	Mime    string        `json:"mime_type"`
	Caption string        `json:"caption"`
	Size    platform.Text `json:"file_size"`
}

type choice struct {
	ID string `json:"id"`
}

// status tells what became of a message of ours.
type status struct {
	ID     string     `json:"id"`
	Status string     `json:"status"` // sent, delivered, read, failed
	Errors []apiError `json:"errors"`
}

type apiError struct {
	Code int `json:"code"`
}

// answer is what the API says to a call.
type answer struct {
	Error    *apiError     `json:"error"`
	Messages []choice      `json:"messages"`
	URL      string        `json:"url"`
	Size     platform.Text `json:"file_size"`
}

// What we send.
type outgoing struct {
	Product     string       `json:"messaging_product"`
	Type        string       `json:"recipient_type"`
	To          string       `json:"to,omitempty"`        // a phone number
	Scoped      string       `json:"recipient,omitempty"` // or a business-scoped id
	Kind        string       `json:"type"`
	Text        *plain       `json:"text,omitempty"`
	Interactive *interactive `json:"interactive,omitempty"`
	Template    *template    `json:"template,omitempty"`
}

type plain struct {
	Preview bool   `json:"preview_url"`
	Body    string `json:"body"`
}

type interactive struct {
	Type   string `json:"type"` // button or list
	Body   words  `json:"body"`
	Action action `json:"action"`
}

type words struct {
	Text string `json:"text"`
}

type action struct {
	Buttons  []replyButton `json:"buttons,omitempty"`
	Button   string        `json:"button,omitempty"`
	Sections []section     `json:"sections,omitempty"`
}

type replyButton struct {
	Type  string `json:"type"` // reply
	Reply row    `json:"reply"`
}

type section struct {
	Rows []row `json:"rows"`
}

type row struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Detail string `json:"description,omitempty"`
}

type template struct {
	Name       string      `json:"name"`
	Language   language    `json:"language"`
	Components []component `json:"components"`
}

type language struct {
	Code string `json:"code"`
}

type component struct {
	Type       string      `json:"type"` // body
	Parameters []parameter `json:"parameters"`
}

type parameter struct {
	Type string `json:"type"` // text
	Text string `json:"text"`
}
