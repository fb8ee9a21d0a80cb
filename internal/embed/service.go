package embed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// LongestText is how many bytes of a text are sent: common models read 512 pieces of
	// words, which are fewer.
	LongestText = 2000
	// AskTimeout bounds the encoding of messages, for which somebody waits.
	AskTimeout = 400 * time.Millisecond
	// KeepTimeout bounds the encoding of texts of the archive, for which nobody does.
	KeepTimeout = time.Minute
	// Rest is for how long a server that could not be reached is not asked about
	// messages: whoever sends one should not wait for the same again.
	Rest = 15 * time.Second
	// mostAnswer is how many bytes of an answer are read: 64 directions of the widest.
	mostAnswer = 8 << 20
)

// ServiceOptions say where a model server is and how it is asked.
type ServiceOptions struct {
	// Address is what /v1/embeddings is appended to, unless it ends so already.
	Address string
	Model   string // the model's name at the server; empty: the server has only one
	Key     string // sent as a bearer token; empty: none
	// Prefix is written before a text of each Side, for models that were trained so.
	Prefix [2]string
	// Client reaches the server; fetch.OwnNetwork makes one.
	Client *http.Client
	// Patient has questions wait as long as documents, for measurements: none may go without its answer.
	Patient bool
	Now     func() time.Time
}

// Service asks a model server in the shape that OpenAI's interface for embeddings gave
// to most of them. It implements Encoder.
type Service struct {
	o    ServiceOptions
	name string

	mu    sync.Mutex
	again time.Time // messages are not asked about before
}

// NewService makes a Service; nothing is asked yet.
func NewService(o ServiceOptions) *Service {
	o.Address = strings.TrimRight(o.Address, "/")
	if !strings.HasSuffix(o.Address, "/embeddings") {
		o.Address = strings.TrimSuffix(o.Address, "/v1") + "/v1/embeddings"
	}
	sum := sha256.Sum256([]byte(o.Address + "\x00" + o.Model + "\x00" + o.Prefix[Question] + "\x00" + o.Prefix[Document]))
	return &Service{o: o, name: "service:" + hex.EncodeToString(sum[:6])}
}

// Name implements Encoder. Another address, model or prefix is another name.
func (s *Service) Name() string { return s.name }

// Local implements Encoder: texts are sent to the server, which may be slow or away.
func (s *Service) Local() bool { return false }

// Encode implements Encoder. Errors never hold a text that was asked about.
func (s *Service) Encode(ctx context.Context, side Side, texts []string) ([][]float32, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	timeout := KeepTimeout
	if side == Question && !s.o.Patient {
		if s.resting() {
			return nil, fmt.Errorf("%w: it did not answer a moment ago", ErrUnavailable)
		}
		timeout = AskTimeout
	}
	inner, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	out, err := s.ask(inner, side, texts)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		s.again = time.Time{}
	case side == Question && errors.Is(err, ErrUnavailable): // one text that it refuses is no reason to leave it alone
		s.again = s.o.Now().Add(Rest)
	}
	return out, err
}

func (s *Service) resting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.o.Now().Before(s.again)
}

// request and reply are the parts of the interface that are used.
type request struct {
	Model string   `json:"model,omitempty"`
	Input []string `json:"input"`
}

type reply struct {
	Data []struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	} `json:"data"`
}

func (s *Service) ask(ctx context.Context, side Side, texts []string) ([][]float32, error) {
	q := request{Model: s.o.Model}
	for _, t := range texts {
		q.Input = append(q.Input, s.o.Prefix[side]+shorten(t, LongestText))
	}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.Address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if s.o.Key != "" {
		req.Header.Set("Authorization", "Bearer "+s.o.Key)
	}
	res, err := s.o.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return nil, fmt.Errorf("%w: status %d", ErrUnavailable, res.StatusCode)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: status %d; look at the address, the model's name and the key", ErrAnswer, res.StatusCode)
	case len(b) > mostAnswer:
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrAnswer, mostAnswer)
	}
	return read(b, len(texts))
}

// read takes the directions of n texts out of an answer.
func read(body []byte, n int) ([][]float32, error) {
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of this interface", ErrAnswer)
	}
	out := make([][]float32, n)
	if len(r.Data) != n {
		return nil, fmt.Errorf("%w: %d directions of %d texts", ErrAnswer, len(r.Data), n)
	}
	for _, d := range r.Data {
		if d.Index < 0 || d.Index >= n || out[d.Index] != nil {
			return nil, fmt.Errorf("%w: the directions are not numbered from 0 to %d", ErrAnswer, n-1)
		}
		if w := len(d.Embedding); w == 0 || w > Widest || w != len(r.Data[0].Embedding) {
			return nil, fmt.Errorf("%w: a direction of %d numbers; 1 to %d, and as many for each text, are read", ErrAnswer, w, Widest)
		}
		if !unit(d.Embedding) {
			return nil, fmt.Errorf("%w: a direction holds what is no number", ErrAnswer)
		}
		out[d.Index] = d.Embedding
	}
	return out, nil
}

// unit makes a direction's length 1, and reports false when it has none: a number in it
// is not finite. Zeros stay zeros.
func unit(v []float32) bool {
	var n float64
	for _, x := range v {
		n += float64(x) * float64(x)
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return false
	}
	if n > 0 {
		n = 1 / math.Sqrt(n)
	}
	for i, x := range v {
		v[i] = float32(float64(x) * n)
	}
	return true
}

// shorten cuts a text to so many bytes at most, at the start of a character.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
