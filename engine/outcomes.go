package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/notify"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/validate"
)

// expiresSoon is how early people are told that a credential expires.
const expiresSoon = 14 * 24 * time.Hour

// outcomes are what there is to tell of: from what is recorded, not from what
// this run did, so that the next run tells what a killed one could not.
func (w *world) outcomes(out *Outcome, after *plan.Plan, now time.Time) []notify.Outcome {
	var all []notify.Outcome
	fresh := publishedNow(out.Result.Events)
	for _, k := range slices.SortedFunc(maps.Keys(w.snap.Entries), compareKeys) {
		entry := w.snap.Entries[k]
		switch {
		case entry.State == ledger.Unknown:
			all = append(all, w.outcome(notify.Unknown, entry.Key, entry.Generation, entry.IntentAt, entry))
		case published(entry) && (fresh[k] || !entry.PublishedAt.Before(w.snap.Told.Since)):
			o := w.outcome(notify.Published, entry.Key, entry.Generation, entry.PublishedAt, entry)
			if fresh[k] { // a platform may date it back
				o.At = now
			}
			all = append(all, o)
		}
	}
	for i := range after.Changes {
		if c := &after.Changes[i]; c.Action == plan.Missed && c.At != nil {
			o := w.outcome(notify.Missed, c.Key, c.Generation, *c.At, nil)
			o.Detail = c.Reason
			all = append(all, o)
		}
	}
	for _, d := range out.Plan.Drift {
		if t := w.targets[d.Key.Account]; t == nil || !t.Capabilities.Regenerable { // those are made anew in each clone
			all = append(all, w.drifted(d))
		}
	}
	return append(all, w.expiring(now)...)
}

func (w *world) outcome(kind notify.Kind, k content.Key, generation int, at time.Time, entry *ledger.Entry) notify.Outcome {
	o := notify.Outcome{Kind: kind, Key: k, Account: k.Account, Brand: w.brand(k.Account), Generation: generation, At: at}
	if entry != nil {
		o.Detail, o.URL = entry.Detail, addressOf(entry)
	}
	return o
}

func (w *world) brand(account string) string {
	if a := w.ws.Accounts[account]; a != nil {
		return a.Value.Brand
	}
	return ""
}

// published reports whether an entry is a publication whose appearance is news. A
// profile is set again and again, and what was imported was there before.
func published(e *ledger.Entry) bool {
	return e.State == ledger.Published && !e.Key.IsProfile() && !e.Imported && !e.PublishedAt.IsZero()
}

func addressOf(e *ledger.Entry) string {
	if len(e.Segments) == 0 {
		return ""
	}
	return e.Segments[0].URL
}

func publishedNow(events []apply.Event) map[content.Key]bool {
	out := map[content.Key]bool{}
	for _, ev := range events {
		if ev.Type == apply.Published && (ev.Action == plan.Publish || ev.Action == plan.Replace) {
			out[ev.Key] = true
		}
	}
	return out
}

// drifted is told once for each form that the platform has.
func (w *world) drifted(d plan.Drift) notify.Outcome {
	o := notify.Outcome{Kind: notify.Drift, Key: d.Key, Account: d.Key.Account, Brand: w.brand(d.Key.Account)}
	if entry := w.snap.Entries[d.Key]; entry != nil {
		o.Generation = entry.Generation
	}
	if len(d.Remote) > 0 {
		o.URL = d.Remote[0].URL
	}
	var live []string
	for _, f := range d.Fields {
		o.Fields = append(o.Fields, f.Path)
		live = append(live, f.Path, f.After)
	}
	o.Live = content.Digest(live...)
	return o
}

func (w *world) expiring(now time.Time) []notify.Outcome {
	var out []notify.Outcome
	for _, id := range sortedKeys(w.targets) {
		at := w.targets[id].Access.Expires
		if !at.IsZero() && at.Before(now.Add(expiresSoon)) {
			out = append(out, notify.Outcome{Kind: notify.Credential, Account: id, Brand: w.brand(id), At: at.UTC()})
		}
	}
	return out
}

// gone reports whether a mark's outcome can not come up again, or would be
// another one if it did. Where that cannot be seen now, because an account was not
// read or a file cannot be, the mark stays.
func (w *world) gone(identity string, current map[string]bool, since time.Time) bool {
	if current[identity] {
		return false
	}
	kind, rest, _ := strings.Cut(identity, ":")
	subject, rest, _ := strings.Cut(rest, ":")
	key, err := content.ParseKey(subject)
	switch notify.Kind(kind) {
	case notify.Published:
		entry := w.snap.Entries[key]
		return err != nil || entry == nil || entry.PublishedAt.Before(since)
	case notify.Unknown:
		return true // the ledger is always read whole
	case notify.Missed:
		_, at, _ := strings.Cut(rest, ":")
		return err != nil || !w.report.Incomplete && !w.stillMeant(key, at)
	case notify.Drift:
		_, read := w.live[key.Account]
		return err != nil || read || w.ws.Accounts[key.Account] == nil
	case notify.Credential:
		return w.targets[subject] != nil || w.ws.Accounts[subject] == nil
	}
	return true
}

// stillMeant reports whether a file still wants a publication at that time: a
// freeze or an account that cannot be used hides for a while that it was missed.
func (w *world) stillMeant(k content.Key, at string) bool {
	if e := w.snap.Entries[k]; e != nil && e.State == ledger.Published {
		return false
	}
	return slices.ContainsFunc(w.report.Posts, func(p validate.Post) bool {
		return slices.ContainsFunc(p.Publications, func(pub content.Publication) bool {
			return pub.Key == k && pub.At.UTC().Format(time.RFC3339) == at
		})
	})
}
