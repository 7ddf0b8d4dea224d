package discord

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/measure"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"One of three.":                   "One of three.",
		`1\. \*not\* \_marked\_ \~\~`:     "1. *not* _marked_ ~~",
		"**bold** *italic* ~~gone~~":      "bold italic gone",
		"***both***":                      "both",
		"# Heading\n> quoted\n-# small":   "Heading\nquoted\nsmall",
		"#tag":                            "#tag",
		"`a\\*b` and `**`":                "a\\*b and **",
		"```go\nx := `1`\n```":            "x := `1`\n",
		"[Shop *now*](https://x.example)": "Shop now",
		"<https://x.example/a_b>":         "https://x.example/a_b",
		"https://x.example/a_b_c":         "https://x.example/a_b_c",
		`\[no\]\(link\)`:                  "[no](link)",
		"snake_case":                      "snake_case",
		`a\b`:                             `a\b`,
		"ends with \\":                    "ends with \\",
		"<@123456> hi":                    "<@123456> hi",
		"||spoiler||":                     "spoiler",
		"":                                "",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2][]string{
		"nobody":                                    {nil, nil},
		"<@100001> and <@!100002>":                  {{"100001", "100002"}, nil},
		"<@100001> <@100001> <@!100001>":            {{"100001"}, nil},
		"<@&200001>, <@100001>":                     {{"100001"}, {"200001"}},
		"<@&100001> <@100001>":                      {{"100001"}, {"100001"}},
		`\<@100001> <\@100002>`:                     {nil, nil},
		`\\<@100001>`:                               {{"100001"}, nil},
		"@everyone <#100001> <:x:100001> <@>":       {nil, nil},
		"`<@100001>` ```\n<@100002>\n``` <@100003>": {{"100003"}, nil},
		"\\`<@100001>\\`":                           {{"100001"}, nil},
		"<@12>":                                     {nil, nil},
		"<@0100001>":                                {nil, nil},
	} {
		users, roles := mentioned(in)
		if !reflect.DeepEqual([2][]string{users, roles}, want) {
			t.Errorf("%q: users %v, roles %v", in, users, roles)
		}
	}
}

func TestThreadName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 30)
	for name, c := range map[string]struct {
		segment content.Segment
		want    string
	}{
		"the first line":     {content.Segment{Text: "\n## The **first** snow\nfell"}, "The first snow"},
		"the option":         {content.Segment{Text: "x", Options: map[string]string{optThreadName: "Snow"}}, "Snow"},
		"a long line":        {content.Segment{Text: long}, strings.TrimSpace(strings.Repeat("word ", 19)) + "…"},
		"without spaces":     {content.Segment{Text: strings.Repeat("w", 200)}, strings.Repeat("w", 99) + "…"},
		"pairs stay pairs":   {content.Segment{Text: strings.Repeat("😀", 60)}, strings.Repeat("😀", 49) + "…"},
		"exactly a hundred":  {content.Segment{Text: strings.Repeat("w", 100)}, strings.Repeat("w", 100)},
		"nothing but a mark": {content.Segment{Text: "** **"}, ""},
		"nothing":            {content.Segment{}, ""},
	} {
		got, err := threadName("publish", c.segment)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if n := measure.Length(string(measure.UTF16), got); n > maxThreadName {
			t.Errorf("%s: %d code units", name, n)
		}
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	poll := &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: 90 * time.Minute}
	for name, c := range map[string]struct {
		segment        content.Segment
		text, question string
	}{
		"no poll":             {content.Segment{Text: "Red\nor blue?"}, "Red\nor blue?", ""},
		"one line":            {content.Segment{Text: "**Red** or blue?", Poll: poll}, "", "Red or blue?"},
		"the first line asks": {content.Segment{Text: "Red or blue?\n\nWe knit *both*.", Poll: poll}, "We knit *both*.", "Red or blue?"},
		"the option asks":     {content.Segment{Text: "We knit both.", Poll: poll, Options: map[string]string{optQuestion: "Red?"}}, "We knit both.", "Red?"},
	} {
		d := draftOf(c.segment)
		if d.text != c.text || d.question != c.question {
			t.Errorf("%s: text %q, question %q", name, d.text, d.question)
		}
	}
	if b := pollOf("Red?", poll); b.Hours != 2 {
		t.Errorf("90 minutes are %d hours", b.Hours)
	}
}

// TestFingerprints checks what must not, and what must, tell two texts apart.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	of := func(text string) string { return fingerprintOf(content.Segment{Text: text}) }
	for a, b := range map[string]string{
		"First snow.":      "  first SNOW\u200b. \n",
		"Café":             "Cafe\u0301",
		"ﬁne":              "fine",
		"a\x07b":           "ab",
		"👍":                " 👍\ufe0f ",
		"two\r\nlines":     "two\nlines",
		"half \xff a rune": "half  a rune",
	} {
		if of(a) != of(b) {
			t.Errorf("%q and %q differ", a, b)
		}
	}
	for a, b := range map[string]string{"One": "Two", "👍": "👎", "Café": "Cafe", "हिंदी": "हदी"} {
		if of(a) == of(b) {
			t.Errorf("%q and %q are the same", a, b)
		}
	}
	bare := content.Segment{Text: "Snow"}
	with := bare
	with.Media = []content.Attachment{{Alt: "Snow"}}
	if fingerprintOf(bare) == fingerprintOf(with) {
		t.Error("a picture makes no difference")
	}
	one, other := content.Segment{Media: []content.Attachment{{Alt: "Snow"}}}, content.Segment{Media: []content.Attachment{{Alt: "Rain"}}}
	if fingerprintOf(one) == fingerprintOf(other) {
		t.Error("two pictures without a text are the same")
	}
}
