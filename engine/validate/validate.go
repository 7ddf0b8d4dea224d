// Package validate checks a workspace: schemas, references both ways, what each
// network can carry, house rules. It imports content, diag, load, render,
// schemas and the types of provider.
package validate

import (
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// Report is what a check of a workspace found.
type Report struct {
	Files       int
	Diagnostics diag.List // sorted
	Posts       []Post    // by path
	// Incomplete says that some file could not be read.
	Incomplete bool
}

// Post is what is known of one post without reading it again. Publications have
// no segments; an invalid post's carry the reason in Invalid.
type Post struct {
	ID           string
	Path         string
	Status       content.Status
	Publications []content.Publication
}
