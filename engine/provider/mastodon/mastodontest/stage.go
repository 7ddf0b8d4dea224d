package mastodontest

import (
	"net/http/httptest"
	"testing"

	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// Start starts a server of a flavour for the suites that run over all platforms.
func Start(flavour Flavour) stage.Start {
	return func(t testing.TB, o stage.Options) *stage.Platform {
		t.Helper()
		s := New(Options{Flavour: flavour, Clock: o.Clock, Watch: o.Watch, Token: "mastodon-secret"})
		web := httptest.NewServer(s)
		t.Cleanup(web.Close)
		return &stage.Platform{
			Gate: s.Gate, Provider: "mastodon", Server: web.URL, Secrets: map[string]string{"token": "mastodon-secret"},
			Foreign: s.Foreign, Complaints: s.Complaints,
			Accepted: func() (out []string) {
				for _, x := range s.Accepted() {
					out = append(out, x.Text)
				}
				return out
			},
			Live: func() (out []string) {
				for _, p := range s.Live() {
					out = append(out, p.Text)
				}
				return out
			},
		}
	}
}
