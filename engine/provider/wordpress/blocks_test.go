package wordpress

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
)

// TestBlocks: CommonMark's HTML as the editor would write it. Frames are written
// [name attributes … /name] here, for short.
func TestBlocks(t *testing.T) {
	t.Parallel()
	short := strings.NewReplacer("<!-- wp:", "{", " -->\n\n", "}\n\n", " -->\n", "} ", "\n<!-- /wp:", " {/", " -->", "}")
	for in, want := range map[string]string{
		"<p>One</p>\n<p>Two<br>\nlines</p>":                       "{paragraph} <p>One</p> {/paragraph}\n\n{paragraph} <p>Two<br>\nlines</p> {/paragraph}",
		"<p>  </p><p></p>":                                        "",
		"bare <em>text</em><p>P</p>":                              "{paragraph} <p>bare <em>text</em></p> {/paragraph}\n\n{paragraph} <p>P</p> {/paragraph}",
		"<h1>A</h1>":                                              "{heading} <h2>A</h2> {/heading}",
		"<h2>A</h2>":                                              "{heading} <h2>A</h2> {/heading}",
		"<h4>A &amp; B</h4>":                                      `{heading {"level":4}} <h4>A &amp; B</h4> {/heading}`,
		"<blockquote><p>Q</p></blockquote>":                       `{quote} <blockquote class="wp-block-quote">{paragraph} <p>Q</p> {/paragraph}</blockquote> {/quote}`,
		"<hr>":                                                    `{separator} <hr class="wp-block-separator has-alpha-channel-opacity"/> {/separator}`,
		"<pre><code>a &lt; b\n[x]\n</code></pre>":                 `{code} <pre class="wp-block-code"><code>a &lt; b` + "\n" + `&#091;x]</code></pre> {/code}`,
		`<pre><code class="language-c++">x</code></pre>`:          `{code {"className":"language-c++"}} <pre class="wp-block-code language-c++"><code>x</code></pre> {/code}`,
		`<pre><code class="language---x">x</code></pre>`:          `{code} <pre class="wp-block-code"><code>x</code></pre> {/code}`,
		"<ul><li>A</li><li>B</li></ul>":                           "{list} <ul>{list-item} <li>A</li> {/list-item}{list-item} <li>B</li> {/list-item}</ul> {/list}",
		`<ol start="3"><li>C</li></ol>`:                           `{list {"ordered":true,"start":3}} <ol start="3">{list-item} <li>C</li> {/list-item}</ol> {/list}`,
		`<ol start="x"><li>C</li></ol>`:                           `{list {"ordered":true}} <ol>{list-item} <li>C</li> {/list-item}</ol> {/list}`,
		"<ul>\n<li>\n<p>A</p>\n<p>B</p>\n</li></ul>":              "{list} <ul>{list-item} <li>A<br><br>B</li> {/list-item}</ul> {/list}",
		"<ul><li>A<ul><li>B</li></ul></li></ul>":                  "{list} <ul>{list-item} <li>A{list} <ul>{list-item} <li>B</li> {/list-item}</ul> {/list}</li> {/list-item}</ul> {/list}",
		`<p><a href="https://a.example/?x=1&amp;y=[2]">a</a></p>`: `{paragraph} <p><a href="https://a.example/?x=1&amp;y=&#091;2]">a</a></p> {/paragraph}`,
		// None of these can come from the renderer.
		"<p>[gallery ids=1]</p>":                       "{paragraph} <p>&#091;gallery ids=1]</p> {/paragraph}",
		"<script>alert(1)</script>":                    "{paragraph} <p>&lt;script&gt;alert(1)&lt;/script&gt;</p> {/paragraph}",
		`<p><a href="javascript:x()">a</a></p>`:        `{paragraph} <p>&lt;a href=&quot;javascript:x()&quot;&gt;a&lt;/a&gt;</p> {/paragraph}`,
		`<p onclick="x()">a <img src=x onerror=y></p>`: `{paragraph} <p>a &lt;img src=&quot;x&quot; onerror=&quot;y&quot;/&gt;</p> {/paragraph}`,
		"<p>a</p><!-- wp:html --><p>b</p>":             "{paragraph} <p>a</p> {/paragraph}\n\n{paragraph} <p>b</p> {/paragraph}",
		"<p>&lt;!-- wp:html --&gt;</p>":                "{paragraph} <p>&lt;!-- wp:html --&gt;</p> {/paragraph}",
		"<p><svg><p>a</p></svg></p>":                   "{paragraph} <p>&lt;svg&gt;&lt;/svg&gt;</p> {/paragraph}\n\n{paragraph} <p>a</p> {/paragraph}",
	} {
		got := short.Replace(blocksOf(content.Segment{HTML: in}))
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestTextStaysText: whatever people write comes out as that text, in no markup
// of its own, and no bracket is left to begin a shortcode.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[<>&"'\[\]/!a-z -]{0,40}`)).Draw(t, "text")
		s := content.Segment{Text: text, HTML: "<p>" + html.EscapeString(text) + "</p>"}
		stored := blocksOf(s)
		if strings.ContainsRune(stored, '[') || strings.Count(stored, "<!--") > 2 {
			t.Fatalf("%q becomes %s", text, stored)
		}
		read, _ := readContent(stored)
		if letters(read) != letters(text) {
			t.Fatalf("%q is read as %q", text, read)
		}
	})
}

// TestFingerprint: what WordPress changes is not in it, and what people write is.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := content.Segment{Title: "Winter", HTML: "<p>The coats are here.</p>"}
	same := base
	same.Media = []content.Attachment{{Type: "image/png", Alt: "A coat"}}
	same.Tags, same.Options = []string{"coats"}, map[string]string{"slug": "other"}
	if fingerprintOf(base) != fingerprintOf(same) {
		t.Error("featured picture, tags and slug change it")
	}
	seen := map[string]string{}
	for name, s := range map[string]content.Segment{
		"base": base, "other title": {Title: "Winters", HTML: base.HTML}, "other text": {Title: base.Title, HTML: "<p>The hats are here.</p>"},
		"emoji": {HTML: "<p>🧥</p>"}, "other emoji": {HTML: "<p>🎩</p>"},
		"picture": {Media: []content.Attachment{{Type: "image/png", Alt: "A coat"}}, Options: map[string]string{"featured": "false"}},
		"video":   {Media: []content.Attachment{{Type: "video/mp4", Alt: "A coat"}}},
	} {
		f := fingerprintOf(s)
		if other := seen[f]; other != "" {
			t.Errorf("%s and %s have one fingerprint", name, other)
		}
		seen[f] = name
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	picture, video := content.Attachment{Type: "image/png", Alt: "P"}, content.Attachment{Type: "video/mp4"}
	in := []medium{{ID: 1, URL: "https://b.example/1"}, {ID: 2, URL: "https://b.example/2"}, {ID: 3, URL: "https://b.example/3"}}
	for _, c := range []struct {
		name     string
		media    []content.Attachment
		featured string
		want     string
	}{
		{"nothing", nil, "", "T"},
		{"featured", []content.Attachment{picture}, "", "T"},
		{"not featured", []content.Attachment{picture}, "false", "1T"},
		{"three", []content.Attachment{picture, picture, video}, "", "T23"},
		{"three, not featured", []content.Attachment{picture, picture, video}, "false", "1T23"},
		{"video first", []content.Attachment{video, picture}, "", "1T2"},
	} {
		s := content.Segment{HTML: "<p>T</p>", Media: c.media, Options: map[string]string{"featured": c.featured}}
		got := ""
		for _, part := range strings.Split(compose(s, in[:len(c.media)]), "\n\n") {
			for _, mark := range []string{"<p>T", "/1\"", "/2\"", "/3\""} {
				if strings.Contains(part, mark) {
					got += strings.Trim(mark, `<p>/"`)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
