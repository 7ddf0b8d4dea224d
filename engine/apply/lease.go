package apply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// mayTake reports whether the lease can be taken over, and notes from when on
// the former holder's requests must have ended.
func (r *run) mayTake(l ledger.Lease) bool {
	now := r.Clock.Now()
	switch {
	case l.Run == r.Run || r.Sabotage.NoLease:
		return true
	case l.Process != "" && r.Dead != nil && r.Dead(l.Process):
		r.settleAt = now.Add(r.Timing.Request)
	case l.Broken || now.After(l.Expires):
		r.settleAt = l.Expires.Add(r.Timing.Request + r.Timing.Skew)
	default:
		return false
	}
	return true
}

// begin records the lease and every intent in one commit over the very tip that
// the plan was made from.
func (r *run) begin(ctx context.Context) error {
	now := r.Clock.Now().UTC()
	r.lease = ledger.Lease{Run: r.Run, Holder: r.Holder, Process: r.Process, Since: now, Expires: now.Add(r.Timing.Lease)}
	u := ledger.Update{Base: r.snap.Revision, Lease: &r.lease, Actor: r.Actor, At: now, Accounts: r.pins(), Entries: r.intents()}
	for _, e := range r.dirty {
		u.Entries = append(u.Entries, e)
	}
	sortEntries(u.Entries)
	u.Message = message("begin", u.Entries)
	if len(r.work) == 0 { // nothing but records: no lease is needed
		u.Lease, u.Message = nil, message("record", u.Entries)
	}
	snap, err := r.Ledger.Commit(ctx, u)
	if err != nil {
		return err
	}
	r.snap, r.dirty, r.leased = snap, map[content.Key]*ledger.Entry{}, len(r.work) > 0
	r.announceWork()
	return nil
}

// intents are the entries that say what is about to be done.
func (r *run) intents() []*ledger.Entry {
	var out []*ledger.Entry
	for i := range r.work {
		j := &r.work[i]
		j.entry.Run = r.Run
		if !r.pushesEach(j) && !r.Sabotage.NoIntent {
			out = append(out, j.entry.Clone())
		}
	}
	return out
}

func (r *run) announceWork() {
	for i := range r.work {
		r.emit(IntentWritten, &r.work[i], 0, nil)
	}
}

// pushesEach reports whether the account's platform leaves no trace to find, so
// that each segment has a commit of its own before and after it. A schedule is a
// trace.
func (r *run) pushesEach(j *job) bool {
	return r.Targets[j.Account].Facility == provider.NoFacility && creates(j) && plan.Action(j.entry.Action) != plan.Schedule
}

// pins remembers who each account is and what its server allows, where that is
// new.
func (r *run) pins() map[string]ledger.Pin {
	out := map[string]ledger.Pin{}
	for name, t := range r.Targets {
		id := t.Identity
		pin := ledger.Pin{Provider: id.Provider, Server: id.Server, ID: id.ID, Handle: id.Handle, Limits: t.Limits.Encode()}
		if known, ok := r.snap.Accounts[name]; !ok || !bytes.Equal(known.Limits, pin.Limits) {
			out[name] = pin
		}
	}
	return out
}

// keep writes an entry's newest state down: in the journal at once, in the
// ledger with the next commit.
func (r *run) keep(e *ledger.Entry) {
	c := e.Clone()
	c.Run = r.Run
	r.mu.Lock()
	r.dirty[c.Key] = c
	r.own(c)
	r.mu.Unlock()
	if r.Journal == nil {
		return
	}
	if err := r.Journal.Append(c); err != nil {
		r.Log.Warn("journal: not written; a lost run would be read back from the platform", "error", err)
	}
}

// ready is asked before anything is sent: the lease must outlive a request, and
// nobody may have stopped us. begun says that the job has already changed the
// platform, and so is finished in spite of a freeze or a newer commit. No account
// is one that no freeze stands in the way of.
func (r *run) ready(ctx context.Context, account string, begun bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Clock.Now()
	if r.halt == nil && now.After(r.lease.Expires.Add(r.Timing.Renew-r.Timing.Lease)) && !r.Sabotage.NoLease {
		r.renew(ctx, now)
	}
	if errors.Is(r.halt, ErrLost) || r.halt != nil && !begun {
		return r.halt
	}
	if !r.Sabotage.NoLease && r.Clock.Now().Add(r.Timing.Request).After(r.lease.Expires) {
		return fmt.Errorf("the lease ends at %s, before a request could", r.lease.Expires.UTC().Format(time.RFC3339))
	}
	if r.Frozen != nil && !begun && account != "" {
		if reason, frozen := r.Frozen(r.snap.Freezes, account); frozen {
			return fmt.Errorf("frozen: %s", reason)
		}
	}
	return nil
}

// renew pushes the receipts so far and a longer lease. The caller holds mu.
func (r *run) renew(ctx context.Context, now time.Time) {
	if r.StillRight != nil {
		if err := r.StillRight(ctx); err != nil {
			r.halt = err
		}
	}
	longer := r.lease
	longer.Expires = now.UTC().Add(r.Timing.Lease)
	switch err := r.commit(ctx, ledger.Update{Lease: &longer}, "renew"); {
	case errors.Is(err, ErrLost):
		r.halt = ErrLost
	case err != nil:
		r.Log.Warn("lease: not renewed", "error", err)
	default:
		r.lease = longer
	}
}

// commit writes the receipts so far with u, over whatever others wrote
// meanwhile, as long as the lease is ours. The caller holds mu.
func (r *run) commit(ctx context.Context, u ledger.Update, verb string) error {
	for _, e := range r.dirty {
		u.Entries = append(u.Entries, e)
	}
	sortEntries(u.Entries)
	u.Message, u.Actor, u.At = message(verb, u.Entries), r.Actor, r.Clock.Now().UTC()
	var err error
	for attempt := range 5 {
		u.Base = r.snap.Revision
		var snap *ledger.Snapshot
		if snap, err = r.Ledger.Commit(ctx, u); err == nil {
			r.snap, r.dirty = snap, map[content.Key]*ledger.Entry{}
			return nil
		}
		r.Log.Debug("ledger: commit", "verb", verb, "attempt", attempt+1, "error", err)
		if attempt > 0 {
			if r.Clock.Sleep(ctx, time.Second<<attempt) != nil {
				break
			}
		}
		if snap, rerr := r.Ledger.Read(ctx); rerr == nil {
			if !r.ours(snap) {
				return ErrLost
			}
			r.snap = snap
		}
	}
	return err
}

func (r *run) ours(s *ledger.Snapshot) bool {
	return r.Sabotage.NoLease || s.Lease != nil && s.Lease.Run == r.Run
}

// end writes the receipts and gives the lease back.
func (r *run) end(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.leased {
		return nil
	}
	if errors.Is(r.halt, ErrLost) {
		return nil // what the journal holds is settled by whoever took over
	}
	if err := r.commit(ctx, ledger.Update{Release: true}, "end"); err != nil {
		return fmt.Errorf("receipts are kept in this machine's journal and are recorded by the next run: %w", err)
	}
	return nil
}

func sortEntries(es []*ledger.Entry) {
	slices.SortFunc(es, func(a, b *ledger.Entry) int { return strings.Compare(a.Key.String(), b.Key.String()) })
}

// message reads like a publication log: what became of which Key, where.
func message(verb string, entries []*ledger.Entry) string {
	var b strings.Builder
	switch len(entries) {
	case 0:
		return verb
	case 1:
		fmt.Fprintf(&b, "%s: %s", verb, line(entries[0]))
	default:
		fmt.Fprintf(&b, "%s: %s and %d more", verb, line(entries[0]), len(entries)-1)
	}
	b.WriteString("\n\n")
	for _, e := range entries {
		b.WriteString(line(e) + "\n")
	}
	return b.String()
}

// line says where one publication stands. An address is a stranger's text.
func line(e *ledger.Entry) string {
	s := string(e.State) + " " + e.Key.String()
	if e.Action != "" {
		s += " (" + e.Action + ")"
	}
	if len(e.Segments) > 0 && e.Segments[0].URL != "" {
		s += " " + e.Segments[0].URL
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
