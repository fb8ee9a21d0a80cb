package report

// Sheet is a report in one language. Its cells are texts as everybody sees
// them, so that every form of it says the same.
type Sheet struct {
	Lang   string
	Desk   string // name of the desk
	Title  string
	Lead   string // what is reported on, in one or two sentences
	Facts  []Fact
	Parts  []Part
	Closes []string // what the figures cannot tell
}

// Fact is a name with a value: the period, when it was made.
type Fact struct{ Name, Value string }

// Part is one table with what explains it, and a chart unless it has no
// numbers to draw.
type Part struct {
	Key     string // the table's word, for programs
	Title   string
	Help    string
	Row     string   // what the first column holds
	Columns []string // names of the others
	Keys    []string // their words
	Rows    []Row
	Chart   bool // draw the first column of numbers as bars
}

// Row is one line of a table.
type Row struct {
	Key   string
	Name  string
	Cells []Cell
}

// Cell is a number as it is read, and as it is drawn and calculated with.
type Cell struct {
	Text   string
	Number string // plain digits; "" where the text is no number
	N      int64
}
