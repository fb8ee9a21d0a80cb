package evidence

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// ErrWARC: the bytes are no WARC file, or one that was cut or changed.
var ErrWARC = errors.New("evidence: not a sound WARC file")

// Limits of a WARC file that is read.
const (
	maxWARCRecords = 100_000
	maxWARCHead    = 256 << 10
	maxWARCBlock   = 64 << 20
)

// WARCRecord is one record as read.
type WARCRecord struct {
	Type   string // warcinfo, response, request, resource, …
	URL    string
	Date   string
	Status int    // of a response, 0 if it does not say
	Body   []byte // of a response or request what follows the HTTP head, else the block
	Header textproto.MIMEHeader
}

// WARCReport is what reading a whole file showed.
type WARCReport struct {
	Sum     []byte // SHA-256 of the unpacked file: what a check publishes
	Records int
	Digests int // block and payload digests that were compared
}

// ReadWARC reads a WARC file, packed or not, to its end, compares every
// SHA-256 digest in it with the bytes, and calls each with every record. Errors
// of the file are ErrWARC; it never reads more than the limits above of it.
func ReadWARC(r io.Reader, each func(WARCRecord) error) (WARCReport, error) {
	var report WARCReport
	in := bufio.NewReaderSize(r, 64<<10)
	from := io.Reader(in)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return report, errors.Join(ErrWARC, err)
		}
		from = z // goes on from one packed record to the next
	}
	sum := sha256.New()
	b := bufio.NewReaderSize(io.TeeReader(from, sum), 64<<10)
	for {
		rec, err := readRecord(b, &report)
		if errors.Is(err, io.EOF) {
			report.Sum = sum.Sum(nil)
			if report.Records == 0 {
				return report, ErrWARC
			}
			return report, nil
		}
		if err != nil {
			return report, errors.Join(ErrWARC, err)
		}
		if report.Records++; report.Records > maxWARCRecords {
			return report, ErrWARC
		}
		if err := each(rec); err != nil {
			return report, err
		}
	}
}

// readRecord reads one record; io.EOF before the first byte of one.
func readRecord(b *bufio.Reader, report *WARCReport) (rec WARCRecord, err error) {
	if _, err := b.Peek(1); err != nil {
		return rec, err
	}
	head, err := readHead(b)
	if err != nil {
		return rec, unexpected(err)
	}
	version, fields, _ := strings.Cut(head, "\r\n")
	if version != "WARC/1.1" && version != "WARC/1.0" {
		return rec, fmt.Errorf("a record begins with %.20q", version)
	}
	rec.Header, err = textproto.NewReader(bufio.NewReader(strings.NewReader(fields))).ReadMIMEHeader()
	if err != nil {
		return rec, unexpected(err)
	}
	size, err := strconv.ParseInt(rec.Header.Get("Content-Length"), 10, 64)
	if err != nil || size < 0 || size > maxWARCBlock {
		return rec, fmt.Errorf("a record of %.20q bytes", rec.Header.Get("Content-Length"))
	}
	var block bytes.Buffer // grows with what is there, not with what the head claims
	if _, err := io.CopyN(&block, b, size); err != nil {
		return rec, unexpected(err)
	}
	end := make([]byte, 4)
	if _, err := io.ReadFull(b, end); err != nil || string(end) != "\r\n\r\n" {
		return rec, fmt.Errorf("a record does not end where it says")
	}
	rec.Type, rec.URL, rec.Date = rec.Header.Get("WARC-Type"), rec.Header.Get("WARC-Target-URI"), rec.Header.Get("WARC-Date")
	return rec, rec.compare(block.Bytes(), report)
}

// unexpected is err, with the end of a file in the middle of a record told
// from its end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readHead reads up to and with the first empty line.
func readHead(b *bufio.Reader) (string, error) {
	var out strings.Builder
	for out.Len() < maxWARCHead {
		line, err := b.ReadSlice('\n')
		if err != nil {
			return "", err
		}
		out.Write(line)
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return out.String(), nil
		}
	}
	return "", errors.New("a head without end")
}

// compare fills in the body and compares digests.
func (r *WARCRecord) compare(block []byte, report *WARCReport) error {
	r.Body = block
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/http") {
		head, body, ok := bytes.Cut(block, []byte("\r\n\r\n"))
		if !ok {
			return errors.New("a record without an HTTP head")
		}
		r.Body = body
		if r.Type == "response" {
			if parts := strings.SplitN(string(head[:min(len(head), 40)]), " ", 3); len(parts) > 1 {
				r.Status, _ = strconv.Atoi(parts[1])
			}
		}
	}
	for name, b := range map[string][]byte{"WARC-Block-Digest": block, "WARC-Payload-Digest": r.Body} {
		want, isSHA := strings.CutPrefix(r.Header.Get(name), "sha256:")
		if !isSHA {
			continue
		}
		report.Digests++
		if !strings.EqualFold(want, hex.EncodeToString(sumOf(b))) {
			return fmt.Errorf("the %s of %.200q does not fit its bytes", name, r.URL)
		}
	}
	return nil
}
