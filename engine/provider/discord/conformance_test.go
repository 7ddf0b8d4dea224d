package discord_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// rig is a server and an account on it.
type rig struct {
	*discordtest.Server
	*provider.Account
	clock *memory.Clock
	http  *httptest.Server
}

// newRig starts a server. The test fails at its end where the server complains,
// unless it takes the complaints itself.
func newRig(t *testing.T, o discordtest.Options) *rig {
	t.Helper()
	c := memory.NewClock(start)
	o.Clock = c
	s := discordtest.New(o)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	r := &rig{Server: s, clock: c, http: h}
	r.Account = r.open(t, o.Forum)
	t.Cleanup(func() {
		if c := s.Complaints(); len(c) > 0 {
			t.Errorf("the server complains: %v", c)
		}
	})
	return r
}

func (r *rig) config(forum bool) provider.Config {
	account := content.Account{ID: "subject", Provider: discord.Name, Server: r.http.URL}
	if forum {
		account.Options = map[string]any{"forum": true}
	}
	return provider.Config{
		Account: account,
		Credential: func(string) (provider.Secret, error) {
			return provider.NewSecret(discordtest.Address(r.http.URL)), nil
		},
		HTTP: r.Client(r.http), Clock: r.clock, Files: providertest.Files(), UserAgent: "smmctl/test",
		Timeout: 10 * time.Second,
	}
}

func (r *rig) open(t *testing.T, forum bool) *provider.Account {
	t.Helper()
	acc, err := discord.Driver().Open(context.Background(), r.config(forum))
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]discordtest.Options{
		"text channel": {},
		"forum":        {Forum: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{Driver: discord.Driver(), Many: 130, Open: func(t *testing.T) *providertest.Subject {
				r := newRig(t, o)
				return &providertest.Subject{
					Account: r.Account, Clock: r.clock, Advance: r.clock.Advance,
					Reopen:  func(t *testing.T) *provider.Account { return r.open(t, o.Forum) },
					Foreign: func(*testing.T) string { return r.Foreign("Somebody's own words") },
					Break:   func(op string, f memory.Fault) bool { r.Break(op, f); return true },
				}
			}})
		})
	}
}

var _ stage.Start = discordtest.Start

func openWith(cfg provider.Config) (*provider.Account, error) {
	return discord.Driver().Open(context.Background(), cfg)
}
