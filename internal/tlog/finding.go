package tlog

import (
	"errors"
	"fmt"
)

// FindingKind says what an audit found.
type FindingKind string

// The kinds of finding. All but FindUnreachable are evidence of misbehaviour or
// damage on the log's side.
const (
	FindUnreachable FindingKind = "unreachable"      // could not be asked; nothing is known
	FindCheckpoint  FindingKind = "checkpoint"       // signed text is no checkpoint
	FindSignature   FindingKind = "signature"        // not signed by the expected key
	FindKey         FindingKind = "key"              // signed by a key that the log does not name
	FindRollback    FindingKind = "rollback"         // shorter than it was
	FindFork        FindingKind = "fork"             // another history than it was
	FindMissing     FindingKind = "missing"          // a tile or bundle is not served
	FindBundle      FindingKind = "bundle"           // entries cannot be read
	FindEntry       FindingKind = "entry"            // an entry is not the one that was hashed
	FindTile        FindingKind = "tile"             // a tile does not follow from the entries
	FindRoot        FindingKind = "root"             // the signed root does not follow from the entries
	FindRule        FindingKind = "rule"             // an entry breaks a rule of the log
	FindDocMissing  FindingKind = "document-missing" // and no erase entry says why
	FindDocChanged  FindingKind = "document-changed" // other bytes than were logged
	FindSuccession  FindingKind = "succession"       // a log that follows says something else than the one it follows
	FindSucceeded   FindingKind = "succeeded"        // another log follows, and the trusted key cannot vouch for it
)

// FindingKinds are all kinds of finding.
func FindingKinds() []FindingKind {
	return []FindingKind{FindUnreachable, FindCheckpoint, FindSignature, FindKey, FindRollback, FindFork, FindMissing, FindBundle,
		FindEntry, FindTile, FindRoot, FindRule, FindDocMissing, FindDocChanged, FindSuccession, FindSucceeded}
}

// Finding is one thing that an audit found.
type Finding struct {
	Kind    FindingKind
	Path    string // file concerned, under the log's address
	Index   int64  // entry concerned; -1 when it is not about one
	Verdict string // verdict concerned; empty when it is not about one
	Rev     int64  // its revision
	Cause   error  // for the program's log, never for a reader
}

// Sentence says in plain words what was found, in Vietnamese for "vi" and in
// English otherwise.
func (f Finding) Sentence(lang string) string {
	vi, en := f.words()
	if rvi, ren := ruleWords(f.Cause); f.Kind == FindRule && ren != "" {
		vi, en = vi+": "+rvi, en+": "+ren
	}
	where := func(entry, verdict, file string) string {
		switch {
		case f.Verdict != "":
			return fmt.Sprintf(verdict, f.Index, f.Verdict, f.Rev)
		case f.Index >= 0:
			return fmt.Sprintf(entry, f.Index)
		}
		return fmt.Sprintf(file, f.Path)
	}
	if lang == "vi" {
		return vi + where(" (mục sổ %d).", " (mục sổ %d, bài %s, bản %d).", " (%s).")
	}
	return en + where(" (entry %d).", " (entry %d, verdict %s, revision %d).", " (%s).")
}

func (f Finding) words() (vi, en string) {
	switch f.Kind {
	case FindUnreachable:
		return "Không đọc được sổ, nên chưa biết gì thêm", "The log could not be read, so nothing more is known"
	case FindCheckpoint:
		return "Mốc ký không đúng dạng", "The signed checkpoint is malformed"
	case FindSignature:
		return "Mốc ký không mang chữ ký của khóa đang tin", "The checkpoint is not signed by the trusted key"
	case FindKey:
		return "Mốc ký dùng một khóa mà sổ không nêu", "The checkpoint is signed by a key that the log does not name"
	case FindRollback:
		return "Sổ ngắn hơn lần trước: có mục đã biến mất", "The log is shorter than before: an entry is gone"
	case FindFork:
		return "Sổ khác với lần trước: một mục cũ đã bị thay", "The log differs from before: an old entry was replaced"
	case FindMissing:
		return "Thiếu một phần của sổ đã ký", "A part of the signed log is missing"
	case FindBundle:
		return "Không đọc được các mục sổ ở đây", "The entries here cannot be read"
	case FindEntry:
		return "Mục sổ không phải là mục đã được băm khi ghi", "The entry is not the one that was hashed when it was logged"
	case FindTile:
		return "Bảng băm không khớp với các mục sổ", "A tile of hashes does not fit the entries"
	case FindRoot:
		return "Các mục sổ không cho ra gốc đã ký", "The entries do not give the signed root"
	case FindRule:
		return "Mục sổ vi phạm quy tắc của sổ", "The entry breaks a rule of the log"
	case FindDocMissing:
		return "Văn bản gốc đã biến mất mà không có mục xóa", "The document is gone and no erase entry says why"
	case FindDocChanged:
		return "Văn bản gốc không phải là văn bản đã ghi sổ", "The document is not the one that was logged"
	case FindSuccession:
		return "Sổ kế tiếp không giữ nguyên mục của sổ trước", "The log that follows does not carry an entry of the earlier one over as it was"
	case FindSucceeded:
		return "Nơi này đã mở sổ kế tiếp với khóa khác. Hãy so khóa mới với một nguồn khác, rồi kiểm bằng khóa ấy", "The desk has begun another log, with another key. Compare that key with one from another place, then check with it"
	}
	return "Phát hiện không rõ loại", "Finding of an unknown kind"
}

// sentence pairs an error kind with what a person is told.
type sentence struct {
	kind   error
	vi, en string
}

func say(err error, table []sentence) (vi, en string) {
	for _, s := range table {
		if errors.Is(err, s.kind) {
			return s.vi, s.en
		}
	}
	return "", ""
}

// ruleWords says which rule an entry breaks.
func ruleWords(err error) (vi, en string) {
	return say(err, []sentence{
		{ErrForm, "không đúng dạng", "it is malformed"},
		{ErrFirst, "mục đầu tiên phải mở sổ, và chỉ mục đầu tiên", "the first entry must open the log, and only the first"},
		{ErrForeignKey, "khóa thuộc về sổ khác", "its key belongs to another log"},
		{ErrClosed, "sổ đã đóng trước đó", "the log was closed before it"},
		{ErrTimeBack, "thời gian đi lùi", "time goes back"},
		{ErrRev, "số bản không nối tiếp", "its revision does not follow the last one"},
		{ErrPrev, "không trỏ về mục trước của bài", "it does not point to the verdict's last entry"},
		{ErrTransition, "loại mục không hợp với trạng thái của bài", "its kind does not follow from where the verdict stood"},
		{ErrRatingChanged, "kết luận đổi mà không đính chính", "the rating changed without a correction"},
		{ErrRulingAgain, "kết quả giải quyết này đã được ghi trước đó", "this ruling was entered before"},
		{ErrChannel, "không nối tiếp trạng thái của kênh trong danh bạ", "it does not follow from how the channel stood in the register"},
		{ErrRatingUnknown, "kết luận không có trong thang đang dùng", "the rating is not on the scale in force"},
	})
}

// Explain says in plain words, and what to do about it, why the signer, an
// export or a verification stopped: in Vietnamese for "vi", in English
// otherwise. It returns "" for an error that is not of this package.
func Explain(err error, lang string) string {
	var rule *RuleError
	if errors.As(err, &rule) {
		return Finding{Kind: FindRule, Index: rule.Index, Verdict: rule.Verdict, Rev: rule.Rev, Cause: rule.Kind}.Sentence(lang)
	}
	vi, en := say(err, signerSentences())
	if en == "" {
		vi, en = say(err, verifySentences())
	}
	if lang == "vi" {
		return vi
	}
	return en
}

func signerSentences() []sentence {
	return []sentence{
		{ErrNothingToSign, "Sổ công khai chưa có mục nào được ký.", "The public log has no signed entry yet."},
		{ErrRollback, "Sổ công khai ngắn hơn phần đã ký, có lẽ do khôi phục từ bản sao cũ. Chưa ký gì thêm. Hãy lấy lại các mục thiếu từ bản sao hoặc máy gương.",
			"The public log is shorter than what was signed, perhaps after restoring an older backup. Nothing more is signed. Bring back the missing entries from a backup or a mirror."},
		{ErrFork, "Sổ công khai khác với phần đã ký. Chưa ký gì thêm. Hãy giữ nguyên dữ liệu và tệp canh để tìm nguyên nhân.",
			"The public log differs from what was signed. Nothing more is signed. Keep the data and the guard file as they are and look for the cause."},
		{ErrDamaged, "Dữ liệu của sổ công khai không khớp nhau. Chưa ký gì thêm. Hãy khôi phục từ bản sao.",
			"What is stored of the public log does not fit together. Nothing more is signed. Restore it from a backup."},
		{ErrKeyUnlisted, "Khóa ký này không được nêu trong sổ. Hãy dùng đúng tệp khóa, hoặc ghi khóa mới vào sổ trước.",
			"The log does not name this signing key. Use the right key file, or enter the new key in the log first."},
		{ErrGuardMissing, "Không thấy tệp canh, dù sổ đã từng được ký. Hãy đặt lại tệp canh; chỉ tạo lại khi chắc rằng cơ sở dữ liệu là bản mới nhất.",
			"The guard file is missing though the log was signed before. Put it back; build it anew only if the database is certainly the newest."},
		{ErrGuardCorrupt, "Tệp canh bị hỏng. Hãy đặt lại bản tốt; chỉ tạo lại khi chắc rằng cơ sở dữ liệu là bản mới nhất.",
			"The guard file is damaged. Put a good copy back; build it anew only if the database is certainly the newest."},
		{ErrGuardOrigin, "Tệp canh thuộc về một sổ khác.", "The guard file belongs to another log."},
		{ErrGuardPresent, "Tệp canh vẫn đọc được nên không được tạo lại.", "The guard file can be read, so it is not built anew."},
		{ErrGuardBusy, "Một chương trình khác đang dùng tệp canh này.", "Another program is using this guard file."},
		{ErrClosed, "Sổ công khai đã đóng, không ghi thêm được gì. `soi log successor` mở sổ kế tiếp.",
			"The public log is closed and takes no further entry. `soi log successor` begins the one that follows."},
		{ErrClockBehind, "Đồng hồ máy chạy chậm hơn mục sổ cuối hơn năm phút. Hãy chỉnh giờ rồi thử lại.",
			"This machine's clock is more than five minutes behind the last entry. Set it right and try again."},
		{ErrClockSkew, "Đồng hồ máy và đồng hồ cơ sở dữ liệu lệch nhau hơn năm phút. Hãy chỉnh giờ rồi thử lại.",
			"This machine's clock and the database's differ by more than five minutes. Set them right and try again."},
	}
}

func verifySentences() []sentence {
	return []sentence{
		{ErrProof, "Đây không phải tệp bằng chứng của sổ, hoặc tệp đã bị sửa.", "This is not a proof file of the log, or it was changed."},
		{ErrSignature, "Mốc ký không mang chữ ký của khóa bạn đưa.", "The checkpoint is not signed by the key you gave."},
		{ErrCheckpoint, "Mốc ký không đúng dạng.", "The checkpoint is malformed."},
		{ErrNoEntry, "Bằng chứng không kèm mục sổ; cần đưa thêm tệp mục sổ.", "The proof does not carry the entry; give the entry's file as well."},
		{ErrEntryDiffers, "Mục sổ bạn đưa khác với mục trong bằng chứng.", "The entry you gave differs from the one in the proof."},
		{ErrNotInLog, "Mục này không có trong sổ đã ký.", "This entry is not in the signed log."},
		{ErrDocDiffers, "Văn bản này không phải là văn bản đã ghi sổ.", "This document is not the one that was logged."},
		{ErrState, "Thư mục ghi nhớ của lần kiểm trước bị hỏng. Hãy dùng thư mục khác và giữ lại thư mục này.", "The folder kept from earlier checks is damaged. Use another one and keep this for inspection."},
		{ErrForm, "Khóa, mục sổ hoặc địa chỉ không đúng dạng.", "The key, the entry or the address is malformed."},
	}
}
