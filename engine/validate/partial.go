package validate

import (
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/render"
)

// A publication that a mistake leaves out looks like one that was deleted, and
// the policy sync takes those down. What follows tells the mistakes by which
// publications may be missing; while there is one, nothing is retracted.

// keyFields are the fields of a post that say, beside its id, which publications
// it has; "" is the whole file.
var keyFields = []string{"", "accounts", "slot", "publish_at", "timezone", "repeat"}

// groupFields are those of a strategy that posts take accounts from.
var groupFields = []string{"", "brand", "groups"}

// hidesPublications reports whether what is wrong with a post's file, or with a
// variant's, may leave publications out.
func hidesPublications(d diag.Diagnostic) bool {
	return d.Severity == diag.Error && isAmong(keyFields, d)
}

// hidesPosts reports whether what is wrong with a file that posts take accounts
// and times from, a plan or a strategy, may leave publications out.
func hidesPosts(d diag.Diagnostic) bool {
	if d.Severity != diag.Error {
		return false
	}
	name := path.Base(d.Path)
	return name == "plan.yaml" || name == "strategy.yaml" && isAmong(groupFields, d)
}

// isAmong reports whether a diagnostic is about one of the fields, or below it.
// An unknown key may have been meant as any of them.
func isAmong(fields []string, d diag.Diagnostic) bool {
	top, nested := d.Field, false
	if i := strings.IndexAny(d.Field, ".["); i >= 0 {
		top, nested = d.Field[:i], true
	}
	return slices.Contains(fields, strings.TrimSuffix(top, ":")) || !nested && (d.Rule == "unknown-key" || d.Rule == "duplicate-key")
}

// hides reports whether rendering may have left publications out.
func (p *postCheck) hides(pr render.Problem) bool {
	switch {
	case pr.Warning:
		return false
	case pr.Rule == "unknown-account", pr.Rule == "unknown-provider":
		return true
	}
	// An occurrence is known by its date: one that moved is one that is missing. A
	// variant that cannot be merged takes its repetition with it.
	return repeats(p.post) && slices.ContainsFunc([]string{"repeat-", "time", "unknown-timezone", "variant-"},
		func(prefix string) bool { return strings.HasPrefix(pr.Rule, prefix) })
}

// slotHides reports whether the post takes from a slot that does not exist what
// says which publications it has.
func (p *postCheck) slotHides() bool {
	if p.post.Slot == "" || p.scope.Slots[p.post.Slot] != nil {
		return false
	}
	return len(p.post.Accounts) == 0 || repeats(p.post)
}

// repeats reports whether the post does, for some account at least.
func repeats(p *content.Post) bool {
	return p.Repeat != nil || slices.ContainsFunc(p.Variants, func(v content.Variant) bool { return v.Set["repeat"] != nil })
}
