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
		"và", "va", "là", "la", "của", "cua", "các", "cac", "những", "nhung", "cho", "với", "voi", "ở", "o", "từ", "tu", "được", "duoc",
		"bị", "bi", "đã", "da", "sẽ", "se", "đang", "dang", "rằng", "rang", "này", "nay", "đó", "thì", "thi", "mà", "ma", "có", "co",
		"một", "mot", "để", "de", "khi", "như", "nhu", "cũng", "cung", "vì", "nên", "nen", "lại", "ra", "vào", "vao", "trong", "trên", "tren",
		"về", "ve", "theo", "đến", "den", "tại", "tai", "rất", "rat", "nhé", "nhe", "ạ", "nha", "mọi", "moi", "người", "nguoi":
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
