package githubtest

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/forge"
)

const (
	maxBody        = 65536 // characters of a comment
	maxDescription = 140
)

func (s *Server) whoAmI(by User) answer {
	if by.job {
		return failure(http.StatusForbidden, "Resource not accessible by integration")
	}
	return ok(s.publicUser(by))
}

func (s *Server) listPulls(r request) answer {
	q := r.URL.Query()
	wants := map[string][]string{"state": {"", "open", "closed", "all"}, "sort": {"", "created", "updated"}, "direction": {"", "asc", "desc"}}
	for name, values := range wants {
		if !slices.Contains(values, q.Get(name)) {
			return invalid("PullRequest", name, "invalid")
		}
	}
	var found []*pull
	for _, p := range r.repo.pulls {
		r.repo.refresh(p)
		state := cmp.Or(q.Get("state"), "open")
		if (state == "all" || state == p.state()) && (q.Get("base") == "" || q.Get("base") == p.base) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *pull) int {
		if q.Get("sort") == "updated" {
			return a.updated.Compare(b.updated)
		}
		return a.made.Compare(b.made)
	})
	if q.Get("direction") != "asc" {
		slices.Reverse(found)
	}
	var out []object
	for _, p := range found {
		out = append(out, s.pullObject(r.repo, p))
	}
	return page(s, r, out)
}

func (s *Server) getPull(r request) answer {
	p := r.repo.find(r.args[0])
	if p == nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	return ok(s.wholePull(r.repo, p))
}

func (s *Server) listReviews(r request) answer {
	p := r.repo.find(r.args[0])
	if p == nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	var out []object
	for _, one := range p.reviews {
		out = append(out, s.reviewObject(r.repo, p, one))
	}
	return page(s, r, out)
}

// listTimeline has, of all that GitHub would list, the reviews and the changes of
// the base.
func (s *Server) listTimeline(r request) answer {
	p := r.repo.find(r.args[0])
	if p == nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	var out []object
	for _, one := range p.reviews {
		o := s.reviewObject(r.repo, p, one)
		o["event"] = "reviewed"
		out = append(out, o)
	}
	for _, one := range p.retargets {
		out = append(out, s.retargetObject(r.repo, one))
	}
	return page(s, r, out)
}

func (s *Server) compare(r request) answer {
	basehead, err := url.PathUnescape(r.args[0])
	base, head, both := strings.Cut(basehead, "...")
	if err != nil || !both {
		return failure(http.StatusNotFound, "Not Found")
	}
	git := r.repo.git
	left, err1 := git.run("rev-parse", "-q", "--verify", base+"^{commit}")
	right, err2 := git.run("rev-parse", "-q", "--verify", head+"^{commit}")
	if err1 != nil || err2 != nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	common, err := git.run("merge-base", left, right)
	if err != nil {
		return failure(http.StatusNotFound, "No common ancestor between "+base+" and "+head+".")
	}
	return s.comparison(r, left, right, common)
}

func (s *Server) getCommit(r request) answer {
	commit, err := r.repo.git.run("rev-parse", "-q", "--verify", r.args[0]+"^{commit}")
	if err != nil {
		return failure(http.StatusUnprocessableEntity, "No commit found for SHA: "+r.args[0])
	}
	return ok(s.commitObject(r.repo, commit))
}

func (s *Server) listComments(r request) answer {
	p := r.repo.find(r.args[0])
	if p == nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	var out []object
	for _, c := range r.repo.comments {
		if c.pull == p {
			out = append(out, s.commentObject(r.repo, c))
		}
	}
	return page(s, r, out)
}

// said checks a comment's body.
func said(body string) *answer {
	if strings.TrimSpace(body) == "" {
		a := invalid("IssueComment", "body", "missing_field")
		return &a
	}
	if utf8.RuneCountInString(body) > maxBody {
		a := invalid("IssueComment", "body", "too_long")
		return &a
	}
	return nil
}

func (s *Server) createComment(r request) answer {
	p := r.repo.find(r.args[0])
	if p == nil {
		return failure(http.StatusNotFound, "Not Found")
	}
	if bad := said(r.text("body")); bad != nil {
		return *bad
	}
	out := s.commentObject(r.repo, r.repo.say(p, r.by, r.text("body")))
	return answer{status: http.StatusCreated, body: out, header: map[string]string{"Location": out["url"].(string)}}
}

func (s *Server) editComment(r request) answer {
	i := slices.IndexFunc(r.repo.comments, func(c *comment) bool { return strconv.FormatInt(c.id, 10) == r.args[0] })
	if i < 0 {
		return failure(http.StatusNotFound, "Not Found")
	}
	c := r.repo.comments[i]
	if c.by.Name != r.by.Name && r.by.job {
		return failure(http.StatusForbidden, "Resource not accessible by integration")
	}
	if bad := said(r.text("body")); bad != nil {
		return *bad
	}
	c.body, c.updated, c.pull.updated = r.text("body"), now(), now()
	return ok(s.commentObject(r.repo, c))
}

var (
	wholeCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)
	stateWords  = []string{"error", "failure", "pending", "success"}
)

func (s *Server) createStatus(r request) answer {
	commit := r.args[0]
	if !wholeCommit.MatchString(commit) {
		return failure(http.StatusUnprocessableEntity, "The SHA must be exactly 40 characters and contain only [0-9a-f].")
	}
	if _, err := r.repo.git.run("cat-file", "-e", commit+"^{commit}"); err != nil {
		return failure(http.StatusUnprocessableEntity, "No commit found for SHA: "+commit)
	}
	if !slices.Contains(stateWords, r.text("state")) {
		return invalid("Status", "state", "invalid")
	}
	if utf8.RuneCountInString(r.text("description")) > maxDescription {
		return invalid("Status", "description", "too_long")
	}
	if u, err := url.Parse(r.text("target_url")); err != nil || r.text("target_url") != "" && u.Scheme != "https" && u.Scheme != "http" {
		return invalid("Status", "target_url", "invalid")
	}
	one := forge.Status{
		Context: cmp.Or(r.text("context"), "default"), State: forge.StatusState(r.text("state")),
		Description: r.text("description"), URL: r.text("target_url"),
	}
	r.repo.statuses = append(r.repo.statuses, status{commit, one})
	out := s.statusObject(r.repo, r.by, commit, one)
	return answer{status: http.StatusCreated, body: out, header: map[string]string{"Location": out["url"].(string)}}
}
