package wordpress_test

import (
	"context"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
	"github.com/smmctl/smmctl/engine/provider/wordpress"
	"github.com/smmctl/smmctl/engine/provider/wordpress/wordpresstest"
)

// rig is an account on a real WordPress.
type rig struct {
	*wordpresstest.Account
	acc *provider.Account
}

func newRig(t *testing.T, s *wordpresstest.Server, role string) *rig {
	t.Helper()
	r := &rig{Account: s.Start(t, stage.Options{}, role)}
	r.acc = r.open(t)
	t.Cleanup(func() {
		if c := r.Complaints(); len(c) > 0 {
			t.Errorf("the server complains: %v", c)
		}
	})
	return r
}

func (r *rig) config() provider.Config {
	return provider.Config{
		Account:    content.Account{ID: "subject", Provider: wordpress.Name, Server: r.Server},
		Credential: func(name string) (provider.Secret, error) { return provider.NewSecret(r.Secrets[name]), nil },
		HTTP:       r.HTTP(), Clock: clock.System{}, Files: providertest.Files(), UserAgent: "smmctl-test",
		Timeout: 30 * time.Second,
	}
}

func (r *rig) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := wordpress.Driver().Open(context.Background(), r.config())
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// TestConformance as an author, whose HTML WordPress filters, and as an editor,
// whose it takes as it is.
func TestConformance(t *testing.T) {
	t.Parallel()
	for role, many := range map[string]int{"author": 130, "editor": 12} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{Driver: wordpress.Driver(), Many: many, Open: func(t *testing.T) *providertest.Subject {
				r := newRig(t, wordpresstest.Shared(t), role)
				return &providertest.Subject{
					Account: r.acc, Clock: clock.System{}, Reopen: r.open,
					Foreign: func(*testing.T) string { return r.Foreign("Somebody's own words") },
					Break:   func(op string, f memory.Fault) bool { r.Break(op, f); return true },
				}
			}})
		})
	}
}
