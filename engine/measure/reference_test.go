//go:build integration

package measure

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReferenceWeights holds our count against X's own, the npm package
// twitter-text, on every example, on each character that may be an emoji in the sequences
// that there are, and on 200,000 texts put together from pieces that are easy to
// count wrongly. It needs node and npm, and installs the package
// by itself.
func TestReferenceWeights(t *testing.T) {
	t.Parallel()
	texts := sequences()
	for _, c := range xCases {
		texts = append(texts, c.text)
	}
	for range 200_000 {
		texts = append(texts, odd(random))
	}
	want := reference(t, texts)
	network, _ := Lookup("x")
	wrong := 0
	for i, text := range texts {
		got := network.Measure(text)
		valid := got.OK && got.Length > 0 // an empty text is none that can be sent
		if got.Length != want[i].WeightedLength || valid != want[i].Valid {
			t.Errorf("%+q: %d, %t; want %+v", text, got.Length, valid, want[i])
			if wrong++; wrong > 20 {
				t.FailNow()
			}
		}
	}
}

// sequences are the characters that may be emoji, alone and with what may follow.
func sequences() (texts []string) {
	add := func(r rune) {
		for _, after := range []string{"", "\ufe0f", "\ufe0e", "🏽", "🏽\u200d♀\ufe0f", "\u200d♂\ufe0f", "\ufe0f\u200d♀\ufe0f", "\u200d🎓", "\u20e3", "\ufe0f\u20e3"} {
			texts = append(texts, string(r)+after+"a")
		}
	}
	for r := rune(' '); r < 0x3300; r++ {
		add(r)
	}
	for r := rune(0x1F000); r < 0x1FB00; r++ {
		add(r)
	}
	for a := range rune(26) {
		for b := range rune(26) {
			texts = append(texts, string([]rune{firstRegion + a, firstRegion + b}))
		}
	}
	return texts
}

// random is seeded: a failure can be had again.
var random = rand.New(rand.NewPCG(2026, 11))

var pieces = strings.Split("a|b|Z|1|é|e\u0301|ё|Ж|ж|日本|語|한국|ไทย|пример.рф|みんな|.みんなで|.中国|example.com|example.org/|t.co/abc|http://t.co/Ab1?a=1|http://t.co/a-b|"+
	"https://|http://|HTTP://|.|..|.com|.co.jp|.comx|.c|-|_|@|#|$|＃|/|//|/path|/(x)|/((x)y)|(|)|?|?a=b&c|&|=|:|:80|;|,|!|'|\"|`| |  |\n|\u3000|。|…|–|”|xn--a.com|xn--é.com|.xn--p1ai|"+
	"👨|👩|👧|👦|\u200d|\ufe0f|\ufe0e|🏽|🏻|♀|♂|♀\ufe0f|❤\ufe0f|💋|🎤|⚕\ufe0f|🏋|🕵|🙋|🧕|🏴|☠\ufe0f|🏳|🌈|🇫|🇷|🇬|🇧|🇽|1\u20e3|#\ufe0f\u20e3|*|☺|©|®|™|♟|👁|🗨|🧞|🤼|😀|🤪|🫠|🧑|💻|🀄|㊗|"+
	"\u202a|\u2066|\u200f|\u061c|\ufeff|\ufffe|\u2028|\u0085|\u00a0|\u200b|\u2010|\u2032|\u1100|\u1161|ﬁ|Å|\U0001d49c|𠮷|~|[|]|{|}|%|+|*|<|>|^|\\||\u0007|\u007f|ß|ʻ|ӏ|"+
	"https://example.com/a|(a)|((a)b)|https://a_b.example.org/x|\u200c|か\u3099|각\u11a8|Ω|\u2000|\u0340|\u0958|\uf900|.ελ|vermögensberater|日本語の長い文章をここに書いてみますがこれはとても長いのでどうなるでしょうか。", "|")

// odd puts a text together.
func odd(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(9) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

type weighed struct {
	WeightedLength int
	Valid          bool
}

func reference(t *testing.T, texts []string) (out []weighed) {
	t.Helper()
	tool := t.TempDir()
	if err := os.CopyFS(tool, os.DirFS(filepath.Join("testdata", "twitter-text"))); err != nil {
		t.Fatal(err)
	}
	run(t, tool, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(run(t, tool, in, "node", "weigh.cjs"), &out); err != nil || len(out) != len(texts) {
		t.Fatalf("%d answers to %d texts: %v", len(out), len(texts), err)
	}
	return out
}

func run(t *testing.T, dir string, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	return out
}
