package tlog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// channelPath is where the proof of one entry about a channel is served. A
// channel has several entries, so the index of the entry is part of it.
func channelPath(channel string, index int64) string {
	return fmt.Sprintf("proof/channel/%s/%d.tlog-proof", channel, index)
}

// parseChannelPath reads such a path without "proof/"; ok is false when it is
// none.
func parseChannelPath(rest string) (channel string, index int64, ok bool) {
	rest, ok = strings.CutPrefix(rest, "channel/")
	channel, name, _ := strings.Cut(rest, "/")
	number, _ := strings.CutSuffix(name, ".tlog-proof")
	index, err := strconv.ParseInt(number, 10, 64)
	return channel, index, ok && err == nil && index > 0 && validVerdict(channel) && channelPath(channel, index) == "proof/channel/"+rest
}

// channelProof returns the proof file of one entry about a channel; an entry
// that is not about it is no file.
func (p published) channelProof(ctx context.Context, channel string, index int64) ([]byte, error) {
	proof, err := prove(ctx, p.st, index, p.size, p.note)
	if errors.Is(err, ErrTileAbsent) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, err
	}
	if e, err := Parse(proof.Extra); err != nil || e.Kind != KindChannel || e.Channel != channel {
		return nil, errNoFile
	}
	return proof.Format(), nil
}
