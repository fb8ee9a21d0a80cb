package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"soi/internal/config"
)

func env(m map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := m[k]; return v, ok }
}

func TestOrderOfSources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "soi.toml")
	if err := os.WriteFile(file, []byte("name = \"From the file\"\nlisten = \"127.0.0.1:9001\"\nretention-days = 30\nlangs = [\"en\", \"vi\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, env(map[string]string{"SOI_LISTEN": "127.0.0.1:9002", "SOI_NAME": "From the environment"}),
		map[string]string{"listen": "127.0.0.1:9003"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:9003" || c.Name != "From the environment" || c.Retention != 30*24*time.Hour || c.Langs[0] != "en" {
		t.Errorf("got %+v", c)
	}
	if c.PublicURL != "http://127.0.0.1:9003" || c.Keys != filepath.Join("data", "keys") {
		t.Errorf("derived: %q %q", c.PublicURL, c.Keys)
	}
}

// TestEvaluationDataIsNoDesk: whoever has set SOI_DATA for the measurements
// and starts a desk does not get one inside the data.
func TestEvaluationDataIsNoDesk(t *testing.T) {
	c, err := config.Load("", env(map[string]string{"SOI_DATA": "/somewhere/shared/data"}), nil)
	if err != nil || c.Data != "data" {
		t.Errorf("the data folder is %q, %v", c.Data, err)
	}
	c, err = config.Load("", env(map[string]string{"SOI_FOLDER": "/srv/soi"}), nil)
	if err != nil || c.Data != "/srv/soi" {
		t.Errorf("the data folder is %q, %v", c.Data, err)
	}
}

func TestRefused(t *testing.T) {
	for name, flags := range map[string]map[string]string{
		"zone":       {"zone": "Mars/Olympus"},
		"langs":      {"langs": "vi,xx"},
		"listen":     {"listen": "8080"},
		"public-url": {"public-url": "https://desk.example/path"},
		"clear":      {"public-url": "http://desk.example"},
		"everywhere": {"listen": ":8080"},
		"database":   {"database": "mysql://x"},
		"retention":  {"retention-days": "0"},
		"proxy":      {"proxy": "perhaps"},
	} {
		if _, err := config.Load("", env(nil), flags); !errors.Is(err, config.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

func TestUnknownNameInFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "soi.toml")
	if err := os.WriteFile(file, []byte("nmae = \"typo\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(file, env(nil), nil)
	if !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), "nmae") {
		t.Errorf("got %v", err)
	}
}

func TestPrintHidesSecretsAndCanBeReadBack(t *testing.T) {
	c, err := config.Load("", env(nil), map[string]string{"database": "postgres://soi:hunter2@127.0.0.1/soi"})
	if err != nil {
		t.Fatal(err)
	}
	out := c.Print()
	if strings.Contains(out, "hunter2") {
		t.Error("the printed configuration shows a password")
	}
	c.Database = ""
	file := filepath.Join(t.TempDir(), "soi.toml")
	if err := os.WriteFile(file, []byte(c.Print()), 0o600); err != nil {
		t.Fatal(err)
	}
	back, err := config.Load(file, env(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	if back.Print() != c.Print() {
		t.Errorf("read back as\n%s\nwant\n%s", back.Print(), c.Print())
	}
}
