package markdown

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/content"
)

// links are those that lead elsewhere than their words say, which the text alone
// does not show: from the marked runs, or from the markup where there is one.
func links(s *content.Segment) []string {
	if s.HTML != "" {
		return markedUp(s.HTML)
	}
	var out []string
	for _, f := range s.Facets {
		if f.Kind == "link" && f.Start >= 0 && f.Start <= f.End && f.End <= len(s.Text) {
			out = lead(out, s.Text[f.Start:f.End], f.Value)
		}
	}
	return out
}

// manyLinks bounds what is listed of one text.
const manyLinks = 50

func lead(out []string, words, to string) []string {
	switch {
	case words == to || to == "":
		return out
	case len(out) == manyLinks:
		return append(out, "and more")
	case len(out) > manyLinks:
		return out
	}
	return append(out, "“"+prose(words, 100)+"” leads to "+path(to))
}

func markedUp(markup string) []string {
	var out []string
	var words strings.Builder
	to := ""
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			words.Write(z.Text())
		case html.StartTagToken:
			if t := z.Token(); t.Data == "a" {
				words.Reset()
				to = attribute(t, "href")
			}
		case html.EndTagToken:
			if z.Token().Data == "a" {
				out = lead(out, html.UnescapeString(words.String()), to)
				to = ""
			}
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
