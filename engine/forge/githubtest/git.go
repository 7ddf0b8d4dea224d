package githubtest

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// git is the folder of a bare repository.
type git string

func (g git) run(args ...string) (string, error) {
	if err := os.MkdirAll(string(g), 0o755); err != nil {
		return "", err
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = string(g)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_DIR="+string(g),
		"GIT_AUTHOR_NAME=GitHub", "GIT_AUTHOR_EMAIL=noreply@example.org", "GIT_COMMITTER_NAME=GitHub", "GIT_COMMITTER_EMAIL=noreply@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

func (g git) must(t testing.TB, args ...string) string {
	t.Helper()
	out, err := g.run(args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tip returns a branch's commit, or nothing.
func (g git) tip(branch string) string {
	out, err := g.run("rev-parse", "-q", "--verify", "refs/heads/"+branch+"^{commit}")
	if err != nil {
		return ""
	}
	return out
}

// merge carries a merge out and moves the base branch.
func (g git) merge(p *pull, style string) (commit string, err error) {
	old := g.tip(p.base)
	message := fmt.Sprintf("%s (#%d)", p.title, p.number)
	switch style {
	case "merge":
		commit, err = g.merged(old, p.headSHA, message, "-p", old, "-p", p.headSHA)
	case "squash":
		commit, err = g.merged(old, p.headSHA, message, "-p", old)
	case "rebase":
		commit, err = g.rebased(old, p.headSHA)
	default:
		err = fmt.Errorf("%q is no style", style)
	}
	if err != nil {
		return "", err
	}
	_, err = g.run("update-ref", "refs/heads/"+p.base, commit, old)
	return commit, err
}

// merged makes a commit with the tree of both sides.
func (g git) merged(ours, theirs, message string, parents ...string) (string, error) {
	tree, err := g.run("merge-tree", "--write-tree", ours, theirs)
	if err != nil {
		return "", err
	}
	return g.run(append([]string{"commit-tree", tree, "-m", message}, parents...)...)
}

// rebased puts each commit of head onto base.
func (g git) rebased(base, head string) (string, error) {
	list, err := g.run("rev-list", "--no-merges", base+".."+head)
	if err != nil {
		return "", err
	}
	commits := strings.Fields(list)
	slices.Reverse(commits)
	for _, c := range commits {
		message, err := g.run("log", "-1", "--format=%B", c)
		if err != nil {
			return "", err
		}
		tree, err := g.rebase(base, c)
		if err != nil {
			return "", err
		}
		if base, err = g.run("commit-tree", tree, "-m", message, "-p", base); err != nil {
			return "", err
		}
	}
	return base, nil
}

// rebase returns the tree of commit's change on top of base. merge-tree takes no
// merge base before Git 2.40, so the change goes through an index of its own.
func (g git) rebase(base, commit string) (string, error) {
	index, err := os.CreateTemp("", "githubtest-index-")
	if err != nil {
		return "", err
	}
	_ = index.Close()
	_ = os.Remove(index.Name()) // git makes it
	defer func() { _ = os.Remove(index.Name()) }()
	script := `export GIT_INDEX_FILE="$1"; git read-tree "$2" && git diff-tree -p --binary "$3^" "$3" | git apply --cached && git write-tree`
	cmd := exec.Command("sh", "-c", script, "sh", index.Name(), base, commit)
	cmd.Dir = string(g)
	cmd.Env = append(os.Environ(), "GIT_DIR="+string(g))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git apply: %w: %s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}
