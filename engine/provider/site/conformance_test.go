package site

import (
	"context"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Harness{
		Driver: Driver(),
		Open: func(t *testing.T) *providertest.Subject {
			c := memory.NewClock(start)
			cfg := provider.Config{
				Account: content.Account{ID: "subject", Server: "public"},
				Clock:   c, Files: providertest.Files(), Root: t.TempDir(),
			}
			open := func(t *testing.T) *provider.Account {
				a, err := Driver().Open(context.Background(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			return &providertest.Subject{Account: open(t), Clock: c, Advance: c.Advance, Reopen: open}
		},
	})
}
