package content

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"
)

type sample struct {
	Text   string               `yaml:"text"`
	On     bool                 `yaml:"on"`
	Count  int                  `yaml:"count"`
	Share  float64              `yaml:"share"`
	Limit  *int                 `yaml:"limit"`
	Gap    *time.Duration       `yaml:"gap"`
	When   Time                 `yaml:"when"`
	Late   Lateness             `yaml:"late"`
	Link   Link                 `yaml:"link"`
	Reply  Ref                  `yaml:"reply"`
	List   []string             `yaml:"list"`
	Due    map[string]Time      `yaml:"due"`
	Free   map[string]any       `yaml:"free"`
	Any    any                  `yaml:"any"`
	Nested struct{ Deep []Pin } `yaml:"nested"`
	Pins   []Pin                `yaml:"pins"`
	Hidden string               `yaml:"-"`
	Bare   string
}

func TestDecode(t *testing.T) {
	t.Parallel()
	var got sample
	err := Decode(map[string]any{
		"text": "a", "on": true, "count": int64(3), "share": int64(40), "limit": int64(0), "gap": "30m", "when": "2026-12-03T09:30", "late": "any",
		"link": "https://x.example", "reply": map[string]any{"post": "other", "account": "blog"}, "list": []any{"a", "b"},
		"due": map[string]any{"copy": "2026-11-25"}, "free": map[string]any{"x": int64(1)}, "any": []any{"y"}, "pins": []any{map[string]any{"until": "2026-12-10"}},
		"-": "no", "Bare": "no", "unknown": "left to the schema",
	}, &got)
	if err != nil {
		t.Fatal(err)
	}
	zero, gap := 0, 30*time.Minute
	when, _ := ParseTime("2026-12-03T09:30")
	day, _ := ParseTime("2026-11-25")
	until, _ := ParseTime("2026-12-10")
	want := sample{
		Text: "a", On: true, Count: 3, Share: 40, Limit: &zero, Gap: &gap, When: when, Late: Lateness{Set: true, Any: true},
		Link: Link{URL: "https://x.example"}, Reply: Ref{Post: "other", Account: "blog"}, List: []string{"a", "b"}, Due: map[string]Time{"copy": day},
		Free: map[string]any{"x": int64(1)}, Any: []any{"y"}, Pins: []Pin{{Until: until}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodeReportsEveryField(t *testing.T) {
	t.Parallel()
	var got sample
	err := Decode(map[string]any{
		"text": int64(1), "on": "yes", "count": 1.5, "gap": "soon", "when": "2026-02-30", "late": "6 hours", "list": []any{"a", true}, "link": []any{},
		"due": map[string]any{"copy": "x"}, "pins": []any{map[string]any{"until": "y"}, "z"}, "share": 2.5,
	}, &got)
	var errs FieldErrors
	if !errors.As(err, &errs) {
		t.Fatalf("%v", err)
	}
	var fields, kinds []string
	for _, e := range errs {
		fields, kinds = append(fields, e.Field), append(kinds, e.Kind)
	}
	want := []string{"count", "due.copy", "gap", "late", "link", "list[1]", "on", "pins[0].until", "pins[1]", "text", "when"}
	if !slices.Equal(fields, want) {
		t.Errorf("fields %q, want %q", fields, want)
	}
	if want := []string{"", "time", "duration", "lateness", "", "", "", "time", "", "", "time"}; !slices.Equal(kinds, want) {
		t.Errorf("kinds %q", kinds)
	}
	if !errors.Is(err, ErrType) || got.Share != 2.5 || got.List[0] != "a" {
		t.Errorf("what fits is decoded all the same: %+v", got)
	}
	if err := Decode(map[string]any{}, got); err == nil {
		t.Error("into what is no pointer")
	}
	if err := Decode("text", &got); !errors.Is(err, ErrType) {
		t.Errorf("a text for a struct: %v", err)
	}
}

func TestZeroMayBeADuration(t *testing.T) {
	t.Parallel()
	var g AccountGuards
	if err := Decode(map[string]any{"min_gap": int64(0)}, &g); err != nil || *g.MinGap != 0 {
		t.Error(err, g)
	}
	if err := Decode(map[string]any{"min_gap": int64(6)}, &g); !errors.Is(err, ErrType) {
		t.Error("a bare number is no duration:", err)
	}
}

func BenchmarkDecode(b *testing.B) {
	v := map[string]any{
		"id": "winter-sale", "accounts": []any{"a", "b", "c"}, "publish_at": "2026-12-03T09:30", "status": "ready", "format": "image", "slot": "s", "pillar": "p",
		"objective": "o", "audience": "a", "language": "en", "link": "https://x.example", "tags": []any{"x", "y"}, "late": "6h",
		"media":   []any{map[string]any{"file": "a.png", "alt": "A", "focus": []any{0.1, -0.2}}},
		"options": map[string]any{"mastodon": map[string]any{"visibility": "unlisted"}},
	}
	b.ReportAllocs()
	for b.Loop() {
		var p Post
		if err := Decode(v, &p); err != nil {
			b.Fatal(err)
		}
	}
}
