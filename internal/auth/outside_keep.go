package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"soi/internal/desk"
)

// OutsideOf says whether a person has joined an outside account.
func (s *Service) OutsideOf(ctx context.Context, staff desk.ID) (Outside, bool, error) {
	if s.outside == nil {
		return Outside{}, false, nil
	}
	o, err := s.store.OutsideOf(ctx, staff)
	if errors.Is(err, desk.ErrNotFound) {
		return Outside{}, false, nil
	}
	return o, err == nil, err
}

// RemoveOutside takes the outside account of the person who sent the request
// away again; ErrLastWay when they could not sign in any more, ErrStepUp
// without a fresh proof.
func (s *Service) RemoveOutside(r *http.Request) error {
	if err := s.ownPost(r); err != nil {
		return err
	}
	staff, sess, err := s.Actor(r)
	if err != nil {
		return err
	}
	if err := s.RequireRecent(sess); err != nil {
		return err
	}
	factors, err := s.store.Factors(r.Context(), staff.ID)
	if err != nil {
		return err
	}
	if len(factors) == 0 {
		return ErrLastWay
	}
	return s.store.DropOutside(r.Context(), staff.ID)
}

// OutsideEnd is the address at which a person ends the session they have at
// the provider itself; "" when it names none.
func (s *Service) OutsideEnd() string {
	if s.outside == nil {
		return ""
	}
	s.outside.mu.Lock()
	defer s.outside.mu.Unlock()
	u, err := url.Parse(s.outside.about.End)
	if err != nil || u.Host == "" {
		return ""
	}
	q := u.Query()
	q.Set("client_id", s.outside.cfg.Client)
	q.Set("post_logout_redirect_uri", s.public.JoinPath("/").String())
	u.RawQuery = q.Encode()
	return u.String()
}

// Forget takes everything away by which a person who left could sign in.
func (s *Service) Forget(ctx context.Context, staff desk.ID) error {
	factors, err := s.store.Factors(ctx, staff)
	if err != nil {
		return err
	}
	ids := idsOf(factors, Passkey, Passphrase, Authenticator, RecoveryCode)
	return errors.Join(
		s.store.ChangeFactors(ctx, FactorChange{Staff: staff, Drop: ids}),
		s.store.DropLink(ctx, staff), s.store.DropOutside(ctx, staff))
}
