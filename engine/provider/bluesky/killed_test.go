package bluesky_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/bluesky/blueskytest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// TestServerKilled kills the PDS while it is published to, before the request has
// reached it, after it has carried it out and has not answered, and somewhere in
// between, and starts it again over what it had on disk: everything is there once.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s := blueskytest.Own(t)
	var strike atomic.Pointer[func(op string, done bool)]
	r := open(t, s.Account(t, stage.Options{Watch: func(op string, done bool) {
		if f := strike.Load(); f != nil {
			(*f)(op, done)
		}
	}}), nil)
	gated := map[string]string{"replies": "nobody", "quotes": "nobody"}
	var want []string
	for i, c := range []struct {
		after   bool // it was carried out
		between bool // nobody waits for the kill
		options map[string]string
	}{{}, {after: true}, {options: gated}, {after: true, options: gated}, {between: true}, {between: true, options: gated}} {
		segment := text(fmt.Sprintf("Through the fall, %d", i))
		segment.Options = c.options
		want = append(want, segment.Text)
		q := request(segment)
		killed := make(chan struct{})
		f := func(op string, done bool) {
			if op != memory.OpPublish || done != c.after {
				return
			}
			strike.Store(nil)
			if c.between {
				go func() { s.Kill(); close(killed) }()
				return
			}
			s.Kill()
			close(killed)
		}
		strike.Store(&f)
		if c.after {
			r.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
		}
		_, err := r.acc.Posts.Publish(t.Context(), q)
		if !c.between {
			wantKind(t, err, provider.Ambiguous)
		}
		<-killed
		_, err = r.acc.Posts.Publish(t.Context(), q)
		wantKind(t, err, provider.Unsent) // nobody is there to be asked
		s.Restart(t)
		o, err := r.acc.Posts.Publish(t.Context(), q)
		if err != nil {
			t.Fatalf("after the restart: %v", err)
		}
		if c.options != nil && (r.stored(t, gates, o.ID) == nil || r.stored(t, postgates, o.ID) == nil) {
			t.Error("the gates are not there")
		}
	}
	got := r.Live()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("live %q, want %q", got, want)
	}
	if accepted := r.Accepted(); len(accepted) > len(want) {
		t.Errorf("accepted %q", accepted)
	}
}
