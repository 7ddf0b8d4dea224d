package scaffold

import (
	"regexp"

	"github.com/smmctl/smmctl/engine/repo"
)

// Forges lists the forges that there are workflows for.
func Forges() []string { return []string{"github", "gitea"} }

// The actions that workflows use, by commit: a tag can be moved. The commit is
// that of the tag behind it, read on 2026-11-24. Release 4 of checkout runs on
// Node.js 20, which the runners of older Gitea and Forgejo have, too.
const (
	checkoutGitHub = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
	checkoutGitea  = "https://github.com/actions/checkout@11d5960a326750d5838078e36cf38b85af677262 # v4.4.0"
	uploadGitHub   = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0"
	ownAction      = "smmctl/smmctl@"
)

var (
	releaseForm = regexp.MustCompile(`^v\d+\.\d+\.\d+(-(alpha|beta|rc)\.?\d+)?$`)
	commitForm  = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// forgeFiles is what the workflows' templates are filled from.
type forgeFiles struct {
	Forge, Branch    string
	Folder           string // of the workspace, empty at the repository's root
	Checkout, Action string // with what pins them
	Upload           string // GitHub's; Gitea keeps the report in the job's log
	Version          string // that the action installs
}

// workflows are the forge's files, by path from the repository's root.
func workflows(r *repo.Repo, w workspace, o Options) ([]File, error) {
	if o.Forge == "" {
		return nil, nil
	}
	data := forgeFiles{Forge: o.Forge, Branch: w.Branch, Folder: r.Prefix, Checkout: checkoutGitHub, Upload: uploadGitHub}
	data.Action, data.Version = pinned(o.Version, o.Commit)
	if o.Forge == "gitea" { // there, a short name may mean the instance's own copy
		data.Checkout, data.Action = checkoutGitea, "https://github.com/"+data.Action
	}
	var files []File
	for _, name := range []string{"plan", "publish"} {
		text, err := fill("forge/"+name+".yml", data, nil)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: "." + o.Forge + "/workflows/smmctl-" + name + ".yml", Data: text})
	}
	return files, nil
}

// pinned is the action and the version that it installs: the release that this
// program is, by its commit where that is known. What is no release cannot be
// downloaded, and is built.
func pinned(version, commit string) (action, install string) {
	switch {
	case !releaseForm.MatchString(version):
		return ownAction + "main # write a release here before you publish", "source"
	case commitForm.MatchString(commit):
		return ownAction + commit + " # " + version, version
	}
	return ownAction + version, version
}
