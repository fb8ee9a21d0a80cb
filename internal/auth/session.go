package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"soi/internal/desk"
)

// cookieNames are the names of the cookies. A name that begins with __Host-
// makes browsers insist on Secure, Path=/ and no Domain, so no other host,
// not even a subdomain, can plant one. It needs https.
type cookieNames struct {
	session string // the session's token
	known   string // that this browser has signed in to an account before
	outside string // that this browser went to the outside provider
	secure  bool
}

// namesFor picks the names by the public URL's scheme.
func namesFor(scheme string) cookieNames {
	if scheme == "https" {
		return cookieNames{session: "__Host-soi", known: "__Host-soi-known", outside: "__Host-soi-outside", secure: true}
	}
	return cookieNames{session: "soi", known: "soi-known", outside: "soi-outside"}
}

// setCookie sets a cookie that scripts cannot read and other sites' forms do
// not send. A maxAge below 0 deletes it.
func (s *Service) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		Secure: s.cookies.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// sessionToken is the hash of the session cookie; nil when the request has
// none, more than one, or one that no token can be.
func (s *Service) sessionToken(r *http.Request) (hash []byte, present bool) {
	found := r.CookiesNamed(s.cookies.session)
	if len(found) != 1 {
		return nil, len(found) > 0
	}
	return tokenHash(found[0].Value), true
}

// Actor says who sent the request. The account is read afresh each time, so
// that a closed account or a changed role ends its sessions at the next
// request. ErrSignedOut without a session, ErrEnded with one that is over.
func (s *Service) Actor(r *http.Request) (desk.Staff, Session, error) {
	hash, present := s.sessionToken(r)
	if !present {
		return desk.Staff{}, Session{}, ErrSignedOut
	}
	if hash == nil {
		return desk.Staff{}, Session{}, ErrEnded
	}
	ctx := r.Context()
	found, err := s.store.Sessions(ctx, SessionFilter{Token: hash})
	if err != nil {
		return desk.Staff{}, Session{}, err
	}
	if len(found) != 1 {
		return desk.Staff{}, Session{}, ErrEnded
	}
	sess := found[0]
	if !s.alive(sess) {
		return desk.Staff{}, Session{}, s.end(ctx, SessionFilter{Staff: sess.Staff, ID: sess.ID})
	}
	staff, err := s.cfg.Staff(ctx, sess.Staff)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return desk.Staff{}, Session{}, err
	}
	if err != nil || !staff.Active() || staff.Role != sess.Role {
		return desk.Staff{}, Session{}, s.end(ctx, SessionFilter{Staff: sess.Staff})
	}
	sess, err = s.touch(ctx, sess)
	return staff, sess, err
}

// alive reports whether a session may be used. One from the future is not: a
// clock that was set back must not lengthen anybody's day. Used is in whole
// minutes, hence the slack of two.
func (s *Service) alive(sess Session) bool {
	now := s.now()
	return now.Before(sess.Expires) && now.Before(sess.Until) && sess.Used.Before(now.Add(2*time.Minute))
}

// end ends sessions and returns ErrEnded, or what kept it from ending them.
func (s *Service) end(ctx context.Context, f SessionFilter) error {
	if _, err := s.store.EndSessions(ctx, f); err != nil {
		return err
	}
	return ErrEnded
}

// touch puts off the session's end, once a minute at most. A database that is
// busy, or a token that another request has just replaced, does not stop this
// request: the session was alive when it was read.
func (s *Service) touch(ctx context.Context, sess Session) (Session, error) {
	minute := s.now().Truncate(time.Minute)
	if !minute.After(sess.Used) {
		return sess, nil
	}
	sess.Used, sess.Expires = minute, s.expiry(sess.Until)
	err := s.store.RenewSession(ctx, sess.Token, sess)
	if err != nil && !errors.Is(err, desk.ErrBusy) && !errors.Is(err, desk.ErrFull) && !errors.Is(err, desk.ErrNotFound) {
		return Session{}, err
	}
	return sess, nil
}

// expiry is when a session used now ends, unless it is used again.
func (s *Service) expiry(until time.Time) time.Time {
	if idle := s.now().Add(s.cfg.Idle); idle.Before(until) {
		return idle
	}
	return until
}

// start signs a person in: a new session with a new token, whatever cookie
// the browser came with. The session it came with ends.
func (s *Service) start(w http.ResponseWriter, r *http.Request, staff desk.Staff, by Means) error {
	return s.startProven(w, r, staff, by, s.now())
}

// startProven is start with the time at which the person proved who they are.
func (s *Service) startProven(w http.ResponseWriter, r *http.Request, staff desk.Staff, by Means, proven time.Time) error {
	ctx, now := r.Context(), s.now()
	if hash, _ := s.sessionToken(r); hash != nil {
		if _, err := s.store.EndSessions(ctx, SessionFilter{Token: hash}); err != nil {
			return err
		}
	}
	token := newToken()
	until := now.Add(s.cfg.Longest)
	sess := Session{
		ID: desk.NewID(), Token: tokenHash(token), Staff: staff.ID, Role: staff.Role, Means: by,
		Created: now, Proven: proven, Used: now.Truncate(time.Minute), Expires: s.expiry(until), Until: until,
	}
	if err := s.store.AddSession(ctx, sess); err != nil {
		return err
	}
	s.setCookie(w, s.cookies.session, token, int(s.cfg.Longest/time.Second))
	s.remember(w, staff.ID)
	return nil
}

// raise notes a fresh proof in a session and gives it a new token: whoever
// had copied the old one is out.
func (s *Service) raise(w http.ResponseWriter, r *http.Request, sess Session, by Means) error {
	token := newToken()
	was := sess.Token
	sess.Token, sess.Means, sess.Proven = tokenHash(token), by, s.now()
	err := s.store.RenewSession(r.Context(), was, sess)
	if errors.Is(err, desk.ErrNotFound) {
		return ErrEnded
	}
	if err != nil {
		return err
	}
	left := sess.Until.Sub(s.now())
	s.setCookie(w, s.cookies.session, token, max(1, int(left/time.Second)))
	return nil
}

// RequireRecent returns ErrStepUp unless the person proved who they are
// within Config.Recent. Call it before publishing, exporting, changing a role
// and anything else a stolen session must not do.
func (s *Service) RequireRecent(sess Session) error {
	age := s.now().Sub(sess.Proven)
	if age < -2*time.Minute || age > s.cfg.Recent {
		return ErrStepUp
	}
	return nil
}

// SignOut ends the session of the request and deletes its cookie. It is no
// error to be signed out already.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownPost(r); err != nil {
		return err
	}
	if hash, _ := s.sessionToken(r); hash != nil {
		if _, err := s.store.EndSessions(r.Context(), SessionFilter{Token: hash}); err != nil {
			return err
		}
	}
	s.setCookie(w, s.cookies.session, "", -1)
	return nil
}

// Sessions lists the live sessions of a member of staff, newest first, for
// the page on which they can end them. Tokens are left out.
func (s *Service) Sessions(ctx context.Context, staff desk.ID) ([]Session, error) {
	if staff == "" {
		return nil, nil
	}
	all, err := s.store.Sessions(ctx, SessionFilter{Staff: staff})
	if err != nil {
		return nil, err
	}
	live := make([]Session, 0, len(all))
	for _, sess := range all {
		if s.alive(sess) {
			sess.Token = nil
			live = append(live, sess)
		}
	}
	return live, nil
}

// EndSession ends one session of a member of staff; desk.ErrNotFound when it
// is not theirs or over already.
func (s *Service) EndSession(ctx context.Context, staff, id desk.ID) error {
	if staff == "" || id == "" {
		return desk.ErrNotFound
	}
	n, err := s.store.EndSessions(ctx, SessionFilter{Staff: staff, ID: id})
	if err == nil && n == 0 {
		return desk.ErrNotFound
	}
	return err
}

// EndSessions ends all sessions of a member of staff but keep (which may be
// empty) and returns how many. Call it when an account is closed, so that
// reopening the account does not revive them.
func (s *Service) EndSessions(ctx context.Context, staff, keep desk.ID) (int, error) {
	if staff == "" {
		return 0, nil
	}
	return s.store.EndSessions(ctx, SessionFilter{Staff: staff, Except: keep})
}
