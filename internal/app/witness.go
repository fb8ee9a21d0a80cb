package app

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"time"

	"soi/internal/tlog"
)

// NewWitnessKey makes the key of a witness: its secret line and the verifier
// key that other desks need.
func NewWitnessKey(name string) (secret, vkey string, err error) {
	if secret, err = tlog.GenerateWitnessKey(rand.Reader, name); err != nil {
		return "", "", err
	}
	k, err := tlog.ParseWitnessKey(secret)
	if err != nil {
		return "", "", err
	}
	return secret, k.VKey(), nil
}

// ServeWitness cosigns, on a listener, checkpoints of the logs with these
// verifier keys until ctx ends. dir keeps what was seen; it is made durable
// before every cosignature. The witness needs no desk of its own.
func ServeWitness(ctx context.Context, l net.Listener, secret, dir string, vkeys []string) error {
	key, err := tlog.ParseWitnessKey(secret)
	if err != nil {
		return err
	}
	w, err := tlog.NewWitness(key, dir, time.Now, vkeys...)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: w, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 8 << 10}
	stop := context.AfterFunc(ctx, func() { _ = s.Shutdown(context.WithoutCancel(ctx)) })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
