package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/exchange"
	fetching "soi/internal/fetch"
	"soi/internal/store/storetest"
)

// spill is a desk in whose database everything that is not published carries
// words of a form nobody else uses, and what it takes to ask it for everything.
type spill struct {
	*apptest.Desk
	t  *testing.T
	in storetest.Insider

	checker, editor, mate, admin desk.Actor
	follower                     *instance
	reader                       *exchange.Key // of a peer that reads our shelf

	key, appealCode, bodyLink, expertLink, calendar string
	body, ruling                                    string
	asked                                           int // requests so far
}

// published are the columns whose words the public may read, with those that
// are no words: the rest of the database is planted, also in tables that are
// made tomorrow.
var published = map[string]string{
	"document": "what was approved, byte by byte", "log_": "the public log", "explainer_revision": "published", "standing_revision": "published",
	"imported": "other publishers' words, as they published them", "listed_question.text": "a sentence that a second person listed",
	"body.names": "an office is named where it was asked", "body.folded": "the same", "outlet.name": "the list of what is read is public", "outlet.site": "the same",
	"outlet.imprint": "the same", "outlet.reason": "the same", "outlet.folded": "the same", "setting": "names of ratings and policy", "schema_step": "the program's own", "sqlite_": "the database's own", "was_": "the test's own",
	"ruling.reasons": "published with the ruling", "ruling.doc": "published", "shelf": "what peers read", "calendar": "days off", "media_part": "sealed", "payload": "sealed",
	"body_channel": "listed channels", "conversation": "sealed", "follower": "positions",
}

// identities are columns that tell who somebody is in one word.
var identities = []string{"tip.ext_id", "body.mail", "request.mail", "staff.folded", "peer.address", "api_key.folded", "api_key.name", "peer.name", "tip.links", "expert.address"}

// newSpill fills a desk and plants its words.
func newSpill(t *testing.T) *spill {
	d := apptest.Start(t, apptest.Options{Demo: true, Settings: map[string]string{"mcp": "true", "activitypub": "true", "proxy": "true"},
		With: func(o *app.Options) { o.Fediverse = &fediGuarded{all: map[string]*fetching.Client{}} }})
	s := &spill{Desk: d, t: t, follower: newInstance(t)}
	s.follower.peer = d.URL
	staff := func(name string, r desk.Role) desk.Actor { return desk.As(d.Member(t, name, r)) }
	s.checker, s.editor, s.mate, s.admin = staff("Người kiểm", desk.Checker), staff("Người duyệt", desk.Editor), staff("Người thứ ba", desk.Editor), staff("Người quản trị", desk.Admin)
	must(t, d.Server.Desk.SetExchangeOffers(t.Context(), s.admin, desk.OffersAll))
	story := &appealed{askersLife: &askersLife{t: t, dir: t.TempDir(), s: d.Server, d: d}}
	story.tell()
	s.appealCode, s.ruling = story.code, string(story.ruling.ID)
	s.bodies()
	s.house()
	s.programs()
	must(t, d.AfterPublish(t.Context()))
	s.plant()
	s.seen()
	_, err := s.Export(t.Context(), filepath.Join(s.Config.Data, "open-data"))
	must(t, err)
	return s
}

// open makes a claim with a sentence of staff's.
func (s *spill) open(sentence string) desk.Claim {
	s.t.Helper()
	d, ctx := s.Server.Desk, s.t.Context()
	got, err := d.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: formValue(), Text: "Chị Zqatellxqz ở ngõ zqastreetxqz gọi zqaphonexqz hỏi " + sentence, Folded: []byte(formValue()), Lang: "vi",
		Decision: "new", Ticket: []byte(formValue()), Links: []string{"https://zqalinkxqz.example/zqbpagexqz"}})
	must(s.t, err)
	c, err := d.EditClaim(ctx, s.checker, got.Claim.ID, got.Claim.Version, desk.ClaimEdit{Text: sentence, Lang: "vi", Harm: desk.HarmLow, Topic: "health"})
	must(s.t, err)
	return c
}

// bodies asks an office, which answers, and an expert; a channel is listed.
func (s *spill) bodies() {
	t, d, ctx := s.t, s.Server.Desk, s.t.Context()
	b, err := d.SaveBody(ctx, s.editor, desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Tràn"}), Kind: desk.BodyAgency, Mail: "vanphong@sotran.example", Page: "https://sotran.example/", Lang: "vi"})
	must(t, err)
	s.body = string(b.ID)
	for i := range 2 {
		c := s.open(fmt.Sprintf("Bể nước số %d ở phố này có rong.", i))
		secret := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{byte(7 + i)}, 32))
		r, err := d.AskBody(ctx, s.checker, desk.NewRequest{ID: desk.NewID(), Claim: c.ID, Body: b.ID, Question: "Bể nước có rong không?", Plan: "Sở chưa trả lời.", Link: desk.RequestLinkHash(secret)})
		must(t, err)
		_, err = d.MarkSent(ctx, s.checker, r.ID)
		if err != nil && !errors.Is(err, desk.ErrState) {
			t.Fatal(err)
		}
		if s.bodyLink = secret; i == 0 {
			_, err = d.AnswerRequest(ctx, desk.Program(), desk.RequestLinkHash(secret), desk.NewAnswer{Kind: desk.AnswerNotSo, Text: "Bể ấy không có rong.", Lang: "vi", Ext: []byte("once")})
			must(t, err)
		}
	}
	e, err := d.AddExpert(ctx, s.editor, desk.Expert{Name: "Chuyên gia rong", Institution: "Viện Rong", Topics: []string{"science"}, Lang: "vi", Agreed: "2026-11-02", Proof: "hồ sơ giấy"})
	must(t, err)
	_, s.expertLink, err = d.AskExpert(ctx, s.checker, s.open("Rong trong bể nước gây ngứa.").ID, e.ID, "Rong này có gây ngứa không?")
	must(t, err)
	c, err := d.EnterChannel(ctx, s.checker, desk.NewChannel{Body: b.ID, Address: "sotran.example", Proof: desk.ProofDNS})
	must(t, err)
	must(t, d.ChannelLooked(ctx, desk.Program(), desk.ChannelLook{ID: c.ID}))
	_, err = d.DecideChannel(ctx, s.editor, c.ID, true, "")
	must(t, err)
}

// house lists a question, publishes a page about the desk and drafts another,
// drafts an explainer.
func (s *spill) house() {
	t, d, ctx := s.t, s.Server.Desk, s.t.Context()
	c := s.open("Nước bể đổi màu buổi chiều là có độc.")
	_, err := d.ListQuestion(ctx, s.editor, c.ID, c.Version)
	must(t, err)
	p, err := d.SaveStanding(ctx, s.admin, "funding", 0, []desk.StandingPart{{Point: "payers", Lang: "vi", Text: "Quỹ Nước"}})
	must(t, err)
	p, err = d.HandInStanding(ctx, s.admin, "funding", p.Version, nil)
	must(t, err)
	p, err = d.ApproveStanding(ctx, s.editor, "funding", desk.StandingHash(p.Pending))
	must(t, err)
	_, err = d.SaveStanding(ctx, s.admin, "funding", p.Version, []desk.StandingPart{{Point: "payers", Lang: "vi", Text: "Bản sửa chưa đăng"}})
	must(t, err)
	_, err = d.SaveExplainer(ctx, s.checker, desk.Explainer{Topic: "health", Texts: []desk.ExplainerText{{Lang: "vi", Title: "Bài nền chưa đăng", Summary: "Tóm tắt chưa đăng", Body: "Thân bài."}}})
	must(t, err)
	secret, err := d.MakeDeadlineLink(ctx, s.checker)
	must(t, err)
	s.calendar = secret
}

// programs has a peer that reads our shelf, a server that follows us, and a
// program with a key.
func (s *spill) programs() {
	t, d, ctx := s.t, s.Server.Desk, s.t.Context()
	s.reader = newKeyFor(t, "tinh.example/exchange")
	_, err := d.AddPeer(ctx, s.admin, desk.NewPeer{Name: "Bàn tỉnh", Address: "https://tinh.example", Key: s.reader.VKey(), Desk: s.reader.Desk(), Confirmed: true, Reads: true})
	must(t, err)
	if got := s.follower.post(s.follower.key, d.Now(), s.follower.follow(), nil); got != http.StatusAccepted {
		t.Fatalf("a request to follow: %d", got)
	}
	apptest.Wait(t, "the answer to a request to follow", func(context.Context) bool { return len(s.follower.arrived()) > 0 })
	k, err := s.MakeAPIKey(ctx, desk.Program(), "Máy của báo", 1000, "")
	must(t, err)
	s.key = k.Key
}

// plant puts words into everything that is not published, past every rule: a
// note, a kept text and a comment on every claim, then two words behind each
// text of each row.
func (s *spill) plant() {
	t := s.t
	s.in = storetest.NewInsider(t, filepath.Join(s.Config.Data, "soi.db"))
	s.in.Run("INSERT INTO claim_note SELECT 'n' || id, id, (SELECT min(id) FROM staff), 'Ghi chú trong bàn', opened, NULL, NULL FROM claim",
		"INSERT INTO kept_text SELECT 'k' || id, id, (SELECT min(id) FROM staff), '{\"x\":\"Chữ giữ lại\"}', '{}', '{}', 'overlap', 'open', opened, NULL FROM claim",
		"INSERT INTO review_comment SELECT 'c' || id, claim, id, 1, NULL, 'vi', 'summary', 0, 'Một câu', 'Nhận xét trong bàn', (SELECT min(id) FROM staff), 7, NULL, NULL FROM review WHERE claim IS NOT NULL")
	planted := s.in.Rewrite(worded)
	s.in.Run("UPDATE claim SET text = replace(text, 'claimtextxqz', 'claimtippedxqz') WHERE NOT typed") // what nobody of staff typed leaves by no way at all
	for _, want := range []string{"claim.text", "tip.text", "tip.ext_id", "tip.links", "draft.texts", "draft_past.texts", "claim_note.text", "kept_text.typed", "review_comment.text", "staff.name", "request.question", "request.plan",
		"body.mail", "body_answer.text", "opinion.question", "expert.proof", "standing_page.parts", "explainer.texts", "evidence.title", "review.doc", "peer.name", "api_key.name"} {
		if planted[want] == 0 {
			t.Errorf("nothing is planted in %s: %v", want, planted)
		}
	}
}

// isPublished reports whether words of a column, or of all of its table, may
// be public.
func isPublished(table, col string) bool {
	for p := range published {
		if strings.HasSuffix(p, "_") && strings.HasPrefix(table, p) || p == table || p == table+"."+col {
			return true
		}
	}
	return false
}

// worded is a value with two words behind each of its texts; false if it holds
// none.
func worded(table, col string, row int64, v any) (any, bool) {
	if isPublished(table, col) {
		return nil, false
	}
	letters := strings.ReplaceAll(table+col, "_", "")
	mark := " zqa" + letters + "xqz zqb" + letters + "xqz"
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	}
	if text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) }) {
		return nil, false
	}
	var out string
	var data any
	switch {
	case slices.Contains(identities, table+"."+col) && text != "null" && text[0] != '[':
		out = text + "-zqa" + letters + "xqz-" + fmt.Sprint(row)
	case (text[0] == '{' || text[0] == '[') && json.Unmarshal([]byte(text), &data) == nil:
		changed := 0
		data = marked(data, mark, &changed)
		if changed == 0 {
			return nil, false
		}
		b, err := json.Marshal(data)
		if err != nil {
			return nil, false
		}
		out = string(b)
	case isText(text):
		out = text + mark
	default:
		return nil, false
	}
	if _, is := v.([]byte); is {
		return []byte(out), true
	}
	return out, true
}

// isText reports whether a value is words of a language, not a code.
func isText(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || r > unicode.MaxASCII })
}

// marked plants the texts inside a value of JSON.
func marked(v any, mark string, n *int) any {
	switch v := v.(type) {
	case string:
		if isText(v) || strings.HasPrefix(v, "http") {
			*n++
			return v + strings.ReplaceAll(mark, " ", map[bool]string{true: "-", false: " "}[strings.HasPrefix(v, "http")])
		}
	case []any:
		for i := range v {
			v[i] = marked(v[i], mark, n)
		}
	case map[string]any:
		for k := range v {
			v[k] = marked(v[k], mark, n)
		}
	}
	return v
}

// marks are the planted words, whatever stands around them.
var marks = regexp.MustCompile(`(?i)zq[ab][a-z]{3,40}xqz|zqnguyễn|zqlan|zqsốnhà|zq0987654321`)

// fetch asks for something and returns what came, with its headers.
func (s *spill) fetch(method, path string, form url.Values, header http.Header) (status int, out string) {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, body)
	must(s.t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	s.asked++
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", s.asked/250, s.asked%250)) // each from another network: the budgets are not what is tried here
	if form != nil && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	must(s.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(s.t, err)
	return resp.StatusCode, fmt.Sprint(resp.Header) + "\n" + string(b)
}

// seen has staff read what was planted: a row that nobody can read any more
// would leave by no way, whatever is wrong with it.
func (s *spill) seen() {
	ctx, d := s.t.Context(), s.Server.Desk
	cs, err := d.Claims(ctx, s.checker, desk.ClaimFilter{Limit: 500})
	must(s.t, err)
	for _, c := range cs {
		v, err := d.ClaimPage(ctx, s.checker, c.ID)
		if err != nil {
			s.t.Fatalf("staff cannot read a claim any more: %v", err)
		}
		if b, err := json.Marshal(v); err != nil || !marks.Match(b) {
			s.t.Errorf("staff see nothing planted at %s: %v", c.ID, err)
		}
	}
}
