package mastodon_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// flavours, with what each does against publishing twice: only two give the
// first post again.
var flavours = map[mastodontest.Flavour]provider.Facility{
	mastodontest.Mastodon:   provider.IdempotencyKey,
	mastodontest.GoToSocial: provider.ReadBack,
	mastodontest.Pleroma:    provider.IdempotencyKey,
	mastodontest.Pixelfed:   provider.ReadBack,
}

// rig is a server and an account on it.
type rig struct {
	*mastodontest.Server
	*provider.Account
	clock *memory.Clock
	http  *httptest.Server
	rates chan provider.Rate
}

func newRig(t *testing.T, o mastodontest.Options) *rig {
	t.Helper()
	c := memory.NewClock(start)
	o.Clock = c
	s := mastodontest.New(o)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	r := &rig{Server: s, clock: c, http: h, rates: make(chan provider.Rate, 10_000)}
	r.Account = r.open(t)
	return r
}

func (r *rig) config() provider.Config {
	return provider.Config{
		Account:    content.Account{ID: "subject", Provider: mastodon.Name, Server: r.http.URL},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret("token"), nil },
		HTTP:       r.Client(r.http), Clock: r.clock, Files: providertest.Files(), UserAgent: "smmctl-test",
		Timeout: 10 * time.Second, OnRate: func(x provider.Rate) { r.rates <- x },
	}
}

func (r *rig) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := mastodon.Driver().Open(context.Background(), r.config())
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for flavour, facility := range flavours {
		d := mastodon.Driver()
		d.Facility = facility
		many := 0
		if flavour != mastodontest.Mastodon {
			many = 130
		}
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{Driver: d, Many: many, Open: func(t *testing.T) *providertest.Subject {
				r := newRig(t, mastodontest.Options{Flavour: flavour, MediaPolls: 2, AsyncImages: true})
				r.drain()
				t.Cleanup(func() {
					if c := r.Complaints(); len(c) > 0 {
						t.Errorf("the server complains: %v", c)
					}
				})
				return &providertest.Subject{
					Account: r.Account, Clock: r.clock, Advance: r.clock.Advance, Reopen: r.open,
					Foreign: func(*testing.T) string { return r.Foreign("Somebody's own words") },
					Break:   func(op string, f memory.Fault) bool { r.Break(op, f); return true },
				}
			}})
		})
	}
}

// drain keeps the rates from filling up where nobody reads them.
func (r *rig) drain() {
	go func() {
		for range r.rates {
		}
	}()
}

var _ http.Handler = (*mastodontest.Server)(nil)
