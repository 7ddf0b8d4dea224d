package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/render"
)

// input gathers what a plan depends on.
func (e *Engine) input(w *world, o PlanOptions) *plan.Input {
	in := e.circumstances(w, o)
	in.Desired = e.desired(w)
	return in
}

// circumstances are what a plan depends on beside the publications.
func (e *Engine) circumstances(w *world, o PlanOptions) *plan.Input {
	now := o.Now
	if now.IsZero() {
		now = e.Clock.Now()
	}
	cfg := w.ws.Config.Value
	in := &plan.Input{
		Now: now.UTC().Truncate(time.Second), Commit: w.commit, Ledger: w.snap, Live: w.live,
		Incomplete: w.report.Incomplete, Problems: slices.Clone(w.problems),
		OnlyAccount: o.Account, OnlyPost: o.Post,
		MaxRetracts: orDefault(cfg.Guards.MaxRetracts, 3), MaxShare: orDefault(cfg.Guards.MaxRetractShare, 10),
		Accounts: map[string]plan.Account{},
	}
	for id := range w.ws.Accounts {
		in.Accounts[id] = e.planAccount(w, id)
	}
	in.Freezes = freezes(w, in.Now)
	in.PolicyDigest = policyDigest(w)
	in.Approvals, in.Given = approvals(w), o.Approvals
	return in
}

// desired lists every publication that the files want, profiles included.
func (e *Engine) desired(w *world) []*content.Publication {
	var out []*content.Publication
	for i := range w.report.Posts {
		for j := range w.report.Posts[i].Publications {
			p := w.wanted(&w.report.Posts[i].Publications[j])
			out = append(out, &p)
		}
	}
	return append(out, e.profiles(w)...)
}

// wanted is a publication as planning sees it.
func (w *world) wanted(known *content.Publication) content.Publication {
	p := *known
	if a := w.ws.Accounts[p.Key.Account]; a != nil && a.Value.Profile != nil && a.Value.Profile.Pinned == p.Key.Post {
		p.Pin = true
	}
	p.Invalid = firstOf(p.Invalid, w.unmade[p.Key])
	return p
}

// profiles lists the accounts' desired faces.
func (e *Engine) profiles(w *world) (out []*content.Publication) {
	for _, id := range sortedKeys(w.ws.Accounts) {
		account := &w.ws.Accounts[id].Value
		pub, problems := render.Profile(w.scope, account)
		if pub == nil {
			continue
		}
		pub.Path = w.ws.Accounts[id].Path
		for _, p := range problems {
			if !p.Warning {
				pub.Invalid = p.Summary
			}
		}
		pub.Invalid = firstOf(pub.Invalid, w.report.Profiles[id], w.unmade[pub.Key])
		out = append(out, pub)
	}
	return out
}

// fill renders the publications that may have to be sent or compared; what is
// unchanged, and what is still far off, stays as light as it is.
func (e *Engine) fill(w *world, in *plan.Input) *plan.Drafted {
	if len(w.rendered) == 0 {
		w.rendered = make(map[content.Key]*content.Publication, len(in.Desired))
	}
	for _, p := range in.Desired {
		w.rendered[p.Key] = p
	}
	byPath := map[string][]*content.Publication{}
	draft := plan.Draft(*in)
	for _, k := range draft.Unrendered() {
		if p := w.rendered[k]; p != nil && !k.IsProfile() {
			byPath[p.Path] = append(byPath[p.Path], p)
		}
	}
	e.renderAll(w, byPath)
	return draft
}

// renderAll renders publications, given by their files.
func (e *Engine) renderAll(w *world, byPath map[string][]*content.Publication) {
	for _, pf := range w.ws.Posts {
		pubs := byPath[pf.Path]
		if pubs == nil {
			continue
		}
		file, _ := w.ws.Post(pf)
		var post *render.Rendering
		if file != nil {
			post = render.Of(w.scope, &file.Value)
		}
		for _, p := range pubs {
			if post == nil {
				p.Invalid = "its file cannot be read"
				continue
			}
			for _, problem := range post.Fill(p) {
				if (!problem.Warning || problem.Holds) && p.Invalid == "" {
					p.Invalid = problem.Summary
				}
			}
			p.Native = p.Native && len(p.Segments) == 1
		}
	}
}

// planAccount is what planning needs of an account, defaults applied.
func (e *Engine) planAccount(w *world, id string) plan.Account {
	a, d := w.ws.Accounts[id].Value, w.ws.Config.Value.Defaults
	out := plan.Account{
		ID: id, Brand: a.Brand, Provider: a.Provider, Zone: w.zone,
		Policy: firstOf(a.Policy, d.Policy, "upsert"), Drift: firstOf(a.Drift, "report"),
		PerRun:      orDefault(a.Guards.PerRun, orDefault(d.Guards.PerRun, 10)),
		EditsPerRun: orDefault(a.Guards.EditsPerRun, orDefault(d.Guards.EditsPerRun, 20)),
		MinGap:      orDefault(a.Guards.MinGap, orDefault(d.Guards.MinGap, 0)),
		QuietHours:  a.Guards.QuietHours,
		Problem:     w.broken[id],
		Where:       where(&a),
	}
	if out.QuietHours == nil {
		out.QuietHours = d.Guards.QuietHours
	}
	if a.Timezone != "" {
		if zone, err := time.LoadLocation(a.Timezone); err == nil {
			out.Zone = zone
		}
	}
	driver := e.drivers[a.Provider]
	if driver == nil {
		out.Problem = firstOf(out.Problem, "unknown provider "+a.Provider)
		return out
	}
	out.Capabilities, out.Limits, out.Fingerprint, out.Facility = driver.Capabilities, w.scope.Limits[id], driver.Fingerprint, driver.Facility
	if t := w.targets[id]; t != nil {
		out.Capabilities, out.Limits = t.Capabilities, t.Limits
	}
	return out
}

// freezes lists the freezes that hold now: the file's windows and the ledger's.
func freezes(w *world, now time.Time) []plan.Freeze {
	var out []plan.Freeze
	for _, f := range w.ws.Config.Value.Freeze {
		from, err1 := f.From.In(w.zone)
		until, err2 := f.Until.In(w.zone)
		if err1 == nil && err2 == nil && !now.Before(from) && now.Before(until) {
			out = append(out, plan.Freeze{Brands: f.Brands, Accounts: f.Accounts, Reason: f.Reason, Until: until})
		}
	}
	for _, f := range w.snap.Freezes {
		out = append(out, plan.Freeze{Brands: only(f.Brand), Accounts: only(f.Account), Reason: f.Reason})
	}
	return out
}

func only(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// policyDigest condenses what decides besides the posts: a saved plan or an
// approval does not survive a change of it.
func policyDigest(w *world) string {
	parts := []string{}
	add := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			b = []byte(err.Error())
		}
		parts = append(parts, string(b))
	}
	cfg := w.ws.Config.Value
	add(cfg.Guards)
	add(cfg.Defaults)
	add(cfg.Branch)
	add(cfg.Approvals)
	for _, id := range sortedKeys(w.ws.Accounts) {
		a := w.ws.Accounts[id].Value
		add([]any{a.ID, a.Provider, a.Server, a.Policy, a.Drift, a.Guards, a.Schedule, a.Timezone,
			a.Handle, a.Late, a.Options, a.PlatformLimits})
	}
	return content.Digest(parts...)
}

func sameFields(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func firstOf(values ...string) string {
	i := slices.IndexFunc(values, func(s string) bool { return strings.TrimSpace(s) != "" })
	if i < 0 {
		return ""
	}
	return values[i]
}

func orDefault[T any](p *T, d T) T {
	if p != nil {
		return *p
	}
	return d
}
