// Package load reads a workspace from any fs.FS (a work tree or a Git revision)
// into content, with the place of everything that was written. One YAML decode
// a file: to a Node, from there by hand to plain values for the schema and to
// structs for the engine. It imports content, diag, schemas, yaml.v3 and
// jsonschema.
//
// What people write is hostile until it has been read: sizes, nesting, aliases
// and the number of diagnostics a file are bounded, links that lead out of the
// workspace are not followed, and whatever is wrong with a file becomes a
// diagnostic, never a panic.
package load

import (
	"io/fs"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// Positions finds the place of a field: "id", "accounts[1]", "media[0].alt",
// "options.mastodon.visibility". A field's place is its value; its key's place
// is under the path with a trailing colon, "id:".
type Positions map[string]diag.Pos

// File is one decoded file. Pos finds the places of its fields.
type File[T any] struct {
	Path  string // relative to the workspace, slashes
	Value T
	// At is nil in what Open and Post return, for most files are never asked;
	// where it is set by hand, Pos looks there first.
	At Positions

	doc      *document
	variants []*document
}

// PostFile names a post's file and its variants, not yet read.
type PostFile struct {
	Path     string
	Brand    string
	Month    string
	Variants []VariantFile
}

// VariantFile is <name>.<selector>.md beside its post.
type VariantFile struct {
	Path     string
	Selector string
}

// Workspace is a workspace with everything read but the posts, which are read
// one at a time so that a hundred thousand of them fit in memory. It is not
// changed after Open, so that Post may be called from several goroutines.
type Workspace struct {
	FS         fs.FS
	Config     *File[content.Workspace] // nil when smm.yaml is unusable
	Strategies map[string]*File[content.Strategy]
	Accounts   map[string]*File[content.Account]
	Plans      []*File[content.MonthPlan] // by path
	Campaigns  map[string]*File[content.Campaign]
	Playbooks  map[string]*File[content.Playbook]
	Posts      []PostFile // by path
	// Files counts every file of the workspace that was found.
	Files       int
	Diagnostics diag.List
	// Unreadable lists files that gave no value at all. While there is one,
	// nothing may be retracted.
	Unreadable []string
	// Overlooked lists what lies under content/ and may be posts in a place or by
	// a name that nothing reads: a file moved there must not look deleted either.
	Overlooked []string

	groups map[string][]string // by account, sorted
	slots  map[string]slotPlace
	links  map[string]string // a symbolic link's path: what it leads to

	planFiles []planFile // found, and not yet read
}

type slotPlace struct {
	plan  *File[content.MonthPlan]
	index int
}

// Groups returns the names of the groups that hold account, sorted.
func (w *Workspace) Groups(account string) []string { return w.groups[account] }

// Slot returns the slot of that id, or nil.
func (w *Workspace) Slot(id string) *content.Slot {
	plan, i := w.SlotPlace(id)
	if plan == nil {
		return nil
	}
	return &plan.Value.Slots[i]
}

// SlotPlace returns the plan that holds the slot and its index there, so that
// its place can be told; nil where there is no such slot.
func (w *Workspace) SlotPlace(id string) (*File[content.MonthPlan], int) {
	p := w.slots[id]
	return p.plan, p.index
}

// HasLinks reports whether symbolic links stand among the workspace's own files.
func (w *Workspace) HasLinks() bool { return len(w.links) > 0 }
