package web

import (
	"strings"

	"soi/internal/desk"
)

// mediaForm is the form of a picture that staff add to a claim.
type mediaForm struct{ Problems []string }

// Pictures, PDF, voice and video never reach a browser as they were sent: what
// is shown is the picture drawn anew, what is sent for download is an
// attachment that no browser opens by itself.

// boxed are the headers of bytes that strangers had a hand in.
func boxed(a answer) answer {
	return a.also("Content-Security-Policy", "sandbox; default-src 'none'").also("X-Content-Type-Options", "nosniff").
		also("Cross-Origin-Resource-Policy", "same-origin").also("Cache-Control", "no-store")
}

// mediaID is the {media} of the path.
func (v *visit) mediaID() (desk.ID, error) {
	id := desk.ID(v.PathValue("media"))
	if !id.Valid() {
		return "", desk.ErrNotFound
	}
	return id, nil
}

// unsealed reads one part of a file of the claim in the address.
func (s *Site) unsealed(v *visit, part desk.MediaPart) (m desk.Media, b []byte, err error) {
	claim, err := v.id()
	if err != nil {
		return m, nil, err
	}
	id, err := v.mediaID()
	if err != nil || s.Media == nil {
		return m, nil, desk.ErrNotFound
	}
	m, sealed, err := s.Desk.ClaimMedia(v.Context(), v.actor(), claim, id, part)
	if err != nil {
		return m, nil, err
	}
	b, err = s.Media.Open(m, part, sealed)
	return m, b, err
}

// mediaView answers with the picture drawn anew.
func (s *Site) mediaView(v *visit) (answer, error) {
	_, b, err := s.unsealed(v, desk.MediaView)
	if err != nil {
		return answer{}, err
	}
	return boxed(raw("image/jpeg", b)).also("Content-Disposition", "inline"), nil
}

// mediaFile answers with a PDF, voice or video as an attachment, under a name
// that tells nothing. Pictures are never handed out as they came.
func (s *Site) mediaFile(v *visit) (answer, error) {
	m, b, err := s.unsealed(v, desk.MediaFile)
	if err != nil {
		return answer{}, err
	}
	if m.Kind == desk.MediaPicture {
		return answer{}, desk.ErrForbidden
	}
	name := "soi-" + string(m.ID) + "." + extension(m.Type)
	return boxed(raw("application/octet-stream", b)).also("Content-Disposition", `attachment; filename="`+name+`"`), nil
}

// extension is a file extension for a media type that the gate knows.
func extension(mediaType string) string {
	_, sub, _ := strings.Cut(mediaType, "/")
	if sub == "mpeg" {
		return "mp3"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, sub)
}

// addPicture puts a picture on a claim.
func (s *Site) addPicture(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	files, err := s.take(v)
	if v.refused != nil {
		err = v.refused
	}
	if err == nil && len(files) == 0 {
		err = invalidFile(desk.MediaEmpty)
	}
	if err == nil {
		_, err = s.Desk.AddPicture(v.Context(), v.actor(), id, files[0])
	}
	if problems := v.words.problems(err); len(problems) > 0 {
		p, err := s.claimPage(v)
		if err != nil {
			return answer{}, err
		}
		p.Upload.Problems = problems
		return show("desk/claim", p).as(422), nil
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/claims/"+string(id)) + "#media"), nil
}

// ofPicture is a handler that does something to one picture of a claim and goes
// back to it.
func (s *Site) ofPicture(v *visit, do func(claim, media desk.ID) error) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	m, err := v.mediaID()
	if err != nil {
		return answer{}, err
	}
	if err := do(id, m); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/claims/"+string(id)) + "#media"), nil
}

// usePicture records whether a picture carries the claim.
func (s *Site) usePicture(v *visit) (answer, error) {
	return s.ofPicture(v, func(claim, media desk.ID) error {
		return s.Desk.UsePicture(v.Context(), v.actor(), claim, media, desk.MediaUse(v.field("use")))
	})
}

// judgePicture records what was found of a picture that carries the claim.
func (s *Site) judgePicture(v *visit) (answer, error) {
	return s.ofPicture(v, func(claim, media desk.ID) error {
		return s.Desk.JudgePicture(v.Context(), v.actor(), claim, media, desk.Authenticity(v.field("authenticity")))
	})
}

// mediaRoutes is the table of what concerns files of claims.
func (s *Site) mediaRoutes() []route {
	return []route{
		{pattern: "GET /desk/claims/{id}/media/{media}", audience: Staff, may: desk.MayRead, h: s.mediaView},
		{pattern: "GET /desk/claims/{id}/media/{media}/file", audience: Staff, may: desk.MayRead, h: s.mediaFile},
		{pattern: "POST /desk/claims/{id}/media/{media}", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.usePicture},
		{pattern: "POST /desk/claims/{id}/media/{media}/authenticity", audience: Staff, may: desk.MayDraft, body: bodySmall, h: s.judgePicture},
		{pattern: "POST /desk/claims/{id}/picture", audience: Staff, may: desk.MayCite, body: bodySmall, files: 1, h: s.addPicture},
	}
}
