package zalo

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// tokens are what the API is called with. The access token lives a day; the
// refresh token three months and one use: each answer brings the next.
type tokens struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Until   time.Time `json:"until"` // of Access
	Seed    []byte    `json:"seed"`  // SHA-256 of the setting they come from: a new consent replaces them
}

// markTokens is the name they are kept under, sealed.
const markTokens = "tokens"

// access gives an access token that is good; stale is one that the platform has
// just refused, "" if none.
func (c *Account) access(ctx context.Context, stale string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.saved && c.tokens.Access != "" {
		c.save(ctx)
	}
	if c.good(stale) {
		return c.tokens.Access, nil
	}
	// Another program over the same database may have got new ones.
	if c.saved || c.tokens.Access == "" {
		if err := c.load(ctx); err != nil {
			return "", err
		}
	}
	if c.good(stale) {
		return c.tokens.Access, nil
	}
	if err := c.renew(ctx); err != nil {
		return "", err
	}
	return c.tokens.Access, nil
}

func (c *Account) good(stale string) bool {
	return c.tokens.Access != "" && c.tokens.Access != stale && c.now().Add(refreshAhead).Before(c.tokens.Until)
}

// load reads the kept tokens. With none, or when the setting was changed since,
// it begins with the setting.
func (c *Account) load(ctx context.Context) error {
	seed := sha256.Sum256([]byte(c.config.Refresh))
	fresh := tokens{Refresh: c.config.Refresh, Seed: seed[:]}
	kept, err := c.config.Marks.Mark(ctx, AccountName, markTokens)
	if err != nil {
		return fmt.Errorf("zalo: %w: %w", intake.ErrTemporary, err)
	}
	t, err := c.unseal(kept)
	if err != nil || c.config.Refresh != "" && subtle.ConstantTimeCompare(t.Seed, fresh.Seed) != 1 {
		t = fresh
	}
	if t.Refresh == "" {
		return fmt.Errorf("zalo: %w: no refresh token is set", intake.ErrAuth)
	}
	c.tokens, c.saved = t, true
	return nil
}

// renew asks for new tokens. The old refresh token is used up by asking, so the
// answer is kept before anything else is done with it, and kept again later if
// that fails.
func (c *Account) renew(ctx context.Context) error {
	form := url.Values{"refresh_token": {c.tokens.Refresh}, "app_id": {c.config.App}, "grant_type": {"refresh_token"}}
	reply, err := c.auth.Do(ctx, fetch.Call{Method: http.MethodPost, URL: c.auth.Base() + "/v4/oa/access_token", Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Secret_key": {c.config.AppSecret}}})
	if err != nil {
		return fmt.Errorf("zalo: new tokens: %w", platform.Outcome(err))
	}
	var got struct {
		Access  string        `json:"access_token"`
		Refresh string        `json:"refresh_token"`
		Ends    platform.Text `json:"expires_in"` // seconds
		Error   int           `json:"error"`
	}
	if err := json.Unmarshal(reply.Body, &got); err != nil || reply.Status >= 500 {
		return fmt.Errorf("zalo: new tokens: %w: status %d", intake.ErrTemporary, reply.Status)
	}
	if got.Access == "" || got.Refresh == "" {
		return fmt.Errorf("zalo: new tokens: %w: error %d", intake.ErrAuth, got.Error)
	}
	seconds, err := strconv.Atoi(string(got.Ends))
	if err != nil || seconds <= 0 {
		seconds = 90000 // 25 hours, as documented
	}
	c.tokens.Access, c.tokens.Refresh, c.tokens.Until = got.Access, got.Refresh, c.now().Add(time.Duration(seconds)*time.Second)
	c.saved = false
	c.save(ctx)
	return nil
}

// save keeps the tokens sealed. When it fails they live in memory, and the next
// use of them tries again.
func (c *Account) save(ctx context.Context) {
	sealed, err := c.seal(c.tokens)
	if err == nil {
		err = c.config.Marks.SetMark(context.WithoutCancel(ctx), AccountName, markTokens, sealed)
	}
	if c.saved = err == nil; !c.saved {
		c.log.Error("zalo: the new tokens could not be kept; they are lost if the program ends now", "cause", err)
	}
}

func (c *Account) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(c.config.Key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (c *Account) seal(t tokens) (string, error) {
	aead, err := c.aead()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, []byte(AccountName+" "+c.config.Account))), nil
}

// unseal fails for nothing kept, another key and another account.
func (c *Account) unseal(kept string) (t tokens, err error) {
	raw, err := base64.RawStdEncoding.DecodeString(kept)
	if err != nil {
		return t, err
	}
	aead, err := c.aead()
	if err != nil {
		return t, err
	}
	if len(raw) < aead.NonceSize() {
		return t, errors.New("too short")
	}
	plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(AccountName+" "+c.config.Account))
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(plain, &t)
}
