package intake

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// labelAppeal is bound into what appeals say.
const labelAppeal = "appeal"

// SealAppeal seals what an appeal says.
func (v Vault) SealAppeal(words []byte) ([]byte, error) { return v.Seal(labelAppeal, words) }

// OpenAppeal opens what SealAppeal made; ErrNoKey when its month's key is
// destroyed.
func (v Vault) OpenAppeal(sealed []byte) ([]byte, error) { return v.Open(labelAppeal, sealed) }

// SealAddress seals an address for a row of Conversation.
func (v Vault) SealAddress(a Address) ([]byte, error) { return v.Seal(labelAddress, a) }

// SealMessage seals a message for the outbox, as a notice of the kind
// desk.NoticeTalk.
func (v Vault) SealMessage(m Outgoing) ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	return v.Seal(labelNotice, b)
}

// OpenAddress opens what SealAddress made; ErrNoKey when its month's key is
// destroyed.
func (v Vault) OpenAddress(sealed []byte) (Address, error) { return v.Open(labelAddress, sealed) }

// FreshAddress seals an address anew whose month is over, so that it outlives
// the key of that month; nil for one that was sealed this month.
func (v Vault) FreshAddress(sealed []byte) ([]byte, error) {
	a, err := v.OpenAddress(sealed)
	if err != nil || binary.BigEndian.Uint32(sealed[1:]) == uint32(MonthOf(v.Now())) {
		return nil, err
	}
	return v.SealAddress(a)
}
