package load

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/diag"
)

const minimal = "format: 1\n"

// workspace makes a file system of paths and texts; smm.yaml is there by itself.
func workspace(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{"smm.yaml": {Data: []byte(minimal)}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// all opens a workspace and reads every post.
func all(t *testing.T, fsys fstest.MapFS) (*Workspace, map[string]*File[postValue], diag.List) {
	t.Helper()
	w, err := Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	posts, diags := map[string]*File[postValue]{}, append(diag.List{}, w.Diagnostics...)
	for _, pf := range w.Posts {
		f, d := w.Post(pf)
		posts[pf.Path], diags = f, append(diags, d...)
	}
	diags.Sort()
	return w, posts, diags
}

// place is a diagnostic's place and rule, as the tables below spell it.
func place(d diag.Diagnostic) string {
	return fmt.Sprintf("%d:%d %s", d.Line, d.Column, d.Rule)
}

func TestPostDiagnostics(t *testing.T) {
	t.Parallel()
	const top = "---\nid: sale\n"
	tests := []struct {
		name, text string
		want       []string // line:column rule
		says       string   // in the first one's summary, detail or hint
	}{
		{"valid", top + "---\nHello\n", nil, ""},
		{"crlf and bom", "\xef\xbb\xbf---\r\nid: sale\r\nlate: 6h\r\n---\r\nHello\r\n", nil, ""},
		{"crlf position", "\xef\xbb\xbf---\r\nid: sale\r\nlate: x\r\n---\r\nHello\r\n", []string{"3:7 bad-duration"}, "90m"},
		{"dates stay text", top + "publish_at: 2026-12-25\nunpublish_at: 2026-12-26T09:30:00Z\nslot: 2026-12-25\n---\n", nil, ""},
		{"unknown key", top + "staus: ready\n---\n", []string{"3:1 unknown-key"}, `did you mean "status"?`},
		{"camel case key", top + "publishAt: 2026-12-25\n---\n", []string{"3:1 unknown-key"}, `did you mean "publish_at"?`},
		{"two unknown keys, deep", top + "media:\n  - {file: a.png, alt_text: x}\n  - {fil: b.png, file: c.png}\n---\n", []string{"4:19 unknown-key", "5:6 unknown-key"}, ""},
		{"enum", top + "status: redy\n---\n", []string{"3:9 unknown-value"}, `did you mean "ready"?`},
		{"columns count code points", top + "cta: {label: \"Žluťoučký 🦄\", url: example}\n---\n", []string{"3:34 bad-url"}, "https://"},
		{"missing id", "---\nstatus: draft\n---\n", []string{"1:1 missing-key"}, "id"},
		{"empty front matter", "---\n---\nHello\n", []string{"1:1 missing-key"}, "id"},
		{"only comments", "---\n# nothing\n---\nHello\n", []string{"1:1 missing-key"}, "id"},
		{"reserved id", "---\nid: profile\n---\n", []string{"2:5 reserved-id"}, ""},
		{"bad id", "---\nid: Sale!\n---\n", []string{"2:5 bad-id"}, "lower-case"},
		{"missing nested key", top + "cta: {label: Shop}\n---\n", []string{"3:6 missing-key"}, "url"},
		{"type", top + "tags: winter\n---\n", []string{"3:7 schema-type"}, "[winter]"},
		{"number where text is wanted", top + "tags: [2026]\n---\n", []string{"3:8 schema-type"}, `"2026"`},
		{"yes for true", top + "poll: {options: [a, b], expires_in: 1d, multiple: yes}\n---\n", []string{"3:51 schema-type"}, "true or false"},
		{"empty value", top + "slot:\n---\n", []string{"3:6 empty-value"}, "take the line away"},
		{"comment eats the value", top + "first_comment: #coats\n---\n", []string{"3:15 empty-value"}, `"#coats"`},
		{"bad time", top + "publish_at: tomorrow\n---\n", []string{"3:13 bad-time"}, "2026-12-03T09:30"},
		{"no such day", top + "publish_at: 2026-02-30\n---\n", []string{"3:13 bad-time"}, "such a day"},
		{"no such day, nested", top + "media: [{file: a.png, rights: {expires: 2026-13-01}}]\n---\n", []string{"3:41 bad-time"}, ""},
		{"bad duration", top + "late: 6 hours\n---\n", []string{"3:7 bad-duration"}, "any"},
		{"number for a duration", top + "late: 6\n---\n", []string{"3:7 bad-duration"}, "6h"},
		{"zero is a duration", top + "late: 0\n---\n", nil, ""},
		{"both in a reference", top + "link: {url: https://x.example, post: other}\n---\n", []string{"3:7 one-of"}, `"post"`},
		{"account without post", top + "link: {account: a, url: https://x.example}\n---\n", []string{"3:7 missing-key"}, "post"},
		{"media without source", top + "media:\n  - {alt: x}\n---\n", []string{"4:5 one-of"}, `"file"`},
		{"two of one account", top + "accounts: [a-b, a-b]\n---\n", []string{"3:11 duplicate-item"}, ""},
		{"range", top + "media: [{file: a.png, focus: [0, 2]}]\n---\n", []string{"3:34 schema-range"}, ""},
		{"several at once", top + "staus: ready\nformat: vido\nlate: soon\n---\nText\n---\nmore\n",
			[]string{"3:1 unknown-key", "4:9 unknown-value", "5:7 bad-duration", "8:1 setext-heading"}, ""},
		{"duplicate key", top + "status: draft\nid: other\n---\n", []string{"4:1 duplicate-key"}, "line 2"},
		{"merge key", top + "cta: &c {label: a, url: https://x.example}\npoll: {<<: *c, options: [a, b], expires_in: 1d}\n---\n", []string{"4:8 merge-key"}, ""},
		{"alias", top + "tags: &t [a]\naccounts: *t\n---\n", nil, ""},
		{"custom tag", top + "pillar: !secret x\n---\n", []string{"3:9 yaml-tag"}, ""},
		{"not a number", top + "media: [{file: a.png, focus: [.nan, .inf]}]\n---\n", []string{"3:31 bad-number", "3:31 empty-value", "3:37 bad-number", "3:37 empty-value"}, ""},

		{"no front matter", "Hello\n", []string{"1:1 front-matter-missing"}, "---"},
		{"unclosed", "---\nid: sale\nHello\n", []string{"1:1 front-matter-unclosed"}, ""},
		{"unclosed, four dashes", "---\nid: sale\n----\nHello\n", []string{"1:1 front-matter-unclosed"}, "line 3"},
		{"only a fence", "---", []string{"1:1 front-matter-unclosed"}, ""},
		{"empty", "", []string{"1:1 empty-file"}, ""},
		{"blank", " \n\n", []string{"1:1 empty-file"}, ""},
		{"utf-16", "\xff\xfe-\x00", []string{"1:1 not-utf8"}, "UTF-16"},
		{"latin-1", top + "---\nCaf\xe9\n", []string{"4:4 not-utf8"}, ""},
		{"lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", []string{"1:1 lfs-pointer"}, "git lfs pull"},
		{"too large", strings.Repeat("x", MaxFile+1), []string{"1:1 file-too-large"}, ""},
		{"list at the top", "---\n- id: sale\n---\n", []string{"1:1 schema-type"}, ""},
		{"text at the top", "---\nid:sale\n---\n", []string{"1:1 schema-type"}, "id: sale"},

		{"hash in a list", top + "tags: [#winter]\nstatus: ready\n---\n", []string{"3:8 yaml-syntax"}, `"#winter"`},
		{"at in a list", top + "accounts: [@acme]\n---\n", []string{"3:12 yaml-syntax"}, `"@acme"`},
		{"at alone", top + "first_comment: @acme hello\n---\n", []string{"3:16 yaml-syntax"}, `"@acme"`},
		{"at in a block list", top + "tags:\n  - @acme\n---\n", []string{"4:5 yaml-syntax"}, "quotes"},
		{"no blank after the colon", top + "status:ready\nslot: x\n---\n", []string{"3:1 yaml-syntax"}, "status: ready"},
		{"no blank after the first colon", "---\nid:sale\nslot: x\n---\n", []string{"2:1 yaml-syntax"}, "id: sale"},
		{"no blank in a group", top + "pin: {until:2026-12-01}\n---\n", []string{"3:7 unknown-key"}, "until: 2026-12-01"},
		{"comma in a group", top + "cta: {label: a, b, url: https://x.example}\n---\n", []string{"3:17 unknown-key"}, "comma"},
		{"tab", top + "media:\n\t- file: a.png\n---\n", []string{"4:1 tab-indent"}, "blanks"},
		{"mention at the start", top + "first_comment: {{@maker}} hi\n---\n", []string{"3:16 yaml-syntax"}, "quotes"},
		{"percent", top + "reason: %20\n---\n", []string{"3:9 yaml-syntax"}, "quotes"},
		{"colon in a text", top + "reason: breaking: news\n---\n", []string{"3:17 yaml-syntax"}, "quotes"},
		{"text behind quotes", top + "reason: \"breaking\" news\n---\n", []string{"3:20 yaml-syntax"}, "quotes"},
		{"apostrophe", top + "reason: 'it's'\n---\n", []string{"3:9 yaml-syntax"}, "double quotes"},
		{"open quote", top + "reason: \"x\nstatus: ready\n---\n", []string{"3:9 yaml-syntax"}, "close"},
		{"open list", top + "tags: [a, b\nstatus: ready\n---\n", []string{"3:7 yaml-syntax"}, "]"},
		{"bad indent", top + "media:\n  - file: a\n pillar: c\n---\n", []string{"5:2 yaml-syntax"}, "column"},
		{"reference to nothing", top + "reason: *bold*\n---\n", []string{"3:9 yaml-syntax"}, "*"},
		{"control character", top + "reason: a\x01b\n---\n", []string{"3:10 yaml-syntax"}, ""},
		{"separator that cannot be seen", top + "reason: a\u2028b\n---\n", []string{"3:10 odd-line-break"}, ""},
		{"lone carriage return", top + "reason: \"a\rb\"\n---\n", []string{"3:11 odd-line-break"}, ""},
		{"second document", top + "--- x\n---\n", []string{"3:1 yaml-syntax"}, "second"},
		{"end mark", top + "...\nstatus: ready\n---\n", []string{"4:1 yaml-syntax"}, ""},
		{"behind a group", "---\n{id: sale} status\n---\n", []string{"2:12 yaml-syntax"}, ""},
		{"dedent to nothing", "---\n  id: sale\nstatus: ready\n---\n", []string{"3:1 yaml-syntax"}, "column"},

		{"setext heading", top + "---\nTitle\n---\ntext\n", []string{"5:1 setext-heading"}, "blank line"},
		{"setext with equals", top + "---\nTitle\n=====\n", []string{"5:1 setext-heading"}, ""},
		{"break under a list", top + "---\n- a\n---\n\nb\n", []string{"5:1 setext-heading"}, ""},
		{"thread", top + "---\na\n\n---\n\nb\n", nil, ""},
		{"break without a blank behind", top + "---\na\n\n---\nb\n", []string{"6:1 thematic-break"}, ""},
		{"dashes in code", top + "---\n```yaml\na\n---\n```\n\n~~~\nb\n===\n~~~\n", nil, ""},
		{"empty list item", top + "---\n- a\n-\n", nil, ""},
		{"position behind blank lines", top + "---\n\n\nTitle\n---\n", []string{"7:1 setext-heading"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, diags := all(t, workspace(map[string]string{"content/acme/2026-12/a.md": tt.text}))
			check(t, diags, tt.want, tt.says)
		})
	}
}

func check(t *testing.T, diags diag.List, want []string, says string) {
	t.Helper()
	var got []string
	for _, d := range diags {
		got = append(got, place(d))
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("got %q, want %q\n%+v", got, want, diags)
	}
	if says != "" && len(diags) > 0 && !strings.Contains(diags[0].Summary+diags[0].Detail+diags[0].Hint, says) {
		t.Errorf("no %q in %+v", says, diags[0])
	}
}

func TestSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	for _, text := range []string{
		"credentials: {token: " + secret + "}\n", "credentials: " + secret + "\n", "credentials: {token: [" + secret + "]}\n",
		"credentials: {token: {a: " + secret + "}}\n",
	} {
		_, _, diags := all(t, workspace(map[string]string{"strategies/acme/accounts/a.yaml": "id: acme-site\nprovider: site\n" + text}))
		if !diags.HasErrors() || strings.Contains(fmt.Sprintf("%+v", diags), secret) {
			t.Errorf("%s: %+v", text, diags)
		}
	}
}

func TestAliasBombsEnd(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("---\nid: sale\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i-1), 10), ", "))
	}
	_, _, diags := all(t, workspace(map[string]string{"content/acme/2026-12/a.md": b.String() + "---\n"}))
	if len(diags) != 1 || diags[0].Rule != "alias-bomb" {
		t.Error(diags)
	}
	_, _, diags = all(t, workspace(map[string]string{"content/acme/2026-12/a.md": "---\nid: sale\ntags: &t [*t]\n---\n"}))
	if len(diags) != 1 || diags[0].Rule != "too-deep" {
		t.Error(diags)
	}
	deep := "---\nid: sale\ntags: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n---\n"
	_, _, diags = all(t, workspace(map[string]string{"content/acme/2026-12/a.md": deep}))
	if len(diags) != 1 || diags[0].Rule != "too-deep" {
		t.Error(diags)
	}
}

func TestDiagnosticsAreBounded(t *testing.T) {
	t.Parallel()
	var keys, dups, body strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&keys, "key%d: x\n", i)
		dups.WriteString("dup: x\n")
		body.WriteString("a\n---\n")
	}
	for _, text := range []string{keys.String() + "---\n", dups.String() + "---\n", "---\n" + body.String()} {
		_, _, diags := all(t, workspace(map[string]string{"content/acme/2026-12/a.md": "---\nid: sale\n" + text}))
		if len(diags) == 0 || len(diags) > maxProblems+1 {
			t.Errorf("%d diagnostics", len(diags))
		}
	}
}
