package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// ImportChange is a change in a check of another publisher that the desk
// relies on: it answered tips, or a claim cites it.
type ImportChange struct {
	ID       ID
	Imported ID
	At       time.Time
	Was      ImportText
	Now      ImportText
	Tips     int  // tips it had answered by then
	Claims   []ID // claims that it answered or that cited it by then
	Seen     time.Time
	SeenBy   ID
}

// ImportText is what an imported check says.
type ImportText struct {
	Rating string `json:"rating"`
	Title  string `json:"title"`
	Claim  string `json:"claim"`
}

// ImportChangeFilter selects changes; zero fields do not restrict.
type ImportChangeFilter struct {
	ID    ID
	Claim ID
	Open  bool // nobody has looked at it
	Limit int  // 0 means 200
}

// sayingOf is what a reader of the check would see differ.
func sayingOf(i Imported) ImportText {
	return ImportText{Rating: i.Rating, Title: i.Title, Claim: i.Claim}
}

// takeImport stores one check of another publisher. When it stood there with
// another rating or text and the desk relies on it, the desk is told: a change
// to look at, and an event on each claim concerned.
func (d *Desk) takeImport(ctx context.Context, tx Tx, by Actor, i Imported) (changed bool, err error) {
	was, err := tx.ImportedAt(ctx, i.URL)
	known := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	id, changed, err := tx.SetImported(ctx, i)
	if err != nil || !changed {
		return false, err
	}
	if err := d.tell(ctx, tx, by, Event{Kind: EvImported, About: id}); err != nil {
		return false, err
	}
	if !known || sayingOf(was) == sayingOf(i) {
		return true, nil
	}
	c := ImportChange{ID: NewID(), Imported: id, At: d.Now(), Was: sayingOf(was), Now: sayingOf(i)}
	if c.Tips, c.Claims, err = tx.ImportedUse(ctx, id); err != nil || c.Tips == 0 && len(c.Claims) == 0 {
		return true, err
	}
	if err := tx.SetImportChange(ctx, c); err != nil {
		return true, err
	}
	e := Event{Kind: EvImportChanged, About: c.ID, Data: map[string]string{"tips": strconv.Itoa(c.Tips), "rating": yesNo(c.Was.Rating != c.Now.Rating)}}
	if len(c.Claims) == 0 {
		return true, d.tell(ctx, tx, by, e)
	}
	for _, claim := range c.Claims {
		e.Claim = claim
		if err := d.tell(ctx, tx, by, e); err != nil {
			return true, err
		}
	}
	return true, nil
}

// ImportChanges lists changes of imported checks that the desk relies on,
// newest first, with the checks as they stand now.
func (d *Desk) ImportChanges(ctx context.Context, by Actor, f ImportChangeFilter) (out []ImportChange, of map[ID]Imported, err error) {
	of = map[ID]Imported{}
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if out, err = tx.ImportChanges(ctx, f); err != nil || len(out) == 0 {
			return err
		}
		var ids []ID
		for _, c := range out {
			if !slices.Contains(ids, c.Imported) {
				ids = append(ids, c.Imported)
			}
		}
		is, err := tx.Imports(ctx, "", ids, len(ids))
		for _, i := range is {
			of[i.ID] = i
		}
		return err
	})
	return out, of, err
}

// SeeImportChange records that a person has looked at a change. ErrState if
// somebody did before.
func (d *Desk) SeeImportChange(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayAssess, func(tx Tx) error {
		cs, err := tx.ImportChanges(ctx, ImportChangeFilter{ID: id, Limit: 1})
		if err != nil {
			return err
		}
		if len(cs) == 0 {
			return ErrNotFound
		}
		c := cs[0]
		if !c.Seen.IsZero() {
			return ErrState
		}
		c.Seen, c.SeenBy = d.Now(), by.Staff
		if err := tx.SetImportChange(ctx, c); err != nil {
			return err
		}
		e := Event{Kind: EvImportSeen, About: id}
		if len(c.Claims) > 0 {
			e.Claim = c.Claims[0]
		}
		return d.tell(ctx, tx, by, e)
	})
}
