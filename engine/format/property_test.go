package format

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/load"
)

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// same checks that formatting changes neither meaning nor comments nor body,
// and that a second time changes nothing.
func same(t fataler, src []byte, kind Kind) {
	t.Helper()
	out, err := File(src, kind)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	before, _ := load.SourceOf("", src, kind.Markdown())
	after, problems := load.SourceOf("", out, kind.Markdown())
	if len(problems) > 0 || !reflect.DeepEqual(before.Values, after.Values) {
		t.Fatalf("the meaning changed: %v\n%q\n%q", problems, src, out)
	}
	if a, b := comments(before.YAML), comments(after.YAML); !slices.Equal(a, b) {
		t.Fatalf("comments %q became %q\n%s\n%s", a, b, src, out)
	}
	if kind.Markdown() {
		a, b := bodyOf(src, before), bodyOf(out, after)
		if strings.TrimRight(a, "\r\n") != strings.TrimRight(b, "\r\n") {
			t.Fatalf("body %q became %q", a, b)
		}
	}
	again, err := File(out, kind)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("a second time: %v\n%q\n%q", err, out, again)
	}
}

func bodyOf(file []byte, s load.Source) string {
	_, body, _ := bytes.Cut(file[s.Offset+len(s.YAML):], []byte("\n"))
	return string(body)
}

// comments returns what the generator below wrote behind #, sorted.
func comments(yaml []byte) (out []string) {
	for _, l := range strings.Split(string(yaml), "\n") {
		if _, c, ok := strings.Cut(l, "# note"); ok {
			out = append(out, strings.TrimSpace(c))
		}
	}
	slices.Sort(out)
	return out
}

// A writer makes front matter as people write it: in any order, with comments,
// blank lines and odd spacing.
type writer struct {
	*rapid.T
	notes int
}

func (w *writer) pick(name string, of ...string) string { return rapid.SampledFrom(of).Draw(w.T, name) }

func (w *writer) note() string {
	w.notes++
	return fmt.Sprintf("# note %d", w.notes)
}

func (w *writer) gap(indent string) string {
	switch w.pick("gap", "", "", "", "blank", "comment", "both", "deeper") {
	case "blank":
		return "\n\n"
	case "comment":
		return indent + w.note() + "\n"
	case "both":
		return "\n" + indent + w.note() + "\n\n"
	case "deeper":
		return indent + "  " + w.note() + "\n"
	}
	return ""
}

func (w *writer) scalar() string {
	return w.pick("scalar", "plain", "two words", `"double: # [x]"`, "'sin''gle'", "2026-12-03T09:30", "42", "true", `"é 🦄 \" x"`, "it's", "a#b", "https://x.example/a?b=c#d")
}

func (w *writer) flow(depth int) string {
	sep := w.pick("sep", ", ", ",  ", " , ")
	n := rapid.IntRange(0, 3).Draw(w.T, "n")
	var parts []string
	for i := range n {
		v := w.scalar()
		if depth > 0 && rapid.Bool().Draw(w.T, "deeper") {
			v = w.flow(depth - 1)
		}
		parts = append(parts, []string{"url", "file", "alt", "zzz"}[i]+": "+v)
	}
	if rapid.Bool().Draw(w.T, "group") {
		slices.Reverse(parts)
		return "{" + strings.Join(parts, sep) + w.pick("pad", "", " ") + "}"
	}
	for i := range parts {
		_, parts[i], _ = strings.Cut(parts[i], ": ")
	}
	return "[" + w.pick("pad", "", " ") + strings.Join(parts, sep) + "]"
}

func (w *writer) tail() string {
	return w.pick("tail", "", "", "  ", " # note tail", "    # note tail  ") + "\n"
}

// value writes what stands behind a key at indent.
func (w *writer) value(indent string, depth int) string {
	space := w.pick("space", " ", "   ")
	switch k := w.pick("kind", "scalar", "scalar", "flow", "literal", "folded", "mapping", "sequence", "items", "null", "spread"); {
	case k == "flow":
		return space + w.flow(2) + w.tail()
	case k == "literal":
		return space + "|" + w.pick("chomp", "", "-", "+") + "\n" + indent + "  text # no note\n\n" + indent + "    deeper  \n"
	case k == "folded":
		return space + ">\n" + indent + "  text\n" + indent + "  more\n"
	case k == "mapping" && depth > 0:
		return w.tail() + w.mapping(indent+"  ", []string{"mastodon", "url", "post", "until"}, depth-1)
	case k == "sequence" && depth > 0:
		return w.tail() + w.gap(indent+"  ") + indent + "  - " + w.scalar() + w.tail() + indent + "  - " + w.flow(1) + w.tail()
	case k == "items" && depth > 0:
		item := w.mapping(indent+"    ", []string{"url", "file", "alt"}, depth-1)
		at := strings.Index(item, indent+"    "+firstKey(item))
		return "\n" + item[:at] + indent + "  - " + item[at+len(indent)+4:]
	case k == "null":
		return w.tail()
	case k == "spread":
		return space + "\"one\n" + indent + "  two\"" + w.tail()
	}
	return space + w.scalar() + w.tail()
}

// firstKey returns the first word of the first line that is no comment.
func firstKey(s string) string {
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
			return l
		}
	}
	return ""
}

func (w *writer) mapping(indent string, keys []string, depth int) string {
	var b strings.Builder
	for _, k := range rapid.Permutation(keys).Draw(w.T, "keys")[:rapid.IntRange(1, len(keys)).Draw(w.T, "many")] {
		b.WriteString(w.gap(indent) + indent + k + ":" + w.value(indent, depth))
	}
	return b.String()
}

// post writes a post whose YAML can be read.
func post(t *rapid.T) []byte {
	w := &writer{T: t}
	front := w.pick("modeline", "", "# yaml-language-server: $schema=x\n", "# note top\n\n") +
		w.mapping("", []string{"id", "status", "media", "link", "options", "tags", "pin", "slot", "unknown"}, 2) + w.pick("end", "", "\n\n", "# note end\n", "\n  # note end\n")
	text := "---\n" + front + "---\n" + rapid.StringMatching(`[ a-z\n#-]{0,30}`).Draw(t, "body")
	if rapid.Bool().Draw(t, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if _, problems := load.SourceOf("", []byte(text), true); problems.HasErrors() {
		t.Skip("not readable:", problems[0].Summary)
	}
	return []byte(text)
}

func TestFormatKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { same(t, post(t), Post) })
}

// What is formatted is in order: the fallback that leaves a file alone is not
// what makes the other properties hold.
func TestFormatOrders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := post(t)
		if bytes.Contains(src, []byte("|+")) {
			t.Skip("blank lines behind it are its own")
		}
		out, err := Markdown(src, Post)
		if err != nil {
			t.Fatalf("%v", err)
		}
		s, _ := load.SourceOf("", out, true)
		last := -1
		for i := 0; i < len(s.Root.Content); i += 2 {
			rank := rankOf(Post.shape(), s.Root.Content[i].Value)
			if rank < last {
				t.Fatalf("%s is out of order:\n%s\nfrom:\n%s", s.Root.Content[i].Value, out, src)
			}
			last = rank
		}
	})
}

func TestSetFrontMatterChangesOneKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := post(t)
		key := rapid.SampledFrom([]string{"id", "status", "slot", "link", "reason", "publish_at"}).Draw(t, "key")
		value := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.SampledFrom([]string{"ready", "no", "42", "a: b", "#x", "- y", "'", " z ", "2026-12-03T09:30"})).Draw(t, "value")
		out, err := SetFrontMatter(src, key, value)
		if err != nil {
			return // it may refuse, and then nothing is written
		}
		before, _ := load.SourceOf("", src, true)
		after, _ := load.SourceOf("", out, true)
		if got, ok := after.Values[key]; ok != (value != "") || ok && got != value {
			t.Fatalf("%s is %q, not %q", key, got, value)
		}
		had, has := without(before, src, key), without(after, out, key)
		if had != has {
			t.Fatalf("more than %s changed:\n%q\n%q", key, had, has)
		}
	})
}

// without cuts a key's value out of a file: the rest must not change.
func without(s load.Source, file []byte, key string) string {
	lines := strings.SplitAfter(string(s.YAML), "\n")
	var rest strings.Builder
	for i := 0; s.Root != nil && i < len(s.Root.Content); i += 2 {
		k := s.Root.Content[i]
		if k.Value != key {
			continue
		}
		end := len(lines)
		if i+2 < len(s.Root.Content) {
			end = s.Root.Content[i+2].Line - 1
		}
		cut := slices.Clone(lines)
		for j := k.Line - 1; j < end; j++ {
			l := strings.TrimLeft(cut[j], " ")
			if j > k.Line-1 && (strings.HasPrefix(l, "#") && len(l) == len(cut[j]) || strings.TrimSpace(l) == "") {
				continue // what is between two keys
			}
			cut[j] = ""
		}
		lines = cut
		break
	}
	for _, l := range lines {
		if strings.TrimSpace(l) != "" { // blank lines at the end of a long text are its own
			rest.WriteString(l)
		}
	}
	return string(file[:s.Offset]) + rest.String() + string(file[s.Offset+len(s.YAML):])
}
