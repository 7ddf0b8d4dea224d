package delivery

import "testing"

// What came in from another branch was shown to nobody, though somebody approved
// of the pull request before it was given the published branch.
func retargeted(t *testing.T, w *world) {
	dir := w.cloneOf(w.repo, w.writer, "main")
	branch := func(name, id string) string {
		w.git(dir, "checkout", "--quiet", "-b", name)
		w.write(dir, path(id), post(id, due, "Words of "+id+"."))
		w.commit(dir, id)
		w.git(dir, "push", "--quiet", "origin", name)
		commit := w.git(dir, "rev-parse", "HEAD")
		w.repo.Wait(t, name, commit)
		return commit
	}
	branch("side", "unseen-post")
	head := branch("small", "seen-post")
	p := &proposal{world: w, repo: w.repo, by: w.writer, branch: "small", dir: dir}
	p.number = w.repo.Open(t, w.writer, "small", "side", "A small thing")
	w.repo.WaitHead(t, p.number, head)
	p.approve()
	w.repo.Retarget(t, w.writer, p.number, "main")
	p.merge("merge")
	r := w.publish()
	w.accepted()
	p.has(r.out, "another branch")
}
