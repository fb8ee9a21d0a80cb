package web

import "strings"

// style is how a language writes numbers and times. A catalogue shows it by
// example, so that a translator needs no knowledge of formats.
type style struct{ thousands, decimal, date, moment string }

// styleOf reads the examples of a catalogue: 1234.5, the fifth of March 2026,
// and that day at 14:07. An example that leaves part of the date out would
// mislead, so figures anyone can read take its place.
func styleOf(w *words) style {
	out := style{thousands: " ", decimal: ".", date: layout(w.t("format.date")), moment: layout(w.t("format.moment"))}
	if head, tail, ok := strings.Cut(w.t("format.number"), "234"); ok && strings.HasPrefix(head, "1") && strings.HasSuffix(tail, "5") && len(tail) > 1 {
		out.thousands, out.decimal = head[1:], tail[:len(tail)-1]
	}
	if !strings.Contains(out.date, "2006") || !strings.Contains(out.date, "2") || !(strings.Contains(out.date, "1") || strings.Contains(out.date, "January")) {
		out.date = "2006-01-02"
	}
	if !strings.Contains(out.moment, "2006") || !strings.Contains(out.moment, "15:04") {
		out.moment = out.date + " 15:04"
	}
	return out
}

// layout turns an example into a layout of package time.
func layout(example string) string {
	return strings.NewReplacer("2026", "2006", "14:07", "15:04", "05", "02", "03", "01", "5", "2", "3", "1", "March", "January").Replace(example)
}
