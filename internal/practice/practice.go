// Package practice is the course of short cases that new checkers practise on.
//
// It owns: the cases that come with soi, in Vietnamese and English, and reading
// them. It does not own: who did what, cases made from claims, or what is right
// about an answer (desk.PracticeCase.Judge).
// Start reading at: Course.
package practice

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"soi/internal/desk"
)

//go:embed cases/*.toml
var files embed.FS

// file is a file of cases; its name is their kind.
type file struct {
	Case []struct {
		ID      string
		Minutes int
		Right   []int
		Vi, En  text
	}
}

// text is a case in one language as it is written in the files.
type text struct {
	Title, Told, Ask, Lesson string
	Choices                  [][2]string // what it says, and what is said of it
	Table                    struct {
		Caption string
		Head    []string
		Rows    [][]string
	}
}

// Course returns the cases that come with soi, by kind and in the order of
// their files. An error names the file and case that cannot be practised on.
func Course() ([]desk.PracticeCase, error) {
	names, err := fs.Glob(files, "cases/*.toml")
	if err != nil {
		return nil, err
	}
	var out []desk.PracticeCase
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f file
		if err := toml.Unmarshal(b, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, x := range f.Case {
			c := desk.PracticeCase{ID: x.ID, Kind: desk.CaseKind(strings.TrimSuffix(path.Base(name), ".toml")), Minutes: x.Minutes, Right: x.Right,
				Texts: map[string]desk.CaseText{"vi": x.Vi.text(), "en": x.En.text()}}
			if !c.Valid() {
				return nil, fmt.Errorf("%s: the case %q cannot be practised on", name, c.ID)
			}
			out = append(out, c)
		}
	}
	order := desk.CaseKinds()
	slices.SortStableFunc(out, func(a, b desk.PracticeCase) int { return slices.Index(order, a.Kind) - slices.Index(order, b.Kind) })
	return out, nil
}

// text is the case's text as the desk knows it.
func (t text) text() desk.CaseText {
	out := desk.CaseText{Title: t.Title, Told: strings.TrimSpace(t.Told), Ask: t.Ask, Lesson: t.Lesson,
		Table: desk.CaseFigures{Caption: t.Table.Caption, Head: t.Table.Head, Rows: t.Table.Rows}}
	for _, c := range t.Choices {
		out.Choices = append(out.Choices, desk.CaseChoice{Says: c[0], Why: c[1]})
	}
	return out
}
