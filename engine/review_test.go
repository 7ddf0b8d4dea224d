package engine_test

import (
	"testing"

	"github.com/smmctl/smmctl/engine"
)

func TestReviewSmoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "", "Hello")
	w.publish("one")
	base := w.git(w.clone, "rev-parse", "HEAD")
	w.git(w.clone, "checkout", "-q", "-b", "proposal")
	w.post("second", "publish_at: 2026-12-04T09:00\n", "Hello again")
	w.post("first", "", "Hello edited")
	w.commit("proposal")
	r, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: "proposal", Offline: true})
	must(t, err)
	t.Log(asJSON(r))
}
