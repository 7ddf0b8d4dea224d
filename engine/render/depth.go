package render

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
)

// maxDepth is how many quotations and lists may stand in one another. Each puts
// its prefix before every line, so that depth costs its square.
const maxDepth = 32

// maxMarks bounds what the parser is given: its cost, too, is the square of the
// marks that open a line. It is more than maxDepth, for a line of code may look
// like marks.
const maxMarks = 2 * maxDepth

// manyMarks returns the offset of the first line that could be nested deeper than
// maxMarks, or -1.
func manyMarks(src []byte) int {
	for start := 0; start < len(src); {
		line, _, _ := bytes.Cut(src[start:], []byte{'\n'})
		if marks(line) > maxMarks {
			return start
		}
		start += len(line) + 1
	}
	return -1
}

// marks counts, up to one more than maxMarks, the quotations and lists that a
// line may be in: the marks that it begins with, and what indentation before a
// mark may stand for.
func marks(line []byte) int {
	n, columns, seen := 0, 0, 0
	for len(line) > 0 && seen <= maxMarks {
		size := markLen(line)
		switch {
		case line[0] == ' ':
			size, columns = 1, columns+1
		case line[0] == '\t':
			size, columns = 1, columns+4
		case size == 0 || isBreak(line):
			return seen
		default:
			n++
			seen = n + columns/2
		}
		line = line[size:]
	}
	return seen
}

// markLen is the length of the quotation's or the list's mark at the start of a
// line, or 0.
func markLen(line []byte) int {
	if line[0] == '>' {
		return 1
	}
	n := 0
	for n < len(line) && n < 9 && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	if n == len(line) || !bytes.ContainsRune([]byte("-+*"), rune(line[n])) && n == 0 || n > 0 && line[n] != '.' && line[n] != ')' {
		return 0
	}
	if n++; n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

// isBreak reports whether a line may be a thematic break, "- - -", and no list.
func isBreak(line []byte) bool {
	return line[0] != '>' && len(bytes.Trim(line, string(line[:1])+" \t")) == 0
}

// tooDeep returns the offset of what is nested deeper than maxDepth, or -1.
func tooDeep(parts [][]ast.Node) int {
	for _, part := range parts {
		for _, n := range part {
			if deep(n, maxDepth) {
				return max(offsetOf(n), 0)
			}
		}
	}
	return -1
}

// deep reports whether more than left quotations and list items are in one
// another.
func deep(n ast.Node, left int) bool {
	switch n.Kind() {
	case ast.KindBlockquote, ast.KindListItem:
		if left--; left < 0 {
			return true
		}
	case ast.KindList:
	default:
		return false
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if deep(c, left) {
			return true
		}
	}
	return false
}
