package scaffold

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/validate"
)

type at struct {
	clock.System
	t time.Time
}

func (a at) Now() time.Time { return a.t }

// check validates a folder as the program would.
func check(t interface{ Fatal(...any) }, dir string) diag.List {
	fsys, err := repo.DirFS(dir)
	if err != nil {
		t.Fatal(err)
	}
	ws, err := load.Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	drivers := map[string]*provider.Driver{}
	for _, d := range all.Drivers() {
		drivers[d.Name] = d
	}
	r, err := validate.Check(context.Background(), ws, validate.Options{Drivers: drivers})
	if err != nil {
		t.Fatal(err)
	}
	return r.Diagnostics
}

// Whenever and wherever a workspace is made, it validates without a word, and
// its first post is due.
func TestFilesValidateAtAnyTime(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Havana"}
	base := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		now := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 20*365*24*3600).Draw(rt, "seconds")) * time.Second)
		w := workspace{Brand: "acme", Account: "acme-site", Timezone: rapid.SampledFrom(zones).Draw(rt, "zone"), Branch: "main", LedgerID: "7f3c"}
		files, err := w.files(now)
		if err != nil {
			rt.Fatal(err)
		}
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := write(dir, files); err != nil {
			rt.Fatal(err)
		}
		if found := check(rt, dir); len(found) > 0 {
			rt.Fatalf("%s in %s: %+v", now, w.Timezone, found)
		}
		months, err := w.months(now)
		if err != nil {
			rt.Fatal(err)
		}
		first, err := content.ParseTime(months[0].Slots[0].At)
		if err != nil {
			rt.Fatal(err)
		}
		zone, _ := time.LoadLocation(w.Timezone)
		due, err := first.In(zone)
		if late := now.Sub(due); err != nil || late < 0 || late >= time.Minute {
			rt.Fatalf("%s in %s: due at %s, %v", now, w.Timezone, due, err)
		}
	})
}

// The hours at which clocks change are rare: each is tried.
func TestWrittenAcrossClockChanges(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2026-10-25T00:30:00Z": "2026-10-25T02:30+02:00", // the first 02:30
		"2026-10-25T01:30:00Z": "2026-10-25T02:30+01:00", // the second
		"2026-10-25T02:00:00Z": "2026-10-25T03:00",
		"2026-03-29T00:59:00Z": "2026-03-29T01:59",
		"2026-03-29T01:00:00Z": "2026-03-29T03:00",
	} {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := written(when.In(zone), zone); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"acme": "acme", "Acme & Sons": "acme-sons", "my_brand.com": "my-brand-com", "": "brand", "a": "brand-a", "--": "brand",
		"Émile": "mile", "日本": "brand", "..": "brand",
	} {
		if got := Slug(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if got := Slug(name); !idForm.MatchString(got+"-site") || !idForm.MatchString(got) || !nameForm.MatchString(got) {
			t.Fatalf("%q: %q is no id", name, got)
		}
	})
}

// No brief can become a key, whatever is in it.
func TestCommentStaysComment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("(a|\n|\r|\u0085|\u2028|\t|---|id: x|\x00){0,12}")).Draw(t, "text")
		front := comment(text) + "\nid: real\n"
		var got map[string]any
		if err := yaml.Unmarshal([]byte(front), &got); err != nil || len(got) != 1 || got["id"] != "real" {
			t.Fatalf("%q: %v, %v", front, got, err)
		}
		for line := range strings.Lines(comment(text)) {
			if !strings.HasPrefix(line, "#") {
				t.Fatalf("%q is no comment", line)
			}
		}
	})
}

// A word reads back as itself, as a text.
func TestValueReadsBack(t *testing.T) {
	t.Parallel()
	words := []string{"null", "yes", "no", "on", "off", "true", "1", "1e3", "0x1", "2026-12-03", "2026-12-03-morning", "~", "", "a: b", "#a", "x]", "y", "n", "é"}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom(words), rapid.StringMatching(`[ -~]{0,20}`)).Draw(t, "word")
		var got map[string]any
		if err := yaml.Unmarshal([]byte("k: "+Value(word)+"\nl: "+flow([]string{word, word})+"\n"), &got); err != nil {
			t.Fatalf("%q: %v", Value(word), err)
		}
		list, ok := got["l"].([]any)
		if got["k"] != word || !ok || len(list) != 2 || list[1] != word {
			t.Fatalf("%q: %#v", word, got)
		}
	})
}

func TestLocalZone(t *testing.T) {
	t.Parallel()
	for tz, want := range map[string]string{
		"Europe/Paris": "Europe/Paris", ":America/New_York": "America/New_York", "/usr/share/zoneinfo/Asia/Tokyo": "Asia/Tokyo",
		"Etc/UTC": "UTC", "UTC": "UTC", "No/Such": "UTC", "../../etc/passwd": "UTC", "CET-1CEST": "UTC", "Local": "UTC",
	} {
		if got := LocalZone(func(string) string { return tz }); got != want {
			t.Errorf("TZ=%s: %s, want %s", tz, got, want)
		}
	}
}

func made(t *testing.T, dir string, o Options) *Made {
	t.Helper()
	o.Dir, o.Timezone, o.Clock = dir, "UTC", at{t: time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)}
	m, err := Init(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// One file in the way, and nothing is written: not the others, not the ledger's
// branch.
func TestInitWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "acme")
	inTheWay := filepath.Join(dir, "strategies", "acme", "strategy.yaml")
	if err := os.MkdirAll(filepath.Dir(inTheWay), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inTheWay, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Init(context.Background(), Options{Dir: dir, Timezone: "UTC", Clock: at{t: time.Now()}})
	var exists *ExistsError
	if !errors.As(err, &exists) || exists.Path != "strategies/acme/strategy.yaml" {
		t.Fatalf("got %v", err)
	}
	for _, name := range []string{"smm.yaml", ".schemas", "content", ".git/refs/heads/smm-ledger"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was written", name)
		}
	}
	if b, _ := os.ReadFile(inTheWay); string(b) != "mine" {
		t.Errorf("overwritten: %s", b)
	}
}

func TestInitKeepsOthersLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	made(t, filepath.Join(dir, "one"), Options{})
	_, err := Init(context.Background(), Options{Dir: filepath.Join(dir, "one", "two"), Timezone: "UTC", Clock: at{t: time.Now()}})
	if err == nil || !strings.Contains(err.Error(), "smm-ledger") {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "one", "two", "smm.yaml")); err == nil {
		t.Error("a workspace without a ledger was written")
	}
}

func TestInitIDsDiffer(t *testing.T) {
	t.Parallel()
	a, b := made(t, filepath.Join(t.TempDir(), "one"), Options{}), made(t, filepath.Join(t.TempDir(), "one"), Options{})
	if form := regexp.MustCompile(`^[0-9a-f]{32}$`); a.LedgerID == b.LedgerID || !form.MatchString(a.LedgerID) {
		t.Errorf("%s and %s", a.LedgerID, b.LedgerID)
	}
}
