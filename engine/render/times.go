package render

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// zones remembers time zones by name, a pure function: reading one from the
// database takes longer than rendering a post. Only names that exist are kept.
var zones sync.Map

func loadZone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err == nil && name != "" && name != "Local" {
		zones.Store(name, z)
	}
	return z, err
}

// times resolves every time of the post.
func (v *view) times(pub *content.Publication) {
	zone := v.zone(v.p.Timezone, "timezone")
	pub.At = v.wanted(zone)
	if pub.At.IsZero() && pub.Ready && v.invalid() == "" && !pub.Removed && !pub.Retract && !pub.Imported {
		v.fail("time-missing", "status", "write `publish_at:`, or `slot:` with a slot that has a time", "the post is ready and has no time")
	}
	pub.Embargo = v.moment("embargo_until", v.p.EmbargoUntil, zone)
	if !pub.At.IsZero() && pub.At.Before(pub.Embargo) {
		v.fail("embargo", "embargo_until", "move `publish_at` behind it", "the post goes out at %s, before its embargo ends", pub.At.In(zone).Format("2006-01-02T15:04"))
	}
	pub.Unpublish = v.moment("unpublish_at", v.p.UnpublishAt, zone)
	if v.p.Pin != nil {
		pub.Pin = true
		pub.PinUntil = v.moment("pin.until", v.p.Pin.Until, zone)
	}
	for i, o := range v.p.Overrides {
		until := v.moment(fmt.Sprintf("overrides[%d].until", i), o.Until, zone)
		pub.Overrides = append(pub.Overrides, content.Bypass{Guard: o.Guard, Reason: o.Reason, Until: until})
	}
}

// wanted is when the post is to go out: its own time, else its slot's.
func (v *view) wanted(zone *time.Location) time.Time {
	if !v.p.PublishAt.IsZero() {
		return v.moment("publish_at", v.p.PublishAt, zone)
	}
	slot := v.s.Slots[v.p.Slot]
	if slot == nil {
		return time.Time{}
	}
	if slot.Timezone != "" {
		zone = v.zone(slot.Timezone, "slot")
	}
	return v.moment("slot", slot.At, zone)
}

// zone is the zone of a name: "" is the workspace's, "account" the account's.
func (v *view) zone(name, field string) *time.Location {
	if name == "account" {
		name = v.account.Timezone
	}
	if name == "" {
		return v.workspaceZone()
	}
	zone, err := loadZone(name)
	if err != nil {
		v.fail("unknown-timezone", field, "write a name of the time zone database, such as Europe/Paris", "%q is no time zone", name)
		return v.workspaceZone()
	}
	return zone
}

func (v *view) workspaceZone() *time.Location {
	if v.s.Zone == nil {
		return time.UTC
	}
	return v.s.Zone
}

// moment resolves a time in a zone; a time that is not there, or there twice, is
// a problem.
func (v *view) moment(field string, t content.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	at, err := t.In(zone)
	switch {
	case errors.Is(err, content.ErrSkipped):
		v.fail("time-skipped", field, "write another time, or one with an offset such as "+t.Text+offsets(t.Text, zone)[0], "%s: %v (%s)", t.Text, err, zone)
	case errors.Is(err, content.ErrRepeated):
		o := offsets(t.Text, zone)
		v.fail("time-repeated", field, fmt.Sprintf("write which one: %s%s or %s%s", t.Text, o[0], t.Text, o[len(o)-1]), "%s: %v (%s)", t.Text, err, zone)
	case err != nil:
		v.fail("time", field, "", "%s: %v", t.Text, err)
	}
	return at
}

// offsets are the zone's offsets around a wall time, the earlier moment first.
func offsets(text string, zone *time.Location) []string {
	day := text[:min(len(text), len(time.DateOnly))]
	t, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(day), zone)
	if err != nil {
		return []string{"+00:00"}
	}
	before, after := t.Add(-24*time.Hour).Format("Z07:00"), t.Add(48*time.Hour).Format("Z07:00")
	if before == after {
		return []string{before}
	}
	return []string{before, after}
}
