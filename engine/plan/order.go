package plan

import (
	"cmp"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// compareChanges orders by time, account and key. What has no time (a profile)
// comes first. A live publication's time is when it was published, so that
// corrections of what people already see precede what is new.
func compareChanges(a, b Change) int {
	return cmp.Or(moment(a).Compare(moment(b)), cmp.Compare(a.Account, b.Account), compareKeys(a.Key, b.Key))
}

func moment(c Change) time.Time {
	if c.At == nil {
		return time.Time{}
	}
	return *c.At
}

func compareKeys(a, b content.Key) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Post, b.Post), cmp.Compare(a.Occurrence, b.Occurrence))
}

func summarize(changes []Change) Summary {
	var s Summary
	counter := map[Action]*int{
		Publish: &s.Publish, Schedule: &s.Schedule, Unschedule: &s.Unschedule, Reschedule: &s.Reschedule,
		Edit: &s.Edit, Replace: &s.Replace, Retract: &s.Retract, Adopt: &s.Adopt, Forget: &s.Forget,
		Accept: &s.Accept, Revert: &s.Revert, Wait: &s.Wait, Hold: &s.Hold, Missed: &s.Missed,
	}
	for _, c := range changes {
		if n := counter[c.Action]; n != nil {
			*n++
		}
		if c.Unknown {
			s.Unknown++
		}
	}
	return s
}

// Summarize counts the changes again, after some were taken out.
func (p *Plan) Summarize() {
	none, foreign := p.Summary.None, p.Summary.Foreign
	p.Summary = summarize(p.Changes)
	p.Summary.None, p.Summary.Foreign = none, foreign
}

func utc(t time.Time) *time.Time {
	t = t.UTC().Round(0)
	return &t
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
