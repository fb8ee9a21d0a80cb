package app

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"soi/internal/desk"
	"soi/internal/desk/address"
	"soi/internal/fetch"
)

// How proofs of real channels are looked for: a few at a round, politely where
// several stand on one host.
const (
	proofsEvery = 20 * time.Second
	proofsMost  = 5 // at a round
	proofsPause = 2 * time.Second
	proofsDNS   = 10 * time.Second // one question to a name server
)

// LookForProofs is one round: it looks for the proofs that are due.
func (a *App) LookForProofs(ctx context.Context) error {
	_, err := a.lookForProofs(ctx, proofsMost, false)
	return err
}

// RecheckChannels looks for the proof of every channel now and returns how
// many were looked at.
func (a *App) RecheckChannels(ctx context.Context) (int, error) {
	return a.lookForProofs(ctx, 0, true)
}

// lookForProofs looks for those that are due, or for all.
func (a *App) lookForProofs(ctx context.Context, most int, all bool) (int, error) {
	cs, err := a.Desk.TakeChannels(ctx, desk.Program(), most, all)
	if err != nil {
		return 0, err
	}
	web, names := a.linkClient(), a.resolver()
	seen := map[string]bool{}
	for _, c := range cs {
		if host := hostOfLink(c.Page); host != "" {
			if seen[host] && a.links == nil {
				pause(ctx, proofsPause)
			}
			seen[host] = true
		}
		trouble := lookForProof(ctx, web, names, c)
		if ctx.Err() != nil {
			return 0, ctx.Err() // what was cut short tells nothing
		}
		err := a.Desk.ChannelLooked(ctx, desk.Program(), desk.ChannelLook{ID: c.ID, Leased: c.Check.Leased, Trouble: trouble})
		if err != nil && !errors.Is(err, desk.ErrConflict) && !errors.Is(err, desk.ErrNotFound) {
			return 0, err
		}
	}
	return len(cs), nil
}

// resolver asks the name server of the settings, or the system's.
func (a *App) resolver() *net.Resolver {
	at := a.Config.Resolver
	if at == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: proofsDNS}).DialContext(ctx, network, at)
	}}
}

// lookForProof looks for the proof of one channel; "" when it is there.
func lookForProof(ctx context.Context, web linkWeb, names *net.Resolver, c desk.BodyChannel) desk.ChannelTrouble {
	if c.Proof == desk.ProofDNS {
		return lookInNames(ctx, names, c)
	}
	p, err := web.Get(ctx, fetch.Request{URL: c.Page})
	if err != nil {
		return desk.ProofUnreachable
	}
	switch s := p.Status; {
	case s == http.StatusNotFound || s == http.StatusGone:
		return desk.ProofNoPage
	case s >= 500:
		return desk.ProofUnreachable
	case s >= 400:
		return desk.ProofKeptOut
	case !sameHouse(c.Page, p.URL):
		return desk.ProofNoPage // it leads away from the body's own site
	case !pageNames(p.Body, p.URL, c.Address, c.Proof == desk.ProofRelMe):
		return desk.ProofNotThere
	}
	return ""
}

// sameHouse reports whether a redirect stayed on the host that was asked, or
// below it.
func sameHouse(asked, came string) bool {
	a, ok1 := address.Read(asked)
	b, ok2 := address.Read(came)
	if !ok1 || !ok2 {
		return asked == came
	}
	return b.Host != "" && (b.Host == a.Host || strings.HasSuffix(b.Host, "."+a.Host))
}

// lookInNames asks for the TXT record with the code of the channel.
func lookInNames(ctx context.Context, names *net.Resolver, c desk.BodyChannel) desk.ChannelTrouble {
	ctx, cancel := context.WithTimeout(ctx, proofsDNS)
	defer cancel()
	texts, err := names.LookupTXT(ctx, desk.ChannelHostPrefix+c.Host+".")
	var no *net.DNSError
	switch {
	case errors.As(err, &no) && no.IsNotFound:
		return desk.ProofNoRecord
	case err != nil:
		return desk.ProofUnreachable
	case c.Code == "" || !slices.ContainsFunc(texts, func(t string) bool { return strings.TrimSpace(t) == desk.ChannelCodePrefix+c.Code }):
		return desk.ProofNoRecord
	}
	return ""
}

// proofTags is how many tags of a page are looked at.
const proofTags = 200_000

// pageNames reports whether a page names an address: by a link, or for numbers
// and e-mail addresses also in its text. With relMe only a link that is marked
// rel="me" counts.
func pageNames(body []byte, at string, want address.Address, relMe bool) bool {
	base, err := url.Parse(at)
	if err != nil {
		return false
	}
	var text strings.Builder
	hidden := 0
	z := html.NewTokenizer(bytes.NewReader(body))
	for range proofTags {
		switch z.Next() {
		case html.ErrorToken:
			return !relMe && !want.Kind.Account() && want.Kind != address.Site && namedIn(text.String(), want)
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "script" || t.Data == "style" || t.Data == "template" {
				hidden++
			}
			if leads(t, base, want, relMe) {
				return true
			}
			text.WriteByte(' ')
		case html.EndTagToken:
			if t := z.Token(); (t.Data == "script" || t.Data == "style" || t.Data == "template") && hidden > 0 {
				hidden--
			}
		case html.TextToken:
			if hidden == 0 && text.Len() < 1<<20 {
				text.Write(z.Text())
			}
		}
	}
	return false
}

// leads reports whether a tag is a link to the address.
func leads(t html.Token, base *url.URL, want address.Address, relMe bool) bool {
	if t.Data != "a" && t.Data != "link" && t.Data != "area" {
		return false
	}
	href, rel := "", ""
	for _, attr := range t.Attr {
		switch attr.Key {
		case "href":
			href = strings.TrimSpace(attr.Val)
		case "rel":
			rel = strings.ToLower(attr.Val)
		}
	}
	if href == "" || relMe && !slices.Contains(strings.Fields(rel), "me") {
		return false
	}
	u, err := base.Parse(href)
	if err != nil {
		return false
	}
	a, ok := address.Read(u.String())
	return ok && a.Kind == want.Kind && a.Key == want.Key
}

// namedIn reports whether the words of a page name a number or an e-mail
// address.
func namedIn(text string, want address.Address) bool {
	same := func(a address.Address) bool { return a.Kind == want.Kind && a.Key == want.Key }
	for len(text) > 0 {
		part := text[:min(len(text), 2000)] // few addresses are taken out of one text
		if slices.ContainsFunc(address.Find(part), same) {
			return true
		}
		if len(part) < 2000 {
			break
		}
		text = text[1900:]
	}
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool { a, ok := address.Read(w); return ok && same(a) })
}

// examineBodyChannels counts the lines of the register of real channels.
func (a *App) examineBodyChannels(ctx context.Context, d *doctor) {
	l, err := a.Desk.ChannelDesk(ctx, desk.Program())
	if err != nil {
		return // the database has been spoken of already
	}
	n := map[desk.ChannelState]int{}
	for _, c := range l.Channels {
		n[c.State]++
	}
	for _, x := range l.Denials {
		if x.State == desk.ChannelWaiting {
			n[desk.ChannelWaiting]++
		}
	}
	switch {
	case n[desk.ChannelGone] > 0:
		d.say(Notice, "The proof of %d of %d listed channels of bodies has gone; `soi channels list` names them.", "%d trong %d kênh chính thức đã mất bằng chứng; `soi channels list` nêu rõ.", n[desk.ChannelGone], n[desk.ChannelGone]+n[desk.ChannelProved])
	case n[desk.ChannelProved] > 0:
		d.say(Well, "%d channels of bodies are listed, each with its proof.", "%d kênh chính thức có trong danh bạ, đều còn bằng chứng.", n[desk.ChannelProved])
	}
	if n[desk.ChannelWaiting] > 0 {
		d.say(Notice, "%d lines of the register of real channels wait for a second person.", "%d dòng của danh bạ kênh chính thức chờ người thứ hai.", n[desk.ChannelWaiting])
	}
}
