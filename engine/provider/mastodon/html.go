package mastodon

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain returns a status's HTML as the text that a person would have typed:
// paragraphs and line breaks as line ends, links as their whole address (Mastodon
// hides parts of it in spans), mentions as @user@domain where the server names
// the account.
func plain(content string, mentions []mention) string {
	if !strings.ContainsAny(content, "<&") {
		return strings.TrimSpace(content)
	}
	p := plainer{accts: acctsByURL(mentions)}
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			p.closeLink()
			return strings.TrimSpace(p.out.String())
		}
		p.take(kind, z.Token())
	}
}

func acctsByURL(mentions []mention) map[string]string {
	out := make(map[string]string, len(mentions))
	for _, m := range mentions {
		if m.URL != "" && m.Acct != "" {
			out[string(m.URL)] = "@" + string(m.Acct)
		}
	}
	return out
}

// plainer collects text. Inside a link it collects that link's own text.
type plainer struct {
	out   strings.Builder
	link  strings.Builder
	href  string
	in    bool // inside a link
	skip  int  // inside script or style
	accts map[string]string
}

func (p *plainer) take(kind html.TokenType, t html.Token) {
	switch kind {
	case html.TextToken:
		if p.skip == 0 && !p.between(t.Data) {
			p.write(strings.ReplaceAll(t.Data, "\u00a0", " "))
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		p.open(t, kind == html.SelfClosingTagToken)
	case html.EndTagToken:
		p.close(t.DataAtom)
	}
}

func (p *plainer) open(t html.Token, selfClosing bool) {
	switch t.DataAtom {
	case atom.Br:
		p.write("\n")
	case atom.P, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol:
		p.paragraph("\n\n")
	case atom.Li, atom.Div:
		p.paragraph("\n")
	case atom.Img: // custom emoji on some servers
		p.write(attr(t, "alt"))
	case atom.A:
		p.closeLink()
		p.in, p.href = true, attr(t, "href")
	case atom.Script, atom.Style:
		if !selfClosing {
			p.skip++
		}
	}
}

func (p *plainer) close(tag atom.Atom) {
	switch tag {
	case atom.A:
		p.closeLink()
	case atom.P, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol:
		p.paragraph("\n\n")
	case atom.Script, atom.Style:
		p.skip = max(p.skip-1, 0)
	}
}

// between reports whether a text is only the source's own line end between two
// blocks.
func (p *plainer) between(s string) bool {
	return strings.TrimSpace(s) == "" && (p.out.Len() == 0 || strings.HasSuffix(p.out.String(), "\n"))
}

func (p *plainer) write(s string) {
	if p.in {
		p.link.WriteString(s)
		return
	}
	p.out.WriteString(s)
}

// paragraph ends the line, once: a text never begins with an empty one, and two
// blocks have one blank line between them.
func (p *plainer) paragraph(end string) {
	if p.in {
		return
	}
	s := p.out.String()
	if s == "" || strings.HasSuffix(s, end) {
		return
	}
	if strings.HasSuffix(s, "\n") {
		end = end[1:]
	}
	p.out.WriteString(end)
}

// closeLink writes what a link stands for.
func (p *plainer) closeLink() {
	if !p.in {
		return
	}
	text := p.link.String()
	p.in = false
	p.link.Reset()
	p.out.WriteString(linkText(text, p.href, p.accts))
}

func linkText(text, href string, accts map[string]string) string {
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(trimmed, "#"):
		return text
	case strings.HasPrefix(trimmed, "@"):
		if acct, ok := accts[href]; ok {
			return acct
		}
		return text
	case isAddress(href) && (isAddress(trimmed) || shortened(trimmed, href)):
		return href
	}
	return text
}

func isAddress(s string) bool {
	l := strings.ToLower(s)
	return strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://")
}

// shortened reports whether a link's text is the beginning of its own address,
// cut with an ellipsis.
func shortened(text, href string) bool {
	cut, ok := strings.CutSuffix(text, "…")
	if !ok {
		cut, ok = strings.CutSuffix(text, "...")
	}
	return ok && cut != "" && strings.Contains(href, cut)
}

func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// pathOf drops scheme, host and query of an address: a server that moves its
// files to another host has not changed a picture.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path
}
