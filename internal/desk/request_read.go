package desk

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// requestView reads a request with what belongs to it.
func (d *Desk) requestView(ctx context.Context, tx Tx, id ID) (RequestView, error) {
	r, err := requestByID(ctx, tx, id)
	if err != nil {
		return RequestView{}, err
	}
	vs, err := d.views(ctx, tx, []Request{r})
	if err != nil {
		return RequestView{}, err
	}
	return vs[0], nil
}

// views reads what belongs to requests, in their order.
func (d *Desk) views(ctx context.Context, tx Tx, rs []Request) ([]RequestView, error) {
	if len(rs) == 0 {
		return nil, nil
	}
	var ids []ID
	for _, r := range rs {
		ids = append(ids, r.ID)
	}
	answers, err := tx.BodyAnswers(ctx, BodyAnswerFilter{Requests: ids})
	if err != nil {
		return nil, err
	}
	letters, err := tx.Letters(ctx, LetterFilter{Requests: ids, Limit: 8 * len(ids)})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(letters, func(a, b Letter) int { return a.Made.Compare(b.Made) })
	var files []ID
	for _, a := range answers {
		files = append(files, a.Files...)
	}
	var media []Media
	if len(files) > 0 {
		if media, err = tx.Media(ctx, MediaFilter{IDs: files, Limit: len(files)}); err != nil {
			return nil, err
		}
	}
	out := make([]RequestView, 0, len(rs))
	for _, r := range rs {
		v := RequestView{Request: r, Files: media}
		v.Answers = keepIf(answers, func(a BodyAnswer) bool { return a.Request == r.ID })
		v.Letters = keepIf(letters, func(l Letter) bool { return l.Request == r.ID })
		if err := d.reckon(ctx, tx, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// reckon computes what follows from the dates of a request.
func (d *Desk) reckon(ctx context.Context, tx Tx, v *RequestView) error {
	var err error
	if v.Office, err = bodyByID(ctx, tx, v.Body); err != nil {
		return err
	}
	w, err := workTime(ctx, tx, v.Office)
	if err != nil {
		return err
	}
	if v.Sent.IsZero() {
		v.IfNow = w.Due(d.Now(), v.Days)
	} else {
		v.Twice = w.Due(v.Due, v.Days+v.Extra())
		v.Off = w.Holidays(v.Sent, v.Due)
	}
	v.Stand = stand(v.Request, v.Answers, v.Twice, d.Now())
	return nil
}

// keepIf is the part of a list that fits.
func keepIf[T any](all []T, fits func(T) bool) (out []T) {
	for _, x := range all {
		if fits(x) {
			out = append(out, x)
		}
	}
	return out
}

// RequestView reads one request.
func (d *Desk) RequestView(ctx context.Context, by Actor, id ID) (v RequestView, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		v, err = d.requestView(ctx, tx, id)
		return err
	})
	return v, err
}

// RequestsOf lists the requests of a claim and of those merged into it, oldest
// first.
func (d *Desk) RequestsOf(ctx context.Context, by Actor, claim ID) (out []RequestView, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = d.requestsOf(ctx, tx, claim)
		return err
	})
	return out, err
}

// requestsOf is RequestsOf inside a transaction.
func (d *Desk) requestsOf(ctx context.Context, tx Tx, claim ID) ([]RequestView, error) {
	claims := []ID{claim}
	merged, err := tx.Claims(ctx, ClaimFilter{Into: claim, Limit: 200})
	if err != nil {
		return nil, err
	}
	for _, c := range merged {
		claims = append(claims, c.ID)
	}
	rs, err := tx.Requests(ctx, RequestFilter{Claims: claims})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rs, func(a, b Request) int { return a.Asked.Compare(b.Asked) })
	return d.views(ctx, tx, rs)
}

// RequestList is the desk's requests by what is to be done about them.
type RequestList struct {
	ToDo     []RequestView // an answer, a wish or a letter waits for staff
	Late     []RequestView // very late first
	Waiting  []RequestView // what is due first, first
	Answered []RequestView // newest first
	Ended    []RequestView
}

// Requests lists the newest requests of the desk, at most 500.
func (d *Desk) Requests(ctx context.Context, by Actor) (l RequestList, err error) {
	var all []RequestView
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		rs, err := tx.Requests(ctx, RequestFilter{})
		if err == nil {
			all, err = d.views(ctx, tx, rs)
		}
		return err
	})
	for _, v := range all {
		switch {
		case v.ToDo():
			l.ToDo = append(l.ToDo, v)
		case v.Stand == StandAnswered:
			l.Answered = append(l.Answered, v)
		case v.Stand == StandEnded:
			l.Ended = append(l.Ended, v)
		case v.Stand == StandLate || v.Stand == StandVeryLate:
			l.Late = append(l.Late, v)
		default:
			l.Waiting = append(l.Waiting, v)
		}
	}
	byDue := func(a, b RequestView) int { return cmp.Or(a.Due.Compare(b.Due), a.Asked.Compare(b.Asked)) }
	slices.SortStableFunc(l.ToDo, byDue)
	slices.SortStableFunc(l.Late, byDue)
	slices.SortStableFunc(l.Waiting, byDue)
	return l, err
}

// ToDo reports whether something waits for staff: a mail to be confirmed, a
// wish for more time, a letter that failed or is to be delivered by hand.
func (v RequestView) ToDo() bool {
	if !v.Ended.IsZero() {
		return false
	}
	return v.More.State == MoreAsked || v.stuck() && v.Stand != StandAnswered || v.Stand == StandUnsent && v.Mail == "" ||
		slices.ContainsFunc(v.Answers, func(a BodyAnswer) bool { return a.State == AnswerWaiting })
}

// AskedFact is what anyone may know of a request about a published check,
// without a word of it: dates alone.
type AskedFact struct {
	Names    Said
	Date     string // of Sent where the body is, as DocAsked has it
	Sent     time.Time
	Due      time.Time
	Answered time.Time // zero while no answer counts
	Late     bool      // the deadline is over, or was when the answer came
}

// AskedFacts lists them for a check that is published, oldest first.
func (d *Desk) AskedFacts(ctx context.Context, verdict ID) (out []AskedFact, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out = nil
		vs, err := d.requestsOf(ctx, tx, verdict)
		for _, v := range vs {
			if v.Sent.IsZero() || !v.Ended.IsZero() {
				continue
			}
			f := AskedFact{Names: v.Names, Date: v.published().Asked, Sent: v.Sent, Due: v.Due, Late: v.Stand == StandLate || v.Stand == StandVeryLate}
			if given := v.Given(); len(given) > 0 {
				f.Answered, f.Late = given[0].At, !v.InTime()
			}
			out = append(out, f)
		}
		return err
	})
	return out, err
}

// BodyRecord is how a body answered what it was asked about published checks.
type BodyRecord struct {
	Body    Body
	Asked   int
	InTime  int
	Late    int           // answered after the deadline
	Silent  int           // the deadline is over and nothing came
	Waiting int           // the deadline runs
	Median  time.Duration // until the first answer; zero when there is none
}

// BodyRecords counts for every body of the register, by name. Only requests
// about checks that were published count: nothing else is public.
func (d *Desk) BodyRecords(ctx context.Context) (out []BodyRecord, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out = nil
		bodies, err := tx.Bodies(ctx)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			rec, err := d.bodyRecord(ctx, tx, b)
			if err != nil {
				return err
			}
			if b.Used() || rec.Asked > 0 {
				out = append(out, rec)
			}
		}
		return nil
	})
	return out, err
}

// bodyRecord counts for one body.
func (d *Desk) bodyRecord(ctx context.Context, tx Tx, b Body) (BodyRecord, error) {
	rec := BodyRecord{Body: b}
	rs, err := tx.Requests(ctx, RequestFilter{Body: b.ID, Limit: 5000})
	if err != nil {
		return rec, err
	}
	vs, err := d.views(ctx, tx, rs)
	if err != nil {
		return rec, err
	}
	var spans []time.Duration
	for _, v := range vs {
		c, err := d.inForce(ctx, tx, v.Claim)
		if err != nil {
			return rec, err
		}
		if c.Rev == 0 || v.Sent.IsZero() || !v.Ended.IsZero() {
			continue
		}
		rec.Asked++
		switch given := v.Given(); {
		case len(given) > 0:
			spans = append(spans, given[0].At.Sub(v.Sent))
			if v.InTime() {
				rec.InTime++
			} else {
				rec.Late++
			}
		case v.Stand == StandWaiting:
			rec.Waiting++
		default:
			rec.Silent++
		}
	}
	slices.Sort(spans)
	if len(spans) > 0 {
		rec.Median = spans[len(spans)/2]
	}
	return rec, nil
}
