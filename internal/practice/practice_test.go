package practice

import (
	"strings"
	"testing"

	"soi/internal/desk"
)

// The course: forty cases, eight of each kind, each once, in both languages,
// with a right answer, a wrong one, and a word on every choice.
func TestCourse(t *testing.T) {
	course, err := Course()
	if err != nil {
		t.Fatal(err)
	}
	kinds, ids := map[desk.CaseKind]int{}, map[string]bool{}
	for _, c := range course {
		kinds[c.Kind]++
		if ids[c.ID] || c.ID != strings.ToLower(c.ID) || strings.ContainsAny(c.ID, " /") {
			t.Errorf("%q stands twice or is no slug", c.ID)
		}
		ids[c.ID] = true
		vi, en := c.Texts["vi"], c.Texts["en"]
		if len(vi.Choices) != len(en.Choices) || len(c.Right) >= len(vi.Choices) || len(vi.Table.Rows) != len(en.Table.Rows) || vi.Lesson == "" || en.Lesson == "" {
			t.Errorf("%s: the two languages differ, or every choice is right", c.ID)
		}
		if c.Minutes < 1 || c.Minutes > 5 || !c.Judge(c.Right) || c.Judge(nil) {
			t.Errorf("%s: %d minutes", c.ID, c.Minutes)
		}
		for lang, x := range c.Texts {
			for _, row := range x.Table.Rows {
				if len(row) != len(x.Table.Head) {
					t.Errorf("%s %s: a row of %d cells below %d heads", c.ID, lang, len(row), len(x.Table.Head))
				}
			}
			for i, choice := range x.Choices {
				right := strings.HasPrefix(choice.Why, map[string]string{"vi": "Đúng", "en": "Right"}[lang])
				for _, r := range c.Right {
					right = right && r != i+1
				}
				if right {
					t.Errorf("%s %s: choice %d is wrong and is called right", c.ID, lang, i+1)
				}
			}
		}
	}
	if len(course) != 40 || kinds[desk.CaseTable] != 8 || len(kinds) != 5 {
		t.Errorf("%d cases: %v", len(course), kinds)
	}
}
