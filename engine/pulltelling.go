package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/ledger"
)

// claimed is how long one run alone may make a comment: longer than the request
// that makes it can be under way.
const claimed = 10 * time.Minute

// outcomeMark is the first line of the comment that tells a merged pull request's
// outcomes: by it, and by its author, the comment is known again. Each workspace of
// a repository has its own.
func outcomeMark(ledgerID string) string {
	return "<!-- smmctl:outcomes " + content.Digest(ledgerID)[:12] + " -->"
}

// PullReport is what a merged pull request is told.
type PullReport struct {
	Pull  ledger.Pull
	Rows  []Standing
	Words string // the comment, as it is to be
}

// settled reports whether there is nothing more to tell after this.
func (r PullReport) settled() bool {
	return !slices.ContainsFunc(r.Rows, func(s Standing) bool { return !s.Settled() })
}

// pullTelling is one pull request's comment on its way.
type pullTelling struct {
	report  PullReport
	forge   *forge.Forge
	digest  string
	comment int64 // as the ledger knows it, then as it is
	told    bool  // the comment says Words now
	done    bool  // and nothing more is to come
}

// pullReports say where every publication of the followed pull requests stands.
func pullReports(w *world, s *standings, words func(*PullReport) string) []PullReport {
	var out []PullReport
	for _, p := range w.snap.Pulls.Open {
		r := PullReport{Pull: p, Rows: []Standing{}}
		for _, k := range p.Keys {
			r.Rows = append(r.Rows, s.of(k))
		}
		if words != nil && len(r.Rows) > 0 {
			r.Words = outcomeMark(w.snap.ID) + "\n" + words(&r)
		}
		out = append(out, r)
	}
	return out
}

func newPullTelling(r PullReport, f *forge.Forge) *pullTelling {
	p := &pullTelling{report: r, forge: f, comment: r.Pull.Comment, done: r.settled()}
	if r.Words == "" { // it brought no publication
		p.told = true
		return p
	}
	p.digest = content.Digest(r.Words)
	p.told = p.digest == r.Pull.Told
	return p
}

// claim is the mark under which this run may look for the comment and make it, or
// "" where it need not, or another run is about to.
func (p *pullTelling) claim(s *ledger.Snapshot, told ledger.Told) string {
	i := slices.IndexFunc(s.Pulls.Open, func(q ledger.Pull) bool { return q.Number == p.report.Pull.Number })
	if p.told || i < 0 || s.Pulls.Open[i].Comment != 0 {
		return ""
	}
	mark := p.claimMark()
	if _, taken := told.Marks[mark]; taken {
		return ""
	}
	return mark
}

func (p *pullTelling) claimMark() string {
	return fmt.Sprintf("comment:%d %s", p.report.Pull.Number, p.forge.Name)
}

// comment brings one pull request's comment up to date.
func (t *telling) comment(ctx context.Context, p *pullTelling) {
	if p.told || ctx.Err() != nil {
		return
	}
	err := t.write(ctx, p)
	if err != nil {
		t.errs = append(t.errs, fmt.Errorf("pull request %d: %w", p.report.Pull.Number, err))
		return
	}
	if p.told {
		t.told.Comments++
	}
}

// write edits the comment, or makes it where this run alone may.
func (t *telling) write(ctx context.Context, p *pullTelling) error {
	number, words := p.report.Pull.Number, p.report.Words
	if p.comment == 0 {
		if !t.claims[p.claimMark()] {
			return nil // another run makes it; the next one edits
		}
		// An earlier run may have made it, and its number was lost on the way.
		found, err := forge.FindOwn(ctx, p.forge, number, outcomeMark(t.w.snap.ID))
		if err != nil {
			return err
		}
		if found != nil {
			p.comment = found.ID
		}
	}
	if p.comment != 0 {
		_, err := p.forge.Comments.Edit(ctx, p.comment, words)
		if err == nil {
			p.told = true
			return nil
		}
		if errors.Is(err, forge.ErrNotFound) {
			p.comment = 0 // somebody took it away: the next run makes another
			return nil
		}
		return err
	}
	made, err := p.forge.Comments.Create(ctx, number, words)
	if err != nil {
		// It may be there all the same. The mark stays for its time, so that a run
		// beside this one does not look before it can be seen.
		delete(t.claims, p.claimMark())
		return err
	}
	p.comment, p.told = made.ID, true
	return nil
}

// settle writes what became of the comments into the record, and lets go of pull
// requests of which everything is told. Where another run has told something else
// meanwhile, nobody knows which of the two the comment shows now: the next run
// writes it again.
func (t *telling) settle(pulls ledger.Pulls) (ledger.Pulls, bool) {
	changed := false
	open := []ledger.Pull{}
	for _, q := range pulls.Open {
		i := slices.IndexFunc(t.pulls, func(p *pullTelling) bool { return p.report.Pull.Number == q.Number })
		if i < 0 {
			open = append(open, q)
			continue
		}
		p := t.pulls[i]
		was := q
		same := q.Told == p.report.Pull.Told
		if q.Comment == p.report.Pull.Comment {
			q.Comment = p.comment
		}
		switch {
		case p.told && p.digest == "": // nothing to tell
		case p.told && (same || q.Told == p.digest):
			q.Told = p.digest
		case p.told:
			q.Told = ""
		}
		// Gather takes nothing up again that was merged before what it has read.
		over := p.told && p.done && q.Merged.Before(pulls.Seen.Add(-overlap))
		if over && (same || p.digest == was.Told) && slices.Equal(q.Keys, p.report.Pull.Keys) {
			changed = true
			continue
		}
		changed = changed || q.Comment != was.Comment || q.Told != was.Told
		open = append(open, q)
	}
	pulls.Open = open
	return pulls, changed
}
