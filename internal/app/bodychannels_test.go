package app_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	reach "soi/internal/fetch"
)

// names is a name server on this machine with TXT records.
type names struct {
	mu   sync.Mutex
	txt  map[string][]string
	addr string
}

// newNames starts one over UDP.
func newNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{txt: map[string][]string{}, addr: conn.LocalAddr().String()}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			k, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if out := n.answer(buf[:k]); out != nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return n
}

// answer answers one question.
func (n *names) answer(q []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(q) != nil || len(m.Questions) != 1 {
		return nil
	}
	n.mu.Lock()
	texts := n.txt[m.Questions[0].Name.String()]
	n.mu.Unlock()
	m.Response, m.Additionals = true, nil
	if m.RCode = dnsmessage.RCodeNameError; texts != nil {
		m.RCode = dnsmessage.RCodeSuccess
		for _, one := range texts { // a record each
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeTXT,
				Class: dnsmessage.ClassINET, TTL: 1}, Body: &dnsmessage.TXTResource{TXT: []string{one}}})
		}
	}
	out, err := m.Pack()
	if err != nil || binary.BigEndian.Uint16(out) != m.ID {
		return nil
	}
	return out
}

// renamed lets a site of the test have a name of its own.
type renamed struct {
	*houses
	from, to string
}

// Get implements what links are looked at with.
func (r *renamed) Get(ctx context.Context, q reach.Request) (*reach.Page, error) {
	q.URL = r.to + strings.TrimPrefix(q.URL, r.from)
	p, err := r.houses.Get(ctx, q)
	if p != nil {
		p.URL = strings.Replace(p.URL, r.to, r.from, 1)
	}
	return p, err
}

// TestProofsAreLookedFor finds links, rel=me, numbers and records where they
// are, and nowhere else.
func TestProofsAreLookedFor(t *testing.T) {
	dns := newNames(t)
	h := &houses{web: map[string]*reach.Client{}, asked: map[string]int{}}
	page := `<html><head><link rel="me" href="https://t.me/soyte"></head><body><p>Đường dây nóng: (024) 3998 5765</p><script>"0900 000 000"</script>
		<a href="https://www.facebook.com/SoYTe.HN">Facebook</a> <a rel="nofollow me" href="https://x.com/soyte">X</a> <a href="/chuyen">zalo</a></body></html>`
	at := h.build(t, "lien-he", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/di") {
			http.Redirect(w, r, "https://noi-khac.example/", http.StatusFound)
			return
		}
		if r.URL.Path != "/bai/lien-he" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, page)
	})
	site := strings.TrimSuffix(at, "/bai/lien-he")
	named := &renamed{houses: h, from: "https://soyte.example", to: site}
	clock := &moving{at: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)}
	a := apptest.Open(t, apptest.Options{Now: clock.now, Settings: map[string]string{"resolver": dns.addr}, With: func(o *app.Options) { o.Links = named }})
	ctx := t.Context()
	hire := func(r desk.Role) desk.Actor {
		s, err := a.Desk.AddStaff(ctx, desk.Program(), string(r), r, "vi")
		if err != nil {
			t.Fatal(err)
		}
		return desk.As(s)
	}
	checker, editor := hire(desk.Checker), hire(desk.Editor)
	b, err := a.Desk.SaveBody(ctx, editor, desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Y tế"}), Kind: desk.BodyAgency, Page: "https://soyte.example/", Lang: "vi"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[desk.ID]desk.ChannelTrouble{}
	enter := func(what string, p desk.ChannelProof, path string, trouble desk.ChannelTrouble) desk.BodyChannel {
		t.Helper()
		c, err := a.Desk.EnterChannel(ctx, checker, desk.NewChannel{Body: b.ID, Address: what, Proof: p, Page: "https://soyte.example" + path})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		want[c.ID] = trouble
		return c
	}
	enter("facebook.com/soytehn", desk.ProofLink, "/bai/lien-he", "")
	enter("02439985765", desk.ProofLink, "/bai/lien-he", "")
	enter("t.me/soyte", desk.ProofRelMe, "/bai/lien-he", "")
	enter("x.com/soyte", desk.ProofRelMe, "/bai/lien-he", "")
	enter("tiktok.com/@soyte", desk.ProofLink, "/bai/lien-he", desk.ProofNotThere)
	enter("facebook.com/khac", desk.ProofRelMe, "/bai/lien-he", desk.ProofNotThere)
	enter("0900000000", desk.ProofLink, "/bai/lien-he", desk.ProofNotThere) // in a script alone
	enter("zalo.me/1111111", desk.ProofLink, "/khong-co", desk.ProofNoPage)
	enter("zalo.me/2222222", desk.ProofLink, "/di/xa", desk.ProofUnreachable)
	dns1 := enter("soyte.example", desk.ProofDNS, "", "")
	enter("vp@soyte.example", desk.ProofDNS, "", desk.ProofNoRecord)
	dns.mu.Lock()
	dns.txt["_soi-channel.soyte.example."] = []string{"v=spf1", "soi-channel=" + dns1.Code}
	dns.mu.Unlock()
	look := func() map[desk.ID]desk.BodyChannel {
		t.Helper()
		if _, err := a.RecheckChannels(ctx); err != nil {
			t.Fatal(err)
		}
		l, err := a.Desk.ChannelDesk(ctx, desk.Program())
		if err != nil {
			t.Fatal(err)
		}
		out := map[desk.ID]desk.BodyChannel{}
		for _, c := range l.Channels {
			out[c.ID] = c
		}
		return out
	}
	for id, c := range look() {
		if c.Check.Trouble != want[id] {
			t.Errorf("%s by %s: %q, want %q", c.Address.Key, c.Proof, c.Check.Trouble, want[id])
		}
	}
	if _, err := a.Desk.DecideChannel(ctx, editor, dns1.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	dns.mu.Lock()
	dns.txt["_soi-channel.soyte.example."] = []string{"soi-channel=khac"}
	dns.mu.Unlock()
	for range 3 {
		clock.pass(25 * time.Hour)
		look()
	}
	if got := look()[dns1.ID]; got.State != desk.ChannelGone || len(got.Turns) != 2 {
		t.Errorf("the record was changed: %+v", got)
	}
	if says := fmt.Sprint(a.Doctor(ctx)); !strings.Contains(says, "The proof of 1 of 1 listed channels of bodies has gone") {
		t.Error("the doctor does not say so")
	}
	findings, _, err := a.Fsck(ctx)
	if err != nil || len(findings) > 0 {
		t.Errorf("the public log: %v %v", findings, err)
	}
}
