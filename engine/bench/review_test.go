package bench

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/site"
)

// BenchmarkReview reviews a pull request that touches three posts of a workspace
// in a packed repository, beside validating the work tree warm. Both read the
// ledger, of which every ready publication is published.
func BenchmarkReview(b *testing.B) {
	dir := published(b, posts())
	base, head := proposal(b, dir)
	e, err := engine.Open(dir, engine.Options{Drivers: []*provider.Driver{site.Driver(), mastodon.Driver()}, Build: "bench"})
	check(b, err)
	ctx := context.Background()
	review := func() {
		r, err := e.Review(ctx, engine.ReviewOptions{Base: base, Head: head, Offline: true})
		check(b, err)
		if len(r.Posts) != 3 || len(r.Plan.Changes) == 0 {
			b.Fatalf("%d posts, %d changes", len(r.Posts), len(r.Plan.Changes))
		}
	}
	valid := func() { _, err := e.Validate(ctx, nil); check(b, err) }
	read := func() { _, err := openLedger(b, dir).Read(ctx); check(b, err) }
	review() // fills the caches
	valid()
	times, cpu := map[string][]float64{}, map[string][]float64{}
	for b.Loop() {
		for _, step := range []struct {
			name string
			run  func()
		}{{"review", review}, {"validate", valid}, {"ledger", read}} {
			start, used := time.Now(), cpuTime()
			asProgram(step.run)
			times[step.name] = append(times[step.name], 1000*time.Since(start).Seconds())
			cpu[step.name] = append(cpu[step.name], 1000*(cpuTime()-used).Seconds())
		}
	}
	for unit, m := range map[string]map[string][]float64{"": times, "-cpu": cpu} {
		r, v, l := median(m["review"]), median(m["validate"]), median(m["ledger"])
		b.ReportMetric(r, "review"+unit+"-ms")
		b.ReportMetric(v, "validate-warm"+unit+"-ms")
		b.ReportMetric(l, "ledger"+unit+"-ms")
		b.ReportMetric(r/v, "review/validate"+unit)
		b.ReportMetric((r-l)/(v-l), "(review-ledger)/(validate-ledger)"+unit)
	}
}

// proposal commits the workspace, packs it, and commits edits of three posts on
// a branch. The work tree stays at the base.
func proposal(b *testing.B, dir string) (base, head string) {
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "gc.auto=0"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("git %v: %s", args, out)
		}
		return string(bytes.TrimSpace(out))
	}
	git("add", "-A")
	git("commit", "--quiet", "-m", "base")
	base = git("rev-parse", "HEAD")
	found, err := filepath.Glob(filepath.Join(dir, "content", "*", "*", "*.md"))
	check(b, err)
	for i := range 3 {
		name := found[(i+1)*len(found)/4]
		old, err := os.ReadFile(name)
		check(b, err)
		check(b, os.WriteFile(name, append(old, "One more sentence.\n"...), 0o644))
	}
	git("commit", "--quiet", "-a", "-m", "proposal")
	head = git("rev-parse", "HEAD")
	git("reset", "--quiet", "--hard", base)
	git("repack", "-adq")
	git("update-ref", "refs/heads/proposal", head)
	git("repack", "-adq")
	return base, head
}
