package plan

import (
	"strings"
)

// profile decides an account's face. Its first setting is an edit too: there is
// always a profile already.
func (s *scene) profile(sub *subject) Change {
	p, e := sub.pub, sub.entry
	if p == nil {
		return idle(sub) // not managed, or no longer
	}
	d := s.drift(sub)
	switch {
	case e != nil && !notLive(e) && p.Digest == e.Digest:
		return s.answerDrift(sub, d)
	case p.Invalid != "":
		return s.hold(sub, "%s", p.Invalid)
	case !s.rendered(p):
		return s.hold(sub, "there is nothing to compare: it was not rendered")
	case len(sub.acct.Capabilities.Profile) == 0:
		return s.hold(sub, "%s has no profile that can be set", sub.acct.Provider)
	}
	fields := s.profileFields(sub)
	if e != nil && !notLive(e) && len(fields) == 0 {
		return s.answerDrift(sub, d)
	}
	c := s.say(sub, Edit, "the profile is changed in the account's file")
	if len(d.fields) > 0 {
		c.Reason += "; also changed on the platform"
	}
	c.Fields = append(c.Fields, fields...)
	return c
}

// profileFields compares what is managed: a field that the file leaves out is
// left alone, but the list of links and labels is one thing. Before the first
// setting it compares with what is live, which is about to be overwritten.
func (s *scene) profileFields(sub *subject) []FieldChange {
	before := map[string]string{}
	if sub.entry != nil {
		before = sub.entry.Sent
	}
	if len(before) == 0 && sub.sight != nil {
		before = sub.sight.Profile
	}
	want := sub.pub.Profile.FieldValues()
	managed := make(map[string]string, len(want))
	for _, f := range want {
		managed[f.Path] = before[f.Path]
	}
	for path, value := range before {
		if strings.HasPrefix(path, "fields[") && len(sub.pub.Profile.Fields) > 0 {
			managed[path] = value
		}
	}
	return fieldsDiff(managed, want)
}
