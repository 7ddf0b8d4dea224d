package plan

import (
	"fmt"
	"maps"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// difference is how one publication's live form differs from the observed one.
type difference struct {
	fields  []FieldChange // before: as observed; after: as it is live
	missing bool          // some segment is not there any more
}

// drift compares an entry with Live, and lists what differs. It is silent where
// the account was not read.
func (s *scene) drift(sub *subject) difference {
	var d difference
	switch e := sub.entry; {
	case e == nil || sub.sight == nil:
	case sub.key.IsProfile():
		if sub.sight.Profile != nil && e.State == ledger.Published && len(e.Seen) > 0 {
			d.fields = mapsDiff(e.Seen, sub.sight.Profile)
		}
	default:
		for i := range e.Segments {
			s.driftOf(sub, i, &d)
		}
	}
	if len(d.fields) > 0 {
		row := Drift{Key: sub.key, Fields: d.fields, Remote: Remotes(sub.entry)}
		s.drifts = append(s.drifts, row)
	}
	return d
}

func (s *scene) driftOf(sub *subject, i int, d *difference) {
	seg := &sub.entry.Segments[i]
	o := sub.sight.objects[seg.ID]
	switch {
	case seg.ID == "":
	case o != nil:
		d.fields = append(d.fields, prefixed(i, observedDiff(seg, o))...)
	case sub.covers(seg, s.Now):
		d.missing = true
		path := "live"
		if len(sub.entry.Segments) > 1 {
			path = fmt.Sprintf("segments[%d].live", i)
		}
		d.fields = append(d.fields, FieldChange{path, "present", "missing"})
	}
}

func observedDiff(seg *ledger.Segment, o *provider.Object) []FieldChange {
	if len(seg.Observed) == 0 || maps.Equal(seg.Observed, o.Fields) {
		return nil
	}
	return mapsDiff(seg.Observed, o.Fields)
}

func mapsDiff(before, after map[string]string) []FieldChange {
	return fieldsDiff(before, sortedFields(after))
}

// covers reports whether the listing would have shown the segment: it reaches
// back far enough, and the platform has had time to list it.
func (sub *subject) covers(seg *ledger.Segment, now time.Time) bool {
	at := seg.CreatedAt
	if at.IsZero() {
		at = sub.entry.PublishedAt
	}
	since := sub.sight.Since
	return (since.IsZero() || !at.IsZero() && !at.Before(since)) &&
		!now.Before(at.Add(sub.acct.Capabilities.VisibilityDelay))
}

// answerDrift is what the account's drift setting makes of a publication that
// only the platform changed. Missing output of a regenerable account is rebuilt
// whatever it says.
func (s *scene) answerDrift(sub *subject, d difference) Change {
	var c Change
	switch {
	case len(d.fields) == 0:
		return idle(sub)
	case d.missing:
		c = s.say(sub, Revert, "missing: it is made again")
	case sub.acct.Drift == "accept":
		c = s.say(sub, Accept, "changed on the platform: taken for ours, as the account's drift setting says")
		c.Fields = d.fields
		return c
	case sub.acct.Drift != "revert":
		return idle(sub) // listed under drift
	case !sub.key.IsProfile() && !sub.acct.Capabilities.Edit:
		return s.hold(sub, "changed on the platform, and %s cannot edit: drift: revert cannot be done", sub.acct.Provider)
	case !sub.key.IsProfile() && s.older(sub.entry, sub.acct.Limits.EditWindow):
		return s.hold(sub, "changed on the platform, and %s edits nothing older than %s: drift: revert cannot be done", sub.acct.Provider, content.FormatDuration(sub.acct.Limits.EditWindow))
	default:
		c = s.say(sub, Revert, "changed on the platform: ours is sent again, as the account's drift setting says")
	}
	if sub.pub.Invalid == "" && !s.rendered(sub.pub) {
		return s.hold(sub, "changed on the platform, and there is nothing to send: it was not rendered")
	}
	for _, f := range d.fields {
		c.Fields = append(c.Fields, FieldChange{f.Path, f.After, f.Before})
	}
	return c
}
