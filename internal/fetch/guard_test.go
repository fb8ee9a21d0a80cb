package fetch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// forbidden are 60 addresses no fetch may ever reach.
var forbidden = strings.Fields(`
127.0.0.1 127.0.0.53 127.1.2.3 127.255.255.254 0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.1 10.255.255.255 100.64.0.1
100.127.255.254 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.17.0.1 172.31.255.254 192.0.0.1 192.0.0.170 192.0.0.192
192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.1.254 192.175.48.1 198.18.0.1 198.19.255.254 198.51.100.7
203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 ::1 :: ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a9fe:a9fe::1
3fff::1 3fff:fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff05::2 4000::1
`)

// lab is a front server that a test may reach and a victim that nobody may,
// on the same port of two loopback addresses, and a name server of its own.
type lab struct {
	front    netip.AddrPort
	accepted *atomic.Int64
	location atomic.Value // where the front redirects to
	dns      *nameServer
}

func newLab(t *testing.T) *lab {
	t.Helper()
	victim, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = victim.Close() })
	port := victim.Addr().(*net.TCPAddr).Port
	front, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", port))
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	l := &lab{front: netip.MustParseAddrPort(front.Addr().String()), accepted: new(atomic.Int64), dns: startNames(t)}
	l.location.Store("")
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := l.location.Load().(string); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("front"))
	})}
	go func() { _ = srv.Serve(front) }()
	t.Cleanup(func() { _ = srv.Close() })
	go func() {
		for {
			c, err := victim.Accept()
			if err != nil {
				return
			}
			l.accepted.Add(1)
			_, _ = http.ReadRequest(bufio.NewReader(c)) // unread bytes would turn the close into a reset
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"))
			_ = c.Close()
		}
	}()
	return l
}

func (l *lab) client(guardOff bool) *Client {
	return New(Options{AllowLoopback: l.front, Resolver: l.dns.resolver(), anyPort: true, guardOff: guardOff})
}

func (l *lab) url(host string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return fmt.Sprintf("http://%s:%d/", host, l.front.Port())
}

// ways are the roads by which an address can be reached; each sets the lab up
// and names the URL to ask for.
var ways = []struct {
	name string
	set  func(l *lab, a netip.Addr) string // "" when the way does not fit the address
}{
	{"direct", func(l *lab, a netip.Addr) string { return l.url(a.String()) }},
	{"redirect", func(l *lab, a netip.Addr) string {
		l.location.Store(l.url(a.String()))
		return l.url(l.front.Addr().String())
	}},
	{"name", func(l *lab, a netip.Addr) string {
		l.dns.set("name.test.", a)
		return l.url("name.test")
	}},
	{"redirect to name", func(l *lab, a netip.Addr) string {
		l.dns.set("name.test.", a)
		l.location.Store(l.url("name.test"))
		return l.url(l.front.Addr().String())
	}},
	{"rebinding", func(l *lab, a netip.Addr) string {
		l.dns.set("rebind.test.", l.front.Addr(), a)
		l.location.Store(l.url("rebind.test") + "again")
		return l.url("rebind.test")
	}},
	{"mapped", func(l *lab, a netip.Addr) string {
		if !a.Is4() {
			return ""
		}
		return l.url(netip.AddrFrom16(a.As16()).String())
	}},
	{"mapped AAAA", func(l *lab, a netip.Addr) string {
		if !a.Is4() {
			return ""
		}
		l.dns.set("mapped.test.", netip.AddrFrom16(a.As16()))
		return l.url("mapped.test")
	}},
	{"NAT64", func(l *lab, a netip.Addr) string {
		if !a.Is4() {
			return ""
		}
		b := netip.MustParseAddr("64:ff9b::").As16()
		v4 := a.As4()
		copy(b[12:], v4[:])
		return l.url(netip.AddrFrom16(b).String())
	}},
}

func TestNothingPrivateIsEverReached(t *testing.T) {
	if len(forbidden) != 60 {
		t.Fatalf("%d addresses in the list, want 60", len(forbidden))
	}
	l := newLab(t)
	c := l.client(false)
	for _, text := range forbidden {
		a := netip.MustParseAddr(text)
		for _, w := range ways {
			l.location.Store("")
			u := w.set(l, a)
			if u == "" {
				continue
			}
			_, err := c.Get(context.Background(), Request{URL: u})
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindAddress {
				t.Errorf("%s by %s: got %v, want a refused address", text, w.name, err)
			}
		}
	}
	if n := l.accepted.Load(); n != 0 {
		t.Errorf("%d connections were accepted by the private listener, want 0", n)
	}
}

// The same roads with the guard off do arrive, so the test above can fail.
func TestWithoutTheGuardThePrivateListenerIsReached(t *testing.T) {
	l := newLab(t)
	c := l.client(true)
	for _, w := range ways {
		if w.name == "NAT64" {
			continue // needs a translator on the way
		}
		l.location.Store("")
		before := l.accepted.Load()
		p, err := c.Get(context.Background(), Request{URL: w.set(l, netip.MustParseAddr("127.0.0.1"))})
		if err != nil || l.accepted.Load() == before || string(p.Body) != "secret" {
			t.Errorf("%s: negative control did not connect: %v", w.name, err)
		}
	}
}

func TestOwnAddressesAreRefused(t *testing.T) {
	own := netip.MustParseAddr("93.184.216.34")
	g := guard{
		own: func() ([]net.Addr, error) {
			return []net.Addr{&net.IPNet{IP: own.AsSlice(), Mask: net.CIDRMask(24, 32)}}, nil
		},
		port: webPort,
	}
	var e *Error
	if err := g.control("tcp4", "93.184.216.34:443", nil); !errors.As(err, &e) || e.Kind != KindAddress {
		t.Errorf("interface address: %v", err)
	}
	if err := g.control("tcp4", "93.184.216.35:443", nil); err != nil {
		t.Errorf("neighbour: %v", err)
	}
	if err := g.control("tcp4", "93.184.216.35:22", nil); !errors.As(err, &e) || e.Kind != KindPort {
		t.Errorf("port 22: %v", err)
	}
	g.extra = []netip.Addr{netip.MustParseAddr("::ffff:93.184.216.35")}
	if err := g.control("tcp4", "93.184.216.35:443", nil); !errors.As(err, &e) {
		t.Errorf("configured address: %v", err)
	}
	g.own = func() ([]net.Addr, error) { return nil, errors.New("no such call") }
	if err := g.control("tcp4", "1.1.1.1:443", nil); !errors.As(err, &e) {
		t.Errorf("unknown own addresses must refuse: %v", err)
	}
	if err := g.control("udp4", "1.1.1.1:443", nil); !errors.As(err, &e) {
		t.Errorf("udp: %v", err)
	}
}

func TestPublicAddressesPass(t *testing.T) {
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "93.184.216.34", "203.0.112.255", "100.128.0.1", "172.32.0.1", "2606:4700::1", "2a00:1450::1", "2001:200::1", "::ffff:8.8.8.8"} {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s should pass", s)
		}
	}
	if Public(netip.Addr{}) || Public(netip.MustParseAddr("2606:4700::1%eth0")) {
		t.Error("the zero address and zones should not pass")
	}
}

// AllowLoopback cannot be used to open a private network.
func TestAllowIsForLoopbackOnly(t *testing.T) {
	l := newLab(t)
	c := New(Options{AllowLoopback: netip.MustParseAddrPort("10.0.0.1:80"), Resolver: l.dns.resolver()})
	_, err := c.Get(context.Background(), Request{URL: "http://10.0.0.1/"})
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindAddress {
		t.Errorf("got %v", err)
	}
}

// nameServer answers each name with its addresses in turn, the last for ever.
type nameServer struct {
	conn  net.PacketConn
	mu    sync.Mutex
	names map[string][]netip.Addr
	asked map[string]int
}

func startNames(t *testing.T) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := &nameServer{conn: conn, names: map[string][]netip.Addr{}, asked: map[string]int{}}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if out := s.answer(buf[:n]); out != nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return s
}

func (s *nameServer) set(name string, in ...netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[name], s.asked[name] = in, 0
}

func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", s.conn.LocalAddr().String())
	}}
}

func (s *nameServer) answer(msg []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(msg) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	s.mu.Lock()
	list := s.names[q.Name.String()]
	turn := s.asked[q.Name.String()] / 2 // one question each for A and AAAA
	s.asked[q.Name.String()]++
	s.mu.Unlock()
	if len(list) == 0 {
		m.RCode = dnsmessage.RCodeNameError
	} else {
		a := list[min(turn, len(list)-1)]
		head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: a.As4()}}}
		case !a.Is4() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}}
		}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}
