package content

import (
	"errors"
	"reflect"
	"slices"
	"testing"
)

func TestFor(t *testing.T) {
	t.Parallel()
	body := func(s string) *string { return &s }
	set := func(tag string) map[string]any { return map[string]any{"tags": []any{tag}} }
	byAll := []Variant{
		{Selector: "acme-fr", Set: map[string]any{"tags": []any{"account"}}, Path: "account"},
		{Selector: "north", Set: map[string]any{"tags": []any{"group"}, "pillar": "group"}, Body: body("group"), Path: "group"},
		{Selector: "mastodon", Set: map[string]any{"pillar": "provider", "reason": "provider"}, Body: body("provider"), Path: "provider"},
		{Selector: "FR", Set: map[string]any{"reason": "language", "link": "https://fr.example"}, Path: "language"},
	}
	fr := &Account{ID: "acme-fr", Provider: "mastodon", Language: "fr"}
	tests := []struct {
		name     string
		variants []Variant
		account  *Account
		groups   []string
		want     Post // Tags, Pillar, Reason, Link, Body
		applied  []string
	}{
		{"field by field, the most particular wins", byAll, fr, []string{"north"},
			Post{Tags: []string{"account"}, Pillar: "group", Reason: "provider", Link: Link{URL: "https://fr.example"}, Body: "group"}, []string{"language", "provider", "group", "account"}},
		{"not in the group", byAll, fr, nil,
			Post{Tags: []string{"account"}, Pillar: "provider", Reason: "provider", Link: Link{URL: "https://fr.example"}, Body: "provider"}, []string{"language", "provider", "account"}},
		{"the post's language where the account has none", byAll, &Account{ID: "x", Provider: "site"}, nil,
			Post{Tags: []string{"base"}, Pillar: "base", Reason: "language", Link: Link{URL: "https://fr.example"}, Body: "base"}, []string{"language"}},
		{"the account's language before the post's", byAll, &Account{ID: "x", Provider: "site", Language: "en"}, nil,
			Post{Tags: []string{"base"}, Pillar: "base", Body: "base"}, nil},
		{"no variants", nil, fr, nil, Post{Tags: []string{"base"}, Pillar: "base", Body: "base"}, nil},
		{"an account named like a provider", []Variant{{Selector: "site", Set: set("site"), Path: "site"}}, &Account{ID: "site", Provider: "site"}, []string{"site"},
			Post{Tags: []string{"site"}, Pillar: "base", Body: "base"}, []string{"site"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			front := map[string]any{"id": "sale", "status": "ready", "tags": []any{"base"}, "pillar": "base", "language": "fr"}
			p := &Post{Body: "base", Path: "p.md", Brand: "acme", Month: "2026-12", Front: front, Variants: tt.variants}
			if err := Decode(front, p); err != nil {
				t.Fatal(err)
			}
			got, applied, err := p.For(tt.account, tt.groups)
			if err != nil || !slices.Equal(applied, tt.applied) {
				t.Fatalf("applied %q, %v", applied, err)
			}
			if (got == p) != (len(tt.applied) == 0) {
				t.Error("p itself is for when nothing applies, and only then")
			}
			if !slices.Equal(got.Tags, tt.want.Tags) || got.Pillar != tt.want.Pillar || got.Reason != tt.want.Reason || got.Link != tt.want.Link || got.Body != tt.want.Body {
				t.Errorf("%+v", got)
			}
			if got.ID != "sale" || got.Status != Ready || got.Path != "p.md" || got.Brand != "acme" || got.Month != "2026-12" {
				t.Errorf("not the same post: %+v", got)
			}
			if !reflect.DeepEqual(p.Front["tags"], []any{"base"}) || p.Body != "base" {
				t.Error("the post was changed")
			}
		})
	}
}

func TestForCannotChangeIDOrStatus(t *testing.T) {
	t.Parallel()
	p := &Post{ID: "sale", Status: Draft, Front: map[string]any{"id": "sale"}, Variants: []Variant{{Selector: "site", Set: map[string]any{"id": "other", "status": "ready"}}}}
	got, _, err := p.For(&Account{ID: "x", Provider: "site"}, nil)
	if err != nil || got.ID != "sale" || got.Status != Draft {
		t.Error(got, err)
	}
}

func TestForAmbiguous(t *testing.T) {
	t.Parallel()
	p := &Post{Variants: []Variant{{Selector: "north", Path: "n"}, {Selector: "all", Path: "a"}, {Selector: "site", Path: "s"}}}
	got, _, err := p.For(&Account{ID: "x", Provider: "site"}, []string{"all", "north"})
	var amb *AmbiguousVariantError
	if !errors.As(err, &amb) || got != nil || !slices.Equal(amb.Paths, []string{"n", "a"}) || amb.Kind != "group" {
		t.Error(got, err)
	}
	if _, _, err := p.For(&Account{ID: "x", Provider: "site"}, []string{"all"}); err != nil {
		t.Error(err)
	}
}
