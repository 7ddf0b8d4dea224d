package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/render"
)

// facts notes what the checks across posts need.
func (p *postCheck) facts() {
	u, post := p.unit, p.post
	u.id, u.status, u.slot = post.ID, post.Status, post.Slot
	if u.status == "" {
		u.status = content.Draft
	}
	u.gone = post.Removed || post.Retract
	u.pillar = post.Pillar
	if slot := p.scope.Slots[post.Slot]; u.pillar == "" && slot != nil {
		u.pillar = slot.Pillar
	}
	u.idAt = p.pos("id")
	if u.slot != "" {
		u.slotAt = p.pos("slot")
	}
	add := func(field, target, account string) {
		if target != "" {
			u.refs = append(u.refs, ref{field, target, account, p.pos(field)})
		}
	}
	add("translation_of", post.TranslationOf, "")
	add("link.post", post.Link.Post, post.Link.Account)
	add("reply_to.post", post.ReplyTo.Post, post.ReplyTo.Account)
	add("quote.post", post.Quote.Post, post.Quote.Account)
	add("repost.post", post.Repost.Post, post.Repost.Account)
	if post.Moved != nil {
		add("moved.from", post.Moved.From, "")
	}
}

// references checks what the post names in the strategy. Slots and other posts
// are looked up when all are known.
func (p *postCheck) references() {
	n, post := &p.c.names, p.post
	for i, a := range post.Accounts {
		p.add(n.accountOrGroup(p.place, p.pf.Brand, fmt.Sprintf("accounts[%d]", i), a)...)
	}
	p.add(n.topics(p.place, p.pf.Brand, topics{post.Pillar, post.Objective, post.Audience, post.Campaign})...)
	for _, name := range sorted(post.Mentions) {
		p.add(n.misspelt(p.place, "mentions."+name, post.Mentions[name])...)
	}
	for _, r := range p.unit.refs {
		if r.account != "" {
			p.add(n.account(p.place, accountField(r.field), r.account)...)
		}
	}
}

// accountField is the account beside a reference's post: link.account.
func accountField(field string) string { return field[:len(field)-len("post")] + "account" }

// guardNames are the guards that an override may name.
var guardNames = []string{"per_run", "edits_per_run", "min_gap", "quiet_hours", "freeze", "max_retracts", "max_retract_share"}

// fields checks values that only the engine knows: zones, guards, options.
func (p *postCheck) fields() {
	post := p.post
	for i, o := range post.Overrides {
		if o.Guard != "" && !slices.Contains(guardNames, o.Guard) {
			d := p.diag("unknown-guard", fmt.Sprintf("overrides[%d].guard", i), "guard %q does not exist", o.Guard)
			p.add(suggest(d, o.Guard, guardNames))
		}
	}
	if post.Removed && post.Retract {
		p.add(p.diag("lifecycle", "retract", "the post is both removed (left live) and retracted (taken down)").WithHint("keep one of the two"))
	}
	if post.Status == content.Ready && post.Slot == "" && post.Reason == "" && post.Origin == nil && !p.unit.gone {
		p.add(p.diag("post-without-slot", "id", "the post is ready and fills no slot of the plan").WithHint("add `slot:`, or `reason:` why it needs none"))
	}
	p.add(p.c.byProvider(p.place, "options", post.Options)...)
	p.policy()
}

// render makes the publications and counts them, then drops their segments.
func (p *postCheck) render() {
	post := render.Of(&p.scope, p.post)
	pubs, problems := post.Expand()
	p.unit.partial = p.unit.partial || p.slotHides() || slices.ContainsFunc(problems, p.hides)
	p.problems(problems)
	for i := range pubs {
		if p.unit.active() {
			p.problems(post.Fill(&pubs[i]))
		}
		pubs[i].Segments = nil
	}
	p.unit.pubs = pubs
}

// problems turns rendering's problems into diagnostics. Accounts often share
// one: it is said once.
func (p *postCheck) problems(list []render.Problem) {
	for _, pr := range list {
		if p.elsewhere(pr) {
			continue
		}
		if d := p.problem(pr); !slices.ContainsFunc(p.unit.found, func(o diag.Diagnostic) bool { return samePlace(o, d) }) {
			p.add(d)
		}
	}
}

// elsewhere reports whether a problem is reported elsewhere: at the account, where
// it holds that account's publications only, or by loading.
func (p *postCheck) elsewhere(pr render.Problem) bool {
	switch pr.Rule {
	case "unknown-account":
		return p.c.names.unread[pr.Account]
	case "unknown-provider", "variant-ambiguous": // loading has said so
		return true
	case "unknown-timezone":
		return p.post.Timezone == "account"
	}
	return false
}

// samePlace reports whether two diagnostics say the same.
func samePlace(a, b diag.Diagnostic) bool {
	return a.Rule == b.Rule && a.Path == b.Path && a.Line == b.Line && a.Column == b.Column && (a.Summary == b.Summary || isReference(a.Rule))
}

func (p *postCheck) problem(pr render.Problem) diag.Diagnostic {
	path := pr.Path
	if path == "" {
		path = p.pf.Path
	}
	pos := p.file.PosIn(path, pr.Field)
	if pr.Field == "body" && pr.Offset >= 0 {
		pos = p.file.BodyPos(path, pr.Offset)
	}
	return problemAt(pr, path, pos)
}

func problemAt(pr render.Problem, path string, pos diag.Pos) diag.Diagnostic {
	d := diag.New(pr.Rule, path, pos, pr.Field, "%s", pr.Summary)
	d.Hint = pr.Hint
	if pr.Warning {
		return d.Warn()
	}
	return d
}

// problem is for files that are read whole, such as an account's.
func (p place) problem(pr render.Problem) diag.Diagnostic {
	return problemAt(pr, p.path, p.pos(pr.Field))
}

// isReference reports whether a rule is about a name that does not exist:
// rendering and the check itself may both have noticed.
func isReference(rule string) bool { return strings.HasPrefix(rule, "unknown-") }
