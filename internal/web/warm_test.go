package web_test

import (
	"context"
	"testing"

	"soi/internal/app/apptest"
)

// TestListIsReadBeforeAnybodyAsks: after a start the list of checks is read
// without a request.
func TestListIsReadBeforeAnybodyAsks(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	apptest.Wait(t, "the list of checks to be read", func(context.Context) bool {
		size, checks := d.Site().Known()
		return size == d.Signed() && checks > 100
	})
}
