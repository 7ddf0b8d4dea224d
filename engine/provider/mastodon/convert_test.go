package mastodon

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	maker := []mention{{URL: "https://b.example/@maker", Acct: "maker@b.example"}}
	for html, want := range map[string]string{
		"":                                   "",
		"plain":                              "plain",
		"a &amp; b &lt;c&gt;":                "a & b <c>",
		"<p>one</p>":                         "one",
		"<p>one</p><p>two</p>":               "one\n\ntwo",
		"<p>one</p>\n\n<p>two</p>":           "one\n\ntwo",
		"<p>one<br>two<br />three</p>":       "one\ntwo\nthree",
		"one<br/>two":                        "one\ntwo",
		"<ul><li>a</li><li>b</li></ul>":      "a\nb",
		"<script>alert(1)</script>x<style>y": "x",
		"<p>broken <b>tag":                   "broken tag",
		"<a href='https://x.example/long'>x": "x",
		`<a href="https://x.example/a?b=c&amp;d" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">x.example/</span><span class="invisible">a?b=c&amp;d</span></a>.`: "https://x.example/a?b=c&d.",
		`<a href="https://x.example/a/very/long/path">x.example/a/very…</a>`:                                           "https://x.example/a/very/long/path",
		`<a href="http://x.example">x.example</a>`:                                                                     "x.example",
		`<span class="h-card"><a href="https://b.example/@maker" class="u-url mention">@<span>maker</span></a></span>`: "@maker@b.example",
		`<a href="https://c.example/@who" class="mention">@<span>who</span></a>`:                                       "@who",
		`<a href="https://x/tags/snow" class="mention hashtag" rel="tag">#<span>snow</span></a>`:                       "#snow",
		`:blob: <img class="emoji" alt=":cat:" src="x">`:                                                               ":blob: :cat:",
		"a\u00a0b<br>": "a\u00a0b",
	} {
		want = strings.ReplaceAll(want, "\u00a0", " ")
		if got := plain(html, maker); got != want {
			t.Errorf("%s\ngives %q\nwant  %q", html, got, want)
		}
	}
}

func segment(text, warning string, alts ...string) content.Segment {
	s := content.Segment{Text: text}
	if warning != "" {
		s.Options = map[string]string{optWarning: warning}
	}
	for _, a := range alts {
		s.Media = append(s.Media, content.Attachment{Alt: a})
	}
	return s
}

// TestFingerprint: what servers rewrite makes no difference, the rest does.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A long description. ", 100)
	for name, c := range map[string]struct {
		a, b content.Segment
		same bool
	}{
		"itself":                       {segment("Hello", ""), segment("Hello", ""), true},
		"another text":                 {segment("Hello", ""), segment("Hallo", ""), false},
		"spaces":                       {segment("  Hello\n\n\nworld ", ""), segment("Hello world", ""), true},
		"quotes and dashes":            {segment("\"Hello\" - world…", ""), segment("“Hello” – world...", ""), true},
		"composed and not":             {segment("caf\u00e9", ""), segment("cafe\u0301", ""), true},
		"an address shortened":         {segment("See https://a.example/b?c=d now", ""), segment("See https://a.example/ now", ""), true},
		"the domain of a mention":      {segment("Hi @Maker@b.example!", ""), segment("Hi @maker!", ""), true},
		"another mention":              {segment("Hi @maker@b.example", ""), segment("Hi @taker@b.example", ""), false},
		"case":                         {segment("#FirstSnow", ""), segment("#firstsnow", ""), true},
		"emoji alone":                  {segment("❄️", ""), segment("🔥", ""), false},
		"emoji alone, variation":       {segment("❄️", ""), segment("❄", ""), true},
		"emoji beside words":           {segment("Snow ❄️", ""), segment("Snow", ""), true},
		"a warning":                    {segment("Hello", "Food"), segment("Hello", ""), false},
		"an empty text, filled":        {segment("", "Food", "x"), segment("🖼", "Food", "x"), true},
		"an empty text, full stop":     {segment("", "Food"), segment(".", "Food"), true},
		"an empty text, moved warning": {segment("", "Food"), segment("Food", ""), true},
		"one picture more":             {segment("Hello", "", "x"), segment("Hello", ""), false},
		"alt of a text with pictures":  {segment("Hello", "", "x"), segment("Hello", "", "y"), true},
		"alt of pictures alone":        {segment("", "", "x"), segment("", "", "y"), false},
		"alt cut by the server":        {segment("", "", long), segment("", "", long[:1000]), true},
		"only an address":              {segment("https://a.example/1", "", "x"), segment("https://a.example", "", "x"), true},
	} {
		if got := fingerprintOf(c.a) == fingerprintOf(c.b); got != c.same {
			t.Errorf("%s: same is %t, want %t", name, got, c.same)
		}
	}
	polls := segment("Hello", "")
	polls.Poll = &content.PollSpec{Options: []string{"a", "b"}}
	if fingerprintOf(polls) == fingerprintOf(segment("Hello", "")) {
		t.Error("a poll makes no difference")
	}
}

// TestLiberalReading: no answer, however odd, makes decode or object panic.
func TestLiberalReading(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.OneOf(
			rapid.StringMatching(`\{"(id|content|poll|media_attachments|mentions|created_at|account|params|reblog)":("x"|5|null|\[\]|\{\}|\[5\]|true|-1e9|\[\{"title":5\}\])\}`),
			rapid.String(),
		).Draw(t, "answer")
		var s status
		_ = decode([]byte(b), &s)
		_, _ = s.object(), s.scheduled()
		_ = plain(b, nil)
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("<p>a</p><a href='https://x'>y<br></script>")
	f.Fuzz(func(t *testing.T, html string) {
		if got := plain(html, nil); len(got) > 4*len(html)+16 {
			t.Errorf("%d bytes of %d", len(got), len(html))
		}
	})
}
