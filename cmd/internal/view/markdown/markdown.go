// Package markdown writes a Review as the comment that reviewers read in a pull
// request, in GitHub-flavoured Markdown that GitHub and Gitea show alike. It
// exists apart from view because a forge is another reader than a terminal: what
// is harmless there pings people here. It imports view, and the types of engine,
// plan, content and diag; it does no I/O.
package markdown

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine"
)

// DefaultLimit leaves room under the 65,536 characters that GitHub takes in a
// comment (its API answers "body is too long" above; seen 2026-11). Gitea has no
// such bound.
const DefaultLimit = 60_000

// Options say where the comment goes.
type Options struct {
	Workspace string // the workspace's folder in the repository, empty at its root
	Limit     int    // bytes; 0: DefaultLimit
	RunURL    string // of the job whose artifact has the whole report, or empty
}

// Marker is the first line of a workspace's comment, by which it is found again.
// It is a digest, so that no folder's name can end it.
func Marker(workspace string) string {
	sum := sha256.Sum256([]byte(workspace))
	return "<!-- smmctl:plan " + hex.EncodeToString(sum[:6]) + " -->"
}

// Comment returns the comment, the whole report, and whether the one had to leave
// out what the other has.
func Comment(r *engine.Review, o Options) (body, full string, cut bool) {
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	d := newDocument(r, o)
	all := d.everything()
	full = d.compose(all)
	if len(full) <= o.Limit {
		return full, full, false
	}
	return d.compose(d.fit(all)), full, true
}

// document is a review written out piece by piece, so that fitting it into a
// comment only chooses pieces.
type document struct {
	o        Options
	head     string
	problems []string
	older    string
	rows     []string
	guards   []string
	posts    []post
	calendar []string
	mix      string
	sides    string
	foot     string
}

// shape is what of a document is shown.
type shape struct {
	calendar, mix, same, long     bool
	posts, rows, guards, problems int
}

func newDocument(r *engine.Review, o Options) *document {
	d := &document{o: o, head: Marker(o.Workspace) + "\n" + title(o) + summaryLine(r)}
	d.problems, d.older = problems(r), older(r)
	d.rows = rows(r)
	d.guards = guards(r)
	for i := range r.Posts {
		d.posts = append(d.posts, newPost(r, &r.Posts[i]))
	}
	for i := range r.Months {
		d.calendar = append(d.calendar, month(r, &r.Months[i], i == len(r.Months)-1))
	}
	d.mix = mix(r.Mix)
	d.sides = sides(r)
	d.foot = foot(r)
	return d
}

func (d *document) everything() shape {
	return shape{true, true, true, true, len(d.posts), len(d.rows), len(d.guards), len(d.problems)}
}

// fit leaves out what matters least, until the rest is short enough.
func (d *document) fit(s shape) shape {
	fits := func(s shape) bool { return len(d.compose(s)) <= d.o.Limit }
	for _, drop := range []func(*shape){
		func(s *shape) { s.calendar = false },
		func(s *shape) { s.mix = false },
		func(s *shape) { s.same = false },
		func(s *shape) { s.long = false },
	} {
		if fits(s) {
			return s
		}
		drop(&s)
	}
	for _, number := range []func(*shape) *int{
		func(s *shape) *int { return &s.posts },
		func(s *shape) *int { return &s.rows },
		func(s *shape) *int { return &s.guards },
		func(s *shape) *int { return &s.problems },
	} {
		if fits(s) {
			return s
		}
		most(&s, number(&s), fits)
	}
	return s
}

// most finds by halving how many of one kind of piece can stay.
func most(s *shape, n *int, fits func(shape) bool) {
	low, high := 0, *n
	for low < high {
		*n = (low + high + 1) / 2
		if fits(*s) {
			low = *n
		} else {
			high = *n - 1
		}
	}
	*n = low
}

// compose puts the chosen pieces together.
func (d *document) compose(s shape) string {
	var b strings.Builder
	b.WriteString(d.head)
	d.left(&b, s)
	section(&b, "Problems", strings.Join(d.problems[:s.problems], "")+d.older)
	if s.rows > 0 {
		section(&b, "Publications", tableHead+strings.Join(d.rows[:s.rows], ""))
	}
	section(&b, "Refused, late or in doubt", strings.Join(d.guards[:s.guards], ""))
	section(&b, "What each network will show", d.renderings(s))
	if s.calendar {
		for _, m := range d.calendar {
			b.WriteString("\n" + m)
		}
	}
	if s.mix {
		section(&b, "The mix", d.mix)
	}
	section(&b, "Beside the posts", d.sides)
	b.WriteString("\n" + d.foot)
	return b.String()
}

func section(b *strings.Builder, title, text string) {
	if text != "" {
		fmt.Fprintf(b, "\n#### %s\n\n%s", title, text)
	}
}

func (d *document) renderings(s shape) string {
	var b strings.Builder
	for _, p := range d.posts[:s.posts] {
		switch {
		case p.same && !s.same:
			continue
		case s.long:
			b.WriteString(p.full + "\n")
		default:
			b.WriteString(p.short + "\n")
		}
	}
	return b.String()
}

// left says what was left out, and where it is.
func (d *document) left(b *strings.Builder, s shape) {
	var out []string
	say := func(missing bool, what string) {
		if missing {
			out = append(out, what)
		}
	}
	say(!s.calendar && len(d.calendar) > 0, "the calendar")
	say(!s.mix && d.mix != "", "the mix")
	if s.posts == len(d.posts) {
		say(!s.same && d.sames() > 0, "what stays as it is on the networks")
	}
	say(!s.long && s.posts > 0, "the rest of long texts")
	say(s.posts < len(d.posts), fmt.Sprintf("the renderings of %d of %s", len(d.posts)-s.posts, count(len(d.posts), "post")))
	say(s.rows < len(d.rows), fmt.Sprintf("%d of %s", len(d.rows)-s.rows, count(len(d.rows), "publication")))
	say(s.guards < len(d.guards), fmt.Sprintf("%d of %s", len(d.guards)-s.guards, count(len(d.guards), "refusal")))
	say(s.problems < len(d.problems), fmt.Sprintf("%d of %s", len(d.problems)-s.problems, count(len(d.problems), "problem")))
	if len(out) == 0 {
		return
	}
	where := "in the job's artifact"
	if u := address(d.o.RunURL); u != "" {
		where = "in [the job's artifact](" + u + ")"
	}
	fmt.Fprintf(b, "\n_Too long for a comment. Left out: %s. The whole report is %s, `report.md`._\n", strings.Join(out, ", "), where)
}

func (d *document) sames() int {
	n := 0
	for _, p := range d.posts {
		if p.same {
			n++
		}
	}
	return n
}

// address returns u where it can stand in a link, else nothing.
func address(u string) string {
	parsed, err := url.Parse(u)
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || parsed.User != nil {
		return ""
	}
	if strings.ContainsFunc(u, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("()<>[]\\\"`*_&|", r) }) {
		return ""
	}
	return u
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
