package githubtest

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object.
type object = map[string]any

const site = "https://github.example"

// node is an id of the other interface, which every object has.
func node(kind string, id int64) string {
	return kind + "_" + base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(id, 10)))
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC3339)
}

// addresses adds to o an address below base for each name.
func addresses(o object, base string, names string) object {
	for _, name := range strings.Fields(names) {
		o[name] = base + "/" + strings.TrimSuffix(name, "_url")
	}
	return o
}

func (s *Server) user(u User) object {
	id := s.idOf("user " + u.Name)
	kind := "User"
	if u.job {
		kind = "Bot"
	}
	base := s.URL + "/users/" + strings.NewReplacer("[", "%5B", "]", "%5D").Replace(u.Name)
	o := object{"login": u.Name, "id": id, "node_id": node("U", id), "type": kind, "site_admin": false, "gravatar_id": "", "url": base}
	return addresses(o, base, "avatar_url events_url followers_url following_url gists_url html_url organizations_url received_events_url repos_url starred_url subscriptions_url")
}

func (s *Server) publicUser(u User) object {
	o := s.user(u)
	for _, name := range []string{"name", "company", "location", "email", "hireable", "bio"} {
		o[name] = nil
	}
	for _, name := range []string{"public_repos", "public_gists", "followers", "following"} {
		o[name] = 0
	}
	o["blog"], o["user_view_type"] = "", "public"
	o["created_at"], o["updated_at"] = "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"
	return o
}

func (s *Server) repositoryObject(r *Repository) object {
	id := s.idOf("repository " + r.FullName())
	base := s.URL + "/repos/" + r.FullName()
	o := object{
		"id": id, "node_id": node("R", id), "name": r.Name, "full_name": r.FullName(), "owner": s.user(r.Owner), "private": false, "fork": r.fork,
		"url": base, "html_url": site + "/" + r.FullName(), "clone_url": site + "/" + r.FullName() + ".git",
		"git_url": "git://github.example/" + r.FullName() + ".git", "ssh_url": "git@github.example:" + r.FullName() + ".git", "svn_url": site + "/" + r.FullName(),
		"mirror_url": nil, "description": nil, "homepage": nil, "language": nil, "license": nil, "default_branch": "main",
		"has_downloads": true, "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false, "has_discussions": false,
		"archived": false, "disabled": false, "created_at": stamp(r.made), "updated_at": stamp(r.made), "pushed_at": stamp(r.made),
	}
	for _, name := range []string{"forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers", "watchers_count"} {
		o[name] = 0
	}
	return addresses(o, base, `archive_url assignees_url blobs_url branches_url collaborators_url comments_url commits_url compare_url contents_url
		contributors_url deployments_url downloads_url events_url forks_url git_commits_url git_refs_url git_tags_url hooks_url issue_comment_url
		issue_events_url issues_url keys_url labels_url languages_url merges_url milestones_url notifications_url pulls_url releases_url stargazers_url
		statuses_url subscribers_url subscription_url tags_url teams_url trees_url`)
}

func (p *pull) state() string {
	if p.open {
		return "open"
	}
	return "closed"
}

func (s *Server) side(r *Repository, branch, sha string) object {
	return object{"label": r.Owner.Name + ":" + branch, "ref": branch, "sha": sha, "repo": s.repositoryObject(r), "user": s.user(r.Owner)}
}

// pullObject is how lists have a pull request: merged_by and merged are not in it.
func (s *Server) pullObject(r *Repository, p *pull) object {
	base, page := fmt.Sprintf("%s/repos/%s/pulls/%d", s.URL, r.FullName(), p.number), fmt.Sprintf("%s/%s/pull/%d", site, r.FullName(), p.number)
	issue := fmt.Sprintf("%s/repos/%s/issues/%d", s.URL, r.FullName(), p.number)
	links := object{}
	for name, href := range map[string]string{
		"self": base, "html": page, "issue": issue, "comments": issue + "/comments", "commits": base + "/commits",
		"statuses": base + "/statuses", "review_comments": base + "/comments", "review_comment": base + "/comments{/number}",
	} {
		links[name] = object{"href": href}
	}
	var mergedAs any
	if p.mergedAs != "" {
		mergedAs = p.mergedAs
	}
	return object{
		"id": p.id, "node_id": node("PR", p.id), "number": p.number, "state": p.state(), "title": p.title, "body": nil, "user": s.user(p.by),
		"locked": false, "draft": false, "url": base, "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch", "issue_url": issue,
		"commits_url": base + "/commits", "review_comments_url": base + "/comments", "review_comment_url": base + "/comments{/number}",
		"comments_url": issue + "/comments", "statuses_url": s.URL + "/repos/" + r.FullName() + "/statuses/" + p.headSHA,
		"created_at": stamp(p.made), "updated_at": stamp(p.updated), "closed_at": stamp(p.ended), "merged_at": stamp(p.merged),
		"merge_commit_sha": mergedAs, "assignee": nil, "assignees": []any{}, "requested_reviewers": []any{}, "requested_teams": []any{},
		"labels": []any{}, "milestone": nil, "author_association": "CONTRIBUTOR", "auto_merge": nil, "_links": links,
		"base": s.side(r, p.base, p.baseSHA), "head": s.side(p.from, p.head, p.headSHA),
	}
}

func (s *Server) wholePull(r *Repository, p *pull) object {
	o := s.pullObject(r, p)
	o["merged"], o["mergeable"], o["mergeable_state"], o["maintainer_can_modify"], o["rebaseable"] = !p.merged.IsZero(), true, "clean", false, true
	o["merged_by"] = nil
	if p.mergedBy != nil {
		o["merged_by"] = s.user(*p.mergedBy)
	}
	for _, name := range []string{"additions", "deletions", "changed_files", "comments", "commits", "review_comments"} {
		o[name] = 1
	}
	return o
}

func (s *Server) reviewObject(r *Repository, p *pull, one *review) object {
	base, page := fmt.Sprintf("%s/repos/%s/pulls/%d", s.URL, r.FullName(), p.number), fmt.Sprintf("%s/%s/pull/%d", site, r.FullName(), p.number)
	html := fmt.Sprintf("%s#pullrequestreview-%d", page, one.id)
	return object{
		"id": one.id, "node_id": node("PRR", one.id), "user": s.user(one.by), "body": one.body, "state": one.state, "commit_id": one.commit,
		"html_url": html, "pull_request_url": base, "author_association": "COLLABORATOR", "submitted_at": stamp(one.at),
		"_links": object{"html": object{"href": html}, "pull_request": object{"href": base}},
	}
}

func (s *Server) retargetObject(r *Repository, one retarget) object {
	return object{
		"id": one.id, "node_id": node("BRCE", one.id), "url": fmt.Sprintf("%s/repos/%s/issues/events/%d", s.URL, r.FullName(), one.id),
		"actor": s.user(one.by), "event": "base_ref_changed", "commit_id": nil, "commit_url": nil, "created_at": stamp(one.at),
		"performed_via_github_app": nil,
	}
}

func (s *Server) commentObject(r *Repository, c *comment) object {
	return object{
		"id": c.id, "node_id": node("IC", c.id), "body": c.body, "user": s.user(c.by),
		"url":       fmt.Sprintf("%s/repos/%s/issues/comments/%d", s.URL, r.FullName(), c.id),
		"html_url":  fmt.Sprintf("%s/%s/pull/%d#issuecomment-%d", site, r.FullName(), c.pull.number, c.id),
		"issue_url": fmt.Sprintf("%s/repos/%s/issues/%d", s.URL, r.FullName(), c.pull.number), "author_association": "CONTRIBUTOR",
		"created_at": stamp(c.made), "updated_at": stamp(c.updated),
	}
}
