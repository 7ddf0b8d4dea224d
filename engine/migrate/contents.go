package migrate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/format"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/render"
	"github.com/smmctl/smmctl/engine/scaffold"
)

// Plan says how an Export becomes a workspace.
type Plan struct {
	Zone     *time.Location
	Now      time.Time
	Ready    bool                            // planned posts are made ready
	Accounts map[string]scaffold.AccountWish // by the source's name, in lower case; ID is not set yet
	Drivers  []*provider.Driver
}

// Summary says what was taken over.
type Summary struct {
	From      string     `json:"from"`
	Posts     int        `json:"posts"`
	Published int        `json:"published"` // never to be published again
	Assumed   int        `json:"assumed"`   // of those: only because their time has passed
	Drafts    int        `json:"drafts"`
	Ready     int        `json:"ready"`
	Slots     int        `json:"slots"`
	Media     int        `json:"media"`
	Accounts  []Taken    `json:"accounts"`
	Notes     []Note     `json:"notes"`
	First     *time.Time `json:"first_planned,omitempty"` // of the drafts and ready posts that have a time
}

// Taken says where the posts of one of the source's accounts went.
type Taken struct {
	Name     string `json:"name"` // as the source calls it; "" for posts that name none
	Account  string `json:"account"`
	Provider string `json:"provider"`
	Posts    int    `json:"posts"`
}

// writer makes the files, with ids that are unique.
type writer struct {
	e       *Export
	plan    Plan
	start   scaffold.Start
	ids     names
	slotIDs names
	counted map[string]int                  // places in sum.Accounts
	wishes  map[string]scaffold.AccountWish // by the source's name, in lower case
	months  map[string][]string             // the slots of a month, as YAML
	out     scaffold.Contents
	sum     Summary
	bytes   int64 // of media
}

// Contents makes the files of an Export. The same Export gives the same files.
func (e *Export) Contents(start scaffold.Start, plan Plan) (*scaffold.Contents, *Summary, error) {
	w := &writer{e: e, plan: plan, start: start, ids: names{content.ProfileID: 1}, slotIDs: names{}, counted: map[string]int{}, months: map[string][]string{}}
	w.sum = Summary{From: e.From, Notes: slices.Clone(e.Notes), Accounts: []Taken{}}
	w.out.Drivers = plan.Drivers
	w.accounts()
	for i := range e.Posts {
		if err := w.post(&e.Posts[i]); err != nil {
			return nil, nil, err
		}
	}
	for i := range e.Slots {
		w.slot(&e.Slots[i])
	}
	w.month(plan.Now)
	for _, m := range sortedKeys(w.months) {
		if err := w.planFile(m); err != nil {
			return nil, nil, err
		}
	}
	if w.sum.Notes == nil {
		w.sum.Notes = []Note{}
	}
	return &w.out, &w.sum, nil
}

func (w *writer) note(where, text string, args ...any) {
	w.sum.Notes = append(w.sum.Notes, Note{where, fmt.Sprintf(text, args...)})
}

// accounts makes an account of each that is described, by the source or by the
// person, whose word wins.
func (w *writer) accounts() {
	w.wishes = map[string]scaffold.AccountWish{}
	for _, a := range w.e.Accounts {
		w.wishes[strings.ToLower(a.Name)] = scaffold.AccountWish{Provider: a.Provider, Server: a.Server, Handle: a.Handle}
	}
	for name, wish := range w.plan.Accounts {
		w.wishes[strings.ToLower(name)] = wish
	}
	taken := names{w.start.Account: 1}
	for _, name := range sortedKeys(w.wishes) {
		wish := w.wishes[name]
		wish.ID = taken.unique(w.start.Brand + "-" + cmp.Or(slug(name, 30), wish.Provider))
		w.wishes[name] = wish
		w.out.Accounts = append(w.out.Accounts, wish)
	}
}

// targets are the accounts that a post goes to. What no account was made for goes
// to the embedded site. A post that names no account goes to all that there are.
func (w *writer) targets(p *Post) []string {
	names := p.Accounts
	if len(names) == 0 {
		names = sortedKeys(w.wishes)
	}
	if len(names) == 0 {
		names = []string{""}
	}
	var out []string
	for _, name := range names {
		id, kind := w.start.Account, "site"
		if wish, ok := w.wishes[strings.ToLower(name)]; ok {
			id, kind = wish.ID, wish.Provider
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
		w.count(name, id, kind)
	}
	return out
}

func (w *writer) count(name, id, kind string) {
	key := strings.ToLower(name)
	i, ok := w.counted[key]
	if !ok {
		i = len(w.sum.Accounts)
		w.counted[key] = i
		w.sum.Accounts = append(w.sum.Accounts, Taken{name, id, kind, 0})
	}
	w.sum.Accounts[i].Posts++
}

// post writes one post.
func (w *writer) post(p *Post) error {
	body := w.body(p)
	if body == "" && len(p.Media) == 0 && p.Repost == "" {
		w.note(p.Where, "has neither a text nor media: left out")
		return nil
	}
	at := p.At
	if at.IsZero() {
		at = w.plan.Now
	}
	month := at.In(w.plan.Zone).Format("2006-01")
	id := w.id(p)
	folder := "content/" + w.start.Brand + "/" + month + "/"
	f := front{}
	f.add("id", scaffold.Value(id))
	f.add("accounts", "["+listOf(w.targets(p))+"]")
	if !p.At.IsZero() {
		f.add("publish_at", w.when(p.At, p.Day))
	}
	state := w.state(p)
	f.add("status", state)
	f.quoted("reason", w.reason(p))
	w.attach(&f, p, folder, id)
	w.about(&f, p)
	if p.Published {
		f.add("removed", "true")
		f.add("origin", "{account: "+either(strings.Join(p.Accounts, ", "), w.e.From)+", remote: "+either(p.Remote, "unknown")+"}")
	}
	text, err := format.Markdown([]byte("---\n"+f.String()+"---\n"+body+"\n"), format.Post)
	if err != nil {
		return fmt.Errorf("%s: cannot be written as a post: %w", p.Where, err)
	}
	w.out.Files = append(w.out.Files, scaffold.File{Path: folder + id + ".md", Data: text})
	w.counts(p, state == "ready")
	return nil
}

func (w *writer) counts(p *Post, ready bool) {
	w.sum.Posts++
	switch {
	case p.Published:
		w.sum.Published++
		if p.Assumed {
			w.sum.Assumed++
		}
		return
	case ready:
		w.sum.Ready++
	default:
		w.sum.Drafts++
	}
	if at := p.At.UTC(); !at.IsZero() && (w.sum.First == nil || at.Before(*w.sum.First)) {
		w.sum.First = &at
	}
}

// state is ready for what was published, for it was approved once; `removed` and
// `origin` keep it from going out. A planned post is ready only where that was
// asked for, and nothing speaks against it.
func (w *writer) state(p *Post) string {
	switch {
	case p.Published:
		return "ready"
	case !w.plan.Ready:
		return "draft"
	}
	why := w.unready(p)
	if why != "" {
		w.note(p.Where, "stays a draft: %s", why)
		return "draft"
	}
	return "ready"
}

// unready says why a planned post cannot be made ready without a person.
func (w *writer) unready(p *Post) string {
	switch {
	case p.Unready != "":
		return p.Unready
	case p.At.IsZero():
		return "it had no time"
	case !p.At.After(w.plan.Now):
		return "its time has passed"
	case p.Repost != "" || p.Quote != "":
		return "it passes on or quotes another post, which no account here can"
	}
	for _, m := range p.Media {
		if m.URL != "" {
			return "its picture is at an address: download it, or add its sha256"
		}
		if m.Alt == "" {
			return "a picture has no alternative text"
		}
	}
	return ""
}

// reason is where it is from, for people.
func (w *writer) reason(p *Post) string {
	from := w.e.From + ", " + p.Where
	if names := strings.Join(p.Accounts, ", "); names != "" {
		from += ", " + names
	}
	switch {
	case p.Assumed:
		return "Taken for published, for its time had passed: " + from
	case p.Published:
		return "Published elsewhere: " + from
	}
	return "Planned elsewhere: " + from
}

// body is the text as Markdown that means just that text.
func (w *writer) body(p *Post) string {
	var parts []string
	size := 0
	for _, part := range p.Parts {
		if !utf8.ValidString(part) {
			w.note(p.Where, "its text is not all UTF-8: what cannot be read is left out")
		}
		if size += len(part); size > maxText {
			w.note(p.Where, "its text is longer than %d kB: the rest is left out", maxText/1000)
			break
		}
		if md := render.Escape(part); md != "" {
			parts = append(parts, md)
		}
	}
	return strings.Join(parts, "\n\n---\n\n")
}

// about writes what a post is about and answers.
func (w *writer) about(f *front, p *Post) {
	f.address(w, p, "link", p.Link, "%s")
	if options := quoteAll(p.Poll); len(options) >= 2 {
		f.add("poll", "{options: ["+strings.Join(options, ", ")+"], expires_in: "+cmp.Or(p.PollFor, "24h")+"}")
	} else if len(p.Poll) > 0 {
		w.note(p.Where, "a poll with fewer than two answers is none: left out")
	}
	f.address(w, p, "quote", p.Quote, "{url: %s}")
	f.address(w, p, "repost", p.Repost, "{url: %s}")
	f.address(w, p, "reply_to", p.ReplyTo, "{url: %s}")
}
