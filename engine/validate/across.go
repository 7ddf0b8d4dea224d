package validate

import (
	"github.com/smmctl/smmctl/engine/diag"
)

// across checks what takes more than one post to see.
func (c *checker) across() {
	c.duplicates()
	c.slotsFilled()
	for i := range c.units {
		u := &c.units[i]
		for _, r := range u.refs {
			c.ref(u, r)
		}
	}
	c.pinned()
	c.ads()
}

// at makes a diagnostic in a post's own file.
func (u *unit) diag(rule string, pos diag.Pos, field, format string, args ...any) diag.Diagnostic {
	return at(rule, u.path, pos, field, format, args...)
}

// duplicates finds posts of one id. Each is told where the other is.
func (c *checker) duplicates() {
	c.posts = make(map[string]*unit, len(c.units))
	for i := range c.units {
		u := &c.units[i]
		if u.id == "" {
			continue
		}
		first := c.posts[u.id]
		if first == nil {
			c.posts[u.id] = u
			continue
		}
		for _, pair := range [][2]*unit{{u, first}, {first, u}} {
			one, other := pair[0], pair[1]
			c.add(one.diag("duplicate-id", one.idAt, "id", "post id %q is there twice, also at %s:%d", one.id, other.path, other.idAt.Line).
				WithHint("give one of the two another id"))
		}
	}
}

// slotsFilled finds slots that do not exist and slots that two posts fill on
// one account. Translations and other accounts may share a slot.
func (c *checker) slotsFilled() {
	type place struct{ slot, account string }
	filled := map[place]*unit{}
	for i := range c.units {
		u := &c.units[i]
		if u.slot == "" {
			continue
		}
		if c.slots[u.slot] == nil {
			c.add(suggest(u.diag("unknown-slot", u.slotAt, "slot", "slot %q does not exist", u.slot), u.slot, c.slotNames()))
			continue
		}
		if !u.active() {
			continue
		}
		for _, a := range u.accounts {
			if first := filled[place{u.slot, a}]; first != nil {
				c.add(u.diag("slot-filled-twice", u.slotAt, "slot", "slot %q is filled already on %s, by %s:%d", u.slot, a, first.path, first.slotAt.Line))
				break
			}
			filled[place{u.slot, a}] = u
		}
	}
}

// ref checks a reference from one post to another.
func (c *checker) ref(u *unit, r ref) {
	target := c.posts[r.target]
	switch {
	case r.field == "moved.from":
		if target != nil && target != u {
			c.add(u.diag("moved-from-exists", r.at, r.field, "post %q is still there, at %s", r.target, target.path).
				WithHint("`moved` is for a post whose id has changed: keep one of the two"))
		} else if target == u {
			c.add(u.diag("moved-from-exists", r.at, r.field, "the post has this id now; it did not move"))
		}
	case target == nil:
		c.add(suggest(u.diag("unknown-post", r.at, r.field, "post %q does not exist", r.target), r.target, c.postNames()))
	case target == u:
		c.add(u.diag("self-reference", r.at, r.field, "the post refers to itself"))
	case r.field != "translation_of" && r.account != "" && !target.goesTo(r.account):
		c.add(u.diag("reference-account", r.at, r.field, "post %q does not go to %s", r.target, r.account))
	case r.field == "reply_to.post" && r.account == "":
		c.replyAccounts(u, target, r)
	}
}

// replyAccounts checks that an answer goes only where the post that it answers
// goes.
func (c *checker) replyAccounts(u, target *unit, r ref) {
	for _, a := range u.accounts {
		if !target.goesTo(a) {
			c.add(u.diag("reference-account", r.at, r.field, "post %q does not go to %s, where this one answers it", r.target, a))
			return
		}
	}
}

// postNames returns the posts' ids, for suggestions.
func (c *checker) postNames() []string {
	if c.allPosts == nil {
		c.allPosts = sorted(c.posts)
	}
	return c.allPosts
}

// slotNames returns the slots' ids, for suggestions.
func (c *checker) slotNames() []string {
	if c.allSlots == nil {
		c.allSlots = sorted(c.slots)
	}
	return c.allSlots
}

// slotDigest identifies what a post takes from the slot of that id.
func (c *checker) slotDigest(id string) string {
	if f := c.slots[id]; f != nil {
		return f.digest()
	}
	return ""
}
