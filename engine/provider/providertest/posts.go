package providertest

import (
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func driver(f *fixture) {
	d := f.h.Driver
	if d.Name == "" || d.Fingerprint == nil || d.Open == nil {
		f.Fatalf("the driver lacks a name, Fingerprint or Open: %+v", d)
	}
	if !slices.Contains([]provider.Facility{provider.ClientKey, provider.IdempotencyKey, provider.ReadBack, provider.NoFacility}, d.Facility) {
		f.Errorf("facility %q", d.Facility)
	}
	if len(d.Capabilities.Formats) == 0 {
		f.Error("no formats")
	}
	a, b := f.segment("One thing"), f.segment("Another thing")
	if again := d.Fingerprint(f.segment("One thing")); d.Fingerprint(a) != again || again == d.Fingerprint(b) {
		f.Error("the fingerprint is not stable, or the same for different texts")
	}
}

func identity(f *fixture) {
	id := f.acc.Identity
	if id.Provider != f.h.Driver.Name || id.Server == "" || id.ID == "" {
		f.Errorf("identity %+v", id)
	}
	if f.sub.Reopen == nil {
		f.Log("not tried: the account cannot be opened twice here")
		return
	}
	_, o := f.publish(f.segment("Who are we"))
	f.acc = f.sub.Reopen(f.T)
	if !f.acc.Identity.Same(id) {
		f.Errorf("identity %+v, and %+v the second time", id, f.acc.Identity)
	}
	f.reads(o)
}

func facets(f *fixture) {
	c := f.can()
	for _, x := range []struct {
		name     string
		can, has bool
	}{
		{"posts", true, f.acc.Posts != nil},
		{"pins", c.Pin, f.acc.Pins != nil},
		{"schedules", c.Schedule, f.acc.Schedules != nil},
		{"profile", len(c.Profile) > 0, f.acc.Profile != nil},
	} {
		if x.can != x.has {
			f.Errorf("%s: the capability says %t, the facet %t", x.name, x.can, x.has)
		}
	}
	if _, err := f.acc.Posts.Get(f.ctx(), "no-such-object"); f.readable() || f.can().Lookup {
		f.is(err, provider.NotFound, provider.Rejected)
	} else {
		f.is(err, provider.Unsupported)
	}
}

func publish(f *fixture) {
	a := f.segment("The first snow fell in the night.\n\nIt will not stay. https://example.org/a/rather/long/path?with=query")
	_, first := f.publish(a)
	f.reads(first)
	f.advance(tolerance)
	b := f.segment("  A second message, with spaces around it, and a link https://example.org/b  ")
	_, second := f.publish(b)
	f.reads(second)
	f.reads(first)
	if first.ID == second.ID {
		f.Error("two publications have one id")
	}
	f.count(a, 1)
}

func edit(f *fixture) {
	r, o := f.publish(f.segment("Befor the correction"))
	next := f.segment("Before the correction")
	got, err := f.acc.Posts.Edit(f.ctx(), o.ID, f.edition(r, o, next))
	if !f.can().Edit {
		f.is(err, provider.Unsupported)
		f.reads(o)
		return
	}
	if err != nil {
		f.Fatalf("edit: %v", err)
	}
	f.sound(got, next)
	if got.ID != o.ID || !got.CreatedAt.Equal(o.CreatedAt) {
		f.Errorf("edited into %s of %v, was %s of %v", got.ID, got.CreatedAt, o.ID, o.CreatedAt)
	}
	f.reads(got)
	again, err := f.acc.Posts.Edit(f.ctx(), o.ID, f.edition(r, got, next))
	if err != nil {
		f.Errorf("the same edit again: %v", err)
	}
	f.same("the same edit again", again, got)
	_, err = f.acc.Posts.Edit(f.ctx(), "no-such-object", f.edition(r, o, next))
	f.is(err, provider.NotFound, provider.Rejected)
}

func retract(f *fixture) {
	_, kept := f.publish(f.segment("This one stays"))
	_, o := f.publish(f.segment("This one goes"))
	err := f.acc.Posts.Delete(f.ctx(), o.ID)
	if !f.can().Retract {
		f.is(err, provider.Unsupported)
		f.reads(o)
		return
	}
	if err != nil {
		f.Fatalf("delete: %v", err)
	}
	f.gone(o.ID)
	if err := f.acc.Posts.Delete(f.ctx(), o.ID); err != nil {
		f.is(err, provider.NotFound)
	}
	f.reads(kept)
}

func thread(f *fixture) {
	r, root := f.publish(f.segment("A thread begins"))
	if root.ParentID != "" {
		f.Errorf("the root has the parent %q", root.ParentID)
	}
	parent := root
	for i := 1; i <= 2; i++ {
		f.advance(tolerance)
		next := f.request(f.segment("and goes on, part " + strings.Repeat("I", i+1)))
		next.Key, next.Index, next.ParentID, next.RootID = r.Key, i, parent.ID, root.ID
		if !f.can().Thread {
			_, err := f.acc.Posts.Publish(f.ctx(), next)
			f.denied(next.Segment, err)
			return
		}
		o := f.send(next)
		if want := f.tied(parent); o.ParentID != want {
			f.Errorf("part %d has the parent %q, want %q", i, o.ParentID, want)
		}
		f.reads(o)
		parent = o
	}
	f.reads(root)
}

// tied is the parent that a thread's next part is read back with.
func (f *fixture) tied(parent provider.Object) string {
	if f.can().ThreadLoose {
		return ""
	}
	return parent.ID
}

func reply(f *fixture) {
	_, o := f.publish(f.segment("A question"))
	r := f.request(f.segment("Its answer"))
	r.ParentID, r.RootID = o.ID, o.ID
	defer f.othersAndComments(o)
	if !f.can().ReplyTo {
		_, err := f.acc.Posts.Publish(f.ctx(), r)
		f.denied(r.Segment, err)
		return
	}
	got := f.send(r)
	if got.ParentID != o.ID {
		f.Errorf("the parent is %q, want %q", got.ParentID, o.ID)
	}
	f.reads(got)
	r = f.request(f.segment("An answer to nothing"))
	r.ParentID = "no-such-object"
	_, err := f.acc.Posts.Publish(f.ctx(), r)
	f.is(err, provider.NotFound, provider.Rejected)
	f.count(r.Segment, 0)
}

// othersAndComments answers by address, and as the first comment does.
func (f *fixture) othersAndComments(o provider.Object) {
	if !f.can().ReplyToURL {
		r := f.request(f.segment("An answer to somebody"))
		r.ParentURL = "https://social.example/@somebody/1"
		_, err := f.acc.Posts.Publish(f.ctx(), r)
		f.denied(r.Segment, err)
	}
	s := f.segment("#first #comment")
	s.IsComment = true
	r := f.request(s)
	r.Index, r.ParentID, r.RootID = 1, o.ID, o.ID
	if f.can().FirstComment {
		f.reads(f.send(r))
		return
	}
	_, err := f.acc.Posts.Publish(f.ctx(), r)
	f.denied(s, err)
}

func media(f *fixture) {
	s := f.segment("A picture")
	s.Media = []content.Attachment{attachment(f.acc.Limits, "Blue stripes on white")}
	if !slices.Contains(f.can().Formats, "image") {
		_, err := f.acc.Posts.Publish(f.ctx(), f.request(s))
		f.denied(s, err)
		return
	}
	r, o := f.publish(s)
	f.reads(o)
	if f.can().Edit && f.can().AltText {
		f.editAlt(r, o)
	}
	f.missingFile()
	if f.acc.Limits.Media > 0 {
		many := f.segment("Too many pictures")
		for range f.acc.Limits.Media + 1 {
			many.Media = append(many.Media, attachment(f.acc.Limits, "Blue stripes"))
		}
		_, err := f.acc.Posts.Publish(f.ctx(), f.request(many))
		f.denied(many, err)
	}
}

// editAlt changes nothing but a description, and then takes the picture away.
func (f *fixture) editAlt(r provider.Request, o provider.Object) {
	s := r.Segment
	s.Media = []content.Attachment{attachment(f.acc.Limits, "White stripes on blue")}
	got, err := f.acc.Posts.Edit(f.ctx(), o.ID, f.edition(r, o, s))
	if err != nil {
		f.Fatalf("edit of a description: %v", err)
	}
	f.sound(got, s)
	if equalFields(got, o) {
		f.Error("a new description changed no field")
	}
	f.reads(got)
	if f.acc.Limits.MediaRequired {
		return
	}
	bare := s
	bare.Media = nil
	r.Segment = s
	got, err = f.acc.Posts.Edit(f.ctx(), o.ID, f.edition(r, got, bare))
	if err != nil {
		f.Fatalf("edit that takes the picture away: %v", err)
	}
	f.sound(got, bare)
	f.reads(got)
}

// missingFile publishes a picture that is not in the workspace.
func (f *fixture) missingFile() {
	s := f.segment("A picture that is missing")
	a := attachment(f.acc.Limits, "Nothing")
	a.File = "media/no-such-file.png"
	s.Media = []content.Attachment{a}
	if _, err := f.acc.Posts.Publish(f.ctx(), f.request(s)); err == nil {
		f.Error("a missing file was published")
	}
	f.count(s, 0)
}

func equalFields(a, b provider.Object) bool {
	if len(a.Fields) != len(b.Fields) {
		return false
	}
	for k, v := range a.Fields {
		if b.Fields[k] != v {
			return false
		}
	}
	return true
}

func poll(f *fixture) {
	s := f.segment("Red or blue?")
	expires := max(f.acc.Limits.PollMin, 24*60*tolerance)
	s.Poll = &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: expires}
	if !f.can().Poll {
		_, err := f.acc.Posts.Publish(f.ctx(), f.request(s))
		f.denied(s, err)
		return
	}
	_, o := f.publish(s)
	f.reads(o)
}

func foreign(f *fixture) {
	if f.sub.Foreign == nil {
		f.Log("not tried: there are no foreign objects here")
		return
	}
	id := f.sub.Foreign(f.T)
	if !f.readable() {
		return
	}
	before := f.listed(id)
	r, o := f.publish(f.segment("Ours"))
	if f.can().Edit {
		if _, err := f.acc.Posts.Edit(f.ctx(), o.ID, f.edition(r, o, f.segment("Ours, corrected"))); err != nil {
			f.Errorf("edit: %v", err)
		}
	}
	if f.can().Retract {
		if err := f.acc.Posts.Delete(f.ctx(), o.ID); err != nil {
			f.Errorf("delete: %v", err)
		}
	}
	f.same("foreign object", f.listed(id), before)
}

func finish(f *fixture) {
	_, o := f.publish(f.segment("At the end of a run"))
	if f.acc.Finish == nil {
		return
	}
	for range 2 {
		if err := f.acc.Finish(f.ctx()); err != nil {
			f.Fatalf("finish: %v", err)
		}
	}
	f.reads(o)
}
