package migrate

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/render"
)

// The words of a post are those of its source, through the file and back.
func TestWordsStayTheSame(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"word", " ", "  ", "\n", "\n\n", "\n\n\n", "\t", "---", "===", "# ", "#tag", "- ", "* ", "1. ", "> ", "    ", "*", "_", "`", "```", "~~~", "[x](y)", "<b>", "<!--", "&amp;", "{{@x}}", "{{date}}",
		"https://acme.example/a_b*c", "\\", "|", "é", "Привет", "👩‍👧", "\u2028", "\u0085", "\u00a0", "\ufeff", "\xff", "\x00", "\r\n", "\"", "'", ": ", "? ", "! ", "@you", "%", "---\nid: x\n---\n", "status: ready\n",
	}
	rapid.Check(t, func(rt *rapid.T) {
		var parts, want []string
		for range rapid.IntRange(1, 3).Draw(rt, "parts") {
			text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(rt, "text"), "")
			parts = append(parts, text)
			if plain := render.Plain(text); plain != "" {
				want = append(want, plain)
			}
		}
		name := rapid.SampledFrom(pieces).Draw(rt, "name")
		e := &Export{From: CSV, Posts: []Post{{Where: name, Name: name, Parts: parts, Remote: name, Accounts: []string{name}, Poll: []string{name, "b"}, Published: rapid.Bool().Draw(rt, "published"), At: now}}}
		files, _ := contents(rt, e, false)
		for _, p := range posts(rt, files) {
			p.Poll = nil // it would follow the text
			if got := rendered(rt, p); !slices.Equal(got, want) {
				rt.Fatalf("%q became %q", want, got)
			}
		}
		if len(want) > 0 != (len(posts(rt, files)) == 1) {
			rt.Fatalf("%q made %d posts", want, len(files))
		}
	})
}

func TestIDs(t *testing.T) {
	t.Parallel()
	w := &writer{ids: names{"profile": 1}, plan: Plan{Zone: paris(t)}}
	for _, c := range []struct {
		post Post
		want string
	}{
		{Post{Name: "hello-world"}, "hello-world"},
		{Post{Name: "Hello, World!"}, "hello-world-2"},
		{Post{Name: "hello-world-2"}, "hello-world-2-2"},
		{Post{Name: "profile"}, "profile-2"},
		{Post{Name: "../../etc/passwd"}, "etc-passwd"},
		{Post{Name: "a"}, "post-a"},
		{Post{Name: "日本"}, "post"},
		{Post{Parts: []string{"https://acme.example Look at this, it is new and good and long"}, At: now}, "2026-12-03-look-at-this-it-is-new-and-good-and-long"},
		{Post{Parts: []string{"С Новым годом, щука и ёж!"}}, "s-novym-godom-shchuka-i-ezh"},
		{Post{Parts: []string{"日本"}, At: now}, "2026-12-03-1030"},
		{Post{Parts: []string{strings.Repeat("x", 200)}}, strings.Repeat("x", 40)},
		{Post{Parts: []string{"", "second"}}, "second"},
	} {
		if got := w.id(&c.post); got != c.want {
			t.Errorf("%+v: %s, want %s", c.post, got, c.want)
		}
	}
}
