package load

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/diag"
)

var seeds = []string{
	"---\nid: sale\n---\nHello\n", "\xef\xbb\xbf---\r\nid: sale\r\n---\r\nHello\r\n", "---\n---", "---", "---\n", "----\n", "", "\n---\n", "--- \t\nid: x\n---\t\n\n\n",
	"---\ntags: [#a]\n---\n", "---\nx: &a [*a]\n---\n", "---\n? [a]\n: b\n---\n", "---\nx: |+\n  a\n\n---\n", "---\n- a\n...\n", "---\nx: !!binary \"\"\n---\n", "---\nx: !!int \"\"\n---\n",
	"---\nid: {<<: {a: b}}\n---\n", "---\n\"a\u2028b\": 'c'\n---\nText\n---\n", "---\nfocus: [.nan, -.inf, 1e400, 0o17, 0x1f, +1, 1_000]\n---\n", "---\n{a: b} c\n---\n", "---\n\"00\r\r\n---\n", "---\n{00", "---\n{00\n---\n",
}

// A file is front matter, body and the two lines of dashes, and nothing else.
func FuzzSplit(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p := split(src)
		rest := bytes.TrimPrefix(src, bom)
		switch {
		case p.missing:
			if !bytes.Equal(p.body, rest) {
				t.Fatalf("%q: body %q", src, p.body)
			}
		case p.unclosed:
			if !bytes.HasSuffix(src, p.front) || p.body != nil {
				t.Fatalf("%q: front %q", src, p.front)
			}
		default:
			fences := len(rest) - len(p.front) - len(p.body)
			if fences < 7 || !bytes.HasSuffix(src, p.body) || len(p.front) > 0 && p.front[len(p.front)-1] != '\n' {
				t.Fatalf("%q: front %q, body %q", src, p.front, p.body)
			}
			if lines := bytes.Count(src[:len(src)-len(p.body)], []byte("\n")); len(p.body) > 0 && p.bodyLine != lines+1 {
				t.Fatalf("%q: body on line %d, not %d", src, p.bodyLine, lines+1)
			}
		}
		body, line := p.text()
		if strings.Contains(body, "\r") || strings.HasPrefix(body, "\n") || strings.HasSuffix(body, "\n") || !p.unclosed && line < 1 {
			t.Fatalf("%q: text %q on line %d", src, body, line)
		}
	})
}

// Whatever a post's file holds: no panic, and every diagnostic has its place
// within the file.
func FuzzPost(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), []byte("Variant\n"))
	}
	f.Add(typical(), []byte("---\ntags: [x]\n---\n"))
	f.Fuzz(func(t *testing.T, post, variant []byte) {
		w, err := Open(fstest.MapFS{
			"smm.yaml": {Data: []byte(minimal)}, "content/a/2026-12/p.md": {Data: post}, "content/a/2026-12/p.site.md": {Data: variant},
		})
		if err != nil || len(w.Posts) != 1 {
			t.Fatal(err, w.Diagnostics)
		}
		file, diags := w.Post(w.Posts[0])
		inside(t, diags, map[string][]byte{"content/a/2026-12/p.md": post, "content/a/2026-12/p.site.md": variant})
		if file == nil && !diags.HasErrors() {
			t.Fatalf("%q gave nothing, and nobody said why", post)
		}
		if file != nil && file.Value.ID == "" {
			t.Fatalf("%q: a post without an id", post)
		}
	})
}

// The same for every other kind of file.
func FuzzOpen(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(strings.TrimPrefix(s, "---\n")))
	}
	f.Add([]byte("brand: a\ngroups: {x: [y]}\npillars: [{id: a}, {id: a}]\n"))
	f.Add([]byte("month: 2026-12\nslots: [{id: one, at: 2026-12-01}]\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		files := map[string][]byte{}
		fsys := fstest.MapFS{}
		for _, name := range []string{
			"smm.yaml", "strategies/a/strategy.yaml", "strategies/a/playbook.yaml", "strategies/a/accounts/b.yaml", "strategies/a/campaigns/c.yaml", "content/a/2026-12/plan.yaml",
		} {
			files[name], fsys[name] = src, &fstest.MapFile{Data: src}
		}
		w, err := Open(fsys)
		if err != nil {
			t.Fatal(err)
		}
		inside(t, w.Diagnostics, files)
		for _, name := range w.Unreadable {
			if !containsPath(w.Diagnostics, name) {
				t.Fatalf("%q: %s is unreadable, and nobody said why", src, name)
			}
		}
	})
}

func containsPath(l diag.List, name string) bool {
	for _, d := range l {
		if d.Path == name {
			return true
		}
	}
	return false
}

func inside(t *testing.T, diags diag.List, files map[string][]byte) {
	t.Helper()
	for _, d := range diags {
		src, ok := files[d.Path]
		lines := strings.Count(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n") + strings.Count(string(src), "\r") + 1
		if !ok || d.Line < 1 || d.Column < 1 || d.Line > lines || d.Rule == "" || d.Summary == "" || d.Rule == "internal" || !utf8.ValidString(d.Summary+d.Hint+d.Detail) {
			t.Fatalf("%q: %+v", src, d)
		}
	}
}
