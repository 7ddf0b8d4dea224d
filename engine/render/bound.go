package render

import "bytes"

const (
	// maxText is the most bytes of one text. No network that smmctl knows takes so
	// long a post; the longest, a blog's article, is a tenth of it.
	maxText = 256 << 10
	// maxMarkup bounds the marks and lines of one text: each may become a link, a name, a
	// heading or a problem of its own.
	maxMarkup = 20_000
	// maxWork bounds the sum, over a text's paragraphs, of their marks times their
	// bytes. goldmark looks from a mark to the paragraph's end, or back at all the
	// marks before it: 1e8 is some 0.1 s. A paragraph of 10 kB with 1000 marks is a
	// tenth of it.
	maxWork = 100_000_000
	// maxProblems is how many mistakes of one text are told.
	maxProblems = 100
)

// isMark has the bytes at which goldmark begins to look for inline markup, and
// those that it looks for.
var isMark = func() (is [256]bool) {
	for _, c := range []byte("[]()<>*_`!{}~") {
		is[c] = true
	}
	return is
}()

// parseText parses a text. One that would cost too much, or is nested too deep, is
// a problem, and gives no blocks.
func parseText(src []byte) *prose {
	t := &prose{src: src}
	if t.costly() {
		return t
	}
	parts := parse(src)
	if at := tooDeep(parts); at >= 0 {
		t.deep(at)
		return t
	}
	t.parts = parts
	t.prepare()
	return t
}

// costly reports, and records as a problem, that a text must not be given to the
// parser, whose cost is not linear.
func (t *prose) costly() bool {
	if len(t.src) > maxText {
		t.problem("body-too-large", 0, "shorten it; a long text belongs on a page that the post links to", "the text has %d bytes; the most is %d", len(t.src), maxText)
		return true
	}
	if at := manyMarks(t.src); at >= 0 {
		t.deep(at)
		return true
	}
	if at := intricate(t.src); at >= 0 {
		t.problem("too-intricate", at, "put blank lines between paragraphs, or use fewer brackets, asterisks, backticks and the like", "the text has more markup than is read")
		return true
	}
	return false
}

func (t *prose) deep(at int) {
	t.problem("too-deep", at, "quote or list fewer levels", "quotations and lists are nested more than %d deep", maxDepth)
}

// intricate returns the offset of the paragraph in which a text exceeds maxMarkup
// or maxWork, or -1.
func intricate(src []byte) int {
	total, work := 0, 0
	for start := 0; start < len(src); {
		size := paragraphLen(src[start:])
		n := marksIn(src[start : start+size])
		total += n + bytes.Count(src[start:start+size], []byte{'\n'})
		work += n * size
		if total > maxMarkup || work > maxWork {
			return start
		}
		start += size
	}
	return -1
}

// paragraphLen measures what stands before the next line at which any paragraph
// ends: a blank one, or a list's item.
func paragraphLen(src []byte) int {
	n := lineLen(src)
	for n < len(src) && !endsParagraph(src[n:]) {
		n += lineLen(src[n:])
	}
	return n
}

func lineLen(src []byte) int {
	if i := bytes.IndexByte(src, '\n'); i >= 0 {
		return i + 1
	}
	return len(src)
}

// endsParagraph reports whether the first line of src ends a paragraph before it. An
// item that is indented as code, or is empty, does not.
func endsParagraph(src []byte) bool {
	line := src[:lineLen(src)]
	text := bytes.TrimLeft(line, " ")
	if len(bytes.TrimSpace(text)) == 0 {
		return true
	}
	return len(line)-len(text) < 4 && len(text) > 2 && bytes.IndexByte([]byte("-*+"), text[0]) >= 0 && text[1] == ' ' && len(bytes.TrimSpace(text[1:])) > 0
}

// marksIn counts the marks in a text.
func marksIn(src []byte) int {
	n := 0
	for _, c := range src {
		if isMark[c] {
			n++
		}
	}
	return n
}
