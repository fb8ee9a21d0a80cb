package web

import (
	"encoding/json"
	"slices"

	"soi/internal/desk"
)

// keyRoutes are the help sheet of the keyboard and the switch for it.
func (s *Site) keyRoutes() []route {
	return []route{
		{pattern: "GET /desk/keys", audience: Staff, may: desk.MayRead, h: s.keys},
		{pattern: "POST /desk/keys", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.setKeys},
	}
}

// keyRow is one key of the desk. Act names what it does: the script finds the
// element that carries the name as data-act, or knows it itself. The help
// sheet is made from these rows and from nothing else.
type keyRow struct {
	Where string // catalogue key of the page it is for: everywhere, list, …
	Key   string // as the browser names it; "1-9" for the nine digits
	Act   string // for digits the beginning, to which the digit is added
	Goes  bool   // the key leads to the element and does not press it
}

// Shift reports whether the key is written with the shift key.
func (k keyRow) Shift() bool { return len(k.Key) == 1 && k.Key >= "A" && k.Key <= "Z" }

// keyTable is every key there is.
func keyTable() []keyRow {
	return []keyRow{
		{"everywhere", "?", "help", false}, {"everywhere", "q", "queue", false}, {"everywhere", "n", "new", false}, {"everywhere", "b", "bursts", false}, {"everywhere", "u", "undo", false},
		{"list", "j", "next", false}, {"list", "k", "prev", false}, {"list", "o", "open", false}, {"list", "a", "take", false}, {"list", "x", "close", false}, {"list", "X", "tick", false},
		{"list", "/", "search", true}, {"list", "m", "with-ticked", true}, {"list", "v", "review", false}, {"list", "r", "for-review", false}, {"list", "p", "published", false}, {"list", "1-9", "tab-", false},
		{"claim", "a", "take", false}, {"claim", "h", "assess", true}, {"claim", "y", "same", true}, {"claim", "w", "other", true}, {"claim", "e", "evidence", true}, {"claim", "g", "rating", true}, {"claim", "d", "draft", true},
		{"claim", "c", "step", true}, {"claim", "s", "submit", true}, {"claim", "v", "review", false}, {"claim", "x", "not-factual", true},
		{"review", "c", "step", true}, {"review", "p", "approve", true}, {"review", "r", "return", true},
		{"counter", "n", "new", false}, {"counter", "p", "print", false}, {"counter", "r", "speak", false}, {"counter", "1-9", "choice-", false}, {"counter", "0", "choice-0", false},
	}
}

// keyWheres are the places of the table in their order.
func keyWheres() []string { return []string{"everywhere", "list", "claim", "review", "counter"} }

// keymap is the table as the script reads it: what each key may do, with ">"
// before what it only leads to.
func keymap() string {
	acts := map[string][]string{}
	for _, k := range keyTable() {
		act := k.Act
		if k.Goes {
			act = ">" + act
		}
		if !slices.Contains(acts[k.Key], act) {
			acts[k.Key] = append(acts[k.Key], act)
		}
	}
	b, err := json.Marshal(acts)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// keymapFor is the table for a person; "" for the public and for whoever has
// switched the keys off. When that cannot be read, they stay on.
func (s *Site) keymapFor(v *visit) string {
	if v.staff.ID == "" {
		return ""
	}
	on, err := s.Desk.KeysOn(v.Context(), v.actor())
	if err != nil {
		s.Logger.Warn("shortcuts could not be read", "cause", err)
	} else if !on {
		return ""
	}
	return keymap()
}

// keysPage is the help sheet.
type keysPage struct {
	Groups []keyGroup
	On     bool
}

// keyGroup is the keys of one place.
type keyGroup struct {
	Where string
	Keys  []keyRow
}

// head implements page.
func (p keysPage) head(w *words) head {
	return head{Title: w.t("keys.title"), Section: "desk", Private: true}
}

// keyGroups is the table by place.
func keyGroups() []keyGroup {
	var out []keyGroup
	for _, w := range keyWheres() {
		g := keyGroup{Where: w}
		for _, k := range keyTable() {
			if k.Where == w {
				g.Keys = append(g.Keys, k)
			}
		}
		out = append(out, g)
	}
	return out
}

// keys shows it.
func (s *Site) keys(v *visit) (answer, error) {
	on, err := s.Desk.KeysOn(v.Context(), v.actor())
	return show("desk/keys", keysPage{Groups: keyGroups(), On: on}), err
}

// setKeys switches the person's keys on or off.
func (s *Site) setKeys(v *visit) (answer, error) {
	if err := s.Desk.SetKeys(v.Context(), v.actor(), v.field("keys") == "on"); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/keys")), nil
}
