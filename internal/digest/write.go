package digest

import (
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"
)

// Address is where a line leads, written out in full.
func (d Digest) Address(l Line) string {
	if l.Link != "" {
		return l.Link
	}
	return d.Reader.URL + l.Path
}

// Text is the digest as plain text.
func (d Digest) Text() string {
	var b strings.Builder
	para := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			b.WriteString(s + "\n\n")
		}
	}
	para(d.Title)
	para(d.Late)
	para(d.Nothing)
	for _, s := range d.Sections {
		para(s.Title + "\n" + strings.Repeat("-", len([]rune(s.Title))))
		for _, l := range s.Lines {
			para("* " + l.head() + lineOf(l.Note) + "\n  " + d.Address(l))
		}
		para(s.Note)
	}
	b.WriteString("--\n")
	for _, f := range d.Foot {
		para(f)
	}
	para(d.words.T("digest.read", "Link", d.Reader.URL+"/digests/"+d.Name))
	if d.Reader.Leave != "" {
		para(d.words.T("digest.leave", "Link", d.Reader.Leave))
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// chatLines is how many lines of a section a chat gets; the page has them all.
const chatLines = 4

// Chat is the digest for a chat, at most so many characters (0: any number):
// a few lines of each section that is not only for staff, with the page that
// has all of it. Lines are left out whole, last ones first.
func (d Digest) Chat(most int) string {
	foot := d.words.T("digest.read", "Link", d.Reader.URL+"/digests/"+d.Name)
	if d.Reader.Leave != "" {
		foot += "\n\n" + d.words.T("digest.chat.leave", "Link", strings.TrimSuffix(d.Reader.Leave, "/leave"))
	}
	var parts []string // what may be left out, from the end
	left := 0
	for _, s := range d.Sections {
		if s.Key == "waiting" {
			continue
		}
		for i, l := range s.Lines[:min(len(s.Lines), chatLines)] {
			part := "• " + l.head() + "\n" + d.Address(l)
			if i == 0 {
				part = s.Title + "\n\n" + part
			}
			parts = append(parts, part)
		}
		left += max(0, len(s.Lines)-chatLines)
	}
	for {
		text := []string{d.Title, d.Late, d.Nothing}
		text = append(text, parts...)
		if left > 0 {
			text = append(text, d.words.N("digest.chat.more", left))
		}
		text = append(text, foot)
		out := strings.Join(slices.DeleteFunc(text, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n\n")
		if most <= 0 || len(parts) == 0 || utf8.RuneCountInString(out) <= most {
			return out
		}
		parts = parts[:len(parts)-1]
		left++
	}
}

// head is a line's own words on one line.
func (l Line) head() string {
	text := strings.Join(strings.Fields(l.Text), " ")
	if l.Mark != "" {
		return l.Mark + ": " + text
	}
	return text
}

// lineOf puts a note on a line of its own.
func lineOf(note string) string {
	if note = strings.Join(strings.Fields(note), " "); note != "" {
		return "\n  " + note
	}
	return ""
}

// HTML is the digest for mail programs: tables and inline styles, because
// Outlook draws with the rules of a word processor and many programs drop style
// sheets; no picture, no script, nothing that is fetched.
func (d Digest) HTML() (string, error) {
	var b strings.Builder
	err := mailPage().Execute(&b, struct {
		Digest
		Read, Leave string
	}{d, d.words.T("digest.read-online"), d.words.T("digest.leave-online")})
	return b.String(), err
}

// mailPage reads the template. Colours are those of the site in daylight;
// widths are attributes because Outlook heeds nothing else.
func mailPage() *template.Template {
	return template.Must(template.New("digest").Parse(`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="{{.Reader.Lang}}" xml:lang="{{.Reader.Lang}}"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" /><meta name="viewport" content="width=device-width, initial-scale=1.0" /><title>{{.Title}}</title></head>
<body style="margin:0;padding:0;background-color:#f4f6f5;">
<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" bgcolor="#f4f6f5"><tr><td align="center" style="padding:16px 8px;">
<table role="presentation" width="600" border="0" cellpadding="0" cellspacing="0" bgcolor="#ffffff" style="width:600px;max-width:100%;">
<tr><td style="padding:20px 24px 8px 24px;font-family:Segoe UI,Roboto,Arial,sans-serif;color:#1c2624;">
<h1 style="margin:0;font-size:22px;line-height:34px;font-weight:bold;color:#0e5a52;">{{.Title}}</h1>
{{with .Late}}<p style="margin:8px 0 0 0;font-size:16px;line-height:26px;">{{.}}</p>{{end}}
{{with .Nothing}}<p style="margin:8px 0 0 0;font-size:16px;line-height:26px;">{{.}}</p>{{end}}</td></tr>
{{$d := .Digest}}{{range .Sections}}<tr><td style="padding:16px 24px 0 24px;font-family:Segoe UI,Roboto,Arial,sans-serif;color:#1c2624;">
<h2 style="margin:0;font-size:18px;line-height:30px;font-weight:bold;color:#1c2624;">{{.Title}}</h2>
<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0">{{range .Lines}}<tr><td style="padding:8px 0;border-top:1px solid #d5dcda;font-family:Segoe UI,Roboto,Arial,sans-serif;font-size:16px;line-height:26px;color:#1c2624;">{{with .Mark}}<strong>{{.}}:</strong> {{end}}<a href="{{$d.Address .}}" style="color:#0e5a52;text-decoration:underline;"{{with .Lang}} lang="{{.}}"{{end}}>{{.Text}}</a>{{with .Note}}<br /><span style="color:#46534f;">{{.}}</span>{{end}}</td></tr>{{end}}</table>
{{with .Note}}<p style="margin:8px 0 0 0;font-size:14px;line-height:24px;color:#46534f;">{{.}}</p>{{end}}</td></tr>
{{end}}<tr><td style="padding:20px 24px;font-family:Segoe UI,Roboto,Arial,sans-serif;font-size:14px;line-height:24px;color:#46534f;">
{{range .Foot}}<p style="margin:0 0 8px 0;">{{.}}</p>{{end}}
<p style="margin:0;"><a href="{{.Reader.URL}}/digests/{{.Name}}" style="color:#0e5a52;">{{.Read}}</a>{{with .Reader.Leave}} &#183; <a href="{{.}}" style="color:#0e5a52;">{{$.Leave}}</a>{{end}}</p></td></tr>
</table></td></tr></table></body></html>
`))
}
