package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/ledger"
)

const (
	// firstLook is how far back merged pull requests are read the first time.
	firstLook = 30 * 24 * time.Hour
	// overlap is read again each time: forges sort updates by the second, and show
	// some of them late.
	overlap = 5 * time.Minute
	// maxPulls bounds the pull requests that one run reads; the next goes on.
	maxPulls = 100
	// maxFailures is after how many that could not be read a run gives up.
	maxFailures = 3
)

// Gathered is what Gather found.
type Gathered struct {
	Pulls     int      // pull requests that were read
	Approvals int      // that the ledger has now
	Notes     []string // for people: what does not count, and why
}

// Gather reads the pull requests that were merged into the workspace's branch
// since it was last done, and keeps in the ledger what was approved in them and
// which publications they brought. An error leaves what was known before as it
// is; what was read until then is kept.
func (e *Engine) Gather(ctx context.Context, f *forge.Forge) (*Gathered, error) {
	if f.Pulls == nil {
		return &Gathered{Notes: []string{}}, nil
	}
	w, err := e.tip()
	if err != nil {
		return nil, err
	}
	if err := e.openLedger(ctx, w, access{write: true}); err != nil {
		return nil, err
	}
	r := e.reader(w, f)
	for range maxTries {
		r.notes = nil
		g := &gathering{reader: r, forge: f, was: w.snap, now: e.Clock.Now().UTC()}
		failed := g.read(ctx)
		u, changed := g.update()
		if !changed {
			return g.result(), failed
		}
		u.Actor = e.actor()
		_, err := w.store.Commit(ctx, u)
		if !errors.Is(err, ledger.ErrConflict) {
			return g.result(), errors.Join(failed, err)
		}
		// Somebody else wrote, perhaps what a later look at the forge has shown them.
		if err := e.reread(ctx, w); err != nil {
			return g.result(), errors.Join(failed, err)
		}
	}
	return nil, ledger.ErrConflict
}

// gathering is one reading of the forge over one snapshot.
type gathering struct {
	*reader
	forge *forge.Forge
	was   *ledger.Snapshot
	now   time.Time

	count     int
	seen      time.Time
	from      time.Time // seen, before the reading
	approvals []ledger.Approval
	open      []ledger.Pull
}

// read goes through what was updated, the longest untouched first. One that cannot
// be read is read again next time, and with it all that come after.
func (g *gathering) read(ctx context.Context) error {
	g.seen, g.approvals, g.open = g.was.Pulls.Seen, slices.Clone(g.was.Approvals), slices.Clone(g.was.Pulls.Open)
	since := g.now.Add(-firstLook)
	switch {
	case g.seen.After(g.now): // what came since may have been passed over
		g.note("pull requests are said to have been read until %s, which is not yet: those of %d days are read again", g.seen.Format(time.RFC3339), firstLook/(24*time.Hour))
		g.seen = wholeSecond(g.now)
	case !g.seen.IsZero():
		since = g.seen.Add(-overlap)
	}
	g.from = g.seen
	pulls, err := g.forge.Pulls.Merged(ctx, g.branch, since)
	if err != nil {
		return fmt.Errorf("%s: reading merged pull requests: %w", g.forge.Name, err)
	}
	slices.SortStableFunc(pulls, func(a, b forge.Pull) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.Number, b.Number))
	})
	var failed []error
	for _, p := range pulls {
		if !p.Merged || p.Base != g.branch || p.Number <= 0 {
			continue
		}
		if g.count >= maxPulls && p.UpdatedAt.After(g.from) {
			g.note("%d pull requests were read; the next run goes on with #%d", g.count, p.Number)
			break
		}
		if err := g.pull(ctx, p); err != nil {
			failed = append(failed, fmt.Errorf("%s: #%d: %w", g.forge.Name, p.Number, err))
			if len(failed) == maxFailures || ctx.Err() != nil || errors.Is(err, forge.ErrLimited) {
				break
			}
			continue
		}
		g.count++
		if at := wholeSecond(earlier(p.UpdatedAt, g.now)); at.After(g.seen) && len(failed) == 0 {
			g.seen = at
		}
	}
	return errors.Join(failed...)
}

// earlier is the one of both: a forge whose clock was wrong once must not hide what
// comes after.
func earlier(a, b time.Time) time.Time {
	if a.After(b) {
		return b
	}
	return a
}

// pull reads one pull request, in place of what was known of it.
func (g *gathering) pull(ctx context.Context, pull forge.Pull) error {
	if pull.MergeBase == "" {
		whole, err := g.forge.Pulls.Pull(ctx, pull.Number)
		if err != nil {
			return err
		}
		if whole.Merged && whole.Base == g.branch {
			whole.UpdatedAt = pull.UpdatedAt // read later, it may be newer than what is read of it
			pull = *whole
		}
	}
	p, err := g.proposal(ctx, pull)
	if err != nil || p.unread {
		return err
	}
	if len(g.rules.Rules) > 0 && len(p.keys) > 0 {
		reviews, err := g.forge.Pulls.Reviews(ctx, pull.Number)
		if err != nil {
			return err
		}
		known, rest := g.known(pull.Number)
		g.given, g.live = g.approvals, g.was.Entries
		given, err := g.consents(ctx, p, reviews, known)
		if err != nil {
			return err
		}
		g.approvals = append(rest, given...)
	}
	g.follow(p)
	return nil
}

// known parts the approvals of one pull request from all others.
func (g *gathering) known(number int) (of, rest []ledger.Approval) {
	for _, a := range g.approvals {
		if a.Source == g.source && a.Pull == number {
			of = append(of, a)
		} else {
			rest = append(rest, a)
		}
	}
	return of, rest
}

// follow keeps a pull request while its outcomes have to be told in it. One that
// was let go once is not taken up again because somebody comments on it.
func (g *gathering) follow(p *proposal) {
	if len(p.keys) == 0 {
		return
	}
	next := ledger.Pull{
		Number: p.Number, URL: webAddress(p.URL), Author: printable(p.Author, maxLoginLength),
		Merged: wholeSecond(p.MergedAt), Keys: p.keys,
	}
	if g.e.Repo.Has(p.MergedAs) {
		next.Commit = p.MergedAs
	}
	i := slices.IndexFunc(g.open, func(o ledger.Pull) bool { return o.Number == p.Number })
	switch {
	case i >= 0:
		next.Comment, next.Told = g.open[i].Comment, g.open[i].Told
		next.Commit = cmp.Or(next.Commit, g.open[i].Commit)
		g.open[i] = next
	case g.was.Pulls.Seen.IsZero() && allSettled(g.was, &next, g.now), !g.from.IsZero() && p.MergedAt.Before(g.from.Add(-overlap)):
	default:
		g.open = append(g.open, next)
	}
}

// update is the change that the reading makes, and whether it makes one.
func (g *gathering) update() (ledger.Update, bool) {
	approvals := keptApprovals(g.was, g.approvals, g.now)
	pulls := ledger.Pulls{Seen: g.seen, Open: keptPulls(g.was, g.open, g.seen, g.now)}
	slices.SortFunc(approvals, compareApprovals)
	slices.SortFunc(pulls.Open, func(a, b ledger.Pull) int { return cmp.Compare(a.Number, b.Number) })
	g.approvals = approvals
	u := ledger.Update{Base: g.was.Revision, At: g.now, Message: g.message(approvals)}
	if !sameJSON(approvals, g.was.Approvals) && len(approvals)+len(g.was.Approvals) > 0 {
		u.Approvals = &approvals
	}
	if !sameJSON(pulls, g.was.Pulls) && (!pulls.Seen.IsZero() || len(pulls.Open)+len(g.was.Pulls.Open) > 0) {
		u.Pulls = &pulls
	}
	return u, !u.Empty()
}

// message says in the ledger's log whose yes came in for which pull request.
func (g *gathering) message(approvals []ledger.Approval) string {
	var fresh []string
	for _, a := range approvals {
		if !slices.ContainsFunc(g.was.Approvals, func(o ledger.Approval) bool { return o.Pull == a.Pull && sameConsent(o.Consent, a.Consent) }) {
			fresh = append(fresh, fmt.Sprintf("%s in #%d", a.By, a.Pull))
		}
	}
	if len(fresh) == 0 {
		return "pull requests read"
	}
	if more := len(fresh) - 5; more > 0 {
		fresh = append(fresh[:5], fmt.Sprintf("%d more", more))
	}
	return "approved: " + strings.Join(fresh, ", ")
}

func (g *gathering) result() *Gathered {
	notes := g.notes
	if notes == nil {
		notes = []string{}
	}
	return &Gathered{Pulls: g.count, Approvals: len(g.approvals), Notes: notes}
}

func compareApprovals(a, b ledger.Approval) int {
	return cmp.Or(cmp.Compare(a.Pull, b.Pull), cmp.Compare(a.Source, b.Source), cmp.Compare(a.By, b.By), a.At.Compare(b.At), cmp.Compare(a.URL, b.URL))
}

func sameJSON(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}
