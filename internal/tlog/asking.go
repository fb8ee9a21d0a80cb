package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// Why a witness that answered did not cosign.
var (
	// ErrWitnessRefused: the witness holds another history of the log. The log
	// must not be believed until a person has looked.
	ErrWitnessRefused = errors.New("tlog: the witness refused the checkpoint")
	// ErrWitnessStranger: the witness does not know this log or its key.
	ErrWitnessStranger = errors.New("tlog: the witness does not know this log")
	// ErrWitnessTrouble: the witness cannot answer as it should right now.
	ErrWitnessTrouble = errors.New("tlog: the witness is in trouble")
)

// RemoteWitness is a witness to be asked.
type RemoteWitness struct {
	Address string // where add-checkpoint is, without it
	VKey    string // its verifier key
	Seen    int64  // the size it cosigned last, as far as we know; 0 for none
}

// Cosigned is a checkpoint with a witness's cosignature, which was verified.
type Cosigned struct {
	Size int64
	Note []byte    // the log's signature and this witness's
	Line string    // the witness's line alone
	Time time.Time // when the witness signed, by its own clock
}

// AskWitness asks a witness to cosign the log's last checkpoint and verifies
// the answer with the witness's own key. A witness that has seen another size
// than expected is asked once more, with the proof from there. Errors:
// ErrWitnessRefused, ErrWitnessStranger, ErrWitnessTrouble, ErrCosignature
// when its answer is worth nothing, ErrForm for a bad key, ErrNothingToSign
// before the first checkpoint.
func AskWitness(ctx context.Context, client Doer, w RemoteWitness, st Storage) (Cosigned, error) {
	signed, size, err := st.LastCheckpoint(ctx)
	if err != nil {
		return Cosigned{}, fmt.Errorf("tlog: read last checkpoint: %w", err)
	}
	if signed == nil {
		return Cosigned{}, ErrNothingToSign
	}
	old := w.Seen
	if old < 0 || old > size {
		old = 0
	}
	q := asking{client: client, address: w.Address, signed: signed, size: size, st: st}
	status, answer, err := q.ask(ctx, old)
	if err == nil && status == http.StatusConflict {
		seen, perr := strconv.ParseInt(strings.TrimSuffix(string(answer), "\n"), 10, 64)
		if perr != nil || seen < 0 || seen > size {
			return Cosigned{}, fmt.Errorf("%w: it has seen a longer log", ErrWitnessRefused)
		}
		status, answer, err = q.ask(ctx, seen)
	}
	if err != nil {
		return Cosigned{}, err
	}
	if err := refusal(status); err != nil {
		return Cosigned{}, fmt.Errorf("%w: status %d", err, status)
	}
	out, err := accept(signed, answer, w.VKey)
	out.Size = size
	return out, err
}

// refusal says what a status means; nil for a cosignature.
func refusal(status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusConflict, http.StatusUnprocessableEntity:
		return ErrWitnessRefused
	case http.StatusForbidden, http.StatusNotFound:
		return ErrWitnessStranger
	}
	return ErrWitnessTrouble
}

// accept takes from an answer the one line that is the witness's cosignature.
func accept(signed, answer []byte, witness string) (Cosigned, error) {
	for line := range strings.Lines(string(answer)) {
		out, err := withLine(signed, line)
		if err != nil {
			continue
		}
		at, err := CosignatureTime(out, witness)
		if err == nil {
			return Cosigned{Note: out, Line: line, Time: at}, nil
		}
		if errors.Is(err, ErrForm) {
			return Cosigned{}, err
		}
	}
	return Cosigned{}, ErrCosignature
}

// asking is what is asked of one witness.
type asking struct {
	client  Doer
	address string
	signed  []byte
	size    int64
	st      Storage
}

// ask sends the checkpoint with the proof that it continues the tree of a size.
func (q asking) ask(ctx context.Context, old int64) (status int, answer []byte, err error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", old)
	if old > 0 && old < q.size {
		proof, err := merkle.ProveTree(q.size, old, reader(ctx, q.st))
		if err != nil {
			return 0, nil, fmt.Errorf("tlog: prove size %d in %d: %w", old, q.size, err)
		}
		for _, h := range proof {
			fmt.Fprintf(&b, "%s\n", h)
		}
	}
	b.WriteString("\n")
	b.Write(q.signed)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(q.address, "/")+"/add-checkpoint", &b)
	if err != nil {
		return 0, nil, err
	}
	resp, err := q.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAddCheckpoint))
	return resp.StatusCode, answer, errors.Join(err, resp.Body.Close())
}
