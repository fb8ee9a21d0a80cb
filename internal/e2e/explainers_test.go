package e2e

import (
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// explaining: an asker on a phone, who types without marks about something
// nobody has checked, is offered an explainer and told why; a checker writes
// one, an editor publishes it, a check links to it.
func explaining(t *testing.T, w *world) {
	asker := w.open(t, browsertest.Options{Phone: true, NoScripts: true})
	asker.Go("/vi/")
	asker.Fill("Tin nhắn hoặc đường dẫn", "Shop Zqbong bao minh dc nhan thuong xe dap, dong 90k truoc thi ship ve nha")
	asker.Click("Hỏi")
	asker.See("Chiêu \"trúng thưởng\" vận hành thế nào")
	asker.See("“nhận thưởng”")
	asker.Fits()
	asker.Axe()
	asker.Click("Chiêu \"trúng thưởng\" vận hành thế nào")
	asker.See("không phải bài kiểm chứng")
	asker.See("Một giải thưởng thật không bắt người trúng trả tiền trước")
	asker.Fits()
	asker.Axe()
	asker.Go("/en/explainers")
	asker.See("How vaccine trials are counted")
	asker.Axe()

	checker := w.staff(t, "Writer of explainers", desk.Checker)
	checker.Go("/en/desk/explainers")
	checker.AxeLightAndDark()
	checker.Click("Write an explainer")
	checker.AxeLightAndDark()
	checker.Click("Save")
	checker.See("Nothing was written.")
	checker.Eval(`document.querySelector("#e-title-en").value = "How Zqtides are foretold"; document.querySelector("#e-summary-en").value = "By the moon."; document.querySelector("#e-body-en").value = "One.\n\nTwo."; document.querySelector("#e-sources").value = "https://example.org/tides | Tide tables | A hydrographic office"`)
	checker.Click("Save")
	checker.See("Nothing of it is public yet")
	checker.Click("Hand it in to be published")
	checker.See("somebody else has to decide")
	address := checker.Path()

	editor := w.staff(t, "Second person of explainers", desk.Editor)
	editor.Go(address)
	editor.AxeLightAndDark()
	editor.Click("Agree and publish exactly this text")
	editor.See("See the public page")
	check, _, _ := w.samples(t)
	editor.Go("/en/desk/claims/" + check)
	editor.Choose("Explainers", "How Zqtides are foretold")
	editor.Click("Link this explainer")
	editor.AxeLightAndDark()
	asker.Go("/en/checks/" + check)
	asker.Click("How Zqtides are foretold")
	asker.See("A hydrographic office")
}
