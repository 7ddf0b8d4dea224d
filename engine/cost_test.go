package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// TestRequests: one listing page per 40 posts in the drift window, one request a
// segment, one a file, three commits at most, none where there is nothing to do.
func TestRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.Advance(-40 * 24 * time.Hour)
	w.account("one", mastodontest.Options{})
	s := w.servers["one"]
	for i := range 60 {
		s.Foreign(fmt.Sprintf("Long ago, %d.", i))
	}
	w.clock.Advance(39 * 24 * time.Hour)
	for i := range 90 {
		s.Foreign(fmt.Sprintf("Lately, %d.", i))
	}
	w.clock.Advance(24 * time.Hour)
	for i := range 3 {
		w.write(fmt.Sprintf("content/acme/2026-12/media/%d.png", i), picture(t, uint8(50+i)))
	}
	w.post("pictures", "media: [{file: media/0.png, alt: Nought}, {file: media/1.png, alt: One}, {file: media/2.png, alt: Two}]\n", "Pictures.")
	w.post("thread", "", "One.\n\n---\n\nTwo.\n\n---\n\nThree.")
	w.post("plain", "", "Plain.")
	out := w.publish("Three posts")
	if out.Result.Counts[apply.Published] != 3 {
		t.Fatalf("events %v", out.Result.Events)
	}
	reqs := s.Requests()
	if n := reqs["POST /api/v1/statuses"]; n != 5 {
		t.Errorf("%d publications for 5 segments", n)
	}
	if n := sum(reqs, "POST /api/v2/media"); n != 3 {
		t.Errorf("%d uploads of 3 files", n)
	}
	if n := reqs[listing]; n != 3 {
		t.Errorf("%d pages for 90 posts in the window and 60 before it: %v", n, reqs)
	}
	commits := func() string { return w.git(w.dir, "--git-dir=forge.git", "rev-list", "--count", "smm-ledger") }
	if got := commits(); got != "3" {
		t.Errorf("%s commits, want the ledger's first and two", got)
	}
	w.clock.Advance(time.Minute)
	before := s.Requests()
	w.apply()
	after := s.Requests()
	for what, n := range after {
		if more := n - before[what]; more > 0 && !strings.HasPrefix(what, "GET ") {
			t.Errorf("an apply with nothing to do made %d × %s", more, what)
		}
	}
	if n := after[listing] - before[listing]; n != 3 {
		t.Errorf("%d pages for 95 posts", n)
	}
	if n := after["GET /api/v1/statuses/:id"]; n > 0 {
		t.Errorf("%d posts were fetched one by one though nothing differs", n)
	}
	if got := commits(); got != "3" {
		t.Errorf("%s commits after an apply with nothing to do", got)
	}
	if c := s.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %v", c)
	}
}

// TestLimitsAreRemembered: what a server allows is known offline after the first
// apply.
func TestLimitsAreRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("one", mastodontest.Options{MaxCharacters: 1000})
	long := strings.TrimSpace(strings.Repeat("many words ", 70)) + "."
	w.post("short", "", "Short.")
	w.post("longer", "publish_at: 2026-12-20T09:00\n", long)
	w.commit("Two posts")
	w.push()
	invalid := func() bool {
		p := w.plan(engine.PlanOptions{Offline: true, Now: start.AddDate(0, 0, 20)})
		return change(t, p, "longer@one").Action == plan.Hold || change(t, p, "longer@one").Action == plan.Missed && !strings.Contains(change(t, p, "longer@one").Reason, "late")
	}
	r, err := w.engine().Validate(bg, nil)
	must(t, err)
	if len(r.Diagnostics) == 0 {
		t.Error("700 characters are taken for allowed before the server was asked")
	}
	w.apply()
	r, err = w.engine().Validate(bg, nil)
	must(t, err)
	for _, d := range r.Diagnostics {
		t.Errorf("after the server was asked: %s: %s", d.Path, d.Summary)
	}
	if invalid() {
		t.Error("the offline plan does not remember either")
	}
}

// TestComparison: what a branch changes, word by word, without a platform.
func TestComparison(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("same", "publish_at: 2026-12-10T09:00\n", "The same.")
	w.post("words", "publish_at: 2026-12-11T09:00\n", "Old words.")
	w.post("gone", "publish_at: 2026-12-12T09:00\n", "Gone.")
	w.post("moved", "publish_at: 2026-12-13T09:00\n", "Moved.")
	w.commit("Before")
	w.push()
	w.git(w.clone, "checkout", "--quiet", "-b", "feature")
	w.post("words", "publish_at: 2026-12-11T09:00\n", "New words.")
	w.post("moved", "publish_at: 2026-12-14T09:00\n", "Moved.")
	w.post("added", "publish_at: 2026-12-15T09:00\n", "Added.")
	w.remove("gone")
	w.git(w.clone, "mv", "content/acme/2026-12/same.md", "content/acme/2026-12/renamed.md")
	w.commit("After")
	before := sum(w.servers["one"].Requests(), "")
	for _, to := range []string{"HEAD", ""} { // the work tree, too
		p := w.plan(engine.PlanOptions{From: "main", To: to})
		got := actions(p)
		slices.Sort(got)
		same(t, "changes", got, "hold gone@one", "wait added@one", "wait moved@one", "wait words@one")
		fields := change(t, p, "words@one").Fields
		if len(fields) != 1 || fields[0].Before != "Old words." || fields[0].After != "New words." {
			t.Errorf("words: %+v", fields)
		}
		if r := change(t, p, "gone@one").Reason; !strings.Contains(r, "no longer") {
			t.Errorf("gone: %s", r)
		}
	}
	if n := sum(w.servers["one"].Requests(), ""); n != before {
		t.Errorf("%d requests", n-before)
	}
	if _, err := w.engine().Plan(bg, engine.PlanOptions{From: "nowhere", To: "HEAD"}); err == nil {
		t.Error("a revision that is not there was compared")
	}
}

// TestNoSecrets: the token is in no error, no event, no plan, no log, no ledger,
// no journal and no file, whatever goes wrong.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	var said strings.Builder
	note := func(v any, err error) {
		b, jerr := json.Marshal(v)
		must(t, jerr)
		fmt.Fprintf(&said, "%s\n%v\n%+v\n", b, err, err)
	}
	run := func(fault memory.FaultKind, ops ...string) {
		for _, op := range ops {
			w.servers["one"].Faults.Arm(op, slices.Repeat([]memory.Fault{{Kind: fault}}, 8)...)
		}
		out, err := w.engine().Apply(bg, engine.ApplyOptions{Event: func(ev apply.Event) { note(ev, nil) }})
		if out != nil {
			note(out.Plan, err)
		}
		note(nil, err)
		w.clock.Advance(time.Hour)
		for _, op := range ops { // what is left over
			for w.servers["one"].Faults.Next(op).Kind != memory.NoFault {
			}
		}
	}
	w.post("hello", "late: any\n", "Hello.")
	w.commit("A post")
	w.push()
	for _, f := range []memory.FaultKind{memory.Refused, memory.ErrorBefore, memory.LostResponse, memory.Throttled, memory.NotSupported} {
		run(f, memory.OpOpen)
		run(f, memory.OpPublish)
		run(f, memory.OpList)
	}
	w.accountAt("one", "http://127.0.0.1:1")
	w.commit("Nobody there")
	w.push()
	run(memory.NoFault)
	w.around = cutAfter(1) // leaves a journal
	w.accountAt("one", "http://127.0.0.1:2")
	w.commit("Nobody there, again")
	w.push()
	run(memory.NoFault)
	w.around = nil
	p, err := w.engine().Plan(bg, engine.PlanOptions{})
	note(p.Plan, err)
	_, err = w.engine().Import(bg, "one", time.Time{})
	note(nil, err)
	note(w.ledger(), nil)
	if said.Len() < 2000 || !strings.Contains(w.log.String(), "publish") {
		t.Fatalf("too little was said to prove anything:\n%s", w.log)
	}
	for name, text := range map[string]string{"what was said": said.String(), "the log": w.log.String(), "the ledger": w.git(w.dir, "--git-dir=forge.git", "log", "-p", "smm-ledger")} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("the token is in %s: …%s…", name, text[max(0, i-200):min(len(text), i+60)])
		}
	}
	must(t, filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), secret) {
			t.Errorf("the token is in %s", path)
		}
		return err
	}))
}
