package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"soi/internal/app"
	"soi/internal/app/apptest"
)

// TestDoctorAsksTheOutsideProvider: one that answers is well; one that does
// not, or stands where soi does not reach, is named with what would help.
func TestDoctorAsksTheOutsideProvider(t *testing.T) {
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/.well-known/openid-configuration" {
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, srv.URL, srv.URL+"/a", srv.URL+"/t", srv.URL+"/k")
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer srv.Close()
	for issuer, want := range map[string]string{srv.URL: "people's door answers", srv.URL + "/elsewhere": "does not answer as an OpenID Connect provider", "https://10.255.255.1": "private network"} {
		a := apptest.Open(t, apptest.Options{Settings: map[string]string{"oidc-issuer": issuer, "oidc-client": "soi", "oidc-name": "people's door"}})
		var said []string
		for _, r := range a.Doctor(t.Context()) {
			if line := r.In("en"); strings.Contains(line, "people's door") {
				said = append(said, line)
				if ok := strings.Contains(line, want) && (r.Level == app.Well) == (issuer == srv.URL); !ok {
					t.Errorf("%s: %s", issuer, line)
				}
			}
		}
		if len(said) != 1 {
			t.Errorf("%s: %v", issuer, said)
		}
	}
}
