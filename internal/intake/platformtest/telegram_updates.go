package platformtest

import "fmt"

// who is how Telegram describes the person and the private chat of every update.
func telegramWho(chat int64) string {
	return fmt.Sprintf(`"from":{"id":%d,"is_bot":false,"first_name":"Trần Canary","last_name":"Canary-Ho","username":"canary_handle_7","language_code":"vi"},`+
		`"chat":{"id":%d,"first_name":"Trần Canary","last_name":"Canary-Ho","username":"canary_handle_7","type":"private"}`, chat, chat)
}

// TelegramMessage is an update with a message: body is what the message has
// beside who and when, as `"text":"xin chào"`.
func TelegramMessage(update, chat, message int64, body string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,%s,"date":1763800000,%s}}`, update, message, telegramWho(chat), body)
}

// TelegramText is an update with a text.
func TelegramText(update, chat, message int64, text string) string {
	return TelegramMessage(update, chat, message, `"text":`+quote(text))
}

// TelegramEdit is an update with the new text of an earlier message.
func TelegramEdit(update, chat, message int64, text string) string {
	return fmt.Sprintf(`{"update_id":%d,"edited_message":{"message_id":%d,%s,"date":1763800000,"edit_date":1763800060,"text":%s}}`, update, message, telegramWho(chat), quote(text))
}

// TelegramPress is an update with a pressed button.
func TelegramPress(update, chat int64, data string) string {
	return fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"press-%d",%s,"message":{"message_id":9001,"date":1763800000,`+
		`"chat":{"id":%d,"first_name":"Trần Canary","type":"private"},"text":"câu hỏi của bàn"},"chat_instance":"-77","data":%s}}`,
		update, update, telegramFrom(chat), chat, quote(data))
}

func telegramFrom(chat int64) string {
	return fmt.Sprintf(`"from":{"id":%d,"is_bot":false,"first_name":"Trần Canary","username":"canary_handle_7","language_code":"vi"}`, chat)
}

// TelegramMember is an update about the bot's place in a chat: status "kicked"
// in a private chat means that the person blocked the bot.
func TelegramMember(update, chat int64, kind, status string) string {
	return fmt.Sprintf(`{"update_id":%d,"my_chat_member":{"chat":{"id":%d,"title":"canary-title","first_name":"Trần Canary","type":%s},`+
		`"from":{"id":%d,"is_bot":false,"first_name":"Trần Canary"},"date":1763800000,"old_chat_member":{"user":{"id":1,"is_bot":true,"first_name":"soi"},"status":"member"},`+
		`"new_chat_member":{"user":{"id":1,"is_bot":true,"first_name":"soi"},"status":%s}}}`, update, chat, quote(kind), max(chat, -chat), quote(status))
}

// TelegramForwards are the four ways in which the API says where a message came
// from, and the older one.
func TelegramForwards() []string {
	return []string{
		`"forward_origin":{"type":"user","date":1763700000,"sender_user":{"id":5,"is_bot":false,"first_name":"Canary Xưa","username":"canary_origin_9"}},`,
		`"forward_origin":{"type":"hidden_user","date":1763700000,"sender_user_name":"Canary Xưa"},`,
		`"forward_origin":{"type":"chat","date":1763700000,"sender_chat":{"id":-100,"title":"canary-title","type":"supergroup"},"author_signature":"Canary Xưa"},`,
		`"forward_origin":{"type":"channel","date":1763700000,"chat":{"id":-100,"title":"canary-kênh","username":"canary_origin_9","type":"channel"},"message_id":3,"author_signature":"Canary Xưa"},`,
		`"forward_from":{"id":5,"is_bot":false,"first_name":"Canary Xưa"},"forward_date":1763700000,`,
	}
}

// TelegramBodies are messages of every kind that says something about somebody,
// by kind of message.
func TelegramBodies() map[string]string {
	return map[string]string{
		"photo": `"media_group_id":"137","photo":[{"file_id":"small","file_unique_id":"s","file_size":900,"width":90,"height":60},` +
			`{"file_id":"large","file_unique_id":"l","file_size":90000,"width":1280,"height":853}],"caption":"ảnh này thật không","caption_entities":[{"type":"text_link","offset":0,"length":3,"url":"https://tin.example/anh"}]`,
		"document": `"document":{"file_name":"canary-file-ảnh-nhà.pdf","mime_type":"application/pdf","file_id":"doc1","file_unique_id":"d","file_size":4000}`,
		"audio":    `"audio":{"duration":61,"performer":"Ca Sĩ Canary","title":"canary-title","file_name":"canary-giong.mp3","mime_type":"audio/mpeg","file_id":"aud1","file_unique_id":"a","file_size":5000}`,
		"voice":    `"voice":{"duration":7,"mime_type":"audio/ogg","file_id":"voc1","file_unique_id":"v","file_size":600}`,
		"video":    `"video":{"duration":12,"width":640,"height":360,"file_name":"canary-file-ảnh-nhà.pdf","mime_type":"video/mp4","file_id":"vid1","file_unique_id":"v","file_size":70000},"caption":"xem đi"`,
		"contact":  `"contact":{"phone_number":"84900111222","first_name":"Trần Canary","last_name":"Canary-Ho","user_id":5,"vcard":"BEGIN:VCARD\nFN:Trần Canary\nEND:VCARD"}`,
		"location": `"location":{"latitude":21.0285111,"longitude":105.8542111}`,
		"venue":    `"venue":{"location":{"latitude":21.0285111,"longitude":105.8542111},"title":"canary-title","address":"Ngõ Canary 12"},"location":{"latitude":21.0285111,"longitude":105.8542111}`,
		"mention":  `"text":"hỏi bạn ấy xem","entities":[{"type":"text_mention","offset":4,"length":6,"user":{"id":5,"is_bot":false,"first_name":"Canary Xưa"}},{"type":"text_link","offset":0,"length":3,"url":"https://tin.example/bai"}]`,
		"sticker":  `"sticker":{"width":512,"height":512,"emoji":"👍","set_name":"canary-title","file_id":"st1","file_unique_id":"st","type":"regular"}`,
		"reply":    `"text":"vẫn chưa rõ","reply_to_message":{"message_id":9001,"from":{"id":1,"is_bot":true,"first_name":"soi"},"chat":{"id":4242,"first_name":"Trần Canary","type":"private"},"date":1,"text":"Canary Xưa"}`,
		"business": `"text":"xin chào","sender_business_bot":{"id":9,"is_bot":true,"first_name":"Canary Xưa"},"via_bot":{"id":9,"is_bot":true,"first_name":"Canary Xưa","username":"canary_origin_9"}`,
	}
}
