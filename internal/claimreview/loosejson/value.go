package loosejson

// Kind is the JSON type of a value.
type Kind uint8

// The six types of RFC 8259.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Value is one JSON value. Order and repeated names are kept.
type Value struct {
	Kind     Kind
	Line     int      // 1-based line of its first byte
	Text     string   // a string's content, a number's literal, "true" or "false"
	Members  []Member // of an object
	Elements []*Value // of an array

	// Whole is false when the value broke off: it then holds what came
	// before, and its own parts say whether they are whole.
	Whole bool
	// Found is true when the value was picked out of damage rather than read
	// in its place; it may be a fragment of something larger.
	Found bool
	// Faults are filled in on values handed to Stream's caller, for the value
	// and everything inside: one per kind, with the first line.
	Faults []Fault
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value *Value
}

// Get gives the last member of that name, as encoding/json would, or nil.
// It may be called on nil and on any kind.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := len(v.Members) - 1; i >= 0; i-- {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// FaultKind says what was wrong with the text.
type FaultKind uint8

// The first group was repaired because only one reading is possible; the
// second was not, and what it touches is lost from there on.
const (
	Comma    FaultKind = iota + 1 // a comma too many, or missing before the next member
	Quote                         // typographic or single quotes around a string, or a bare quote inside
	Control                       // a line break or control character inside a string
	Escape                        // a backslash that JSON does not know
	Comment                       // a comment, an HTML comment or CDATA around the JSON
	Bare                          // a name without quotes, or None, undefined, True, NaN
	Literal                       // a number written another way: 01, +5, .5
	Encoding                      // bytes that are not UTF-8, shown as U+FFFD

	Broken    // something that cannot stand here
	OpenQuote // a string without its closing quote
	Truncated // the text ends in the middle
	TooDeep   // nested deeper than the limit
	TooBig    // one value larger than the limit
)

// Repaired tells the two groups apart.
func (k FaultKind) Repaired() bool { return k < Broken }

// Fault is one kind of damage and the 1-based line where it was first met.
type Fault struct {
	Kind FaultKind
	Line int
}
