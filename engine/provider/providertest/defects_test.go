package providertest_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
)

// hooks replace what a defect spoils; a nil one leaves the method alone.
type hooks struct {
	publish func(context.Context, provider.Request, provider.Posts) (provider.Object, error)
	edit    func(context.Context, string, provider.Request, provider.Posts) (provider.Object, error)
	delete  func(context.Context, string, provider.Posts) error
	list    func([]provider.Object) []provider.Object
	get     func(provider.Object, error) (provider.Object, error)
}

type spoiled struct {
	provider.Posts
	h hooks
}

func (s spoiled) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	if s.h.publish != nil {
		return s.h.publish(ctx, r, s.Posts)
	}
	return s.Posts.Publish(ctx, r)
}

func (s spoiled) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	if s.h.edit != nil {
		return s.h.edit(ctx, id, r, s.Posts)
	}
	return s.Posts.Edit(ctx, id, r)
}

func (s spoiled) Delete(ctx context.Context, id string) error {
	if s.h.delete != nil {
		return s.h.delete(ctx, id, s.Posts)
	}
	return s.Posts.Delete(ctx, id)
}

func (s spoiled) Get(ctx context.Context, id string) (provider.Object, error) {
	o, err := s.Posts.Get(ctx, id)
	if s.h.get != nil {
		return s.h.get(o, err)
	}
	return o, err
}

func (s spoiled) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	if s.h.list == nil {
		return s.Posts.List(ctx)
	}
	return func(yield func(provider.Object, error) bool) {
		var all []provider.Object
		for o, err := range s.Posts.List(ctx) {
			if err != nil {
				yield(o, err)
				return
			}
			all = append(all, o)
		}
		for _, o := range s.h.list(all) {
			if !yield(o, nil) {
				return
			}
		}
	}
}

type defect struct {
	hooks   hooks
	account func(*provider.Account)
	driver  func(*provider.Driver)
	fault   memory.Hook
	caught  string // by this subtest
}

func edited(change func(*provider.Request)) func(context.Context, string, provider.Request, provider.Posts) (provider.Object, error) {
	return func(ctx context.Context, id string, r provider.Request, p provider.Posts) (provider.Object, error) {
		change(&r)
		return p.Edit(ctx, id, r)
	}
}

func published(change func(*provider.Request)) func(context.Context, provider.Request, provider.Posts) (provider.Object, error) {
	return func(ctx context.Context, r provider.Request, p provider.Posts) (provider.Object, error) {
		change(&r)
		return p.Publish(ctx, r)
	}
}

type lazyPins struct{ provider.Pins }

func (lazyPins) Pin(context.Context, string) error { return nil }

type lazySchedules struct{ provider.Schedules }

func (lazySchedules) Unschedule(context.Context, string) error { return nil }

type forgetful struct{ provider.Profile }

func (f forgetful) SetProfile(ctx context.Context, face content.Face) (map[string]string, error) {
	face.Bio = ""
	return f.Profile.SetProfile(ctx, face)
}

// defects are mistakes that a provider may make, each with the subtest that must
// notice.
var defects = map[string]defect{
	"none": {},
	"publishes twice": {caught: "client_key", hooks: hooks{publish: func(ctx context.Context, r provider.Request, p provider.Posts) (provider.Object, error) {
		if _, err := p.Publish(ctx, r); err != nil {
			return provider.Object{}, err
		}
		r.ClientKey = ""
		return p.Publish(ctx, r)
	}}},
	"ignores the client key": {caught: "client_key", fault: memory.Always(memory.OpPublish, memory.Fault{Kind: memory.KeyIgnored})},
	"retries by itself": {caught: "ambiguous_publish", hooks: hooks{publish: func(ctx context.Context, r provider.Request, p provider.Posts) (provider.Object, error) {
		o, err := p.Publish(ctx, r)
		if err != nil && provider.KindOf(err) == provider.Ambiguous {
			r.ClientKey = ""
			return p.Publish(ctx, r)
		}
		return o, err
	}}},
	"takes doubt for a refusal": {caught: "ambiguous_publish", hooks: hooks{publish: func(ctx context.Context, r provider.Request, p provider.Posts) (provider.Object, error) {
		o, err := p.Publish(ctx, r)
		if err != nil && provider.KindOf(err) == provider.Ambiguous {
			err = &provider.Error{Kind: provider.Rejected, Err: err}
		}
		return o, err
	}}},
	"takes a refused connection for doubt": {caught: "unsent_and_throttled", hooks: hooks{publish: func(ctx context.Context, r provider.Request, p provider.Posts) (provider.Object, error) {
		o, err := p.Publish(ctx, r)
		if provider.Is(err, provider.Unsent) && ctx.Err() == nil {
			err = errors.New("something")
		}
		return o, err
	}}},
	"loses the parent": {caught: "thread", hooks: hooks{publish: published(func(r *provider.Request) { r.ParentID = "" })}},
	"scribbles on its request": {caught: "media", hooks: hooks{publish: published(func(r *provider.Request) {
		for i := range r.Segment.Media {
			r.Segment.Media[i].Alt = ""
		}
	})}},
	"loses descriptions": {caught: "media", hooks: hooks{publish: published(func(r *provider.Request) {
		r.Segment.Media = slices.Clone(r.Segment.Media)
		for i := range r.Segment.Media {
			r.Segment.Media[i].Alt = ""
		}
	})}},
	"drops polls":       {caught: "poll", hooks: hooks{publish: published(func(r *provider.Request) { r.Segment.Poll = nil })}},
	"cuts what is long": {caught: "beyond_the_limits", hooks: hooks{publish: published(func(r *provider.Request) { r.Segment.Text = r.Segment.Text[:min(len(r.Segment.Text), 500)] })}},
	"ignores the context": {caught: "cancelled_context", hooks: hooks{publish: func(ctx context.Context, r provider.Request, p provider.Posts) (provider.Object, error) {
		return p.Publish(context.WithoutCancel(ctx), r)
	}}},
	"edits by halves": {caught: "media", hooks: hooks{edit: edited(func(r *provider.Request) { r.Segment.Media = nil })}},
	"edits nothing": {caught: "edit", hooks: hooks{edit: func(ctx context.Context, id string, _ provider.Request, p provider.Posts) (provider.Object, error) {
		return p.Get(ctx, id)
	}}},
	"deletes nothing": {caught: "retract", hooks: hooks{delete: func(context.Context, string, provider.Posts) error { return nil }}},
	"deletes all": {caught: "foreign_objects_stay", hooks: hooks{delete: func(ctx context.Context, _ string, p provider.Posts) error {
		for o := range p.List(ctx) {
			if err := p.Delete(ctx, o.ID); err != nil {
				return err
			}
		}
		return nil
	}}},
	"lists one page": {caught: "list_pages,_newest_first", hooks: hooks{list: func(all []provider.Object) []provider.Object { return all[:min(len(all), 40)] }}},
	"lists oldest first": {caught: "list_pages,_newest_first", hooks: hooks{list: func(all []provider.Object) []provider.Object {
		for i := range len(all) / 2 {
			all[i], all[len(all)-1-i] = all[len(all)-1-i], all[i]
		}
		return all
	}}},
	"lists twice": {caught: "list_pages,_newest_first", hooks: hooks{list: func(all []provider.Object) []provider.Object { return append(all, all...) }}},
	"lists in another form": {caught: "planning_again_is_empty", hooks: hooks{list: func(all []provider.Object) []provider.Object {
		for i := range all {
			all[i].Fields["text"] = strings.ToUpper(all[i].Fields["text"])
		}
		return all
	}}},
	"finds what is gone": {caught: "retract", hooks: hooks{get: func(o provider.Object, err error) (provider.Object, error) { return o, nil }}},
	"hides a facet":      {caught: "facets_agree_with_capabilities", account: func(a *provider.Account) { a.Pins = nil }},
	"shows a facet":      {caught: "facets_agree_with_capabilities", account: func(a *provider.Account) { a.Capabilities.Schedule = false }},
	"claims to edit": {caught: "edit", hooks: hooks{edit: func(context.Context, string, provider.Request, provider.Posts) (provider.Object, error) {
		return provider.Object{}, &provider.Error{Kind: provider.Unsupported}
	}}},
	"denies that it edits":    {caught: "edit", account: func(a *provider.Account) { a.Capabilities.Edit = false }},
	"denies that it threads":  {caught: "thread", account: func(a *provider.Account) { a.Capabilities.Thread = false }},
	"has a nameless login":    {caught: "identity", account: func(a *provider.Account) { a.Identity.ID = "" }},
	"pins nothing":            {caught: "pins", account: func(a *provider.Account) { a.Pins = lazyPins{a.Pins} }},
	"unschedules nothing":     {caught: "schedule", account: func(a *provider.Account) { a.Schedules = lazySchedules{a.Schedules} }},
	"loses what is scheduled": {caught: "schedule_comes_due", fault: memory.Always(memory.OpDue, memory.Fault{Kind: memory.ScheduleLost})},
	"forgets the bio":         {caught: "profile", account: func(a *provider.Account) { a.Profile = forgetful{a.Profile} }},
	"cannot finish":           {caught: "finish", account: func(a *provider.Account) { a.Finish = func(context.Context) error { return errors.New("disk full") } }},
	"fingerprints at will": {caught: "publish_and_read_back", driver: func(d *provider.Driver) {
		d.Fingerprint = func(s content.Segment) string { return content.Digest(s.Text) }
	}},
	"fingerprints all the same": {caught: "driver", driver: func(d *provider.Driver) { d.Fingerprint = func(content.Segment) string { return "x" } }},
}

const name = "SMMCTL_DEFECT"

// TestDefect runs the suite on one spoiled provider, for TestDefectsAreCaught.
func TestDefect(t *testing.T) {
	d, ok := defects[os.Getenv(name)]
	if !ok {
		t.Skip("run by TestDefectsAreCaught")
	}
	o := memory.Everything()
	o.Facility = provider.ClientKey
	driver := memory.Driver(nil, o)
	if d.driver != nil {
		d.driver(driver)
	}
	providertest.Run(t, providertest.Harness{Driver: driver, Many: 90, Open: func(t *testing.T) *providertest.Subject {
		c := memory.NewClock(time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC))
		p := memory.New("acme", c)
		p.Faults.Set(d.fault)
		acc, err := memory.Open(t.Context(), p, providertest.Files(), nil, o)
		if err != nil {
			t.Fatal(err)
		}
		acc.Posts = spoiled{acc.Posts, d.hooks}
		if d.account != nil {
			d.account(acc)
		}
		return &providertest.Subject{
			Account: acc, Clock: c, Advance: c.Advance,
			Foreign: func(*testing.T) string { return p.AddForeign("Somebody else's", time.Time{}) },
			Break:   func(op string, f memory.Fault) bool { p.Faults.Arm(op, f); return true },
		}
	}})
}

// TestDefectsAreCaught proves that the suite can fail: each defect, in a process
// of its own, by the subtest that is there for it.
func TestDefectsAreCaught(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for what, d := range defects {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestDefect$", "-test.v")
			cmd.Env = append(os.Environ(), name+"="+what)
			out, err := cmd.CombinedOutput()
			if d.caught == "" {
				if err != nil {
					t.Errorf("a sound provider fails: %s", out)
				}
				return
			}
			if !bytes.Contains(out, []byte("--- FAIL: TestDefect/"+d.caught+" ")) || bytes.Contains(out, []byte("panic:")) {
				t.Errorf("not caught by %s:\n%s", d.caught, failures(out))
			}
		})
	}
}

func failures(out []byte) string {
	var keep []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "FAIL") || strings.Contains(line, "panic") || strings.Contains(line, "_test.go") {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "")
}
