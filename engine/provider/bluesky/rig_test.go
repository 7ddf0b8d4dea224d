package bluesky_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/bluesky"
	"github.com/smmctl/smmctl/engine/provider/bluesky/blueskytest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// rig is an account on a real PDS, opened.
type rig struct {
	*blueskytest.Account
	acc     *provider.Account
	options map[string]any
	limits  map[string]int
	rates   chan provider.Rate
}

// newRig opens a fresh account on the PDS that all tests share.
func newRig(t *testing.T, options map[string]any) *rig {
	t.Helper()
	return open(t, blueskytest.Shared(t).Account(t, stage.Options{}), options)
}

func open(t *testing.T, a *blueskytest.Account, options map[string]any) *rig {
	t.Helper()
	r := &rig{Account: a, options: options, rates: make(chan provider.Rate, 10_000)}
	t.Cleanup(func() {
		if c := r.Complaints(); len(c) > 0 {
			t.Errorf("complaints: %v", c)
		}
	})
	r.acc = r.open(t)
	return r
}

func (r *rig) config(t *testing.T) provider.Config {
	gate, err := url.Parse(r.Server)
	if err != nil {
		t.Fatal(err)
	}
	base := *r.Client(r.HTTP)
	base.Transport = onlyHost{t, gate.Host, base.Transport}
	return provider.Config{
		Account: content.Account{
			ID: "subject", Provider: bluesky.Name, Server: r.Server, Handle: "@" + r.Handle, Options: r.options, PlatformLimits: r.limits,
		},
		Credential: func(name string) (provider.Secret, error) { return provider.NewSecret(r.Secrets[name]), nil },
		HTTP:       &base, Clock: clock.System{}, Files: mediaFiles(), UserAgent: "smmctl-test",
		Timeout: time.Minute, OnRate: func(x provider.Rate) { r.rates <- x },
	}
}

func (r *rig) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := bluesky.Driver().Open(context.Background(), r.config(t))
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// onlyHost fails a test whose client asks anybody but the account's server. The
// DID document that comes with each session names another host.
type onlyHost struct {
	t    *testing.T
	host string
	next http.RoundTripper
}

func (o onlyHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != o.host {
		o.t.Errorf("a request went to %s, the account's server is %s", r.URL.Host, o.host)
	}
	return o.next.RoundTrip(r)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options map[string]any
		many    int
	}{
		"replaced": {nil, 130}, "edited in place": {map[string]any{"edit": "put"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{Driver: bluesky.Driver(), Many: c.many, Open: func(t *testing.T) *providertest.Subject {
				r := newRig(t, c.options)
				return &providertest.Subject{
					Account: r.acc, Clock: clock.System{}, Reopen: r.open,
					Foreign: func(*testing.T) string { return r.Foreign("Written by somebody else") },
					Break:   func(op string, f memory.Fault) bool { r.Break(op, f); return true },
				}
			}})
		})
	}
}
