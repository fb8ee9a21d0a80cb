package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"soi/internal/api/mcp"
	"soi/internal/desk"
	"soi/internal/tlog"
)

// mcpServer makes the server of the Model Context Protocol.
func (a *App) mcpServer() *sdk.Server {
	version := "development"
	if bi, ok := debug.ReadBuildInfo(); ok && bi.Main.Version != "" {
		version = bi.Main.Version
	}
	return mcp.New(mcp.Deps{Reader: a.published(), Verify: a.proved, Version: version, Licence: a.Config.Licence})
}

// ServeMCP answers one assistant over in and out until it leaves or ctx ends.
// It fills the matcher and listens nowhere.
func (a *App) ServeMCP(ctx context.Context, in io.ReadCloser, out io.WriteCloser) error {
	if err := a.sign(ctx); err != nil {
		return err
	}
	if _, err := a.index.ready(ctx, a.snapshotPath()); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	err := a.mcpServer().Run(ctx, &sdk.IOTransport{Reader: in, Writer: out})
	if errors.Is(err, io.EOF) || ctx.Err() != nil {
		return nil
	}
	return err
}

// mcpPath is where the tools answer over HTTP.
const mcpPath = "/mcp"

// withMCP serves the tools over HTTP where the settings ask for it, on the same
// budget as programs that read without a key. Without the setting there is
// nothing at the address.
func (a *App) withMCP(next http.Handler, budget drawRead) http.Handler {
	if !a.Config.MCP {
		return next
	}
	tools := mcp.Handler(a.mcpServer())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != mcpPath {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if wait, ok := budget(r); !ok {
			w.Header().Set("Retry-After", fmt.Sprint(int(wait.Seconds())+1))
			http.Error(w, "Too many requests. Please wait as Retry-After says.", http.StatusTooManyRequests)
			return
		}
		tools.ServeHTTP(w, r)
	})
}

// proved verifies a revision as any reader can: by the proof and the document
// that the public log serves, against its key.
func (a *App) proved(ctx context.Context, id desk.ID, rev int) (mcp.Proved, error) {
	log := tlog.NewHandler(a.book, a.VKey(), a.book.indexOf, a.log)
	proof, err := fetched(ctx, log, fmt.Sprintf("%sproof/%s/%d.tlog-proof", log.Prefix(), id, rev))
	if err != nil {
		return mcp.Proved{}, err
	}
	v, err := tlog.VerifyProof(proof, nil, nil, a.VKey())
	if err != nil {
		return mcp.Proved{}, err
	}
	doc, err := fetched(ctx, log, log.Prefix()+"doc/"+hex.EncodeToString(v.Entry.Doc[:]))
	if err != nil {
		return mcp.Proved{}, err
	}
	if v, err = tlog.VerifyProof(proof, nil, doc, a.VKey()); err != nil {
		return mcp.Proved{}, err
	}
	return mcp.Proved{Check: string(id), Revision: rev, Index: v.Index, Size: v.Size, Document: v.DocChecked}, nil
}

// answered collects what a handler answers.
type answered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter, as do the next two.
func (a *answered) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *answered) WriteHeader(status int) { a.status = status }

// Write keeps the body.
func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }

// fetched is what a handler answers at a path; ErrNotFound for anything but 200.
func fetched(ctx context.Context, h http.Handler, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	out := &answered{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(out, r)
	if out.status != http.StatusOK {
		return nil, desk.ErrNotFound
	}
	return out.body.Bytes(), nil
}
