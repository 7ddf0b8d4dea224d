package telegram_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/telegram"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
)

var (
	pieces = []string{"a", "word", " ", "\n", "  ", "é", "👍", "👩‍👩‍👧", "\t", "\r", "\x00", "\u2028", "\u030a", "\u00a0", "#tag", "@name", "https://example.org/", "\xff", "*", "<b>"}
	runs   = []string{"link", "mention", "tag", "bold", "italic", "strike", "code", "pre", "quote"}
)

// grow writes a text with runs that contain one another, an outer before its
// inner ones.
func grow(t *rapid.T, b *strings.Builder, facets *[]content.Facet, depth int) {
	for range rapid.IntRange(0, 4).Draw(t, "parts") {
		if depth == 0 || rapid.Bool().Draw(t, "plain") {
			b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
			continue
		}
		i := len(*facets)
		f := content.Facet{Kind: rapid.SampledFrom(runs).Draw(t, "run"), Start: b.Len()}
		*facets = append(*facets, f)
		grow(t, b, facets, depth-1)
		f.End = b.Len()
		f.Value = map[string]string{"link": "https://example.org/", "mention": "@name", "tag": "tag", "pre": "sh"}[f.Kind]
		(*facets)[i] = f
	}
}

// TestAnyMarkup: whatever a text and its runs are, the strict server finds nothing
// to mend in what it is sent, and keeps it as it is.
func TestAnyMarkup(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{})
	d := telegram.Driver()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		s := content.Segment{Facets: []content.Facet{}}
		grow(t, &b, &s.Facets, 4)
		s.Text = b.String()
		o, err := r.Posts.Publish(context.Background(), provider.Request{Segment: s})
		switch {
		case err != nil && strings.Trim(s.Text, " \n\t\r\x00\u2028\u030a") == "":
		case err != nil:
			t.Fatalf("%q %+v: %v", s.Text, s.Facets, err)
		case o.Fingerprint != d.Fingerprint(s):
			t.Fatalf("%q came back as %q", s.Text, o.Fields["text"])
		}
		if c := r.Complaints(); len(c) > 0 {
			t.Fatalf("%q %+v: %q", s.Text, s.Facets, c)
		}
	})
}
