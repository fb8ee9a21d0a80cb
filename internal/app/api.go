package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"soi/internal/api"
	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/webhook"
)

// drawRead draws one request of a program that reads without a key, and says
// how long to wait when none is left.
type drawRead func(*http.Request) (time.Duration, bool)

// withAPI serves the API beside the site and its webhooks: a key opens it, no
// cookie does, so the site's guard against other sites' forms is not needed.
func (a *App) withAPI(next http.Handler, budget drawRead) (http.Handler, error) {
	tickets, err := a.keys.derive("site") // as the site's: a code is good in both places
	if err != nil {
		return nil, err
	}
	face, err := api.New(api.Deps{Desk: a.Desk, Matcher: a.Matcher, Signed: a.Signed, Follow: a.followByWebhook, URL: a.Config.PublicURL, Name: a.Config.Name,
		VKey: a.VKey(), LogPath: a.logPath(), Licence: a.Config.Licence, Budget: budget, Ticket: tickets, Log: a.log, Now: a.now})
	if err != nil {
		return nil, err
	}
	next = a.withMCP(next, budget)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, api.Prefix) || strings.HasPrefix(r.URL.Path, api.Claims) {
			face.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}

// followByWebhook ties a tip of the API to the webhook of its key. Each tip is
// a thread of its own: what is told of one says nothing of another.
func (a *App) followByWebhook(ctx context.Context, tip, key desk.ID, ticket, lang string) error {
	to, err := json.Marshal(webhook.Address{Key: key, Ticket: ticket})
	if err != nil {
		return err
	}
	return a.answers.intake.Follow(ctx, tip, webhook.Name, intake.Secret(key), intake.Secret(tip), to, lang)
}

// webhookChannel tells webhooks of keys, through the guarded client where
// client is nil.
func (a *App) webhookChannel(client *fetch.Client) (*webhook.Channel, error) {
	if client == nil {
		client = fetch.New(fetch.Options{})
	}
	secret, err := a.keys.derive("webhooks")
	if err != nil {
		return nil, err
	}
	return webhook.New(webhook.Config{Client: client, Now: a.now, Secret: func(key desk.ID) string { return webhookSecret(secret, key) },
		Keys: func(ctx context.Context) ([]desk.APIKey, error) { return a.Desk.APIKeys(ctx, desk.Program()) }}), nil
}

// webhookSecret is the secret under which letters of a key are signed. It is
// derived, so nothing about it is stored; a new key has a new one.
func webhookSecret(master []byte, key desk.ID) string {
	m := hmac.New(sha256.New, master)
	m.Write([]byte("webhook\x00" + string(key)))
	return "whs_" + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// MadeKey is a new key of the API as its holder needs it, once.
type MadeKey struct {
	desk.APIKey
	Key    string // to send as Authorization: Bearer
	Secret string // signs the letters to the key's webhook; "" without one
}

// MakeAPIKey makes a key. Nothing keeps what is returned but its hash.
func (a *App) MakeAPIKey(ctx context.Context, by desk.Actor, name string, perHour int, address string) (MadeKey, error) {
	var made MadeKey
	var hash []byte
	made.Key, hash = api.NewKey()
	var err error
	if made.APIKey, err = a.Desk.AddAPIKey(ctx, by, desk.APIKey{Name: name, PerHour: perHour, Webhook: address, Hash: hash}); err != nil {
		return MadeKey{}, err
	}
	if made.Webhook != "" {
		secret, err := a.keys.derive("webhooks")
		if err != nil {
			return MadeKey{}, fmt.Errorf("webhook secret: %w", err)
		}
		made.Secret = webhookSecret(secret, made.ID)
	}
	return made, nil
}
