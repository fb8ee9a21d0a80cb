package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store"
	"soi/internal/tlog"
)

// rawRows are the rows of every table as the database holds them, read out of
// a dump.
type rawRows map[string][]map[string]any

// rawOf dumps the desk's database.
func rawOf(t *testing.T, d *apptest.Desk) rawRows {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(d.Config.Data, "soi.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b bytes.Buffer
	if _, err := db.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	out := rawRows{}
	table, columns := "", []string(nil)
	for line := range bytes.Lines(b.Bytes()) {
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.UseNumber()
		if line[0] == '{' {
			var head struct {
				Table   string
				Columns []string
			}
			if err := dec.Decode(&head); err != nil {
				t.Fatal(err)
			}
			table, columns = head.Table, head.Columns
			continue
		}
		var row []any
		if err := dec.Decode(&row); err != nil {
			t.Fatal(err)
		}
		named := map[string]any{}
		for i, c := range columns {
			named[c] = row[i]
			if n, is := row[i].(json.Number); is {
				named[c], _ = n.Int64()
			}
		}
		out[table] = append(out[table], named)
	}
	return out
}

// rows picks columns of a table.
func (r rawRows) rows(table string, columns ...string) (out [][]any) {
	for _, row := range r[table] {
		one := []any{}
		for _, c := range columns {
			one = append(one, row[c])
		}
		out = append(out, one)
	}
	return out
}

// naiveLog is the kind of each entry of the public log, by its own reader.
func naiveLog(db rawRows) map[int64]tlog.Kind {
	out := map[int64]tlog.Kind{}
	for _, r := range db.rows("log_entry", "idx", "body") {
		body, err := base64.StdEncoding.DecodeString(r[1].(string))
		if err != nil {
			panic(err)
		}
		e, err := tlog.Parse(body)
		if err != nil {
			panic(err)
		}
		out[r[0].(int64)] = e.Kind
	}
	return out
}

// naive counts everything once more, from the raw rows and one row after the
// other: table/row/column against number.
func naive(db rawRows, from, to, made time.Time, below int64) map[string]int64 {
	out := map[string]int64{}
	in := func(v any) bool { n, ok := v.(int64); return ok && n >= from.UnixMilli() && n < to.UnixMilli() }
	naiveEvents(db, out, in)
	first := map[string]int64{} // verdict → time of its first revision
	logged := naiveLog(db)
	for _, r := range db.rows("revision", "verdict", "rev", "kind", "reason", "rating", "log_index", "at") {
		if !in(r[6]) || r[5].(int64) >= below {
			continue
		}
		out["checks/"+r[2].(string)+"/n"]++
		if k := logged[r[5].(int64)]; k == tlog.KindErase || k == tlog.KindRedact {
			out["checks/"+string(k)+"/n"]++
		}
		if r[2] == "publish" {
			out["ratings/"+r[4].(string)+"/n"]++
		}
		if r[2] == "correct" {
			out["corrections/"+r[3].(string)+"/n"]++
		}
		if r[1] == int64(1) {
			first[r[0].(string)] = r[6].(int64)
		}
	}
	asked := map[string]int64{}
	for _, r := range db.rows("tip", "claim", "received", "aside") {
		claim, _ := r[0].(string)
		at, published := first[claim]
		if published && (r[2] == int64(0) || r[2] == false) {
			if r[1].(int64) <= at {
				out["answered/people/n"]++
			}
			if old, ok := asked[claim]; !ok || r[1].(int64) < old {
				asked[claim] = r[1].(int64)
			}
		}
	}
	naiveClaims(db, out, first, asked, made)
	naiveOutside(db, out, in, made)
	naiveAppeals(db, out, in, below)
	for _, r := range db.rows("reach", "kind", "n") {
		out["reach/"+r[0].(string)+"/n"] += r[1].(int64)
	}
	for _, r := range db.rows("helped", "yes", "no") {
		out["reach/helped/n"] += r[0].(int64)
		out["reach/not-helped/n"] += r[1].(int64)
	}
	for _, r := range db.rows("notice", "sent", "state", "kind") {
		if in(r[0]) && r[1] == "sent" && r[2] != "talk" {
			out["reach/sent/n"]++
		}
	}
	for _, r := range db.rows("review", "urgent", "state", "decided", "other") {
		if r[0] != "" && r[1] == "approved" && in(r[2]) {
			if out["checks/emergency/n"]++; r[3] != nil {
				out["checks/followed/n"]++
			}
		}
	}
	for k, n := range out {
		if n == 0 {
			delete(out, k)
		}
	}
	return out
}

// naiveEvents counts events.
func naiveEvents(db rawRows, out map[string]int64, in func(any) bool) {
	for _, r := range db.rows("event", "at", "kind", "data") {
		if !in(r[0]) {
			continue
		}
		var data map[string]string
		_ = json.Unmarshal([]byte(r[2].(string)), &data)
		switch r[1] {
		case "tip.received", "tip.added":
			out["asked/all/n"]++
			switch {
			case data["state"] == "answered":
				out["asked/at-once/n"]++
				out["answered/automatic/n"]++
			case data["state"] == "waiting":
				out["asked/perhaps/n"]++
			case data["state"] == "closed":
				out["asked/neutral/n"]++
			case data["opened"] == "yes":
				out["asked/opened/n"]++
			default:
				out["asked/joined/n"]++
			}
		case "tip.chosen":
			if data["state"] == "answered" {
				out["answered/automatic/n"]++
			}
		case "tip.refused":
			out["answered/taken-back/n"]++
		case "claim.closed":
			why := data["why"]
			if why == "" {
				why = "not-factual"
			}
			out["not-checked/"+why+"/n"]++
		case "claim.merged":
			out["not-checked/merged/n"]++
		case "claim.judged":
			if data["same"] == "yes" {
				out["not-checked/"+map[string]string{"imported": "elsewhere", "check": "ours", "claim": "ours"}[data["with"]]+"/n"]++
			}
		case "tips.set-aside":
			n, _ := strconv.Atoi(data["tips"])
			out["asked/set-aside/n"] += int64(n)
		}
	}
}

// naiveClaims counts open claims and measures how long checks took.
func naiveClaims(db rawRows, out map[string]int64, first, asked map[string]int64, made time.Time) {
	or := func(v any, none string) string {
		if v == "" {
			return none
		}
		return v.(string)
	}
	took := map[string][]float64{}
	for _, r := range db.rows("claim", "id", "state", "harm", "topic", "opened") {
		harm := or(r[2], "unset")
		if at, ok := first[r[0].(string)]; ok {
			began, ok := asked[r[0].(string)]
			if !ok {
				began = r[4].(int64)
			}
			ms := math.Max(float64(at-began), 0)
			took["all"], took[harm] = append(took["all"], ms), append(took[harm], ms)
		}
		if r[1] != "open" {
			continue
		}
		age, days := "day", float64(made.UnixMilli()-r[4].(int64))/86_400_000
		switch {
		case days >= 30:
			age = "long"
			out["not-checked/long/n"]++
		case days >= 7:
			age = "weeks"
		case days >= 3:
			age = "week"
		case days >= 1:
			age = "days"
		}
		for _, k := range []string{"open-age/all", "open-age/" + age, "open-harm/" + harm, "open-topic/" + or(r[3], "unset")} {
			out[k+"/n"]++
		}
	}
	for k, ms := range took {
		slices.Sort(ms)
		out["times/"+k+"/n"] = int64(len(ms))
		if len(ms) >= 5 {
			out["times/"+k+"/median"] = int64(math.Round(ms[int(math.Ceil(float64(len(ms))*0.5))-1] / 60_000))
			out["times/"+k+"/p90"] = int64(math.Round(ms[int(math.Ceil(float64(len(ms))*0.9))-1] / 60_000))
		}
	}
}

// flat are figures as naive has them, without zeros.
func flat(f desk.Figures) map[string]int64 {
	out := map[string]int64{}
	for _, t := range f.Tables {
		for _, r := range t.Rows {
			for i, c := range r.Cells {
				if c.N != 0 {
					out[t.Key+"/"+r.Key+"/"+t.Columns[i]] = c.N
				}
			}
		}
	}
	return out
}

// naiveOutside counts requests to bodies and what came of them.
func naiveOutside(db rawRows, out map[string]int64, in func(any) bool, made time.Time) {
	first := map[string]int64{}
	for _, r := range db.rows("body_answer", "request", "state", "at") {
		if old, ok := first[r[0].(string)]; r[1] == "given" && (!ok || r[2].(int64) < old) {
			first[r[0].(string)] = r[2].(int64)
		}
	}
	took := map[string][]int64{}
	for _, r := range db.rows("request", "id", "body", "sent", "due", "ended") {
		if !in(r[2]) {
			continue
		}
		answer, answered := first[r[0].(string)]
		for _, row := range []string{"bodies/all", "bodies/" + r[1].(string)} {
			out[row+"/asked"]++
			if answered {
				out[row+"/answered"]++
				took[row] = append(took[row], answer-r[2].(int64))
				if answer > r[3].(int64) {
					out[row+"/late"]++
				}
			} else if r[4] == nil && made.UnixMilli() > r[3].(int64) {
				out[row+"/silent"]++
			}
		}
	}
	for row, ms := range took {
		slices.Sort(ms)
		if n := len(ms); n >= 5 {
			out[row+"/median"] = (ms[(n+1)/2-1] + 30_000) / 60_000
			out[row+"/p90"] = (ms[(9*n+9)/10-1] + 30_000) / 60_000
		}
	}
}

// naiveAppeals counts appeals and rulings.
func naiveAppeals(db rawRows, out map[string]int64, in func(any) bool, below int64) {
	for _, r := range db.rows("appeal", "kind", "received", "state") {
		if in(r[1]) {
			out["appeals/all/n"]++
			out["appeals/"+r[0].(string)+"/n"]++
		}
		if r[2] != "ruled" {
			out["appeals/open/n"]++
		}
	}
	for _, r := range db.rows("ruling", "outcome", "settled", "state", "log_index") {
		if n, _ := r[3].(int64); in(r[1]) && r[2] == "approved" && n < below {
			out["rulings/"+r[0].(string)+"/n"]++
		}
	}
}
