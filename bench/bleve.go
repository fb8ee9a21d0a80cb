package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"

	"soi/internal/match"
)

// bleveIndex is bleve as its documentation sets it up: a scorch index in a folder, English analysis, one match query
// over all fields. Its segments are mapped files, so its heap is not all of its memory; the file cache is left out.
type bleveIndex struct {
	index bleve.Index
	dir   string
}

// batchSize is how many claims are handed over at once; larger batches were not faster.
const batchSize = 1000

func newBleve() (engine, error) {
	dir, err := os.MkdirTemp("", "soi-bench-bleve")
	if err != nil {
		return nil, err
	}
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = en.AnalyzerName
	mapping.StoreDynamic, mapping.DocValuesDynamic = false, false
	index, err := bleve.New(filepath.Join(dir, "index"), mapping)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &bleveIndex{index, dir}, nil
}

func (b *bleveIndex) fill(docs []match.Doc) error {
	batch := b.index.NewBatch()
	for _, d := range docs {
		fields := map[string]string{"claim": d.Claim, "title": d.Title, "summary": d.Summary, "body": d.Body}
		if err := batch.Index(d.ID, fields); err != nil {
			return err
		}
		if batch.Size() >= batchSize {
			if err := b.index.Batch(batch); err != nil {
				return err
			}
			batch.Reset()
		}
	}
	return b.index.Batch(batch)
}

func (b *bleveIndex) find(text string) ([]string, error) {
	req := bleve.NewSearchRequestOptions(bleve.NewMatchQuery(text), 5, 0, false)
	res, err := b.index.Search(req)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, hit := range res.Hits {
		ids = append(ids, hit.ID)
	}
	return ids, nil
}

func (b *bleveIndex) close() error { return errors.Join(b.index.Close(), os.RemoveAll(b.dir)) }
