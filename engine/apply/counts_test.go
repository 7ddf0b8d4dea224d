package apply_test

import (
	"fmt"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var facilities = []provider.Facility{provider.ClientKey, provider.IdempotencyKey, provider.ReadBack, provider.NoFacility}

// TestRequestsAndCommits: one request a segment, two commits a run, none where
// there is nothing to do.
func TestRequestsAndCommits(t *testing.T) {
	t.Parallel()
	for _, f := range []provider.Facility{provider.ClientKey, provider.IdempotencyKey, provider.ReadBack} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, f)
			picture := pub("picture", "A red coat.")
			picture.Segments[0].Media = []content.Attachment{{File: "media/a.png", SHA256: "00ff", Alt: "A coat", Type: "image/png", Width: 10, Height: 10, Bytes: 100}}
			pubs := []*content.Publication{picture, pub("thread", "One.", "Two.", "Three.")}
			for i := range 10 {
				pubs = append(pubs, pub(fmt.Sprintf("post-%d", i), fmt.Sprintf("Text %d.", i)))
			}
			b.want(pubs...)
			res := b.mustRun()
			if got := b.one().Requests(memory.OpPublish); got != 14 {
				t.Errorf("%d publish requests for 14 segments", got)
			}
			if reads := b.made(memory.OpList, memory.OpGet, memory.OpListScheduled); len(reads) > 0 {
				t.Errorf("nothing was in doubt, and it read %v", reads)
			}
			if len(b.commits) != 2 || !b.commits[1].Release {
				t.Errorf("%d commits, want the intents and the receipts", len(b.commits))
			}
			if res.Counts["published"] != 12 || res.Counts["intent"] != 12 {
				t.Errorf("counted %v", res.Counts)
			}
			if s := b.read(); s.Lease != nil {
				t.Errorf("the lease was not given back: %+v", s.Lease)
			}
			b.onceEach()
			b.idle()
		})
	}
}

// TestIntentsComeFirst: when the first request is made, the ledger has the lease
// and every intent, with the keys that are sent.
func TestIntentsComeFirst(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, f)
			b.want(pub("a", "A."), pub("b", "B1.", "B2."))
			b.before = func(c call) error {
				s := b.read()
				if s.Lease == nil || s.Lease.Run != "run-1" {
					t.Errorf("%s without a lease: %+v", c, s.Lease)
				}
				for _, id := range []string{"a", "b"} {
					if e := s.Entries[key(id)]; e == nil || e.State != ledger.Intent || e.Action != "publish" || e.Run != "run-1" {
						t.Fatalf("%s before the intent of %s: %+v", c, id, e)
					}
				}
				e := s.Entries[c.req.Key]
				if got := e.Segments[c.req.Index].ClientKey; got != c.req.ClientKey || !e.IntentAt.Equal(c.req.IntentAt) {
					t.Errorf("%s with key %.8s at %s, intended %.8s at %s", c, c.req.ClientKey, c.req.IntentAt, got, e.IntentAt)
				}
				return nil
			}
			b.mustRun()
			same(t, "calls", b.made(), "publish a@one 0", "publish b@one 0", "publish b@one 1")
		})
	}
}

// TestChain: a chain of publications, each waiting for the one before, is one
// run with one more commit a link.
func TestChain(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	first, second, third := pub("first", "First."), pub("second", "Second."), pub("third", "Third.")
	second.DependsOn, second.ReplyTo = []content.Key{key("first")}, key("first")
	third.DependsOn, third.ReplyTo = []content.Key{key("second")}, key("second")
	b.want(third, first, second)
	b.mustRun()
	same(t, "calls", b.made(), "publish first@one 0", "publish second@one 0", "publish third@one 0")
	if len(b.commits) != 4 {
		t.Errorf("%d commits, want begin, one for each later round, and end", len(b.commits))
	}
	if got, want := b.entry("third").Segments[0].ParentID, b.entry("second").Segments[0].ID; got != want {
		t.Errorf("third answers %q, want %q", got, want)
	}
	b.idle()
}

// TestChainStopsWithFailure: what waits for a failed publication is not sent.
func TestChainStopsWithFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	second := pub("second", "Second.")
	second.DependsOn = []content.Key{key("first")}
	b.want(pub("first", "First."), second)
	b.before = func(c call) error {
		if c.op == memory.OpPublish && c.req.Key == key("first") {
			return fault(provider.Rejected)
		}
		return nil
	}
	b.mustRun()
	for _, c := range b.made() {
		if c != "publish first@one 0" {
			t.Errorf("made %s", c)
		}
	}
	if len(b.one().Own()) > 0 {
		t.Error("something was published")
	}
}

// TestNeither: a platform that leaves no trace gets a commit before and after
// each segment, and the ledger says what flies while it flies.
func TestNeither(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.NoFacility)
	b.want(pub("thread", "One.", "Two.", "Three."))
	b.before = func(c call) error {
		e := b.entry("thread")
		for i, s := range e.Segments {
			if s.Flying != (i == c.req.Index) || (s.ID != "") != (i < c.req.Index) {
				t.Errorf("while segment %d flies, the ledger says %d: flying %v, id %q", c.req.Index, i, s.Flying, s.ID)
			}
		}
		return nil
	}
	b.mustRun()
	if len(b.commits) != 8 {
		t.Errorf("%d commits, want begin, two for each of three segments, end", len(b.commits))
	}
	b.isState("thread", ledger.Published)
	b.onceEach()
	b.idle()
}
