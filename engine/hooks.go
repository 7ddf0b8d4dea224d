package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/notify"
)

// keepTold is how long the ledger remembers that a publication was told of. What
// is older than that, and than the first use, is not told any more.
const keepTold = 7 * 24 * time.Hour

// hook is one webhook, known by the reference to its address, with everything that
// smm.yaml wants told there.
type hook struct {
	ref   string
	rules []content.Notify
}

func (w *world) hooks() []hook {
	var out []hook
	for _, n := range w.ws.Config.Value.Notify {
		i := slices.IndexFunc(out, func(h hook) bool { return h.ref == n.Webhook })
		if i < 0 {
			out = append(out, hook{ref: n.Webhook})
			i = len(out) - 1
		}
		out[i].rules = append(out[i].rules, n)
	}
	return out
}

// markOf is how the ledger writes that an outcome was told to a webhook. The
// address itself is a secret, and in no mark.
func markOf(identity, ref string) string { return identity + " " + ref }

// firstUse is the mark of a rule: it holds since when it has been in use. A rule
// that is changed begins anew, so that a wider one does not tell a week at once.
func firstUse(n content.Notify) string {
	b, _ := json.Marshal(n) // of strings
	return markOf("webhook:"+content.DigestOf(b)[:16], n.Webhook)
}

// wants reports whether an outcome is to be told at h: now, if that was not done
// before.
func (h hook) wants(o notify.Outcome, told ledger.Told) bool {
	return slices.ContainsFunc(h.rules, func(n content.Notify) bool {
		switch {
		case len(n.On) > 0 && !slices.Contains(n.On, string(o.Kind)), len(n.Brands) > 0 && !slices.Contains(n.Brands, o.Brand):
			return false
		case o.Kind != notify.Published:
			return true
		}
		since, used := told.Marks[firstUse(n)]
		return used && !o.At.Before(since) && !o.At.Before(told.Since)
	})
}

// beginTelling notes, before anything is published, that webhooks are in use
// from now on: what a run publishes that is killed then is told by the next.
func (e *Engine) beginTelling(ctx context.Context, w *world) error {
	isNew := func(s *ledger.Snapshot) (out []content.Notify) {
		for _, n := range w.ws.Config.Value.Notify {
			if _, used := s.Told.Marks[firstUse(n)]; !used {
				out = append(out, n)
			}
		}
		return out
	}
	if len(isNew(w.snap)) == 0 {
		return nil
	}
	return e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		now := e.Clock.Now().UTC()
		// A server's clock may be behind ours by this much; what it had published
		// before is marked by name.
		since := now.Add(-e.Timing.Skew).Truncate(time.Second)
		told := cloneTold(s.Told)
		if told.Since.IsZero() {
			told.Since = since
		}
		for _, n := range isNew(s) {
			told.Marks[firstUse(n)] = since
			for _, entry := range s.Entries {
				if published(entry) && !entry.PublishedAt.Before(since) {
					told.Marks[markOf(w.outcome(notify.Published, entry.Key, entry.Generation, entry.PublishedAt, entry).Identity(), n.Webhook)] = now
				}
			}
		}
		return ledger.Update{Told: &told, Message: "notifications: in use from now on"}, nil
	})
}

func cloneTold(t ledger.Told) ledger.Told {
	out := ledger.Told{Since: t.Since, Marks: maps.Clone(t.Marks)}
	if out.Marks == nil {
		out.Marks = map[string]time.Time{}
	}
	return out
}

// forget drops the marks that are of no use any more, and reports whether one of
// them must go now: one whose outcome may come up again.
func (w *world) forgetMarks(told *ledger.Told, all []notify.Outcome, now time.Time) (must bool) {
	current := map[string]bool{}
	for _, o := range all {
		if o.Kind != notify.Published { // those go by their time
			current[o.Identity()] = true
		}
	}
	hooks, rules := map[string]bool{}, map[string]bool{}
	for _, n := range w.ws.Config.Value.Notify {
		hooks[n.Webhook], rules[firstUse(n)] = true, true
	}
	maps.DeleteFunc(told.Marks, func(mark string, at time.Time) bool {
		identity, ref, _ := strings.Cut(mark, " ")
		kind, _, _ := strings.Cut(identity, ":")
		switch {
		case kind == "webhook":
			return !rules[mark]
		case kind == "comment":
			return now.Sub(at) > claimed
		case !hooks[ref]:
			return true
		}
		gone := w.gone(identity, current, told.Since)
		must = must || gone && notify.Kind(kind) != notify.Published
		return gone
	})
	return must
}
