package api

import "soi/internal/desk"

// said is a title and a sentence in both languages, "title|detail".
type said struct{ Vi, En string }

// sentence is one of them.
type sentence struct{ title, detail string }

// in is the sentence of a language.
func (s said) in(lang string) sentence {
	text := s.Vi
	if lang == "en" {
		text = s.En
	}
	for i := range len(text) {
		if text[i] == '|' {
			return sentence{text[:i], text[i+1:]}
		}
	}
	return sentence{title: text}
}

// words are the sentences of errors, by code. The first half says what
// happened, the second what to do.
func words() map[string]said {
	return map[string]said{
		"key":              {"Khóa không dùng được|Hãy gửi đúng một khóa còn hiệu lực trong Authorization: Bearer.", "The key is not good|Send exactly one key that is in use, as Authorization: Bearer."},
		"type":             {"Không phải JSON|Hãy gửi Content-Type: application/json.", "Not JSON|Send Content-Type: application/json."},
		"json":             {"Không đọc được nội dung|Nội dung phải là một đối tượng JSON đúng như mô tả, không có trường lạ.", "The body cannot be read|It has to be one JSON object as described, without other members."},
		"too-large":        {"Nội dung quá lớn|Một tin có nhiều nhất 20.000 ký tự; cả yêu cầu nhiều nhất 256 KB.", "The body is too large|A tip has at most 20,000 characters, a request at most 256 KB."},
		"idempotency-key":  {"Thiếu Idempotency-Key|Mỗi tin cần một giá trị riêng dài 8 đến 200 ký tự ASCII, giữ nguyên khi gửi lại.", "Idempotency-Key is missing|Each tip needs a value of its own, 8 to 200 characters of ASCII, the same when it is sent again."},
		"idempotency-text": {"Idempotency-Key đã dùng cho tin khác|Tin trước được giữ nguyên. Hãy dùng giá trị mới cho tin này.", "The Idempotency-Key brought another text before|That tip stands as it was. Use a new value for this one."},
		"limit":            {"Khóa này đã gửi đủ số tin trong giờ|Hãy đợi theo Retry-After rồi gửi lại; chưa có gì bị mất.", "This key has brought its tips for the hour|Wait as Retry-After says and send again; nothing is lost."},
		"query":            {"Tham số không dùng được|Hãy xem bản mô tả: tên chủ đề, kết luận, số lượng và con trỏ trang có dạng riêng.", "A parameter is not usable|See the description: topics, ratings, numbers and cursors have their forms."},
		"method":           {"Không có cách gọi này|Xem Allow và bản mô tả.", "There is no such method here|See Allow and the description."},
		"not-found":        {"Không tìm thấy|Mã tra cứu hoặc địa chỉ không đúng.", "Not found|The ticket code or the address is not right."},
		"forbidden":        {"Không được phép|Khóa này không được làm việc đó.", "Not permitted|This key may not do that."},
		"conflict":         {"Đã có thay đổi|Hãy lấy lại trạng thái rồi thử lại.", "Something changed meanwhile|Ask for the state again and try again."},
		"state":            {"Không làm được lúc này|Hãy lấy lại trạng thái của tin.", "Not possible in this state|Ask for the state of the tip again."},
		"invalid":          {"Tin chưa hợp lệ|Hãy xem bản mô tả rồi sửa lại.", "The tip breaks a rule|See the description and correct it."},
		"full":             {"Máy chủ hết chỗ|Chưa có gì được lưu. Hãy gửi lại sau.", "The server has no room|Nothing was stored. Send it again later."},
		"busy":             {"Máy chủ đang bận|Chưa có gì được lưu. Hãy gửi lại sau vài giây.", "The server is busy|Nothing was stored. Send it again in a few seconds."},
		"erased":           {"Nội dung đã được xóa|Thời hạn lưu đã hết.", "The content was erased|Its time of keeping is over."},
		"internal":         {"Có lỗi bên chúng tôi|Chúng tôi xin lỗi. Hãy gửi lại với cùng Idempotency-Key; tin sẽ không bị ghi hai lần.", "Something failed on our side|We are sorry. Send it again with the same Idempotency-Key; it will not be taken in twice."},

		string(desk.TextEmpty):   {"Tin không có chữ|Hãy gửi nội dung muốn hỏi trong text.", "The tip has no text|Send what is asked about in text."},
		string(desk.TextTooLong): {"Tin quá dài|Một tin có nhiều nhất 20.000 ký tự.", "The tip is too long|A tip has at most 20,000 characters."},
		string(desk.BadChoice):   {"Lựa chọn không có trong danh sách|Hãy dùng key của một mục trong options, hoặc chuỗi rỗng.", "Not one of the options|Use the key of one of the options, or an empty text."},
		string(desk.BadLink):     {"Đường dẫn không hợp lệ|Mỗi đường dẫn phải bắt đầu bằng http:// hoặc https://.", "A link is not usable|Each has to begin with http:// or https://."},
	}
}
