package e2e

import (
	"strings"
	"testing"

	"soi/internal/desk"
)

// reporting is the story of figures: everybody reads the statistics on a
// phone, an editor has a report made and takes it home.
func reporting(t *testing.T, w *world) {
	ph := w.phone(t)
	ph.Go("/statistics")
	ph.See("Chúng tôi được hỏi gì")
	ph.See("dưới 10")
	ph.Click("365 ngày qua")
	ph.See("Lý do đính chính")
	judgePage(ph)

	e := w.staff(t, "Reads reports", desk.Editor)
	e.Go("/en/desk/reports")
	e.See("Every period that is over has a report.")
	e.Fill("Period", "2026-99")
	e.Click("Make it")
	e.See("For example 2026-W47")
	if typed := e.Eval(`document.getElementById("period").value`); !strings.Contains(typed, "2026-99") {
		t.Errorf("what was typed came back as %q", typed)
	}
	judgePage(e)
	e.Fill("Period", desk.PeriodAt(desk.PeriodMonth, w.desk.Desk.Now(), w.desk.Config.Zone).Name)
	e.Click("Make it")
	if err := w.desk.MakeReports(t.Context(), w.desk.Site()); err != nil {
		t.Fatal(err)
	}
	path := e.Path()
	e.Go(path)
	e.See("made before the period was over")
	e.See("What was not checked, and why")
	judgePage(e)
}
