// Package platformtest has servers that behave like the chat platforms, written
// from their public documentation, for tests of the channels and of the whole
// program.
//
// It owns: what each API accepts (every request is checked: method, path,
// headers, fields, lengths) and answers, real-looking deliveries with planted
// names, handles, numbers, file names and places, faults on demand, and a Sink
// that keeps what it is given in memory.
//
// It does not own: what a channel makes of a delivery.
//
// Start reading at: Telegram, WhatsApp, ZaloAccount, ZaloBot; Canaries lists
// what is planted.
package platformtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"
)

// Canaries are the texts that stand in the deliveries of this package where a
// platform tells who somebody is. None may come out of a channel.
func Canaries() []string {
	return []string{
		"Trần Canary", "Canary-Ho", "canary_handle_7", "84900111222", "0900111222", "canary-file-ảnh-nhà.pdf", "canary-giong.mp3", "21.0285111", "105.8542111",
		"Ngõ Canary 12", "canary-kênh", "Canary Xưa", "canary_origin_9", "BEGIN:VCARD", "canary-avatar", "canary-title", "Ca Sĩ Canary", "canary.parent.77",
		"canary-display-số-bàn",
	}
}

// Fault makes a server answer the next calls of one method differently.
type Fault struct {
	Method string        // the API's method, as "sendMessage" or "messages"; "" for any
	Times  int           // how often; 0 means once
	Status int           // HTTP status
	Body   string        // of the answer
	Delay  time.Duration // before it
	Done   bool          // the call takes effect all the same: the answer is what goes wrong
}

// Sent is one message that reached a platform.
type Sent struct {
	To      string   // as the platform addresses it
	Text    string   // of the body
	Buttons []string // what comes back when one is pressed, in order
	Labels  []string // what stands on them
	Reply   string   // Zalo: the message answered
	Kind    string   // WhatsApp: text, interactive, template
	ID      string   // the platform's id of it
}

// base is what the servers share.
type base struct {
	URL string
	t   testing.TB

	mu     sync.Mutex
	sent   []Sent
	faults []Fault
	calls  map[string]int
}

// Sent lists what was sent so far.
func (b *base) Sent() []Sent {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Sent(nil), b.sent...)
}

// Calls counts the calls of a method so far, those with faults too.
func (b *base) Calls(method string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[method]
}

// Fail queues a fault.
func (b *base) Fail(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	b.faults = append(b.faults, f)
}

// wrong reports a request that the real platform would not understand.
func (b *base) wrong(format string, args ...any) { b.t.Errorf("platform: "+format, args...) }

// fault takes the next fault of a method, if there is one.
func (b *base) fault(method string) (Fault, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls == nil {
		b.calls = map[string]int{}
	}
	b.calls[method]++
	for i := range b.faults {
		f := &b.faults[i]
		if f.Times > 0 && (f.Method == "" || f.Method == method) {
			f.Times--
			return *f, true
		}
	}
	return Fault{}, false
}

// play answers with a fault; it tells whether the call takes effect as well.
func play(w http.ResponseWriter, r *http.Request, f Fault) {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}

// strict reads JSON that has exactly the fields of v, and complains otherwise.
func (b *base) strict(r *http.Request, v any) bool {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		b.wrong("%s %s with Content-Type %q", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		b.wrong("%s: %v", r.URL.Path, err)
		return false
	}
	return true
}

// fits checks the length of a text in UTF-16 code units.
func (b *base) fits(what, text string, least, most int) {
	if n := len(utf16.Encode([]rune(text))); n < least || n > most {
		b.wrong("%s has %d characters; %d to %d are allowed", what, n, least, most)
	}
}

func answer(w http.ResponseWriter, status int, format string, args ...any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, format, args...)
}

// quote is a text as a JSON string.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
