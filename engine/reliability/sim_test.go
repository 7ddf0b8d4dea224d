// Package reliability holds the suites that try to make smmctl publish twice,
// lose something or touch what is not its own: seeded random schedules of crashes
// and faults in one process, and the real binary killed at every boundary. It
// has no code of its own; docs/reliability.md has its results.
package reliability

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	ledgermemory "github.com/smmctl/smmctl/engine/ledger/memory"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/wrap"
)

// visibility is what the simulated platforms declare; their lag stays below it.
const visibility = 90 * time.Second

var (
	epoch   = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)
	errDead = errors.New("the process is dead")
)

// platformKind is a kind of platform that the suite runs against.
type platformKind struct {
	name     string
	facility provider.Facility
	change   func(*memory.Options)
	faults   []memory.FaultKind
}

var everyFault = []memory.FaultKind{
	memory.Refused, memory.LostResponse, memory.ErrorBefore, memory.ErrorAfter, memory.TimeoutBefore, memory.TimeoutAfter,
	memory.Throttled, memory.ListingLag, memory.StaleRead,
}

func kinds() []platformKind {
	keyed := append(slices.Clone(everyFault), memory.KeyIgnored, memory.KeyExpired, memory.RepeatedKey400, memory.RepeatedKey500)
	return []platformKind{
		{"client key", provider.ClientKey, nil, append(slices.Clone(everyFault), memory.Duplicate)},
		{"idempotency key", provider.IdempotencyKey, nil, keyed},
		{"read back", provider.ReadBack, nil, everyFault},
		{"read back, no edits", provider.ReadBack, func(o *memory.Options) { o.Capabilities.Edit = false }, everyFault},
		{"neither", provider.NoFacility, nil, everyFault},
	}
}

// sim is one seeded world: a ledger, two accounts and what the files want.
type sim struct {
	rng       *rand.Rand
	kind      platformKind
	clock     *memory.Clock
	ledger    *ledgermemory.Ledger
	options   memory.Options
	platforms map[string]*memory.Platform
	drivers   map[string]*provider.Driver
	desired   []*content.Publication
	calm      bool // no faults any more
	dead      map[string]bool
	knowsDead bool // the next runner is on the same machine
	sabotage  apply.Sabotage
	faultRate float64
	only      memory.FaultKind // where set, the only fault there is
	native    string           // text of a post that is handed over early
	runs      int
	trace     []string
}

func newSim(seed uint64, kind platformKind) *sim {
	s := &sim{
		rng: rand.New(rand.NewPCG(seed, 1)), kind: kind, clock: memory.NewClock(epoch), ledger: ledgermemory.New("7f3c"),
		platforms: map[string]*memory.Platform{}, drivers: map[string]*provider.Driver{}, dead: map[string]bool{},
	}
	s.options = memory.Everything()
	s.options.Facility = kind.facility
	s.options.Capabilities.VisibilityDelay = visibility
	if kind.change != nil {
		kind.change(&s.options)
	}
	for _, name := range []string{"one", "two"} {
		p := memory.New(name, s.clock)
		p.AddForeign("somebody else's words on "+name, epoch.Add(-time.Hour))
		p.Faults.Set(s.fault)
		s.platforms[name], s.drivers[name] = p, memory.Driver(p, s.options)
	}
	s.faultRate = []float64{0, 0.05, 0.2, 0.5}[s.rng.IntN(4)]
	s.knowsDead = s.rng.IntN(2) == 0
	return s
}

func (s *sim) fault(op string) memory.Fault {
	if s.calm || op == memory.OpOpen || s.rng.Float64() >= s.faultRate {
		return memory.Fault{}
	}
	kind := s.only
	if kind == "" {
		kind = s.kind.faults[s.rng.IntN(len(s.kind.faults))]
	}
	return memory.Fault{Kind: kind, Delay: time.Duration(1+s.rng.IntN(40)) * time.Second}
}

// posts are three: a text, a thread of three, a picture.
func posts() map[string][]string {
	return map[string][]string{"text": {"First snow: the coats are here."}, "thread": {"One.", "Two.", "Three."}, "image": {"A red coat."}}
}

func (s *sim) want(posts map[string][]string, alter func(*content.Publication)) {
	s.desired = nil
	for _, account := range []string{"one", "two"} {
		for _, id := range slices.Sorted(maps.Keys(posts)) {
			p := &content.Publication{
				Key: content.Key{Post: id, Account: account}, Provider: "memory", Path: id + ".md", At: epoch.Add(-time.Minute),
				Ready: true, Late: content.Lateness{Any: true}, Replace: true, Digest: content.Digest(append([]string{id}, posts[id]...)...),
			}
			for _, text := range posts[id] {
				seg := content.Segment{Text: text, OK: true}
				if id == "image" {
					seg.Media = []content.Attachment{{File: "media/a.png", SHA256: "00ff", Alt: "A coat", Type: "image/png", Width: 10, Height: 10, Bytes: 100}}
				}
				p.Segments = append(p.Segments, seg)
			}
			if alter != nil {
				alter(p)
			}
			s.desired = append(s.desired, p)
		}
		if s.native != "" {
			s.desired = append(s.desired, &content.Publication{
				Key: content.Key{Post: "native", Account: account}, Provider: "memory", Path: "native.md", At: epoch.Add(nativeAt), Native: true,
				Ready: true, Late: content.Lateness{Any: true}, Digest: content.Digest(s.native), Segments: []content.Segment{{Text: s.native, OK: true}},
			})
		}
	}
}

// nativeAt is when the natively scheduled post is due: long after the first act.
const nativeAt = 30 * time.Hour

// proc is one run of smmctl. At its killAt-th contact with the world it dies,
// before or after the contact took effect; from then on nothing that it does has
// any effect, which is what SIGKILL amounts to.
type proc struct {
	*sim
	id      string
	n       int
	killAt  int
	after   bool
	dead    bool
	rivalAt int
	rival   func(what string)
}

func (p *proc) contact(what string, f func() error) error {
	if p.dead {
		return errDead
	}
	p.n++
	if p.n == p.rivalAt && p.rival != nil {
		p.rival(what)
	}
	if p.n == p.killAt {
		p.dead = true
		p.sim.dead[p.id] = true
		if p.after {
			_ = f()
		}
		p.log("%s dies at %s (after: %v)", p.id, what, p.after)
		return errDead
	}
	return f()
}

func (s *sim) log(format string, args ...any) {
	s.trace = append(s.trace, fmt.Sprintf("%s ", s.clock.Now().Sub(epoch).Round(time.Second))+fmt.Sprintf(format, args...))
}

// Now and Sleep are the clock of a process: the dead do not wait.
func (p *proc) Now() time.Time { return p.clock.Now() }

func (p *proc) Sleep(ctx context.Context, d time.Duration) error {
	if p.dead {
		return errDead
	}
	return p.clock.Sleep(ctx, d)
}

// Read and Commit are the ledger of a process.
func (p *proc) Read(ctx context.Context) (snap *ledger.Snapshot, err error) {
	err = p.contact("ledger read", func() error {
		snap, err = p.ledger.Read(ctx)
		return err
	})
	return snap, err
}

func (p *proc) Commit(ctx context.Context, u ledger.Update) (snap *ledger.Snapshot, err error) {
	if s := p.rng.Float64(); s < 0.02 && !p.calm && p.faultRate > 0 {
		p.ledger.Inject(ledgermemory.UnreachableAfter)
	} else if s < 0.04 && !p.calm && p.faultRate > 0 {
		p.ledger.Inject(ledgermemory.UnreachableBefore)
	}
	err = p.contact("ledger commit", func() error {
		snap, err = p.ledger.Commit(ctx, u)
		if errors.Is(err, ledger.ErrUnreachable) { // what package git finds out by fetching
			if now, rerr := p.ledger.Read(ctx); rerr == nil && now.Revision != u.Base && now.Lease != nil && u.Lease != nil && now.Lease.Run == u.Lease.Run && now.Lease.Expires.Equal(u.Lease.Expires) {
				snap, err = now, nil
			}
		}
		return err
	})
	return snap, err
}

// accounts opens the accounts so that every call is a contact.
func (p *proc) accounts() (map[string]*apply.Target, map[string]plan.Live, error) {
	targets, lives := map[string]*apply.Target{}, map[string]plan.Live{}
	for _, name := range slices.Sorted(maps.Keys(p.drivers)) {
		d := p.drivers[name]
		var acc *provider.Account
		if err := p.contact("open", func() (err error) {
			acc, err = d.Open(context.Background(), provider.Config{Clock: p})
			return err
		}); err != nil {
			return nil, nil, err
		}
		acc = wrap.Around(acc, func(ctx context.Context, c wrap.Call, next func(context.Context) error) error {
			return p.contact(c.Op, func() error { return next(ctx) })
		})
		t := &apply.Target{Account: acc, Facility: d.Facility, Fingerprint: d.Fingerprint}
		if d.Facility != provider.NoFacility {
			if acc.Schedules != nil {
				list, err := acc.Schedules.ListScheduled(context.Background())
				if err != nil {
					return nil, nil, err
				}
				t.Live.Scheduled = list
			}
			for o, err := range acc.Posts.List(context.Background()) {
				if err != nil {
					return nil, nil, err
				}
				t.Live.Objects = append(t.Live.Objects, o)
			}
			lives[name] = t.Live
		}
		targets[name] = t
	}
	return targets, lives, nil
}

func (s *sim) input(snap *ledger.Snapshot, live map[string]plan.Live) plan.Input {
	in := plan.Input{Now: s.clock.Now(), Ledger: snap, Live: live, Desired: s.desired, Accounts: map[string]plan.Account{}}
	for name, d := range s.drivers {
		in.Accounts[name] = plan.Account{ID: name, Provider: "memory", Policy: "upsert", Drift: "report",
			Capabilities: d.Capabilities, Limits: d.Limits, Fingerprint: d.Fingerprint, Facility: d.Facility}
	}
	return in
}

// run is one `smmctl apply`. It reports whether there was anything to do.
func (p *proc) run() (idle bool, err error) {
	p.runs++
	p.id = fmt.Sprintf("run-%d", p.runs)
	for range 4 {
		snap, err := p.Read(context.Background())
		if err != nil {
			return false, err
		}
		if l := snap.Lease; l != nil && !l.Broken && !p.clock.Now().After(l.Expires) && !p.knows(l.Process) && !p.sabotage.NoLease {
			return false, &apply.ErrHeld{Lease: *l}
		}
		targets, live, err := p.accounts()
		if err != nil {
			return false, err
		}
		pl := plan.Build(p.input(snap, live))
		if !pl.HasEffect() {
			return true, nil
		}
		res, err := apply.Run(context.Background(), pl, snap, p.applyOptions(targets))
		for _, ev := range res.Events {
			p.log("%s %s %s %s %s", p.id, ev.Type, ev.Action, ev.Key, ev.Error)
		}
		if !errors.Is(err, ledger.ErrConflict) {
			return false, err
		}
	}
	return false, ledger.ErrConflict
}

func (p *proc) knows(process string) bool { return p.knowsDead && p.sim.dead[process] }

func (p *proc) applyOptions(targets map[string]*apply.Target) apply.Options {
	desired := map[content.Key]*content.Publication{}
	for _, d := range p.desired {
		desired[d.Key] = d
	}
	return apply.Options{
		Ledger: p, Targets: targets, Desired: desired, Clock: p, Timing: apply.DefaultTiming, Run: p.id, Holder: p.id, Process: p.id,
		Dead: p.knows, Serial: true, Sabotage: p.sabotage,
	}
}

// settle runs until nothing is left to do, the last runs without faults.
func (s *sim) settle(crashes int) error {
	for i := range 60 {
		if i >= crashes+12 {
			s.calm = true
		}
		p := &proc{sim: s}
		if i < crashes {
			p.killAt, p.after = 1+s.rng.IntN(60), s.rng.IntN(2) == 0
			if s.rng.IntN(3) == 0 {
				p.rivalAt = 1 + s.rng.IntN(60)
				p.rival = func(what string) {
					// A run that sleeps past its lease between its last check and its
					// request is outside the promise, unless the platform knows our key.
					mayDoze := s.kind.facility == provider.ClientKey || !writes(what)
					if s.rng.IntN(2) == 0 && mayDoze {
						s.clock.Advance(time.Duration(s.rng.IntN(15)) * time.Minute)
					}
					rival := &proc{sim: s, killAt: s.rng.IntN(80), after: s.rng.IntN(2) == 0}
					_, err := rival.run()
					s.log("rival %s: %v", rival.id, err)
				}
			}
		}
		idle, err := p.run()
		s.log("%s: idle %v, %v", p.id, idle, err)
		var held *apply.ErrHeld
		switch {
		case errors.As(err, &held):
			s.clock.Advance(held.Lease.Expires.Sub(s.clock.Now()) + time.Second)
		case idle && s.calm:
			return nil
		case idle && i >= crashes:
			s.calm = true
		}
		s.clock.Advance(time.Duration(s.rng.IntN(600)) * time.Second)
	}
	return fmt.Errorf("did not come to rest in 60 runs")
}

// verdict counts what went wrong and what is left to people.
type verdict struct {
	duplicates, losses, unknown, unsettled, foreign int
	first                                           string
}

func (v *verdict) note(count *int, format string, args ...any) {
	*count++
	if v.first == "" {
		v.first = fmt.Sprintf(format, args...)
	}
}

// judge looks at the platforms as they truly are.
func (s *sim) judge() verdict {
	var v verdict
	snap, err := s.ledger.Read(context.Background())
	if err != nil {
		v.note(&v.losses, "ledger: %v", err)
		return v
	}
	for name, p := range s.platforms {
		for slot, n := range p.AcceptedSlots() {
			if n > 1 {
				v.note(&v.duplicates, "%s generation %d segment %d was accepted %d times", slot.Key, slot.Generation, slot.Index, n)
			}
		}
		known := map[string]bool{}
		doubtful := false
		for k, e := range snap.Entries {
			if k.Account != name {
				continue
			}
			doubtful = doubtful || e.State == ledger.Unknown
			for _, seg := range append(slices.Clone(e.Segments), e.Old...) {
				known[seg.ID] = true
			}
		}
		for _, o := range p.Own() {
			if !known[o.ID] && !doubtful {
				v.note(&v.losses, "%s is live on %s and in no entry: %q", o.ID, name, o.Fields["text"])
			}
		}
		f := p.Foreign()
		if len(f) != 1 || !strings.HasPrefix(f[0].Fields["text"], "somebody else's words") {
			v.note(&v.foreign, "foreign objects of %s: %v", name, f)
		}
	}
	for _, d := range s.desired {
		switch e := snap.Entries[d.Key]; {
		case e == nil:
			v.note(&v.losses, "%s has no entry", d.Key)
		case e.State == ledger.Unknown:
			v.unknown++
		case d.Native && s.clock.Now().Before(d.At) && (e.State == ledger.Scheduled || e.State == ledger.Planned):
		case e.State == ledger.Published && (e.Digest == d.Digest || !s.options.Capabilities.Edit), e.State == ledger.Retracted:
		default:
			v.note(&v.unsettled, "%s ends as %s (%s): %s", d.Key, e.State, e.Action, e.Detail)
		}
	}
	return v
}

// story is a whole life: publish, then edit, grow, replace and retract, with
// crashes and faults all along.
func (s *sim) story() verdict {
	if s.rng.IntN(2) == 0 && s.kind.facility != provider.NoFacility {
		s.native = "See you tomorrow."
	}
	s.want(posts(), nil)
	if err := s.settle(s.rng.IntN(4)); err != nil {
		return verdict{unsettled: 1, first: err.Error()}
	}
	if v := s.judge(); v.first != "" {
		return v
	}
	s.calm = false
	if s.native != "" {
		s.native = "See you tomorrow, at noon."
	}
	s.want(map[string][]string{
		"text":   {"First snow: the coats are here, and so are the hats."},
		"thread": {"One.", "Two, mended.", "Three.", "Four."},
		"image":  {"A red coat."},
	}, func(p *content.Publication) {
		p.Retract = p.Key.Post == "image"
	})
	if err := s.settle(s.rng.IntN(4)); err != nil {
		return verdict{unsettled: 1, first: err.Error()}
	}
	if v := s.judge(); v.first != "" {
		return v
	}
	s.calm = false
	if s.native != "" {
		s.clock.Advance(epoch.Add(nativeAt).Sub(s.clock.Now()) + time.Minute)
	}
	s.want(map[string][]string{"text": {"First snow."}, "thread": {"Two, mended.", "One."}, "image": {"A red coat."}}, func(p *content.Publication) {
		p.Retract = p.Key.Post == "image"
	})
	if err := s.settle(s.rng.IntN(4)); err != nil {
		return verdict{unsettled: 1, first: err.Error()}
	}
	if s.native != "" { // what was scheduled may take its time to appear
		s.clock.Advance(time.Hour)
		if err := s.settle(0); err != nil {
			return verdict{unsettled: 1, first: err.Error()}
		}
	}
	return s.judge()
}

func writes(what string) bool {
	switch what {
	case memory.OpPublish, memory.OpEdit, memory.OpDelete, memory.OpSchedule, memory.OpReschedule, memory.OpUnschedule:
		return true
	}
	return false
}
