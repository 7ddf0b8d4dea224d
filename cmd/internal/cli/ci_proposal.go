package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
	"github.com/smmctl/smmctl/engine/repo"
)

// proposal is what is reviewed, and where it is told.
type proposal struct {
	job    *ci.Job      // nil: no forge's job
	home   *forge.Forge // nil: no forge that can be asked
	pull   *forge.Pull  // nil: not known
	what   engine.ReviewOptions
	failed []error // what went wrong, and did not stop it
	fresh  bool    // pull is as the forge has it now
}

// proposal finds out what is proposed: by the flags, the job's event, the forge.
func (g *global) proposal(ctx context.Context, e *engine.Engine, o *ciPlanOptions) (*proposal, error) {
	p := &proposal{what: engine.ReviewOptions{Base: o.base, Head: o.head, Offline: o.offline, Now: g.Clock.Now()}}
	if err := p.findJob(g); err != nil {
		p.failed = append(p.failed, err)
	}
	if o.pull > 0 && p.job == nil {
		return nil, errors.Join(append(p.failed, usage("ci plan: --pull %d: no forge is known outside of a job of GitHub, Gitea or Forgejo Actions; use --base and --head", o.pull))...)
	}
	p.findPull(ctx, o.pull)
	trunk := e.Trunk()
	switch {
	case p.pull != nil:
		p.take(p.pull)
		if o.base == "" {
			p.tip(ctx, g, e, cmp.Or(trunk.Remote, "origin"))
		}
	case p.job != nil && (o.base == "" || o.head == ""):
		return nil, errors.Join(append(p.failed, fmt.Errorf("ci plan: the job (%s) is about no pull request that can be read: use --pull N, or --base and --head", p.job.Event))...)
	default:
		p.local(e, trunk)
		if err := committed(e, p.what.Head); err != nil {
			return nil, errors.Join(append(p.failed, err)...)
		}
	}
	if err := p.bring(ctx, e, cmp.Or(trunk.Remote, "origin")); err != nil {
		return nil, errors.Join(append(p.failed, err)...)
	}
	if p.job != nil {
		p.fetchLedger(ctx, g, e, trunk)
	}
	if p.fresh {
		p.approvals(ctx, g, e)
	}
	return p, nil
}

// findJob leaves everything nil outside of a job. Without a token the report is
// made all the same.
func (p *proposal) findJob(g *global) (err error) {
	p.job, p.home, err = g.job()
	if errors.Is(err, forge.ErrForbidden) {
		g.warn(fmt.Errorf("nothing is said in the pull request: %w", err))
		return nil
	}
	return err
}

// findPull asks the forge, and falls back on what the job's event says.
func (p *proposal) findPull(ctx context.Context, number int) {
	if p.job == nil {
		return
	}
	told := p.job.Pull
	if number == 0 && told != nil {
		number = told.Number
	}
	if number == 0 {
		return
	}
	if p.home != nil {
		pull, err := p.home.Pulls.Pull(ctx, number)
		if err == nil {
			p.pull, p.fresh = pull, true
			return
		}
		p.failed = append(p.failed, fmt.Errorf("pull request %d: %w", number, err))
	}
	if told != nil && told.Number == number && told.BaseSHA != "" && told.HeadSHA != "" {
		p.pull = told
	}
}

// take fills in what the flags leave open. Where they name another side, the
// forge's merge base does not hold.
func (p *proposal) take(pull *forge.Pull) {
	if p.what.Base == "" && p.what.Head == "" {
		p.what.MergeBase = pull.MergeBase
	}
	if p.what.Base == "" {
		p.what.Base = pull.BaseSHA
	}
	if p.what.Head == "" {
		p.what.Head = pull.HeadSHA
	}
	p.what.Fork = pull.Fork
}

// tip takes the branch as it is now: what the forge says may be from the last push
// to the pull request.
func (p *proposal) tip(ctx context.Context, g *global, e *engine.Engine, remote string) {
	if !e.Repo.HasRemote(remote) {
		return
	}
	tip, err := e.Repo.RemoteTip(ctx, remote, p.pull.Base)
	if err != nil {
		g.warn(fmt.Errorf("compared with %.10s, which may not be the newest: %w", p.what.Base, err))
		return
	}
	p.what.Base = tip
}

// local compares what is checked out with the branch that is published.
func (p *proposal) local(e *engine.Engine, trunk engine.Trunk) {
	if p.what.Head == "" {
		p.what.Head = "HEAD"
	}
	if p.what.Base != "" {
		return
	}
	p.what.Base = trunk.Branch
	if trunk.Remote != "" {
		known := trunk.Remote + "/" + trunk.Branch
		if _, _, err := e.Repo.FS(known); err == nil {
			p.what.Base = known
		}
	}
}

// committed refuses a revision before the workspace's first commit: a report on it
// would be empty, which looks like a proposal of nothing.
func committed(e *engine.Engine, rev string) error {
	fsys, _, err := e.Repo.FS(rev)
	if err != nil {
		return nil // the review says it better
	}
	if _, err := fs.Stat(fsys, repo.WorkspaceFile); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ci plan: %s has no %s: commit the workspace first", rev, path.Join(e.Repo.Prefix, repo.WorkspaceFile))
	}
	return nil
}

var wholeCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// bring fetches what the job's clone lacks.
func (p *proposal) bring(ctx context.Context, e *engine.Engine, remote string) error {
	var commits []string
	for _, c := range []string{p.what.MergeBase, p.what.Base, p.what.Head} {
		if wholeCommit.MatchString(c) {
			commits = append(commits, c)
		}
	}
	if err := e.Repo.Bring(ctx, remote, commits...); err != nil {
		return fmt.Errorf("ci plan: the commits to compare are not in this clone: %w", err)
	}
	return nil
}

// plainBranch are names that are nothing else to git.
var plainBranch = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// fetchLedger brings the ledger's branch, which a job's clone of one commit lacks,
// for a plan that asks nobody. Where it cannot, the review says what is missing.
// smm.yaml may be a stranger's here: only a remote that the clone has is asked.
func (p *proposal) fetchLedger(ctx context.Context, g *global, e *engine.Engine, t engine.Trunk) {
	if t.Remote == "" || !e.Repo.HasRemote(t.Remote) || !plainBranch.MatchString(t.Ledger) {
		return
	}
	if err := e.Repo.Track(ctx, t.Remote, t.Ledger); err != nil {
		g.warn(fmt.Errorf("the ledger's branch: %w", err))
	}
}

// approvals are those that the pull request's reviews give. Without them the
// report says that they are missing, which harms nobody.
func (p *proposal) approvals(ctx context.Context, g *global, e *engine.Engine) {
	reviews, err := p.home.Pulls.Reviews(ctx, p.pull.Number)
	if err != nil {
		p.failed = append(p.failed, fmt.Errorf("the reviews of pull request %d: %w", p.pull.Number, err))
		return
	}
	given, notes, err := e.Consents(ctx, p.home, *p.pull, reviews)
	for _, n := range notes {
		g.warn(errors.New(n))
	}
	if err != nil {
		g.warn(fmt.Errorf("approvals are not shown: %w", err))
	}
	p.what.Approvals = given
}

func (p *proposal) runURL() string {
	if p.job == nil {
		return ""
	}
	return p.job.RunURL
}

// stumbled marks the commit where there is nothing to review.
func (p *proposal) stumbled(ctx context.Context, prefix string) error {
	if p.home == nil || p.pull == nil {
		return nil
	}
	err := p.home.Statuses.Set(ctx, p.what.Head, forge.Status{
		Context: statusName(prefix), State: forge.Error, Description: "it could not be checked: the job's log says why", URL: p.runURL(),
	})
	if errors.Is(err, forge.ErrForbidden) {
		return nil
	}
	return err
}
