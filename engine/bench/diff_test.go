package bench

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/internal/workspacegen"
	"github.com/smmctl/smmctl/engine/ledger"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/site"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/validate"
)

// BenchmarkDiffOffline plans a workspace of which everything is published and
// nothing has changed, beside what it is made of: validating warm, and reading
// the ledger.
func BenchmarkDiffOffline(b *testing.B) {
	dir := published(b, posts())
	e, err := engine.Open(dir, engine.Options{Drivers: []*provider.Driver{site.Driver(), mastodon.Driver()}, Build: "bench"})
	check(b, err)
	ctx := context.Background()
	_, err = e.Plan(ctx, engine.PlanOptions{Offline: true}) // fills the cache
	check(b, err)
	var plan, valid, read time.Duration
	for b.Loop() {
		start := time.Now()
		out, err := e.Plan(ctx, engine.PlanOptions{Offline: true})
		check(b, err)
		plan += time.Since(start)
		if s := out.Plan.Summary; s.None < posts()/2 || s.Publish+s.Edit > 0 {
			b.Fatalf("%+v", s)
		}
		start = time.Now()
		_, err = e.Validate(ctx, nil)
		check(b, err)
		valid += time.Since(start)
		start = time.Now()
		_, err = openLedger(b, dir).Read(ctx)
		check(b, err)
		read += time.Since(start)
	}
	n := float64(b.N)
	b.ReportMetric(plan.Seconds()*1000/n, "diff-ms")
	b.ReportMetric((valid-read).Seconds()*1000/n, "validate-warm-ms")
	b.ReportMetric(read.Seconds()*1000/n, "ledger-ms")
	// Validating reads the ledger, too: for what it remembers of the servers.
	b.ReportMetric((plan-read).Seconds()/(valid-read).Seconds(), "(diff-ledger)/(validate-ledger)")
}

const ledgerID = "7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c"

func openLedger(b *testing.B, dir string) *gitledger.Ledger {
	l, err := gitledger.Open(gitledger.Options{Repo: dir, ID: ledgerID})
	check(b, err)
	return l
}

// published makes a workspace in a repository whose ledger has every ready
// publication as published.
func published(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	check(b, workspacegen.Write(dir, workspacegen.Options{Posts: n, SlotOf: slotOf()}))
	check(b, os.WriteFile(dir+"/smm.yaml", []byte("format: 1\ntimezone: Europe/Paris\nlanguage: en\nledger: {id: "+ledgerID+", remote: none}\n"), 0o644))
	cmd := exec.Command("git", "init", "--quiet", dir)
	check(b, cmd.Run())
	fsys, err := repo.DirFS(dir)
	check(b, err)
	ws, err := load.Open(fsys)
	check(b, err)
	report, err := validate.Check(context.Background(), ws, validate.Options{Drivers: drivers()})
	check(b, err)
	u := ledger.Update{Message: "bench"}
	for _, p := range report.Posts {
		for _, pub := range p.Publications {
			if pub.Ready {
				u.Entries = append(u.Entries, entryOf(pub))
			}
		}
	}
	l := openLedger(b, dir)
	check(b, l.Init(context.Background()))
	snap, err := l.Read(context.Background())
	check(b, err)
	u.Base = snap.Revision
	_, err = l.Commit(context.Background(), u)
	check(b, err)
	time.Sleep(2100 * time.Millisecond) // files written just now are racily clean, and are read again
	return dir
}

func entryOf(p content.Publication) *ledger.Entry {
	return &ledger.Entry{
		Key: p.Key, Generation: 1, State: ledger.Published, Provider: p.Provider, Digest: p.Digest, Renderer: content.RendererVersion,
		At: p.At, IntentAt: p.At, PublishedAt: p.At, Path: p.Path,
		Segments: []ledger.Segment{{ClientKey: p.Digest, Fingerprint: p.Digest, ID: p.Key.Post, URL: "https://example.org/" + p.Key.Post,
			Sent: map[string]string{"text": p.Key.Post}, Observed: map[string]string{"text": p.Key.Post}, CreatedAt: p.At}},
	}
}
