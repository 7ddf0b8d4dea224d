package render

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A name in the text is written {{@name}}.
const (
	mentionOpen  = "{{@"
	mentionClose = "}}"
	maxName      = 80
)

// markdown is CommonMark with bare addresses and {{@name}}. It is built once, on
// first use, and never changes.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	inline := parser.WithInlineParsers(util.Prioritized(mentionParser{}, 150), util.Prioritized(addressParser{}, 999))
	return goldmark.New(
		goldmark.WithParserOptions(inline),
		goldmark.WithRendererOptions(html.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(ownHTML{}, 500))),
	)
})

// parse returns the blocks of a Markdown text, split at its thematic breaks.
func parse(src []byte) [][]ast.Node {
	doc := markdown().Parser().Parse(text.NewReader(src))
	var parts [][]ast.Node
	var part []ast.Node
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindThematicBreak {
			part = append(part, n)
			continue
		}
		if len(part) > 0 {
			parts = append(parts, part)
		}
		part = nil
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// mention is {{@name}}; handle is what it becomes on the account's network.
type mention struct {
	ast.BaseInline
	name   string
	offset int
	handle string
	linked bool // handle is a handle, and not only a name
}

var kindMention = ast.NewNodeKind("Mention")

// Kind implements ast.Node.
func (m *mention) Kind() ast.NodeKind { return kindMention }

// Dump implements ast.Node.
func (m *mention) Dump(src []byte, level int) {
	ast.DumpHelper(m, src, level, map[string]string{"name": m.name}, nil)
}

type mentionParser struct{}

// Trigger implements parser.InlineParser.
func (mentionParser) Trigger() []byte { return []byte{'{'} }

// Parse implements parser.InlineParser.
func (mentionParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte(mentionOpen)) {
		return nil
	}
	rest := line[len(mentionOpen):]
	name, _, ok := strings.Cut(string(rest[:min(len(rest), maxName+len(mentionClose))]), mentionClose)
	if !ok || name == "" || len(name) > maxName || strings.ContainsAny(name, " {}\n") {
		return nil
	}
	block.Advance(len(mentionOpen) + len(name) + len(mentionClose))
	return &mention{name: name, offset: segment.Start}
}

// ownHTML writes the nodes of which the text is prepared: handles and links.
type ownHTML struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (ownHTML) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindMention, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if m, ok := n.(*mention); ok && entering {
			_, _ = w.WriteString(escape(m.handle))
		}
		return ast.WalkContinue, nil
	})
	r.Register(ast.KindLink, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			_, _ = w.WriteString(`<a href="` + href(string(l.Destination)) + `">`)
		} else {
			_, _ = w.WriteString("</a>")
		}
		return ast.WalkContinue, nil
	})
}

// addressParser takes a bare http(s) address whole, in any script, so that its
// underscores and asterisks are no emphasis.
type addressParser struct{}

// Trigger implements parser.InlineParser: a space stands for a line's start, too.
func (addressParser) Trigger() []byte { return []byte(` *_~("'`) }

// Parse implements parser.InlineParser.
func (addressParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if pc.IsInLinkLabel() {
		return nil
	}
	line, segment := block.PeekLine()
	lead := 0
	if line[0] != 'h' && line[0] != 'H' {
		lead = 1
	}
	if len(line) <= lead || line[lead] != 'h' && line[lead] != 'H' {
		return nil // most words
	}
	n := addressLen(line[lead:])
	if n == 0 {
		return nil
	}
	if lead > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+lead))
	}
	block.Advance(lead + n)
	start := segment.Start + lead
	return ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(start, start+n)))
}

// addressLen measures a bare address at the start of line: up to a space, a
// quotation mark or an angle bracket, less the punctuation behind it. A closing
// parenthesis stays where one was opened.
func addressLen(line []byte) int {
	scheme := bytes.Index(line[:min(len(line), len("https://"))], []byte("://")) + len("://")
	if scheme < len("://") || !isWeb(string(line[:scheme])) {
		return 0
	}
	if end := bytes.IndexFunc(line, endsAddress); end >= 0 {
		line = line[:end]
	}
	s := string(line)
	for {
		trimmed := strings.TrimRight(s, "?!.,:;*_~'…")
		if strings.HasSuffix(trimmed, ")") && strings.Count(trimmed, ")") > strings.Count(trimmed, "(") {
			trimmed = trimmed[:len(trimmed)-1]
		}
		if trimmed == s {
			break
		}
		s = trimmed
	}
	if len(s) <= scheme {
		return 0
	}
	return len(s)
}

func endsAddress(r rune) bool {
	return r <= ' ' || r == 0x7F || r == 0xA0 || r == 0x3000 || r >= 0x2000 && r <= 0x200B || strings.ContainsRune("<>\"`«»“”„‹›「」", r)
}
