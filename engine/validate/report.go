package validate

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// report gathers the run's findings, and says of each publication why it must
// not go out.
func (c *checker) report() *Report {
	r := &Report{Files: c.ws.Files, Stats: c.stats, Accounts: map[string]string{}, Profiles: map[string]string{}}
	r.Incomplete = len(c.ws.Unreadable)+len(c.ws.Overlooked) > 0 || slices.ContainsFunc(c.ws.Diagnostics, hidesPosts)
	r.Diagnostics = c.diagnostics()
	c.noteBroken(r.Diagnostics)
	c.brokenAccounts(r)
	c.brokenPosts(r)
	r.Diagnostics = within(r.Diagnostics, c.o.Paths)
	if c.o.Keep {
		r.kept = &kept{c.ws.Posts, c.units}
	}
	return r
}

// diagnostics returns every finding as smm.yaml weighs it, sorted.
func (c *checker) diagnostics() diag.List {
	n := len(c.ws.Diagnostics) + len(c.found)
	for i := range c.units {
		n += len(c.units[i].found)
	}
	all := make(diag.List, 0, n)
	all = append(all, c.ws.Diagnostics...)
	all = append(all, c.found...)
	for i := range c.units {
		all = append(all, c.units[i].found...)
	}
	all = c.sev.all(all)
	all.Sort()
	return slices.Compact(all)
}

// noteBroken remembers the first error of each file. An account's profile apart:
// it breaks nothing else.
func (c *checker) noteBroken(all diag.List) {
	c.broken = map[string]diag.Diagnostic{}
	c.brokenFaces = map[string]diag.Diagnostic{}
	for _, d := range all {
		if d.Severity != diag.Error {
			continue
		}
		into := c.broken
		if _, isAccount := accountFile(d.Path); isAccount && (d.Field == "profile" || strings.HasPrefix(d.Field, "profile.")) {
			into = c.brokenFaces
		}
		if _, seen := into[d.Path]; !seen {
			into[d.Path] = d
		}
	}
}

func (c *checker) brokenAccounts(r *Report) {
	for id, f := range c.ws.Accounts {
		if d, ok := c.broken[f.Path]; ok {
			r.Accounts[id] = "the account's file is invalid: " + brief(d)
		}
		if d, ok := c.brokenFaces[f.Path]; ok {
			r.Profiles[id] = brief(d)
		}
	}
	for id := range c.names.unread {
		r.Accounts[id] = "the account's file cannot be read"
	}
}

func (c *checker) brokenPosts(r *Report) {
	r.Posts = make([]Post, len(c.units))
	aside := c.shared && (len(c.broken) > 0 || len(r.Accounts) > 0 || c.anyInvalid())
	var invalid []content.Key
	for i := range c.units {
		u := &c.units[i]
		pubs := u.pubs
		if aside { // a unit stays as it was made, whatever else is wrong
			pubs = slices.Clone(pubs)
		}
		reason, bad := c.postProblem(i)
		for j := range pubs {
			p := &pubs[j]
			if bad {
				p.Invalid = reason
			} else {
				p.Invalid = cmp.Or(r.Accounts[p.Key.Account], p.Invalid)
			}
			if p.Invalid != "" {
				invalid = append(invalid, p.Key)
			}
		}
		r.Incomplete = r.Incomplete || u.partial || bad && (len(u.pubs) == 0 || c.misnamed(u))
		r.Posts[i] = Post{u.id, u.path, u.status, u.slot, u.pillar, u.gone, pubs}
	}
	spread(r.Posts, invalid)
}

// anyInvalid reports whether rendering has found a publication that cannot go out.
func (c *checker) anyInvalid() bool {
	return slices.ContainsFunc(c.units, func(u unit) bool {
		return slices.ContainsFunc(u.pubs, func(p content.Publication) bool { return p.Invalid != "" })
	})
}

// misnamed reports whether a post's id cannot be what it was published under:
// the publications of its right id must not look deleted.
func (c *checker) misnamed(u *unit) bool {
	return c.posts[u.id] != u || u.id == content.ProfileID || !idForm.MatchString(u.id)
}

var idForm = regexp.MustCompile(`^[a-z0-9-]{3,80}$`) // as in schemas/post.schema.json

// postProblem returns the first error in a post's files.
func (c *checker) postProblem(i int) (string, bool) {
	pf := &c.ws.Posts[i]
	if d, ok := c.broken[pf.Path]; ok {
		return brief(d), true
	}
	for _, v := range pf.Variants {
		if d, ok := c.broken[v.Path]; ok {
			return brief(d), true
		}
	}
	return "", false
}

// spread marks what depends on an invalid publication as invalid, and what
// depends on that.
func spread(posts []Post, invalid []content.Key) {
	if len(invalid) == 0 {
		return
	}
	dependents := map[content.Key][]*content.Publication{}
	for i := range posts {
		for j := range posts[i].Publications {
			p := &posts[i].Publications[j]
			for _, k := range p.DependsOn {
				dependents[k] = append(dependents[k], p)
			}
		}
	}
	for len(invalid) > 0 {
		k := invalid[0]
		invalid = invalid[1:]
		for _, p := range dependents[k] {
			if p.Invalid == "" {
				p.Invalid = fmt.Sprintf("depends on %s, which is invalid", k)
				invalid = append(invalid, p.Key)
			}
		}
	}
}

// brief is a diagnostic in one line.
func brief(d diag.Diagnostic) string {
	return fmt.Sprintf("%s:%d:%d: %s", d.Path, d.Line, d.Column, d.Summary)
}

// within keeps the diagnostics of the given files and folders.
func within(list diag.List, paths []string) diag.List {
	if len(paths) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool {
		return !slices.ContainsFunc(paths, func(p string) bool {
			p = path.Clean(p)
			return p == "." || d.Path == p || strings.HasPrefix(d.Path, p+"/")
		})
	})
}
