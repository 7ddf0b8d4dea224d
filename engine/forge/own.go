package forge

import "strings"

// Own reports whether a comment by that login is one of ours; self is what
// Comments.Self says. A job's own token does not tell whose it is; it comments under a
// name that no person and no other app can have: GitHub's is github-actions[bot], and
// Gitea and Forgejo reserve their runners' (routers and models/user, 2026-11-24).
func Own(by, self string) bool {
	if self != "" {
		return strings.EqualFold(by, self)
	}
	return by == "github-actions[bot]" || by == "gitea-actions" || by == "forgejo-actions"
}
