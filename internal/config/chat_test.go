package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/config"
)

func TestChatSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("700100200:AAE-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load("", env(map[string]string{"SOI_TELEGRAM_TOKEN": "@" + file, "SOI_WHATSAPP_TEMPLATES": "vi=soi_tra_loi/vi, en=soi_answer/en_US",
		"SOI_ZALO_MEDIA_HOSTS": ".zdn.vn, files.example", "SOI_ZALOBOT_WINDOW_HOURS": "48", "SOI_ZALO_OA_SECRET": "oa-secret-9"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	chat := c.Channels.Chat
	if chat.Telegram.Token != "700100200:AAE-secret" || chat.ZaloBot.Window != 48*time.Hour || chat.WhatsApp.Version != "v24.0" || chat.Zalo.ReplyBy != "both" || chat.Zalo.Unsigned {
		t.Errorf("%+v", chat)
	}
	if d := cmp.Diff(map[string][2]string{"vi": {"soi_tra_loi", "vi"}, "en": {"soi_answer", "en_US"}}, chat.WhatsApp.Templates); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{".zdn.vn", "files.example"}, chat.Zalo.MediaHosts); d != "" {
		t.Error(d)
	}
	printed := c.Print()
	if strings.Contains(printed, "AAE-secret") || strings.Contains(printed, "oa-secret-9") || !strings.Contains(printed, `whatsapp-templates = "vi=soi_tra_loi/vi,en=soi_answer/en_US"`) {
		t.Errorf("printed %s", printed)
	}
	for name, value := range map[string]string{"whatsapp-templates": "vi=soi", "zalo-media-hosts": "https://files.example", "whatsapp-media-hosts": "localhost", "zalobot-window-hours": "-1", "telegram-token": "@" + file + ".none"} {
		if _, err := config.Load("", env(nil), map[string]string{name: value}); !errors.Is(err, config.ErrInvalid) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}
