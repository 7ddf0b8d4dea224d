package githubtest

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
)

func (s *Server) statusObject(r *Repository, by User, commit string, one forge.Status) object {
	id := s.next()
	var target any
	if one.URL != "" {
		target = one.URL
	}
	return object{
		"id": id, "node_id": node("SC", id), "url": s.URL + "/repos/" + r.FullName() + "/statuses/" + commit, "avatar_url": nil,
		"state": string(one.State), "description": one.Description, "target_url": target, "context": one.Context,
		"created_at": stamp(now()), "updated_at": stamp(now()), "creator": s.user(by),
	}
}

// comparison answers with a page of the commits between, as GitHub does.
func (s *Server) comparison(r request, left, right, common string) answer {
	ahead, err := r.repo.git.run("rev-list", "--reverse", left+".."+right)
	if err != nil {
		return failure(500, "Server Error")
	}
	behind, err := r.repo.git.run("rev-list", right+".."+left)
	if err != nil {
		return failure(500, "Server Error")
	}
	var commits []object
	for _, c := range strings.Fields(ahead) {
		commits = append(commits, s.commitObject(r.repo, c))
	}
	cut := page(s, r, commits)
	shown, is := cut.body.([]object)
	if !is {
		return cut
	}
	url := fmt.Sprintf("%s/repos/%s/compare/%s...%s", s.URL, r.repo.FullName(), left, right)
	html := fmt.Sprintf("%s/%s/compare/%s...%s", site, r.repo.FullName(), left, right)
	a := ok(object{
		"url": url, "html_url": html, "permalink_url": html, "diff_url": html + ".diff", "patch_url": html + ".patch",
		"base_commit": s.commitObject(r.repo, left), "merge_base_commit": s.commitObject(r.repo, common),
		"status": standing(len(strings.Fields(ahead)), len(strings.Fields(behind))), "ahead_by": len(strings.Fields(ahead)),
		"behind_by": len(strings.Fields(behind)), "total_commits": len(commits), "commits": shown, "files": []object{},
	})
	a.header = cut.header
	return a
}

func standing(ahead, behind int) string {
	switch {
	case ahead > 0 && behind > 0:
		return "diverged"
	case ahead > 0:
		return "ahead"
	case behind > 0:
		return "behind"
	}
	return "identical"
}

func (s *Server) commitObject(r *Repository, sha string) object {
	out, _ := r.git.run("log", "-1", "--format=%T%n%P%n%an%n%ae%n%aI%n%B", sha)
	lines := append(strings.SplitN(out, "\n", 6), "", "", "", "", "", "")
	base := s.URL + "/repos/" + r.FullName()
	parents := []object{}
	for _, p := range strings.Fields(lines[1]) {
		parents = append(parents, object{"sha": p, "url": base + "/commits/" + p, "html_url": site + "/" + r.FullName() + "/commit/" + p})
	}
	person := object{"name": lines[2], "email": lines[3], "date": lines[4]}
	return object{
		"sha": sha, "node_id": "C_" + sha, "url": base + "/commits/" + sha, "html_url": site + "/" + r.FullName() + "/commit/" + sha,
		"comments_url": base + "/commits/" + sha + "/comments", "author": nil, "committer": nil, "parents": parents,
		"commit": object{
			"author": person, "committer": person, "message": lines[5], "comment_count": 0, "url": base + "/git/commits/" + sha,
			"tree": object{"sha": lines[0], "url": base + "/git/trees/" + lines[0]},
		},
	}
}
