package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The picture's measures, in pixels. A run of text begins at its own column, so
// that columns agree in fonts of other widths.
const (
	advance10 = 78 // a column, in tenths
	advance   = advance10 / 10.0
	leading   = 18
	margin    = 20
	bar       = 30
)

// The card has its own dark ground: it reads alike on a light and on a dark page.
const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="title">
<title id="title">A plan of smmctl in a terminal</title>
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d6dde6; white-space: pre }
.c2 { fill: #ff8a80 } .c3 { fill: #7ee08a } .c4 { fill: #f2cc60 } .c7 { fill: #76d6e8 }
.dim { fill: #93a1b0 } .bold { fill: #ffffff; font-weight: 700 }
</style>
<rect x="0.5" y="0.5" width="%[3]d" height="%[4]d" rx="9" fill="#141a21" stroke="#3a4653"/>
<circle cx="20" cy="18" r="5" fill="#3a4653"/><circle cx="37" cy="18" r="5" fill="#3a4653"/><circle cx="54" cy="18" r="5" fill="#3a4653"/>
`

func draw(w io.Writer, lines [][]span) {
	width, height := 2*margin+columns*advance10/10, bar+2*margin+len(lines)*leading-leading/2
	fmt.Fprintf(w, head, width, height, width-1, height-1)
	for i, line := range lines {
		column, y := 0, bar+margin+i*leading
		for _, s := range line {
			if text := strings.TrimRight(s.text, " "); text != "" {
				lead := len(text) - len(strings.TrimLeft(text, " "))
				fmt.Fprintf(w, "<text x=\"%.1f\" y=\"%d\"%s>%s</text>\n", margin+float64(column+lead)*advance, y, s.class(), escape(text[lead:]))
			}
			column += utf8.RuneCountInString(s.text)
		}
	}
	fmt.Fprintln(w, "</svg>")
}

func (s style) class() string {
	var names []string
	if s.colour > 0 {
		names = append(names, fmt.Sprintf("c%d", s.colour))
	}
	if s.dim {
		names = append(names, "dim")
	}
	if s.bold {
		names = append(names, "bold")
	}
	if names == nil {
		return ""
	}
	return ` class="` + strings.Join(names, " ") + `"`
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
