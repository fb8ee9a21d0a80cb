package activitypub

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Public is the address of everybody.
const Public = "https://www.w3.org/ns/activitystreams#Public"

// The paths of the documents, below the desk's public address.
const (
	PathFinger    = "/.well-known/webfinger"
	PathActor     = "/fediverse/actor"
	PathInbox     = "/fediverse/inbox"
	PathOutbox    = "/fediverse/outbox"
	PathFollowers = "/fediverse/followers"
	PathChecks    = "/fediverse/checks/" // and the id of a check
)

// Desk is the one actor: the desk itself, which publishes and does nothing
// else.
type Desk struct {
	URL     string // public address of the desk, without a trailing slash
	Account string // the name before the @: letters, digits, underscore
	Name    string // as readers know the desk
	Key     *rsa.PublicKey
}

// ID is the id of the actor.
func (d Desk) ID() string { return d.URL + PathActor }

// KeyID is the id of its key.
func (d Desk) KeyID() string { return d.ID() + "#main-key" }

// Address is the actor as people look for it: name@host.
func (d Desk) Address() string { return d.Account + "@" + hostOf(d.URL) }

// hostOf is the host of an address, with its port.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// doc is a JSON object.
type doc map[string]any

// contexts is what the documents are written in.
func contexts() []any {
	return []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"}
}

// Actor prints the actor. about is one sentence on what the desk does, and
// what becomes of messages to it.
func (d Desk) Actor(about, icon string) ([]byte, error) {
	text, err := publicPEM(d.Key)
	if err != nil {
		return nil, err
	}
	return json.Marshal(doc{
		"@context": contexts(), "id": d.ID(), "type": "Service", "preferredUsername": d.Account, "name": d.Name,
		"summary": "<p>" + escape(about) + "</p>", "url": d.URL + "/", "manuallyApprovesFollowers": false, "discoverable": true,
		"inbox": d.URL + PathInbox, "outbox": d.URL + PathOutbox, "followers": d.URL + PathFollowers,
		"endpoints": doc{"sharedInbox": d.URL + PathInbox},
		"publicKey": doc{"id": d.KeyID(), "owner": d.ID(), "publicKeyPem": text},
		"icon":      doc{"type": "Image", "mediaType": "image/png", "url": icon},
	})
}

// Finger answers WebFinger (RFC 7033) for the actor's address or id; false
// for every other resource.
func (d Desk) Finger(resource string) ([]byte, bool) {
	account := "acct:" + d.Address()
	if !strings.EqualFold(resource, account) && resource != d.ID() && resource != d.URL+"/" {
		return nil, false
	}
	b, err := json.Marshal(doc{"subject": account, "aliases": []string{d.ID()}, "links": []doc{
		{"rel": "self", "type": Type, "href": d.ID()},
		{"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": d.URL + "/"}}})
	return b, err == nil
}

// Note is one check as the fediverse sees it.
type Note struct {
	Check     string              // id of the check
	Rev       int                 // revision it stands at
	Texts     map[string][]string // paragraphs of plain text by language
	Lang      string              // the foremost language
	Link      string              // page of the check
	Published time.Time           // first
	Updated   time.Time           // zero while at its first revision
	Gone      bool                // its texts were erased: nothing is left to show
}

// id is the address of the note.
func (d Desk) noteID(check string) string { return d.URL + PathChecks + check }

// note is the object: a Note, or what is left of one.
func (d Desk) note(n Note) doc {
	id := d.noteID(n.Check)
	if n.Gone {
		return doc{"id": id, "type": "Tombstone", "formerType": "Note", "deleted": stamp(n.Updated)}
	}
	o := doc{"id": id, "type": "Note", "attributedTo": d.ID(), "to": []string{Public}, "cc": []string{d.URL + PathFollowers},
		"url": n.Link, "published": stamp(n.Published), "content": paragraphs(n.Texts[n.Lang], n.Link), "sensitive": false}
	byLang := map[string]string{}
	for lang, text := range n.Texts {
		byLang[lang] = paragraphs(text, n.Link)
	}
	o["contentMap"] = byLang
	if !n.Updated.IsZero() {
		o["updated"] = stamp(n.Updated)
	}
	return o
}

// Object prints the note by itself.
func (d Desk) Object(n Note) ([]byte, error) {
	o := d.note(n)
	o["@context"] = contexts()
	return json.Marshal(o)
}

// activity wraps the note as it stands: made, changed, or gone.
func (d Desk) activity(n Note) doc {
	kind, at := "Create", n.Published
	switch {
	case n.Gone:
		kind, at = "Delete", n.Updated
	case n.Rev > 1:
		kind, at = "Update", n.Updated
	}
	return doc{"id": fmt.Sprintf("%s#rev-%d", d.noteID(n.Check), n.Rev), "type": kind, "actor": d.ID(), "published": stamp(at),
		"to": []string{Public}, "cc": []string{d.URL + PathFollowers}, "object": d.note(n)}
}

// Activity prints the activity that tells followers of a check.
func (d Desk) Activity(n Note) ([]byte, error) {
	a := d.activity(n)
	a["@context"] = contexts()
	return json.Marshal(a)
}

// Accept prints the answer to a request to follow.
func (d Desk) Accept(follow json.RawMessage, nonce string) ([]byte, error) {
	return json.Marshal(doc{"@context": contexts(), "id": d.ID() + "#accept-" + nonce, "type": "Accept", "actor": d.ID(), "object": follow})
}

// Outbox prints the collection of all checks: how many there are and where
// its first page is.
func (d Desk) Outbox(total int) ([]byte, error) {
	return json.Marshal(doc{"@context": contexts(), "id": d.URL + PathOutbox, "type": "OrderedCollection", "totalItems": total,
		"first": d.URL + PathOutbox + "?page=1"})
}

// OutboxPage prints one page of it, newest first. before is where the page
// begins, "" for the first; next where the one after it does, "" for none.
func (d Desk) OutboxPage(notes []Note, before, next string) ([]byte, error) {
	page := func(before string) string {
		if before == "" {
			return d.URL + PathOutbox + "?page=1"
		}
		return d.URL + PathOutbox + "?page=1&before=" + url.QueryEscape(before)
	}
	items := []doc{}
	for _, n := range notes {
		items = append(items, d.activity(n))
	}
	p := doc{"@context": contexts(), "id": page(before), "type": "OrderedCollectionPage", "partOf": d.URL + PathOutbox, "orderedItems": items}
	if next != "" {
		p["next"] = page(next)
	}
	return json.Marshal(p)
}

// Followers prints how many follow; who they are stands nowhere.
func (d Desk) Followers(total int) ([]byte, error) {
	return json.Marshal(doc{"@context": contexts(), "id": d.URL + PathFollowers, "type": "OrderedCollection", "totalItems": total})
}

// stamp is a time as these documents write it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// paragraphs is plain text as the little HTML that servers keep, with the
// link at its end.
func paragraphs(text []string, link string) string {
	var b strings.Builder
	for _, p := range text {
		b.WriteString("<p>" + escape(p) + "</p>")
	}
	b.WriteString(`<p><a href="` + escape(link) + `">` + escape(link) + "</a></p>")
	return b.String()
}

// escape makes text of HTML's own signs.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\n", "<br>").Replace(s)
}
