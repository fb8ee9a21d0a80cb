package activitypub

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Types are the media types that documents of ActivityPub are asked for by
// and sent as.
const (
	Type       = "application/activity+json"
	TypeLD     = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	TypeFinger = "application/jrd+json"
)

// MaxBody is how large an incoming document may be; a request to follow has
// less than one kilobyte.
const MaxBody = 64 << 10

// mostAddress bounds an address that is carried on, in bytes.
const mostAddress = 2048

// ErrFormat: what came in is not a document of ActivityPub that can be used.
var ErrFormat = errors.New("not a usable document")

// Sort is what an incoming activity asks for.
type Sort int

// The sorts. Everything that is none of the three is ignored, and nothing of
// it is kept: there is no reply, like or mention here.
const (
	Ignored  Sort = iota
	Follow        // tell me of checks
	Unfollow      // tell me no more
	Gone          // the account that perhaps followed has been deleted
)

// Incoming is an activity as far as a desk reads it.
type Incoming struct {
	Sort Sort
	From string          // id of whoever it comes from: an https address, unproven before the signature is verified
	Raw  json.RawMessage // the request to follow as its answer names it: id, sort and the two ends, nothing else of it
}

// ref is a reference: an address, or an object with one.
type ref struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Object *ref   `json:"object"`
}

// UnmarshalJSON takes both forms.
func (r *ref) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &r.ID)
	}
	type plain ref
	return json.Unmarshal(b, (*plain)(r))
}

// Read reads an activity that was sent to the actor with this id. It refuses
// what is no activity at all and ignores every sort it has no use for.
func Read(body []byte, actor string) (Incoming, error) {
	var a struct {
		ID     string          `json:"id"`
		Type   string          `json:"type"`
		From   ref             `json:"actor"`
		Object json.RawMessage `json:"object"`
	}
	if len(body) > MaxBody || json.Unmarshal(body, &a) != nil || a.Type == "" || a.From.ID == "" || len(a.ID) > mostAddress || len(a.From.ID) > mostAddress {
		return Incoming{}, ErrFormat
	}
	in := Incoming{From: a.From.ID}
	var o ref
	if json.Unmarshal(a.Object, &o) != nil {
		return in, nil // a list, or nothing: no request to follow has that
	}
	switch {
	case a.Type == "Follow" && o.ID == actor:
		in.Sort = Follow
		var err error
		if in.Raw, err = json.Marshal(doc{"id": a.ID, "type": a.Type, "actor": in.From, "object": actor}); err != nil {
			return in, errors.Join(ErrFormat, err)
		}
	case a.Type == "Undo" && o.Type == "Follow" && o.Object != nil && o.Object.ID == actor:
		in.Sort = Unfollow
	case a.Type == "Delete" && o.ID == a.From.ID:
		in.Sort = Gone
	}
	return in, nil
}

// Actor is somebody else's actor as far as a desk needs it for one answer.
type Actor struct {
	ID    string
	Key   *rsa.PublicKey
	KeyID string
	Inbox string // the shared inbox of its server, its own where there is none
}

// ReadActor reads the document at an actor's address. It refuses one that
// names another actor, whose key is another's, or whose inbox is on another
// host: nobody can have messages sent to a stranger's server.
func ReadActor(body []byte, id string) (Actor, error) {
	var d struct {
		ID        string `json:"id"`
		Inbox     string `json:"inbox"`
		Endpoints struct {
			Shared string `json:"sharedInbox"`
		} `json:"endpoints"`
		Key struct {
			ID    string `json:"id"`
			Owner string `json:"owner"`
			PEM   string `json:"publicKeyPem"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(body, &d); err != nil {
		return Actor{}, errors.Join(ErrFormat, err)
	}
	a := Actor{ID: d.ID, KeyID: d.Key.ID, Inbox: d.Inbox}
	if d.Endpoints.Shared != "" {
		a.Inbox = d.Endpoints.Shared
	}
	if a.ID != id || d.Key.Owner != id || !SameHost(id, a.Inbox) || !SameHost(id, a.KeyID) {
		return Actor{}, fmt.Errorf("actor, key and inbox do not belong together: %w", ErrFormat)
	}
	var err error
	a.Key, err = parsePublic(d.Key.PEM)
	return a, err
}

// SameHost reports whether two addresses are of one scheme, host and port.
func SameHost(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && u.Host != "" && u.Scheme == v.Scheme && strings.EqualFold(u.Host, v.Host) && u.User == nil && v.User == nil
}
