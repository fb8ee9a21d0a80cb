package web

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// Limits of forms that carry files.
const (
	// askFiles is how many files one question may bring: a few screenshots of
	// one conversation.
	askFiles = 4
	// bodyFile is the most bytes of one file that are read; what a kind may have
	// is decided by the keeper.
	bodyFile = 20<<20 + 1
	// bodyUpload is all files of one form and its envelope.
	bodyUpload = 24 << 20
	// uploadTime is how long such a form may take to arrive: 20 MB over a slow
	// telephone line.
	uploadTime = 3 * time.Minute
	// uploadsAtOnce bounds the memory of forms that are arriving: 16 times 24 MB
	// at worst.
	uploadsAtOnce = 16
)

// upload is one file of a form. Neither its name nor the type that the browser
// names is kept: names tell of people.
type upload []byte

// hasFiles reports whether the request is a form that may carry files.
func hasFiles(r route, v *visit) bool {
	return r.files > 0 && strings.HasPrefix(v.Header.Get("Content-Type"), "multipart/form-data")
}

// readFiles reads a form with files part by part while it arrives. The fields
// together may have r.body bytes, the files bodyUpload; reading stops where a
// limit is passed, and what follows is read and thrown away, so that the sender
// gets to read the sentence that refuses it.
func (s *Site) readFiles(r route, v *visit) error {
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return desk.ErrBusy
	}
	slow := http.NewResponseController(v.out)
	_ = slow.SetReadDeadline(time.Now().Add(uploadTime)) // a server that cannot do this keeps its usual time
	_ = slow.SetWriteDeadline(time.Now().Add(uploadTime + time.Minute))
	parts, err := v.MultipartReader()
	if err != nil {
		return errors.Join(desk.ErrInvalid, err)
	}
	v.PostForm = url.Values{}
	v.Form = v.PostForm
	err = v.readParts(r, parts)
	if err != nil {
		_, _ = io.Copy(io.Discard, v.Body)
	}
	if len(desk.Problems(err)) > 0 {
		v.refused, v.files = err, nil // told with the form, so that what was typed is not lost
		return nil
	}
	return err
}

// readable refuses what the desk would refuse, before it costs anything.
func (v *visit) readable(text string) error {
	if v.refused != nil {
		return v.refused
	}
	return readable(text, len(v.files))
}

// readParts takes the parts of a form into v.PostForm and v.files.
func (v *visit) readParts(r route, parts *multipart.Reader) error {
	left, total := r.body, int64(bodyUpload)
	for range 100 {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cutShort(err)
		}
		isFile := p.FileName() != "" || strings.Contains(p.Header.Get("Content-Disposition"), "filename")
		limit := left
		if isFile {
			limit = min(bodyFile, total)
		}
		b, err := io.ReadAll(io.LimitReader(p, limit+1))
		if err != nil {
			return cutShort(err)
		}
		switch {
		case int64(len(b)) > limit && isFile:
			return invalidFile(desk.MediaTooLarge)
		case int64(len(b)) > limit:
			return errTooLarge
		case !isFile:
			left -= int64(len(b))
			v.PostForm.Add(p.FormName(), string(b))
		case len(b) > 0: // a browser sends a file without bytes where none was chosen
			total -= int64(len(b))
			v.files = append(v.files, b)
		}
		if len(v.files) > r.files {
			return invalidFile(desk.MediaTooMany)
		}
	}
	return desk.ErrInvalid
}

// cutShort is what became of a form that could not be read on.
func cutShort(err error) error {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return errors.Join(errTooLarge, err)
	}
	return errors.Join(desk.ErrInvalid, err)
}

// invalidFile refuses a file.
func invalidFile(p desk.Problem) error { return &desk.Invalid{Problems: []desk.Problem{p}} }

// take looks into the files of a form and seals them.
func (s *Site) take(v *visit) ([]desk.NewMedia, error) {
	if len(v.files) == 0 {
		return nil, nil
	}
	if s.Media == nil {
		return nil, invalidFile(desk.MediaUnknown)
	}
	var out []desk.NewMedia
	for _, f := range v.files {
		n, err := s.Media.Take(v.Context(), bytes.NewReader(f), "")
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// lookTip looks up a tip that was taken in before, with its pictures.
func (s *Site) lookTip(v *visit, t desk.Tip) (match.Result, error) {
	ms, err := s.Desk.TipMedia(v.Context(), desk.Program(), t.ID)
	if err != nil {
		return match.Result{}, err
	}
	return s.look(v, t.Text, picturesOf(ms)...), nil
}

// picturesOf lists what can be matched of files.
func picturesOf(ms []desk.Media) (out []match.Picture) {
	for _, m := range ms {
		if p, ok := match.PictureOf(m); ok {
			out = append(out, p)
		}
	}
	return out
}
