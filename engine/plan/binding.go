package plan

import (
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// Binding condenses what a person approves of a publication: what readers see,
// where it goes, when, and what it may do on its own. It reads
// DIGEST@TIME/DAY, the time in UTC and the day in the account's zone, so that
// whether a move within the day matters is for whoever compares to say. The
// status is not in it: what is not ready has no binding at all.
func Binding(p *content.Publication, a *Account) string {
	parts := []string{
		"1", p.Key.String(), p.Digest, p.Frame, p.Provider, a.Where, p.Pillar, p.Campaign,
		written(p.Embargo), written(p.Unpublish), strconv.FormatBool(p.Pin), written(p.PinUntil),
		strconv.FormatBool(p.Late.Set), strconv.FormatBool(p.Late.Any), p.Late.Max.String(),
		strconv.FormatBool(p.Reminder), strconv.FormatBool(p.Replace), strconv.FormatBool(p.Imported),
		strconv.Itoa(p.Republish), p.MovedFrom,
	}
	for _, b := range p.Overrides {
		parts = append(parts, "override", b.Guard, b.Reason, written(b.Until))
	}
	out := content.Digest(parts...) + "@"
	if p.At.IsZero() {
		return out
	}
	return out + written(p.At) + "/" + p.At.In(zone(a)).Format(time.DateOnly)
}

// bind notes what the change carries out. The rest of something begun has no
// binding, for the file has no say in it, nor has what no file wants.
func (s *scene) bind(c *Change) {
	p, a := s.desired[c.Key], s.accounts[c.Account]
	if p != nil && a != nil && c.Action.Effective() && !c.Resume {
		c.Binding = Binding(p, a)
	}
}

// SameBinding reports whether what was approved is what stands there now, where
// the time may have moved within its day if withinDay is set.
func SameBinding(approved, now string, withinDay bool) bool {
	if approved == "" || now == "" {
		return false
	}
	if !withinDay {
		return approved == now
	}
	return dayOnly(approved) == dayOnly(now)
}

// dayOnly takes the hour out of a binding.
func dayOnly(binding string) string {
	what, when, _ := strings.Cut(binding, "@")
	_, day, _ := strings.Cut(when, "/")
	return what + "@" + day
}

func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Bindable reports whether a publication can be approved as it stands.
func Bindable(p *content.Publication) bool { return p.Ready && !p.Removed && !p.Retract }
