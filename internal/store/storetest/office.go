package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

func office(t *testing.T, open func(*testing.T) Store) {
	mk := func(name string, r desk.Role) desk.Staff {
		return desk.Staff{ID: desk.NewID(), Name: name, Role: r, Lang: "vi", Created: noon}
	}
	set := func(t *testing.T, s Store, p desk.Staff) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStaff(ctx, p) })
	}
	list := func(t *testing.T, s Store) []desk.Staff {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Staff, error) { return tx.Staff(ctx) })
	}
	t.Run("staff", func(t *testing.T) {
		s := open(t)
		same(t, "nobody", []desk.Staff{}, list(t, s))
		b, a, c := mk("bình", desk.Checker), mk("An", desk.Admin), mk("Chi", desk.Auditor)
		for _, p := range []desk.Staff{b, a, c} {
			set(t, s, p)
		}
		same(t, "by name", []desk.Staff{a, b, c}, list(t, s))
		b.Disabled, b.Role, b.Lang, b.Name = noon.Add(time.Hour), desk.Editor, "en", "Bình Minh"
		set(t, s, b)
		same(t, "changed", []desk.Staff{a, b, c}, list(t, s))
		b.Disabled = time.Time{}
		set(t, s, b)
		same(t, "back", []desk.Staff{a, b, c}, list(t, s))
	})
	t.Run("names are unique without regard to case", func(t *testing.T) {
		s := open(t)
		d := mk("Đặng Thị Ứng", desk.Editor)
		set(t, s, d)
		for _, name := range []string{"Đặng Thị Ứng", "đặng thị ứng", "ĐẶNG THỊ ỨNG", "đẶNG  thị Ứng"} {
			refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetStaff(ctx, mk(name, desk.Checker)) })
		}
		other := mk("Dang Thi Ung", desk.Checker) // without marks it is another name
		set(t, s, other)
		other.Name = "đặng thị ứng"
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetStaff(ctx, other) })
		d.Name = "ĐẶNG thị ứng" // one's own name may change its case
		set(t, s, d)
		write(t, s, func(ctx context.Context, tx desk.Tx) error { // and the transaction goes on
			isKind(t, "SetStaff", tx.SetStaff(ctx, mk("đặng thị ứng", desk.Checker)), desk.ErrDuplicate)
			return tx.SetSetting(ctx, "a", "b")
		})
	})
	t.Run("a role outside the list is refused", func(t *testing.T) {
		s := open(t)
		if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetStaff(t.Context(), mk("x", "chief")) }); err == nil {
			t.Error("the database took the role chief")
		}
	})
	t.Run("settings", func(t *testing.T) {
		s := open(t)
		value := func(key string) string {
			return get(t, s, func(ctx context.Context, tx desk.Tx) (string, error) { return tx.Setting(ctx, key) })
		}
		same(t, "never set", "", value("site.name"))
		for _, v := range []string{"Phòng kiểm chứng", "", "x"} {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "site.name", v) })
			same(t, "setting", v, value("site.name"))
		}
		same(t, "another", "", value("Site.name"))
	})
}

// words checks that text comes back as it went in.
func words(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	for _, text := range []string{
		"Bộ Y tế: “5K” vẫn cần thiết", "Bo\u0302\u0323 Y te\u0302\u0301", "中文 العربية עברית ไทย", "👩🏽‍⚕️🇻🇳", "'; DROP TABLE tip; --",
		"a\r\nb\tc", "\u200bzero\ufeff", "$1 ? :x @y", `{"a":"\u0000"}`, " spaces ", "\U0010ffff", "%_\\",
	} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, text, text) })
		got := get(t, s, func(ctx context.Context, tx desk.Tx) (string, error) { return tx.Setting(ctx, text) })
		same(t, "setting", text, got)
	}
	for _, text := range []string{"zero\x00byte", "broken \xff\xfe", "half \xc3"} {
		refuse(t, s, desk.ErrInvalid, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "a", text) })
	}
}
