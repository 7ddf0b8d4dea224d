package bench

import (
	"context"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/internal/workspacegen"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/site"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/validate"
)

// posts is how many the workspace has: 10,000, or SMMCTL_BENCH_POSTS.
func posts() int {
	if n, err := strconv.Atoi(os.Getenv("SMMCTL_BENCH_POSTS")); err == nil && n > 0 {
		return n
	}
	return 10_000
}

// slotOf says that one post in so many fills a slot: 4, or SMMCTL_BENCH_SLOT_OF.
func slotOf() int {
	n, _ := strconv.Atoi(os.Getenv("SMMCTL_BENCH_SLOT_OF"))
	return n // 0 is the generator's default
}

var made struct {
	sync.Mutex
	dirs map[int]string
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range made.dirs {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// workspace makes a workspace of n posts on disk, once a run.
func workspace(b *testing.B, n int) fs.FS {
	made.Lock()
	defer made.Unlock()
	if made.dirs[n] == "" {
		dir, err := os.MkdirTemp("", "smmctl-bench-*")
		check(b, err)
		check(b, workspacegen.Write(dir, workspacegen.Options{Posts: n, SlotOf: slotOf()}))
		old := time.Now().Add(-time.Hour) // as files are that nobody has just written
		check(b, fs.WalkDir(os.DirFS(dir), ".", func(p string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Chtimes(dir+"/"+p, old, old)
		}))
		if made.dirs == nil {
			made.dirs = map[int]string{}
		}
		made.dirs[n] = dir
		time.Sleep(2100 * time.Millisecond) // the files' change times must be old as well
	}
	fsys, err := repo.DirFS(made.dirs[n])
	check(b, err)
	return fsys
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func drivers() map[string]*provider.Driver {
	s, m := site.Driver(), mastodon.Driver()
	return map[string]*provider.Driver{s.Name: s, m.Name: m}
}

// runValidate is what `smmctl validate` does.
func runValidate(b *testing.B, fsys fs.FS, cache validate.Cache) *validate.Report {
	o := validate.Options{Drivers: drivers(), Cache: cache, Workers: 2, Lean: true}
	ws, err := validate.Open(fsys, o)
	check(b, err)
	r, err := validate.Check(context.Background(), ws, o)
	check(b, err)
	if r.Diagnostics.HasErrors() {
		b.Fatalf("the generated workspace is not valid: %v", r.Diagnostics[0])
	}
	return r
}

func BenchmarkReadHash(b *testing.B) {
	fsys := workspace(b, posts())
	measure(b, func() { check(b, readHash(fsys)) })
}

func BenchmarkBare(b *testing.B) {
	fsys := workspace(b, posts())
	measure(b, func() { check(b, bare(fsys)) })
}

func BenchmarkValidateCold(b *testing.B) {
	fsys := workspace(b, posts())
	measure(b, func() { runValidate(b, fsys, nil) })
}

func BenchmarkValidateColdSaving(b *testing.B) {
	fsys := workspace(b, posts())
	measure(b, func() { asProgram(func() { runValidate(b, fsys, validate.DirCache(b.TempDir())) }) })
}

func BenchmarkValidateWarm(b *testing.B) {
	fsys := workspace(b, posts())
	cache := validate.DirCache(b.TempDir())
	runValidate(b, fsys, cache)
	measure(b, func() {
		if r := runValidate(b, fsys, cache); r.Stats.Decoded != 0 {
			b.Fatalf("a warm run decoded %d posts", r.Stats.Decoded)
		}
	})
}

// measure runs the benchmark and reports the time a post and the process's peak
// memory while it ran.
func measure(b *testing.B, run func()) {
	runtime.GC()
	debug.FreeOSMemory()
	resetPeak()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*posts()), "µs/post")
	b.ReportMetric(peakMB(), "MB-peak")
}

// resetPeak forgets the peak of memory so far. Linux only; elsewhere the peak
// is that of the whole process. (proc(5), clear_refs: 5 resets VmHWM.)
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkRatio runs everything in turn and reports the medians' ratios: cold
// against the bare pipeline, warm against reading and hashing.
func BenchmarkRatio(b *testing.B) {
	fsys := workspace(b, posts())
	cache := validate.DirCache(b.TempDir())
	runValidate(b, fsys, cache)
	steps := []struct {
		name string
		run  func()
	}{
		{"bare", func() { check(b, bare(fsys)) }},
		{"cold", func() { runValidate(b, fsys, nil) }},
		{"tuned", func() { asProgram(func() { runValidate(b, fsys, nil) }) }},
		{"readhash", func() { check(b, readHash(fsys)) }},
		{"warm", func() { runValidate(b, fsys, cache) }},
	}
	wall, cpu := map[string][]float64{}, map[string][]float64{}
	for b.Loop() {
		for _, s := range steps {
			runtime.GC()
			start, used := time.Now(), cpuTime()
			s.run()
			wall[s.name] = append(wall[s.name], time.Since(start).Seconds())
			cpu[s.name] = append(cpu[s.name], (cpuTime() - used).Seconds())
		}
	}
	for _, s := range steps {
		b.ReportMetric(1000*median(wall[s.name]), s.name+"-ms")
		b.ReportMetric(1000*median(cpu[s.name]), s.name+"-cpu-ms")
	}
	b.ReportMetric(median(wall["cold"])/median(wall["bare"]), "cold/bare")
	b.ReportMetric(median(wall["tuned"])/median(wall["bare"]), "tuned/bare")
	b.ReportMetric(median(wall["warm"])/median(wall["readhash"]), "warm/readhash")
	b.ReportMetric(median(cpu["cold"])/median(cpu["bare"]), "cold/bare-cpu")
	b.ReportMetric(median(cpu["tuned"])/median(cpu["bare"]), "tuned/bare-cpu")
	b.ReportMetric(median(cpu["warm"])/median(cpu["readhash"]), "warm/readhash-cpu")
}

// asProgram runs with the garbage collector set as cmd/smmctl sets it.
func asProgram(run func()) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(160 << 20))
	run()
}

// cpuTime is what the process has used: on a busy machine it says more than the
// clock on the wall.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
