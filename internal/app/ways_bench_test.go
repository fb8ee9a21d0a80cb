package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/smtp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// BenchmarkTipsBy measures tips by the ways that are no web form and no chat, eight
// at a time: the API from request to answer, and mail from the listener's greeting
// to its acknowledgement. Both are on disk before they are acknowledged.
func BenchmarkTipsBy(b *testing.B) {
	b.Run("API", tipsByAPI)
	b.Run("mail", tipsByMail)
}

func tipsByAPI(b *testing.B) {
	s := apptest.Start(b, apptest.Options{Demo: true})
	key, err := s.MakeAPIKey(b.Context(), desk.Program(), "Bench", desk.MaxPerHour, "")
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var n atomic.Int64
	measured(b, "tips/s", func() {
		i := n.Add(1)
		body, _ := json.Marshal(map[string]string{"text": fmt.Sprintf("Điều thứ %d về cây cầu số %d có đúng không?", i, i)})
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.URL+"/api/v1/tips", strings.NewReader(string(body)))
		if err != nil {
			b.Error(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+key.Key)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", fmt.Sprintf("bench-%08d", i))
		resp, err := client.Do(r)
		if err != nil {
			b.Error(err)
			return
		}
		if _ = resp.Body.Close(); resp.StatusCode >= 300 {
			b.Errorf("status %d", resp.StatusCode)
		}
	})
}

func tipsByMail(b *testing.B) {
	listen := apptest.FreePort(b)
	apptest.Start(b, apptest.Options{Demo: true, Settings: map[string]string{"mail-from": "tips@desk.example", "mail-listen": "smtp://" + listen}})
	apptest.Wait(b, "the listener", func(context.Context) bool {
		c, err := smtp.Dial(listen)
		return err == nil && c.Quit() == nil
	})
	lines := sync.Pool{}
	var n atomic.Int64
	measured(b, "tips/s", func() {
		i := n.Add(1)
		c, kept := lines.Get().(*smtp.Client)
		if !kept {
			var err error
			if c, err = smtp.Dial(listen); err != nil {
				b.Error(err)
				return
			}
		}
		if err := mailOne(c, i); err != nil {
			b.Error(err)
			return
		}
		lines.Put(c)
	})
}

// mailOne hands over one mail of a person of its own.
func mailOne(c *smtp.Client, i int64) error {
	if err := c.Mail(fmt.Sprintf("p%d@mail.example", i)); err != nil {
		return err
	}
	if err := c.Rcpt("tips@desk.example"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "From: p%d@mail.example\r\nMessage-ID: <b%d@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nĐiều thứ %d về cây cầu số %d có đúng không?\r\n", i, i, i, i)
	if err != nil {
		return err
	}
	return w.Close()
}
