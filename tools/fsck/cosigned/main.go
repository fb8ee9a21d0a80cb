// Command cosigned reads cosignatures with a library by other people, which
// knows C2SP tlog-cosignature and nothing of soi.
//
//	cosigned check ORIGIN LOGKEY WITNESSKEY… < checkpoint
//	cosigned sign SECRET < checkpoint
//
// check prints a line for the log and for each witness whose signature holds:
// its name and, for a witness, the time of the cosignature in Unix seconds.
// sign adds a cosignature with a key in the form of the signed-note package,
// and prints the verifier key on standard error.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/transparency-dev/formats/log"
	cosig "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	in, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	switch {
	case len(args) >= 3 && args[0] == "check":
		return check(in, args[1], args[2], args[3:])
	case len(args) == 2 && args[0] == "sign":
		return sign(in, args[1])
	}
	return fmt.Errorf("usage: cosigned check ORIGIN LOGKEY WITNESSKEY… | cosigned sign SECRET")
}

// check wants the log's signature and prints which of the witnesses' hold.
func check(in []byte, origin, key string, witnesses []string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	var known []note.Verifier
	for _, w := range witnesses {
		wv, err := cosig.NewVerifierForCosignatureV1(w)
		if err != nil {
			return err
		}
		known = append(known, wv)
	}
	c, _, n, err := log.ParseCheckpoint(in, origin, v, known...)
	if err != nil {
		return err
	}
	fmt.Println(origin, c.Size)
	for _, s := range n.Sigs {
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			continue
		}
		at, err := cosig.CoSigV1Timestamp(s)
		if err != nil {
			return err
		}
		fmt.Println(s.Name, at.Unix())
	}
	return nil
}

// sign cosigns a checkpoint.
func sign(in []byte, secret string) error {
	s, err := cosig.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	n, err := note.Open(in, note.VerifierList(s.Verifier()))
	var other *note.UnverifiedNoteError
	if errors.As(err, &other) {
		n, err = other.Note, nil
	}
	if err != nil {
		return err
	}
	out, err := note.Sign(n, s)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(out)
	return err
}
