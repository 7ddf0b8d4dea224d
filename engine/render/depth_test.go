package render

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestDepth(t *testing.T) {
	t.Parallel()
	levels := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i) + "\n")
		}
		return b.String()
	}
	deeper := func(i int) string { return strings.Repeat("  ", i) + "- x" }
	for name, c := range map[string]struct {
		body string
		deep bool
	}{
		"a quotation":                 {"> x", false},
		"as deep as may be":           {strings.Repeat(">", 32) + " x", false},
		"one deeper":                  {strings.Repeat(">", 33) + " x", true},
		"with blanks":                 {strings.Repeat("> ", 33) + "x", true},
		"lists":                       {strings.Repeat("- + ", 17) + "x", true},
		"numbers":                     {strings.Repeat("1. ", 33) + "x", true},
		"numbers with parentheses":    {strings.Repeat("12) ", 33) + "x", true},
		"mixed":                       {strings.Repeat("> - ", 17) + "x", true},
		"by indentation":              {levels(40, deeper), true},
		"by indentation, not so deep": {levels(32, deeper), false},
		"after a text":                {"Hello.\n\n" + strings.Repeat(">", 40), true},
		"a long break":                {"Hello.\n\n" + strings.Repeat("- ", 200) + "\n\nWorld.", false},
		"a long break in a quotation": {"> Hello.\n> " + strings.Repeat("* ", 200), false},
		"in code":                     {"```\n" + strings.Repeat(">", 40) + "\n```", false},
		"in code, too much to tell":   {"```\n" + strings.Repeat(">", 70) + "\n```", true},
		"many, not nested":            {strings.Repeat("> x\n\n- y\n\n", 100), false},
		"numbers in a text":           {strings.Repeat("1.5 ", 100), false},
		"figures alone":               {strings.Repeat("7", 300), false},
	} {
		s := scope(t)
		_, problems := filled(t, s, post(t, c.body, "acme-mastodon"))
		got := strings.Join(slices.DeleteFunc(rules(problems), func(r string) bool { return r != "too-deep" }), " ")
		if (got == "too-deep") != c.deep {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What a stranger writes costs no more than it is long.
func TestDepthIsCheap(t *testing.T) { // alone: it measures memory
	for name, body := range map[string]string{
		"quotations":            strings.Repeat(">", 100_000),
		"quotations and blanks": strings.Repeat("> ", 100_000) + "x",
		"lists":                 strings.Repeat("- + ", 50_000) + "x",
		"numbers":               strings.Repeat("1. ", 50_000) + "x",
		"lines of them":         strings.Repeat(strings.Repeat(">", 60)+" x\n", 3000),
		"lazy lines":            strings.Repeat(">", 33) + "\n" + strings.Repeat("x\n", 50_000),
		"blank lines":           strings.Repeat("- ", 31) + "x\n" + strings.Repeat("\n", 20_000),
	} {
		s := scope(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		filled(t, s, post(t, body, "acme-mastodon"))
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 300<<20 {
			t.Errorf("%s: %d MB", name, used>>20)
		}
	}
}
