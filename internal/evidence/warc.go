package evidence

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"soi/internal/desk"
)

// A WARC file is records, each packed by itself:
//
//	WARC/1.1 CRLF
//	Name: value CRLF …
//	CRLF
//	block CRLF CRLF
//
// The block of a request or response is an HTTP head and a body.

// block is one record on its way into a file.
type block struct {
	kind   string // WARC-Type
	id     string // WARC-Record-ID, <urn:uuid:…>
	url    string // WARC-Target-URI
	at     time.Time
	media  string // Content-Type of the block
	with   string // WARC-Concurrent-To
	head   []byte // HTTP head, part of the block
	body   []byte
	role   Role
	status int
	mime   string // of the body
	file   string // WARC-Filename, of warcinfo
}

// recordID is a UUID (version 8) that follows from the capture and a name, so
// that the same capture always gives the same file.
func recordID(id desk.ID, name string) string {
	s := sha256.Sum256([]byte(string(id) + "/" + name))
	s[6], s[8] = s[6]&0x0f|0x80, s[8]&0x3f|0x80
	h := hex.EncodeToString(s[:16])
	return "<urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:] + ">"
}

// stamp is a time as WARC writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// blocks calls each with every record of a capture's file in order.
func (m Manifest) blocks(load desk.Load, each func(block) error) error {
	if err := each(m.info()); err != nil {
		return err
	}
	for i, r := range m.Records {
		body, err := load(r.Payload)
		if err != nil {
			return err
		}
		if err := m.exchange(fmt.Sprint(i), r, body, each); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		name, media string
		hash        []byte
	}{{"text", "text/plain; charset=utf-8", m.Words}, {"view", "image/jpeg", m.Shot}} {
		if len(x.hash) == 0 || m.Kind == string(desk.CaptureWords) {
			continue
		}
		body, err := load(x.hash)
		if err != nil {
			return err
		}
		err = each(block{kind: "resource", id: recordID(m.ID, x.name), url: "urn:" + x.name + ":" + m.URL, at: m.Begun, media: x.media, body: body})
		if err != nil {
			return err
		}
	}
	return nil
}

// info is the first record.
func (m Manifest) info() block {
	text := "software: " + m.Software + "\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
	return block{kind: "warcinfo", id: recordID(m.ID, "info"), at: m.Begun, media: "application/warc-fields", body: []byte(text), file: string(m.ID) + ".warc.gz"}
}

// exchange gives the one or two records of a Record.
func (m Manifest) exchange(name string, r Record, body []byte, each func(block) error) error {
	id := recordID(m.ID, name)
	if r.Role == RoleWords {
		return each(block{kind: "resource", id: id, url: r.URL, at: r.At, media: r.Type, body: body, role: r.Role, mime: r.Type})
	}
	err := each(block{kind: "response", id: id, url: r.URL, at: r.At, media: "application/http; msgtype=response", head: r.Head, body: body,
		role: r.Role, status: r.Status, mime: r.Type})
	if err != nil {
		return err
	}
	return each(block{kind: "request", id: recordID(m.ID, name+"/request"), url: r.URL, at: r.At, media: "application/http; msgtype=request",
		head: r.Request, with: id})
}

// bytes is the record unpacked.
func (b block) bytes() []byte {
	whole := append(append(make([]byte, 0, len(b.head)+len(b.body)), b.head...), b.body...)
	var out bytes.Buffer
	out.Grow(len(whole) + 600)
	out.WriteString("WARC/1.1\r\n")
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "%s: %s\r\n", name, value)
		}
	}
	field("WARC-Type", b.kind)
	field("WARC-Record-ID", b.id)
	field("WARC-Date", stamp(b.at))
	field("WARC-Target-URI", b.url)
	field("WARC-Concurrent-To", b.with)
	field("WARC-Filename", b.file)
	field("WARC-Block-Digest", digest(sumOf(whole)))
	if b.kind == "response" {
		field("WARC-Payload-Digest", digest(sumOf(b.body)))
	}
	field("Content-Type", b.media)
	field("Content-Length", fmt.Sprint(len(whole)))
	out.WriteString("\r\n")
	out.Write(whole)
	out.WriteString("\r\n\r\n")
	return out.Bytes()
}

// Sum is the SHA-256 of the capture's WARC file, unpacked: how it was packed
// does not change it. Anyone with the file gets it by gzip -dc | sha256sum.
func (m Manifest) Sum(load desk.Load) ([]byte, error) {
	h := sha256.New()
	err := m.blocks(load, func(b block) error { _, err := h.Write(b.bytes()); return err })
	return h.Sum(nil), err
}

// place is where a record stands in a packed file.
type place struct {
	block
	offset, length int64
}

// writeWARC writes the packed file of a capture and returns where its records
// stand. from is how many bytes w has already.
func (m Manifest) writeWARC(w io.Writer, load desk.Load, from int64) ([]place, error) {
	var out []place
	err := m.blocks(load, func(b block) error {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(b.bytes()); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		out = append(out, place{block: b, offset: from, length: int64(packed.Len())})
		from += int64(packed.Len())
		_, err := w.Write(packed.Bytes())
		return err
	})
	return out, err
}
