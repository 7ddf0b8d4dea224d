package vk

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                               "",
		"a &amp; b":                      "a & b",
		"&lt;b&gt; &quot;x&quot; &#39;":  `<b> "x" '`,
		"a & b":                          "a & b",
		"a &amp; b & c":                  "a &amp; b & c", // not escaped: an & begins nothing
		"a < b &amp; c":                  "a < b &amp; c",
		"https://x.example/?a=1&b=2":     "https://x.example/?a=1&b=2",
		"https://x.example/?a=1&amp;b=2": "https://x.example/?a=1&b=2",
		"&amp;lt;":                       "&lt;",
		"&eacute;":                       "&eacute;",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

// A post is recognised however VK writes it.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	of := func(s string) string { return fingerprintOf(content.Segment{Text: s}) }
	for _, same := range [][2]string{
		{"Hello, world", "hello world\n"},
		{"Thanks to @club1 (the makers)!", "Thanks to [club1|the makers]!"},
		{"Thanks to *club1 (the makers)!", "Thanks to [club1|the makers]!"},
		{"Thanks to @club1!", "Thanks to [club1|@club1]!"},
		{"Thanks to @acme!", "Thanks to [club1|@acme]!"},
		{"[club1|Makers]", "[club1|Makers]"},
		{"5 < 6 & 7", "5 &lt; 6 &amp; 7"},
		{"an author's &lt;b&gt;", "an author's &amp;lt;b&amp;gt;"},
		{"see https://example.org/a?b=1&c=2", "see https://vk.cc/abc"},
		{"é", "e\u0301"},
		{"😀", " 😀 "},
	} {
		if of(same[0]) != of(same[1]) {
			t.Errorf("%q is not recognised as %q", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"Hello", "Hallo"}, {"1", "2"}, {"😀", "😁"}, {"@club1 (a)", "@club1 (b)"}, {"a", ""}} {
		if of(other[0]) == of(other[1]) {
			t.Errorf("%q is taken for %q", other[0], other[1])
		}
	}
	a, b := content.Segment{Text: "x"}, content.Segment{Text: "x", Media: make([]content.Attachment, 1)}
	c := content.Segment{Text: "x", Poll: &content.PollSpec{Options: []string{"a", "b"}}}
	if fingerprintOf(a) == fingerprintOf(b) || fingerprintOf(a) == fingerprintOf(c) {
		t.Error("pictures and polls do not count")
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"type":"photo","photo":{"id":2,"owner_id":-1}}`:                   "photo-1_2",
		`{"type":"photo","photo":{"id":2,"owner_id":-1,"access_key":"k"}}`:  "photo-1_2_k",
		`{"type":"doc","doc":{"id":2,"owner_id":7,"access_key":"k"}}`:       "doc7_2_k",
		`{"type":"link","link":{"url":"https://x.example","id":"abc"}}`:     "https://x.example",
		`{"type":"audio","audio":{"id":2,"owner_id":-1}}`:                   "audio-1_2",
		`{"type":"poll","poll":{"id":2,"owner_id":-1,"answers":[]}}`:        "poll-1_2",
		`{"type":"donut_link","donut_link":{"url":"https://vk.com/donut"}}`: "",
		`{"type":"unheard_of"}`:                                              "",
		`{"type":"page","page":{"id":"no number","owner_id":-1}}`:            "",
		`{"type":"photo","photo":7}`:                                         "error",
		`{"photo":{"id":2,"owner_id":-1}}`:                                   "error",
		`{"type":"poll","poll":{"id":2,"owner_id":-1,"answers":"no"}}`:       "error",
		`{"type":"photo","photo":{"id":99999999999999999999,"owner_id":-1}}`: "",
	} {
		var a attachment
		err := json.Unmarshal([]byte(in), &a)
		if got := a.sent(); (err != nil) != (want == "error") || err == nil && got != want {
			t.Errorf("%s is sent as %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	on := map[string]string{optLink: "true"}
	for text, want := range map[string]string{
		"no address": "",
		"see https://a.example/x, and https://b.example/y?z=1.": "https://b.example/y?z=1",
		"(https://a.example/x)":                                 "https://a.example/x",
		"https://a.example/x,y":                                 "https://a.example/x",
		"HTTPS://A.example more":                                "HTTPS://A.example",
	} {
		got := strings.Join(links(content.Segment{Text: text, Options: on}), " ")
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if links(content.Segment{Text: text}) != nil {
			t.Errorf("%q: attached without being asked for", text)
		}
	}
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ж", 200)
	for _, c := range []struct{ text, option, want string }{
		{"\nRed or blue?\nMore", "", "Red or blue?"},
		{"Red or blue?", "Which? ", "Which?"},
		{"", "", ""},
		{long, "", strings.Repeat("ж", maxQuestion-1) + "…"},
	} {
		s := content.Segment{Text: c.text, Options: map[string]string{optQuestion: c.option}}
		if got := question(s); got != c.want {
			t.Errorf("question of %q is %q", c.text, got)
		}
	}
}

// What is left at its default is not sent with a new post, and said with an edit.
func TestParams(t *testing.T) {
	t.Parallel()
	l := &login{group: 1}
	r := provider.Request{Segment: content.Segment{Text: "Hello", Options: map[string]string{optSigned: "true", optClosed: "false"}}}
	if got, want := l.creation(r, nil).Encode(), (url.Values{"owner_id": {"-1"}, "from_group": {"1"}, "message": {"Hello"}, "signed": {"1"}}).Encode(); got != want {
		t.Errorf("a new post: %s\nwant %s", got, want)
	}
	if got, want := l.params(r.Segment, []string{"photo-1_2", "doc-1_3"}).Encode(),
		"attachments=photo-1_2%2Cdoc-1_3&close_comments=0&mark_as_ads=0&message=Hello&owner_id=-1&signed=1"; got != want {
		t.Errorf("an edit: %s\nwant %s", got, want)
	}
}

func TestServers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "https://api.vk.ru api.vk.ru", "api.vk.com": "https://api.vk.com api.vk.ru", "https://API.vk.ru/": "https://api.vk.ru api.vk.ru",
		"http://127.0.0.1:80": "http://127.0.0.1:80 127.0.0.1:80", "https://proxy.example/vk": "https://proxy.example/vk proxy.example/vk",
		"http://localhost.example": "", "ftp://x": "", "https://": "", "http://10.0.0.1": "", "https://x?y": "",
	} {
		u, err := serverURL(in)
		got := ""
		if err == nil {
			got = u.String() + " " + (&client{base: u}).server()
		}
		if got != want {
			t.Errorf("server %q: %q, %v, want %q", in, got, err, want)
		}
	}
}
