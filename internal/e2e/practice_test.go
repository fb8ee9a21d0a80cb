package e2e

import (
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// practising: a new checker on a phone does a case wrong, then right, without
// scripts; shows the progress and hides it again; an editor makes a case of a
// check in two clicks, and it is there to be practised on.
func practising(t *testing.T, w *world) {
	learner := w.open(t, browsertest.Options{Phone: true, NoScripts: true, Language: "en"})
	w.signIn(t, learner, w.desk.Member(t, "Learner", desk.Contributor))
	learner.Go("/en/desk/practice")
	learner.See("0 of 40 cases done; 0 right at the first try.")
	learner.Fits()
	learner.Axe()
	learner.Click("Begin with the first case")
	learner.See("The new bridge is the ugliest in the country")
	learner.Click("Answer")
	learner.See("Please choose an answer.")
	learner.Click("It is the ugliest in the country.")
	learner.Click("Answer")
	learner.See("Not right yet")
	learner.See("Ugly or not is an opinion.")
	learner.Fits()
	learner.Axe()
	learner.Click("Do this case again")
	learner.Click("It cost 300 billion đồng.")
	learner.Click("Answer")
	learner.See("That is right")
	learner.Go("/en/desk/practice")
	learner.See("1 of 40 cases done; 0 right at the first try.")
	learner.See("right at a later try")

	editor := w.staff(t, "Editor of cases", desk.Editor)
	editor.Go("/en/desk/practice")
	editor.DontSee("Learner")
	learner.Click("Show it to those who review")
	editor.Go("/en/desk/practice")
	editor.See("Learner")
	learner.Click("Show it no longer")
	editor.Go("/en/desk/practice")
	editor.DontSee("Learner")

	// Two clicks: from the claim to the form, from the form to the case.
	check, _, _ := w.samples(t)
	editor.Go("/en/desk/claims/" + check)
	editor.Click("Make a practice case")
	editor.AxeLightAndDark()
	editor.Click("Save the practice case")
	editor.See("What is your rating?")
	editor.AxeLightAndDark()
	editor.Go("/en/desk/practice")
	editor.See("From this desk's own work")
	editor.AxeLightAndDark()
	learner.Go("/en/desk/practice")
	learner.See("1 of 41 cases done")
}
