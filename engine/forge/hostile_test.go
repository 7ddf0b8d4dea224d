package forge_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
)

const pullJSON = `{"id":1,"number":7,"state":"open","title":"x","base":{"ref":"main","sha":"` + commit + `"},"head":{"ref":"x","sha":"` + commit + `"},"updated_at":"2026-12-01T00:00:00Z"%s}`

// long is not to stand in an error, nor on a terminal.
var long = `\u001b[31m\n` + strings.Repeat("x", 100_000)

// TestHostileAnswers: whatever comes is an error and no panic.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing": "", "null": "null", "a text": `"x"`, "a number": "-1", "a page": "<html></html>", "half": `{"id":1,`, "an empty object": "{}",
		"a list of nothing": "[null]", "a list of texts": `["x"]`, "a list of lists": "[[]]", "an element without an id": `[{"body":"x"}]`,
		"a negative id": `[{"id":-1}]`, "a number as text": `[{"id":"1"}]`, "a huge number": `[{"id":1e99}]`, "a fraction": `[{"id":1.5}]`,
		"deep": strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "a user that is none": `{"id":1,"number":7,"user":5,"login":5}`,
		"no branches": `{"id":1,"number":7,"state":"open"}`, "a long state": `[{"id":1,"state":"` + long + `"}]`, "a long number": `[{"id":` + strings.Repeat("9", 100_000) + `}]`,
		"a long time": strings.ReplaceAll(fmt.Sprintf(pullJSON, ""), "2026", long), "a wrong time": fmt.Sprintf(pullJSON, `,"merged_at":"yesterday"`),
		"merged as nothing": "[" + strings.Replace(fmt.Sprintf(pullJSON, `,"merged_at":"2026-12-01T00:00:00Z"`), "open", "closed", 1) + "]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
			for _, f := range clients(t, s.URL, &dial{}) {
				for _, c := range calls {
					if c.name == "status" { // its answer is not read
						continue
					}
					err := c.do(t.Context(), f)
					if err == nil && !harmless(name, c.name) {
						t.Errorf("%s %s: no error", f.Name, c.name)
					}
					if err != nil && (len(err.Error()) > 500 || strings.ContainsAny(err.Error(), "\x1b\n")) {
						t.Errorf("%s %s: the error repeats the answer: %.600q", f.Name, c.name, err)
					}
				}
			}
		})
	}
}

// harmless are answers that are as they should be for one of the calls.
func harmless(name, call string) bool {
	comment := name == "no branches" || name == "a wrong time" || name == "a long time" // they have an id
	if name == "a long state" {
		return call == "comments" // they have none
	}
	return strings.HasPrefix(name, "merged as") && (call == "reviews" || call == "comments") || comment && (call == "create" || call == "edit")
}

// TestHugeAnswers: what does not end is not read to its end.
func TestHugeAnswers(t *testing.T) {
	t.Parallel()
	s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		for chunk := strings.Repeat(" ", 1<<20); ; {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	for _, f := range clients(t, s.URL, &dial{}) {
		if _, err := f.Comments.List(t.Context(), 7); err == nil || !strings.Contains(err.Error(), "larger than allowed") {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if n := len(s.asked()); n != 2 {
		t.Errorf("asked %d times: what is too large is not asked for again", n)
	}
}

// TestEndlessLists: the bound is an error, for half a list of reviews is none.
func TestEndlessLists(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fresh bool
		says  string
	}{"new ones for ever": {true, "more than 100 pages"}, "the same page for ever": {false, "nothing new"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
				if c.fresh {
					n++
				}
				w.Header().Set("Link", `<http://evil.example/?page=2>; rel="next"`)
				fmt.Fprintf(w, `[{"id":%d,"state":"COMMENTED"}]`, n+1)
			})
			for _, f := range clients(t, s.URL, &dial{}) {
				if _, err := f.Pulls.Reviews(t.Context(), 7); err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
		})
	}
}

// TestHiddenElements: Gitea's number of reviews counts other people's drafts,
// which it does not show, and its pages may be shorter than asked for.
func TestHiddenElements(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"1": `[{"id":1,"state":"APPROVED","commit_id":"` + commit + `"}]`, "2": `[]`, "3": `[{"id":2,"state":"REQUEST_CHANGES"}]`}
	s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Total-Count", "101")
		body := pages[r.URL.Query().Get("page")]
		if body == "" {
			body = "[]"
		}
		_, _ = io.WriteString(w, body)
	})
	got, err := clients(t, s.URL, &dial{})[1].Pulls.Reviews(t.Context(), 7)
	if err != nil || len(got) != 2 || got[1].State != forge.ChangesRequested {
		t.Errorf("%+v %v", got, err)
	}
}

// TestNobodysApproval: one counts where an account gave it.
func TestNobodysApproval(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]forge.ReviewState{
		`{"id":5,"login":"anna"}`: forge.Approved, `{"id":-2,"login":"gitea-actions"}`: forge.Commented, `{"login":"anna"}`: forge.Commented, `null`: forge.Commented,
	} {
		s := newStub(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `[{"id":1,"state":"APPROVED","commit_id":"%s","user":%s}]`, commit, user)
		})
		for _, f := range clients(t, s.URL, &dial{}) {
			if got, err := f.Pulls.Reviews(t.Context(), 7); err != nil || len(got) != 1 || got[0].State != want {
				t.Errorf("%s %s: %+v %v", f.Name, user, got, err)
			}
		}
	}
}

// TestMergedHead: whatever Gitea answers, a merged pull request has the head that
// was merged, or is an error.
func TestMergedHead(t *testing.T) {
	t.Parallel()
	const head = "89abcdef0123456789abcdef0123456789abcdef"
	pull := strings.Replace(fmt.Sprintf(pullJSON, `,"merged_at":"2026-12-01T00:00:00Z","merge_commit_sha":"`+commit+`"`), "open", "closed", 1)
	one := func(name, sha string) string {
		return `{"ref":"` + name + `","object":{"type":"commit","sha":"` + sha + `"}}`
	}
	for refs, good := range map[string]bool{
		"[" + one("refs/pull/7/head", head) + "]": true, one("refs/pull/7/head", head): true,
		"[" + one("refs/pull/7/header", commit) + "," + one("refs/pull/7/head", head) + "]": true,
		"[" + one("refs/pull/7/header", head) + "]":                                         false,
		one("refs/pull/7/head", "main"):                                                     false, "[]": false, "{}": false, "null": false, "5": false, "": false,
	} {
		s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
			answer := pull
			if strings.HasSuffix(r.URL.Path, "/git/refs/pull/7/head") {
				answer = refs
			}
			_, _ = io.WriteString(w, answer)
		})
		got, err := clients(t, s.URL, &dial{})[1].Pulls.Pull(t.Context(), 7)
		if (err == nil) != good || err == nil && got.HeadSHA != head {
			t.Errorf("%s: %+v %v", refs, got, err)
		}
	}
}

// TestForkIsAssumed: where the answer does not say that both sides are one
// repository, they are not.
func TestForkIsAssumed(t *testing.T) {
	t.Parallel()
	for sides, fork := range map[string]bool{
		`"repo":{"id":1}|"repo":{"id":1}`: false, `"repo":{"id":1}|"repo":{"id":2}`: true, `"repo":{"id":1}|"repo":null`: true,
		`"repo":null|"repo":{"id":1}`: true, `"x":1|"x":1`: true, `"repo":{"id":0}|"repo":{"id":0}`: true, `"repo":{}|"repo":{}`: true,
	} {
		base, head, _ := strings.Cut(sides, "|")
		body := fmt.Sprintf(`{"id":1,"number":7,"state":"open","base":{"ref":"main","sha":"%s",%s},"head":{"ref":"x","sha":"%s",%s},"updated_at":"2026-12-01T00:00:00Z"}`, commit, base, commit, head)
		s := newStub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		got, err := clients(t, s.URL, &dial{})[1].Pulls.Pull(t.Context(), 7)
		if err != nil || got.Fork != fork {
			t.Errorf("%s: %+v %v", sides, got, err)
		}
	}
}

// TestMergedStopsAtSince: what is older is not read.
func TestMergedStopsAtSince(t *testing.T) {
	t.Parallel()
	s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", `<x?page=2>; rel="next"`)
		_, _ = io.WriteString(w, "["+fmt.Sprintf(pullJSON, "")+"]")
	})
	for _, f := range clients(t, s.URL, &dial{}) {
		got, err := f.Pulls.Merged(t.Context(), "main", time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC))
		if err != nil || len(got) != 0 {
			t.Errorf("%s: %v %v", f.Name, got, err)
		}
	}
	if n := len(s.asked()); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// TestRetargetedBehindRemarks: Gitea hides remarks on lines, and whole pages of
// them look like the end. They are not, unless nothing is merged yet.
func TestRetargetedBehindRemarks(t *testing.T) {
	t.Parallel()
	const at = `"created_at":"2026-12-01T00:00:00Z"`
	for name, c := range map[string]struct {
		pages []string
		want  bool
		err   error
	}{
		"behind":              {[]string{"null", "null", `[{"id":1,"type":"change_target_branch",` + at + `}]`, "null", `[{"id":2,"type":"merge_pull",` + at + `}]`}, true, nil},
		"never":               {[]string{`[{"id":1,"type":"comment",` + at + `}]`, "null", `[{"id":2,"type":"merge_pull",` + at + `}]`}, false, nil},
		"an end not in sight": {[]string{`[{"id":1,"type":"comment",` + at + `}]`}, false, forge.ErrUnclear},
	} {
		s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("page"))
			w.Header().Set("X-Total-Count", "0")
			if n < 1 || n > len(c.pages) {
				_, _ = io.WriteString(w, "null")
				return
			}
			_, _ = io.WriteString(w, c.pages[n-1])
		})
		got, err := clients(t, s.URL, &dial{})[1].Pulls.Retargeted(t.Context(), &forge.Pull{Number: 7, Merged: true})
		if !errors.Is(err, c.err) || got.IsZero() == c.want {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}
