package markdown

import (
	"testing"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
)

// Who takes a rule away says so to those who decide about it.
func TestRulesThatGo(t *testing.T) {
	t.Parallel()
	got := sides(&engine.Review{Rules: true, Freed: []content.Key{{Post: "offer", Account: "acme"}}})
	want := "- **This changes whose approval is needed for what.**\n- From now on nobody has to approve: <code>offer&#64;acme</code>\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What only an approval holds is no bad news in a pull request.
func TestAwaitingApproval(t *testing.T) {
	t.Parallel()
	c := plan.Change{
		Action: plan.Hold, Awaits: plan.Publish, Reason: "approval: rule desk needs 1 of anna; nobody has approved what stands in the file now",
		Needs: []plan.Need{{Rule: "desk", From: []string{"anna"}, Count: 1}},
	}
	if got, want := what(&c), "<b>publish</b> once it is approved<br>needs 1 of: anna (desk)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	p := &plan.Plan{Changes: []plan.Change{c, {Action: plan.Hold, Reason: "frozen"}}, Summary: plan.Summary{Hold: 2}}
	if got, want := Counts(p), "1 once approved, 1 held"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
