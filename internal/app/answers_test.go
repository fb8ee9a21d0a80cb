package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/intake"
)

const (
	ofWater   = "Nghe nói uống nước zqchanh nóng mỗi sáng chữa khỏi ung thư, có đúng không ạ?"
	waterTrue = "Nước chanh nóng không chữa được ung thư."
)

// holds fails unless a message holds all the words.
func holds(t *testing.T, m intake.Outgoing, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(m.Text, w) {
			t.Errorf("the message does not hold %q:\n%s", w, m.Text)
		}
	}
	if strings.Contains(m.Text, "{") {
		t.Errorf("a blank was not filled in:\n%s", m.Text)
	}
}

// A person asks what nobody has checked, is told when it is, and when it is
// corrected and withdrawn; the next to ask has the answer at once.
func TestAskedCheckedCorrected(t *testing.T) {
	w := newAnswersWorld(t, &loop{limits: intake.Limits{Buttons: 3, LabelRunes: 20}})
	w.says("an", ofWater)
	holds(t, w.told("an", 1), "soi", "không lưu bạn là ai")
	m := w.told("an", 2)
	holds(t, m, "Chưa ai kiểm chứng", "/t)")
	if !ticketShown.MatchString(m.Text) || len(m.Buttons) != 0 {
		t.Errorf("no ticket code, or a question: %+v", m)
	}
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	m = w.told("an", 3)
	holds(t, m, "Sai. "+waterTrue, "/checks/"+string(claim))
	if m.Purpose != intake.PurposeNotice || m.Title == "" {
		t.Errorf("a notice without purpose or title: %+v", m)
	}

	// The same words from somebody else, in one second.
	w.says("binh", ofWater)
	w.told("binh", 1)
	m = w.told("binh", 2)
	holds(t, m, "Sai. "+waterTrue, "tìm tự động", "Như vậy đã trả lời")
	if len(m.Buttons) != 2 {
		t.Fatalf("%d buttons, want yes and no", len(m.Buttons))
	}
	w.hear("binh", intake.Arrived{Kind: intake.KindPress, Data: m.Buttons[0].Data})
	holds(t, w.told("binh", 3), "Cảm ơn bạn")

	w.publish(claim, desk.RatingMostlyFalse, "Nước chanh nóng không thay thuốc chữa ung thư.")
	for _, who := range []string{"an", "binh"} {
		holds(t, w.told(who, 4), "Xin lỗi", "đính chính", "Có số liệu mới.", "Phần lớn sai")
	}
	w.silent("an", 4)
	w.silent("binh", 4)
	sound(t, w.d.App)
}

// Several messages within the time of a bundle are one tip; copies are none.
func TestABundleIsOneTip(t *testing.T) {
	w := newAnswersWorld(t, &loop{}, func(o *apptest.Options) {
		with := o.With
		o.With = func(a *app.Options) { with(a); a.Bundle = 300 * time.Millisecond }
	})
	first := w.says("an", "Zqmột: ngân hàng sắp đóng cửa")
	w.hear("an", intake.Arrived{ExtID: first, Text: "Zqmột: ngân hàng sắp đóng cửa"})
	w.says("an", "Zqhai: mọi người rút tiền đi")
	edited := w.says("an", "Zqba sai chính tả")
	w.hear("an", intake.Arrived{Kind: intake.KindEdit, Of: edited, Text: "Zqba: đúng chính tả"})
	w.told("an", 2)
	ts := allTips(t, w.d.App)
	if len(ts) != 1 {
		t.Fatalf("%d tips, want one", len(ts))
	}
	if want := "Zqmột: ngân hàng sắp đóng cửa\n\nZqhai: mọi người rút tiền đi\n\nZqba: đúng chính tả"; ts[0].Text != want {
		t.Errorf("the tip says %q, want %q", ts[0].Text, want)
	}
	// An edit of what became a tip long ago: the same words lead to nothing, new
	// words to a tip of their own.
	w.hear("an", intake.Arrived{Kind: intake.KindEdit, Of: edited, Text: ts[0].Text + " "})
	w.silent("an", 2)
	w.hear("an", intake.Arrived{Kind: intake.KindEdit, Of: edited, Text: "Zqbốn: hoàn toàn chuyện khác về bão số chín"})
	w.told("an", 3)
	if n := len(allTips(t, w.d.App)); n != 2 {
		t.Errorf("%d tips, want two", n)
	}
}

// "No" to "did this answer you?" takes the tip to the queue.
func TestNotAnswered(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", ofWater)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.says("binh", ofWater)
	m := w.told("binh", 2)
	holds(t, m, "Gửi “rồi” hoặc “chưa”")
	w.says("binh", "Chưa.")
	holds(t, w.told("binh", 3), "Chưa ai kiểm chứng", "Mã tra cứu")
	w.says("binh", "chưa") // nothing is open any more: said kindly, no tip
	holds(t, w.told("binh", 4), "không còn câu hỏi nào")
}

// Stop erases what leads to the person; a new message begins anew.
func TestStopErases(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", ofWater)
	w.told("an", 2)
	w.says("an", "Dừng")
	holds(t, w.told("an", 3), "Đã xóa")
	for _, x := range allTips(t, w.d.App) {
		if x.Asker != nil {
			t.Error("the tip still knows its asker")
		}
	}
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.silent("an", 3)
	w.says("an", ofWater)
	holds(t, w.told("an", 4), "không lưu bạn là ai")
	holds(t, w.told("an", 5), waterTrue)
	// Whoever leaves is told nothing at all.
	w.hear("an", intake.Arrived{Kind: intake.KindLeft})
	w.silent("an", 5)
}

// A report that comes later and says that nobody is there erases what led there, as if Send had said so; a report of any
// other failure does not.
func TestALaterReportThatNobodyIsThereErases(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", ofWater)
	w.told("an", 2)
	apptest.Wait(t, "the tip to forget its asker", func(ctx context.Context) bool {
		must(t, w.d.Intake().Status(ctx, "loop", "out-2", fmt.Errorf("%w: a report", intake.ErrGone)))
		return allTips(t, w.d.App)[0].Asker == nil
	})
	w.says("binh", ofWater)
	w.told("binh", 2)
	for range 20 { // the outcome of the call may be written after the message is seen here
		must(t, w.d.Intake().Status(t.Context(), "loop", "out-4", fmt.Errorf("%w: a report", intake.ErrRefused)))
		time.Sleep(10 * time.Millisecond)
	}
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.told("binh", 3)
	w.silent("an", 2)
}

// The language of answers follows the person, and their word.
func TestLanguages(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.hear("an", intake.Arrived{Kind: intake.KindStart, Lang: "en-GB"})
	holds(t, w.told("an", 1), "Hello, this is soi")
	w.says("an", "tiếng Việt")
	holds(t, w.told("an", 2), "tiếng Việt")
	w.says("an", "Is it true that drinking hot lemon water cures cancer, as my aunt says?")
	holds(t, w.told("an", 3), "Chưa ai kiểm chứng")
	w.says("an", "/en")
	holds(t, w.told("an", 4), "in English")
	w.says("an", "help")
	holds(t, w.told("an", 5), "forward a message you doubt")
	w.hear("an", intake.Arrived{Text: "  "})
	holds(t, w.told("an", 6), "We can read text")
	if n := len(allTips(t, w.d.App)); n != 1 {
		t.Errorf("%d tips, want one: commands are none", n)
	}
}

// Who asks what nobody has checked is offered an explainer whose words the
// message holds, in the language of the conversation; with an answer it is not.
func TestAnExplainerWhereNoCheckFits(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	e, err := w.d.Desk.SaveExplainer(t.Context(), w.checker, desk.Explainer{Words: []string{"Ung Thu"}, Sources: []desk.ExplainerSource{{URL: "https://example.org/", Title: "a"}},
		Texts: []desk.ExplainerText{{Lang: "vi", Title: "Thử thuốc thế nào", Summary: "b", Body: "c"}}})
	must(t, err)
	e, err = w.d.Desk.HandInExplainer(t.Context(), w.checker, e.ID, e.Version, false, nil)
	must(t, err)
	_, err = w.d.Desk.ApproveExplainer(t.Context(), w.editor, e.ID, desk.ExplainerHash(e.Pending))
	must(t, err)
	w.says("an", ofWater)
	said := w.told("an", 2)
	holds(t, said, "Chưa ai kiểm chứng")
	holds(t, said, "chuyển tiếp.\n\nTrong lúc chờ, bài này có thể giúp bạn: Thử thuốc thế nào\n"+w.d.Config.PublicURL+"/explainers/"+string(e.ID))
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	if said := w.told("an", 3); strings.Contains(said.Text, "Thử thuốc") {
		t.Errorf("offered with an answer: %s", said.Text)
	}
}

// A wrong automatic answer is recalled: the asker is told, the tip waits, and
// the same words are not answered by that check again.
func TestRecall(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", ofWater)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.says("binh", ofWater)
	w.told("binh", 2)
	var wrong desk.Tip
	for _, x := range allTips(t, w.d.App) {
		if x.Automatic() {
			wrong = x
		}
	}
	to, n, err := w.d.Desk.Recall(t.Context(), w.checker, claim, wrong.ID)
	must(t, err)
	if n != 1 || to.ID == claim || to.State != desk.ClaimOpen {
		t.Errorf("%d tips went to %+v", n, to)
	}
	w.d.Answers().Wake()
	holds(t, w.told("binh", 3), "Xin lỗi, chúng tôi đã gửi nhầm", "Mã tra cứu")
	w.says("chi", ofWater)
	holds(t, w.told("chi", 2), "Chưa ai kiểm chứng")
	if _, _, err := w.d.Desk.Recall(t.Context(), w.checker, claim, wrong.ID); err == nil {
		t.Error("recalled twice")
	}
	w.publish(to.ID, desk.RatingTrue, "Đúng là như vậy.")
	holds(t, w.told("binh", 4), "Đúng là như vậy.")
	w.silent("an", 3)
	sound(t, w.d.App)
}

// Closing a claim as not a factual claim tells its askers, neutrally and once.
func TestClosedIsToldOnce(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", "Zqđẹp: bức tranh này đẹp nhất thành phố của chúng ta đấy")
	w.told("an", 2)
	claim, _ := w.claimOf("Zqđẹp")
	_, err := w.d.Desk.Close(t.Context(), w.checker, claim, 0)
	must(t, err)
	holds(t, w.told("an", 3), "không kết luận đúng sai")
	_, err = w.d.Desk.Reopen(t.Context(), w.checker, claim, 0)
	must(t, err)
	_, err = w.d.Desk.Close(t.Context(), w.checker, claim, 0)
	must(t, err)
	w.silent("an", 3)
}

// Files that came with messages are kept with the tip; one that the platform
// has lost is left out, and the words still are a tip.
func TestFilesOfAConversation(t *testing.T) {
	w := newAnswersWorld(t, &loop{files: map[string]string{"one": "OggS\x00\x02" + strings.Repeat("\x00", 40)}})
	w.hear("an", intake.Arrived{Text: "Zqtiếng: nghe đoạn này xem có đúng không", Media: []intake.Media{
		{Kind: intake.MediaVoice, Type: "audio/ogg", Ref: []byte("gone")}, {Kind: intake.MediaVoice, Type: "audio/ogg", Ref: []byte("one")}}})
	w.told("an", 2)
	claim, _ := w.claimOf("Zqtiếng")
	v, err := w.d.Desk.ClaimPage(t.Context(), w.checker, claim)
	must(t, err)
	if !slices.ContainsFunc(v.Media, func(m desk.Media) bool { return m.Kind == desk.MediaVoice }) || len(v.Media) != 1 {
		t.Errorf("files of the claim: %+v", v.Media)
	}
}

// What is kept past its time, or waits for ever, is found.
func TestFsckFindsWhatIsKeptTooLong(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", ofWater)
	w.told("an", 2)
	sound(t, w.d.App)
	must(t, w.d.Stop()) // nobody erases
	must(t, w.d.Intake().Accept(t.Context(), intake.Arrived{Channel: "loop", ExtID: "late", Who: "binh", Kind: intake.KindMessage, Text: "Zq"}))
	w.clock.pass(200 * 24 * time.Hour)
	findings, _, err := w.d.Fsck(t.Context())
	must(t, err)
	for _, want := range []string{"1 deliveries wait since more than a day", "1 sealed addresses or deliveries are kept past their time", "The key askers-", "The key seal-"} {
		if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, want) }) {
			t.Errorf("not found: %s\n%v", want, findings)
		}
	}
}
