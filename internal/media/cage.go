package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Cage opens files in a child process: whatever a file does there ends with
// that process.
type Cage struct {
	// Command starts a worker (RunWorker): the program itself with its hidden
	// command. Empty means that there is no cage and nothing is opened.
	Command []string
	// Env is what the worker sees of the environment besides what it needs.
	Env []string
	// Deadline is how long one file may take; 0 means DefaultDeadline.
	Deadline time.Duration
}

// DefaultDeadline leaves time for a large screenshot on a busy machine; the
// worker's processor time is limited besides.
const DefaultDeadline = 30 * time.Second

// ErrDied: the worker ended without an answer: it crashed, ran out of memory
// or of time, or was killed.
var ErrDied = errors.New("media: the worker died")

// answerLimit is the most bytes a worker may write: its answer and a picture.
const answerLimit = maxHead + 12<<20

// Open runs one file through a worker. ErrDied when it ends without an answer;
// the context's error when that ended first.
func (c Cage) Open(ctx context.Context, t Task, b []byte) (a Answer, view []byte, err error) {
	if len(c.Command) == 0 {
		return a, nil, errNoTool
	}
	deadline := c.Deadline
	if deadline == 0 {
		deadline = DefaultDeadline
	}
	t.Patience = deadline * 2 / 3 // a page and its words, or words alone, and time to draw
	if t.Kind == PDF {
		t.Patience = deadline / 3
	}
	inner, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	out, err := c.run(inner, t, b)
	if ctx.Err() != nil {
		return a, nil, ctx.Err()
	}
	if err != nil {
		return a, nil, errors.Join(ErrDied, err)
	}
	r := bytes.NewReader(out)
	if err := readJSON(r, &a); err != nil {
		return a, nil, errors.Join(ErrDied, err)
	}
	return a, out[len(out)-r.Len():], nil
}

// run starts a worker, feeds it and reads what it says. Its whole process group
// is killed at the end, whatever became of it.
func (c Cage) run(ctx context.Context, t Task, b []byte) ([]byte, error) {
	var head bytes.Buffer
	if err := writeJSON(&head, t); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, c.Command[0], c.Command[1:]...)
	cmd.Stdin = io.MultiReader(&head, bytes.NewReader(b))
	cmd.Env = append([]string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "OMP_THREAD_LIMIT=1", "GOMAXPROCS=2", "GOTRACEBACK=none"}, c.Env...)
	cmd.Dir = "/"
	cmd.WaitDelay = 2 * time.Second
	group(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	answer, readErr := io.ReadAll(io.LimitReader(out, answerLimit+1))
	if len(answer) > answerLimit {
		readErr = ErrAnswer
		_ = cmd.Cancel() // it writes without end
	}
	err = cmd.Wait()
	endGroup(cmd)
	return answer, errors.Join(readErr, err)
}
