package store

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"soi/internal/desk"
)

// Tests that end a process run this test binary again with one of these
// variables set.
const (
	childMigrate = "SOI_TEST_CHILD_MIGRATE" // "step statement": Migrate, killed there
	childWrite   = "SOI_TEST_CHILD_WRITE"   // synchronous: write and acknowledge
	childDSN     = "SOI_TEST_CHILD_DSN"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(childMigrate) != "":
		os.Exit(migrateAndDie())
	case os.Getenv(childWrite) != "":
		os.Exit(writeAndTell())
	}
	os.Exit(m.Run())
}

// migrateAndDie ends this process without a word when Migrate reaches a
// statement. 0 means that it was never reached.
func migrateAndDie() int {
	var step, statement int
	if _, err := fmt.Sscan(os.Getenv(childMigrate), &step, &statement); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	db, err := Open(context.Background(), os.Getenv(childDSN), Options{reached: func(n, i int) {
		if n == step && i == statement {
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				_ = self.Kill()
			}
			select {} // until the signal arrives
		}
	}})
	if err == nil {
		err = db.Migrate(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return 0
}

// commits is how many tips writeAndTell stores.
const commits = 250

// writeAndTell stores tips and says so after each commit.
func writeAndTell() int {
	ctx := context.Background()
	db, err := Open(ctx, os.Getenv(childDSN), Options{synchronous: os.Getenv(childWrite)})
	if err == nil {
		err = db.Migrate(ctx)
	}
	for n := 0; n < commits && err == nil; n++ {
		id := desk.NewID()
		tip := desk.Tip{ID: id, Channel: "web", ExtID: string(id), Text: strings.Repeat("chanh ", 10+n%7*800), State: desk.TipWaiting}
		err = db.Tx(ctx, func(tx desk.Tx) error {
			if err := tx.AddTip(ctx, tip); err != nil {
				return err
			}
			_, err := tx.Append(ctx, desk.Event{Kind: desk.EvTipReceived, About: tip.ID})
			return err
		})
		if err == nil {
			_, err = os.Stdout.WriteString(tip.ExtID + "\n") // one write, after the commit
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return 0
}
