package wordpress_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/wordpress"
	"github.com/smmctl/smmctl/engine/provider/wordpress/wordpresstest"
)

// found counts what is listed of a request, as package apply looks for it:
// created after the intent, with the same fingerprint.
func (r *rig) found(t *testing.T, q provider.Request) int {
	t.Helper()
	n := 0
	for _, o := range r.list(t) {
		if o.Fingerprint == wordpress.Driver().Fingerprint(q.Segment) && o.CreatedAt.After(q.IntentAt.Add(-time.Minute)) {
			n++
		}
	}
	return n
}

// publishOnce does as package apply does: after doubt it looks for what it sent,
// and sends again only what is not there.
func (r *rig) publishOnce(t *testing.T, q provider.Request) {
	t.Helper()
	for range 4 {
		_, err := r.acc.Posts.Publish(context.Background(), q)
		if err == nil {
			return
		}
		if k := provider.KindOf(err); k != provider.Ambiguous && k != provider.Unsent && k != provider.Throttled {
			t.Fatalf("%v is %s", err, k)
		}
		if r.found(t, q) > 0 {
			return
		}
	}
	t.Fatal("not published after four attempts")
}

// TestEachFaultOnce: whatever happens to a publication, reading back and sending
// again make one post of it.
func TestEachFaultOnce(t *testing.T) {
	t.Parallel()
	for _, f := range []memory.FaultKind{memory.Refused, memory.LostResponse, memory.ErrorBefore, memory.ErrorAfter, memory.Throttled} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, wordpresstest.Shared(t), "author")
			r.Foreign("Somebody else's")
			r.Break(memory.OpPublish, memory.Fault{Kind: f, Delay: time.Second})
			q := article("once", "Only once, please.")
			q.Segment.Media = []content.Attachment{picture("png", "Blue")}
			r.publishOnce(t, q)
			if got := r.Accepted(); len(got) != 1 || len(r.library(t)) != 1 {
				t.Errorf("published %q, files %v", got, r.library(t))
			}
		})
	}
}

// TestLostUpload: a file whose answer was lost is found, and not uploaded twice.
func TestLostUpload(t *testing.T) {
	t.Parallel()
	for _, f := range []memory.FaultKind{memory.LostResponse, memory.ErrorAfter} {
		r := newRig(t, wordpresstest.Shared(t), "author")
		r.Break(memory.OpUpload, memory.Fault{Kind: f})
		q := article("lost-upload", "With a picture.")
		q.Segment.Media = []content.Attachment{picture("png", "Blue"), picture("png", "The same once more")}
		_, err := r.acc.Posts.Publish(context.Background(), q)
		wantKind(t, err, provider.Unsent)
		o := r.publish(t, q)
		if n := len(r.library(t)); n != 2 || o.Fields["featured.alt"] != "Blue" {
			t.Errorf("%s: %d files, want 2; %v", f, n, o.Fields)
		}
	}
}

// damage is what a test does to a server while a publication is stopped in the
// middle of its work, and its repair.
type damage struct {
	name         string
	harm, repair func(*wordpresstest.Server, func()) error
}

var damages = []damage{
	{"PHP is killed", func(s *wordpresstest.Server, release func()) error {
		s.KillPHP()
		release()
		return nil
	}, func(s *wordpresstest.Server, _ func()) error { return s.StartPHP(context.Background()) }},
	{"the database is killed", func(s *wordpresstest.Server, release func()) error {
		s.KillDatabase()
		release()
		return nil
	}, func(s *wordpresstest.Server, _ func()) error { return s.StartDatabase(context.Background()) }},
}

// TestServerDies: the site's programs end in the middle of a publication, before
// or after the post is stored, and come back. It is published once.
func TestServerDies(t *testing.T) {
	t.Parallel()
	for _, d := range damages {
		for where, stored := range map[string]int{"before": 0, "after": 1} {
			t.Run(d.name+" "+where, func(t *testing.T) {
				t.Parallel()
				s := wordpresstest.New(t)
				r := newRig(t, s, "author")
				q := article("dies", "Only once, please.")
				q.Segment.Tags = []string{"Winter"}
				reached, release := s.Hold(t, where)
				answer := make(chan error)
				go func() {
					_, err := r.acc.Posts.Publish(context.Background(), q)
					answer <- err
				}()
				reached()
				if err := d.harm(s, release); err != nil {
					t.Fatal(err)
				}
				wantKind(t, <-answer, provider.Ambiguous)
				for range 2 { // nothing can be proven while it is down
					for _, err := range r.acc.Posts.List(context.Background()) {
						wantKind(t, err, provider.Unsent)
					}
				}
				if err := d.repair(s, release); err != nil {
					t.Fatal(err)
				}
				if n := r.found(t, q); n != stored {
					t.Errorf("%d found, want %d", n, stored)
				}
				if r.found(t, q) == 0 {
					r.publish(t, q)
				}
				all := r.list(t)
				if got := r.Accepted(); len(got) != 1 || len(all) != 1 || all[0].Fields["tags"] == "" {
					t.Errorf("published %q, live %+v", got, all)
				}
			})
		}
	}
}

// TestManyInOneSecond: WordPress orders by the second. However many posts fall
// into one, each is listed once.
func TestManyInOneSecond(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	r.Many(t, 350, 150)
	seen := map[string]bool{}
	for _, o := range r.list(t) {
		if seen[o.ID] {
			t.Errorf("%s is listed twice", o.ID)
		}
		seen[o.ID] = true
	}
	if len(seen) != 350 {
		t.Errorf("%d posts listed of 350", len(seen))
	}
}

// TestEndsEarly: the caller has seen enough, and no further page is read.
func TestEndsEarly(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	r.Many(t, 150, 10)
	pages := 0
	cfg := r.config()
	base := cfg.HTTP.Transport
	cfg.HTTP = &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
		if q.URL.Path == "/wp-json/wp/v2/posts" {
			pages++
		}
		return base.RoundTrip(q)
	})}
	acc, err := wordpress.Driver().Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range acc.Posts.List(context.Background()) {
		if n++; n == 100 {
			break
		}
	}
	if n != 100 || pages != 1 {
		t.Errorf("%d posts from %d pages", n, pages)
	}
}

// TestAnswerWithNoise: a warning of PHP before the answer makes a publication
// doubtful, and not a second one.
func TestAnswerWithNoise(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	cfg := r.config()
	cfg.HTTP = noisy(cfg.HTTP, `"status":"publish"`, "<br />\n<b>Warning</b>: Undefined variable\n")
	loud, err := wordpress.Driver().Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	q := article("noise", "With a warning.")
	_, err = loud.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Ambiguous)
	if n := r.found(t, q); n != 1 {
		t.Errorf("%d found, want 1", n)
	}
}

// drafts lists the account's drafts.
func (r *rig) drafts(t *testing.T) []struct{ ID int } {
	t.Helper()
	var found []struct{ ID int }
	r.Do(t, http.MethodGet, fmt.Sprintf("posts?author=%d&status=draft", r.ID), nil, &found)
	return found
}

// TestDraftFirst: what readers see is whole from its first moment, and attempts
// that failed before leave nothing.
func TestDraftFirst(t *testing.T) {
	t.Parallel()
	for _, f := range []memory.FaultKind{memory.LostResponse, memory.ErrorBefore, memory.ErrorAfter, memory.Refused} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, wordpresstest.Shared(t), "author")
			q := article("draft-first", "Only once, please.")
			q.Segment.Tags = []string{"Winter"}
			q.Segment.Media = []content.Attachment{picture("png", "Blue")}
			for range 2 {
				r.Break(wordpresstest.OpDraft, memory.Fault{Kind: f})
				_, err := r.acc.Posts.Publish(context.Background(), q)
				wantKind(t, err, provider.Unsent)
			}
			r.acc = r.open(t) // another run
			o := r.publish(t, q)
			if len(r.Accepted()) != 1 || len(r.drafts(t)) != 0 || o.Fields["tags"] == "" || o.Fields["featured.alt"] != "Blue" {
				t.Errorf("published %v, drafts %v, fields %v", r.Accepted(), r.drafts(t), o.Fields)
			}
			if !strings.HasPrefix(o.Fields["slug"], "draft-first") {
				t.Errorf("slug %q", o.Fields["slug"])
			}
		})
	}
}

// TestSomebodysDraft: a person's draft of the same name is not ours to publish.
func TestSomebodysDraft(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	r.Post(t, map[string]any{"status": "draft", "slug": "somebodys-draft", "title": "Winter", "content": "<p>Not finished</p>"})
	r.publish(t, article("somebodys-draft", "Ours."))
	if got := r.drafts(t); len(got) != 1 || len(r.Accepted()) != 1 {
		t.Errorf("drafts %v, published %v", got, r.Accepted())
	}
}

// TestRefusedRelease: an account that may write and not publish leaves no draft.
func TestRefusedRelease(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "contributor")
	_, err := r.acc.Posts.Publish(context.Background(), article("refused-release", "May I?"))
	wantKind(t, err, provider.Unauthorized)
	if got := r.drafts(t); len(got) != 0 {
		t.Errorf("drafts %v", got)
	}
}
