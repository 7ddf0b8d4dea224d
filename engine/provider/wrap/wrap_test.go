package wrap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/wrap"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

func half() float64 { return 0.5 }

type bench struct {
	p   *memory.Platform
	c   *memory.Clock
	acc *provider.Account
}

func newBench(t testing.TB) bench {
	t.Helper()
	c := memory.NewClock(start)
	p := memory.New("acme", c)
	acc, err := memory.Open(context.Background(), p, nil, nil, memory.Everything())
	if err != nil {
		t.Fatal(err)
	}
	acc.Finish = func(context.Context) error { return nil }
	return bench{p, c, acc}
}

func (b bench) retrying() *wrap.Retrying { return &wrap.Retrying{Clock: b.c, Random: half} }

// everything is every decorator but read-only.
func (b bench) everything() wrap.Options {
	return wrap.Options{
		Retry: b.retrying(), Limiter: wrap.NewLimiter(b.c, half, 0), Clock: b.c,
		Log: slog.New(slog.NewTextHandler(&bytes.Buffer{}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

func request(post string) provider.Request {
	key := content.Key{Post: post, Account: "acme"}
	return provider.Request{
		Key: key, Generation: 1, ClientKey: content.Digest(key.String()), IntentAt: start, At: start.Add(time.Hour),
		Segment: content.Segment{Text: "The text of " + post},
	}
}

// calls is every method of every facet, by operation, on an account that has
// them all and an object that there is.
func calls(ctx context.Context, acc *provider.Account, id string) map[string]func() error {
	r := request("called")
	drop := func(_ any, err error) error { return err }
	return map[string]func() error{
		memory.OpPublish: func() error { return drop(acc.Posts.Publish(ctx, r)) },
		memory.OpEdit:    func() error { return drop(acc.Posts.Edit(ctx, id, r)) },
		memory.OpDelete:  func() error { return acc.Posts.Delete(ctx, id) },
		memory.OpGet:     func() error { return drop(acc.Posts.Get(ctx, id)) },
		memory.OpList: func() (last error) {
			for _, err := range acc.Posts.List(ctx) {
				last = err
			}
			return last
		},
		memory.OpPin:           func() error { return acc.Pins.Pin(ctx, id) },
		memory.OpUnpin:         func() error { return acc.Pins.Unpin(ctx, id) },
		memory.OpSchedule:      func() error { return drop(acc.Schedules.Schedule(ctx, r)) },
		memory.OpReschedule:    func() error { return drop(acc.Schedules.Reschedule(ctx, id, r.At)) },
		memory.OpUnschedule:    func() error { return acc.Schedules.Unschedule(ctx, id) },
		memory.OpListScheduled: func() error { return drop(acc.Schedules.ListScheduled(ctx)) },
		memory.OpGetProfile:    func() error { return drop(acc.Profile.GetProfile(ctx)) },
		memory.OpSetProfile:    func() error { return drop(acc.Profile.SetProfile(ctx, content.Face{Name: "Acme"})) },
	}
}

var reads = []string{memory.OpGet, memory.OpList, memory.OpListScheduled, memory.OpGetProfile}

// TestEveryMethodIsKnown fails when an interface gains a method that the tables
// here do not call.
func TestEveryMethodIsKnown(t *testing.T) {
	t.Parallel()
	n := 0
	acc := reflect.TypeFor[provider.Account]()
	for i := range acc.NumField() {
		if f := acc.Field(i).Type; f.Kind() == reflect.Interface {
			n += f.NumMethod()
		}
	}
	if got := len(calls(t.Context(), newBench(t).acc, "")); got != n {
		t.Errorf("%d methods are tested, the facets have %d", got, n)
	}
}

// TestNoFacetIsHidden: each facet is wrapped where there is one and nil where
// there is none, the ones that will be added included.
func TestNoFacetIsHidden(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.acc.Locate = func(string) (string, error) { return "", nil }
	full := reflect.ValueOf(*b.acc)
	wrapped := reflect.ValueOf(*wrap.Wrap(b.acc, b.everything()))
	bare := reflect.ValueOf(*wrap.Wrap(&provider.Account{}, b.everything()))
	for i := range full.NumField() {
		name := full.Type().Field(i).Name
		switch f := full.Field(i); f.Kind() {
		case reflect.Interface:
			if wrapped.Field(i).IsNil() || wrapped.Field(i).Elem().Type() == f.Elem().Type() {
				t.Errorf("%s is hidden or not wrapped", name)
			}
			if !bare.Field(i).IsNil() {
				t.Errorf("%s is there though the account has none", name)
			}
		case reflect.Func:
			if name == "Locate" { // it asks nobody: there is nothing to decorate
				if wrapped.Field(i).Pointer() != f.Pointer() {
					t.Errorf("%s is hidden", name)
				}
				continue
			}
			if wrapped.Field(i).Pointer() == f.Pointer() || !bare.Field(i).IsNil() {
				t.Errorf("%s is not wrapped, or there though the account has none", name)
			}
		default:
			if !reflect.DeepEqual(wrapped.Field(i).Interface(), f.Interface()) {
				t.Errorf("%s changed", name)
			}
		}
	}
	if same := wrap.Wrap(b.acc, wrap.Options{}); same != b.acc {
		t.Error("no decorator, and another account")
	}
}

// TestConformance: a decorated account is as good as a bare one.
func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Harness{
		Driver: memory.Driver(nil, memory.Everything()), Many: 90,
		Open: func(t *testing.T) *providertest.Subject {
			c := memory.NewClock(start)
			p := memory.New("acme", c)
			acc, err := memory.Open(t.Context(), p, providertest.Files(), nil, memory.Everything())
			if err != nil {
				t.Fatal(err)
			}
			o := bench{p, c, acc}.everything()
			o.Retry.Attempts = 1
			return &providertest.Subject{
				Account: wrap.Wrap(acc, o), Clock: c, Advance: c.Advance,
				Break: func(op string, f memory.Fault) bool { p.Faults.Arm(op, f); return true },
			}
		},
	})
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	o, err := b.acc.Posts.Publish(t.Context(), request("a"))
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(b.p.Own(), b.p.Scheduled())
	acc := wrap.Wrap(b.acc, wrap.Options{ReadOnly: true})
	for op, call := range calls(t.Context(), acc, o.ID) {
		err := call()
		if slices.Contains(reads, op) {
			if err != nil {
				t.Errorf("%s: %v", op, err)
			}
			continue
		}
		if !errors.Is(err, wrap.ErrReadOnly) || provider.KindOf(err) != provider.Rejected || (op != memory.OpPublish && b.p.Requests(op) > 0) {
			t.Errorf("%s: %v after %d requests", op, err, b.p.Requests(op))
		}
	}
	if err := acc.Finish(t.Context()); !errors.Is(err, wrap.ErrReadOnly) {
		t.Errorf("finish: %v", err)
	}
	if got := b.p.Requests(memory.OpPublish); got != 1 {
		t.Errorf("%d publications arrived, want the first alone", got)
	}
	if after := fmt.Sprint(b.p.Own(), b.p.Scheduled()); after != before {
		t.Errorf("the platform changed: %s\nwas %s", after, before)
	}
}

// TestRetryOnlyWhatIsSafe: every operation under every failure. What was provably
// not sent, or declined, is tried again; a read whatever became of it; and a
// write whose outcome is in doubt never.
func TestRetryOnlyWhatIsSafe(t *testing.T) {
	t.Parallel()
	for _, fault := range []memory.FaultKind{
		memory.Refused, memory.Throttled, memory.LostResponse, memory.ErrorBefore, memory.ErrorAfter,
		memory.TimeoutBefore, memory.TimeoutAfter, memory.NotSupported,
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			o, err := b.acc.Posts.Publish(t.Context(), request("a"))
			if err != nil {
				t.Fatal(err)
			}
			acc := wrap.Wrap(b.acc, wrap.Options{Retry: b.retrying()})
			for op, call := range calls(t.Context(), acc, o.ID) {
				tries := 0
				b.p.Faults.Set(func(o string) memory.Fault {
					if o != op {
						return memory.Fault{}
					}
					tries++
					return memory.Fault{Kind: fault, Delay: time.Second}
				})
				err := call()
				want := 1
				if fault == memory.Refused || fault == memory.Throttled || (slices.Contains(reads, op) && fault != memory.NotSupported) {
					want = wrap.DefaultAttempts
				}
				if tries != want || err == nil {
					t.Errorf("%s: %d attempts, want %d; %v", op, tries, want, err)
				}
			}
		})
	}
}

// TestAmbiguousPublishIsNeverRepeated is the promise itself, for any error that
// is not known to be safe.
func TestAmbiguousPublishIsNeverRepeated(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{
		&provider.Error{Kind: provider.Ambiguous, Op: "publish"},
		&provider.Error{Kind: provider.Ambiguous, RetryAfter: start.Add(time.Second)},
		&provider.Error{Kind: "something new"},
		&provider.Error{},
		fmt.Errorf("wrapped: %w", &provider.Error{Kind: provider.Ambiguous}),
		context.DeadlineExceeded,
		errors.New("unexpected EOF"),
	} {
		b := newBench(t)
		sent := 0
		b.acc.Posts = counting{b.acc.Posts, func() error { sent++; return failure }}
		acc := wrap.Wrap(b.acc, b.everything())
		if _, err := acc.Posts.Publish(t.Context(), request("a")); !errors.Is(err, failure) {
			t.Errorf("%v came out as %v", failure, err)
		}
		if sent != 1 {
			t.Errorf("%v: sent %d times", failure, sent)
		}
	}
}

// counting publishes through a function.
type counting struct {
	provider.Posts
	publish func() error
}

func (c counting) Publish(context.Context, provider.Request) (provider.Object, error) {
	return provider.Object{ID: "1"}, c.publish()
}

func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.Refused}, memory.Fault{Kind: memory.Throttled, Delay: 40 * time.Second})
	r := request("a")
	o, err := wrap.Wrap(b.acc, wrap.Options{Retry: b.retrying()}).Posts.Publish(t.Context(), r)
	if err != nil || o.ID == "" || b.p.Accepted(r.Key, 1, 0) != 1 {
		t.Fatalf("%v, %v, accepted %d", o, err, b.p.Accepted(r.Key, 1, 0))
	}
	// Half of the first pause, then what the platform asked for and half of the
	// second.
	want := wrap.DefaultBase/2 + 40*time.Second + wrap.DefaultBase
	if got := b.c.Now().Sub(start); got != want {
		t.Errorf("waited %v, want %v", got, want)
	}
}

func TestRetryIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.p.Faults.Set(memory.Always(memory.OpPublish, memory.Fault{Kind: memory.Throttled, Delay: 50 * time.Second}))
	_, err := wrap.Wrap(b.acc, wrap.Options{Retry: b.retrying()}).Posts.Publish(t.Context(), request("a"))
	if !provider.Is(err, provider.Throttled) || b.p.Requests(memory.OpPublish) != 3 {
		t.Errorf("%v after %d requests, want 3 within two minutes", err, b.p.Requests(memory.OpPublish))
	}
	if got := b.c.Now().Sub(start); got > wrap.DefaultElapsed {
		t.Errorf("took %v", got)
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	b.p.Faults.Set(func(string) memory.Fault { tries++; cancel(); return memory.Fault{Kind: memory.Refused} })
	if _, err := wrap.Wrap(b.acc, wrap.Options{Retry: b.retrying()}).Posts.Publish(ctx, request("a")); err == nil || tries != 1 {
		t.Errorf("%v after %d attempts", err, tries)
	}
}

// TestPauses: every pause lies within its bound, whatever chance says.
func TestPauses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := memory.NewClock(start)
		r := wrap.Retrying{
			Clock: c, Random: func() float64 { return rapid.Float64Range(0, 0.999999).Draw(t, "random") },
			Attempts: rapid.IntRange(1, 40).Draw(t, "attempts"), Elapsed: 24 * time.Hour,
			Base: time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "base")), Cap: time.Minute,
		}
		n, last := 0, start
		_ = wrap.Retry(r)(context.Background(), wrap.Call{Op: "get"}, func(context.Context) error {
			n++
			if d := c.Now().Sub(last); d < 0 || d > r.Cap {
				t.Fatalf("pause %d is %v", n, d)
			}
			last = c.Now()
			return errors.New("reset")
		})
		if n != r.Attempts {
			t.Fatalf("%d attempts, want %d", n, r.Attempts)
		}
	})
}

// TestListResumes: a listing that breaks is read again, and nothing comes twice,
// is left out or out of order.
func TestListResumes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 100 {
		if _, err := b.acc.Posts.Publish(t.Context(), request(fmt.Sprint("p", i))); err != nil {
			t.Fatal(err)
		}
		b.c.Advance(time.Minute)
	}
	b.p.Faults.Arm(memory.OpList, memory.Fault{}, memory.Fault{Kind: memory.LostResponse}, memory.Fault{}, memory.Fault{}, memory.Fault{Kind: memory.ErrorBefore})
	acc := wrap.Wrap(b.acc, wrap.Options{Retry: b.retrying()})
	var got []string
	for o, err := range acc.Posts.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 20 { // between the first page and the failure
			b.p.AddForeign("made meanwhile", time.Time{})
			b.c.Advance(time.Minute)
		}
		got = append(got, o.Fields["text"])
	}
	if len(got) != 100 || got[0] != "The text of p99" || got[99] != "The text of p0" || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 100 {
		t.Errorf("listed %d: %q", len(got), got)
	}
}

func TestListErrorsAndEarlyEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 3 {
		b.p.AddForeign(fmt.Sprint(i), time.Time{})
	}
	acc := wrap.Wrap(b.acc, b.everything())
	for range acc.Posts.List(t.Context()) {
		break
	}
	b.p.Faults.Set(memory.Always(memory.OpList, memory.Fault{Kind: memory.NotSupported}))
	n := 0
	for _, err := range acc.Posts.List(t.Context()) {
		n++
		if !provider.Is(err, provider.Unsupported) {
			t.Errorf("%v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d results of a listing that fails", n)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		rates []provider.Rate
		calls int
		want  time.Duration // waited, in all
		kind  provider.Kind // of the last call
	}{
		{"nothing known", nil, 3, 0, ""},
		{"plenty left", []provider.Rate{{Remaining: 9, Reset: start.Add(time.Minute)}}, 3, 0, ""},
		{"used up", []provider.Rate{{Remaining: 0, Reset: start.Add(time.Minute)}}, 1, time.Minute + 500*time.Millisecond, ""},
		{"used up by ourselves", []provider.Rate{{Remaining: 2, Reset: start.Add(time.Minute)}}, 3, time.Minute + 500*time.Millisecond, ""},
		{"once waited, go on", []provider.Rate{{Remaining: 0, Reset: start.Add(time.Minute)}}, 3, time.Minute + 500*time.Millisecond, ""},
		{"over already", []provider.Rate{{Remaining: 0, Reset: start.Add(-time.Second)}}, 1, 0, ""},
		{"no reset told", []provider.Rate{{Remaining: 0}}, 1, 0, ""},
		{"the newest word counts", []provider.Rate{{Remaining: 0, Reset: start.Add(time.Minute)}, {Remaining: 5, Reset: start.Add(time.Minute)}}, 1, 0, ""},
		{"too long to wait for", []provider.Rate{{Remaining: 0, Reset: start.Add(3 * time.Hour)}}, 1, 0, provider.Throttled},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			l := wrap.NewLimiter(b.c, half, 0)
			for _, r := range c.rates {
				l.Note(r)
			}
			acc := wrap.Wrap(b.acc, wrap.Options{Limiter: l})
			var err error
			for range c.calls {
				_, err = acc.Profile.GetProfile(t.Context())
			}
			if (err == nil) != (c.kind == "") || err != nil && provider.KindOf(err) != c.kind {
				t.Errorf("%v, want kind %q", err, c.kind)
			}
			if got := b.c.Now().Sub(start); got != c.want {
				t.Errorf("waited %v, want %v", got, c.want)
			}
		})
	}
}

// TestOnlyThatAccountWaits: one platform's word is not another's.
func TestOnlyThatAccountWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tired, fresh := wrap.NewLimiter(b.c, half, 0), wrap.NewLimiter(b.c, half, 0)
	tired.Note(provider.Rate{Reset: start.Add(time.Minute)})
	if _, err := wrap.Wrap(b.acc, wrap.Options{Limiter: fresh}).Profile.GetProfile(t.Context()); err != nil || !b.c.Now().Equal(start) {
		t.Errorf("the other account waited: %v, %v", b.c.Now(), err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	l := wrap.NewLimiter(b.c, half, 0)
	l.Note(provider.Rate{Reset: start.Add(time.Minute)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := wrap.Wrap(b.acc, wrap.Options{Limiter: l}).Posts.Publish(ctx, request("a"))
	if !provider.Is(err, provider.Unsent) || !errors.Is(err, context.Canceled) || b.p.Requests(memory.OpPublish) != 0 {
		t.Errorf("%v", err)
	}
}

// TestLimiterAgainstAQuota: with the limiter, a platform with a quota never has
// to refuse; without it, it does.
func TestLimiterAgainstAQuota(t *testing.T) {
	t.Parallel()
	for _, limited := range []bool{true, false} {
		o := memory.Everything()
		o.Quota, o.Window = 5, time.Minute
		c := memory.NewClock(start)
		p := memory.New("acme", c)
		l := wrap.NewLimiter(c, half, 0)
		acc, err := memory.Open(t.Context(), p, nil, l.Note, o)
		if err != nil {
			t.Fatal(err)
		}
		if limited {
			acc = wrap.Wrap(acc, wrap.Options{Limiter: l})
		}
		refused := 0
		for i := range 23 {
			if _, err := acc.Posts.Publish(t.Context(), request(fmt.Sprint("p", i))); err != nil {
				refused++
			}
		}
		if (refused > 0) == limited {
			t.Errorf("limited %t: %d refused", limited, refused)
		}
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	acc := wrap.Wrap(b.acc, wrap.Options{Log: log, Clock: b.c, Retry: b.retrying()})
	b.p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.Throttled, Delay: time.Second}, memory.Fault{Kind: memory.TimeoutAfter, Delay: 3 * time.Second})
	r := request("a")
	r.Index, r.Segment.Text = 2, "words of the post\n"
	_, _ = acc.Posts.Publish(t.Context(), r)
	var got []map[string]any
	for line := range strings.Lines(out.String()) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	if len(got) != 2 {
		t.Fatalf("%d attempts traced, want 2: %s", len(got), out.String())
	}
	for k, want := range map[string]any{"op": "publish", "key": "a@acme", "segment": 2.0, "outcome": "ambiguous", "took": float64(3 * time.Second), "level": "DEBUG"} {
		if got[1][k] != want {
			t.Errorf("%s is %v, want %v", k, got[1][k], want)
		}
	}
	if got[0]["outcome"] != "throttled" || got[0]["status"] != 429.0 {
		t.Errorf("the first attempt: %v", got[0])
	}
	if strings.Contains(out.String(), "words of the post") || strings.Contains(out.String(), r.ClientKey) {
		t.Errorf("the trace tells too much: %s", out.String())
	}
}
