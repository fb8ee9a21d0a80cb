package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"soi/internal/embed"
	"soi/internal/fetch"
	"soi/internal/match"
)

// encoder is what -embed names: the address of a model server on this machine or in its
// private network, the folder of a model, or made-up for measuring speed; nil for none. -embed-prefix is "before questions|before documents".
func (s settings) encoder() (embed.Encoder, error) {
	if s.embed == "" {
		return nil, nil
	}
	if s.embed == "made-up" {
		return &madeUp{}, nil
	}
	if !strings.Contains(s.embed, "://") {
		return embed.Open(s.embed)
	}
	client, err := fetch.OwnNetwork(s.embed)
	if err != nil {
		return nil, fmt.Errorf("-embed: %w", err)
	}
	ask, keep, _ := strings.Cut(s.prefix, "|")
	return embed.NewService(embed.ServiceOptions{Address: s.embed, Model: s.model, Key: os.Getenv("SOI_EMBED_KEY"), Prefix: [2]string{ask, keep}, Client: client, Patient: true, Now: time.Now}), nil
}

// encodeAll has the encoder encode every document of an archive.
func encodeAll(m *match.Matcher, docs []match.Doc) error {
	byID := make(map[string]match.Doc, len(docs))
	for _, d := range docs {
		byID[d.ID] = d
	}
	start := time.Now()
	for at := 0; ; {
		ids, next := m.Unmeant(at, 256)
		var batch []match.Doc
		for _, id := range ids {
			batch = append(batch, byID[id])
		}
		if err := m.Mean(context.Background(), batch); err != nil {
			return err
		}
		if at = next; at == 0 {
			break
		}
	}
	done := m.Meant()
	fmt.Printf("  %d of %d texts encoded in %s\n", done.Known, done.Of, time.Since(start).Round(time.Millisecond))
	return nil
}
