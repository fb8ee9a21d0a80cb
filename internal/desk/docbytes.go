package desk

import (
	"encoding/json"
	"fmt"
)

// docBytes spells a document as it is hashed, logged and served: indented, so
// that a person can read it too.
func docBytes(what string, d any) ([]byte, error) {
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return append(b, '\n'), nil
}

// readDoc reads what docBytes spelled into d and refuses another schema than
// the one wanted; schema is where d holds its own.
func readDoc(what string, b []byte, d any, schema *string, want string) error {
	if err := json.Unmarshal(b, d); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if *schema != want {
		return fmt.Errorf("%s: schema %q is not %q", what, *schema, want)
	}
	return nil
}
