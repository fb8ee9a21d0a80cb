package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"soi/internal/config"
	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/tlog"
	"soi/internal/web"
)

const (
	// witnessAnew is how long a cosignature of an unchanged log counts as new:
	// a witness's time proves that the log was alive then.
	witnessAnew = time.Hour
	// witnessTime bounds one question to a witness.
	witnessTime = 10 * time.Second
	// witnessPause and witnessPauseMax are how long a witness is left alone
	// after it failed, first and at most.
	witnessPause, witnessPauseMax = 5 * time.Second, 5 * time.Minute
	// quorumTime is how long a checkpoint may be without its quorum before the
	// doctor calls it trouble.
	quorumTime = time.Hour
)

// asker asks one witness about every new checkpoint. Publication never waits
// for it.
type asker struct {
	a       *App
	witness config.Witness
	client  tlog.Doer

	seen  int64     // the size it cosigned last
	at    time.Time // and when
	next  time.Time // not before then after a failure
	pause time.Duration
}

// runWitnesses starts asking every witness, each at its own pace, so that one
// that hangs holds nobody up.
func (s *Server) runWitnesses(every func(string, time.Duration, func(context.Context) error)) {
	for _, w := range s.Config.Witnesses {
		k := &asker{a: s.App, witness: w, client: witnessWeb{w.Address}}
		every("witness", time.Second, k.ask)
	}
}

// ask asks the witness when there is something new, or when its last word is
// an hour old.
func (k *asker) ask(ctx context.Context) error {
	now := k.a.now()
	signed := k.a.signed.Load()
	if signed == 0 || now.Before(k.next) || k.seen == signed && now.Sub(k.at) < witnessAnew {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, witnessTime)
	defer cancel()
	got, err := tlog.AskWitness(ctx, k.client, tlog.RemoteWitness{Address: k.witness.Address, VKey: k.witness.VKey, Seen: k.seen}, k.a.book)
	if err == nil && got.Time.Sub(now).Abs() > 5*time.Minute {
		err = fmt.Errorf("%w: its clock says %s", tlog.ErrCosignature, got.Time.Format(time.RFC3339))
	}
	if err == nil {
		err = k.a.db.Tx(ctx, func(tx desk.Tx) error {
			return tx.PutCosignature(ctx, desk.Cosignature{Witness: k.witness.VKey, Size: got.Size, Line: got.Line, At: got.Time})
		})
	}
	if err != nil {
		return k.failed(ctx, now, err)
	}
	k.seen, k.at, k.next, k.pause = got.Size, now, time.Time{}, 0
	return nil
}

// failed leaves the witness alone for a while, and says why once a while.
func (k *asker) failed(ctx context.Context, now time.Time, err error) error {
	k.pause = min(max(2*k.pause, witnessPause), witnessPauseMax)
	k.next = now.Add(k.pause)
	level := slog.LevelWarn
	if errors.Is(err, tlog.ErrWitnessRefused) {
		level = slog.LevelError // two histories, or an older witness: a person must look
	}
	k.a.log.Log(context.WithoutCancel(ctx), level, "a witness did not cosign", "witness", nameOfKey(k.witness.VKey), "again", k.pause.String(), "cause", err)
	return nil
}

// nameOfKey is the name in a verifier key.
func nameOfKey(vkey string) string {
	name, _, _ := strings.Cut(vkey, "+")
	return name
}

// witnessWeb reaches one witness and nobody else, through the guard that keeps
// soi out of private networks; an address of this machine may be the base.
type witnessWeb struct{ base string }

// Do implements tlog.Doer.
func (w witnessWeb) Do(r *http.Request) (*http.Response, error) {
	c, err := fetch.NewCaller(fetch.CallerOptions{Base: hostPart(w.base), Agent: "soi"})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	got, err := c.Do(r.Context(), fetch.Call{Method: r.Method, URL: r.URL.String(), Body: body, MaxBody: 64 << 10, Timeout: witnessTime})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: got.Status, Header: got.Header, Body: io.NopCloser(bytes.NewReader(got.Body))}, nil
}

// hostPart is an address without its path.
func hostPart(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// witnessing is how the published checkpoint stands with the witnesses.
func (a *App) witnessing(ctx context.Context) (web.Witnessing, error) {
	out := web.Witnessing{Quorum: a.Config.Quorum}
	if len(a.Config.Witnesses) == 0 {
		return out, nil
	}
	var last []desk.Cosignature
	err := a.db.Read(ctx, func(tx desk.Tx) (err error) {
		last, err = tx.LastCosignatures(ctx)
		return err
	})
	signed := a.signed.Load()
	for _, w := range a.Config.Witnesses {
		one := web.Witness{Name: nameOfKey(w.VKey), VKey: w.VKey}
		if i := slices.IndexFunc(last, func(c desk.Cosignature) bool { return c.Witness == w.VKey }); i >= 0 {
			one.At, one.Size, one.Now = last[i].At, last[i].Size, last[i].Size == signed
		}
		if one.Now {
			out.Confirmed++
		}
		out.Witnesses = append(out.Witnesses, one)
	}
	return out, err
}

// examineWitnesses says whether enough witnesses confirmed the newest
// checkpoint, and which of them are silent since when.
func (a *App) examineWitnesses(ctx context.Context, d *doctor) {
	if len(a.Config.Witnesses) == 0 {
		d.say(Notice, "No witness cosigns the public log. Ask another newsroom or a library to run `soi witness serve`, and set `witnesses`.",
			"Chưa có bên chứng nào ký vào sổ công khai. Hãy nhờ một tòa soạn hay thư viện khác chạy `soi witness serve`, rồi đặt `witnesses`.")
		return
	}
	if a.signed.Load() == 0 {
		if _, size, err := a.book.LastCheckpoint(ctx); err == nil {
			a.raise(size)
		}
	}
	w, err := a.witnessing(ctx)
	head, headErr := a.book.Head(ctx)
	switch age := a.now().Sub(head.Time); {
	case errors.Join(err, headErr) != nil:
		d.say(Trouble, "The witnesses' answers cannot be read: %v.", "Không đọc được câu trả lời của các bên chứng: %v.", errors.Join(err, headErr))
		return
	case w.Confirmed >= w.Quorum:
		d.say(Well, "%d of %d witnesses confirmed the newest checkpoint; %d are wanted.", "%d trên %d bên chứng đã xác nhận mốc mới nhất; cần %d.", w.Confirmed, len(w.Witnesses), w.Quorum)
	case age > quorumTime:
		d.say(Trouble, "Only %d of %d witnesses confirmed the newest checkpoint, and %d are wanted. Look at the program's log, and ask those who run them.",
			"Mới có %d trên %d bên chứng xác nhận mốc mới nhất, mà cần %d. Hãy xem nhật ký chương trình và hỏi những người vận hành.", w.Confirmed, len(w.Witnesses), w.Quorum)
	default:
		d.say(Notice, "%d of %d witnesses have confirmed the newest checkpoint so far; %d are wanted.", "Đến nay %d trên %d bên chứng đã xác nhận mốc mới nhất; cần %d.", w.Confirmed, len(w.Witnesses), w.Quorum)
	}
	for _, one := range w.Witnesses {
		switch silent := a.now().Sub(one.At); {
		case one.At.IsZero():
			d.say(Notice, "The witness %s has never answered.", "Bên chứng %s chưa trả lời lần nào.", one.Name)
		case silent > 2*witnessAnew:
			d.say(Notice, "The witness %s has been silent for %s; it confirmed %d entries.", "Bên chứng %s im lặng đã %s; lần cuối xác nhận %d mục.", one.Name, silent.Round(time.Minute), one.Size)
		}
	}
}
