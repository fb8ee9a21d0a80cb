package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	pt "soi/internal/intake/platformtest"
)

// channelLife is one channel in the sweep over all of them: what it is set up
// with, how two people write by it, and how many answers one of them got. A new
// channel adds its line to channelLives.
type channelLife struct {
	settings map[string]string
	asks     func(w *answersWorld, n int, who int64, text string)
	answers  func(who int64) int
	look     []string // what tells of the people of this channel
}

// channelLives are all channels by which people write from outside.
func channelLives(t *testing.T) map[string]channelLife {
	out := map[string]channelLife{}
	for _, c := range []chat{telegramChat(t), whatsAppChat(t), zaloChat(t), zaloBotChat(t)} {
		out[c.name] = channelLife{settings: c.settings,
			asks: func(w *answersWorld, n int, who int64, text string) {
				if code := c.deliver(w.d, c.text(n, who, text)); code != http.StatusOK {
					w.t.Fatalf("%s: a delivery was answered %d", c.name, code)
				}
			},
			answers: func(who int64) (n int) {
				for _, s := range c.sent() {
					if s.To == c.id(who) {
						n++
					}
				}
				return n
			},
			look: append(pt.Canaries(), fmt.Sprint(an), fmt.Sprint(binh))}
	}
	listen := apptest.FreePort(t)
	r, address := newRelay(t)
	out["email"] = channelLife{settings: map[string]string{"mail-from": "tips@desk.example", "mail-listen": "smtp://" + listen, "mail-relay": address},
		asks: func(w *answersWorld, n int, _ int64, text string) {
			(&mailWorld{answersWorld: w, relay: r, listen: listen}).write(n, text)
		},
		answers: func(int64) int { return len(r.sent()) },
		look:    []string{"canary.handle7", "canary.reply", "canary.bounce", "canary-1@", "canary-pc", "198.51.100.77", "198.51.100.78", "Canary-Mail", "canary-file"}}
	return out
}

// The sweep of trust.md T16 over all channels: people write by each, are
// answered, one says stop; a backup and the exports are made. Nothing that
// tells of them stands in any file. When their time is over the keys by which
// they were told apart and reached are gone too.
func TestWhatChannelsTellOfAskersIsWrittenNowhere(t *testing.T) {
	if testing.Short() {
		t.Skip("all channels at once, and a hundred days; run without -short")
	}
	lives, said := channelLives(t), &lockedBuffer{}
	dir := t.TempDir()
	w := newAnswersWorld(t, &loop{}, func(o *apptest.Options) {
		o.Data, o.Settings = filepath.Join(dir, "data"), map[string]string{}
		for _, l := range lives {
			maps.Copy(o.Settings, l.settings)
		}
		with := o.With
		o.With = func(a *app.Options) {
			with(a)
			a.Log = slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	})
	names := slices.Sorted(maps.Keys(lives))
	for _, name := range names {
		lives[name].asks(w, 1, an, ofWater)
		if name != "email" {
			lives[name].asks(w, 2, binh, "Zqbinh: cầu "+name+" sắp sập, mọi người tránh đường đó ra")
		}
	}
	waitAnswers := func(n int) {
		for _, name := range names {
			apptest.Wait(t, fmt.Sprintf("%d answers by %s\n%s", n, name, said.bytes()), func(context.Context) bool { return lives[name].answers(an) >= n })
		}
	}
	waitAnswers(1)
	apptest.Wait(t, "all tips", func(context.Context) bool { return len(allTips(t, w.d.App)) == 2*len(names)-1 })
	for _, name := range names {
		if name != "email" {
			lives[name].asks(w, 3, binh, "stop")
		}
	}
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	waitAnswers(2)
	w.exportEverything(dir, said)
	w.sweepFor(dir, lives, "while they wait")
	if hits := sweep(t, filepath.Join(dir, "backup.plain"), "zqchanh"); len(hits) == 0 {
		t.Error("the backup does not hold the tip: the sweep finds nothing at all")
	}
	months, err := filepath.Glob(filepath.Join(w.d.Config.Keys, "*-[0-9][0-9][0-9][0-9]-[0-9][0-9]"))
	must(t, err)
	if len(months) < 2 {
		t.Fatalf("no keys of the month: %v", months)
	}
	for range 200 {
		w.clock.pass(24 * time.Hour)
		_, held, err := w.d.Erase(t.Context())
		must(t, err)
		if held {
			t.Fatal("the clock was held to have jumped")
		}
	}
	for _, key := range months {
		if _, err := os.Stat(key); !os.IsNotExist(err) {
			t.Errorf("%s is still there", filepath.Base(key))
		}
	}
	w.sweepFor(dir, lives, "in the end")
	sound(t, w.d.App)
}

// exportEverything writes backup, exports and log into dir.
func (w *answersWorld) exportEverything(dir string, said *lockedBuffer) {
	w.t.Helper()
	ctx := w.t.Context()
	id, err := age.GenerateX25519Identity()
	must(w.t, err)
	b, err := w.d.Backup(ctx, filepath.Join(dir, "backup.age"), id.Recipient().String())
	must(w.t, err)
	f, err := os.Open(b.Path)
	must(w.t, err)
	defer f.Close()
	r, err := age.Decrypt(f, id)
	must(w.t, err)
	plain, err := io.ReadAll(r)
	must(w.t, err)
	must(w.t, os.WriteFile(filepath.Join(dir, "backup.plain"), plain, 0o600))
	_, err = w.d.Export(ctx, filepath.Join(dir, "export"))
	must(w.t, err)
	_, err = w.d.LogExport(ctx, filepath.Join(dir, "log"))
	must(w.t, err)
	if !bytes.Contains(said.bytes(), []byte("level=")) {
		w.t.Error("the log is empty: the sweep proves nothing")
	}
	must(w.t, os.WriteFile(filepath.Join(dir, "log.txt"), said.bytes(), 0o600))
	var remarks strings.Builder
	for _, x := range w.d.Doctor(ctx) {
		remarks.WriteString(x.En + "\n" + x.Vi + "\n")
	}
	must(w.t, os.WriteFile(filepath.Join(dir, "doctor.txt"), []byte(remarks.String()), 0o600))
}

// sweepFor wants nothing of what the channels told in any file below dir.
func (w *answersWorld) sweepFor(dir string, lives map[string]channelLife, when string) {
	w.t.Helper()
	looked := map[string]bool{}
	for name, l := range lives {
		for _, fragment := range l.look {
			if looked[fragment] {
				continue
			}
			looked[fragment] = true
			if hits := sweep(w.t, dir, fragment); len(hits) > 0 {
				w.t.Errorf("%s, %s: %q is in %v", when, name, fragment, hits)
			}
		}
	}
}
