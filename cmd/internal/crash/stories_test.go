package crash

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// story is one post's first and later form, a text a segment.
type story struct {
	id                string
	first, later      []string
	front, laterFront string
	// kept says that the later form is an edit; else it is a replacement.
	kept bool
	// gone says that the later form is a retraction.
	gone bool
}

// stories are an edit, a thread that is mended and grows, a picture that is
// retracted, and, by an option that cannot be edited, a replacement: as far as
// the kind of platform has these.
func (w *world) stories() []story {
	out := []story{
		{
			id: "plain-text", kept: w.can.Edit,
			first: []string{"First snow: the coats are here."}, later: []string{"First snow: the coats are here, and so are the hats."},
		},
		{
			id: "one-picture", gone: w.can.Retract, kept: true,
			first: []string{"A red coat."}, later: []string{"A red coat."},
			front: "media: [{file: media/coat.png, alt: A red coat on a bench}]\n",
		},
	}
	if w.can.Retract {
		out[1].laterFront = "retract: true\n"
	}
	if w.can.Thread {
		out = append(out, story{
			id: "long-thread", kept: w.can.Edit,
			first: []string{"One of three.", "Two of three.", "Three of three."},
			later: []string{"One of three.", "Two of three, mended.", "Three of three.", "And a fourth."},
		})
	}
	if w.name == "mastodon" {
		out = append(out, story{
			id: "to-replace", first: []string{"Seen by everybody."}, later: []string{"Seen by everybody."},
			laterFront: "options: {mastodon: {visibility: unlisted}}\n",
		})
	}
	return out
}

// publishedOnce is how often each text is to be accepted, at first.
func (w *world) publishedOnce() map[string]int {
	want := map[string]int{}
	for _, s := range w.stories() {
		for _, text := range s.first {
			want[text]++
		}
	}
	return want
}

// afterChange is the same after the posts have changed: an edit publishes what is
// new behind the old, a replacement everything.
func (w *world) afterChange() map[string]int {
	want := w.publishedOnce()
	for _, s := range w.stories() {
		for i, text := range s.later {
			if !s.gone && (!s.kept || i >= len(s.first)) {
				want[text]++
			}
		}
	}
	return want
}

// judge compares what the platforms were sent with what was wanted.
func (w *world) judge(when string, wanted map[string]int) (problems []string) {
	open := w.unsettled()
	for _, a := range accounts {
		p := w.platforms[a]
		count := map[string]int{}
		for _, text := range p.Accepted() {
			count[text]++
		}
		for text, n := range count {
			if most := max(wanted[text], 1); n > most {
				problems = append(problems, fmt.Sprintf("%s: %s accepted %q %d times", when, a, text, n))
			}
		}
		for text, n := range wanted {
			if count[text] < n && !open[w.keyOf(text, a)] {
				problems = append(problems, fmt.Sprintf("%s: %s never got %q (%d of %d)", when, a, text, count[text], n))
			}
		}
		if n := len(slices.DeleteFunc(p.Live(), func(text string) bool { return text != foreign(a) })); n != 1 {
			problems = append(problems, fmt.Sprintf("%s: %s: the foreign post is there %d times", when, a, n))
		}
		if c := p.Complaints(); len(c) > 0 {
			problems = append(problems, fmt.Sprintf("%s: %s complains: %v", when, a, c))
		}
	}
	slices.Sort(problems)
	return problems
}

// keyOf is the Key whose post has a text.
func (w *world) keyOf(text, account string) string {
	for _, s := range w.stories() {
		if slices.Contains(s.first, text) || slices.Contains(s.later, text) {
			return s.id + "@" + account
		}
	}
	return ""
}

// unsettled lists the Keys whose outcome smmctl says that it does not know. Only
// where nothing can be listed may there be any.
func (w *world) unsettled() map[string]bool {
	out := map[string]bool{}
	if !w.blind {
		return out
	}
	code, text := w.smmctl(w.clone(), order{Args: []string{"status", "--json"}})
	var status struct {
		Entries []struct{ Key, State string }
	}
	if err := json.Unmarshal([]byte(text), &status); err != nil || code != 0 {
		w.t.Fatalf("status: exit %d, %v\n%s", code, err, text)
	}
	for _, e := range status.Entries {
		if e.State == "unknown" {
			out[e.Key] = true
		}
	}
	return out
}

// liveNow checks the final state: what is live, and only that.
func (w *world) liveNow(when string) (problems []string) {
	open := w.unsettled()
	for _, a := range accounts {
		var want []string
		for _, s := range w.stories() {
			if !s.gone && !open[s.id+"@"+a] {
				want = append(want, s.later...)
			}
		}
		got := slices.DeleteFunc(w.platforms[a].Live(), func(text string) bool {
			return text == foreign(a) || open[w.keyOf(text, a)]
		})
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			problems = append(problems, fmt.Sprintf("%s: live on %s:\n  %s\nwant\n  %s", when, a, strings.Join(got, "\n  "), strings.Join(want, "\n  ")))
		}
	}
	return problems
}
