package render

import (
	"strconv"

	"github.com/yuin/goldmark/ast"

	"github.com/smmctl/smmctl/engine/content"
)

// Rendering is one post at work: each of its texts is parsed once, and seen once
// by each account. It is for one goroutine.
type Rendering struct {
	s     *Scope
	p     *content.Post
	views map[*content.Account]*view
	texts map[string]*prose // by what is written
	// scratch is what texts are written on before they are done.
	scratch []byte
	// body is the last body digested, with its encoding.
	body     string
	bodyJSON []byte
	digests  map[string]string // of that body, by what goes with it
	written  map[wording]content.Segment
	// asked is the last address looked at, with what is wrong with it.
	asked, answer string
}

// maxTexts bounds the texts that are kept: a post's and its variants', not those
// of all its occurrences.
const maxTexts = 16

// Of begins to render a post.
func Of(s *Scope, p *content.Post) *Rendering {
	return &Rendering{s: s, p: p, views: map[*content.Account]*view{}, texts: map[string]*prose{}, written: map[wording]content.Segment{}}
}

// view is the post as an account gets it.
func (r *Rendering) view(a *content.Account) *view {
	v := r.views[a]
	if v == nil {
		v = newView(r, a)
		r.views[a] = v
	}
	return v
}

// text parses what is written, or remembers it.
func (r *Rendering) text(written string) *prose {
	t := r.texts[written]
	if t == nil {
		t = parseText([]byte(written))
		if len(r.texts) >= maxTexts {
			clear(r.texts)
		}
		r.texts[written] = t
	}
	return t
}

// prose is a Markdown text, parsed and cleared of what no account may write. What
// differs by account (handles, parameters of addresses) is put in by bind.
type prose struct {
	src      []byte
	parts    [][]ast.Node
	links    []address
	mentions []*mention
	bound    string    // what differs by account, as it is now
	problems []Problem // their Field is the text's
}

// address is a link and where it leads, without an account's parameters.
type address struct {
	node *ast.Link
	to   string
}

// bind makes a text this account's, until it is another's, and takes its problems
// over.
func (v *view) bind(t *prose, field string) {
	for _, p := range t.problems {
		p.Field = field
		v.add(p)
	}
	t.bound = ""
	for _, m := range t.mentions {
		v.mention(m, field)
		t.bound += m.handle + "\x00" + strconv.FormatBool(m.linked) + "\x00"
	}
	for _, l := range t.links {
		to := v.tracked(l.to)
		if string(l.node.Destination) != to {
			l.node.Destination = []byte(to)
		}
		if len(v.utm) > 0 {
			t.bound += to + "\x00"
		}
	}
}
