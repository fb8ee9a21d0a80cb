package web

import (
	"errors"
	"strconv"

	"soi/internal/desk"
)

// keptPage shows a kept text beside the draft as it is now, and asks for a
// choice wherever two people changed the same place.
type keptPage struct {
	Claim   desk.Claim
	Kept    desk.Kept
	Version int64 // of the draft it is held against
	Name    string
	Mine    bool
	Fields  []keptField
	Typed   []keptWords // everything that was typed, to read and copy
	Usable  bool        // the draft can be changed now
	Problem string
}

// keptField is one field that differs.
type keptField struct {
	Name         string
	Parts        []keptStretch
	Mine, Theirs desk.Rating
	Clash        bool
}

// keptStretch is a stretch of a field: text that is clear, or a choice.
type keptStretch struct {
	Text   string
	Clash  bool
	Name   string // of the form's field
	Mine   []span // against the ground, so that it is seen what was changed
	Theirs []span
	Chosen desk.Choice
}

// keptWords is one field as it was typed.
type keptWords struct {
	Name, Text string
	Spans      []span // for what was joined: from what was typed to what became of it
}

// head implements page.
func (p keptPage) head(w *words) head {
	return head{Title: w.t("kept.title"), Section: "desk", Private: true}
}

// Choices are whose text can be taken.
func (p keptPage) Choices() []desk.Choice {
	return []desk.Choice{desk.ChooseMine, desk.ChooseTheirs, desk.ChooseBoth}
}

// Ratings are the choices for the rating: there is no taking both.
func (p keptPage) Ratings() []desk.Choice { return []desk.Choice{desk.ChooseMine, desk.ChooseTheirs} }

// Clash reports whether a choice is needed anywhere.
func (p keptPage) Clash() bool {
	for _, f := range p.Fields {
		if f.Clash {
			return true
		}
	}
	return false
}

// keptText shows the page.
func (s *Site) keptText(v *visit) (answer, error) {
	p, err := s.keptPage(v)
	return show("desk/kept", p), err
}

// keptPage reads a kept text and holds it against the draft.
func (s *Site) keptPage(v *visit) (keptPage, error) {
	id, err := v.id()
	kept := desk.ID(v.PathValue("kept"))
	if err != nil || !kept.Valid() {
		return keptPage{}, desk.ErrNotFound
	}
	k, dr, c, err := s.Desk.KeptText(v.Context(), v.actor(), id, kept)
	if err != nil {
		return keptPage{}, err
	}
	who, err := s.Desk.StaffByID(v.Context(), k.Staff)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return keptPage{}, err
	}
	p := keptPage{Claim: c, Kept: k, Version: dr.Version, Name: who.Name, Mine: k.Staff == v.staff.ID,
		Usable: k.State == desk.KeptOpen && !c.Pending() && writableState(c.State)}
	p.Typed = typedWords(k)
	if k.State != desk.KeptUsed {
		theirs := desk.Typed{Rating: dr.Rating, Text: dr.Text(k.Typed.Text.Lang)}
		for _, m := range desk.MergeTyped(k.Base, k.Typed, theirs) {
			p.Fields = append(p.Fields, fieldOf(v, m))
		}
	}
	return p, nil
}

// writableState reports whether a draft of a claim in this state can change.
func writableState(st desk.ClaimState) bool {
	return st == desk.ClaimOpen || st == desk.ClaimPublished || st == desk.ClaimWithdrawn
}

// typedWords lists what was typed and, once it was joined, what became of it.
func typedWords(k desk.Kept) []keptWords {
	var out []keptWords
	a, b := k.Typed.Text, k.Result.Text
	for _, f := range []struct{ name, typed, result string }{{"claim", a.Claim, b.Claim}, {"statement", a.Statement, b.Statement},
		{"summary", a.Summary, b.Summary}, {"body", a.Body, b.Body}, {"unknown", a.Unknown, b.Unknown}} {
		w := keptWords{Name: f.name, Text: f.typed}
		if k.State == desk.KeptUsed && f.typed != f.result {
			w.Spans = diffWords(f.typed, f.result)
		}
		if w.Text != "" || w.Spans != nil {
			out = append(out, w)
		}
	}
	return out
}

// fieldOf prepares one field for the page.
func fieldOf(v *visit, m desk.MergedField) keptField {
	f := keptField{Name: m.Name, Mine: m.Mine, Theirs: m.Theirs, Clash: m.Clash}
	n := 0
	for _, st := range m.Pieces {
		if !st.Clash {
			f.Parts = append(f.Parts, keptStretch{Text: st.Text()})
			continue
		}
		name := choiceName(m.Name, n)
		f.Parts = append(f.Parts, keptStretch{Clash: true, Name: name, Mine: diffWords(st.Base, st.Mine), Theirs: diffWords(st.Base, st.Theirs),
			Chosen: desk.Choice(v.PostForm.Get(name))})
		n++
	}
	return f
}

// choiceName is the name of the form's field for one clash.
func choiceName(field string, n int) string { return "choose-" + field + "-" + strconv.Itoa(n) }

// settleKept puts a kept text into the draft, drops it, or brings it back.
func (s *Site) settleKept(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	kept := desk.ID(v.PathValue("kept"))
	switch v.field("do") {
	case "drop":
		if err := s.Desk.DropKept(v.Context(), v.actor(), id, kept, false); err != nil {
			return answer{}, err
		}
		return redirect(v.tongue.url("/desk/claims/" + string(id) + "/kept/" + string(kept))), nil
	case "restore":
		if err := s.Desk.DropKept(v.Context(), v.actor(), id, kept, true); err != nil {
			return answer{}, err
		}
		return redirect(v.tongue.url("/desk/claims/" + string(id) + "/kept/" + string(kept))), nil
	}
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	w, err := s.Desk.UseKept(v.Context(), v.actor(), id, kept, version, func(field string, n int) desk.Choice {
		return desk.Choice(v.field(choiceName(field, n)))
	})
	if err == nil {
		return v.toClaim(id, "?lang="+w.Kept.Typed.Text.Lang+"&joined="+string(kept)+"#draft"), nil
	}
	return s.keptAgain(v, err)
}

// keptAgain shows the page once more with a sentence: a choice is missing, the
// draft moved on, or the text was put in already.
func (s *Site) keptAgain(v *visit, err error) (answer, error) {
	p, readErr := s.keptPage(v)
	switch ps := v.words.problems(err); {
	case readErr != nil:
		return answer{}, readErr
	case len(ps) > 0:
		p.Problem = ps[0]
		return show("desk/kept", p).as(422), nil
	case errors.Is(err, desk.ErrConflict):
		p.Problem = v.words.t("kept.moved")
		return show("desk/kept", p).as(409), nil
	case errors.Is(err, desk.ErrState):
		return show("desk/kept", p).as(409), nil
	}
	return answer{}, err
}

// writeDraft saves what was typed. to is set when the person must look at
// something first: what was kept, or what was put together.
func (s *Site) writeDraft(v *visit, id desk.ID, f draftForm) (saved desk.Draft, to answer, err error) {
	w, err := s.Desk.WriteDraft(v.Context(), v.actor(), id, f.Version, desk.Typed{Rating: f.Rating, Text: f.Text, Reason: f.Reason,
		Notes: noteList(f.NoteVi, f.NoteEn)})
	switch {
	case err != nil:
		return w.Draft, answer{}, err
	case w.Kept.ID == "":
		return w.Draft, answer{}, nil
	case w.Kept.Why == desk.KeptJoined:
		return w.Draft, v.toClaim(id, "?lang="+f.Lang+"&joined="+string(w.Kept.ID)+"#draft"), nil
	}
	return w.Draft, redirect(keptURL(v, w.Kept)), nil
}

// refill puts back the reason and notes that were typed beside a text that was
// joined: they belong to the form, not to the draft.
func (p *claimPage) refill() {
	if p.Team.Joined == nil {
		return
	}
	p.Draft.Reason = p.Team.Joined.Typed.Reason
	for _, n := range p.Team.Joined.Typed.Notes {
		switch n.Lang {
		case "vi":
			p.Draft.NoteVi = n.Text
		case "en":
			p.Draft.NoteEn = n.Text
		}
	}
}

// editOf is what a form of the assess step says of a claim.
func editOf(c desk.Claim) desk.ClaimEdit {
	return desk.ClaimEdit{Text: c.Text, Lang: c.Lang, Harm: c.Harm, HarmKind: c.HarmKind, Topic: c.Topic, Body: c.Body}
}

// editWas is what the form was made from, as the form says.
func (v *visit) editWas() desk.ClaimEdit {
	return desk.ClaimEdit{Text: v.field("was-text"), Lang: v.field("was-lang"), Harm: desk.Harm(v.field("was-harm")), HarmKind: v.field("was-harm-kind"),
		Topic: v.field("was-topic"), Body: v.field("was-body")}
}

// mergeEdit joins two changes of a claim's assessment field by field: each
// keeps what only one changed. Where both changed a field, in two ways, mine
// stands in the form and clash is true, so that a person looks.
func mergeEdit(base, mine, theirs desk.ClaimEdit) (out desk.ClaimEdit, clash bool) {
	out = mine
	clash = pick(&out.Text, base.Text, theirs.Text) || clash
	clash = pick(&out.Lang, base.Lang, theirs.Lang) || clash
	clash = pick(&out.Harm, base.Harm, theirs.Harm) || clash
	clash = pick(&out.HarmKind, base.HarmKind, theirs.HarmKind) || clash
	clash = pick(&out.Topic, base.Topic, theirs.Topic) || clash
	clash = pick(&out.Body, base.Body, theirs.Body) || clash
	return out, clash
}

// pick takes theirs where mine is as it was, and reports a clash.
func pick[T comparable](mine *T, base, theirs T) bool {
	if *mine == base {
		*mine = theirs
	}
	return *mine != theirs && theirs != base
}
