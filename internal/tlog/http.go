package tlog

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// How long a cache may keep an answer. A tile, bundle or document never
// changes; a checkpoint is replaced after every publication.
const (
	cacheForever = "public, immutable, max-age=31536000"
	cacheShort   = "public, no-cache, max-age=5"
	cacheNever   = "no-store"
)

// errNoFile says that the log has nothing at a path.
var errNoFile = errors.New("tlog: nothing at this path")

// Find returns the index of the entry of a verdict's revision, of a ruling when
// it is asked for revision 0, and ErrNoEntry when there is none. internal/app adapts it to the database.
type Find func(ctx context.Context, verdict string, rev int64) (int64, error)

// Handler serves a public log, read only, under /log/, or where LogName says:
//
//	/log/checkpoint                          newest signed checkpoint
//	/log/tile/<L>/<N>[.p/<W>]                hashes (C2SP tlog-tiles)
//	/log/tile/entries/<N>[.p/<W>]            entries
//	/log/proof/<verdict>/<rev>.tlog-proof    proof of one revision
//	/log/proof/ruling/<ruling>.tlog-proof    proof of one ruling
//	/log/proof/channel/<channel>/<index>.tlog-proof  proof of one entry about a channel
//	/log/doc/<sha256>                        document
//	/log/vkey, /log/policy.txt               whom to trust
//	/log/verify, /log/verify.{html,js,py}    what verifies a proof without soi
//
// It shows nothing beyond the last signed size, accepts one spelling of each
// path, and answers GET and HEAD only.
type Handler struct {
	st     Storage
	vkey   string
	find   Find
	logger *slog.Logger
	prefix string
}

// NewHandler serves the log in st, signed by the key that belongs to vkey, whose
// origin says under which path. Causes of failures go to logger, never to the
// visitor.
func NewHandler(st Storage, vkey string, find Find, logger *slog.Logger) *Handler {
	h := &Handler{st: st, vkey: vkey, find: find, logger: logger, prefix: "/" + firstName + "/"}
	if origin, err := OriginOf(vkey); err == nil {
		if _, n, err := SplitOrigin(origin); err == nil {
			h.prefix = "/" + LogName(n) + "/"
		}
	}
	return h
}

// Prefix is the path that the log is served under, with a slash at both ends.
func (h *Handler) Prefix() string { return h.prefix }

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		answer(w, http.StatusMethodNotAllowed)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, h.prefix)
	// RawPath is set when the path was written in another way than it is read:
	// an alias, which would let a cache hold two copies.
	if !ok || r.URL.RawPath != "" {
		answer(w, http.StatusNotFound)
		return
	}
	body, err := h.file(r.Context(), path)
	switch {
	case errors.Is(err, ErrDocErased):
		answer(w, http.StatusGone)
	case errors.Is(err, errNoFile):
		answer(w, http.StatusNotFound)
	case err != nil:
		h.logger.ErrorContext(r.Context(), "public log", "path", path, "cause", err)
		w.Header().Set("Retry-After", "30")
		answer(w, http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", contentType(path, body))
		w.Header().Set("Cache-Control", cacheControl(path))
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		// A visitor who has gone away is no failure of ours.
		_, _ = w.Write(body)
	}
}

// file returns the bytes at a path under the log; errNoFile, ErrDocErased, or a
// failure of the storage.
func (h *Handler) file(ctx context.Context, path string) ([]byte, error) {
	p, err := lastPublished(ctx, h.st, h.vkey)
	if err != nil {
		return nil, err
	}
	rest, ok := strings.CutPrefix(path, "proof/")
	if !ok {
		return p.file(ctx, path)
	}
	if ruling, ok := parseRulingPath(rest); ok {
		return h.rulingProof(ctx, p, ruling)
	}
	if channel, index, ok := parseChannelPath(rest); ok {
		return p.channelProof(ctx, channel, index)
	}
	verdict, rev, err := parseProofPath(rest)
	if err != nil {
		return nil, err
	}
	index, err := h.find(ctx, verdict, rev)
	switch {
	case errors.Is(err, ErrNoEntry):
		return nil, errNoFile
	case err != nil:
		return nil, fmt.Errorf("tlog: find verdict %s rev %d: %w", verdict, rev, err)
	}
	return p.proof(ctx, index, verdict, rev)
}

// proofPath is where the proof of a revision is served.
func proofPath(verdict string, rev int64) string {
	return fmt.Sprintf("proof/%s/%d.tlog-proof", verdict, rev)
}

func parseProofPath(rest string) (verdict string, rev int64, err error) {
	verdict, name, _ := strings.Cut(rest, "/")
	number, _ := strings.CutSuffix(name, ".tlog-proof")
	rev, err = strconv.ParseInt(number, 10, 64)
	if err != nil || !validVerdict(verdict) || rev < 1 || proofPath(verdict, rev) != "proof/"+rest {
		return "", 0, errNoFile
	}
	return verdict, rev, nil
}

// docPath is where a document is served.
func docPath(sum [32]byte) string { return "doc/" + hex.EncodeToString(sum[:]) }

// published is the log as of its last signed checkpoint.
type published struct {
	st   Storage
	vkey string
	note []byte
	size int64
}

func lastPublished(ctx context.Context, st Storage, vkey string) (published, error) {
	note, size, err := st.LastCheckpoint(ctx)
	if err != nil {
		return published{}, fmt.Errorf("tlog: read last checkpoint: %w", err)
	}
	if note == nil {
		return published{st: st, vkey: vkey}, nil
	}
	lines, err := st.Cosignatures(ctx, size)
	if err != nil {
		return published{}, fmt.Errorf("tlog: read cosignatures: %w", err)
	}
	for _, line := range lines {
		note = append(slices.Clip(note), line...)
	}
	return published{st: st, vkey: vkey, note: note, size: size}, nil
}

// file returns what is at a path, proofs excepted: those need to know which
// entry is meant.
func (p published) file(ctx context.Context, path string) ([]byte, error) {
	if b, ok := verifierFile(path); ok {
		return b, nil
	}
	switch {
	case path == "checkpoint" && p.note != nil:
		return p.note, nil
	case path == "vkey":
		return []byte(p.vkey + "\n"), nil
	case path == "policy.txt":
		return p.policy(), nil
	case strings.HasPrefix(path, "doc/"):
		return p.doc(ctx, path)
	case strings.HasPrefix(path, "tile/"):
		t, err := ParseTile(path)
		if err != nil || !t.within(p.size) {
			return nil, errNoFile
		}
		return t.read(ctx, p.st, p.size)
	}
	return nil, errNoFile
}

func (p published) doc(ctx context.Context, path string) ([]byte, error) {
	var sum [32]byte
	b, err := hex.DecodeString(strings.TrimPrefix(path, "doc/"))
	if err != nil || len(b) != len(sum) {
		return nil, errNoFile
	}
	copy(sum[:], b)
	if docPath(sum) != path {
		return nil, errNoFile
	}
	doc, err := p.st.Doc(ctx, sum)
	if errors.Is(err, ErrDocAbsent) {
		return nil, errNoFile
	}
	return doc, err
}

// proof returns the proof file of a revision, of which the caller says that it
// is at index. Serving another revision's proof would still verify, so that is
// checked here.
func (p published) proof(ctx context.Context, index int64, verdict string, rev int64) ([]byte, error) {
	return p.proofOf(ctx, index, func(e Entry) bool { return e.Verdict == verdict && e.Rev == rev })
}

// proofOf is proof of whatever entry is meant.
func (p published) proofOf(ctx context.Context, index int64, meant func(Entry) bool) ([]byte, error) {
	proof, err := prove(ctx, p.st, index, p.size, p.note)
	if errors.Is(err, ErrTileAbsent) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, err
	}
	if e, err := Parse(proof.Extra); err != nil || !meant(e) {
		return nil, fmt.Errorf("%w: entry %d is not the one that was asked for", ErrDamaged, index)
	}
	return proof.Format(), nil
}

// Witnessed is a Storage whose log is cosigned: it knows who is asked, and how
// many of them are wanted.
type Witnessed interface {
	Witnesses() (all []RemoteWitness, quorum int)
}

// policy is a C2SP tlog-policy: this log, and its witnesses, if it has any.
func (p published) policy() []byte {
	origin, _, _ := strings.Cut(p.vkey, "+")
	out := fmt.Appendf(nil, "log %s https://%s/\n", p.vkey, origin)
	var all []RemoteWitness
	quorum := 0
	if w, ok := p.st.(Witnessed); ok {
		all, quorum = w.Witnesses()
	}
	if len(all) == 0 {
		return append(out, "quorum none\n"...)
	}
	var names []string
	for i, w := range all {
		names = append(names, fmt.Sprintf("w%d", i+1))
		out = fmt.Appendf(out, "witness %s %s %s\n", names[i], w.VKey, w.Address)
	}
	return fmt.Appendf(out, "group witnesses %d %s\nquorum witnesses\n", quorum, strings.Join(names, " "))
}

func contentType(path string, body []byte) string {
	if t := verifierType(path); t != "" {
		return t
	}
	switch {
	case strings.HasPrefix(path, "tile/"):
		return "application/octet-stream"
	case strings.HasPrefix(path, "doc/") && len(body) > 0 && body[0] == '{':
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}

func cacheControl(path string) string {
	if strings.HasPrefix(path, "tile/") || strings.HasPrefix(path, "doc/") {
		return cacheForever
	}
	return cacheShort
}

// answer says in both languages of the site why there is nothing to read.
func answer(w http.ResponseWriter, status int) {
	sentence := "Sổ công khai không có gì ở địa chỉ này.\nThe public log has nothing at this address."
	switch status {
	case http.StatusMethodNotAllowed:
		sentence = "Sổ công khai chỉ để đọc.\nThe public log can only be read."
	case http.StatusGone:
		sentence = "Văn bản này đã được xóa; mục sổ cho biết lý do vẫn còn.\nThis document was erased; the entry that says why remains."
	case http.StatusServiceUnavailable:
		sentence = "Sổ công khai tạm thời chưa đọc được. Xin thử lại sau ít phút.\nThe public log cannot be read right now. Please try again in a few minutes."
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", cacheNever)
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, sentence)
}
