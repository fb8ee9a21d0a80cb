package email

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"mime/quotedprintable"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf16"

	"soi/internal/intake"
)

// desk are the addresses of the tests' desk.
func desk() Addresses { return Addresses{"tips@desk.example", "hoi@desk.example"} }

// letter is a plain mail of a person.
func letter(body string, fields ...string) string {
	head := "Return-Path: <canary@mail.example>\r\nReceived: from a by b; Sun, 22 Nov 2026 07:00:00 +0700\r\nFrom: =?UTF-8?B?Tmd1eeG7hW4gQ2FuYXJ5?= <Canary@Mail.example>\r\n" +
		"To: Bàn <tips@desk.example>\r\nDate: Sun, 22 Nov 2026 07:00:00 +0700\r\nMessage-ID: <first@mail.example>\r\n"
	for _, f := range fields {
		head += f + "\r\n"
	}
	return head + "\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
}

const (
	vietnamese = "Nghe nói ngân hàng Đông Á sẽ đóng cửa ngày 30/11, điều đó có đúng không ạ?"
	plainUTF8  = "Content-Type: text/plain; charset=utf-8"
)

func encode(t *testing.T, charset, s string) string {
	t.Helper()
	c := exec.Command("iconv", "-f", "UTF-8", "-t", charset)
	c.Stdin = strings.NewReader(s)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("iconv to %s: %v", charset, err)
	}
	return string(out)
}

func TestCharsets(t *testing.T) {
	for _, c := range []struct{ label, charset, text, want string }{
		{"utf-8", "UTF-8", vietnamese, ""},
		{`"UTF-8"`, "UTF-8", vietnamese, ""},
		{"us-ascii", "UTF-8", vietnamese, ""}, // a label that is wrong
		{"iso-8859-1", "UTF-8", vietnamese, ""},
		{"no-such-charset", "UTF-8", vietnamese, ""},
		{"viscii", "VISCII", vietnamese, ""},
		{"x-viet-tcvn5712", "TCVN5712-1", strings.ToLower(vietnamese), ""},
		{"iso-2022-jp", "ISO-2022-JP", "この噂は本当ですか、昨日聞きました。", ""},
		{"gb2312", "GB18030", "这个消息是真的吗，昨天听说的。", ""},
		{"big5", "BIG5", "這個消息是真的嗎，昨天聽說的。", ""},
		{"koi8-r", "KOI8-R", "Это правда, что банк закроется?", ""},
		{"windows-1252", "WINDOWS-1252", "Est-ce vrai que la banque fermera à Noël ?", ""},
		{"utf-16le", "UTF-16LE", vietnamese, ""},
	} {
		raw := letter(base64.StdEncoding.EncodeToString([]byte(encode(t, c.charset, c.text))), "Content-Type: text/plain; charset="+c.label, "Content-Transfer-Encoding: base64")
		if m := Read([]byte(raw), desk()); m.Text != c.text {
			t.Errorf("%s: %q", c.label, m.Text)
		}
	}
	// windows-1258 writes a letter and its tone apart; joining them is the reader's work.
	raw := letter("Ng\xe2n ha\xccng \xf0o\xecng c\xfd\xd2a", "Content-Type: text/plain; charset=windows-1258", "Content-Transfer-Encoding: 8bit")
	if m := Read([]byte(raw), desk()); m.Text != "Ngân ha\u0300ng đo\u0301ng cư\u0309a" {
		t.Errorf("windows-1258: %q", m.Text)
	}
	raw = letter("Tin n\xe0y c\xf3 \x8e\xfang kh\xf4ng", "Content-Type: text/plain")
	if m := Read([]byte(raw), desk()); !strings.HasPrefix(m.Text, "Tin này có") {
		t.Errorf("nothing declared: %q", m.Text)
	}
}

func TestTransferEncodings(t *testing.T) {
	var qp strings.Builder
	w := quotedprintable.NewWriter(&qp)
	fmt.Fprint(w, vietnamese)
	w.Close()
	b64 := base64.StdEncoding.EncodeToString([]byte(vietnamese))
	for name, raw := range map[string]string{
		"quoted-printable":             letter(qp.String(), plainUTF8, "Content-Transfer-Encoding: Quoted-Printable"),
		"base64 in lines with rubbish": letter(b64[:30]+"\n *"+b64[30:]+"\n\n", plainUTF8, "Content-Transfer-Encoding: BASE64 "),
		"8bit":                         letter(vietnamese, plainUTF8, "Content-Transfer-Encoding: 8bit"),
		"none of these":                letter(vietnamese, plainUTF8, "Content-Transfer-Encoding: x-unknown"),
		"flowed":                       letter(strings.Replace(vietnamese, "sẽ ", "sẽ \n", 1), "Content-Type: text/plain; charset=utf-8; format=flowed"),
		"bare line feeds":              strings.ReplaceAll(letter(vietnamese, plainUTF8), "\r\n", "\n"),
		"mbox line before":             "From canary@mail.example Sun Nov 22 07:00:00 2026\r\n" + letter(vietnamese, plainUTF8),
		"a broken field":               letter(vietnamese, plainUTF8, "this is no field", "X: y"),
		"a broken type":                letter(vietnamese, "Content-Type: text/plain; charset=utf-8; name=a b; charset=utf-8; ="),
		"a stray =":                    letter(strings.Replace(vietnamese, "30/11", "30=2F11", 1), plainUTF8, "Content-Transfer-Encoding: quoted-printable"),
	} {
		if m := Read([]byte(raw), desk()); m.Text != vietnamese || m.Why != "" {
			t.Errorf("%s: %q %s", name, m.Text, m.Why)
		}
	}
	if m := Read([]byte("From: a@mail.example\nSubject: x\nNo empty line and no field\nfollows it here"), desk()); !strings.Contains(m.Text, "No empty line") {
		t.Errorf("no empty line: %q", m.Text)
	}
}

func picture(n int) string {
	return base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", n)))
}

func multipart(kind string, parts ...string) []string {
	body := ""
	for _, p := range parts {
		body += "--bnd\n" + p + "\n"
	}
	return []string{body + "--bnd--\n", "Content-Type: multipart/" + kind + "; boundary=bnd"}
}

func build(p []string, fields ...string) string { return letter(p[0], append(fields, p[1])...) }

func TestParts(t *testing.T) {
	html := "Content-Type: text/html; charset=utf-8\n\n<html><head><title>canary title</title><style>p{}</style></head><body><p>" + vietnamese +
		"</p><p style='display: none'>hidden words</p><p>Xem <a href='https://tin.example/bai?x=1&amp;y=2'>bài này</a></p><script>alert(1)</script></body></html>"
	small, large := "Content-Type: image/png\nContent-ID: <a>\nContent-Transfer-Encoding: base64\n\n"+picture(100), "Content-Type: image/png; name=canary.png\nContent-ID: <b>\nContent-Transfer-Encoding: base64\n\n"+picture(9000)
	pdf := "Content-Type: application/octet-stream; name=\"canary hộ chiếu.pdf\"\nContent-Disposition: attachment; filename*=UTF-8''canary%20h%E1%BB%99.pdf\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("%PDF-1.7\n"))
	card := "Content-Type: text/vcard\nContent-Disposition: attachment; filename=me.vcf\n\nBEGIN:VCARD\nFN:Canary\nEND:VCARD"
	plain := "Content-Type: text/plain; charset=utf-8\n\n" + vietnamese
	for _, c := range []struct {
		name, raw, text string
		links, media    int
	}{
		{"html alone", letter(strings.SplitN(html, "\n\n", 2)[1], "Content-Type: text/html; charset=utf-8"), vietnamese + "\n\nXem bài này", 1, 0},
		{"alternative", build(multipart("alternative", plain, html)), vietnamese, 0, 0},
		{"alternative that only points to the HTML", build(multipart("alternative", "Content-Type: text/plain\n\nThis mail is HTML.", html)), vietnamese + "\n\nXem bài này", 1, 0},
		{"pictures", build(multipart("mixed", plain, small, large, pdf, card)), vietnamese, 0, 2},
		{"a picture alone", build(multipart("mixed", large)), "", 0, 1},
		{"boundary not stated", letter(multipart("mixed", plain, large)[0], "Content-Type: multipart/mixed"), vietnamese, 0, 1},
		{"not ended", letter(strings.TrimSuffix(multipart("mixed", plain, large)[0], "--bnd--\n"), "Content-Type: multipart/mixed; boundary=bnd"), vietnamese, 0, 1},
		{"related in alternative", build(multipart("alternative", plain, "Content-Type: multipart/related; boundary=in\n\n--in\n"+html+"\n--in\n"+large+"\n--in--")), vietnamese, 0, 1},
	} {
		m := Read([]byte(c.raw), desk())
		if m.Text != c.text || len(m.Links) != c.links || len(m.Media) != c.media {
			t.Errorf("%s: %q links %v media %d why %s", c.name, m.Text, m.Links, len(m.Media), m.Why)
		}
		for _, f := range m.Media {
			if f.Kind != intake.MediaPicture && f.Kind != intake.MediaDocument || len(f.Data) == 0 || f.Size != int64(len(f.Data)) {
				t.Errorf("%s: media %+v", c.name, f)
			}
		}
	}
	if m := Read([]byte(letter("<p><a href='https://tin.example/bai?x=1&amp;y=2'>bài</a>", "Content-Type: text/html")), desk()); len(m.Links) != 1 || m.Links[0] != "https://tin.example/bai?x=1&y=2" {
		t.Errorf("links %v", m.Links)
	}
}

func TestForwards(t *testing.T) {
	inner := "From: Lê Canary <le.canary@mail.example>\nTo: nhóm <group@mail.example>\nSubject: Fwd: Thông báo khẩn về ngân hàng\nContent-Type: text/plain; charset=utf-8\n\nNgân hàng Đông Á đóng cửa từ 30/11.\n\nTrân trọng,\nLê Canary"
	attached := "Content-Type: message/rfc822\nContent-Disposition: attachment; filename=\"canary.eml\"\n\n" + inner
	asEml := "Content-Type: application/octet-stream; name=canary.eml\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(inner))
	want := "Thông báo khẩn về ngân hàng\n\nNgân hàng Đông Á đóng cửa từ 30/11."
	for name, raw := range map[string]string{
		"attached mail": build(multipart("mixed", "Content-Type: text/plain; charset=utf-8\n\nTin này đúng không?\n\nNguyễn Canary", attached)),
		"eml file":      build(multipart("mixed", "Content-Type: text/plain; charset=utf-8\n\nTin này đúng không?", asEml)),
		"Gmail":         letter("Tin này đúng không?\n\n---------- Forwarded message ---------\nTừ: Lê Canary <le.canary@mail.example>\nDate: T7, 21 thg 11, 2026 lúc 20:10\nSubject: Thông báo khẩn về ngân hàng\nTo: <group@mail.example>\n\n\nNgân hàng Đông Á đóng cửa từ 30/11.\n\n-- \nLê Canary\n0905 000 111", plainUTF8, "Subject: Fwd: Thông báo khẩn về ngân hàng"),
		"Outlook":       letter("Tin này đúng không?\n\nSent from my iPhone\n________________________________\nFrom: Lê Canary <le.canary@mail.example>\nSent: Saturday, November 21, 2026 20:10\nTo: group@mail.example\nSubject: Thông báo khẩn về ngân hàng\n\nNgân hàng Đông Á đóng cửa từ 30/11.", plainUTF8, "Subject: FW: Thông báo khẩn về ngân hàng"),
		"Apple":         letter("Tin này đúng không?\n\nBegin forwarded message:\n\n> From: Lê Canary <le.canary@mail.example>\n> Subject: Thông báo khẩn về ngân hàng\n> Date: 21 November 2026\n> To: group@mail.example\n> \n> Ngân hàng Đông Á đóng cửa từ 30/11.", plainUTF8, "Subject: Fwd: x"),
	} {
		m := Read([]byte(raw), desk())
		flat := strings.Join(strings.Fields(m.Text), " ")
		if flat != "Tin này đúng không? "+strings.Join(strings.Fields(want), " ") || !m.Passed {
			t.Errorf("%s: passed on %v, %q", name, m.Passed, m.Text)
		}
	}
}

func TestQuotationsAndSignatures(t *testing.T) {
	const q = "Tin này có đúng không?"
	for name, body := range map[string]string{
		"English attribution":      q + "\n\nOn Sun, Nov 22, 2026 at 7:00 AM Le Canary <le@mail.example> wrote:\n> Canary said it\n> again",
		"Vietnamese attribution":   q + "\n\nVào 07:00, CN, 22 thg 11, 2026 Lê Canary <le@mail.example> đã viết:\n\n> Canary nói thế",
		"attribution on two lines": q + "\nOn Sunday, 22 November 2026 at 07:00:00 GMT+7, Le Canary\n<le@mail.example> wrote:\n> Canary",
		"Outlook reply":            q + "\n\n-----Original Message-----\nFrom: Canary\nSent: today\nTo: you\nSubject: Re: x\n\nWhat Canary wrote",
		"Vietnamese Outlook":       q + "\n\nTừ: Canary\nĐã gửi: hôm nay\nĐến: tips@desk.example\nChủ đề: x\n\nĐiều Canary viết",
		"signature mark":           q + "\n-- \nNguyễn Canary\n0905 000 111",
		"closing":                  q + "\n\nTrân trọng,\nNguyễn Canary\nTrưởng phòng\nĐT: 0905 000 111",
		"English closing":          q + "\n\nKind regards,\n\nNguyen Canary\n+84 905 000 111",
		"thanks":                   q + "\n\nXin cảm ơn!\nNguyễn Canary",
		"name alone":               q + "\n\nNguyễn Canary",
		"part of the name":         q + "\nCanary",
		"number and address":       q + "\n0905 000 111\ncanary@mail.example",
		"phone":                    q + "\n\nGửi từ iPhone của tôi",
		"app":                      q + "\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>",
		"below":                    "On Sun, Nov 22, 2026 at 7:00 AM Le Canary <le@mail.example> wrote:\n> Canary said it\n\n" + q,
	} {
		if m := Read([]byte(letter(body, plainUTF8)), desk()); m.Text != q {
			t.Errorf("%s: %q", name, m.Text)
		}
	}
	// What only looks like one of these stays.
	for _, body := range []string{
		"Thuốc này chữa khỏi ung thư:\n- uống sáng\n- uống tối",
		"Ngày mai ngân hàng đóng cửa, báo viết:\ncó thật không?",
		"Cảm ơn bàn đã trả lời. Bộ Y tế cho biết: vắc-xin hết hạn, điều đó đúng không?",
		"1. Một\n2. Hai\n-- rồi ba thì sao",
	} {
		if m := Read([]byte(letter(body, plainUTF8)), desk()); m.Text != body {
			t.Errorf("%q became %q", body, m.Text)
		}
	}
	// A bare quotation is what is asked about.
	if m := Read([]byte(letter("> Ngân hàng đóng cửa\n> từ mai", plainUTF8)), desk()); m.Text != "Ngân hàng đóng cửa\ntừ mai" || !m.Passed {
		t.Errorf("bare quotation: %q", m.Text)
	}
}

func TestThreads(t *testing.T) {
	m := Read([]byte(letter("Đúng rồi, cảm ơn.\n\nVào CN, 22 thg 11, 2026 Bàn <tips@desk.example> đã viết:\n> Điều đó sai.", plainUTF8,
		"Subject: Re: ngân hàng Đông Á đóng cửa", "In-Reply-To: <soi.0011@desk.example>", "References: <zero@mail.example>\r\n <soi.0011@desk.example>")), desk())
	if m.Text != "Đúng rồi, cảm ơn." || m.Answers != "<soi.0011@desk.example>" || m.Thread != "<zero@mail.example>" {
		t.Errorf("%+v", m)
	}
	first := Read([]byte(letter(vietnamese, plainUTF8)), desk())
	if first.Thread != "<first@mail.example>" || first.Answers != "" || first.ID == "" || first.ID == m.ID && false {
		t.Errorf("%+v", first)
	}
	if again := Read([]byte("Received: from c by d\r\n"+letter(vietnamese, plainUTF8)), desk()); again.ID != first.ID {
		t.Error("a copy by another road has another id")
	}
	if other := Read([]byte(strings.Replace(letter(vietnamese, plainUTF8), "first@", "second@", 1)), desk()); other.ID == first.ID {
		t.Error("another mail has the same id")
	}
	// An answer that says nothing of its own is no tip: what it quotes is ours.
	if m := Read([]byte(letter("> Điều đó sai.", plainUTF8, "In-Reply-To: <soi.0011@desk.example>")), desk()); m.Why != whyEmpty {
		t.Errorf("%q %s", m.Text, m.Why)
	}
}

func TestSubjects(t *testing.T) {
	for subject, want := range map[string]string{
		"Hỏi": q1, "Fwd: Re: Ngân hàng đóng cửa": "Ngân hàng đóng cửa\n\n" + q1, "=?utf-8?q?Ng=C3=A2n_h=C3=A0ng?= =?utf-8?q?_=C4=91=C3=B3ng_c=E1=BB=ADa?=": "Ngân hàng đóng cửa\n\n" + q1,
		"Tin này có đúng không?": q1,
	} {
		if m := Read([]byte(letter(q1, plainUTF8, "Subject: "+subject)), desk()); m.Text != want {
			t.Errorf("%s: %q", subject, m.Text)
		}
	}
	if m := Read([]byte(letter("", plainUTF8, "Subject: Hỏi về bão")), desk()); m.Text != "Hỏi về bão" {
		t.Errorf("%q", m.Text)
	}
}

const q1 = "Tin này có đúng không?"

func TestTNEF(t *testing.T) {
	le := binary.LittleEndian
	attr := func(level byte, id uint32, data []byte) []byte {
		b := le.AppendUint32([]byte{level}, id)
		b = append(le.AppendUint32(b, uint32(len(data))), data...)
		return le.AppendUint16(b, 0)
	}
	var text []byte
	for _, u := range utf16.Encode([]rune(vietnamese + "\x00")) {
		text = le.AppendUint16(text, u)
	}
	props := le.AppendUint32(nil, 3)
	props = append(props, 0x03, 0, 0x17, 0, 1, 0, 0, 0)                                                     // PR_IMPORTANCE
	props = append(le.AppendUint32(append(props, 0x1e, 0, 0x1a, 0x0c, 1, 0, 0, 0), 7), "Canary\x00\x00"...) // PR_SENDER_NAME, padded
	props = append(le.AppendUint32(append(props, 0x1f, 0, 0x00, 0x10, 1, 0, 0, 0), uint32(len(text))), text...)
	for len(props)%4 != 0 {
		props = append(props, 0)
	}
	dat := append([]byte{0x78, 0x9f, 0x3e, 0x22, 1, 0}, attr(1, tnefProps, props)...)
	dat = append(dat, attr(2, 0x00069002, make([]byte, 14))...)
	dat = append(dat, attr(2, 0x00018010, []byte("canary.png\x00"))...)
	dat = append(dat, attr(2, tnefAttachData, []byte("\x89PNG\r\n\x1a\n"+strings.Repeat("x", 5000)))...)
	part := "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(dat)
	m := Read([]byte(build(multipart("mixed", "Content-Type: text/plain\n\n", part))), desk())
	if m.Text != vietnamese || len(m.Media) != 1 || m.Media[0].Kind != intake.MediaPicture {
		t.Errorf("%q, %d media", m.Text, len(m.Media))
	}
	for i := range dat { // cut anywhere, it does not fail
		readTNEF(dat[:i])
	}
}

// machines are mails that are no tips, with the reason.
func machines() map[string]struct{ raw, why string } {
	type c = struct{ raw, why string }
	with := func(why string, fields ...string) c { return c{letter(vietnamese, append(fields, plainUTF8)...), why} }
	from := func(address string) string {
		return strings.Replace(letter(vietnamese, plainUTF8), "Canary@Mail.example", address, 1)
	}
	return map[string]c{
		"out of office":        with(whyAuto, "Auto-Submitted: auto-replied (vacation)"),
		"generated":            with(whyAuto, "Auto-Submitted: auto-generated"),
		"answered by subject":  with(whyAuto, "Subject: Trả lời tự động: xin chào"),
		"vacation":             with(whyAuto, "X-Autoreply: yes"),
		"bulk":                 with(whyList, "Precedence: bulk"),
		"list":                 with(whyList, "List-Id: <canary.lists.example>"),
		"newsletter":           with(whyList, "List-Unsubscribe: <mailto:x@y.example>"),
		"null return path":     {strings.Replace(letter(vietnamese, plainUTF8), "<canary@mail.example>", "<>", 1), whyBounce},
		"report":               {build(multipart("report; report-type=delivery-status", "Content-Type: text/plain\n\nfailed", "Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1")), whyBounce},
		"mailer daemon":        {from("MAILER-DAEMON@mail.example"), whyBounce},
		"from ourselves":       {from("tips@desk.example"), whyLoop},
		"from ourselves, plus": {from("TIPS+x@desk.example"), whyLoop},
		"in circles":           {strings.Repeat("Received: from a by b\r\n", 60) + letter(vietnamese, plainUTF8), whyLoop},
		"from nobody":          {from(""), whyWhom},
		"from nonsense":        {from("a@b, \"<script>\"@c"), whyWhom},
	}
}

func TestMachines(t *testing.T) {
	for name, c := range machines() {
		if m := Read([]byte(c.raw), desk()); m.Why != c.why {
			t.Errorf("%s: %q, want %q", name, m.Why, c.why)
		}
	}
	m := Read([]byte(letter(vietnamese, plainUTF8, "Auto-Submitted: no", "X-Auto-Response-Suppress: DR, OOF, AutoReply")), desk())
	if m.Why != "" || !m.Quiet || m.Text == "" {
		t.Errorf("a tip that wants no answer: %+v", m)
	}
}

// Programs write the same answer and the same forward in HTML alone.
func TestQuotationsInHTML(t *testing.T) {
	const kind = "Content-Type: text/html; charset=utf-8"
	for name, body := range map[string]string{
		"Gmail":   `<div dir="ltr">Tin này có đúng không?</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Vào CN, 22 thg 11, 2026 vào lúc 07:30 Lê Canary &lt;<a href="mailto:le@mail.example">le@mail.example</a>&gt; đã viết:<br></div><blockquote class="gmail_quote">Canary nói<blockquote>và Canary nữa</blockquote></blockquote></div>`,
		"Apple":   `<html><head></head><body>Tin này có đúng không?<br><div><br><blockquote type="cite"><div>On 22 Nov 2026, at 07:30, Le Canary &lt;le@mail.example&gt; wrote:</div><br><div>Canary</div></blockquote></div></body></html>`,
		"Outlook": `<body><div><p class=MsoNormal>Tin này có đúng không?<o:p></o:p></p></div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> Le Canary &lt;le@mail.example&gt; <br><b>Sent:</b> Sunday, November 22, 2026 7:30 AM<br><b>To:</b> tips@desk.example<br><b>Subject:</b> RE: x<o:p></o:p></p></div><p class=MsoNormal>Canary wrote this</p></body>`,
		"phone":   `<div>Tin này có đúng không?</div><div><br></div><div id="mobile-signature">Gửi từ điện thoại của tôi</div>`,
	} {
		if m := Read([]byte(letter(body, kind, "Subject: Re: hỏi")), desk()); m.Text != "Tin này có đúng không?" || len(m.Links) != 0 {
			t.Errorf("%s: %q %v", name, m.Text, m.Links)
		}
	}
	forward := `<div>Thật không?</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>Từ: <strong>Lê Canary</strong> &lt;le@mail.example&gt;<br>Date: CN<br>Subject: Bão số ba vào Huế<br>To: &lt;x@mail.example&gt;<br></div><br><br>Bão vào Huế đêm nay. <a href="https://tin.example/bao">Xem thêm</a></div>`
	if m := Read([]byte(letter(forward, kind, "Subject: Fwd: Bão số ba vào Huế")), desk()); m.Text != "Thật không?\n\nBão số ba vào Huế\n\nBão vào Huế đêm nay. Xem thêm" || !m.Passed || len(m.Links) != 1 {
		t.Errorf("forward: %q %v", m.Text, m.Links)
	}
}

// Without a Message-ID the words tell two mails apart, and a copy from its mail.
func TestMailsWithoutAnIDAreToldApart(t *testing.T) {
	head := "From: canary@mail.example\r\nSubject: hỏi\r\n"
	one, copied, two := Read([]byte(head+"\r\nNước chanh chữa ung thư?\r\n"), nil), Read([]byte("Received: from x\r\n"+head+"\r\nNước chanh chữa ung thư?\r\n"), nil), Read([]byte(head+"\r\nTỏi đen chữa tiểu đường?\r\n"), nil)
	if one.ID == two.ID || one.ID != copied.ID {
		t.Errorf("one %s, its copy %s, another %s", one.ID, copied.ID, two.ID)
	}
}

func TestAnEmptyDrawingHidesNothing(t *testing.T) {
	for _, h := range []string{"<p>Tin này có thật không?<svg/> Ảnh cũ</p>", "<svg><svg/></svg><p>Tin này có thật không? Ảnh cũ</p>"} {
		if text, _ := htmlText(h); text != "Tin này có thật không? Ảnh cũ" {
			t.Errorf("%s: %q", h, text)
		}
	}
}

// What is searched for quotations is bounded, however many parts it comes in.
func TestTextIsReadToALimit(t *testing.T) {
	long := strings.Repeat("at 1 2 3 4 5 6 7 8 9 10 11 12:\n", 1<<15)
	raw := "From: canary@mail.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.Repeat("--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n"+long+"\r\n", 5) + "--b--\r\n"
	w := &walker{}
	g := &gatherer{walker: w}
	g.collect(w.read([]byte(raw), 1, "text/plain"))
	if w.text != maxAllText || !w.cut || len(g.inner) == 0 {
		t.Errorf("%d bytes read, cut %v", w.text, w.cut)
	}
}
