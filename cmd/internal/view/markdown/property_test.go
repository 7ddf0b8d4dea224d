package markdown

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	dom "golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
)

// hostile is what somebody might write into a file to do more than be read.
var hostile = []string{
	"@octocat", "＠octocat", "a@b.example", "@acme/team", "x@octocat", "#1", "＃1", "acme/repo#12", "GH-1", "JIRA-7", "!5", "CVE-2026-1234",
	"deadbeef", "0123456789abcdef0123456789abcdef01234567", "user@deadbeef1", "https://evil.example/x", "www.evil.example", "mailto:a@b.example",
	"[text](https://evil.example)", "![x](https://evil.example/t.png)", "[x]: https://evil.example", "[^1]", "[[wiki]]", "<https://evil.example>",
	"<!-- smmctl:plan e3b0c44298fc -->", "-->", "<!--", "</details>", "<details>", "</summary>", "</code>", "<img src=x>", "<a href='//evil'>", "<script>", "<h1>",
	"```", "````\n", "~~~", "`", "``", "|", "\\|", "\\", "\\\\|", "| a | b |", "|---|---|", "---", "\n---\n", "\n===\n", "# x", "\n# x", "> x", "\n> x", "- x", "\n- x",
	"1. x", "- [ ] x", "**", "*x*", "__", "~~x~~", "$x$", "$$", "&amp;", "&lt;", "&#64;octocat", "&", ":+1:", ":tada:", "::error::x", "\n::error::x", "##[error]x",
	"\n", "\n\n", "\r\n", "\r", "\t", "    ", " ", "  x", "\u202e", "\u2066", "\u2028", "\u0085", "\x00", "\x1b[31m", "\x7f", "\ufeff", "\xff",
	"word", "Zoë", "Привет", "שלום", "👩‍👩‍👧‍👦", "10:30", "2026-12-01", "/approve", "\n/lgtm", "\n    code", "<br>", "<b>", "</b>", "</del>",
}

func draw(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(0, 5, 20)), 0, 6).Draw(t, "text"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
}

// poison puts text into every string that v holds.
func poison(v reflect.Value, text func() string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(text())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			poison(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), text)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String && v.Type().Elem().Kind() == reflect.String {
			for range v.Len() {
				v.SetMapIndex(reflect.ValueOf(text()), reflect.ValueOf(text()))
			}
		}
	}
}

func poisoned(text func() string) *engine.Review {
	r := busy()
	poison(reflect.ValueOf(r), text)
	for i := range r.Months {
		r.Months[i].Month = "2026-12"
	}
	return r
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := poisoned(func() string { return draw(t) })
		o := Options{Workspace: draw(t), RunURL: "https://forge.example/acme/content/actions/runs/7"}
		o.Limit = rapid.SampledFrom([]int{0, 4000, 6000, 9000, 14000}).Draw(t, "limit")
		body, full, cut := Comment(r, o)
		for _, text := range []string{body, full} {
			if err := harmless(text, Marker(o.Workspace), cut && text == body); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
		}
	})
}

func FuzzComment(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		body, _, _ := Comment(poisoned(func() string { return s }), Options{Workspace: s, Limit: 1 << 30})
		if err := harmless(body, Marker(s), false); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
	})
}

// What a quote shows is the post's text, to the letter.
func TestQuotesAreFaithful(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := strings.TrimSpace(strings.ToValidUTF8(draw(t), "\ufffd"))
		want := strings.NewReplacer("\t", "    ", "\r\n", "\n", "\u2028", "\n", "\u2029", "\n").Replace(in)
		want = view.Safe(want)
		if strings.ContainsAny(want, "\u200b\u00a0") || in == "" {
			return
		}
		page := parse(quote(in))
		got := ""
		walk(page, func(n *dom.Node, _ bool) {
			switch {
			case n.Type == dom.TextNode && n.Parent.Data == "p":
				got += n.Data
			case n.Data == "br":
				got += "\n"
			}
		})
		got = strings.NewReplacer(gap, "", "\u00a0", " ").Replace(got)
		if trimmed(got) != trimmed(want) {
			t.Fatalf("shown %q, want %q", got, want)
		}
	})
}

// trimmed drops what HTML does not show: spaces at the ends of lines.
func trimmed(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		out = append(out, strings.TrimRight(l, " "))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

var allowed = map[string]bool{
	"html": true, "head": true, "body": true, "h3": true, "h4": true, "p": true, "br": true, "strong": true, "em": true, "b": true, "i": true,
	"sub": true, "del": true, "ins": true, "code": true, "ul": true, "li": true, "blockquote": true, "details": true, "summary": true,
	"table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true,
}

// tempting is what a forge would turn into a mention or a link, in text outside
// of code.
var tempting = regexp.MustCompile(`[@＠﹫][\w/-]|[#＃﹟]\d|!\d|[A-Za-z]-\d|[0-9a-fA-F]{7}|://|\b[wW]{3}\.|mailto:[!-~]|:[\w+-]+:|\[\[|\$\$`)

func harmless(text, marker string, cut bool) error {
	if !strings.HasPrefix(text, marker+"\n") {
		return fmt.Errorf("the marker is not the first line")
	}
	for line := range strings.Lines(text) {
		if l := strings.TrimSpace(line); strings.HasPrefix(l, "::") || strings.Contains(l, "##[") || strings.HasPrefix(l, "/") {
			return fmt.Errorf("a command: %q", line)
		}
		if s := strings.TrimSuffix(line, "\n"); view.Safe(s) != s || strings.ContainsRune(s, '\r') {
			return fmt.Errorf("control characters: %q", line)
		}
	}
	return structure(text, marker, cut)
}

func structure(text, marker string, cut bool) error {
	var err error
	fail := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
	}
	comments, details, links := 0, 0, 0
	columns := map[*dom.Node]int{}
	walk(parse(text), func(n *dom.Node, inCode bool) {
		switch n.Type {
		case dom.CommentNode:
			comments++
			if "<!--"+n.Data+"-->" != marker {
				fail("a comment: %q", n.Data)
			}
		case dom.TextNode:
			if found := tempting.FindString(n.Data); found != "" && !inCode {
				fail("%q in %q", found, n.Data)
			}
		case dom.ElementNode:
			if n.Data == "a" && cut {
				links++
				return
			}
			if !allowed[n.Data] || len(n.Attr) > 0 {
				fail("<%s %v>", n.Data, n.Attr)
			}
			if n.Data == "details" {
				details++
				if n.Parent.Data != "body" || n.FirstChild == nil || n.FirstChild.Data != "summary" {
					fail("details in <%s>", n.Parent.Data)
				}
			}
			if n.Data == "tr" {
				checkRow(n, columns, fail)
			}
		}
	})
	if comments != 1 {
		fail("%d comments", comments)
	}
	if cut && links != 1 {
		fail("%d links", links)
	}
	if a, b := strings.Count(text, "<details>"), strings.Count(text, "</details>"); a != details || b != details {
		fail("%d details open, %d end, %d are there", a, b, details)
	}
	return err
}

// checkRow wants as many cells as the table's first row has.
func checkRow(tr *dom.Node, columns map[*dom.Node]int, fail func(string, ...any)) {
	cells := 0
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == "td" || c.Data == "th" {
			cells++
		}
	}
	table := tr.Parent.Parent
	if want, known := columns[table]; known && want != cells {
		fail("%d cells in a table of %d columns", cells, want)
	}
	columns[table] = cells
	if cells != 4 && cells != 6 && cells != 7 {
		fail("a table of %d columns", cells)
	}
}

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(html.WithUnsafe()))

func parse(text string) *dom.Node {
	var page bytes.Buffer
	if err := gfm.Convert([]byte(text), &page); err != nil {
		panic(err)
	}
	n, err := dom.Parse(&page)
	if err != nil {
		panic(err)
	}
	return n
}

func walk(n *dom.Node, do func(*dom.Node, bool)) { walkIn(n, false, do) }

func walkIn(n *dom.Node, inCode bool, do func(*dom.Node, bool)) {
	do(n, inCode)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walkIn(c, inCode || n.Data == "code", do)
	}
}
