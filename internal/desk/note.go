package desk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ClaimNote is what colleagues tell each other beside a claim. It is read in
// the desk alone: no document, page for readers, feed, report or exchange
// holds it. Its text is erased NoteRetention after the claim's last change
// once the claim has ended.
type ClaimNote struct {
	ID        ID
	Claim     ID
	Staff     ID // who wrote it; nobody else may change it
	Text      string
	At        time.Time
	Edited    time.Time // zero if never
	Retracted time.Time // zero if never; its text is gone
}

// maxNotes bounds the notes of one claim.
const maxNotes = 500

// AddNote leaves a note on a claim. Everyone named in it as @name, and the
// colleagues in tell, get a notification.
func (d *Desk) AddNote(ctx context.Context, by Actor, claim ID, text string, tell ...ID) (ClaimNote, error) {
	n := ClaimNote{ID: NewID(), Claim: claim, Staff: by.Staff, At: d.Now()}
	if err := n.say(text); err != nil {
		return n, err
	}
	err := d.do(ctx, by, MayCite, func(tx Tx) error {
		if err := mayNote(ctx, tx, by, claim); err != nil {
			return err
		}
		who, err := mentioned(ctx, tx, n.Text, tell)
		if err != nil {
			return err
		}
		if err := tx.SetNote(ctx, n); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvNoteAdded, Claim: claim, About: n.ID, Data: map[string]string{dataTold: joinIDs(who)}})
	})
	return n, err
}

// mayNote refuses claims that the person may not see or that are full.
func mayNote(ctx context.Context, tx Tx, by Actor, claim ID) error {
	if by.Staff == "" {
		return ErrForbidden
	}
	if _, err := tx.Claim(ctx, claim); err != nil {
		return err
	}
	ns, err := tx.NotesOf(ctx, claim)
	if err == nil && len(ns) >= maxNotes {
		err = invalid(TooManyNotes)
	}
	return err
}

// say sets the text of a note, or says why it cannot be one.
func (n *ClaimNote) say(text string) error {
	n.Text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case n.Text == "":
		return invalid(TextEmpty)
	case tooLong(n.Text, MaxNoteRunes):
		return invalid(TextTooLong)
	}
	return nil
}

// EditNote changes a note of the person's own. Those it names for the first
// time are told.
func (d *Desk) EditNote(ctx context.Context, by Actor, claim, note ID, text string) (ClaimNote, error) {
	var fresh ClaimNote
	if err := fresh.say(text); err != nil {
		return fresh, err
	}
	return d.changeNote(ctx, by, claim, note, func(tx Tx, n *ClaimNote) (Event, error) {
		before, err := mentioned(ctx, tx, n.Text, nil)
		if err != nil {
			return Event{}, err
		}
		after, err := mentioned(ctx, tx, fresh.Text, nil)
		if err != nil {
			return Event{}, err
		}
		after = slices.DeleteFunc(after, func(id ID) bool { return slices.Contains(before, id) })
		n.Text, n.Edited = fresh.Text, d.Now()
		return Event{Kind: EvNoteEdited, Data: map[string]string{dataTold: joinIDs(after)}}, nil
	})
}

// RetractNote takes a note of the person's own back: its text is gone, that
// there was one stays.
func (d *Desk) RetractNote(ctx context.Context, by Actor, claim, note ID) (ClaimNote, error) {
	return d.changeNote(ctx, by, claim, note, func(_ Tx, n *ClaimNote) (Event, error) {
		n.Text, n.Retracted = "", d.Now()
		return Event{Kind: EvNoteRetracted}, nil
	})
}

// changeNote applies a change to a note of the person's own.
func (d *Desk) changeNote(ctx context.Context, by Actor, claim, note ID, change func(Tx, *ClaimNote) (Event, error)) (ClaimNote, error) {
	var out ClaimNote
	err := d.do(ctx, by, MayCite, func(tx Tx) error {
		ns, err := tx.NotesOf(ctx, claim)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(ns, func(n ClaimNote) bool { return n.ID == note })
		if i < 0 {
			return ErrNotFound
		}
		if ns[i].Staff != by.Staff || by.Staff == "" {
			return ErrForbidden
		}
		if !ns[i].Retracted.IsZero() {
			return ErrState
		}
		e, err := change(tx, &ns[i])
		if err != nil {
			return err
		}
		out = ns[i]
		if err := tx.SetNote(ctx, out); err != nil {
			return err
		}
		e.Claim, e.About = claim, note
		return d.tell(ctx, tx, by, e)
	})
	return out, err
}

// Notes lists the notes of a claim, oldest first, for everyone who reads the
// desk.
func (d *Desk) Notes(ctx context.Context, by Actor, claim ID) ([]ClaimNote, error) {
	var out []ClaimNote
	err := d.read(ctx, by, MayRead, func(tx Tx) (err error) {
		out, err = tx.NotesOf(ctx, claim)
		return err
	})
	return out, err
}

// dataTold is the key of an event's data under which the ids of those who are
// to be told stand, separated by spaces.
const dataTold = "told"

// mentioned lists the active colleagues a text names as @name, and those in
// also who have an account in use.
func mentioned(ctx context.Context, tx Tx, text string, also []ID) ([]ID, error) {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return nil, err
	}
	staff = slices.DeleteFunc(staff, func(s Staff) bool { return !s.Active() })
	out := Mentions(text, staff)
	for _, s := range staff {
		if slices.Contains(also, s.ID) && !slices.Contains(out, s.ID) {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

// Mentions lists the staff whom a text names as @name, without regard to
// case, in the order of the text. Of two names of which one begins the other,
// the longer counts.
func Mentions(text string, staff []Staff) []ID {
	byLength := slices.Clone(staff)
	slices.SortStableFunc(byLength, func(a, b Staff) int { return utf8.RuneCountInString(b.Name) - utf8.RuneCountInString(a.Name) })
	var out []ID
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "@")
		if !ok {
			return out
		}
		rest = after
		for _, s := range byLength {
			if n := nameHere(after, s.Name); n > 0 {
				if !slices.Contains(out, s.ID) {
					out = append(out, s.ID)
				}
				rest = after[n:]
				break
			}
		}
	}
}

// nameHere is the length of the name at the beginning of text, 0 if another
// word begins there or the word goes on.
func nameHere(text, name string) int {
	at := 0
	for _, want := range name {
		r, n := utf8.DecodeRuneInString(text[at:])
		if n == 0 || unicode.ToLower(r) != unicode.ToLower(want) {
			return 0
		}
		at += n
	}
	if r, _ := utf8.DecodeRuneInString(text[at:]); at < len(text) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) {
		return 0
	}
	return at
}

// joinIDs and splitIDs carry a list of ids in an event's data.
func joinIDs(ids []ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, " ")
}

// splitIDs reads what joinIDs wrote.
func splitIDs(s string) []ID {
	var out []ID
	for w := range strings.FieldsSeq(s) {
		out = append(out, ID(w))
	}
	return out
}
