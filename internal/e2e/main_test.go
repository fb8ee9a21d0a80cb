package e2e

import (
	"testing"

	"soi/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
