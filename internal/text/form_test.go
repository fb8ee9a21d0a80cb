package text

import "testing"

func TestForm(t *testing.T) {
	const composed, apart = "ho\u00e0 \ufb01", "hoa\u0300 \ufb01"
	for form, want := range map[string]string{"NFC": composed, "NFD": apart, "NFKC": "ho\u00e0 fi", "NFKD": "hoa\u0300 fi"} {
		for _, s := range []string{composed, apart} {
			if got := Form(form, s); got != want {
				t.Errorf("%s of %q is %q, not %q", form, s, got, want)
			}
		}
	}
	if got := Form("other", apart); got != apart {
		t.Errorf("an unknown form changed %q to %q", apart, got)
	}
}
