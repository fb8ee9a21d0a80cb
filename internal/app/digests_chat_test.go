package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	pt "soi/internal/intake/platformtest"
)

// onChat is how many chats receive digests.
func (w *chatWorld) onChat() int {
	w.t.Helper()
	r, err := w.d.Desk.DigestReaders(w.t.Context(), w.checker)
	must(w.t, err)
	return r.Counts[desk.ForPublic][desk.SubscriptionOn]
}

// TestDigestsByChat is the life of a subscription in a chat: a word, a question,
// a yes; one message for each hour, none twice; ended by its button, by a word,
// by stop and by whoever blocks the bot. Who it is is written nowhere.
func TestDigestsByChat(t *testing.T) {
	w := newChatWorld(t, telegramChat(t))
	w.planned()
	w.says(an, "ban tin")
	ask := w.told(an, 1, "Bạn muốn nhận ở đây không?")
	if len(ask.Buttons) != 2 {
		t.Fatalf("buttons %v", ask.Buttons)
	}
	if n := w.onChat(); n != 0 {
		t.Errorf("one word alone put %d chats down", n)
	}
	w.presses(an, ask.Buttons[0])
	on := w.told(an, 2, "Bạn sẽ nhận bản tin ở đây.")
	link := linkIn.FindString(on.Text)
	if r := w.get(link); r.status != http.StatusOK {
		t.Errorf("the page of the topics, %q: %d", link, r.status)
	}
	w.presses(an, ask.Buttons[0]) // again: asks anew, joins nobody twice
	w.told(an, 3, "Bạn đang nhận bản tin ở đây.")
	w.says(binh, "digest")
	w.told(binh, 1, "Would you like it here?", "sealed")
	w.says(binh, "yes")
	w.told(binh, 2, "You will receive the digest here.")
	w.says(chi, "bản tin")
	w.told(chi, 1)
	w.says(chi, "không")
	w.told(chi, 2, "không gửi bản tin")
	if n := w.onChat(); n != 2 {
		t.Fatalf("%d chats receive digests, want 2", n)
	}

	claim, _ := w.publishedFromChat()
	w.edition(w.toHour(time.Second))
	first := w.told(an, 4, "Sai: "+waterTrue, "/checks/"+string(claim), "/digests/", "thôi bản tin")
	w.told(binh, 3, "end digest")
	if len(first.Buttons) != 1 {
		t.Fatalf("a digest has the buttons %v", first.Buttons)
	}
	w.edition(w.toHour(time.Second))
	w.told(an, 5, "Không có gì mới")
	w.told(binh, 4)
	if n := len(w.heard(chi)); n != 2 {
		t.Errorf("who said no was told %d things, want 2", n)
	}

	w.presses(an, first.Buttons[0]) // that of an old edition
	w.told(an, 6, "thôi gửi bản tin")
	w.says(binh, "/stop")
	w.told(binh, 5, "erased")
	if n := w.onChat(); n != 0 {
		t.Errorf("%d chats receive digests after the end", n)
	}
	w.says(an, "thôi bản tin") // nothing to end is no trouble
	w.told(an, 7, "thôi gửi bản tin")
	if n := len(w.heard(binh)); n != 5 {
		t.Errorf("after the end %d messages, want 5", n)
	}
	w.nothingOfThemIsWritten()
}

// publishedFromChat has somebody ask and the desk answer, so that there is
// something to tell.
func (w *chatWorld) publishedFromChat() (desk.ID, desk.ID) {
	w.says(dung, ofWater)
	w.told(dung, 2)
	claim, tip := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	return claim, tip
}

// TestDigestToAChatThatIsGone: who blocks the bot is erased; what the platform
// did not take is sent again, and nobody is sent an edition three times.
func TestDigestToAChatThatIsGone(t *testing.T) {
	w := newChatWorld(t, telegramChat(t))
	w.planned()
	for _, who := range []int64{an, binh} {
		w.says(who, "bản tin")
		w.told(who, 1)
		w.says(who, "có")
		w.told(who, 2)
	}
	w.fail(pt.Fault{Method: "sendMessage", Status: 403, Body: `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`})
	w.fail(w.limited)
	before := w.calls("sendMessage")
	w.edition(w.toHour(time.Second))
	apptest.Wait(t, "the chat that blocked to be erased", func(context.Context) bool { return w.onChat() == 1 })
	apptest.Wait(t, "both to be tried", func(context.Context) bool { return w.calls("sendMessage") >= before+2 })
	apptest.Wait(t, "the refusal to be written down", func(ctx context.Context) bool {
		es, err := w.d.Desk.Editions(ctx, desk.EditionFilter{Limit: 1})
		must(t, err)
		n, err := w.d.Desk.DigestCounts(ctx, es[0].ID)
		must(t, err)
		return n[desk.NoticeWaiting] == 1
	})
	w.clock.pass(5 * time.Minute) // the pause after a refusal for haste
	apptest.Wait(t, "the other chat to have its digest", func(context.Context) bool {
		got := 0
		for _, who := range []int64{an, binh} {
			for _, m := range w.heard(who) {
				if strings.Contains(m.Text, "Bản tin") || strings.Contains(m.Text, "/digests/") {
					got++
				}
			}
		}
		return got == 1
	})
}

// TestDigestsElsewhere: a platform that only takes answers says so and leads to
// the page.
func TestDigestsElsewhere(t *testing.T) {
	w := newChatWorld(t, whatsAppChat(t))
	w.says(an, "bản tin")
	w.told(an, 1, "không gửi theo đường này", "/digests")
	w.says(an, "thôi bản tin")
	w.told(an, 2, "/digests")
	if n := w.onChat(); n != 0 {
		t.Errorf("%d chats receive digests", n)
	}
}
