package vk_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
	"github.com/smmctl/smmctl/engine/provider/vk"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// rig is a server and a community on it.
type rig struct {
	*vktest.Server
	*provider.Account
	gate   *stage.Gate
	url    string
	clock  *memory.Clock
	client *http.Client
}

// newServer starts a server that must have nothing to complain of in the end.
func newServer(t *testing.T, o vktest.Options) *rig {
	t.Helper()
	r := &rig{clock: memory.NewClock(start)}
	o.Clock = r.clock
	s, p, client := vktest.Run(t, o, nil)
	r.Server, r.gate, r.url, r.client = s, p.Gate, p.Server, client
	t.Cleanup(func() {
		if c := s.Complaints(); len(c) > 0 {
			t.Errorf("the server complains: %v", c)
		}
	})
	return r
}

func newRig(t *testing.T, o vktest.Options) *rig {
	t.Helper()
	r := newServer(t, o)
	r.Account = r.open(t)
	return r
}

func (r *rig) config() provider.Config {
	return provider.Config{
		Account:    content.Account{ID: "subject", Provider: vk.Name, Server: r.url, Options: map[string]any{"group": "acme"}},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret("token"), nil },
		HTTP:       r.client, Clock: r.clock, Files: providertest.Files(), UserAgent: "smmctl-test",
		Timeout: 10 * time.Second,
	}
}

// reopen signs in again as a later run does: runs do not know of each other's
// requests, so a second lies between them.
func (r *rig) reopen(t *testing.T) *provider.Account {
	t.Helper()
	r.clock.Advance(time.Second)
	defer r.clock.Advance(time.Second)
	return r.open(t)
}

func (r *rig) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := vk.Driver().Open(context.Background(), r.config())
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// The suite runs against every way in which VK may treat what it does not
// document: whether it escapes texts, and whether it remembers a guid.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]vktest.Options{
		"texts as they are": {PerSecond: 3},
		"texts escaped":     {Escape: true},
		"guid remembered":   {Guid: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{Driver: vk.Driver(), Many: 130, Open: func(t *testing.T) *providertest.Subject {
				r := newRig(t, o)
				return &providertest.Subject{
					Account: r.Account, Clock: r.clock, Advance: r.clock.Advance, Reopen: r.reopen,
					Foreign: func(*testing.T) string { return r.Foreign("An editor's own words") },
					Break:   func(op string, f memory.Fault) bool { r.gate.Break(op, f); return true },
				}
			}})
		})
	}
}
