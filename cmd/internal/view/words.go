package view

import (
	"strings"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

var shownBreaks = strings.NewReplacer("\n", "⏎", "\u2028", "⏎", "\u2029", "⏎")

// words shows what changes from before to after, word by word: [-gone-] and
// {+new+} without colours, red and green with them. Long unchanged runs are cut.
func (p *Printer) words(before, after string) string {
	var b strings.Builder
	diffs := diffWords(Safe(before), Safe(after))
	for i, d := range diffs {
		text := shownBreaks.Replace(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			b.WriteString(p.mark(bad, "[-", text, "-]"))
		case diffmatchpatch.DiffInsert:
			b.WriteString(p.mark(good, "{+", text, "+}"))
		default:
			b.WriteString(cut(text, i == 0, i == len(diffs)-1))
		}
	}
	return b.String()
}

func (p *Printer) mark(r role, open, text, end string) string {
	if p.Colour {
		return p.paint(r, text)
	}
	return open + text + end
}

// Run is a piece of two texts laid over each other: in both, or only in the one
// before (Gone) or after (New).
type Run struct {
	Text      string
	Gone, New bool
}

// Words compares two texts word by word. Its text must still be made Safe.
func Words(before, after string) []Run {
	var out []Run
	for _, d := range diffWords(before, after) {
		out = append(out, Run{d.Text, d.Type == diffmatchpatch.DiffDelete, d.Type == diffmatchpatch.DiffInsert})
	}
	return out
}

const around = 40

// cut shortens an unchanged run to what stands next to a change.
func cut(s string, first, last bool) string {
	r := []rune(s)
	if len(r) <= 2*around {
		return s
	}
	head, tail := string(r[:around])+" … ", string(r[len(r)-around:])
	if first {
		head = "… "
	}
	if last {
		return string(r[:around]) + " …"
	}
	return head + tail
}

// diffWords compares token by token: each distinct word becomes one rune for the
// library, and is put back afterwards.
func diffWords(before, after string) []diffmatchpatch.Diff {
	var words []string
	index := map[string]rune{}
	encode := func(s string) []rune {
		var out []rune
		for _, w := range tokens(s) {
			r, ok := index[w]
			if !ok {
				r = rune(len(words) + 0x10000) // beyond the surrogates
				index[w] = r
				words = append(words, w)
			}
			out = append(out, r)
		}
		return out
	}
	a, b := encode(before), encode(after)
	diffs := diffmatchpatch.New().DiffMainRunes(a, b, false)
	for i := range diffs {
		var text strings.Builder
		for _, r := range diffs[i].Text {
			text.WriteString(words[r-0x10000])
		}
		diffs[i].Text = text.String()
	}
	return diffs
}

// tokens cuts text into words, spaces and single marks.
func tokens(s string) []string {
	var out []string
	start, kind := 0, 0
	for i, r := range s {
		k := 3
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			k = 1
		case unicode.IsSpace(r):
			k = 2
		}
		if i > start && (k != kind || k == 3) {
			out = append(out, s[start:i])
			start = i
		}
		kind = k
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
