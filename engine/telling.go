package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/notify"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/secret"
)

// Told counts what a run told people.
type Told struct {
	Sent     int `json:"sent"`     // notifications that arrived
	Doubtful int `json:"doubtful"` // that may have arrived, and are not sent again
	Unsent   int `json:"unsent"`   // that did not: the next run sends them
	Comments int `json:"comments"` // in pull requests, made or changed
}

// telling is one run's telling. Nothing in it publishes.
type telling struct {
	*Engine
	w        *world
	outcomes []notify.Outcome
	hooks    []hook // that can be reached, by their addresses
	address  map[string]provider.Secret
	pulls    []*pullTelling

	mine   []notice        // marked by this run, and no other
	claims map[string]bool // marks of comments that this run alone may make
	told   Told
	errs   []error
}

// notice is one outcome for one webhook.
type notice struct {
	hook    string
	outcome notify.Outcome
}

func (n notice) mark() string { return markOf(n.outcome.Identity(), n.hook) }

// tell tells everything. What is to be sent is marked first, in one commit: a run
// that is killed then, or runs beside another, tells nothing twice. What is proven
// not to have arrived loses its mark again, in the second commit, with what became
// of comments.
func (t *telling) tell(ctx context.Context) (Told, error) {
	t.resolve(ctx)
	if err := t.mark(ctx); err != nil {
		return t.told, errors.Join(append(t.errs, fmt.Errorf("nobody was told: %w", err))...)
	}
	unsent := t.send(ctx)
	for _, p := range t.pulls {
		t.comment(ctx, p)
	}
	if err := t.record(context.WithoutCancel(ctx), unsent); err != nil {
		t.errs = append(t.errs, fmt.Errorf("recording who was told: %w", err))
	}
	return t.told, errors.Join(t.errs...)
}

// resolve finds the webhooks' addresses. One that is missing holds up no other,
// and is marked nowhere.
func (t *telling) resolve(ctx context.Context) {
	t.address, t.claims = map[string]provider.Secret{}, map[string]bool{}
	from := secret.Resolver{Getenv: t.Getenv, Root: t.Repo.Workspace}
	for _, h := range t.w.hooks() {
		address, err := from.Resolve(ctx, h.ref)
		if err == nil {
			err = notify.Check(address)
		}
		if err != nil {
			t.errs = append(t.errs, fmt.Errorf("notify: %s: %w", h.ref, err))
			continue
		}
		t.address[h.ref] = address
		t.hooks = append(t.hooks, h)
	}
}

// pending lists what is to be sent, given what was told.
func (t *telling) pending(told ledger.Told) (out []notice) {
	for _, h := range t.hooks {
		for _, o := range t.outcomes {
			n := notice{h.ref, o}
			if _, done := told.Marks[n.mark()]; !done && h.wants(o, told) {
				out = append(out, n)
			}
		}
	}
	return out
}

func (t *telling) mark(ctx context.Context) error {
	alter := func(s *ledger.Snapshot) (ledger.Update, error) {
		now := t.Clock.Now().UTC()
		told := cloneTold(s.Told)
		must := t.w.forgetMarks(&told, t.outcomes, now)
		t.mine, t.claims = t.pending(told), map[string]bool{}
		since := now.Add(-keepTold)
		for _, n := range t.mine {
			told.Marks[n.mark()] = now
			if n.outcome.Kind == notify.Published && n.outcome.At.Before(since) {
				since = n.outcome.At // told again, should it not arrive
			}
		}
		if !told.Since.IsZero() && since.After(told.Since) {
			told.Since = since.Truncate(time.Second)
		}
		for _, p := range t.pulls {
			if mark := p.claim(s, told); mark != "" {
				told.Marks[mark], t.claims[mark] = now, true
			}
		}
		if len(t.mine)+len(t.claims) == 0 && !must {
			return ledger.Update{}, nil
		}
		return ledger.Update{Told: &told, Message: fmt.Sprintf("notifications: %d to be sent, %d comments to be made", len(t.mine), len(t.claims))}, nil
	}
	if u, err := alter(t.w.snap); err != nil || u.Empty() {
		return err
	}
	return t.change(ctx, t.w, alter)
}

// send makes one attempt at each notice and returns those that are proven not to
// have arrived. A webhook that cannot be reached, or asks to wait, is left alone
// for the rest of the run.
func (t *telling) send(ctx context.Context) (unsent []notice) {
	s := notify.Sender{HTTP: t.HTTP, Clock: t.Clock, UserAgent: "smmctl/" + firstOf(t.Version, "dev")}
	down := map[string]bool{}
	for _, n := range t.mine {
		if down[n.hook] || ctx.Err() != nil {
			unsent = append(unsent, n)
			continue
		}
		err := s.Send(ctx, t.address[n.hook], n.outcome.Message())
		switch {
		case err == nil:
			t.told.Sent++
			continue
		case notify.Sent(err):
			t.told.Doubtful++
		default:
			unsent = append(unsent, n)
		}
		down[n.hook] = !provider.Is(err, provider.Rejected)
		t.errs = append(t.errs, fmt.Errorf("notify: %s: %s: %w", n.hook, n.outcome.Identity(), err))
	}
	t.told.Unsent = len(unsent)
	return unsent
}

// record takes back the marks of what did not arrive, and notes what became of the
// comments.
func (t *telling) record(ctx context.Context, unsent []notice) error {
	alter := func(s *ledger.Snapshot) (ledger.Update, error) {
		u := ledger.Update{Message: "told: pull requests and people"}
		if len(unsent)+len(t.claims) > 0 {
			told := cloneTold(s.Told)
			for _, n := range unsent {
				delete(told.Marks, n.mark())
			}
			for claim := range t.claims {
				delete(told.Marks, claim)
			}
			u.Told = &told
		}
		if pulls, changed := t.settle(s.Pulls); changed {
			u.Pulls = &pulls
		}
		return u, nil
	}
	if u, err := alter(t.w.snap); err != nil || u.Empty() {
		return err
	}
	return t.change(ctx, t.w, alter)
}
