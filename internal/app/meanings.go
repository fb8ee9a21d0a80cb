package app

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/embed"
	"soi/internal/fetch"
	"soi/internal/match"
)

// encoder is what the settings name for finding other words and languages; nil for none.
func (a *App) encoder() (embed.Encoder, error) {
	e := a.Config.Embedding
	switch {
	case e.Where == "":
		return nil, nil
	case !e.Served():
		return embed.Open(e.Where)
	}
	client, err := fetch.OwnNetwork(e.Where)
	if err != nil {
		return nil, err
	}
	return embed.NewService(embed.ServiceOptions{Address: e.Where, Model: e.Model, Key: e.Key, Client: client, Now: a.now,
		Prefix: [2]string{embed.Question: spaced(e.Question), embed.Document: spaced(e.Document)}}), nil
}

// useEncoder gives the archive its encoder. A desk opens without one that cannot be read: matching by
// words is what it did before.
func (a *App) useEncoder() {
	e, err := a.encoder()
	if err != nil {
		a.log.Error("the encoder cannot be used; messages are matched by their words. See soi doctor", "err", err)
		return
	}
	if e != nil {
		a.Matcher.Encode(e, a.encoding.miss)
	}
}

// spaced sets a prefix off from the text after it.
func spaced(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + " "
}

// encoding keeps the directions of the archive's texts in step with it: it asks the encoder
// about those that have none, a few at a time, and keeps what it said in a file.
type encoding struct {
	app   *App
	pause time.Time // the encoder is not asked about the archive before
	told  time.Time // when the progress was last told

	mu     sync.Mutex
	saved  uint64    // turns of the matcher that the file holds
	exact  bool      // the file holds no more than that: at the start it may hold what went before
	missed time.Time // when it was last told that a message could not be encoded
}

const (
	encodeEvery = 2 * time.Second
	// encodeRead is how many documents are read from the database at a time, encodeAsk how many
	// of them the encoder is asked about at once.
	encodeRead, encodeAsk = 256, 32
	// pauseAway is for how long an encoder that cannot be reached is left alone, pauseWrong
	// one that answers with something else than directions: a person must look at that.
	pauseAway, pauseWrong = 30 * time.Second, 5 * time.Minute
	progressEvery         = time.Minute
)

// meaningsPath is where the directions are kept. They come from the texts alone and can be made again.
func (a *App) meaningsPath() string { return filepath.Join(a.Config.Data, "meanings") }

// load gives the archive the directions that were kept. Without an encoder, or with one that cannot be
// used, the file is removed: nobody would take out of it what is erased.
func (e *encoding) load() error {
	path := e.app.meaningsPath()
	if !e.app.Matcher.Encodes() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("directions of an encoder that is no longer there: %w", err)
		}
		return nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	texts, err := e.app.Matcher.LoadMeanings(bufio.NewReaderSize(f, 1<<20))
	if errors.Is(err, match.ErrSnapshot) {
		e.app.log.Warn("kept directions of texts are not used; the encoder is asked again", "cause", err)
		return nil
	}
	m := e.app.Matcher.Meant()
	e.saved, e.exact = m.Turns, err == nil && texts == m.Known
	return err
}

// save writes the directions into their file, if any came or went.
func (e *encoding) save() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	turns := e.app.Matcher.Meant().Turns
	if !e.app.Matcher.Encodes() || e.exact && turns == e.saved {
		return nil
	}
	err := replaceFile(e.app.meaningsPath(), func(w *bufio.Writer) error { return e.app.Matcher.SaveMeanings(w) })
	if err == nil {
		e.saved, e.exact = turns, true
	}
	return err
}

// run asks the encoder about every text that it has not been asked about.
func (e *encoding) run(ctx context.Context) error {
	if e.app.now().Before(e.pause) {
		return nil
	}
	began := e.app.Matcher.Meant()
	if err := e.app.index.encode(ctx, e.progress); errors.Is(err, errEncoder) {
		return e.rest(ctx, err)
	} else if err != nil {
		return err
	}
	if now := e.app.Matcher.Meant(); now.Known-began.Known > encodeRead {
		e.app.log.Info("texts of the archive encoded", "texts", now.Known, "of", now.Of)
		return e.save() // hours of work, perhaps: not to be lost
	}
	return nil
}

// progress tells how far a long encoding is.
func (e *encoding) progress() {
	if now := e.app.now(); now.Sub(e.told) >= progressEvery {
		if m := e.app.Matcher.Meant(); !e.told.IsZero() {
			e.app.log.Info("encoding the texts of the archive", "texts", m.Known, "of", m.Of)
		}
		e.told = now
	}
}

// rest leaves an encoder alone for a while that could not say anything. What is wrong with it is
// not the desk's trouble: words go on deciding.
func (e *encoding) rest(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	pause := pauseAway
	if !errors.Is(err, embed.ErrUnavailable) {
		pause = pauseWrong
	}
	e.pause = e.app.now().Add(pause)
	e.app.log.Warn("the encoder cannot be asked; messages are matched by their words", "cause", err, "again", pause)
	return nil
}

// miss is told why the encoder could not be asked about a message, and tells it now and then.
func (e *encoding) miss(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := e.app.now(); now.Sub(e.missed) >= progressEvery {
		e.missed = now
		e.app.log.Warn("messages are matched by their words alone", "cause", err)
	}
}

// examineEncoder asks the encoder about one sentence, and says how many texts were encoded.
func (a *App) examineEncoder(ctx context.Context, d *doctor) {
	if a.Config.Embedding.Where == "" {
		return
	}
	e, err := a.encoder()
	if err != nil {
		d.say(Trouble, "The encoder at %s cannot be used: %v. Without one, messages are matched by their words.",
			"Không dùng được bộ mã hoá nghĩa ở %s: %v. Khi không có nó, tin được so khớp theo từ ngữ.", a.Config.Embedding.Where, err)
		return
	}
	start := time.Now()
	vs, err := e.Encode(ctx, embed.Document, []string{"soi: uống nước nóng chữa được ung thư?"})
	took := time.Since(start).Round(100 * time.Microsecond)
	switch {
	case errors.Is(err, embed.ErrUnavailable):
		d.say(Notice, "The encoder at %s does not answer: %v. Until it does, messages are matched by their words.",
			"Bộ mã hoá nghĩa ở %s không trả lời: %v. Trong lúc đó, tin được so khớp theo từ ngữ.", a.Config.Embedding.Where, err)
		return
	case err != nil:
		d.say(Trouble, "The encoder at %s answers, but not as it should: %v.", "Bộ mã hoá nghĩa ở %s trả lời không đúng cách: %v.", a.Config.Embedding.Where, err)
		return
	case took > embed.AskTimeout:
		d.say(Notice, "The encoder at %s takes %v for a sentence; messages are not kept waiting for more than %v.",
			"Bộ mã hoá nghĩa ở %s mất %v cho một câu; tin gửi đến không chờ quá %v.", a.Config.Embedding.Where, took, embed.AskTimeout)
		return
	}
	d.say(Well, "The encoder at %s answers in %v with %d numbers; %d texts of the archive are kept as it encoded them.",
		"Bộ mã hoá nghĩa ở %s trả lời trong %v với %d số; đang giữ %d văn bản của kho mà nó đã mã hoá.", a.Config.Embedding.Where, took, len(vs[0]), a.keptMeanings(e))
}

// keptMeanings counts the directions in the file, 0 when they are of another encoder.
func (a *App) keptMeanings(e embed.Encoder) int {
	f, err := os.Open(a.meaningsPath())
	if err != nil {
		return 0
	}
	defer f.Close()
	name, n, err := match.MeaningsIn(bufio.NewReaderSize(f, 1<<20))
	if err != nil || name != e.Name() {
		return 0
	}
	return n
}

// errEncoder marks an error as the encoder's.
var errEncoder = errors.New("encode")

// encode asks the encoder of the matcher, if it has one, about every text that it was not asked about.
// step is called after every few. Errors of the encoder wrap errEncoder.
func (x *indexer) encode(ctx context.Context, step func()) error {
	for at := 0; ctx.Err() == nil; {
		ids, next := x.matcher.Unmeant(at, encodeRead)
		if len(ids) > 0 {
			docs, err := x.named(ctx, ids)
			if err != nil {
				return err
			}
			for some := range slices.Chunk(docs, encodeAsk) {
				err := x.matcher.Mean(ctx, some)
				if errors.Is(err, embed.ErrAnswer) {
					err = x.singly(ctx, some)
				}
				if err != nil {
					return fmt.Errorf("%w: %w", errEncoder, err)
				}
				step()
			}
		}
		if at = next; at == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// singly asks the encoder about documents one by one, after it refused some of them together. What it
// refuses alone, though it takes another text, is passed over: one odd text must not keep it from the rest.
func (x *indexer) singly(ctx context.Context, docs []match.Doc) error {
	for _, d := range docs {
		err := x.matcher.Mean(ctx, []match.Doc{d})
		if errors.Is(err, embed.ErrAnswer) && x.matcher.Answers(ctx) == nil {
			x.log.Warn("the encoder refuses a text; it is found by its words alone", "document", d.ID, "cause", err)
			x.matcher.PassOver([]match.Doc{d})
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// named reads documents by their keys, as they stand in the database now. Those that are gone are left out.
func (x *indexer) named(ctx context.Context, ids []string) (docs []match.Doc, err error) {
	claims, imports, wanted := map[desk.ID]bool{}, map[desk.ID]bool{}, map[string]bool{}
	for _, key := range ids {
		wanted[key] = true
		if sort, id := desk.ParseKey(key); sort == "imported" {
			imports[id] = true
		} else {
			claims[id] = true
		}
	}
	take := func(d match.Doc) {
		if wanted[d.ID] {
			docs = append(docs, d)
		}
	}
	err = x.store.Read(ctx, func(tx desk.Tx) error {
		for id := range claims {
			c, err := tx.Claim(ctx, id)
			if errors.Is(err, desk.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			of, err := x.documents(ctx, tx, c)
			if err != nil && !errors.Is(err, errUnsigned) {
				return err
			}
			for _, d := range of {
				take(d)
			}
		}
		return x.eachImport(ctx, tx, imports, take)
	})
	slices.SortFunc(docs, func(a, b match.Doc) int { return cmp.Compare(a.ID, b.ID) })
	return docs, err
}
