package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
)

// A WACZ file is a zip of a WARC file, an index of its records, the list of
// pages, and a description with the hash of each part:
//
//	archive/data.warc.gz      stored, so that records can be read in place
//	indexes/index.cdxj        one line a record, sorted
//	pages/pages.jsonl         one line a cited page
//	datapackage.json          every part with its hash
//	datapackage-digest.json   the hash of datapackage.json
const (
	waczVersion = "1.2.0"
	waczArchive = "data.warc.gz"
)

// manifestOf reads the manifest of a capture.
func manifestOf(c desk.Capture, load desk.Load) (Manifest, error) {
	b, err := load(c.Manifest)
	if err != nil {
		return Manifest{}, err
	}
	m, err := ParseManifest(b)
	if err != nil {
		return m, fmt.Errorf("capture %s: %w", c.ID, err)
	}
	return m, nil
}

// Replay implements desk.Archive.
func (k *Keeper) Replay(c desk.Capture, load desk.Load, banner string) ([]byte, error) {
	m, err := manifestOf(c, load)
	if err != nil {
		return nil, err
	}
	return m.Replay(load, banner)
}

// File implements desk.Archive.
func (k *Keeper) File(c desk.Capture, load desk.Load) ([]byte, error) {
	m, err := manifestOf(c, load)
	if err != nil {
		return nil, err
	}
	r, ok := m.page()
	if !ok {
		return nil, ErrManifest
	}
	return load(r.Payload)
}

// WARC implements desk.Archive.
func (k *Keeper) WARC(c desk.Capture, load desk.Load) ([]byte, error) {
	m, err := manifestOf(c, load)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = m.writeWARC(&out, load, 0)
	return out.Bytes(), err
}

// Check reads everything a capture holds and compares its sum: ErrDamaged when
// a payload is missing or changed, or when together they are not what c.Sum
// says.
func Check(c desk.Capture, load desk.Load) error {
	m, err := manifestOf(c, load)
	if err != nil {
		return err
	}
	sum, err := m.Sum(load)
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, c.Sum) || !bytes.Equal(m.Words, c.Words) || !bytes.Equal(m.Shot, c.Shot) {
		return desk.ErrDamaged
	}
	return nil
}

// resource is a part of a WACZ file in its description.
type resource struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Hash  string `json:"hash"`
	Bytes int    `json:"bytes"`
}

// description is datapackage.json.
type description struct {
	Profile   string     `json:"profile"`
	Version   string     `json:"wacz_version"`
	Title     string     `json:"title,omitempty"`
	Software  string     `json:"software"`
	Created   string     `json:"created"`
	MainURL   string     `json:"mainPageUrl,omitempty"`
	MainDate  string     `json:"mainPageDate,omitempty"`
	Resources []resource `json:"resources"`
}

// waczPage is a line of pages.jsonl.
type waczPage struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	TS    string `json:"ts"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text,omitempty"`
}

// WACZ implements desk.Archive.
func (k *Keeper) WACZ(title string, cs []desk.Capture, load desk.Load) ([]byte, error) {
	d := description{Profile: "data-package", Version: waczVersion, Title: title, Software: k.software, Created: stamp(k.now())}
	var warc, pages bytes.Buffer
	pages.WriteString(`{"format":"json-pages-1.0","id":"pages","title":"All Pages"}` + "\n")
	var index []string
	for i, c := range cs {
		m, err := manifestOf(c, load)
		if err != nil {
			return nil, err
		}
		places, err := m.writeWARC(&warc, load, int64(warc.Len()))
		if err != nil {
			return nil, err
		}
		index = append(index, indexLines(places)...)
		p, err := m.line(c, load)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			d.MainURL, d.MainDate = p.URL, p.TS
		}
		if err := writeLine(&pages, p); err != nil {
			return nil, err
		}
	}
	slices.Sort(index)
	return d.pack(warc.Bytes(), []byte(strings.Join(index, "")), pages.Bytes())
}

// line is the line of a capture in the list of pages.
func (m Manifest) line(c desk.Capture, load desk.Load) (waczPage, error) {
	rec, ok := m.page()
	if !ok {
		return waczPage{}, ErrManifest
	}
	p := waczPage{ID: string(c.ID), URL: rec.URL, TS: stamp(rec.At), Title: m.Title}
	if len(m.Words) > 0 {
		text, err := load(m.Words)
		if err != nil {
			return p, err
		}
		p.Text = string(text)
	}
	return p, nil
}

// writeLine writes a value as one line of JSON.
func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// pack writes the zip.
func (d description) pack(warc, index, pages []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(path string, method uint16, b []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: path, Method: method, Modified: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	for _, part := range []struct {
		path   string
		method uint16
		body   []byte
	}{{"archive/" + waczArchive, zip.Store, warc}, {"indexes/index.cdxj", zip.Deflate, index}, {"pages/pages.jsonl", zip.Deflate, pages}} {
		if err := add(part.path, part.method, part.body); err != nil {
			return nil, err
		}
		d.Resources = append(d.Resources, resource{Name: part.path[strings.LastIndexByte(part.path, '/')+1:], Path: part.path,
			Hash: digest(sumOf(part.body)), Bytes: len(part.body)})
	}
	body, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	seal, err := json.MarshalIndent(map[string]string{"path": "datapackage.json", "hash": digest(sumOf(body))}, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := add("datapackage.json", zip.Deflate, body); err != nil {
		return nil, err
	}
	if err := add("datapackage-digest.json", zip.Deflate, seal); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// cdx is what an index says of a record.
type cdx struct {
	URL      string `json:"url"`
	MIME     string `json:"mime"`
	Status   string `json:"status,omitempty"`
	Digest   string `json:"digest"`
	Length   string `json:"length"`
	Offset   string `json:"offset"`
	Filename string `json:"filename"`
}

// indexLines are the lines of the index for the records that can be replayed.
func indexLines(ps []place) []string {
	var out []string
	for _, p := range ps {
		if p.kind != "response" && p.kind != "resource" {
			continue
		}
		c := cdx{URL: p.url, MIME: mediaType(p.mime), Digest: digest(sumOf(p.body)), Length: fmt.Sprint(p.length), Offset: fmt.Sprint(p.offset), Filename: waczArchive}
		if p.kind == "resource" {
			c.MIME, c.Status = mediaType(p.media), "200"
		}
		if p.status != 0 {
			c.Status = fmt.Sprint(p.status)
		}
		var line strings.Builder
		line.WriteString(surt(p.url) + " " + p.at.UTC().Format("20060102150405") + " ")
		if err := writeLine(&line, c); err == nil { // a Builder takes everything
			out = append(out, line.String())
		}
	}
	return out
}

// surt is the sort key of an address: host turned round, port kept, path and
// query in small letters, the query's parts in order.
func surt(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return strings.ToLower(address)
	}
	labels := strings.Split(strings.ToLower(strings.TrimPrefix(u.Hostname(), "www.")), ".")
	slices.Reverse(labels)
	key := strings.Join(labels, ",")
	if p := u.Port(); p != "" {
		key += ":" + p
	}
	key += ")" + strings.ToLower(u.EscapedPath())
	if u.RawQuery != "" {
		parts := strings.Split(strings.ToLower(u.RawQuery), "&")
		slices.Sort(parts)
		key += "?" + strings.Join(parts, "&")
	}
	return key
}

// WACZReport is what reading a WACZ file showed.
type WACZReport struct {
	WARCReport
	Title string
	Parts int // whose hash was compared with the description
}

// ReadWACZ checks a WACZ file: every part against the description, the
// description against its digest, every digest inside the WARC file. Errors of
// the file are ErrWARC.
func ReadWACZ(b []byte) (WACZReport, error) {
	var r WACZReport
	parts, err := unzip(b)
	if err != nil {
		return r, err
	}
	var seal struct{ Path, Hash string }
	if json.Unmarshal(parts["datapackage-digest.json"], &seal) != nil || seal.Hash != digest(sumOf(parts["datapackage.json"])) {
		return r, fmt.Errorf("%w: the description is not the one its digest names", ErrWARC)
	}
	var d description
	if err := json.Unmarshal(parts["datapackage.json"], &d); err != nil {
		return r, fmt.Errorf("%w: %w", ErrWARC, err)
	}
	r.Title = d.Title
	for _, res := range d.Resources {
		body, ok := parts[res.Path]
		if !ok || res.Hash != digest(sumOf(body)) || res.Bytes != len(body) {
			return r, fmt.Errorf("%w: the part %.100q is not what the description says", ErrWARC, res.Path)
		}
		r.Parts++
		if strings.HasPrefix(res.Path, "archive/") {
			if r.WARCReport, err = ReadWARC(bytes.NewReader(body), func(WARCRecord) error { return nil }); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// Limits of a WACZ file that is read.
const (
	maxParts   = 1000
	maxPartAll = 512 << 20
)

// unzip reads the parts of a zip file, by what comes out and not by what the
// file claims.
func unzip(b []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(z.File) > maxParts {
		return nil, fmt.Errorf("%w: not a zip file", ErrWARC)
	}
	out := map[string][]byte{}
	left := int64(maxPartAll)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrWARC, err)
		}
		body, err := io.ReadAll(io.LimitReader(r, left+1))
		_ = r.Close()
		if left -= int64(len(body)); err != nil || left < 0 {
			return nil, fmt.Errorf("%w: a part cannot be read", ErrWARC)
		}
		out[f.Name] = body
	}
	return out, nil
}

// Hex is a hash as people compare it.
func Hex(sum []byte) string { return hex.EncodeToString(sum) }
