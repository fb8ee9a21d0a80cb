package web

import (
	"strconv"

	"soi/internal/desk"
	"soi/internal/preview"
)

// picture answers with the picture of a card. Other sites may show it: that
// is what it is for.
func (s *Site) picture(v *visit, c preview.Card) (answer, error) {
	c.Desk, c.Host = s.Config.Name, hostOf(s.Config.URL)
	b, err := s.previews.Get(v.Context(), c)
	if err != nil {
		return answer{}, err
	}
	return raw("image/png", b).fresh().also("Cross-Origin-Resource-Policy", "cross-origin"), nil
}

// siteImage answers GET /preview.png, for every page without a picture of
// its own.
func (s *Site) siteImage(v *visit) (answer, error) {
	return s.picture(v, preview.Card{Band: s.Config.Name, Tone: "site", Statement: v.words.t("foot.motto")})
}

// checkImage answers GET /checks/{id}/preview.png with the newest revision,
// whichever the address asks for: a corrected check must not go round with
// its old rating.
func (s *Site) checkImage(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	all, err := s.Desk.Check(v.Context(), id, s.Signed())
	if err != nil {
		return answer{}, err
	}
	return s.picture(v, checkImageOf(v.words, checkOf(v.lang, all, 0)))
}

// checkImageOf is the card of a check. A withdrawn or erased one shows that it
// is, and neither statement nor claim.
func checkImageOf(w *words, p checkPage) preview.Card {
	if p.Withdrawn || p.Erased {
		m := markOf(w, "")
		return preview.Card{Band: m.Word, Shape: "withdrawn", Tone: m.Tone, Statement: w.t("preview.withdrawn")}
	}
	m := markOf(w, p.Rating)
	return preview.Card{Band: m.Word, Shape: string(m.Code), Tone: m.Tone, Statement: p.Text.Statement,
		Asked: w.t("card.asked") + " “" + p.Text.Claim + "”"}
}

// explainerImage answers GET /explainers/{id}/preview.png.
func (s *Site) explainerImage(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	rs, err := s.Desk.ExplainerHistory(v.Context(), id)
	if err != nil {
		return answer{}, err
	}
	c := preview.Card{Band: v.words.t("preview.explainer"), Tone: "site", Statement: rs[0].Doc.Text(v.lang).Title}
	if rs[0].Doc.Withdrawn {
		c.Tone, c.Statement = "tn", v.words.t("explainers.withdrawn")
	}
	return s.picture(v, c)
}

// checkImagePath is where the picture of a check is. The revision is in the
// address so that pages which keep pictures for long fetch a new one after a
// correction.
func checkImagePath(id desk.ID, rev int) string {
	return "/checks/" + string(id) + "/preview.png?rev=" + strconv.Itoa(rev)
}

// picture makes a full address of the picture's path; pages of staff and
// those that search engines should leave alone have none.
func (o *view) picture(s *Site, v *visit) {
	if o.Private || v.staff.ID != "" {
		o.Picture = ""
		return
	}
	if o.Picture == "" {
		o.Picture, o.PictureAlt = "/preview.png", s.Config.Name
	}
	if o.PictureAlt == "" {
		o.PictureAlt = o.Title
	}
	// The letters that soi draws pictures with are those of its own languages.
	o.Picture = s.Config.URL + tongue{v.writes(), "/" + v.writes()}.url(o.Picture)
}
