// Package load reads a workspace from any fs.FS (a work tree or a Git revision)
// into content, with the place of everything that was written. One YAML decode
// a file: to a Node, from there by hand to plain values for the schema and to
// structs for the engine. It imports content, diag, schemas, yaml.v3 and
// jsonschema.
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

// File is one decoded file.
type File[T any] struct {
	Path  string // relative to the workspace, slashes
	Value T
	At    Positions
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
// one at a time so that a hundred thousand of them fit in memory.
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
}
