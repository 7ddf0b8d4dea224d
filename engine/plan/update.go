package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// published decides what is live: the file's lifecycle words first, then the
// platform's state, then the content.
func (s *scene) published(sub *subject) Change {
	d := s.drift(sub)
	p := sub.pub
	switch {
	case p == nil:
		return s.vanished(sub, d)
	case p.Retract:
		return s.retract(sub, "retract: true is written in the file")
	case p.Removed:
		return s.say(sub, Forget, "removed: true is written in the file: it stays live, and is no longer ours")
	case passed(p.Unpublish, s.Now):
		return s.retract(sub, "its unpublish_at has passed: "+when(sub.acct, p.Unpublish))
	case d.missing && !sub.acct.Capabilities.Regenerable:
		return s.deletedThere(sub, d)
	case !p.Ready:
		return idle(sub) // set back to draft: what is live stays as it is
	}
	return s.update(sub, d)
}

func (s *scene) retract(sub *subject, why string) Change {
	if cannot := s.cannotDelete(sub); cannot != "" {
		return s.hold(sub, "%s, and %s: delete it by hand, then smmctl forget %s", why, cannot, sub.key)
	}
	return s.say(sub, Retract, "%s", why)
}

// deletedThere decides what somebody deleted on the platform.
func (s *scene) deletedThere(sub *subject, d difference) Change {
	p, next := sub.pub, max(sub.entry.Generation, 1)+1
	if p.Republish >= next && p.Ready && sub.acct.Capabilities.Retract {
		return s.first(sub, Replace, p.Republish)
	}
	c := s.hold(sub, "deleted on the platform: write removed: true to leave it so, or republish: %d to publish it again", next)
	c.Fields = d.fields
	return c
}

// vanished decides a live publication that no file asks for.
func (s *scene) vanished(sub *subject, d difference) Change {
	switch {
	case len(s.movedTo[sub.key]) > 0:
		return Change{} // the new id's adoption says what happens
	case s.Incomplete:
		return s.hold(sub, "no file asks for it, but some file cannot be read: nothing is retracted meanwhile")
	case sub.entry.Imported:
		return s.hold(sub, "its file is gone; what was imported is only taken down by retract: true in a file, or smmctl retract %s", sub.key)
	case sub.acct.Policy == "sync":
		return s.retract(sub, "no file asks for it any more, and the account's policy is sync")
	case d.missing:
		return s.hold(sub, "its file is gone, and so is it from the platform: smmctl forget %s", sub.key)
	}
	return s.hold(sub, "its file is gone; it stays live under policy %s: write retract: true or removed: true in the file, or bring it back",
		orElse(sub.acct.Policy, "upsert"))
}

// update compares content, drift and pin, and makes one change of them.
func (s *scene) update(sub *subject, d difference) Change {
	c := s.rewrite(sub)
	switch c.Action {
	case None:
		c = s.answerDrift(sub, d)
	case Edit, Replace:
		if len(d.fields) > 0 {
			c.Reason += "; also changed on the platform"
		}
	}
	return s.withPin(sub, c)
}

// rewrite brings the platform to the file's content. Where the digest differs and
// nothing that the platform carries does (a pillar, a time after publication),
// nothing is planned: the ledger keeps the old digest, and the publication is
// rendered and compared again next time.
func (s *scene) rewrite(sub *subject) Change {
	p, e := sub.pub, sub.entry
	if p.Digest == e.Digest {
		return idle(sub)
	}
	if p.Invalid != "" {
		return s.hold(sub, "%s", p.Invalid)
	}
	if missing := s.missing(p); len(missing) > 0 {
		c := s.say(sub, Wait, "its new form waits for %s, which is not published yet", missing[0])
		c.WaitsFor = missing
		return c
	}
	if !s.rendered(p) {
		return s.hold(sub, "changed in the file, and there is nothing to compare: it was not rendered")
	}
	diff := compareSegments(p.Segments, e.Segments)
	fields := diff.fields()
	if len(fields) == 0 {
		return idle(sub)
	}
	c := s.editOrReplace(sub, diff)
	c.Fields = fields
	return c
}

func (s *scene) editOrReplace(sub *subject, diff comparison) Change {
	why := s.cannotEdit(sub, diff)
	cannot := s.cannotDelete(sub)
	switch {
	case why == "":
		return s.say(sub, Edit, "changed in the file")
	case cannot != "":
		return s.hold(sub, "changed in the file; %s, and %s either: put the file back, or write removed: true", why, cannot)
	case !sub.pub.Replace:
		return s.hold(sub, "changed in the file; %s: write replace: allow to delete it and publish it again, which loses its URL and its reactions", why)
	}
	c := s.say(sub, Replace, "changed in the file; %s, and replace: allow is written", why)
	c.Generation++
	return c
}

// cannotEdit says why a change takes a new publication, or nothing.
func (s *scene) cannotEdit(sub *subject, diff comparison) string {
	caps := sub.acct.Capabilities
	fixed := immutable(diff.changed, caps.Immutable)
	switch {
	case diff.removed:
		return "a part of the thread is gone"
	case diff.moved:
		return "the thread's parts are in another order"
	case len(diff.changed) > 0 && !caps.Edit:
		return sub.acct.Provider + " cannot edit"
	case len(diff.changed) > 0 && caps.PollFixed && hasPoll(sub.entry):
		return sub.acct.Provider + " cannot edit a post with a poll"
	case caps.MediaFixed && diff.recounts():
		return sub.acct.Provider + " cannot change how many files are attached"
	case len(diff.changed) > 0 && s.older(sub.entry, sub.acct.Limits.EditWindow):
		return fmt.Sprintf("%s edits nothing older than %s", sub.acct.Provider, content.FormatDuration(sub.acct.Limits.EditWindow))
	case fixed != "":
		return fmt.Sprintf("%s cannot change %s of what is published", sub.acct.Provider, fixed)
	case len(diff.tail) > 0 && len(sub.entry.Segments) > 0 && !caps.Thread:
		return sub.acct.Provider + " has no threads"
	case hasUnidentified(sub.entry):
		return "its id on the platform is not known"
	}
	return ""
}

func hasPoll(e *ledger.Entry) bool {
	return slices.ContainsFunc(e.Segments, func(seg ledger.Segment) bool { return seg.Sent["poll.options[0]"] != "" })
}

// cannotDelete says why what is live cannot be taken down, or nothing.
func (s *scene) cannotDelete(sub *subject) string {
	window := sub.acct.Limits.RetractWindow
	switch {
	case !sub.acct.Capabilities.Retract:
		return sub.acct.Provider + " cannot delete"
	case s.older(sub.entry, window):
		return fmt.Sprintf("%s cannot delete what is older than %s", sub.acct.Provider, content.FormatDuration(window))
	}
	return ""
}

// older reports whether a part of what is live has passed a window; 0 is none.
func (s *scene) older(e *ledger.Entry, window time.Duration) bool {
	if e == nil || window == 0 {
		return false
	}
	return slices.ContainsFunc(e.Segments, func(seg ledger.Segment) bool {
		at := seg.CreatedAt
		if at.IsZero() {
			at = e.PublishedAt
		}
		return seg.ID != "" && !at.IsZero() && !s.Now.Before(at.Add(window))
	})
}

// hasUnidentified reports whether a live segment can't be addressed, such as one
// that a person published.
func hasUnidentified(e *ledger.Entry) bool {
	for _, seg := range e.Segments {
		if seg.ID == "" {
			return true
		}
	}
	return false
}

// withPin adds pinning to a change of the publication, or makes one of it.
func (s *scene) withPin(sub *subject, c Change) Change {
	want, is := s.pinWanted(sub.pub), sub.entry.Pinned
	if !sub.acct.Capabilities.Pin || sub.pub.Invalid != "" || len(sub.entry.Segments) == 0 || hasUnidentified(sub.entry) {
		return c
	}
	switch c.Action {
	case Replace:
		c.Pin = want
		return c
	case None, Edit, Revert:
	default:
		return c
	}
	if want == is {
		return c
	}
	if c.Action == None {
		c = s.say(sub, Edit, "%s", pinReason(want))
	}
	c.Pin, c.Unpin = want, !want
	c.Fields = append(c.Fields, FieldChange{"pinned", fmt.Sprint(is), fmt.Sprint(want)})
	return c
}

func pinReason(want bool) string {
	if want {
		return "pin is written in the file"
	}
	return "pin is over, or no longer in the file"
}
