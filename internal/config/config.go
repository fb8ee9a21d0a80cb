// Package config turns flags, environment variables and one TOML file into a
// plain struct, once, at the start.
//
// Owns: the list of settings with their names, defaults and meaning; where a
// value comes from (flag over environment over file over default); checking
// them; printing them with secrets hidden.
//
// Does not own: what the settings do, and it reads nothing again later.
//
// Start reading at: settings, the one table.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Config is all a running soi is told from outside.
type Config struct {
	Data       string         // folder of everything that changes; made with mode 0700
	Keys       string         // folder of keys and the guard file; "" means Data/keys
	Guard      string         // the guard file of the public log; "" means Keys/guard
	Database   string         // postgres:// address; "" means SQLite in Data/soi.db
	Listen     string         // host:port the server listens on
	PublicURL  string         // scheme://host[:port] by which readers reach it; never ends in /
	ReplayURL  string         // scheme://host[:port] on which archived pages are shown to the public; "" means on PublicURL
	ArchiveOrg string         // key of the Internet Archive, "access:secret"; "" hands nothing on
	Resolver   string         // host:port of a name server; "" means the system's
	GoogleKey  string         // key of Google's Fact Check Tools API; "" asks nothing there
	NoCapture  bool           // what evidence cites is not fetched and kept
	Name       string         // the desk's name, shown on every page
	Zone       *time.Location // zone of the times on pages
	Langs      []string       // languages of pages and checks, the first one foremost
	Words      string         // folder of catalogues of further languages of the pages; "" means Data/words
	Proxy      bool           // trust one reverse proxy's X-Forwarded-For for limits in memory
	Retention  time.Duration  // how long the text of unused tips is kept
	Hours      Hours          // working hours of the desk, by which claims are due
	Idle       time.Duration  // after which an unused staff session ends
	TwoMedium  bool           // two reviewers where harm is medium too, not only where it is high
	Insecure   bool           // allow a public http:// address beyond loopback
	Licence    string         // address of the terms under which everyone may use what is published
	MCP        bool           // answer programs by the Model Context Protocol at /mcp
	Channels   Channels       // how tips arrive beside the site
	Outside    Outside        // the provider staff may sign in with
	Fediverse  Fediverse      // the desk's account there
	Embedding  Embedding      // what helps matching beyond words
	Witnesses  []Witness      // who cosigns the public log
	Quorum     int            // how many of them should confirm each checkpoint
}

// ErrInvalid: a setting is unknown or has a value that cannot be used. The
// wrapping error says which, and what would do.
var ErrInvalid = errors.New("configuration")

// Setting is one row of the table: its name in the file and as a flag (the
// environment variable is SOI_ and the name in capitals, dashes as _).
type Setting struct {
	Name    string
	Default string
	Help    string
	Secret  bool // printed as *** by `soi config`
	set     func(c *Config, v string) error
	get     func(c Config) string
}

// Env is the name of the setting's environment variable. That of the data
// folder is SOI_FOLDER: SOI_DATA names the evaluation data that tests and
// measurements read, and a desk must never be opened there by mistake.
func (s Setting) Env() string {
	if s.Name == "data" {
		return "SOI_FOLDER"
	}
	return "SOI_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// Settings lists every setting in the order `soi config` prints them.
func Settings() []Setting {
	text := func(p func(*Config) *string) (func(*Config, string) error, func(Config) string) {
		return func(c *Config, v string) error { *p(c) = v; return nil }, func(c Config) string { return *p(&c) }
	}
	row := func(name, def, help string, p func(*Config) *string) Setting {
		s, g := text(p)
		return Setting{Name: name, Default: def, Help: help, set: s, get: g}
	}
	database := row("database", "", "PostgreSQL address (postgres://…); empty: SQLite in the data folder", func(c *Config) *string { return &c.Database })
	database.Secret = true
	archiveOrg := row("archive-org-key", "", "key of the Internet Archive (access:secret), to have it keep a copy of cited pages as well; empty: nothing is handed on", func(c *Config) *string { return &c.ArchiveOrg })
	archiveOrg.Secret = true
	return append([]Setting{
		row("data", "data", "folder that holds everything: database, keys, index snapshot", func(c *Config) *string { return &c.Data }),
		row("keys", "", "folder of the keys and the guard file; empty: keys inside the data folder", func(c *Config) *string { return &c.Keys }),
		row("guard", "", "file that remembers the last signed state of the public log; empty: in the keys folder; better on another disk", func(c *Config) *string { return &c.Guard }),
		database,
		row("listen", "127.0.0.1:8080", "address and port to listen on", func(c *Config) *string { return &c.Listen }),
		row("public-url", "", "address by which readers reach the desk; empty: http:// and the listening address", func(c *Config) *string { return &c.PublicURL }),
		row("replay-url", "", "address of a host name of its own on which archived pages are shown to the public; empty: on the public address, boxed in", func(c *Config) *string { return &c.ReplayURL }),
		archiveOrg,
		boolean("no-capture", "do not fetch and keep copies of what evidence cites, for a desk without a way to the internet", func(c *Config) *bool { return &c.NoCapture }),
		row("name", "soi", "the desk's name, shown on every page", func(c *Config) *string { return &c.Name }),
		{Name: "zone", Default: "Asia/Ho_Chi_Minh", Help: "time zone of the times on pages", set: setZone, get: func(c Config) string { return c.Zone.String() }},
		{Name: "langs", Default: "vi,en", Help: "languages of pages and checks, the foremost first", set: setLangs, get: func(c Config) string { return strings.Join(c.Langs, ",") }},
		row("words", "", "folder of catalogues of further languages of the pages, as `soi words export` makes them; empty: words in the data folder", func(c *Config) *string { return &c.Words }),
		boolean("proxy", "trust the X-Forwarded-For of the one reverse proxy in front", func(c *Config) *bool { return &c.Proxy }),
		days("retention-days", "90", "days the text of a tip is kept when no claim uses it (1 to 365)", 365, func(c *Config) *time.Duration { return &c.Retention }),
		minutes("idle-minutes", "30", "minutes after which an unused staff session ends (5 to 240)", func(c *Config) *time.Duration { return &c.Idle }),
		hoursSetting(),
		secondReviewer(),
		row("licence", "https://creativecommons.org/licenses/by/4.0/", "address of the terms under which everyone may use what the desk publishes; stands in the API and in open data", func(c *Config) *string { return &c.Licence }),
		boolean("mcp", "answer assistants by the Model Context Protocol at /mcp, for reading alone", func(c *Config) *bool { return &c.MCP }),
		word("resolver", "", "name server that is asked for proofs of real channels, as 9.9.9.9:53; empty: the system's", func(c *Config) *string { return &c.Resolver }),
		secret("google-key", "key of Google's Fact Check Tools API, for reading checks of other publishers; empty: that service is not asked", func(c *Config) *string { return &c.GoogleKey }),
		boolean("insecure", "allow a public http:// address that is not this machine's own (passwords and tips travel in clear)", func(c *Config) *bool { return &c.Insecure }),
	}, append(append(append(channelSettings(), outsideSettings()...), fediverseSettings()...), append(witnessSettings(), embeddingSettings()...)...)...)
}

// Load reads the settings: flags (by name) over environment over file over
// defaults. file may be "" for none; a named file that is absent is an error.
func Load(file string, env func(string) (string, bool), flags map[string]string) (Config, error) {
	var c Config
	fromFile, err := readFile(file)
	if err != nil {
		return c, err
	}
	for _, s := range Settings() {
		v, from := s.Default, "default"
		if x, ok := fromFile[s.Name]; ok {
			v, from = x, file
		}
		if x, ok := env(s.Env()); ok {
			v, from = x, s.Env()
		}
		if x, ok := flags[s.Name]; ok {
			v, from = x, "--"+s.Name
		}
		if err := s.set(&c, strings.TrimSpace(v)); err != nil {
			return c, fmt.Errorf("%w: %s (from %s): %w", ErrInvalid, s.Name, from, err)
		}
	}
	return c, c.finish()
}

// readFile reads the TOML file as name → value and refuses unknown names with
// the line they stand in.
func readFile(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	raw := map[string]any{}
	if err := toml.NewDecoder(bytes.NewReader(b)).Decode(&raw); err != nil {
		var de *toml.DecodeError
		if errors.As(err, &de) {
			line, col := de.Position()
			return nil, fmt.Errorf("%w: %s, line %d, column %d: %w", ErrInvalid, file, line, col, err)
		}
		return nil, fmt.Errorf("%w: %s: %w", ErrInvalid, file, err)
	}
	known := map[string]bool{}
	for _, s := range Settings() {
		known[s.Name] = true
	}
	out := map[string]string{}
	for k, v := range raw {
		if !known[k] {
			return nil, fmt.Errorf("%w: %s: there is no setting %q; `soi config` lists them", ErrInvalid, file, k)
		}
		out[k] = plain(v)
	}
	return out, nil
}

// plain spells a TOML value as a flag would.
func plain(v any) string {
	if list, ok := v.([]any); ok {
		var parts []string
		for _, x := range list {
			parts = append(parts, fmt.Sprint(x))
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v)
}

// finish fills in what depends on other settings and checks them together.
func (c *Config) finish() error {
	if c.Data == "" {
		return fmt.Errorf("%w: data: a folder is needed", ErrInvalid)
	}
	if err := c.Outside.finish(); err != nil {
		return err
	}
	if err := c.finishWitnesses(); err != nil {
		return err
	}
	if c.Keys == "" {
		c.Keys = filepath.Join(c.Data, "keys")
	}
	if c.Words == "" {
		c.Words = filepath.Join(c.Data, "words")
	}
	if c.Guard == "" {
		c.Guard = filepath.Join(c.Keys, "guard")
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("%w: listen: %q is not host:port, as 127.0.0.1:8080", ErrInvalid, c.Listen)
	}
	if c.PublicURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			return fmt.Errorf("%w: public-url: needed when listening on every address, as https://desk.example", ErrInvalid)
		}
		c.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	if c.Name == "" {
		return fmt.Errorf("%w: name: a name is needed", ErrInvalid)
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return fmt.Errorf("%w: database: must begin with postgres://, or be empty for SQLite", ErrInvalid)
	}
	if err := c.checkReplay(); err != nil {
		return err
	}
	return c.checkURL()
}

// checkURL accepts an address without path; http only on this machine.
func (c *Config) checkURL() error {
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.User != nil {
		return fmt.Errorf("%w: public-url: %q is not an address such as https://desk.example", ErrInvalid, c.PublicURL)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && !c.Insecure && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%w: public-url: %q would carry tips in clear; use https, or set insecure if something else encrypts", ErrInvalid, c.PublicURL)
	}
	return nil
}

// checkReplay accepts an address without path on another host than the public
// one: the point of it is that the two are strangers to each other.
func (c *Config) checkReplay() error {
	if c.ReplayURL == "" {
		return nil
	}
	c.ReplayURL = strings.TrimRight(c.ReplayURL, "/")
	u, err := url.Parse(c.ReplayURL)
	public, publicErr := url.Parse(c.PublicURL)
	if err != nil || publicErr != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.User != nil || u.Host == public.Host {
		return fmt.Errorf("%w: replay-url: %q is not the address of another host name, such as https://replay.desk.example", ErrInvalid, c.ReplayURL)
	}
	return nil
}

// Print writes the settings as TOML, one a line with its meaning; secrets are
// shown as ***.
func (c Config) Print() string {
	var b strings.Builder
	for _, s := range Settings() {
		v := s.get(c)
		if s.Secret && v != "" {
			v = "***"
		}
		fmt.Fprintf(&b, "# %s (%s)\n%s = %s\n", s.Help, s.Env(), s.Name, strconv.Quote(v))
	}
	return b.String()
}

// setZone accepts a name of the time zone database.
func setZone(c *Config, v string) (err error) {
	if c.Zone, err = time.LoadLocation(v); err != nil {
		return fmt.Errorf("%q is not a time zone such as Asia/Ho_Chi_Minh", v)
	}
	return nil
}

// setLangs accepts languages there are catalogues for.
func setLangs(c *Config, v string) error {
	c.Langs = nil
	for l := range strings.SplitSeq(v, ",") {
		l = strings.TrimSpace(l)
		if !slices.Contains([]string{"vi", "en"}, l) {
			return fmt.Errorf("%q is not one of vi, en", l)
		}
		if !slices.Contains(c.Langs, l) {
			c.Langs = append(c.Langs, l)
		}
	}
	return nil
}

// boolean is a yes-or-no setting, off by default.
func boolean(name, help string, p func(*Config) *bool) Setting {
	return Setting{Name: name, Default: "false", Help: help,
		set: func(c *Config, v string) error {
			b, err := strconv.ParseBool(v)
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", v)
			}
			*p(c) = b
			return nil
		},
		get: func(c Config) string { return strconv.FormatBool(*p(&c)) }}
}

// secondReviewer is from which harm on a text needs two reviewers. There is no
// value that asks for fewer where harm is high.
func secondReviewer() Setting {
	return Setting{Name: "second-reviewer", Default: "high", Help: "harm from which a text needs two reviewers besides its author: high or medium",
		set: func(c *Config, v string) error {
			if v != "high" && v != "medium" {
				return fmt.Errorf("%q is neither high nor medium", v)
			}
			c.TwoMedium = v == "medium"
			return nil
		},
		get: func(c Config) string {
			if c.TwoMedium {
				return "medium"
			}
			return "high"
		}}
}

// days is a number of days from 1 to limit.
func days(name, def, help string, limit int, p func(*Config) *time.Duration) Setting {
	return number(name, def, help, 1, limit, 24*time.Hour, p)
}

// minutes is a number of minutes from 5 to 240.
func minutes(name, def, help string, p func(*Config) *time.Duration) Setting {
	return number(name, def, help, 5, 240, time.Minute, p)
}

// number is a whole number of units between lo and hi.
func number(name, def, help string, lo, hi int, unit time.Duration, p func(*Config) *time.Duration) Setting {
	return Setting{Name: name, Default: def, Help: help,
		set: func(c *Config, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil || n < lo || n > hi {
				return fmt.Errorf("%q is not a whole number from %d to %d", v, lo, hi)
			}
			*p(c) = time.Duration(n) * unit
			return nil
		},
		get: func(c Config) string { return strconv.Itoa(int(*p(&c) / unit)) }}
}
