package feed

// The lists below are words and runs of words in lower case, Vietnamese and
// English first, then what the dev splits of the other languages were seen to
// need. They are written by hand; which of them weighs how much is learned.

var percents = []string{"%", "percent", "per cent", "percentage", "phần trăm", "prozent", "procent", "por ciento", "per cento", "pour cent", "yüzde", "процента", "процент", "بالمئة", "في المائة", "百分"}

var moneys = []string{"dollar", "dollars", "euro", "euros", "pounds", "usd", "vnd", "đồng", "dong", "yuan", "rupees", "lira", "milyon lira", "лева", "tài sản", "ngân sách", "budget", "debt", "deficit", "tax", "taxes", "thuế", "lương", "giá", "price", "prices", "cost", "costs", "steuern", "tasse"}

var bigNumbers = []string{"hundred", "hundreds", "thousand", "thousands", "million", "millions", "billion", "billions", "trillion", "nghìn", "ngàn", "triệu", "tỷ", "tỉ", "vạn",
	"million", "millionen", "milliarden", "tausend", "milioni", "miliardi", "mila", "millones", "mil millones", "miljoen", "miljard", "milyon", "milyar", "bin", "милиона", "милиарда", "хиляди", "مليون", "مليار", "ألف", "萬", "億", "万", "亿",
	"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twice", "half", "hai", "ba", "bốn", "năm", "một nửa", "gấp đôi"}

var dates = []string{"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
	"yesterday", "last year", "last month", "last week", "this year", "years ago", "since", "ngày", "tháng", "hôm qua", "năm ngoái", "năm nay", "tuần trước", "tháng trước", "quý", "từ đầu năm", "gestern", "ieri", "ayer", "dün", "gisteren", "昨", "年"}

var comparisons = []string{"more than", "less than", "fewer than", "higher than", "lower than", "at least", "increase", "increased", "increases", "decrease", "decreased", "rise", "rose", "risen", "fell", "fallen", "drop", "dropped", "grew", "growth", "doubled", "tripled", "reduced", "cut",
	"highest", "lowest", "largest", "biggest", "most", "least", "first", "record", "only", "average", "rate", "ratio", "number of", "up from", "down from", "lost", "gained",
	"hơn", "ít hơn", "nhiều hơn", "cao hơn", "thấp hơn", "tăng", "giảm", "cao nhất", "thấp nhất", "lớn nhất", "nhiều nhất", "đầu tiên", "kỷ lục", "gấp", "ít nhất", "trung bình", "bình quân", "so với", "tỷ lệ", "tỉ lệ", "chiếm", "vượt",
	"mehr als", "weniger als", "gestiegen", "gesunken", "più di", "meno di", "aumento", "aumentato", "más de", "menos de", "meer dan", "minder dan", "daha fazla", "повече от", "أكثر من", "أقل من", "增加", "減少", "超過", "最"}

var attributions = []string{"said", "says", "according to", "announced", "reported", "reports", "confirmed", "claimed", "claims", "stated", "told", "found", "finds", "study", "studies", "research", "researchers", "survey", "data", "figures", "statistics", "report", "official", "officials", "ministry", "scientists", "experts", "evidence", "published", "denied", "warned",
	"theo", "cho biết", "cho hay", "thông báo", "công bố", "khẳng định", "xác nhận", "tuyên bố", "báo cáo", "nghiên cứu", "khảo sát", "số liệu", "thống kê", "bộ y tế", "chuyên gia", "cơ quan", "ghi nhận", "phát hiện", "bác bỏ", "cảnh báo", "nhà khoa học", "được biết",
	"sagte", "laut", "zufolge", "studie", "secondo", "ha detto", "dichiarato", "studio", "según", "dijo", "afirmó", "estudio", "volgens", "onderzoek", "göre", "açıkladı", "araştırma", "според", "заяви", "изследване", "قال", "وفقا", "أعلن", "دراسة", "表示", "指出", "研究", "報導", "公布", "證實"}

var causes = []string{"cause", "causes", "caused", "lead to", "leads to", "led to", "results in", "resulted in", "cure", "cures", "prevent", "prevents", "kills", "killed", "infect", "infected", "contains", "contain", "vaccine", "vaccines", "died", "deaths", "dead", "banned", "illegal", "voted", "signed", "passed", "arrested",
	"gây", "gây ra", "khiến", "dẫn đến", "chữa", "chữa khỏi", "ngăn ngừa", "phòng ngừa", "chứa", "nhiễm", "tử vong", "chết", "thiệt mạng", "bị thương", "vắc xin", "vaccine", "cấm", "bị bắt", "khởi tố", "xử phạt", "ban hành", "phê duyệt",
	"verursacht", "impfung", "causa", "vaccino", "vacuna", "muertes", "vaccin", "aşı", "öldü", "ваксина", "لقاح", "وفاة", "導致", "造成", "死亡", "疫苗"}

var firstPerson = []string{"i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "we", "we're", "we've", "our", "us", "tôi", "mình", "chúng tôi", "chúng ta", "ta", "tui", "em", "ich", "wir", "mein", "unser", "uns", "io", "noi", "mio", "nostro", "nostra", "yo", "nosotros", "mi", "nuestro", "ik", "wij", "mijn", "ons", "onze", "ben", "biz", "аз", "ние", "моят", "нашата", "أنا", "نحن", "我"}

var secondPerson = []string{"you", "your", "you're", "yourself", "bạn", "các bạn", "quý vị", "anh chị", "du", "ihr", "dein", "tu", "voi", "tuo", "usted", "ustedes", "jij", "jullie", "sen", "siz", "ти", "вие", "أنت", "你"}

var judgings = []string{"beautiful", "ugly", "terrible", "horrible", "wonderful", "amazing", "awful", "disgusting", "shameful", "disgraceful", "stupid", "brilliant", "great", "ridiculous", "absurd", "outrageous", "unacceptable", "fantastic", "pathetic", "sadly", "unfortunately", "hopefully", "thankfully", "i think", "i believe", "i feel", "in my opinion", "in my view", "obviously", "of course", "clearly", "frankly", "nonsense", "hypocrisy", "masterpiece", "tragic", "insane", "evil", "love", "hate",
	"tuyệt vời", "kinh khủng", "tồi tệ", "đáng xấu hổ", "đáng tiếc", "đáng buồn", "đáng mừng", "thật là", "thật sự là", "tôi nghĩ", "tôi cho rằng", "tôi tin", "theo tôi", "có lẽ", "rõ ràng là", "hiển nhiên", "vô lý", "ngu ngốc", "đẹp", "xấu xí", "hay nhất", "dở", "thiết nghĩ", "buồn thay", "may thay", "đáng khen", "đáng chê", "hy vọng",
	"leider", "natürlich", "schrecklich", "wunderbar", "offensichtlich", "purtroppo", "ovviamente", "bellissimo", "terribile", "vergogna", "desgraciadamente", "helaas", "maalesef", "за съжаление", "разбира се", "очевидно", "للأسف", "可惜", "應該"}

var oughts = []string{"should", "shouldn't", "must", "ought", "need to", "needs to", "have to", "let's", "nên", "cần phải", "phải chăng", "hãy", "đừng", "cần", "sollte", "sollten", "müssen", "muss", "dovrebbe", "dovrebbero", "bisogna", "deve", "devono", "debería", "deberían", "hay que", "moet", "moeten", "zou moeten", "gerekir", "трябва", "يجب", "必須"}

var forecasts = []string{"will", "won't", "going to", "would", "might", "may", "could", "expected to", "predict", "forecast", "sẽ", "dự kiến", "dự báo", "có thể", "sắp", "wird", "werden", "könnte", "sarà", "potrebbe", "podría", "será", "zal", "zou", "kan", "olacak", "ще", "سوف", "將會", "可能"}

var hedges = []string{"perhaps", "maybe", "probably", "seems", "seem", "appears", "likely", "apparently", "có vẻ", "dường như", "hình như", "vielleicht", "wohl", "forse", "sembra", "quizás", "parece", "misschien", "belki", "може би", "ربما", "或許"}

var negations = []string{"not", "no", "never", "none", "n't", "không", "chưa", "chẳng", "nicht", "kein", "keine", "non", "niente", "nunca", "niet", "geen", "değil", "не", "няма", "لا", "لم", "不", "沒"}

var intensifiers = []string{"very", "really", "so", "too", "quite", "extremely", "absolutely", "totally", "completely", "even", "just", "simply", "truly", "rất", "quá", "lắm", "cực kỳ", "hoàn toàn", "thật", "vô cùng", "sehr", "ganz", "doch", "ja", "einfach", "molto", "proprio", "davvero", "così", "muy", "tan", "heel", "erg", "çok", "много", "толкова", "جدا", "很", "太"}
