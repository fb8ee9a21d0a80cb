package intake

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"soi/internal/desk"
)

// errLater: a file of the bundle cannot be had now; the turn is taken again.
var errLater = errors.New("a file is not there yet")

// patience is how long a bundle waits for files that its platform does not
// give out; then it is taken without them.
const patience = 10 * time.Minute

// open unseals a delivery.
func (in *Intake) open(a desk.Arrival) (parcel, error) {
	var p parcel
	b, err := in.Vault.Open(labelArrival, a.Body)
	if err != nil {
		return p, err
	}
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&p); err != nil {
		return p, fmt.Errorf("delivery: %w", err)
	}
	return p, nil
}

// bundle is what was held, with what it says.
type bundle struct {
	arrivals []desk.Arrival
	parcels  []parcel
	text     string
	links    []string
	forward  bool
	editOf   desk.ID // all of it are new words for this tip
}

// bundled reads the deliveries of a bundle in the order they were written.
func (in *Intake) bundled(as []desk.Arrival) (bundle, error) {
	type one struct {
		a desk.Arrival
		p parcel
	}
	var all []one
	for _, a := range as {
		p, err := in.open(a)
		if err != nil {
			return bundle{arrivals: as}, err
		}
		all = append(all, one{a, p})
	}
	slices.SortStableFunc(all, func(a, b one) int {
		if a.p.At.IsZero() || b.p.At.IsZero() {
			return cmp.Compare(a.a.N, b.a.N)
		}
		return cmp.Or(a.p.At.Compare(b.p.At), cmp.Compare(a.a.N, b.a.N))
	})
	var b bundle
	var texts []string
	for i, x := range all {
		b.arrivals, b.parcels = append(b.arrivals, x.a), append(b.parcels, x.p)
		b.forward = b.forward || x.p.Forwarded || x.p.Often
		b.links = append(b.links, x.p.Links...)
		if i == 0 {
			b.editOf = x.p.EditOf
		} else if b.editOf != x.p.EditOf {
			b.editOf = ""
		}
		for _, s := range append([]string{x.p.Text}, captions(x.p.Media)...) {
			if s = strings.TrimSpace(s); s != "" && !slices.Contains(texts, s) {
				texts = append(texts, s)
			}
		}
	}
	b.text = strings.Join(texts, "\n\n")
	return b, nil
}

// captions are the texts of files.
func captions(ms []Media) (out []string) {
	for _, m := range ms {
		out = append(out, m.Caption)
	}
	return out
}

// take makes one tip of what is held and says what became of it. A bundle that
// was under way too often when the program died is set aside.
func (t *turn) take(ctx context.Context) (Heard, error) {
	in := t.in
	var as []desk.Arrival
	err := in.Store.Read(ctx, func(tx desk.Tx) (err error) {
		as, err = tx.Arrivals(ctx, desk.ArrivalFilter{Conversations: []desk.ID{t.conv.ID}, States: []desk.ArrivalState{desk.ArrivalHeld}, Limit: 2 * maxHeld})
		return err
	})
	if err != nil || len(as) == 0 {
		return Heard{}, err
	}
	tries := 0
	for _, a := range as {
		tries = max(tries, a.Tries)
	}
	if tries > desk.ArrivalTries {
		return t.setAside(as, "killed"), nil
	}
	b, err := in.bundled(as)
	if err != nil {
		in.Log.Error("a delivery cannot be opened", "channel", t.conv.Channel, "err", err)
		return t.setAside(as, "sealed"), nil
	}
	files, err := in.files(ctx, t.conv.Channel, b, t.rules.Now)
	if err != nil {
		return Heard{}, err
	}
	reading, ok := in.read(ctx, b.text, files)
	if !ok {
		in.Log.Error("a message took too long to read, or broke its reader; it is set aside", "channel", t.conv.Channel)
		return t.setAside(as, "reader"), nil
	}
	return t.receive(ctx, b, reading, files)
}

// setAside keeps deliveries, sealed, for staff to know of.
func (t *turn) setAside(as []desk.Arrival, why string) Heard {
	for _, a := range as {
		a.State, a.Why = desk.ArrivalAside, why
		t.done = append(t.done, a)
	}
	return Heard{What: HeardOutcome, Outcome: OutcomeUnread}
}

// read asks the reader, within its time. A panic counts as not read; so does
// being slow, and what runs on then runs on alone.
func (in *Intake) read(ctx context.Context, text string, files []desk.NewMedia) (Reading, bool) {
	ctx, cancel := context.WithTimeout(ctx, in.ReadTime)
	defer cancel()
	type answer struct {
		r  Reading
		ok bool
	}
	c := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				in.Log.Error("reading a message failed", "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				c <- answer{}
			}
		}()
		c <- answer{in.Reader.Read(ctx, text, files), true}
	}()
	select {
	case a := <-c:
		return a.r, a.ok
	case <-ctx.Done():
		return Reading{}, false
	}
}

// files fetches and seals what came with a bundle. Files that are refused are
// left out; those that cannot be had yet are errLater while there is hope.
func (in *Intake) files(ctx context.Context, channel string, b bundle, now time.Time) ([]desk.NewMedia, error) {
	var out []desk.NewMedia
	if in.Files == nil {
		return nil, nil
	}
	young := now.Sub(b.arrivals[0].At) < patience
	for _, p := range b.parcels {
		for _, m := range p.Media {
			if len(out) == desk.MaxMedia {
				return out, nil
			}
			f, err := in.file(ctx, channel, m)
			switch {
			case err == nil:
				out = append(out, f)
			case errors.Is(err, desk.ErrInvalid) || errors.Is(err, ErrGone) || !young:
				in.Log.Warn("a file is left out", "channel", channel, "kind", m.Kind, "bytes", m.Size, "cause", err)
			default:
				in.Log.Warn("a file cannot be had yet", "channel", channel, "cause", err)
				return nil, errLater
			}
		}
	}
	return out, nil
}

// file takes one file in.
func (in *Intake) file(ctx context.Context, channel string, m Media) (desk.NewMedia, error) {
	var from io.Reader = bytes.NewReader(m.Data)
	if m.Ref != nil {
		o, ok := in.channels[channel].(Opener)
		if !ok {
			return desk.NewMedia{}, ErrGone
		}
		body, _, err := o.Open(ctx, m.Ref)
		if err != nil {
			return desk.NewMedia{}, err
		}
		defer body.Close()
		from = body
	}
	return in.Files.Take(ctx, io.LimitReader(from, MaxMedia+1), m.Type)
}

// receive hands the bundle to the desk.
func (t *turn) receive(ctx context.Context, b bundle, r Reading, files []desk.NewMedia) (Heard, error) {
	in := t.in
	if l := in.langOf(r.Lang); l != "" {
		t.lang = l
	}
	finish := func(tip desk.ID) {
		for _, a := range b.arrivals {
			a = over(a)
			a.Tip = tip
			t.done = append(t.done, a)
		}
	}
	if strings.TrimSpace(r.Text) == "" && len(files) == 0 {
		finish("")
		return Heard{What: HeardOutcome, Outcome: OutcomeUnread}, nil
	}
	if same, err := t.unchanged(ctx, b.editOf, r.Key); err != nil || same {
		finish(b.editOf)
		return Heard{What: HeardOutcome, Outcome: OutcomeSame, Tip: b.editOf}, err
	}
	if utf8.RuneCountInString(r.Text) > desk.MaxTipRunes {
		r.Text = shorten(r.Text, desk.MaxTipRunes)
	}
	ext := in.tipKey(t.conv.Channel, b.arrivals)
	code := desk.NewTicket(in.TicketKey, ext)
	got, err := in.Desk.Receive(ctx, desk.Program(), desk.NewTip{Channel: t.conv.Channel, ExtID: ext, Text: r.Text, Folded: r.Key, Lang: r.Lang,
		Links: append(slices.Clone(r.Links), b.links...), Ticket: desk.TicketHash(code), Asker: t.conv.Asker, Forward: b.forward,
		Decision: r.Decision, Answer: r.Answer, Summary: r.Summary, Media: files})
	if errors.Is(err, desk.ErrInvalid) {
		in.Log.Warn("a tip was refused", "channel", t.conv.Channel, "cause", err)
		finish("")
		return Heard{What: HeardOutcome, Outcome: OutcomeUnread}, nil
	}
	if err != nil {
		return Heard{}, err
	}
	finish(got.Tip.ID)
	return t.outcomeOf(ctx, got, r, false)
}

// tipKey is the id of the tip that deliveries become: the same whenever the same
// ones are taken again. One that joined them after a failure makes another tip of
// them all: at worst it counts twice, it is never lost.
func (in *Intake) tipKey(channel string, as []desk.Arrival) string {
	if len(as) == 1 {
		return hex.EncodeToString(as[0].Key)
	}
	var keys []string
	for _, a := range as {
		keys = append(keys, string(a.Key))
	}
	slices.Sort(keys)
	return hex.EncodeToString(in.Vault.delivery("tip", channel, strings.Join(keys, "")))
}

// unchanged reports whether the bundle only says again, in the same words, what
// the tip said: an edit of a comma.
func (t *turn) unchanged(ctx context.Context, tip desk.ID, key []byte) (same bool, err error) {
	if tip == "" {
		return false, nil
	}
	err = t.in.Store.Read(ctx, func(tx desk.Tx) error {
		ts, err := tx.Tips(ctx, desk.TipFilter{IDs: []desk.ID{tip}, Limit: 1})
		same = len(ts) == 1 && len(key) > 0 && bytes.Equal(ts[0].Folded, key)
		return err
	})
	return same, err
}

// choose tells the desk what the asker picked. A tip of somebody else, or one
// that is gone, leads to nothing.
func (t *turn) choose(ctx context.Context, tip desk.ID, key string) (Heard, error) {
	var ts []desk.Tip
	err := t.in.Store.Read(ctx, func(tx desk.Tx) error {
		as, err := tx.Askings(ctx, desk.AskingFilter{Tips: []desk.ID{tip}, Conversations: []desk.ID{t.conv.ID}, Limit: 1})
		if err != nil || len(as) == 0 {
			return err
		}
		ts, err = tx.Tips(ctx, desk.TipFilter{IDs: []desk.ID{tip}, Limit: 1})
		return err
	})
	if err != nil || len(ts) == 0 {
		return Heard{}, err
	}
	code := desk.NewTicket(t.in.TicketKey, ts[0].ExtID)
	got, err := t.in.Desk.Choose(ctx, desk.Program(), desk.TicketHash(code), key)
	if errors.Is(err, desk.ErrNotFound) || errors.Is(err, desk.ErrInvalid) { // settled already, or the check was taken back
		return Heard{}, nil
	}
	if err != nil {
		return Heard{}, err
	}
	return t.outcomeOf(ctx, got, Reading{}, true)
}

// outcomeOf is what became of a tip, in the machine's words, with what the
// sentences need.
func (t *turn) outcomeOf(ctx context.Context, got desk.Received, r Reading, chosen bool) (Heard, error) {
	h := Heard{What: HeardOutcome, Outcome: OutcomeNew, Tip: got.Tip.ID}
	res := result{code: desk.NewTicket(t.in.TicketKey, got.Tip.ExtID), asked: got.Asked, chosen: chosen}
	asking := desk.Asking{Tip: got.Tip.ID}
	var keys []string
	switch {
	case got.Tip.State == desk.TipClosed:
		h.Outcome, asking.As = OutcomeClosed, string(desk.NoticeClosed)
	case got.Tip.State == desk.TipWaiting:
		keys = r.Options
	case got.Tip.Imported != "":
		keys = []string{desk.ImportedKey(got.Tip.Imported)}
	case got.Claim.State == desk.ClaimPublished:
		keys = []string{desk.CheckKey(got.Claim.ID, t.tongue())}
	}
	if len(keys) == 0 && r.Background != nil {
		res.title, res.path = r.Background(ctx, t.tongue())
	}
	var err error
	if res.cards, err = t.in.cards(ctx, t.tongue(), keys); err != nil {
		return h, err
	}
	switch {
	case got.Tip.State == desk.TipWaiting && len(res.cards) == 0: // withdrawn meanwhile
		t.askings = append(t.askings, asking)
		return t.settled(ctx, got)
	case got.Tip.State == desk.TipWaiting:
		res.cards = res.cards[:min(len(res.cards), t.limits.mostOptions())]
		h.Outcome = OutcomePerhaps
		for _, c := range res.cards {
			h.Options = append(h.Options, c.key)
		}
	case len(res.cards) == 1 && res.cards[0].imported():
		h.Outcome, asking.As = OutcomeImported, string(desk.NoticeImported)
	case len(res.cards) == 1:
		h.Outcome, asking.As, asking.Told = OutcomeKnown, string(desk.NoticePublished), res.cards[0].rev
		if r.Why != nil {
			res.why = r.Why(r.Answer, t.tongue())
		}
	}
	t.results[got.Tip.ID] = res
	t.askings = append(t.askings, asking)
	return h, nil
}

// settled moves a tip that has nothing to choose from into the queue.
func (t *turn) settled(ctx context.Context, got desk.Received) (Heard, error) {
	code := desk.NewTicket(t.in.TicketKey, got.Tip.ExtID)
	next, err := t.in.Desk.Choose(ctx, desk.Program(), desk.TicketHash(code), "")
	if err != nil {
		return Heard{}, err
	}
	return t.outcomeOf(ctx, next, Reading{}, true)
}

// reseal is the body of a delivery with other content.
func (in *Intake) reseal(a desk.Arrival, p parcel) ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(p); err != nil {
		return a.Body, err
	}
	return in.Vault.Seal(labelArrival, b.Bytes())
}
