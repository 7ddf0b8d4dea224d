package load

import (
	"strings"
	"testing"
	"testing/fstest"
)

// typical is a post of 1.76 KB: 0.74 KB of front matter with 15 keys and 1 KB
// of Markdown, as in the measured floors.
func typical() []byte {
	front := `---
# yaml-language-server: $schema=../../../schemas/post.schema.json
id: winter-sale-teaser
accounts: [acme-mastodon, acme-bluesky, acme-site]
publish_at: 2026-12-03T09:30
status: ready
format: image
slot: 2026-12-03-morning
pillar: offers
objective: reach
audience: commuters
campaign: winter-sale
language: en
media:
  - {file: media/hero.png, alt: "A red coat on a snowy bench, seen from the side", focus: [0.1, -0.2]}
  - {file: media/detail.png, alt: "The coat's wooden buttons, seen closely in the morning light"}
link: https://example.org/winter
tags: [winter, coats, sale]
late: 6h
options: {mastodon: {visibility: unlisted, content_warning: Food}, telegram: {silent: true}}
---
`
	body := strings.Repeat("The red coat is back on Thursday, and it is warmer than last year's.\nSee **what has changed** and [why](https://example.org/why).\n\n", 8)
	return []byte(front + body[:1020] + "\n")
}

func BenchmarkPost(b *testing.B) {
	src := typical()
	w, err := Open(fstest.MapFS{
		"smm.yaml":                      {Data: []byte("format: 1\n")},
		"content/acme/2026-12/sale.md":  {Data: src},
		"strategies/acme/strategy.yaml": {Data: []byte("brand: acme\n")},
	})
	if err != nil || len(w.Posts) != 1 {
		b.Fatal(err, w.Diagnostics)
	}
	if f, diags := w.Post(w.Posts[0]); f == nil || len(diags) > 0 {
		b.Fatal(diags)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		w.Post(w.Posts[0])
	}
}

// The steps of BenchmarkPost, to see where its time goes.
func BenchmarkSteps(b *testing.B) {
	p := split(typical())
	schema, err := compiled[kindPost]()
	if err != nil {
		b.Fatal(err)
	}
	doc := &document{path: "x.md", offset: 1}
	value, diags := toValue(doc, p.front)
	if len(diags) > 0 {
		b.Fatal(diags)
	}
	b.Run("split", func(b *testing.B) {
		src := typical()
		for b.Loop() {
			split(src)
		}
	})
	b.Run("yaml", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parse(p.front); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c := converter{doc: doc}
			c.value(doc.root)
		}
	})
	b.Run("schema", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			schema.Check(value)
		}
	})
	b.Run("body", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			body, line := p.text()
			checkBody("x.md", body, line)
		}
	})
}
