package platformtest

import (
	"fmt"
	"strings"
)

// WhatsAppNotification puts messages and statuses about one person into the
// body of a notification. scoped is the person's business-scoped id, number the
// phone number, which is missing for people who hide it.
func WhatsAppNotification(scoped, number string, messages, statuses []string) string {
	return whatsAppBody(WhatsAppNumber, scoped, number, messages, statuses)
}

// WhatsAppForeign is a notification about another business number of the same app.
func WhatsAppForeign(messages ...string) string {
	return whatsAppBody("999999999999999", "VN.1", "", messages, nil)
}

func whatsAppBody(account, scoped, number string, messages, statuses []string) string {
	contact := `"profile":{"name":"Trần Canary","username":"canary_handle_7"}`
	if number != "" {
		contact += fmt.Sprintf(`,"wa_id":%q`, number)
	}
	if scoped != "" {
		contact += fmt.Sprintf(`,"user_id":%q,"parent_user_id":"canary.parent.77"`, scoped)
	}
	v := fmt.Sprintf(`"messaging_product":"whatsapp","metadata":{"display_phone_number":"canary-display-số-bàn","phone_number_id":%q},"contacts":[{%s}]`, account, contact)
	if len(messages) > 0 {
		v += `,"messages":[` + strings.Join(messages, ",") + `]`
	}
	if len(statuses) > 0 {
		v += `,"statuses":[` + strings.Join(statuses, ",") + `]`
	}
	return fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{%s},"field":"messages"}]}]}`, v)
}

// WhatsAppMessage is one message: kind and body as in `"text"`, `"text":{"body":"xin chào"}`.
func WhatsAppMessage(id, scoped, number, kind, body string) string {
	m := fmt.Sprintf(`"id":%q,"timestamp":"1763800000","type":%q`, id, kind)
	if number != "" {
		m += fmt.Sprintf(`,"from":%q`, number)
	}
	if scoped != "" {
		m += fmt.Sprintf(`,"from_user_id":%q`, scoped)
	}
	if body != "" {
		m += "," + body
	}
	return "{" + m + "}"
}

// WhatsAppText is the notification of one text of somebody who hides the number.
func WhatsAppText(id, scoped, text string) string {
	return WhatsAppNotification(scoped, "", []string{WhatsAppMessage(id, scoped, "", "text", `"text":{"body":`+quote(text)+`}`)}, nil)
}

// WhatsAppPress is the notification of a pressed button or a chosen row.
func WhatsAppPress(id, scoped, under, data string) string {
	body := fmt.Sprintf(`"context":{"from":"84900111222","id":%q},"interactive":{"type":"button_reply","button_reply":{"id":%s,"title":"Có"}}`, under, quote(data))
	return WhatsAppNotification(scoped, "", []string{WhatsAppMessage(id, scoped, "", "interactive", body)}, nil)
}

// WhatsAppStatus is a status of a message of ours; code is an error's, 0 for none.
func WhatsAppStatus(id, status string, code int) string {
	s := fmt.Sprintf(`{"id":%q,"status":%q,"timestamp":"1763800100","recipient_id":"84900111222","recipient_user_id":"VN.1","conversation":{"id":"c","origin":{"type":"service"}}`, id, status)
	if code != 0 {
		s += fmt.Sprintf(`,"errors":[{"code":%d,"title":"canary-title","message":"m","error_data":{"details":"Trần Canary"}}]`, code)
	}
	return s + "}"
}

// WhatsAppBodies are messages of every kind, by type; those that say something
// about somebody have planted texts there.
func WhatsAppBodies() map[string]string {
	return map[string]string{
		"text":        `"text":{"body":"nước chanh chữa bệnh"},"context":{"forwarded":true}`,
		"image":       `"image":{"caption":"ảnh này thật không","mime_type":"image/jpeg","sha256":"x","id":"2754859441498128","url":"https://evil.example/canary-avatar"},"context":{"frequently_forwarded":true}`,
		"video":       `"video":{"mime_type":"video/mp4","sha256":"x","id":"11"}`,
		"audio":       `"audio":{"mime_type":"audio/ogg; codecs=opus","sha256":"x","id":"12","voice":true}`,
		"document":    `"document":{"filename":"canary-file-ảnh-nhà.pdf","caption":"giấy này","mime_type":"application/pdf","sha256":"x","id":"13"}`,
		"sticker":     `"sticker":{"mime_type":"image/webp","sha256":"x","id":"14","animated":false}`,
		"location":    `"location":{"latitude":21.0285111,"longitude":105.8542111,"name":"canary-title","address":"Ngõ Canary 12"}`,
		"contacts":    `"contacts":[{"name":{"formatted_name":"Canary Xưa","first_name":"Canary Xưa"},"phones":[{"phone":"0900111222","wa_id":"84900111222","type":"HOME"}],"vcard":"BEGIN:VCARD"}]`,
		"order":       `"order":{"catalog_id":"1","text":"canary-title","product_items":[]}`,
		"unsupported": `"errors":[{"code":131051,"title":"Message type unknown","message":"canary-title"}]`,
		"hologram":    `"hologram":{"name":"Canary Xưa"}`,
		"reaction":    `"reaction":{"message_id":"wamid.x","emoji":"👍"}`,
		"system":      `"system":{"body":"Trần Canary changed from 84900111222 to 0900111222","wa_id":"0900111222","type":"user_changed_number"}`,
		"referral":    `"text":{"body":"hỏi từ quảng cáo"},"referral":{"source_url":"https://fb.example/canary-kênh","headline":"canary-title","body":"Canary Xưa"}`,
	}
}
