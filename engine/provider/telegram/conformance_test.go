package telegram_test

import (
	"context"
	"io/fs"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/telegram"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// rig is a server and the account on it.
type rig struct {
	*telegramtest.Server
	*provider.Account
	clock *memory.Clock
	http  *httptest.Server
	files fs.FS
	chat  any
}

func newRig(t *testing.T, o telegramtest.Options) *rig {
	t.Helper()
	r := startRig(t, o)
	r.Account = r.open(t)
	return r
}

// startRig makes a rig whose account is not opened. Its server must have nothing
// to complain of in the end.
func startRig(t *testing.T, o telegramtest.Options) *rig {
	t.Helper()
	c := memory.NewClock(start)
	o.Clock = c
	r := &rig{Server: telegramtest.New(o), clock: c, files: providertest.Files(), chat: "@acme_news"}
	if o.Private {
		r.chat = telegramtest.ChatID
	}
	r.http = httptest.NewServer(r.Server)
	t.Cleanup(r.http.Close)
	t.Cleanup(func() {
		if c := r.Complaints(); len(c) > 0 {
			t.Errorf("the server complains: %q", c)
		}
	})
	return r
}

func (r *rig) config() provider.Config {
	return provider.Config{
		Account:    content.Account{ID: "subject", Provider: telegram.Name, Server: r.http.URL, Options: map[string]any{"chat": r.chat}},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(telegramtest.Token), nil },
		HTTP:       r.Client(r.http), Clock: r.clock, Files: r.files, UserAgent: "smmctl-test", Timeout: 10 * time.Second,
	}
}

func (r *rig) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := telegram.Driver().Open(context.Background(), r.config())
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]telegramtest.Options{
		"channel":         {},
		"private channel": {Private: true},
		"supergroup":      {Type: "supergroup"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{Driver: telegram.Driver(), Many: 130, Open: func(t *testing.T) *providertest.Subject {
				r := newRig(t, o)
				return &providertest.Subject{
					Account: r.Account, Clock: r.clock, Advance: r.clock.Advance, Reopen: r.open,
					Foreign: func(*testing.T) string { return r.Foreign("Somebody's own words") },
					Break:   func(op string, f memory.Fault) bool { r.Break(op, f); return true },
				}
			}})
		})
	}
}
