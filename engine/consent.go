package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/repo"
)

// Consents returns what the reviews of a pull request approve of, and what its
// author may publish first, each bound to the publications that the pull request
// changes, as the reviewer had them in front of them. What cannot be looked at
// does not count; the second result says so, for people. The rules are those of
// the commit that is checked out. Commits that the clone lacks are fetched.
func (e *Engine) Consents(ctx context.Context, f *forge.Forge, pull forge.Pull, reviews []forge.Review) ([]ledger.Approval, []string, error) {
	w, err := e.tip()
	if err != nil {
		return nil, nil, err
	}
	r := e.reader(w, f)
	p, err := r.proposal(ctx, pull)
	if err != nil || p.unread {
		return nil, r.notes, err
	}
	if err := e.openLedger(ctx, w, access{}); err == nil {
		r.given, r.live = w.snap.Approvals, w.snap.Entries
	} else {
		r.note("what was approved earlier is not known: %v", err)
	}
	given, err := r.consents(ctx, p, reviews, nil)
	return given, r.notes, err
}

// tip is a world of the checked-out commit with no post read.
func (e *Engine) tip() (*world, error) {
	w, err := e.source("HEAD")
	if err != nil {
		return nil, err
	}
	if err := e.load(w); err != nil {
		return nil, err
	}
	_, err = w.config()
	return w, err
}

const (
	maxBinds      = 10_000 // publications that one pull request may be about
	maxRemembered = 4      // commits of which all publications are kept
)

// reader reads pull requests. What it learns of a commit it keeps for a while: one
// request often begins where another does.
type reader struct {
	e      *Engine
	source string
	pulls  forge.Pulls
	remote string // empty: none
	branch string
	rules  plan.Approvals
	given  []ledger.Approval                // that the ledger has
	live   map[content.Key]*ledger.Entry    // what the ledger has of each Key
	known  map[string]map[content.Key]bound // by commit
	recent []string                         // the commits of known, the oldest first
	notes  []string
}

func (e *Engine) reader(w *world, f *forge.Forge) *reader {
	cfg := &w.ws.Config.Value
	return &reader{
		e: e, source: f.Name, pulls: f.Pulls, remote: ledgerRemote(cfg), branch: firstOf(cfg.Branch, "main"),
		rules: w.policy(), known: map[string]map[content.Key]bound{},
	}
}

// proposal is a pull request and what it changes.
type proposal struct {
	forge.Pull
	base, head map[content.Key]bound
	keys       []content.Key // whose bindings it changes
	unread     bool          // its commits could not be had
}

// errGone is a commit that cannot be had, though the remote answers.
var errGone = errors.New("cannot be had any more")

// proposal reads both sides of a pull request. Of a merged one whose branch is
// gone it reads what the merge made.
func (r *reader) proposal(ctx context.Context, pull forge.Pull) (*proposal, error) {
	p := &proposal{Pull: pull}
	base, err := r.mergeBase(ctx, pull)
	if err == nil {
		p.base, err = r.bound(ctx, base)
	}
	if err == nil {
		p.head, err = r.bound(ctx, pull.HeadSHA)
		if pull.Merged && errors.Is(err, errGone) {
			p.head, err = r.bound(ctx, pull.MergedAs)
		}
	}
	if err != nil {
		p.unread = true
		return p, r.skip(ctx, err, "#%d: it cannot be told what it changes: %v", pull.Number, err)
	}
	if base == pull.HeadSHA {
		r.note("#%d: it seems to change nothing: %.12s was on %s already", pull.Number, base, r.branch)
	}
	if p.keys = changedKeys(p.base, p.head); len(p.keys) > maxBinds {
		p.unread = true
		r.note("#%d: it changes %d publications, and no more than %d can be approved at once", pull.Number, len(p.keys), maxBinds)
	}
	return p, nil
}

// bound reads a commit, which is fetched where the clone lacks it.
func (r *reader) bound(ctx context.Context, commit string) (map[content.Key]bound, error) {
	if all, ok := r.known[commit]; ok {
		return all, nil
	}
	if err := r.bring(ctx, commit); err != nil {
		return nil, err
	}
	all, err := r.e.bound(ctx, commit)
	if invalid := (*InvalidError)(nil); errors.As(err, &invalid) {
		return nil, fmt.Errorf("%w: %w", errGone, err)
	}
	if err != nil {
		return nil, err
	}
	if len(r.recent) >= maxRemembered {
		delete(r.known, r.recent[0])
		r.recent = r.recent[1:]
	}
	r.known[commit], r.recent = all, append(r.recent, commit)
	return all, nil
}

func (r *reader) bring(ctx context.Context, commit string) error {
	if r.e.Repo.Has(commit) {
		return nil
	}
	if r.remote == "" {
		return fmt.Errorf("commit %.12s %w: this clone has no remote", commit, errGone)
	}
	err := r.e.Repo.Bring(ctx, r.remote, commit)
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if _, reach := r.e.Repo.RemoteTip(ctx, r.remote, r.branch); reach != nil && !errors.Is(reach, repo.ErrNoBranch) {
		return reach
	}
	return fmt.Errorf("commit %.12s %w", printable(commit, maxLoginLength), errGone)
}

// skip turns a commit that cannot be had into a note; any other error stays one.
func (r *reader) skip(ctx context.Context, err error, format string, args ...any) error {
	if ctx.Err() != nil || !errors.Is(err, errGone) {
		return err
	}
	r.note(format, args...)
	return nil
}

func (r *reader) note(format string, args ...any) {
	r.notes = append(r.notes, printable(fmt.Sprintf(format, args...), maxURLLength))
}

// consents are the yeses to a proposal. What is known of it already stands for
// reviews whose commits cannot be had any more.
func (r *reader) consents(ctx context.Context, p *proposal, reviews []forge.Review, known []ledger.Approval) ([]ledger.Approval, error) {
	var out []ledger.Approval
	lane := r.fastLane(p)
	yeses := slices.DeleteFunc(decisive(reviews), func(v forge.Review) bool { return !r.mayApprove(v, p) })
	if len(lane.Binds)+len(yeses) == 0 {
		return nil, nil
	}
	moved, err := r.pulls.Retargeted(ctx, &p.Pull)
	if errors.Is(err, forge.ErrUnclear) {
		r.note("#%d: no approval counts: it cannot be told whether it was opened for another branch: %v", p.Number, err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(lane.Binds) > 0 && moved.IsZero() {
		out = append(out, lane)
	} else if len(lane.Binds) > 0 {
		r.note("#%d: no fast lane: it was opened for another branch, and may bring what was on that", p.Number)
	}
	for _, review := range yeses {
		if !moved.IsZero() && !review.At.After(moved) {
			r.note("#%d: the approval of %s does not count: it was given while the pull request was for another branch", p.Number, review.By)
			continue
		}
		a := ledger.Approval{Consent: ledger.Consent{
			By: printable(review.By, maxLoginLength), At: wholeSecond(review.At), Source: r.source, URL: webAddress(review.URL),
		}, Pull: p.Number, Author: printable(p.Author, maxLoginLength)}
		seen, err := r.bound(ctx, review.Commit)
		if err != nil {
			if i := slices.IndexFunc(known, func(k ledger.Approval) bool { return sameConsent(k.Consent, a.Consent) }); i >= 0 && errors.Is(err, errGone) {
				out = append(out, known[i])
				continue
			}
			if err := r.skip(ctx, err, "#%d: the approval of %s does not count: %v", p.Number, a.By, err); err != nil {
				return nil, err
			}
			continue
		}
		if a.Binds = r.covered(p, seen); len(a.Binds) > 0 {
			out = append(out, a)
		}
	}
	return out, nil
}

// covered are the publications that the proposal changes and that a reviewer had
// in front of them changed.
func (r *reader) covered(p *proposal, seen map[content.Key]bound) map[content.Key]string {
	out := map[content.Key]string{}
	for _, k := range p.keys {
		if b := seen[k]; b.binding != "" && b.binding != p.base[k].binding && p.head[k].binding != "" && r.shown(k, p.base[k], b) {
			out[k] = b.binding
		}
	}
	return out
}

// shown reports whether whoever looks at a change sees what the publication says.
// Where the words and the time stay, and only a campaign, a slot or an account
// changes, a pull request does not show them: a yes to that carries on an earlier
// one, of somebody who did see them, and is none by itself.
func (r *reader) shown(k content.Key, was, is bound) bool {
	if was.pub == nil || was.pub.Digest != is.pub.Digest || !was.pub.At.Equal(is.pub.At) {
		return true
	}
	if e := r.live[k]; e != nil && e.State == ledger.Published && e.Digest == was.pub.Digest {
		return true
	}
	return slices.ContainsFunc(r.given, func(a ledger.Approval) bool {
		by := content.Login(a.By)
		counts := a.FastLane || by != content.Login(a.Author) &&
			slices.ContainsFunc(r.rules.Rules, func(rule plan.ApprovalRule) bool { return slices.Contains(rule.From, by) })
		return counts && a.Binds[k] == was.binding
	})
}

// mayApprove reports whether a person's yes could count for any rule. Nobody
// approves their own work.
func (r *reader) mayApprove(review forge.Review, p *proposal) bool {
	by := content.Login(review.By)
	return by != "" && by != content.Login(p.Author) &&
		slices.ContainsFunc(r.rules.Rules, func(rule plan.ApprovalRule) bool { return slices.Contains(rule.From, by) })
}

// fastLane is the author's own consent, where smm.yaml lets them publish first.
func (r *reader) fastLane(p *proposal) ledger.Approval {
	author, at := printable(p.Author, maxLoginLength), p.UpdatedAt
	if p.Merged {
		at = p.MergedAt
	}
	a := ledger.Approval{
		Consent: ledger.Consent{By: author, At: wholeSecond(at), Source: r.source, URL: webAddress(p.URL), FastLane: true},
		Pull:    p.Number, Author: author, Binds: map[content.Key]string{},
	}
	for _, k := range p.keys {
		b, ok := p.head[k]
		if ok && len(r.rules.Rules) > 0 && r.shown(k, p.base[k], b) && slices.ContainsFunc(r.rules.FastLane, func(f plan.FastLane) bool {
			return slices.Contains(f.People, content.Login(p.Author)) && f.Chooses(b.pub, b.account)
		}) {
			a.Binds[k] = b.binding
		}
	}
	return a
}

// decisive are the approvals that stand: each person's latest word, comments
// aside, where it is a yes.
func decisive(reviews []forge.Review) []forge.Review {
	last := map[string]forge.Review{}
	ordered := slices.Clone(reviews)
	slices.SortStableFunc(ordered, func(a, b forge.Review) int { return a.At.Compare(b.At) })
	for _, r := range ordered {
		if r.State != forge.Commented {
			last[content.Login(r.By)] = r
		}
	}
	maps.DeleteFunc(last, func(_ string, r forge.Review) bool { return r.State != forge.Approved })
	out := slices.Collect(maps.Values(last))
	slices.SortFunc(out, func(a, b forge.Review) int { return strings.Compare(content.Login(a.By), content.Login(b.By)) })
	return out
}
