package plan

import (
	"encoding/json"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"pgregory.net/rapid"
)

// Who compares two plans decides, on one side, only about the Keys that differ
// and those that the other side does something with. It must come to the whole
// plan: a Key that is the same on both sides and needs nothing on one needs
// nothing on the other, and guards see all that there is to see.
func TestOnlyKeysIsTheWholePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := draw{rt, true}
		before := d.world()
		after := *before
		after.Desired = nil
		only := map[content.Key]bool{}
		for _, p := range before.Desired {
			q := *p
			switch pick(d, "what becomes of "+p.Key.String(), "same", "same", "same", "gone", "other", "draft") {
			case "gone":
				only[p.Key] = true
				continue
			case "other":
				q.Digest, q.Segments, only[p.Key] = q.Digest+"x", []content.Segment{{Text: q.Digest + " other"}}, true
			case "draft":
				q.Ready, only[p.Key] = false, true
			}
			after.Desired = append(after.Desired, &q)
		}
		for _, c := range after.plan().Changes {
			only[c.Key] = true
		}
		want := before.plan().Changes
		before.OnlyKeys = only
		if got := before.plan().Changes; asJSON(rt, got) != asJSON(rt, want) {
			rt.Fatalf("only %v\n%s\nall\n%s", only, asJSON(rt, got), asJSON(rt, want))
		}
	})
}

func asJSON(rt *rapid.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		rt.Fatal(err)
	}
	return string(b)
}
