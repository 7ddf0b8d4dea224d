package delivery

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/smmctl/smmctl/engine/forge/giteatest"
)

// TestDelivery runs every story on one Gitea, each in a repository of its own.
func TestDelivery(t *testing.T) {
	t.Parallel()
	server := giteatest.Start(t)
	for _, c := range []struct {
		name string
		tell func(*testing.T, *world)
	}{
		{"one-comment", oneComment},
		{"invalid", invalid},
		{"fork", fork},
		{"accounts", accounts},
		{"published", published},
		{"one-comma", oneComma},
		{"killed", killed},
		{"late-review", lateReview},
		{"saved-plan", savedPlan},
		{"retargeted", retargeted},
		{"run-again", runAgain},
	} {
		t.Run(c.name, func(t *testing.T) { // one after another: their jobs are processes, and the machine is small
			c.tell(t, newWorld(t, server, c.name))
		})
	}
}

type comment struct {
	ID   int64
	Body string
	User struct{ Login string }
}

func (p *proposal) comments() (out []comment) {
	p.t.Helper()
	p.world.repo.Call(p.t, p.world.repo.Owner, http.MethodGet, fmt.Sprintf("/repos/%s/issues/%d/comments", p.world.repo.FullName(), p.number), nil, &out)
	return out
}

// comment is the only one on the pull request that carries a mark.
func (p *proposal) comment(mark string) comment {
	p.t.Helper()
	found := slices.DeleteFunc(p.comments(), func(c comment) bool { return !strings.Contains(c.Body, mark) })
	if len(found) != 1 {
		p.t.Fatalf("%d comments with %s, want 1: %+v", len(found), mark, found)
	}
	if found[0].User.Login != p.robot.Name {
		p.t.Errorf("the comment is by %s", found[0].User.Login)
	}
	return found[0]
}

const (
	planMark    = "<!-- smmctl:plan"
	publishMark = "<!-- smmctl:outcomes"
)

func (p *proposal) has(text string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			p.t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

func (p *proposal) hasNot(text string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			p.t.Errorf("%q is in:\n%s", part, text)
		}
	}
}

// status is the newest mark beside the branch's tip.
func (p *proposal) status() (state, description string) {
	p.t.Helper()
	var out []struct{ Status, Context, Description string }
	commit := p.git(p.dir, "rev-parse", "HEAD")
	p.world.repo.Call(p.t, p.world.repo.Owner, http.MethodGet, fmt.Sprintf("/repos/%s/commits/%s/statuses?sort=recentupdate", p.world.repo.FullName(), commit), nil, &out)
	for _, s := range out {
		if s.Context == "smmctl/plan" {
			return s.Status, s.Description
		}
	}
	p.t.Fatalf("no status smmctl/plan on %s: %+v", commit, out)
	return "", ""
}

func (w *world) accepted(want ...string) {
	w.t.Helper()
	got := w.platform.Accepted()
	if !slices.Equal(got, want) {
		w.t.Errorf("the platform was sent %q, want %q", got, want)
	}
	if c := w.platform.Complaints(); len(c) > 0 {
		w.t.Errorf("complaints: %q", c)
	}
}

// A pull request is planned, mended, planned again: one comment all the time.
func oneComment(t *testing.T, w *world) {
	p := w.propose("two-posts", map[string]string{path("first-post"): post("first-post", due, "The frist words."), path("later-post"): post("later-post", "2099-01-05T09:00", "Later words.")})
	w.want(0, p.plan(nil, "--offline"))
	before := p.comment(planMark)
	p.has(before.Body, "first-post", "later-post", account, "The frist words.", approver)
	if state, text := p.status(); state != "success" || !strings.Contains(text, "once approved") {
		t.Errorf("status %s: %s", state, text)
	}
	w.want(0, p.plan(nil, "--offline"))
	if again := p.comment(planMark); again != before {
		t.Errorf("planned again with nothing changed, and the comment is another:\n%+v", again)
	}
	p.push(map[string]string{path("first-post"): post("first-post", due, "The first words.")}, "Mend a word")
	r := w.want(0, p.plan(nil, "--offline"))
	after := p.comment(planMark)
	if after.ID != before.ID {
		t.Errorf("comment %d, and before %d", after.ID, before.ID)
	}
	p.has(after.Body, "The first words.")
	p.hasNot(after.Body, "frist")
	p.has(r.summary, "first-post")
	w.accepted()
}

// What is invalid fails the check, on its line.
func invalid(t *testing.T, w *world) {
	p := w.propose("broken", map[string]string{path("broken-post"): strings.Replace(post("broken-post", due, "Words."), "status: ready", "status: redy", 1)})
	w.want(3, p.plan(nil, "--offline"))
	p.has(p.comment(planMark).Body, path("broken-post"), "redy")
	if state, _ := p.status(); state != "failure" {
		t.Errorf("status %s", state)
	}
	if n := len(p.remarks()); n != 1 {
		t.Errorf("%d remarks on lines, want 1", n)
	}
	w.want(3, p.plan(nil, "--offline"))
	if n := len(p.remarks()); n != 1 {
		t.Errorf("%d remarks on lines after a second run, want 1", n)
	}
	p.push(map[string]string{path("broken-post"): post("broken-post", due, "Words.")}, "Mend it")
	w.want(0, p.plan(nil, "--offline"))
	if state, _ := p.status(); state != "success" {
		t.Errorf("status %s after it was mended", state)
	}
	if n := len(p.remarks()); n != 0 {
		t.Errorf("%d remarks on lines after it was mended", n)
	}
}

// remarks are those on the pull request's lines.
func (p *proposal) remarks() (out []string) {
	p.t.Helper()
	var reviews []struct{ ID int64 }
	base := fmt.Sprintf("/repos/%s/pulls/%d/reviews", p.world.repo.FullName(), p.number)
	p.world.repo.Call(p.t, p.world.repo.Owner, http.MethodGet, base, nil, &reviews)
	for _, r := range reviews {
		var remarks []struct{ Body, Path string }
		p.world.repo.Call(p.t, p.world.repo.Owner, http.MethodGet, fmt.Sprintf("%s/%d/comments", base, r.ID), nil, &remarks)
		for _, m := range remarks {
			out = append(out, m.Path+": "+m.Body)
		}
	}
	return out
}

var hostile = "@anna @acme/team #1 GH-1 acme/fork#1 \\<!-- smmctl:plan fake --> \\</details> \\<b>bold\\</b> \\<img src=x>\n\n" +
	"![track](https://evil.example/x.png) [site](https://evil.example) | a | b |\n\n" +
	"```\n\n````\n\n::error file=x::gotcha\n\n::stop-commands::x\n\n\u202egnol a si siht\n"

// A stranger's fork is planned without secrets, without a network, and cannot do
// anything by what it says.
func fork(t *testing.T, w *world) {
	stranger := w.repo.User(t, "stan")
	copied := w.repo.Fork(t, stranger)
	p := w.proposeFrom(copied, stranger, "hostile", map[string]string{
		path("hostile-post"): post("hostile-post", due, hostile+"\n\n<b>bold</b> <img src=x onerror=alert(1)> <!-- smmctl:plan fake -->\n"),
		path("valid-post"):   post("valid-post", due, hostile),
		"action.yml":         "runs: {using: composite, steps: [{run: touch /tmp/owned, shell: bash}]}\n",
	})
	asked := w.counted()
	r := w.want(3, p.plan(w.secrets())) // raw HTML is invalid
	if n := asked(); n != 0 {
		t.Errorf("the platform was asked %d times", n)
	}
	body := p.comment(planMark).Body
	if n := strings.Count(body, "<!--"); n != 1 {
		t.Errorf("%d HTML comments in the comment:\n%s", n, body)
	}
	html := p.rendered(body)
	for _, bad := range []string{`class="mention"`, "<img", "evil.example\"", `class="ref-issue"`, "<b>bold", "<script"} {
		if strings.Contains(html, bad) {
			t.Errorf("%s in what the forge makes of the comment:\n%s", bad, html)
		}
	}
	if strings.Count(html, "<details") != strings.Count(html, "</details>") || strings.Count(html, "<details") == 0 {
		t.Errorf("details are not balanced:\n%s", html)
	}
	if regexp.MustCompile(`(?m)^::(stop-commands|error file=x)`).MatchString(r.out) {
		t.Errorf("a workflow command of the post's was printed:\n%s", r.out)
	}
	for _, u := range []string{approver, "acme"} {
		if n := w.notices(u, p.number); n {
			t.Errorf("%s was pinged", u)
		}
	}
}

// rendered is what the forge shows of a comment.
func (p *proposal) rendered(body string) string {
	p.t.Helper()
	status, html := p.world.repo.Try(p.t, p.world.repo.Owner, http.MethodPost, "/markdown",
		map[string]any{"Text": body, "Mode": "comment", "Context": p.world.repo.FullName()})
	if status != http.StatusOK {
		p.t.Fatalf("markdown: HTTP %d %s", status, html)
	}
	return string(html)
}

// notices reports whether somebody was mentioned in a pull request.
func (w *world) notices(user string, number int) bool {
	w.t.Helper()
	var out []struct {
		Type string
	}
	w.repo.Call(w.t, w.repo.User(w.t, user), http.MethodGet, fmt.Sprintf("/repos/%s/issues?type=pulls&mentioned_by=%s&state=all", w.repo.FullName(), user), nil, &out)
	return len(out) > 0
}

// counted returns how often the platform is asked from now on.
func (w *world) counted() func() int {
	before := w.requests()
	return func() int { return w.requests() - before }
}

func (w *world) requests() int { return int(w.asked.Load()) }

// Who changes where things go gets no secret to go with it.
func accounts(t *testing.T, w *world) {
	var reached atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(evil.Close)
	file := "strategies/acme/accounts/" + account + ".yaml"
	old, err := os.ReadFile(filepath.Join(w.clone("main"), filepath.FromSlash(file)))
	must(t, err)
	p := w.propose("elsewhere", map[string]string{
		file:               strings.Replace(string(old), w.front, evil.URL, 1),
		path("a-new-post"): post("a-new-post", due, "Words."),
	})
	w.want(0, p.plan(w.secrets()))
	if reached.Load() != 0 {
		t.Error("the new server was asked")
	}
	p.has(p.comment(planMark).Body, "a-new-post", file)
	safe := w.propose("only-words", map[string]string{path("other-post"): post("other-post", due, "Words.")})
	count := w.counted()
	w.want(0, safe.plan(w.secrets()))
	if count() == 0 {
		t.Errorf("a pull request of our own that touches a post only was not planned against what is live:\n%s", safe.comment(planMark).Body)
	}
	w.accepted()
}

// Approved, merged, published twice at once: each post is out once, and the pull
// request says where.
func published(t *testing.T, w *world) {
	p := w.propose("news", map[string]string{
		path("good-news"): post("good-news", due, "Good news."), path("more-news"): post("more-news", due, "More news."),
		path("next-news"): post("next-news", "2099-01-05T09:00", "Next news."),
	})
	w.want(0, p.plan(nil, "--offline"))
	p.approve()
	p.merge("squash")
	first, finishFirst := w.startJob("push", map[string]any{"ref": "refs/heads/main"}, w.secrets(), "ci", "publish")
	second, finishSecond := w.startJob("schedule", map[string]any{}, w.secrets(), "ci", "publish")
	must(t, first.Start())
	must(t, second.Start())
	a, b := finishFirst(), finishSecond()
	for _, r := range []result{a, b} {
		if r.code != 0 && r.code != 6 {
			t.Errorf("exit %d\n%s", r.code, r.out)
		}
	}
	r := w.want(0, w.publish())
	w.accepted("Good news.", "More news.")
	body := p.comment(publishMark).Body
	p.has(body, "good-news", "more-news", "next-news", "https://", approver)
	p.has(r.summary+a.summary+b.summary, "good-news", "https://")
	p.has(w.git(w.ledger(), "show", "FETCH_HEAD:entries", "FETCH_HEAD:approvals.json")+w.entries(), `"approved":[{"by":"`+approver+`"`)
	was := p.comment(publishMark)
	w.want(0, w.publish())
	if now := p.comment(publishMark); now != was {
		t.Errorf("nothing happened, and the comment is another:\n%+v\n%+v", was, now)
	}
	p.comment(planMark)
}

// ledger is a clone with the ledger's branch fetched.
func (w *world) ledger() string {
	w.t.Helper()
	dir := w.clone("main")
	w.git(dir, "fetch", "--quiet", "origin", "smm-ledger")
	return dir
}

// entries is every entry of the ledger.
func (w *world) entries() string {
	w.t.Helper()
	return w.git(w.ledger(), "grep", "-h", "", "FETCH_HEAD", "--", "entries")
}

// One comma voids one post's approval and not the other's.
func oneComma(t *testing.T, w *world) {
	p := w.propose("commas", map[string]string{path("kept-post"): post("kept-post", due, "Kept words."), path("changed-post"): post("changed-post", due, "Changed words.")})
	p.approve()
	p.push(map[string]string{path("changed-post"): post("changed-post", due, "Changed, words.")}, "A comma")
	r := w.want(0, p.plan(nil, "--offline"))
	_ = r
	p.merge("merge")
	w.publish()
	w.accepted("Kept words.")
	p.has(p.comment(publishMark).Body, "changed-post", "approv")
	// Approved afterwards, it goes out.
	q := w.propose("again", map[string]string{path("changed-post"): post("changed-post", due, "Changed, better words.")})
	q.approve()
	q.merge("rebase")
	w.want(0, w.publish())
	w.accepted("Kept words.", "Changed, better words.")
	// Nobody approves their own, and a push past the pull requests is held.
	dir := w.cloneOf(w.repo, w.writer, "main")
	w.write(dir, path("sneaked-in"), post("sneaked-in", due, "Sneaked in."))
	w.commit(dir, "Straight to main")
	w.git(dir, "push", "--quiet", "origin", "main")
	w.repo.Wait(t, "main", w.git(dir, "rev-parse", "HEAD"))
	w.publish()
	w.accepted("Kept words.", "Changed, better words.")
}

// A runner is killed after the platform has published and before it has answered.
func killed(t *testing.T, w *world) {
	p := w.propose("doomed", map[string]string{path("doomed-post"): post("doomed-post", due, "Said once.")})
	p.approve()
	p.merge("merge")
	cmd, finish := w.startJob("push", map[string]any{"ref": "refs/heads/main"}, w.secrets(), "ci", "publish")
	must(t, cmd.Start())
	w.mu.Lock()
	w.victim = cmd.Process.Pid
	w.mu.Unlock()
	if r := finish(); r.code != -1 {
		t.Fatalf("it was to be killed, and ended with %d\n%s", r.code, r.out)
	}
	w.accepted("Said once.")
	w.want(0, w.publish())
	w.accepted("Said once.")
	p.has(p.comment(publishMark).Body, "doomed-post", "https://")
}

// What is merged unreviewed is held; a review of the merged pull request lets it
// go.
func lateReview(t *testing.T, w *world) {
	p := w.propose("hasty", map[string]string{path("hasty-post"): post("hasty-post", due, "Hasty words.")})
	p.merge("merge")
	w.publish()
	w.accepted()
	p.has(p.comment(publishMark).Body, "hasty-post", approver)
	id := p.comment(publishMark).ID
	q := w.propose("reviewed", map[string]string{path("hasty-post"): post("hasty-post", due, "Less hasty words.")})
	q.approve()
	q.merge("squash")
	w.want(0, w.publish())
	w.accepted("Less hasty words.")
	if now := p.comment(publishMark); now.ID != id {
		t.Error("the first pull request has another comment")
	}
	q.has(q.comment(publishMark).Body, "https://")
}

// The plan that was saved in the pull request is what runs after the merge,
// change by change.
func savedPlan(t *testing.T, w *world) {
	p := w.propose("saved", map[string]string{path("saved-post"): post("saved-post", due, "Saved words."), path("moved-post"): post("moved-post", due, "Moved words.")})
	p.approve()
	out := filepath.Join(t.TempDir(), "report")
	w.want(0, p.plan(w.secrets(), "--out", out))
	p.push(map[string]string{path("moved-post"): post("moved-post", due, "Other words.")}, "After the plan")
	p.approve()
	p.merge("merge")
	dir := w.clone("main")
	w.gathered()
	r := w.want(7, w.smmctl(dir, w.secrets(), "apply", filepath.Join(out, "plan.json"), "--auto-approve"))
	p.has(r.out, "moved-post@"+account+": its file has changed")
	w.accepted("Saved words.")
}

// gathered lets the ledger know who approved what, and publishes nothing: the
// account has no credential.
func (w *world) gathered() {
	w.t.Helper()
	w.job("push", map[string]any{"ref": "refs/heads/main"}, nil, "ci", "publish")
	w.accepted()
}

// A job that is run again for an older commit publishes nothing.
func runAgain(t *testing.T, w *world) {
	p := w.propose("older", map[string]string{path("older-post"): post("older-post", due, "Older words.")})
	p.approve()
	p.merge("merge")
	old := w.clone("main")
	q := w.propose("newer", map[string]string{path("older-post"): post("older-post", due, "Newer words.")})
	q.approve()
	q.merge("merge")
	w.want(7, w.smmctl(old, w.secrets(), "apply", "--auto-approve"))
	w.accepted()
	w.want(0, w.publish())
	w.accepted("Newer words.")
}
