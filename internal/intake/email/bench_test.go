package email

import "testing"

// BenchmarkRead reads a mail as phones send it: two alternatives and a picture of a megabyte.
func BenchmarkRead(b *testing.B) {
	plain := "Content-Type: text/plain; charset=utf-8\n\n" + vietnamese + "\n\nTrân trọng,\nNguyễn Canary"
	html := "Content-Type: text/html; charset=utf-8\n\n<p>" + vietnamese + "</p>"
	large := "Content-Type: image/png\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n" + picture(1<<20)
	raw := []byte(build(multipart("mixed", "Content-Type: multipart/alternative; boundary=in\n\n--in\n"+plain+"\n--in\n"+html+"\n--in--", large)))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if m := Read(raw, desk()); m.Text != vietnamese || len(m.Media) != 1 {
			b.Fatalf("%q, %d media", m.Text, len(m.Media))
		}
	}
}

// BenchmarkReadText reads a mail of words alone.
func BenchmarkReadText(b *testing.B) {
	raw := []byte(letter(vietnamese+"\n\nVào 07:00, CN, 22 thg 11, 2026 Lê Canary <le@mail.example> đã viết:\n> Canary", plainUTF8))
	for b.Loop() {
		if m := Read(raw, desk()); m.Text != vietnamese {
			b.Fatal(m.Text)
		}
	}
}
