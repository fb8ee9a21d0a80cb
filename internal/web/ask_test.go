package web

import (
	"testing"

	"soi/internal/desk"
)

// TestOpenClaimsHaveNoCard: what another asker wrote is shown to nobody.
func TestOpenClaimsHaveNoCard(t *testing.T) {
	claim := desk.ClaimKey("0123456789abcdefghjkmnpqrs")
	cs, err := testSite(t).cards(t.Context(), "vi", []string{claim, "", "x/y"})
	if err != nil || len(cs) != 0 {
		t.Errorf("cards of an open claim: %v, %v", cs, err)
	}
}
