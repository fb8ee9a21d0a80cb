package tlog

import (
	"errors"
	"slices"
)

// ErrChannel: a line of the register of real channels does not follow from
// how that line stood.
var ErrChannel = errors.New("tlog: channel entry does not follow")

// The states of a line of the register. A line begins proved, or denied where
// the body says that an address is not its own; a withdrawn line never comes
// back, another one is entered for it.
const (
	channelProved    = "proved"
	channelGone      = "gone" // its proof cannot be found any more
	channelWithdrawn = "withdrawn"
	channelDenied    = "denied"
)

// validChannelState accepts the states.
func validChannelState(s string) bool {
	return slices.Contains([]string{channelProved, channelGone, channelWithdrawn, channelDenied}, s)
}

// channelFollows reports whether a line may pass from one state to the next;
// was is "" for a new line.
func channelFollows(was, is string) bool {
	switch was {
	case "":
		return is == channelProved || is == channelDenied
	case channelProved:
		return is == channelGone || is == channelWithdrawn
	case channelGone:
		return is == channelProved || is == channelWithdrawn
	case channelDenied:
		return is == channelWithdrawn
	}
	return false
}
