package web

import (
	"strings"

	"soi/internal/desk"
)

// sampleCopy is a copy of a kind with everything a copy can have.
func sampleCopy(k desk.CaptureKind) desk.Capture {
	return desk.Capture{ID: "0123456789abcdefghjkmnpqry", Evidence: "0123456789abcdefghjkmnpqrw", Claim: "0123456789abcdefghjkmnpqrs", State: desk.CaptureDone, Kind: k,
		At: testNow, Queued: testNow, URL: "https://example.org/a", Type: "text/html", Title: "Tiêu đề", Sum: make([]byte, 32), Shot: make([]byte, 32), Words: make([]byte, 32),
		Bytes: 123456, Parts: 7, Missed: 2, Warnings: desk.CaptureWarnings(), Elsewhere: "https://web.archive.org/web/20261122050000/https://example.org/a"}
}

// sampleCopyPages are pages of copies of every kind, one without text.
func sampleCopyPages(internal bool) []page {
	var out []page
	for _, k := range []desk.CaptureKind{desk.CapturePage, desk.CapturePDF, desk.CapturePicture, desk.CaptureFile, desk.CaptureWords} {
		c := sampleCopy(k)
		out = append(out, copyPage{Capture: c, Source: "Nguồn <b>", Asked: c.URL, Text: []string{"Một đoạn.", "<script>"}, Cut: true, Base: "/copies/" + strings.Repeat("0", 64),
			Replay: "https://replay.desk.example/copies/x/page", Hash: strings.Repeat("0", 64), Internal: internal})
	}
	bare := sampleCopy(desk.CapturePage)
	bare.Shot, bare.Warnings, bare.Missed, bare.Elsewhere = nil, nil, 0, ""
	return append(out, copyPage{Capture: bare, Source: "x", Internal: internal})
}

// sampleCaptures are sources whose copies stand in every way.
func sampleCaptures() (sources []desk.Evidence, copies map[desk.ID]copyView) {
	copies = map[desk.ID]copyView{}
	add := func(c desk.Capture, may bool) {
		c.Evidence = desk.ID("0123456789abcdefghjkmnpr" + string("0123456789abcdefghjkmnpqrstvwxyz"[len(sources)/32]) + string("0123456789abcdefghjkmnpqrstvwxyz"[len(sources)%32]))
		sources = append(sources, desk.Evidence{ID: c.Evidence, URL: "https://example.org", Title: "Nguồn", Publisher: "P", Stance: desk.Context})
		copies[c.Evidence] = copyView{Capture: c, Hash: strings.Repeat("a", 64), May: may, Words: "đã gõ"}
	}
	add(sampleCopy(desk.CapturePage), true)
	damaged := sampleCopy(desk.CaptureWords)
	damaged.Damaged = testNow
	add(damaged, true)
	add(desk.Capture{State: desk.CaptureWaiting}, true)
	add(desk.Capture{State: copyNever}, true)
	for _, why := range desk.Troubles() {
		add(desk.Capture{State: desk.CaptureFailed, Why: why}, true)
		add(desk.Capture{State: desk.CaptureWaiting, Why: why, Due: testNow}, false)
	}
	return sources, copies
}

// captureFamilies are the keys of copies that are put together at run time.
func captureFamilies(add func(prefix, suffix string, codes ...string)) {
	for _, w := range desk.Troubles() {
		add("capture.why.", "", string(w))
	}
	for _, w := range desk.CaptureWarnings() {
		add("copy.warn.", "", string(w))
	}
	add("copy.kind.", "", string(desk.CapturePage), string(desk.CapturePDF), string(desk.CapturePicture), string(desk.CaptureFile), string(desk.CaptureWords))
}
