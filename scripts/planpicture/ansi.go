package main

import (
	"bufio"
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// style is what the colour sequences (SGR, ECMA-48 8.3.117) of a plan set.
type style struct {
	colour    int // 1 to 8 as in 30 to 37 and 90, 0 for the terminal's own
	bold, dim bool
}

// span is text of one style.
type span struct {
	text string
	style
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// parse takes coloured output apart, line by line.
func parse(out []byte) [][]span {
	var lines [][]span
	var now style
	for in := bufio.NewScanner(bytes.NewReader(out)); in.Scan(); {
		rest, line := in.Text(), []span{}
		for rest != "" {
			at := sgr.FindStringSubmatchIndex(rest)
			if at == nil {
				line = append(line, span{rest, now})
				break
			}
			if at[0] > 0 {
				line = append(line, span{rest[:at[0]], now})
			}
			now = now.after(rest[at[2]:at[3]])
			rest = rest[at[1]:]
		}
		lines = append(lines, cut(line))
	}
	return lines
}

func (s style) after(codes string) style {
	for c := range strings.SplitSeq(codes, ";") {
		n, err := strconv.Atoi(c)
		switch {
		case c == "", err == nil && n == 0:
			s = style{}
		case n == 1:
			s.bold = true
		case n == 2, n == 90:
			s.dim = true
		case n >= 30 && n <= 37:
			s.colour = n - 29
		case n == 39:
			s.colour = 0
		}
	}
	return s
}

// cut ends a line at the terminal's edge.
func cut(line []span) []span {
	left := columns
	for i, s := range line {
		r := []rune(s.text)
		if len(r) > left {
			line[i].text = string(r[:max(left-1, 0)]) + "…"
			return line[:i+1]
		}
		left -= len(r)
	}
	return line
}
