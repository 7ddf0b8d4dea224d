package forge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/gitea"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/provider"
)

const (
	token  = "s3cret-forge-t0ken"
	commit = "0123456789abcdef0123456789abcdef01234567"
	mark   = "<!-- smmctl -->"
)

// dial is a clock that shows a moment and sleeps at once.
type dial struct {
	mu    sync.Mutex
	slept []time.Duration
}

func (*dial) Now() time.Time { return time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC) }

func (d *dial) Sleep(ctx context.Context, pause time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slept = append(d.slept, pause)
	return ctx.Err()
}

// stub is a forge of one answer, which counts.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	methods []string
}

func newStub(t *testing.T, answer http.HandlerFunc) *stub {
	t.Helper()
	s := &stub{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.methods = append(s.methods, r.Method)
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.methods
}

// clients are both, on one address.
func clients(t *testing.T, address string, d *dial) []*forge.Forge {
	t.Helper()
	hub, err := github.New(github.Options{API: address, Repository: "acme/brand", Token: provider.NewSecret(token), Clock: d})
	if err != nil {
		t.Fatal(err)
	}
	tea, err := gitea.New(gitea.Options{API: address + "/api/v1", Repository: "acme/brand", Token: provider.NewSecret(token), Clock: d})
	if err != nil {
		t.Fatal(err)
	}
	return []*forge.Forge{hub, tea}
}

// call is one thing that a Forge does.
type call struct {
	name  string
	write bool
	do    func(context.Context, *forge.Forge) error
}

var calls = []call{
	{"pull", false, func(ctx context.Context, f *forge.Forge) error { _, err := f.Pulls.Pull(ctx, 7); return err }},
	{"merged", false, func(ctx context.Context, f *forge.Forge) error {
		_, err := f.Pulls.Merged(ctx, "main", time.Time{})
		return err
	}},
	{"reviews", false, func(ctx context.Context, f *forge.Forge) error { _, err := f.Pulls.Reviews(ctx, 7); return err }},
	{"retargeted", false, func(ctx context.Context, f *forge.Forge) error {
		_, err := f.Pulls.Retargeted(ctx, &forge.Pull{Number: 7, Merged: true})
		return err
	}},
	{"comments", false, func(ctx context.Context, f *forge.Forge) error { _, err := f.Comments.List(ctx, 7); return err }},
	{"self", false, func(ctx context.Context, f *forge.Forge) error { _, err := f.Comments.Self(ctx); return err }},
	{"create", true, func(ctx context.Context, f *forge.Forge) error { _, err := f.Comments.Create(ctx, 7, "x"); return err }},
	{"edit", true, func(ctx context.Context, f *forge.Forge) error { _, err := f.Comments.Edit(ctx, 9, "x"); return err }},
	{"status", true, func(ctx context.Context, f *forge.Forge) error {
		return f.Statuses.Set(ctx, commit, forge.Status{Context: "smmctl", State: forge.Success})
	}},
	{"remarks", false, func(ctx context.Context, f *forge.Forge) error {
		if f.Remarks == nil {
			_, err := f.Pulls.Pull(ctx, 7)
			return err
		}
		return f.Remarks.Replace(ctx, 7, commit, mark, []forge.Remark{{Path: "a.md", Line: 1, Body: "x"}})
	}},
}
