package monitor

import "strconv"

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Sentence says in plain words what was found, in Vietnamese for "vi" and in
// English otherwise.
func (f Finding) Sentence(lang string) string {
	vi, en := f.words()
	where := " (" + f.Path
	if f.Verdict != "" {
		where += ", " + f.Verdict
	}
	if f.What != "" {
		where += ", " + f.What
	}
	if where += ")."; lang == "vi" {
		return vi + where
	}
	return en + where
}

func (f Finding) words() (vi, en string) {
	switch f.Kind {
	case SiteUnreachable:
		return "Không đọc được trang, nên chưa biết gì thêm", "The page could not be read, so nothing more is known"
	case SiteRemoved:
		return "Sổ nói bài còn hiệu lực, nhưng trang web không còn cho xem", "The log says that the check is in force, and the site does not show it"
	case SiteChanged:
		return "Trang web hiện khác với văn bản đã ghi sổ", "The page differs from the logged document"
	case SiteInvented:
		return "Trang web nêu một bài mà sổ không biết", "The site lists a check that the log does not know"
	case SiteClaimReview:
		return "Dữ liệu cho máy đọc khác với văn bản đã ghi sổ", "The machine-readable form differs from the logged document"
	case SiteEnding:
		return "Sổ nói bài đã rút hoặc đã xóa, nhưng trang web không nói vậy", "The log says that the check was withdrawn or erased, and the site does not say so"
	case SiteOnePerson:
		return "Văn bản không có đủ hai người đứng sau", "Fewer than two people stand behind the document"
	case SiteFeed:
		return "Nguồn cấp tin khác với sổ", "The feed differs from the log"
	case SiteRuling:
		return "Kết quả giải quyết khiếu nại không hiện như đã ghi sổ", "A ruling is not shown as it was logged"
	case SiteChannel:
		return "Danh bạ kênh khác với sổ", "The register of channels differs from the log"
	case SiteSplit:
		return "Cùng một sổ, nhưng địa chỉ khác cho thấy lịch sử khác", "Another address shows another history of the same log"
	case SiteUnwitnessed:
		return "Chưa đủ bên chứng xác nhận mốc ký này", "Too few witnesses have confirmed the checkpoint"
	case SiteStale:
		return "Đã lâu không bên chứng nào xác nhận mốc ký", "No witness has confirmed the checkpoint for a long time"
	case SiteDocument:
		return "Văn bản nói khác với mục sổ của nó", "The document says something else than its entry"
	}
	return "Phát hiện không rõ loại", "Finding of an unknown kind"
}
