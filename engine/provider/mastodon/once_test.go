package mastodon_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// picture is a request that every flavour takes.
func (r *rig) picture(text string) provider.Request {
	q := post(text)
	q.Segment.Media = append(q.Segment.Media, square())
	return q
}

// live lists after the time that a listing may lag.
func (r *rig) live(t *testing.T) []provider.Object {
	t.Helper()
	r.clock.Advance(r.Capabilities.VisibilityDelay)
	all, err := collect(t, r.Account)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// publishOnce does as package apply does: after doubt it looks for what it sent,
// and sends again only what is not there.
func (r *rig) publishOnce(t *testing.T, q provider.Request) {
	t.Helper()
	want := mastodon.Driver().Fingerprint(q.Segment)
	for range 4 {
		_, err := r.Posts.Publish(context.Background(), q)
		if err == nil {
			return
		}
		if k := provider.KindOf(err); k != provider.Ambiguous && k != provider.Unsent && k != provider.Throttled {
			t.Fatalf("%v is %s", err, k)
		}
		for _, o := range r.live(t) {
			if o.Fingerprint == want {
				return
			}
		}
	}
	t.Fatal("not published after four attempts")
}

// TestEachFaultOnce: whatever happens to a publication, on whatever server,
// reading back and sending again make one post of it.
func TestEachFaultOnce(t *testing.T) {
	t.Parallel()
	faults := []memory.FaultKind{
		memory.Refused, memory.LostResponse, memory.ErrorBefore, memory.ErrorAfter, memory.Throttled,
		memory.KeyIgnored, memory.KeyExpired,
	}
	for flavour := range flavours {
		for _, f := range faults {
			t.Run(string(flavour)+" "+string(f), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, mastodontest.Options{Flavour: flavour})
				r.Foreign("Somebody else's")
				r.Break(memory.OpPublish, memory.Fault{Kind: f, Delay: time.Second})
				r.publishOnce(t, r.picture("Only once, please"))
				if n := len(r.Accepted()); n != 1 {
					t.Errorf("%d publications, want 1", n)
				}
			})
		}
	}
}

// TestRepeatedKeyRefused: a server that answers a known key with an error has
// made a post before; the answer must be doubt.
func TestRepeatedKeyRefused(t *testing.T) {
	t.Parallel()
	for _, f := range []memory.FaultKind{memory.RepeatedKey400, memory.RepeatedKey500} {
		r := newRig(t, mastodontest.Options{})
		q := post("Hello")
		r.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
		_, err := r.Posts.Publish(context.Background(), q)
		wantKind(t, err, provider.Ambiguous)
		r.Break(memory.OpPublish, memory.Fault{Kind: f})
		_, err = r.Posts.Publish(context.Background(), q)
		wantKind(t, err, provider.Ambiguous)
		if n := len(r.Accepted()); n != 1 {
			t.Errorf("%s: %d publications, want 1", f, n)
		}
	}
}

// TestRejectedThenCorrected: Pixelfed and Pleroma keep the key of a request that
// they refused. What is sent afterwards under it must come through.
func TestRejectedThenCorrected(t *testing.T) {
	t.Parallel()
	for flavour := range flavours {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, mastodontest.Options{Flavour: flavour, MaxCharacters: 20})
			q := r.picture("This is longer than twenty characters")
			_, err := r.Posts.Publish(context.Background(), q)
			wantKind(t, err, provider.Rejected)
			q.Segment.Text = "This is short"
			r.Account = r.open(t) // another run knows nothing of the first
			r.publishOnce(t, q)
			if got := r.Accepted(); len(got) != 1 || got[0].Text != "This is short" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestDeletedMeanwhile: Mastodon answers 404 to the key of a post that somebody
// has deleted. It must not come back.
func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	q := post("Here and gone")
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Posts.Delete(context.Background(), o.ID); err != nil {
		t.Fatal(err)
	}
	_, err = r.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Rejected)
}

// TestTimeouts: a server that does not answer in time leaves doubt.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	for f, accepted := range map[memory.FaultKind]int{memory.TimeoutBefore: 0, memory.TimeoutAfter: 1} {
		r := newRig(t, mastodontest.Options{})
		cfg := r.config()
		cfg.Timeout = 100 * time.Millisecond
		acc, err := mastodon.Driver().Open(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		r.Break(memory.OpPublish, memory.Fault{Kind: f})
		_, err = acc.Posts.Publish(context.Background(), post("Slow"))
		wantKind(t, err, provider.Ambiguous)
		if n := len(r.Accepted()); n != accepted {
			t.Errorf("%s: %d publications, want %d", f, n, accepted)
		}
	}
}

// TestKeptConnectionIsNotReplayed: net/http sends a request with an
// Idempotency-Key again by itself when a kept connection breaks; servers that
// ignore the key would publish twice.
func TestKeptConnectionIsNotReplayed(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{Flavour: mastodontest.GoToSocial})
	for range 5 {
		if _, err := r.Posts.Get(context.Background(), r.Foreign("warm")); err != nil {
			t.Fatal(err)
		}
		before := len(r.Accepted())
		r.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
		_, err := r.Posts.Publish(context.Background(), post("Once"))
		wantKind(t, err, provider.Ambiguous)
		if n := len(r.Accepted()) - before; n != 1 {
			t.Fatalf("%d publications, want 1", n)
		}
	}
}

// TestListingLag: what a listing does not show yet is there after the declared
// delay.
func TestListingLag(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{Flavour: mastodontest.GoToSocial, ListLag: 9 * time.Second})
	r.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	r.publishOnce(t, post("Late in the listing"))
	if n := len(r.Accepted()); n != 1 {
		t.Errorf("%d publications, want 1", n)
	}
}

// TestTwoPostsAreTwo: the same text with another key is another post.
func TestTwoPostsAreTwo(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	for range 2 {
		if _, err := r.Posts.Publish(context.Background(), post("Again")); err != nil {
			t.Fatal(err)
		}
	}
	keys := map[string]bool{}
	for _, a := range r.Accepted() {
		keys[a.Key] = true
	}
	if len(keys) != 2 {
		t.Errorf("keys %v, want two", keys)
	}
}

func TestClockAndRates(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{Skew: 90 * time.Second, PostsPerWindow: 1})
	if d := r.ServerTime.Sub(start); d != 90*time.Second {
		t.Errorf("the server's clock is %v ahead, want 90s", d)
	}
	if x := <-r.rates; x.Limit != 300 || x.Remaining != 299 || !x.Reset.Equal(start.Add(5*time.Minute)) {
		t.Errorf("rate %+v", x)
	}
	if _, err := r.Posts.Publish(context.Background(), post("One")); err != nil {
		t.Fatal(err)
	}
	_, err := r.Posts.Publish(context.Background(), post("Two"))
	wantKind(t, err, provider.Throttled)
	var e *provider.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if at := e.RetryAfter; !at.Equal(start.Truncate(3 * time.Hour).Add(3 * time.Hour)) {
		t.Errorf("come back at %v", at)
	}
}

func TestReplyToAddress(t *testing.T) {
	t.Parallel()
	r := newRig(t, mastodontest.Options{})
	const address = "https://elsewhere.example/@maker/42"
	id := r.Remote(address, "What do you think?")
	q := post("Quite right")
	q.ParentURL = address
	o, err := r.Posts.Publish(context.Background(), q)
	if err != nil || o.ParentID != id {
		t.Errorf("%+v, %v: want parent %s", o, err, id)
	}
	q = post("To whom?")
	q.ParentURL = "https://elsewhere.example/@maker/43"
	_, err = r.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Rejected)
	if n := len(r.Accepted()); n != 1 {
		t.Errorf("%d publications, want 1", n)
	}
}

// TestUnclearRepeat: after an attempt of doubtful outcome, a 400 in whatever
// words may only mean that the key is known.
func TestUnclearRepeat(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{posting: inTurn(says(502, ""), says(400, `{"error":"Bad Request"}`))})
	acc, q := s.open(t), post("Hello")
	for i, want := range []provider.Kind{provider.Ambiguous, provider.Ambiguous, provider.Rejected} {
		_, err := acc.Posts.Publish(context.Background(), q)
		wantKind(t, err, want)
		got := s.requests(posting)[i].header.Get("Idempotency-Key")
		if another := i == 2; another != (got != q.ClientKey) || !strings.HasPrefix(got, q.ClientKey) {
			t.Errorf("attempt %d had the key %s", i, got)
		}
	}
}

// TestWrongPostIsNotAnswered: a search may find posts that only mention an
// address.
func TestWrongPostIsNotAnswered(t *testing.T) {
	t.Parallel()
	const address = "https://elsewhere.example/@maker/42"
	found := func(url, uri string) string {
		return `{"statuses":[{"id":"77","url":"` + url + `","uri":"` + uri + `","content":"see ` + address + `"}]}`
	}
	for answer, right := range map[string]bool{
		found("https://third.example/@fan/9", "https://third.example/users/fan/statuses/9"): false,
		found("https://third.example/@fan/42", "https://third.example/42"):                  false,
		`{"statuses":[]}`: false, `{}`: false, `[]`: false, `<html>`: false,
		found(address, "x"): true, found("x", address): true,
		found("https://elsewhere.example/notice/42", ""): true,
	} {
		s := newStub(t, map[string]http.HandlerFunc{"GET /api/v2/search": says(200, answer), posting: says(200, aStatus)})
		q := post("Quite right")
		q.ParentURL = address
		_, err := s.open(t).Posts.Publish(context.Background(), q)
		if (err == nil) != right || len(s.requests(posting)) == 1 != right {
			t.Errorf("%s: %v", answer, err)
		}
		if right && !strings.Contains(s.requests(posting)[0].body, `"in_reply_to_id":"77"`) {
			t.Error(s.requests(posting)[0].body)
		}
	}
}
