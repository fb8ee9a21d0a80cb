package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"soi/internal/desk"
)

// linkPath is where a link leads; the token follows.
const linkPath = "/signin/link/"

// NewLink makes a sign-in link for a member of staff and returns it; only its
// hash is kept, so it can be shown this once. An older link of theirs stops
// working. desk.ErrForbidden unless by manages the account (desk.Manages),
// desk.ErrState for a closed one.
//
// Whoever holds the link is that person until it is used or expires: hand it
// over in person or by a channel of which you know who reads it.
func (s *Service) NewLink(ctx context.Context, by desk.Actor, staff desk.ID) (address string, expires time.Time, err error) {
	if !by.May(desk.MaySeat) {
		return "", time.Time{}, desk.ErrForbidden
	}
	who, err := s.cfg.Staff(ctx, staff)
	if err != nil {
		return "", time.Time{}, err
	}
	if !desk.Manages(by, who) {
		return "", time.Time{}, desk.ErrForbidden
	}
	if !who.Active() {
		return "", time.Time{}, desk.ErrState
	}
	token, now := newToken(), s.now()
	l := Link{Hash: tokenHash(token), Staff: staff, By: by.Staff, Created: now, Expires: now.Add(s.cfg.LinkLife)}
	if err := s.store.PutLink(ctx, l); err != nil {
		return "", time.Time{}, err
	}
	return s.public.JoinPath(linkPath, token).String(), l.Expires, nil
}

// LinkOwner says whose a link is, for the page with the button; it uses
// nothing up, so programs that look at links in messages do no harm.
// ErrLink when it will not work.
func (s *Service) LinkOwner(ctx context.Context, token string) (desk.Staff, error) {
	hash := tokenHash(token)
	if hash == nil {
		return desk.Staff{}, ErrLink
	}
	l, err := s.store.Link(ctx, hash)
	if err != nil {
		return desk.Staff{}, noLink(err)
	}
	now := s.now()
	if !now.Before(l.Expires) || l.Created.After(now.Add(2*time.Minute)) {
		return desk.Staff{}, ErrLink
	}
	staff, err := s.cfg.Staff(ctx, l.Staff)
	if err != nil {
		return desk.Staff{}, noLink(err)
	}
	if !staff.Active() {
		return desk.Staff{}, ErrLink
	}
	return staff, nil
}

// noLink turns "absent" into ErrLink and leaves other errors as they are.
func noLink(err error) error {
	if errors.Is(err, desk.ErrNotFound) {
		return ErrLink
	}
	return err
}

// SignInWithLink signs in the owner of a link and uses the link up: of any
// number of requests at once one succeeds. The owner's sessions elsewhere
// end, so that nobody can come in by a link beside the owner and stay unseen.
func (s *Service) SignInWithLink(w http.ResponseWriter, r *http.Request, token string) (desk.Staff, error) {
	if err := s.ownPost(r); err != nil {
		return desk.Staff{}, err
	}
	ctx := r.Context()
	// Looking first keeps a link that a busy database could not serve.
	staff, err := s.LinkOwner(ctx, token)
	if err != nil {
		return desk.Staff{}, err
	}
	l, err := s.store.TakeLink(ctx, tokenHash(token))
	if err != nil {
		return desk.Staff{}, noLink(err)
	}
	if l.Staff != staff.ID {
		return desk.Staff{}, ErrLink
	}
	if _, err := s.store.EndSessions(ctx, SessionFilter{Staff: staff.ID}); err != nil {
		return desk.Staff{}, err
	}
	return staff, s.start(w, r, staff, ByLink)
}

// Links lists the sign-in links that work now, newest first, of the people
// whose account the actor manages.
func (s *Service) Links(ctx context.Context, by desk.Actor) ([]Link, error) {
	all, err := s.store.Links(ctx)
	if err != nil {
		return nil, err
	}
	var out []Link
	for _, l := range all {
		who, err := s.cfg.Staff(ctx, l.Staff)
		if err != nil && !errors.Is(err, desk.ErrNotFound) {
			return nil, err
		}
		if err == nil && s.now().Before(l.Expires) && desk.Manages(by, who) {
			out = append(out, l)
		}
	}
	return out, nil
}

// RevokeLink makes somebody's sign-in link worthless. desk.ErrForbidden unless
// by manages the account.
func (s *Service) RevokeLink(ctx context.Context, by desk.Actor, staff desk.ID) error {
	who, err := s.cfg.Staff(ctx, staff)
	if err != nil {
		return err
	}
	if !desk.Manages(by, who) {
		return desk.ErrForbidden
	}
	return s.store.DropLink(ctx, staff)
}
