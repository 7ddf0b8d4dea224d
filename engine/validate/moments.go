package validate

import (
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// moments checks the post's times against each other, against its month and
// against the strategy's windows.
func (p *postCheck) moments() {
	post := p.post
	if at := post.PublishAt; !at.IsZero() && post.Origin == nil && at.Date()[:7] != p.pf.Month {
		p.add(p.diag("publish-at-month", "publish_at", "the post is in the folder of %s and goes out on %s", p.pf.Month, at.Date()))
	}
	p.slotMoment()
	for _, pub := range p.unit.pubs {
		if !pub.At.IsZero() {
			p.add(p.first(p.momentsOf(&pub))...)
		}
	}
}

// first drops findings that another account's publication has given already.
func (p *postCheck) first(found findings) (out findings) {
	for _, d := range found {
		seen := false
		for _, o := range p.unit.found {
			seen = seen || o.Rule == d.Rule && o.Field == d.Field
		}
		if !seen {
			out = append(out, d)
		}
	}
	return out
}

// slotMoment compares the post with the slot that it fills.
func (p *postCheck) slotMoment() {
	fact, slot := p.c.slots[p.post.Slot], p.scope.Slots[p.post.Slot]
	if fact == nil || slot == nil {
		return
	}
	if fact.brand != p.pf.Brand {
		p.add(p.diag("slot-brand", "slot", "slot %q is in the plan of brand %q", fact.id, fact.brand))
	}
	if fact.month != "" && fact.month != p.pf.Month {
		p.add(p.diag("slot-folder", "slot", "slot %q is in the plan of %s, the post in the folder of %s", fact.id, fact.month, p.pf.Month))
	}
	if at := p.post.PublishAt; !at.IsZero() && !slot.At.IsZero() && at.Text != slot.At.Text {
		p.add(p.diag("slot-time", "publish_at", "publish_at (%s) is not the slot's time (%s), and wins", at.Text, slot.At.Text))
	}
}

// momentsOf checks the times that one publication ended up with.
func (p *postCheck) momentsOf(pub *content.Publication) (out findings) {
	zone := p.zoneOf(pub.Key.Account)
	show := func(t time.Time) string { return t.In(zone).Format("2006-01-02T15:04") }
	if !pub.Unpublish.IsZero() && !pub.Unpublish.After(pub.At) {
		out = append(out, p.diag("unpublish-before", "unpublish_at", "the post would be taken down before it goes out at %s", show(pub.At)))
	}
	if pub.Pin && !pub.PinUntil.IsZero() && !pub.PinUntil.After(pub.At) {
		out = append(out, p.diag("pin-before", "pin.until", "the post would be unpinned before it goes out at %s", show(pub.At)))
	}
	out = append(out, p.rights(pub, zone)...)
	out = append(out, p.campaignDates(pub, zone)...)
	return append(out, p.blackouts(pub, zone)...)
}

func (p *postCheck) rights(pub *content.Publication, zone *time.Location) (out findings) {
	for i, m := range p.post.Media {
		if m.Rights == nil || m.Rights.Expires.IsZero() {
			continue
		}
		field := fmt.Sprintf("media[%d].rights.expires", i)
		expires, err := m.Rights.Expires.In(zone)
		if err != nil {
			out = append(out, p.diag("time-in-zone", field, "%v", err))
			continue
		}
		if !pub.At.Before(expires) {
			out = append(out, p.diag("rights-expired", field, "the rights end on %s, before the post goes out", m.Rights.Expires.Text))
		}
	}
	return out
}

func (p *postCheck) campaignDates(pub *content.Publication, zone *time.Location) findings {
	id := p.post.Campaign
	if slot := p.scope.Slots[p.post.Slot]; id == "" && slot != nil {
		id = slot.Campaign
	}
	c := p.scope.Campaigns[id]
	if c == nil || inside(pub.At, c.From, c.Until, zone) {
		return nil
	}
	return findings{p.diag("campaign-dates", "campaign", "the post goes out on %s, outside campaign %q (%s to %s)",
		pub.At.In(zone).Format(time.DateOnly), id, c.From.Text, c.Until.Text)}
}

func (p *postCheck) blackouts(pub *content.Publication, zone *time.Location) findings {
	s := p.scope.Strategies[p.pf.Brand]
	if s == nil || !pub.Ready {
		return nil
	}
	for _, b := range s.Blackouts {
		if !b.From.IsZero() && !b.To.IsZero() && inside(pub.At, b.From, b.To, zone) {
			return findings{p.diag("blackout", "publish_at", "the post goes out on %s, in a blackout (%s)", pub.At.In(zone).Format(time.DateOnly), b.Reason)}
		}
	}
	return nil
}

// inside reports whether at is within two days or times, both included. A time
// that cannot be read bounds nothing: it is reported where it is written.
func inside(at time.Time, from, until content.Time, zone *time.Location) bool {
	if start, err := from.In(zone); !from.IsZero() && err == nil && at.Before(start) {
		return false
	}
	end, err := until.In(zone)
	if until.IsZero() || err != nil {
		return true
	}
	if len(until.Text) == len(time.DateOnly) {
		end = end.AddDate(0, 0, 1).Add(-1)
	}
	return !at.After(end)
}

// zoneOf returns the zone in which an account's times are shown.
func (p *postCheck) zoneOf(account string) *time.Location {
	if a := p.scope.Accounts[account]; a != nil && a.Timezone != "" {
		if zone, err := p.c.zones.load(a.Timezone); err == nil {
			return zone
		}
	}
	return p.scope.Zone
}
