package desk

// builtIn is the checklist the program comes with for one kind of claim.
func builtIn(list string) []Step {
	if steps := stepsByForm()[list]; steps != nil {
		return steps
	}
	return stepsByHarm()[list]
}

// stepsByForm are the lists for what a claim is made of.
func stepsByForm() map[string][]Step {
	return map[string][]Step{
		"any": {
			{"one-statement", "Câu cần kiểm chứng chỉ nói một điều, và có thể chứng minh đúng hay sai.", "The claim says one thing, and evidence can settle it."},
			{"first-seen", "Đã tìm xem điều này xuất hiện lần đầu ở đâu, khi nào.", "I looked for where and when this first appeared."},
			{"primary", "Đã đọc nguồn gốc, không chỉ bài nói về nguồn gốc.", "I read the primary source, not only what was written about it."},
			{"against", "Đã tìm bằng chứng ngược với điều mình đang nghĩ.", "I looked for evidence against what I think is true."},
			{"body", "Đã hỏi cơ quan, tổ chức liên quan, hoặc nêu lý do không hỏi.", "The body concerned was asked, or there is a reason why not."},
			{"unknown", "Đã ghi điều gì còn chưa biết.", "What is not known is written down."},
		},
		"picture": {
			{"older", "Đã tìm xem ảnh hay video có từ trước sự việc không.", "I looked whether the picture or video is older than the event."},
			{"place", "Đã so nơi chụp: biển hiệu, công trình, bóng nắng, thời tiết.", "I compared the place: signs, buildings, shadows, weather."},
			{"whole", "Đã tìm bản đầy đủ, chưa cắt, rõ nhất.", "I looked for the whole, uncut and sharpest version."},
			{"made", "Đã xem dấu hiệu ghép hoặc do máy tạo ra.", "I looked for signs that it was edited or generated."},
			{"words-fit", "Lời kèm theo nói đúng điều ảnh cho thấy.", "The words beside it say what the picture shows."},
		},
		"number": {
			{"origin", "Đã tìm bảng số liệu gốc và năm của số liệu.", "I found the table the figure comes from, and its year."},
			{"share", "Đã biết con số này là trên tổng số nào.", "I know out of how many the figure is."},
			{"compare", "Hai con số đem so cùng cách tính, cùng thời kỳ.", "Figures that are compared were counted the same way over the same time."},
			{"again", "Đã tự tính lại.", "I worked it out again myself."},
		},
		"quotation": {
			{"said", "Đã tìm nơi câu này được nói hoặc viết lần đầu.", "I found where the words were first said or written."},
			{"whole-saying", "Đã đọc cả đoạn trước và sau.", "I read what stands before and after."},
			{"translation", "Nếu là câu dịch, đã so với nguyên văn.", "If it is a translation, I compared it with the original."},
			{"office", "Chỉ nêu chức trách nói câu đó, không nêu tên người ngoài cuộc.", "Only the office that spoke is named, nobody who is not concerned."},
		},
	}
}

// stepsByHarm are the lists for what a claim may do, and for its topic.
func stepsByHarm() map[string][]Step {
	return map[string][]Step{
		"health": {
			{"people", "Nghiên cứu làm trên người hay trên tế bào, động vật.", "Whether the study was of people, or of cells or animals."},
			{"dose", "Liều lượng và cách dùng giống trong lời khẳng định.", "Dose and use are those of the claim."},
			{"review", "Đã tìm tổng quan hệ thống hoặc hướng dẫn của cơ quan y tế.", "I looked for a systematic review or the guidance of a health body."},
			{"danger", "Bài nói rõ nếu làm theo thì có hại gì.", "The text says what harm comes of following it."},
			{"care", "Bài nói nên hỏi ai: cơ sở y tế, số điện thoại chính thức.", "The text says whom to ask: a health service, an official number."},
		},
		"money": {
			{"register", "Đã tra đăng ký kinh doanh hoặc giấy phép của tổ chức.", "I looked the organisation up in the register of companies or licences."},
			{"address", "Đã so địa chỉ trang, số điện thoại với trang chính thức.", "I compared addresses and numbers with the official ones."},
			{"asks-for", "Đã nêu tin này muốn người đọc làm gì: chuyển tiền, mã OTP, thông tin.", "I wrote down what it wants from people: money, a code, their data."},
			{"lost", "Bài nói người đã lỡ làm theo cần làm gì ngay.", "The text says what to do at once for those who followed it."},
		},
		"safety": {
			{"now", "Đã hỏi nơi có trách nhiệm xem việc này có đang xảy ra không.", "I asked those in charge whether this is happening now."},
			{"where", "Đã biết nơi nào, từ khi nào đến khi nào.", "I know where, from when and until when."},
			{"advice", "Bài lặp lại lời khuyên chính thức, không tự khuyên.", "The text repeats official advice and gives none of its own."},
		},
		"panic": {
			{"calm", "Tiêu đề nói điều đúng, không nhắc lại điều gây sợ.", "The headline says what is true and does not repeat what frightens."},
			{"scale", "Đã cho biết mức độ: bao nhiêu người, ở đâu.", "The text says how large it is: how many, where."},
			{"old", "Đã tìm xem đây có phải tin cũ quay lại không.", "I looked whether this is an old story that came back."},
		},
		"disaster": {
			{"warning", "Đã đọc bản tin mới nhất của cơ quan khí tượng, phòng chống thiên tai.", "I read the newest bulletin of the weather and disaster services."},
			{"time", "Mọi con số đều có giờ: số liệu đổi từng giờ.", "Every figure has its hour: they change by the hour."},
			{"picture-old", "Ảnh và video không phải của trận khác.", "Pictures and videos are not of another disaster."},
			{"again-soon", "Đã đặt hạn xem lại bài.", "A time to look at the text again is set."},
		},
		"science": {
			{"published", "Bài báo khoa học đã qua bình duyệt hay mới là bản thảo.", "Whether the paper was peer-reviewed or is a preprint."},
			{"paid", "Đã nêu ai trả tiền cho nghiên cứu.", "Who paid for the study is written down."},
			{"others", "Đã tìm nghiên cứu khác cho kết quả khác.", "I looked for studies that found something else."},
			{"says-less", "Nghiên cứu nói đúng điều bài viết, không nói ít hơn.", "The study says as much as the text does, not less."},
		},
	}
}
