package app

import (
	"context"
	"net/http"
	"time"

	"soi/internal/monitor"
	"soi/internal/tlog"
)

// MonitorOptions says what to watch, whom to trust and what to remember.
type MonitorOptions struct {
	URL, VKey, State string
	LogOnly          bool // look at the log alone and at no page

	Also      []string // further addresses of the same log
	Witnesses []string // verifier keys of trusted witnesses
	Quorum    int      // how many of them must have confirmed the checkpoint
	Without   []string // kinds of finding that are not looked for
}

// Monitor looks once at the desk at an address: its whole log, and whether its
// pages say what the log says. It needs no desk of its own.
func Monitor(ctx context.Context, o MonitorOptions) (monitor.Report, error) {
	return monitor.Watch(ctx, monitor.Options{URL: o.URL, Client: &http.Client{Timeout: 30 * time.Second}, LogOnly: o.LogOnly,
		Also: o.Also, Witnesses: o.Witnesses, Quorum: o.Quorum, Without: o.Without,
		Audit: tlog.AuditOptions{VKey: o.VKey, StateDir: o.State}})
}
