package scaffold

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/schemas"
)

// Options say what a new workspace is to be.
type Options struct {
	Dir      string
	Forge    string // "", github or gitea
	Timezone string // an IANA name
	Clock    clock.Clock
	Version  string // of smmctl that the forge's workflows install
	Commit   string // that this version was built from
	NewID    func() string
	// Contents gives what the workspace begins with, instead of two posts that
	// show how it is done.
	Contents func(Start) (*Contents, error)
}

// Made is a new workspace, or what an existing one got.
type Made struct {
	Dir string `json:"dir"`
	// Existing says that the workspace was there before: only its workflows are
	// new, and Brand and Account are empty.
	Existing bool     `json:"existing"`
	Brand    string   `json:"brand"`
	Account  string   `json:"account"`
	Branch   string   `json:"branch"`
	LedgerID string   `json:"ledger"`
	Files    []string `json:"files"` // relative to Dir
	// Workflows are for the forge, relative to the repository's root.
	Workflows []string `json:"workflows"`
	// Commit is the workspace's first commit; empty where the repository had
	// commits already, for then committing is for its owner.
	Commit string `json:"commit"`
	// Kept are files that were there already and that the owner may have to
	// change.
	Kept []string `json:"kept"`
}

// workspace is what the templates are filled from.
type workspace struct {
	Brand, Account, Timezone, Branch, LedgerID, Forge string
}

type month struct {
	workspace
	Month string
	Slots []slot
}

type slot struct{ ID, At, Pillar, Brief string }

// Init makes a workspace: files, a Git repository where there is none, the
// ledger's local branch and, in a repository without commits, a first commit. In
// an existing workspace it writes a forge's workflows, where they are wished for.
func Init(ctx context.Context, o Options) (*Made, error) {
	if o.Forge != "" && !slices.Contains(Forges(), o.Forge) {
		return nil, wrong("forge %q: github or gitea", o.Forge)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(filepath.Join(o.Dir, repo.WorkspaceFile)); err == nil {
		if o.Forge == "" || o.Contents != nil {
			return nil, &ExistsError{repo.WorkspaceFile}
		}
		return addWorkflows(o)
	}
	r, err := repository(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	w := workspace{Brand: Slug(filepath.Base(r.Workspace)), Timezone: o.Timezone, LedgerID: newID(o.NewID), Forge: o.Forge}
	w.Account = w.Brand + "-site"
	if w.Branch, err = branchOf(ctx, r); err != nil {
		return nil, err
	}
	files, err := w.begin(o)
	if err != nil {
		return nil, err
	}
	made := &Made{Dir: r.Workspace, Brand: w.Brand, Account: w.Account, Branch: w.Branch, LedgerID: w.LedgerID, Kept: kept(r.Workspace, files)}
	return made, made.carryOut(ctx, r, w, o, files)
}

// carryOut writes everything, the ledger's branch first: where that cannot be
// had, nothing has been written.
func (m *Made) carryOut(ctx context.Context, r *repo.Repo, w workspace, o Options, files []File) error {
	flows, err := workflows(r, w, o)
	if err != nil {
		return err
	}
	if err := cmp.Or(absent(r.Workspace, files), absent(r.Root, flows)); err != nil {
		return err
	}
	l, err := gitledger.Open(gitledger.Options{Repo: r.Root, ID: w.LedgerID, Clock: o.Clock, Git: r.Git})
	if err != nil {
		return err
	}
	if err := l.Init(ctx); err != nil {
		return fmt.Errorf("branch %s: %w: rename it, or keep its workspace", gitledger.DefaultBranch, err)
	}
	if m.Files, err = write(r.Workspace, files); err != nil {
		return err
	}
	if m.Workflows, err = write(r.Root, flows); err != nil {
		return err
	}
	m.Commit, err = firstCommit(ctx, r, append(below(r.Prefix, m.Files), m.Workflows...))
	return err
}

func newID(from func() string) string {
	if from != nil {
		return from()
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// files lists the workspace's files.
func (w workspace) files(now time.Time) ([]File, error) {
	months, err := w.months(now)
	if err != nil {
		return nil, err
	}
	b := w.builder()
	for _, m := range months {
		b.add(m.folder()+"plan.yaml", "init/plan.yaml", m, false)
	}
	first, last := months[0], months[len(months)-1]
	b.add(first.folder()+"hello.md", "init/hello.md", first, false)
	next := struct{ Slot slot }{last.Slots[len(last.Slots)-1]}
	b.add(last.folder()+"what-comes-next.md", "init/next.md", next, false)
	return append(b.files, schemaFiles()...), b.err
}

// builder has what every workspace begins with.
func (w workspace) builder() *builder {
	b := &builder{}
	b.add(repo.WorkspaceFile, "init/smm.yaml", w, false)
	b.add("strategies/"+w.Brand+"/strategy.yaml", "init/strategy.yaml", w, false)
	b.add(accountPath(w.Brand, w.Account), "init/account.yaml", w, false)
	b.add(".gitignore", "init/gitignore", w, true)
	b.add("README.md", "init/README.md", w, true)
	return b
}

func (m month) folder() string { return "content/" + m.Brand + "/" + m.Month + "/" }

type builder struct {
	files []File
	err   error
}

func (b *builder) add(name, tmpl string, data any, keep bool) {
	text, err := fill(tmpl, data, schemaOf(name))
	b.err = errors.Join(b.err, err)
	b.files = append(b.files, File{Path: name, Data: text, Keep: keep})
}

// months are the plan of the month that it is, with a slot now and one in a
// week; where that is in the next month, there is a second plan.
func (w workspace) months(now time.Time) ([]month, error) {
	zone, err := time.LoadLocation(w.Timezone)
	if err != nil {
		return nil, wrong("time zone %q does not exist", w.Timezone)
	}
	today := now.In(zone).Truncate(time.Minute)
	next := time.Date(today.Year(), today.Month(), today.Day()+7, 9, 0, 0, 0, zone)
	first := month{w, today.Format("2006-01"), []slot{{
		today.Format("2006-01-02") + "-hello", written(today, zone), "news", "Say hello: the first post of this workspace",
	}}}
	second := slot{next.Format("2006-01-02") + "-next", written(next, zone), "craft", "Show what a post that waits looks like"}
	if m := next.Format("2006-01"); m != first.Month {
		return []month{first, {w, m, []slot{second}}}, nil
	}
	first.Slots = append(first.Slots, second)
	return []month{first}, nil
}

// written is a time as a person would write it, with its offset only where the
// zone skips or repeats the hour.
func written(t time.Time, zone *time.Location) string {
	plain := t.Format("2006-01-02T15:04")
	if parsed, err := content.ParseTime(plain); err == nil {
		if at, err := parsed.In(zone); err == nil && at.Equal(t) {
			return plain
		}
	}
	return t.Format("2006-01-02T15:04-07:00")
}

// schemaFolder holds a workspace's own copies of the schemas.
const schemaFolder = ".schemas"

// up leads from a file's folder to the workspace.
func up(name string) string { return strings.Repeat("../", strings.Count(name, "/")) }

// schemaFiles are copies of the schemas, so that editors explain and complete
// without a network.
func schemaFiles() []File {
	names, err := fs.Glob(schemas.FS, "*.schema.json")
	if err != nil {
		return nil // the pattern is right
	}
	var out []File
	for _, name := range names {
		if data, err := fs.ReadFile(schemas.FS, name); err == nil {
			out = append(out, File{Path: schemaFolder + "/" + name, Data: data, Keep: true})
		}
	}
	return out
}

func absent(dir string, files []File) error {
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path))); err == nil && !f.Keep {
			return &ExistsError{f.Path}
		}
	}
	return nil
}

// kept lists files that are there already and that matter.
func kept(dir string, files []File) []string {
	out := []string{}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path))); err == nil && f.Keep && !strings.HasPrefix(f.Path, schemaFolder) {
			out = append(out, f.Path)
		}
	}
	return out
}

func below(prefix string, files []string) []string {
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = path.Join(prefix, f)
	}
	return out
}
