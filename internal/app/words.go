package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"soi/internal/web"
)

// addedWords is the folder of catalogues of further languages; nil where there
// is none.
func (a *App) addedWords() fs.FS {
	if fi, err := os.Stat(a.Config.Words); err != nil || !fi.IsDir() {
		return nil
	}
	return os.DirFS(a.Config.Words)
}

// CheckWords writes what is wrong with the catalogues of a folder and how much
// of each language there is, and reports whether everything in it is used.
// Missing texts are counted, and listed where all is set.
func CheckWords(out io.Writer, folder string, all bool) (bool, error) {
	list, found, err := web.ReadCatalogues(os.DirFS(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("there is no folder %s; `soi words export LANG` writes a file to begin with", folder)
	}
	if err != nil {
		return false, err
	}
	well := true
	for _, f := range found {
		if f.Fault != web.FaultMissing && f.Fault != web.FaultForms {
			well = false
		} else if !all {
			continue
		}
		if _, err := fmt.Fprintln(out, f.Sentence("en")); err != nil {
			return false, err
		}
	}
	for _, c := range list {
		if _, err := fmt.Fprintf(out, "%s: %d of %d texts, written %s; English is shown for the rest.\n", c.Lang, c.Said, c.Of, map[string]string{"ltr": "from left to right", "rtl": "from right to left"}[c.Dir]); err != nil {
			return false, err
		}
	}
	if len(list) == 0 {
		_, err = fmt.Fprintf(out, "There are no catalogues in %s.\n", folder)
	}
	return well, err
}

// ExportWords writes a file to translate: every text of the pages in English
// and Vietnamese, with what folder has of the language filled in.
func ExportWords(out io.Writer, lang, folder string) error {
	err := web.ExportCatalogue(out, lang, os.DirFS(folder))
	if errors.Is(err, web.ErrLanguage) {
		return fmt.Errorf("%q is not the code of a language that can be added, as fr, ar or pt-br", lang)
	}
	return err
}

// examineWords says how much of the further languages there is.
func (a *App) examineWords(d *doctor) {
	folder := a.addedWords()
	if folder == nil {
		return
	}
	list, found, err := web.ReadCatalogues(folder)
	if err != nil {
		d.say(Notice, "The catalogues in %s cannot be read: %v.", "Không đọc được các tệp câu chữ trong %s: %v.", a.Config.Words, err)
		return
	}
	wrong := 0
	for _, f := range found {
		if f.Fault == web.FaultMissing || f.Fault == web.FaultForms {
			continue
		}
		if wrong++; wrong <= 5 {
			d.out = append(d.out, Remark{Notice, f.Sentence("en"), f.Sentence("vi")})
		}
	}
	if wrong > 5 {
		d.say(Notice, "The catalogues have %d more faults; `soi words check` lists them.", "Các tệp câu chữ còn %d lỗi khác; `soi words check` liệt kê đủ.", wrong-5)
	}
	for _, c := range list {
		if left := c.Of - c.Said; left > 0 {
			d.say(Notice, "The language %s lacks %d of %d texts; English is shown for them. `soi words check --all` lists them.",
				"Ngôn ngữ %s còn thiếu %d trên %d câu; trang dùng tiếng Anh thay. `soi words check --all` liệt kê đủ.", c.Lang, left, c.Of)
		} else {
			d.say(Well, "The language %s has all %d texts.", "Ngôn ngữ %s có đủ %d câu.", c.Lang, c.Of)
		}
	}
}
