package load

import (
	"bytes"
	"strings"
)

var bom = []byte("\xef\xbb\xbf")

// parts is a Markdown file taken apart. Front is the YAML between the two lines
// of dashes, which begins on line 2; Body is what follows the second.
type parts struct {
	front    []byte
	body     []byte
	bodyLine int
	missing  bool // the file does not begin with a line of dashes
	unclosed bool // the second line of dashes is not there
}

// split finds the front matter. A byte order mark and CRLF are accepted; a line
// of dashes may have blanks behind it, but none before it.
func split(src []byte) parts {
	src = bytes.TrimPrefix(src, bom)
	first, rest, ok := bytes.Cut(src, []byte("\n"))
	if !isFence(first) {
		return parts{missing: true, body: src, bodyLine: 1}
	}
	if !ok {
		return parts{unclosed: true}
	}
	for at, line := 0, 2; at <= len(rest); line++ {
		l, _, more := bytes.Cut(rest[at:], []byte("\n"))
		if isFence(l) {
			end := min(at+len(l)+1, len(rest))
			return parts{front: rest[:at], body: rest[end:], bodyLine: line + 1}
		}
		if !more {
			break
		}
		at += len(l) + 1
	}
	return parts{unclosed: true, front: rest}
}

func isFence(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) && len(bytes.TrimRight(line[3:], " \t\r")) == 0
}

// text returns the body as the engine knows it: line ends are \n, and blank
// lines around the text are gone; line is the first line that is left.
func (p parts) text() (body string, line int) {
	body = string(p.body)
	if strings.Contains(body, "\r") {
		body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	}
	line = p.bodyLine
	for {
		blank, rest, more := strings.Cut(body, "\n")
		if !more || strings.Trim(blank, " \t") != "" {
			break
		}
		body, line = rest, line+1
	}
	return strings.TrimRight(body, " \t\n"), line
}

// IsLFSPointer reports whether content is a Git LFS pointer: the file itself was
// not fetched. (Git LFS specification, v1: a pointer begins with its version
// and is under 1024 bytes.
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, 2026-11-23)
func IsLFSPointer(content []byte) bool {
	return len(content) < 1024 && bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/v1")) &&
		bytes.Contains(content, []byte("\noid "))
}
