package providertest

import (
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// world is what was published, on both sides: as files ask for it, and as the
// ledger has it.
type world struct {
	desired []*content.Publication
	entries map[content.Key]*ledger.Entry
}

// replan publishes one of each kind and plans again: there is nothing to do, and
// nothing has drifted.
func replan(f *fixture) {
	w := &world{entries: map[content.Key]*ledger.Entry{}}
	r, o := f.publish(f.segment("A text with a link https://example.org/a/long/way and  two spaces "))
	w.add(f, []provider.Request{r}, []provider.Object{o})
	if slices.Contains(f.can().Formats, "image") {
		s := f.segment("With a picture")
		s.Media = []content.Attachment{attachment(f.acc.Limits, "Blue stripes")}
		r, o := f.publish(s)
		w.add(f, []provider.Request{r}, []provider.Object{o})
	}
	if f.can().Thread {
		w.thread(f)
	}
	if f.can().Edit {
		r, o := f.publish(f.segment("Befor"))
		e := f.edition(r, o, f.segment("Before"))
		got, err := f.acc.Posts.Edit(f.ctx(), o.ID, e)
		if err != nil {
			f.Fatalf("edit: %v", err)
		}
		w.add(f, []provider.Request{e}, []provider.Object{got})
	}
	w.facets(f)
	f.empty(w)
}

// add records a publication that was carried out.
func (w *world) add(f *fixture, rs []provider.Request, objects []provider.Object) *ledger.Entry {
	first := rs[0]
	digest := content.Digest(first.Key.String())
	p := &content.Publication{
		Key: first.Key, Provider: f.h.Driver.Name, Path: first.Key.Post + ".md", Digest: digest,
		At: first.At, Late: content.Lateness{Set: true, Any: true}, Ready: true,
	}
	e := &ledger.Entry{
		Key: first.Key, Generation: 1, Revision: 1, State: ledger.Published, Provider: f.h.Driver.Name,
		Digest: digest, Renderer: content.RendererVersion, At: first.At, IntentAt: first.IntentAt,
		PublishedAt: objects[0].CreatedAt,
	}
	for i, r := range rs {
		p.Segments = append(p.Segments, r.Segment)
		e.Segments = append(e.Segments, record(r, objects[i]))
	}
	w.desired = append(w.desired, p)
	w.entries[p.Key] = e
	return e
}

func record(r provider.Request, o provider.Object) ledger.Segment {
	sent := map[string]string{}
	for _, v := range r.Segment.FieldValues() {
		sent[v.Path] = v.Value
	}
	return ledger.Segment{
		ClientKey: r.ClientKey, Fingerprint: o.Fingerprint, Sent: sent, Observed: o.Fields,
		ParentID: o.ParentID, ID: o.ID, URL: o.URL, CreatedAt: o.CreatedAt,
	}
}

func (w *world) thread(f *fixture) {
	r, root := f.publish(f.segment("A thread begins"))
	next := f.request(f.segment("and goes on"))
	next.Key, next.Index, next.ParentID, next.RootID = r.Key, 1, root.ID, root.ID
	w.add(f, []provider.Request{r, next}, []provider.Object{root, f.send(next)})
}

// facets pins, schedules and sets the profile, where that can be done.
func (w *world) facets(f *fixture) {
	if f.acc.Pins != nil {
		r, o := f.publish(f.segment("At the top"))
		if err := f.acc.Pins.Pin(f.ctx(), o.ID); err != nil {
			f.Fatalf("pin: %v", err)
		}
		w.add(f, []provider.Request{r}, []provider.Object{o}).Pinned = true
		w.desired[len(w.desired)-1].Pin = true
	}
	if f.acc.Schedules != nil {
		r, o := f.schedule(f.segment("Later"))
		e := w.add(f, []provider.Request{r}, []provider.Object{o})
		e.State, e.PublishedAt = ledger.Scheduled, time.Time{}
		e.Segments[0].ScheduleID, e.Segments[0].ID, e.Segments[0].URL = o.ID, "", ""
		w.desired[len(w.desired)-1].Native = true
	}
	if f.acc.Profile != nil {
		w.profile(f)
	}
}

func (w *world) profile(f *fixture) {
	face := f.face("Acme", "Coats that last.")
	seen, err := f.acc.Profile.SetProfile(f.ctx(), face)
	if err != nil {
		f.Fatalf("set profile: %v", err)
	}
	sent := map[string]string{}
	for _, v := range face.FieldValues() {
		sent[v.Path] = v.Value
	}
	key := content.Key{Post: content.ProfileID, Account: "subject"}
	w.desired = append(w.desired, &content.Publication{
		Key: key, Provider: f.h.Driver.Name, Path: "subject.yaml", Digest: "face", Ready: true, Profile: &face,
	})
	w.entries[key] = &ledger.Entry{
		Key: key, Generation: 1, Revision: 1, State: ledger.Published, Provider: f.h.Driver.Name,
		Digest: "face", Sent: sent, Seen: seen,
	}
}

// empty plans twice: as if nothing were recorded, which must find work, and with
// the record, which must not.
func (f *fixture) empty(w *world) {
	in := plan.Input{
		Now: f.sub.Clock.Now(), Desired: w.desired, Ledger: &ledger.Snapshot{Entries: w.entries},
		Accounts: map[string]plan.Account{"subject": {
			Provider: f.h.Driver.Name, Policy: "sync", Drift: "revert", Zone: time.UTC,
			Capabilities: f.acc.Capabilities, Limits: f.acc.Limits, Fingerprint: f.h.Driver.Fingerprint,
		}},
	}
	if f.readable() {
		in.Live = map[string]plan.Live{"subject": f.sight()}
	}
	p := plan.Build(in)
	for _, c := range p.Changes {
		if c.Action.Effective() || c.Action == plan.Hold {
			f.Errorf("planned again: %s %s: %s %+v", c.Action, c.Key, c.Reason, c.Fields)
		}
	}
	if len(p.Drift) > 0 || len(p.Refusals) > 0 || p.Summary.Foreign > 0 {
		f.Errorf("planned again: drift %+v, refusals %+v, %d foreign", p.Drift, p.Refusals, p.Summary.Foreign)
	}
	in.Ledger, in.Live = nil, nil
	if p := plan.Build(in); p.Summary.Publish == 0 {
		f.Errorf("the plan without a record publishes nothing: %+v", p.Summary)
	}
}

func (f *fixture) sight() plan.Live {
	live := plan.Live{Objects: f.live()}
	var err error
	if f.acc.Schedules != nil {
		if live.Scheduled, err = f.acc.Schedules.ListScheduled(f.ctx()); err != nil {
			f.Fatalf("list scheduled: %v", err)
		}
	}
	if f.acc.Profile != nil {
		if live.Profile, err = f.acc.Profile.GetProfile(f.ctx()); err != nil {
			f.Fatalf("get profile: %v", err)
		}
	}
	return live
}
