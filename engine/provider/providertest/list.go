package providertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func list(f *fixture) {
	if !f.readable() {
		for _, err := range f.acc.Posts.List(f.ctx()) {
			f.is(err, provider.Unsupported)
			return
		}
		f.Error("a listing that cannot be had is empty without an error")
		return
	}
	if got := f.live(); len(got) != 0 {
		f.Fatalf("a fresh account has %d objects", len(got))
	}
	want := map[string]bool{}
	for i := range f.h.Many {
		_, o := f.publish(f.segment(fmt.Sprintf("Message %d of many", i)))
		want[o.ID] = true
		f.advance(time.Second)
	}
	f.complete(f.live(), want)
	n := 0
	for _, err := range f.acc.Posts.List(f.ctx()) {
		if n++; err != nil || n == 3 {
			break
		}
	}
	if n != min(3, f.h.Many) {
		f.Errorf("a listing that is left early gave %d objects", n)
	}
}

// complete checks that a listing has each object once, newest first.
func (f *fixture) complete(got []provider.Object, want map[string]bool) {
	f.Helper()
	seen := map[string]bool{}
	for i, o := range got {
		if seen[o.ID] {
			f.Errorf("%s is listed twice", o.ID)
		}
		if !want[o.ID] {
			f.Errorf("%s is listed and was not published", o.ID)
		}
		if i > 0 && o.CreatedAt.After(got[i-1].CreatedAt) {
			f.Errorf("place %d: %v comes after %v", i, o.CreatedAt, got[i-1].CreatedAt)
		}
		seen[o.ID] = true
	}
	if len(seen) != len(want) {
		f.Errorf("%d objects listed, %d published", len(seen), len(want))
	}
}

var hostileTexts = map[string]string{
	"control characters": "bell \a, escape \x1b[31mred\x1b[0m, backspace \b, nul \x00, delete \x7f",
	"right to left":      "שלום עולם, مرحبا, \u202Eevil\u202C, \u2066isolated\u2069",
	"emoji":              "👩‍👩‍👧‍👦 🏳️‍🌈 🇫🇷 ✍🏽 e\u0301",
	"markup":             "<script>alert(1)</script> <b>&amp;</b> ]]> --> {{.}} ${x} %s %n",
	"line ends":          "one\r\ntwo\rthree\u2028four\u0085five\n\n\n\nsix",
	"spaces":             "\u00a0 a\u200bzero\u2060width \u3000 b \t c\n \n d ",
	"invalid UTF-8":      "half a rune \xc3 and \xff\xfe",
	"a long word":        strings.Repeat("w", 300),
	"front matter":       "---\nid: other\n---\n# heading\n\n---\n",
	"names":              "../../etc/passwd con.txt $(reboot) '; drop table posts; --",
}

// hostile publishes what people and attackers paste. Each text is either
// rejected, and then nowhere to be found, or read back as it was published.
func hostile(f *fixture) {
	for name, text := range hostileTexts {
		s := f.segment(text)
		r := f.request(s)
		o, err := f.acc.Posts.Publish(f.ctx(), r)
		if err != nil {
			if provider.KindOf(err) != provider.Rejected {
				f.Errorf("%s: %v of kind %q", name, err, provider.KindOf(err))
			}
			f.count(s, 0)
			continue
		}
		f.sound(o, s)
		f.reads(o)
		f.advance(time.Second)
		if f.Failed() {
			f.Fatalf("with %s: %q", name, text)
		}
	}
}

func limits(f *fixture) {
	long := f.segment(strings.Repeat("word ", max(f.acc.Limits.Characters, 500)/5+2000))
	_, err := f.acc.Posts.Publish(f.ctx(), f.request(long))
	if f.acc.Limits.Characters == 0 {
		if err != nil {
			f.Errorf("no limit is declared, and a long text: %v", err)
		}
	} else {
		f.is(err, provider.Rejected)
		f.count(long, 0)
	}
	full := strings.Repeat("word ", f.acc.Limits.Characters/5)
	if full = strings.TrimSpace(full); full != "" {
		_, o := f.publish(f.segment(full))
		f.reads(o)
	}
	empty := f.segment("")
	empty.HTML, empty.Title, empty.Media = "", "", nil
	_, err = f.acc.Posts.Publish(f.ctx(), f.request(empty))
	f.is(err, provider.Rejected)
}

// cancelled calls everything with a context that has ended: all return, and
// nothing happens.
func cancelled(f *fixture) {
	_, o := f.publish(f.segment("Before the end"))
	ctx, cancel := context.WithCancel(f.ctx())
	cancel()
	s := f.segment("After the end")
	r := f.request(s)
	r.At = r.At.Add(48 * time.Hour)
	calls := map[string]func() error{
		"publish": func() error { _, err := f.acc.Posts.Publish(ctx, r); return err },
		"edit":    func() error { _, err := f.acc.Posts.Edit(ctx, o.ID, r); return err },
		"delete":  func() error { return f.acc.Posts.Delete(ctx, o.ID) },
		"get":     func() error { _, err := f.acc.Posts.Get(ctx, o.ID); return err },
		"list":    func() error { return lastError(ctx, f.acc.Posts) },
	}
	f.cancelledFacets(ctx, calls, o.ID, r)
	for name, call := range calls {
		err := call()
		if err == nil {
			f.Errorf("%s: no error from a context that has ended", name)
		} else if !errors.Is(err, context.Canceled) && provider.KindOf(err) != provider.Unsupported {
			f.Errorf("%s: %v is not context.Canceled", name, err)
		}
	}
	f.reads(o)
	f.count(s, 0)
}

func (f *fixture) cancelledFacets(ctx context.Context, calls map[string]func() error, id string, r provider.Request) {
	if p := f.acc.Pins; p != nil {
		calls["pin"] = func() error { return p.Pin(ctx, id) }
		calls["unpin"] = func() error { return p.Unpin(ctx, id) }
	}
	if s := f.acc.Schedules; s != nil {
		calls["schedule"] = func() error { _, err := s.Schedule(ctx, r); return err }
		calls["reschedule"] = func() error { _, err := s.Reschedule(ctx, id, r.At); return err }
		calls["unschedule"] = func() error { return s.Unschedule(ctx, id) }
		calls["list scheduled"] = func() error { _, err := s.ListScheduled(ctx); return err }
	}
	if p := f.acc.Profile; p != nil {
		calls["get profile"] = func() error { _, err := p.GetProfile(ctx); return err }
		calls["set profile"] = func() error { _, err := p.SetProfile(ctx, content.Face{Name: "Nobody"}); return err }
	}
}

func lastError(ctx context.Context, p provider.Posts) (last error) {
	for _, err := range p.List(ctx) {
		last = err
	}
	return last
}
