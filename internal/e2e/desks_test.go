package e2e

import (
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// TestTwoDesks tells how a claim goes from the province to a district and
// back: the province works at a table, the district on a telephone without
// scripts.
func TestTwoDesks(t *testing.T) {
	w := &world{browser: browsertest.Start(t)}
	w.desk, w.base = start(t, apptest.Options{})
	admin := w.staff(t, "Quản trị", desk.Admin)
	addDistrict(t, w, admin)

	author := w.desk.Member(t, "Author of the province", desk.Checker)
	text := "Hồ chứa ở huyện sắp vỡ"
	id := w.ready(t, "203.0.113.90", text, author)
	page := "/en/desk/claims/" + string(id)

	phone := w.open(t, browsertest.Options{Phone: true, NoScripts: true, Language: "en"})
	w.signIn(t, phone, memberNamed(t, w, "District editor"))
	phone.DontSee(text)
	if got := phone.Go(page); got != 404 {
		t.Errorf("a claim of the province, at the district: %d", got)
	}

	checker := w.open(t, browsertest.Options{Language: "en"})
	w.signIn(t, checker, author)
	checker.Go(page)
	checker.See("Desk: Main desk")
	checker.Click("Hand on to another desk")
	checker.Fill("Why", "The reservoir is yours, and you know its keeper's office.")
	checker.AxeLightAndDark()
	checker.Click("Offer it")
	checker.See("Author of the province offers this claim to Huyện Đông:")

	phone.Go("/en/desk")
	phone.See(text)
	phone.Go(page)
	phone.See("The reservoir is yours")
	phone.Fits()
	phone.AxeLightAndDark()
	phone.Click("Take it over")
	phone.See("Desk: Huyện Đông")

	// The district works on it; the author of the province reads along.
	checker.Go(page)
	checker.See("Desk: Huyện Đông")
	phone.Click("Hand on to another desk")
	phone.Fill("Why", "Measured; the province publishes.")
	phone.Click("Offer it")
	checker.Go(page)
	checker.Click("Take it over")
	checker.See("Desk: Main desk")
	checker.See("Handed on 2 times")
	if v := w.view(t, id); len(v.Draft.Authors) != 1 || v.Draft.Authors[0] != author.ID || len(v.Evidence) != 1 {
		t.Errorf("something was lost on the way: %+v", v.Draft)
	}
	leavesAsNumber(t, w, admin)
}

// addDistrict adds a desk and invites its editor, as an admin does.
func addDistrict(t *testing.T, w *world, admin *browsertest.Window) {
	t.Helper()
	admin.Go("/en/desk/desks")
	admin.AxeLightAndDark()
	admin.Fill("Name", "Huyện Đông")
	admin.Click("Add a desk")
	admin.See("Huyện Đông")
	admin.See("Where messages arrive")
	admin.AxeLightAndDark()
	admin.Go("/en/desk/people")
	admin.Fill("Name shown in the desk", "District editor")
	admin.Choose("At which desk", "Huyện Đông")
	admin.ClickNth("Add a person", 0)
	admin.See("Sign-in link for District editor")
	admin.See("Sign-in links nobody has used")
	admin.AxeLightAndDark()
	s := memberNamed(t, w, "District editor")
	// The form offers the first role; the person gets a second seat as editor.
	if err := w.desk.Desk.GiveSeat(t.Context(), desk.Program(), desk.Seat{Staff: s.ID, Desk: s.Seats[0].Desk, Role: desk.Editor}); err != nil {
		t.Fatal(err)
	}
}

// memberNamed finds an account.
func memberNamed(t *testing.T, w *world, name string) desk.Staff {
	t.Helper()
	s, err := w.desk.Desk.StaffNamed(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// leavesAsNumber closes the district editor's account for good.
func leavesAsNumber(t *testing.T, w *world, admin *browsertest.Window) {
	t.Helper()
	admin.Go("/en/desk/people/" + string(memberNamed(t, w, "District editor").ID))
	admin.See("sign-in link")
	admin.AxeLightAndDark()
	admin.Click("Close this account for good")
	admin.Click("Close for good")
	admin.See("former editor 1")
	admin.Go("/vi/desk/people")
	admin.See("cựu biên tập viên 1")
	admin.DontSee("District editor")
}
