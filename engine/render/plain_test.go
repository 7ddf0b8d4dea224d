package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
)

// plainPieces are what people write that Markdown could take for markup.
var plainPieces = append([]string{
	"---", "***", "___", "===", "=", "-", "+ ", "1) ", "12. x", "> ", "~~~", "   ", "\n\n\n", "\n ", "snake_case", "_x_", "R&D", "&nbsp;", "&lt;b&gt;",
	"https://example.org/a*b", "(https://example.org)", "*https://example.org/x_y*", "https://example.org/`x`", "HTTP://EXAMPLE.ORG", "xhttps://example.org",
	"https://example.org.\n", "é_é", "[x](y)", "{{@", "{{@nobody}}", "!", "<!--", "<?php", "\\\n", "\\\\", "  \n", "1\\.", "\u00a0", "Привет_мир", "'", "\"", "https://",
}, pieces...)

// A text that was published elsewhere says the same words when it is published
// here, whatever is in it.
func TestEscapedTextMeansItself(t *testing.T) {
	t.Parallel()
	s := scope(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(plainPieces), 0, 12).Draw(rt, "pieces"), "")
		checkEscape(rt, s, text)
	})
}

func FuzzEscape(f *testing.F) {
	for i, p := range plainPieces {
		f.Add(p + plainPieces[(i*7)%len(plainPieces)] + p)
	}
	s := scope(f)
	f.Fuzz(func(t *testing.T, text string) { checkEscape(t, s, text) })
}

func checkEscape(t interface {
	Fatalf(string, ...any)
}, s *Scope, text string,
) {
	want := Plain(text)
	if want == "" {
		return
	}
	for _, account := range []string{"acme-vk", "acme-bluesky", "acme-mastodon"} {
		p := plainPost(Escape(text), account)
		pubs, _ := Of(s, p).Expand()
		Of(s, p).Fill(&pubs[0])
		if got := texts(&pubs[0]); len(got) != 1 || got[0] != want {
			t.Fatalf("%s: %q\nescaped  %q\nrendered %q", account, want, Escape(text), got)
		}
	}
}

func plainPost(body, account string) *content.Post {
	return &content.Post{
		ID: "hello", Accounts: []string{account}, Status: content.Ready,
		Body: body, Brand: "acme", Month: "2026-12", Path: "content/acme/2026-12/hello.md",
	}
}

func TestEscapeReadsWell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Plain words, and #tags for R&D at snake_case.":     "Plain words, and #tags for R&D at snake_case.",
		"See https://example.org/a_b?c=*d (and more).":      "See https://example.org/a_b?c=*d (and more).",
		"# not a heading\n- not a list\n1. nor this\n---":   "\\# not a heading\n\\- not a list\n1\\. nor this\n\\---",
		"*stars* and _lines_, [x](y), <b>, `code`, {{@me}}": "\\*stars\\* and \\_lines\\_, \\[x](y), \\<b>, \\`code\\`, \\{{@me}}",
		"a\r\n\r\n\r\nb":       "a\n\n&#10;b",
		"  indented":           "&#32;&#32;indented",
		"\xff\x00words\u202e ": "words\u202e",
		"*https://example.org/x*, &lt; and C:\\dir\\*.txt \\": "\\*<https://example.org/x>\\*, \\&lt; and C:\\dir\\\\\\*.txt \\\\",
	} {
		if got := Escape(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
