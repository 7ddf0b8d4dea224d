package render

import (
	"slices"
	"strings"
	"testing"
)

// growing has runs of backticks, each longer than the one before.
func growing(size int) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		b.WriteString(strings.Repeat("`", i) + "a")
	}
	return b.String()
}

// A text whose parsing costs more than it is long is refused before it is parsed.
func TestCostlyTextsAreRefused(t *testing.T) {
	t.Parallel()
	const size = 200_000
	full := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, c := range map[string]struct{ body, rule string }{
		"too large":                 {strings.Repeat("word ", maxText/5+1), "body-too-large"},
		"links of the largest file": {strings.Repeat("[a](<", 180_000), "body-too-large"},
		"open destinations":         {full("[a](<"), "too-intricate"},
		"open links":                {full("[a]("), "too-intricate"},
		"open labels":               {full("[a"), "too-intricate"},
		"closed labels":             {strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000), "too-intricate"},
		"pictures":                  {full("![]("), "too-intricate"},
		"definitions":               {strings.Repeat("[a]: b\n", 15_000) + strings.Repeat("[a]", 15_000), "too-intricate"},
		"definitions apart":         {full("[a]: b\n\n"), "too-intricate"},
		"footnotes":                 {full("[^1] [^1]: a\n"), "too-intricate"},
		"emphasis":                  {full("*a **a "), "too-intricate"},
		"two kinds of emphasis":     {full("*a_"), "too-intricate"},
		"tags":                      {full("<a"), "too-intricate"},
		"comments":                  {"a" + full("<!--"), "too-intricate"},
		"addresses":                 {full("<http://a"), "too-intricate"},
		"backticks":                 {growing(size), "too-intricate"},
		"names":                     {full("{{@"), "too-intricate"},
		"headings":                  {full("a\n-\n"), "too-intricate"},
		"parts":                     {full("a\n\n---\n\n"), "too-intricate"},
		"quotations":                {full(">"), "too-deep"},
		"lists":                     {full("- + ") + "x", "too-deep"},
		"indented as code":          {"a\n" + full("    - [a](<\n"), "too-intricate"},
		"plain":                     {full("word "), ""},
		"paragraphs":                {full("An *honest* paragraph with [a link](https://example.org).\n\n")[:100_000], ""},
		"a list of links":           {strings.Repeat("- [an article](https://example.org/"+strings.Repeat("x", 60)+")\n", 1500), ""},
		"a table":                   {strings.Repeat("| a | b |\n|---|---|\n", 2000), ""},
	} {
		var got []string
		for _, p := range parseText([]byte(c.body)).problems {
			got = append(got, p.Rule)
		}
		if want := strings.Fields(c.rule); !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", name, got, want)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	parsed := parseText([]byte(strings.Repeat("a<b>\n\n", 1000)))
	if len(parsed.problems) != maxProblems {
		t.Errorf("%d problems", len(parsed.problems))
	}
}
