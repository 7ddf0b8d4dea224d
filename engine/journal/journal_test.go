package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/journal"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/ledger/ledgertest"
)

var at = time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)

func record(n int) journal.Record {
	return journal.Record{Run: "run-1", Time: at.Add(time.Duration(n) * time.Second), Entry: ledgertest.Entry(n, ledger.Published)}
}

func open(t testing.TB, dir string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, "id")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// check reads with a new Journal, as the process after a crash does.
func check(t testing.TB, dir string, want int) {
	t.Helper()
	got, err := open(t, dir).Read()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != want {
		t.Fatalf("%d records, want %d", len(got), want)
	}
	for i, r := range got {
		if w := record(i); r.Run != w.Run || !r.Time.Equal(w.Time) || r.Entry.Key != w.Entry.Key || r.Entry.Segments[0].ID != w.Entry.Segments[0].ID {
			t.Fatalf("record %d: %+v, want %+v", i, r, w)
		}
	}
}

func TestAppendReadClear(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "smmctl")
	j := open(t, dir)
	if _, err := os.Stat(dir); err == nil {
		t.Error("opening made the folder")
	}
	for n := range 3 {
		if err := j.Append(record(n)); err != nil {
			t.Fatal(err)
		}
		check(t, dir, n+1)
	}
	for range 2 {
		if err := j.Clear(); err != nil {
			t.Fatal(err)
		}
		check(t, dir, 0)
	}
	if err := j.Append(record(0)); err != nil {
		t.Fatal(err)
	}
	check(t, dir, 1)
}

// Cut at any byte, the journal gives every record that was whole, and goes on.
func TestTornWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := open(t, dir)
	var ends []int64
	name := filepath.Join(dir, journal.FileName)
	for n := range 3 {
		if err := j.Append(record(n)); err != nil {
			t.Fatal(err)
		}
		info, _ := os.Stat(name)
		ends = append(ends, info.Size())
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		cut := rapid.IntRange(0, len(whole)).Draw(rt, "cut")
		want := 0
		for _, end := range ends {
			if int64(cut) >= end {
				want++
			}
		}
		torn := t.TempDir()
		if err := os.WriteFile(filepath.Join(torn, journal.FileName), whole[:cut], 0o600); err != nil {
			rt.Fatal(err)
		}
		check(t, torn, want)
		next := open(t, torn)
		if err := next.Append(record(want)); err != nil {
			rt.Fatal(err)
		}
		check(t, torn, want+1)
		_ = next.Close()
	})
}

func TestForeignLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, dir).Append(record(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, "another"); !errors.Is(err, journal.ErrForeign) {
		t.Errorf("open: %v", err)
	}
}

// A journal that another ledger began after Open is not written to.
func TestForeignLedgerAtAppend(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	late, err := journal.Open(dir, "another")
	if err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).Append(record(0)); err != nil {
		t.Fatal(err)
	}
	if err := late.Append(record(1)); !errors.Is(err, journal.ErrForeign) {
		t.Errorf("append: %v", err)
	}
	check(t, dir, 1)
}

func TestCorrupt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"garbage\n", "{}\n", `{"journal":2,"ledger":"id"}` + "\n",
		`{"journal":1,"ledger":"id"}` + "\nnot json\n" + `{"run":"r","entry":{"key":"a@b"}}` + "\n",
		`{"journal":1,"ledger":"id"}` + "\n{}\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, journal.FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Open(dir, "id"); !errors.Is(err, journal.ErrCorrupt) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestConcurrentAppends(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := open(t, dir)
	var writers sync.WaitGroup
	for n := range 16 {
		writers.Go(func() {
			if err := j.Append(record(n)); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	if got, err := j.Read(); err != nil || len(got) != 16 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func BenchmarkAppend(b *testing.B) {
	j, err := journal.Open(b.TempDir(), "id")
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for b.Loop() {
		if err := j.Append(record(1)); err != nil {
			b.Fatal(err)
		}
	}
}
