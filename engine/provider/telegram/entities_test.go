package telegram

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/smmctl/smmctl/engine/content"
)

// marked writes facets as runs of a text: kind, what it stands on, value.
func marked(t *testing.T, text string, runs ...[3]string) []content.Facet {
	t.Helper()
	var out []content.Facet
	for _, r := range runs {
		i := strings.Index(text, r[1])
		if i < 0 {
			t.Fatalf("%q is not in %q", r[1], text)
		}
		out = append(out, content.Facet{Kind: r[0], Start: i, End: i + len(r[1]), Value: r[2]})
	}
	return out
}

func TestConvert(t *testing.T) {
	t.Parallel()
	type runs = [][3]string
	for name, c := range map[string]struct {
		text string
		runs runs
		want string
		ents []entity
	}{
		"nothing": {"Plain words.", nil, "Plain words.", nil},
		"styles": {"bold italic strike code", runs{{"bold", "bold", ""}, {"italic", "italic", ""}, {"strike", "strike", ""}, {"code", "code", ""}}, "bold italic strike code", []entity{
			{Type: "bold", Offset: 0, Length: 4}, {Type: "italic", Offset: 5, Length: 6}, {Type: "strikethrough", Offset: 12, Length: 6}, {Type: "code", Offset: 19, Length: 4},
		}},
		"UTF-16 units":                           {"🇫🇷 é 👩‍👩‍👧 bold", runs{{"bold", "bold", ""}}, "🇫🇷 é 👩‍👩‍👧 bold", []entity{{Type: "bold", Offset: 16, Length: 4}}},
		"an emoji itself":                        {"a 👍 b", runs{{"bold", "👍", ""}}, "a 👍 b", []entity{{Type: "bold", Offset: 2, Length: 2}}},
		"an address in the text":                 {"See https://example.org/a now", runs{{"link", "https://example.org/a", "https://example.org/a"}}, "See https://example.org/a now", nil},
		"an address that Telegram does not find": {"See http://intranet/a now", runs{{"link", "http://intranet/a", "http://intranet/a"}}, "See http://intranet/a now", []entity{{Type: "text_link", Offset: 4, Length: 17, URL: "http://intranet/a"}}},
		"a hidden address":                       {"See this now", runs{{"link", "this", "https://example.org/?a=b&c=\"<"}}, "See this now", []entity{{Type: "text_link", Offset: 4, Length: 4, URL: "https://example.org/?a=b&c=\"<"}}},
		"a short form":                           {"example.org", runs{{"link", "example.org", "https://example.org"}}, "example.org", []entity{{Type: "text_link", Length: 11, URL: "https://example.org"}}},
		"not a web address":                      {"mail me", runs{{"link", "me", "mailto:a@example.org"}}, "mail me", nil},
		"a relative address":                     {"go up", runs{{"link", "up", "../up"}}, "go up", nil},
		"mention and tag as they are":            {"Hi @acme #news", runs{{"mention", "@acme", "@acme"}, {"tag", "#news", "news"}}, "Hi @acme #news", nil},
		"a mention by name":                      {"Hi Acme", runs{{"mention", "Acme", "@acme_co"}}, "Hi Acme", []entity{{Type: "text_link", Offset: 3, Length: 4, URL: "https://t.me/acme_co"}}},
		"a block of code":                        {"Look:\ngo run .\nDone", runs{{"pre", "go run .", "sh"}}, "Look:\ngo run .\nDone", []entity{{Type: "pre", Offset: 6, Length: 8, Language: "sh"}}},
		"nested":                                 {"bold and italic", runs{{"bold", "bold and italic", ""}, {"italic", "italic", ""}}, "bold and italic", []entity{{Type: "bold", Length: 15}, {Type: "italic", Offset: 9, Length: 6}}},
		"bold in a link":                         {"a bold link", runs{{"link", "bold link", "https://x.example/"}, {"bold", "bold", ""}}, "a bold link", []entity{{Type: "text_link", Offset: 2, Length: 9, URL: "https://x.example/"}, {Type: "bold", Offset: 2, Length: 4}}},
		"code in bold":                           {"run make now", runs{{"bold", "run make now", ""}, {"code", "make", ""}}, "run make now", []entity{{Type: "bold", Length: 3}, {Type: "code", Offset: 4, Length: 4}, {Type: "bold", Offset: 9, Length: 3}}},
		"bold that is all code":                  {"make", runs{{"bold", "make", ""}, {"code", "make", ""}}, "make", []entity{{Type: "code", Length: 4}}},
		"bold in code":                           {"make it", runs{{"code", "make it", ""}, {"bold", "it", ""}}, "make it", []entity{{Type: "code", Length: 7}}},
		"a link in code":                         {"make it", runs{{"pre", "make it", ""}, {"link", "it", "https://x.example/"}}, "make it", []entity{{Type: "pre", Length: 7}}},
		"code in a link":                         {"see make it", runs{{"link", "make it", "https://x.example/"}, {"code", "make it", ""}}, "see make it", []entity{{Type: "text_link", Offset: 4, Length: 7, URL: "https://x.example/"}}},
		"code in a link in bold":                 {"see make it", runs{{"bold", "see make it", ""}, {"link", "make it", "https://x.example/"}, {"code", "make", ""}}, "see make it", []entity{{Type: "bold", Length: 11}, {Type: "text_link", Offset: 4, Length: 7, URL: "https://x.example/"}}},
		"a quote with all":                       {"say make it so", runs{{"quote", "say make it so", ""}, {"code", "make", ""}, {"bold", "so", ""}}, "say make it so", []entity{{Type: "blockquote", Length: 14}, {Type: "code", Offset: 4, Length: 4}, {Type: "bold", Offset: 12, Length: 2}}},
		"a quote in a quote":                     {"say so", runs{{"quote", "say so", ""}, {"quote", "so", ""}}, "say so", []entity{{Type: "blockquote", Length: 6}}},
		"a quote with code in bold": {"a make b c", runs{{"bold", "a make b c", ""}, {"quote", "make b", ""}, {"code", "make", ""}}, "a make b c", []entity{
			{Type: "bold", Length: 1}, {Type: "blockquote", Offset: 2, Length: 6}, {Type: "code", Offset: 2, Length: 4}, {Type: "bold", Offset: 7, Length: 1}, {Type: "bold", Offset: 9, Length: 1},
		}},
		"bold in bold":                 {"say so", runs{{"bold", "say so", ""}, {"bold", "so", ""}}, "say so", []entity{{Type: "bold", Length: 6}}},
		"trimmed":                      {" \n bold \n", runs{{"bold", " \n bold \n", ""}}, "bold", []entity{{Type: "bold", Length: 4}}},
		"white space at a run's edges": {"a  b  c", runs{{"italic", "  b  ", ""}}, "a  b  c", []entity{{Type: "italic", Offset: 3, Length: 1}}},
		"a run of white space":         {"a   b", runs{{"italic", "   ", ""}}, "a   b", nil},
		"an empty run":                 {"a b", runs{{"italic", "", ""}}, "a b", nil},
		"control characters":           {"a\x00\tb\r\n\x1bc", runs{{"bold", "\x1bc", ""}}, "a  b\n c", []entity{{Type: "bold", Offset: 6, Length: 1}}},
		"dropped characters":           {"\u202ea\u2028b\u030a c", runs{{"bold", "c", ""}}, "ab c", []entity{{Type: "bold", Offset: 3, Length: 1}}},
		"no UTF-8":                     {"a\xff\xfe b", runs{{"bold", "b", ""}}, "a\ufffd\ufffd b", []entity{{Type: "bold", Offset: 4, Length: 1}}},
		"other white space stays":      {"\u00a0a\u3000", nil, "\u00a0a\u3000", nil},
		"an unknown kind":              {"a b", runs{{"sparkle", "a", ""}}, "a b", nil},
		"only white space":             {" \n\t", nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facets := marked(t, c.text, c.runs...)
			before := slices.Clone(facets)
			got, err := convert(c.text, facets)
			if err != nil {
				t.Fatal(err)
			}
			if got.text != c.want || got.length != len(utf16.Encode([]rune(c.want))) {
				t.Errorf("text %q of %d, want %q", got.text, got.length, c.want)
			}
			if !reflect.DeepEqual(got.entities, c.ents) {
				t.Errorf("entities %+v\nwant %+v", got.entities, c.ents)
			}
			if !slices.Equal(facets, before) {
				t.Error("the facets were changed")
			}
		})
	}
}

func TestConvertRefuses(t *testing.T) {
	t.Parallel()
	var many []content.Facet
	for i := range maxEntities + 1 {
		many = append(many, content.Facet{Kind: "bold", Start: 2 * i, End: 2*i + 1})
	}
	for name, c := range map[string]struct {
		text   string
		facets []content.Facet
		want   string
	}{
		"crossing":       {"abcdef", []content.Facet{{Kind: "bold", Start: 0, End: 4}, {Kind: "italic", Start: 2, End: 6}}, "cross"},
		"beyond the end": {"abc", []content.Facet{{Kind: "bold", Start: 0, End: 4}}, "outside"},
		"before":         {"abc", []content.Facet{{Kind: "bold", Start: -1, End: 2}}, "outside"},
		"backwards":      {"abc", []content.Facet{{Kind: "bold", Start: 2, End: 1}}, "outside"},
		"more than kept": {strings.Repeat("a ", maxEntities+1), many, "101 marked runs"},
	} {
		if _, err := convert(c.text, c.facets); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if m, err := convert(strings.Repeat("a ", maxEntities), many[:maxEntities]); err != nil || len(m.entities) != maxEntities {
		t.Errorf("as many as are kept: %d, %v", len(m.entities), err)
	}
}

func TestChatOption(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want any
	}{
		{"@acme_news", "@acme_news"}, {" @acme_news ", "@acme_news"}, {"-1001234567890", int64(-1001234567890)},
		{-1001234567890, int64(-1001234567890)}, {int64(-42), int64(-42)}, {float64(-1001234567890), int64(-1001234567890)},
		{uint64(5), nil}, {nil, nil}, {"", nil}, {"acme_news", nil}, {"https://t.me/acme_news", nil}, {"@a", nil}, {true, nil},
		{"@acme/../x", nil}, {12345, nil}, {-1.5, nil}, {[]any{"@acme"}, nil},
	} {
		got, err := chatOption(c.in)
		if c.want == nil && err == nil || c.want != nil && (err != nil || got != c.want) {
			t.Errorf("%v: %v, %v; want %v", c.in, got, err, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		chat chat
		want string
	}{
		{chat{ID: -1001234567890, Username: "acme_news"}, "https://t.me/acme_news/17"},
		{chat{ID: -1001234567890}, "https://t.me/c/1234567890/17"},
		{chat{ID: -1001234567890, Username: "../evil"}, "https://t.me/c/1234567890/17"},
		{chat{ID: -42}, ""},
	} {
		if got := c.chat.address(17); got != c.want {
			t.Errorf("%+v: %q, want %q", c.chat, got, c.want)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"17", "17,18,19", "9007199254740991"} {
		if got := joinIDs(parseIDs(id)); got != id {
			t.Errorf("%q became %q", id, got)
		}
	}
	for _, id := range []string{"", "0", "-1", "x", "1,", ",1", "1,x", "1.5", "17?single", "1,2,3,4,5,6,7,8,9,10,11"} {
		if got := parseIDs(id); got != nil {
			t.Errorf("%q is %v", id, got)
		}
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  string
		m     member
		lacks string
	}{
		"administrator of a channel": {"channel", member{Status: "administrator", Post: true}, ""},
		"owner":                      {"channel", member{Status: "creator"}, ""},
		"may only read":              {"channel", member{Status: "administrator", Info: true}, "can_post_messages"},
		"subscriber":                 {"channel", member{Status: "member"}, "can_post_messages"},
		"left":                       {"channel", member{Status: "left"}, "membership"},
		"kicked":                     {"supergroup", member{Status: "kicked"}, "membership"},
		"member of a group":          {"supergroup", member{Status: "member"}, ""},
		"restricted":                 {"supergroup", member{Status: "restricted", IsMember: true}, "can_send_messages"},
		"restricted, may write":      {"supergroup", member{Status: "restricted", IsMember: true, Send: true}, ""},
		"restricted, gone":           {"supergroup", member{Status: "restricted", Send: true}, "membership"},
	} {
		if got := strings.Join(c.m.access(chat{Type: c.kind}).Lacks, " "); got != c.lacks {
			t.Errorf("%s lacks %q, want %q", name, got, c.lacks)
		}
	}
	muted := chat{Type: "group"}
	muted.Permissions = &struct {
		Send bool `json:"can_send_messages"`
	}{}
	if got := (member{Status: "member"}).access(muted).Lacks; len(got) != 1 {
		t.Errorf("a member of a group where nobody writes lacks %v", got)
	}
}
