package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// TestALetterAndItsAnswerByMail: a question goes out by the relay with a
// personal link; a reply comes in by mail, twice, waits for staff at its
// request, and nothing that the program writes holds who sent it.
func TestALetterAndItsAnswerByMail(t *testing.T) {
	w := newMailWorld(t)
	ctx := t.Context()
	editor := desk.As(w.d.Member(t, "Editor of letters", desk.Editor))
	b, err := w.d.Desk.SaveBody(ctx, editor, desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Y tế"}), Kind: desk.BodyAgency, Mail: "vanphong@soyte.example", Lang: "vi"})
	must(t, err)
	sum := sha256.Sum256([]byte("x"))
	got, err := w.d.Desk.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: "1", Text: "Nước máy có độc", Folded: sum[:], Lang: "vi", Decision: "new"})
	must(t, err)
	id := desk.NewID()
	r, err := w.d.Desk.AskBody(ctx, editor, desk.NewRequest{ID: id, Claim: got.Claim.ID, Body: b.ID, Question: "Nước máy có độc không?", Plan: "Sở chưa trả lời.", Link: sum[:]})
	must(t, err)
	apptest.Wait(t, "the letter", func(context.Context) bool { return len(w.relay.sent()) == 1 })
	letter := w.relay.sent()[0]
	text := plainOf(t, letter.raw)
	if letter.to != b.Mail || !strings.Contains(text, "Nước máy có độc không?") || !regexp.MustCompile(`/vi/r/[A-Za-z0-9_-]{43}\s`).MatchString(text) {
		t.Errorf("to %s:\n%s", letter.to, text)
	}
	if link := regexp.MustCompile(`/vi/r/([A-Za-z0-9_-]{43})`).FindStringSubmatch(text); link != nil {
		if n := grepData(t, w.d.Config.Data, link[1]); n != 0 {
			t.Errorf("the link stands in %d files of the desk", n)
		}
	}
	apptest.Wait(t, "the deadline", func(ctx context.Context) bool {
		v, err := w.d.Desk.RequestView(ctx, editor, r.ID)
		return err == nil && v.Stand == desk.StandWaiting
	})
	messageID := regexp.MustCompile(`(?i)message-id: (<[^>]+>)`).FindStringSubmatch(letter.raw)
	if messageID == nil {
		t.Fatalf("no id:\n%s", letter.raw)
	}
	for range 2 {
		c, err := smtp.Dial(w.listen)
		must(t, err)
		must(t, c.SendMail("canary.bounce@canary.example", []string{"tips@desk.example"}, strings.NewReader(fmt.Sprintf(
			"From: Trần Canary <canary.handle7@soyte.example>\r\nTo: tips@desk.example\r\nSubject: Re: x\r\nMessage-ID: <reply-1@soyte.example>\r\nIn-Reply-To: %s\r\n"+
				"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNước máy đạt chuẩn, xin xem kết quả.\r\n", messageID[1]))))
		must(t, c.Quit())
	}
	var v desk.RequestView
	apptest.Wait(t, "the answer", func(ctx context.Context) bool {
		v, err = w.d.Desk.RequestView(ctx, editor, r.ID)
		return err == nil && len(v.Answers) > 0
	})
	if len(v.Answers) != 1 || v.Answers[0].State != desk.AnswerWaiting || v.Answers[0].Own || !strings.Contains(v.Answers[0].Text, "đạt chuẩn") {
		t.Errorf("answers %+v", v.Answers)
	}
	if n := grepData(t, w.d.Config.Data, "canary.handle7"); n != 0 {
		t.Errorf("the address of who replied stands in %d files", n)
	}
	if strings.Contains(string(w.logged.bytes()), "canary.handle7") || strings.Contains(string(w.logged.bytes()), "đạt chuẩn") {
		t.Error("the log holds who replied, or what")
	}
}

// grepData counts the files of a data folder that hold a text.
func grepData(t *testing.T, dir, text string) (n int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && bytes.Contains(b, []byte(text)) { // folders are no files
			n++
		}
	}
	return n
}
