package text

// Stop reports words that carry grammar rather than content, in English,
// Vietnamese (with or without marks) and Chinese pairs. The word is in normal
// form.
func Stop(w string) bool {
	switch w {
	case "a", "an", "the", "and", "or", "but", "of", "to", "in", "on", "at", "by", "for", "from", "with", "as", "is", "are", "was", "were",
		"be", "been", "being", "it", "its", "this", "that", "these", "those", "there", "he", "she", "they", "we", "i", "you", "his", "her",
		"their", "our", "your", "my", "me", "him", "them", "us", "who", "which", "what", "when", "where", "how", "why", "do", "does", "did",
		"has", "have", "had", "will", "would", "can", "could", "should", "may", "might", "just", "so", "if", "than", "then", "also", "about",
		"into", "over", "after", "before", "up", "out", "more", "very", "all", "any", "some", "such", "via", "rt", "amp",
		"và", "là", "của", "các", "những", "với", "ở", "từ", "được", "bị", "đã", "sẽ", "đang", "rằng", "này", "đó", "thì", "mà", "có", "một", "để", "như", "cũng", "vì", "nên", "lại", "vào", "trên", "về", "đến", "tại", "rất", "nhé", "ạ", "mọi", "người", "cho", "khi", "ra", "trong", "theo", "nha":
		return true
	}
	return HurriedStop(w)
}

// HurriedStop reports Vietnamese grammar words typed without their marks. Written
// so they may also be other words: "tai" for "tại", but also an ear.
func HurriedStop(w string) bool {
	switch w {
	case "va", "la", "cua", "cac", "nhung", "voi", "o", "tu", "duoc", "bi", "da", "se", "dang", "rang", "nay", "thi", "ma", "co", "mot", "de", "nhu", "cung", "nen", "vao", "tren", "ve", "den", "tai", "rat", "nhe", "moi", "nguoi":
		return true
	}
	return false
}

// Negates reports words that turn a statement round.
func Negates(w string) bool {
	switch w {
	case "not", "no", "never", "none", "neither", "nor", "without", "cannot", "cant", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt",
		"werent", "wont", "wouldnt", "hasnt", "havent", "hadnt", "couldnt", "shouldnt",
		"không", "khong", "chưa", "chẳng", "chang", "chả", "đừng", "ko":
		return true
	}
	return false
}
