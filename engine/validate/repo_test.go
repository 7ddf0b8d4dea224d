package validate_test

import (
	"os"
	"testing"

	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/site"
	"github.com/smmctl/smmctl/engine/validate"
)

// This repository's own workspace, which the README's first command publishes,
// is without an error or a warning.
func TestOwnWorkspace(t *testing.T) {
	t.Parallel()
	ws, err := load.Open(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	drivers := map[string]*provider.Driver{"site": site.Driver(), "mastodon": mastodon.Driver()}
	r, err := validate.Check(t.Context(), ws, validate.Options{Drivers: drivers})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diagnostics {
		t.Errorf("%s:%d:%d: %s: %s (%s) %s", d.Path, d.Line, d.Column, d.Severity, d.Summary, d.Rule, d.Hint)
	}
	if len(r.Posts) < 20 || r.Incomplete {
		t.Errorf("%d posts, incomplete: %v", len(r.Posts), r.Incomplete)
	}
}
