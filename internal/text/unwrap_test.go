package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnwrap(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Forwarded many times\nUống nước chanh chữa ung thư", "Uống nước chanh chữa ung thư"},
		{"Đã chuyển tiếp nhiều lần\n\nBão số 9 vào Huế", "Bão số 9 vào Huế"},
		{"---------- Forwarded message ---------\nFrom: A B <a@b.c>\nDate: Mon, Nov 2\nSubject: Fwd: Bleach cures flu\nTo: me\n\nDrink it daily", "Bleach cures flu\n\nDrink it daily"},
		{"Divest now. — Some Body (@somebody) January 6, 2020", "Divest now."},
		{"[12/11/2026, 09:30] Bà Tư: Ngân hàng đóng cửa", "Ngân hàng đóng cửa"},
		{"Ngân hàng đóng cửa. Chia sẻ gấp cho mọi người cùng biết!", "Ngân hàng đóng cửa."},
		{"KHẨN!!! Nước nhiễm độc ở Huế. Hãy chuyển tiếp cho người thân trước khi bị xóa.", "Nước nhiễm độc ở Huế."},
		{"Please share this before it is deleted! The bank closes on Monday.", "The bank closes on Monday."},
		{"Please share", "Please share"},
		{"Ngân hàng chia sẻ dữ liệu khách hàng cho công ty quảng cáo.", "Ngân hàng chia sẻ dữ liệu khách hàng cho công ty quảng cáo."},
		{"Tom &amp; Jerry https://t.co/abc pic.twitter.com/xyz end", "Tom & Jerry     end"},
		{"To: be or not", "To: be or not"},
	} {
		got := Unwrap(c.in).Body
		if diff := cmp.Diff(strings.Fields(c.want), strings.Fields(got)); diff != "" {
			t.Errorf("%q:\n%s", c.in, diff)
		}
	}
	if got := Unwrap("a https://A.vn/x?utm_source=1 b").Links; len(got) != 1 || Link(got[0]) != "a.vn/x" {
		t.Errorf("links %q", got)
	}
}
