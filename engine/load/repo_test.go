package load

import (
	"os"
	"testing"
)

// The repository's own workspace is loaded without a word.
func TestOwnWorkspace(t *testing.T) {
	t.Parallel()
	w, err := Open(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range w.Diagnostics {
		t.Errorf("%s:%d:%d %s %s", d.Path, d.Line, d.Column, d.Rule, d.Summary)
	}
	for _, pf := range w.Posts {
		f, diags := w.Post(pf)
		for _, d := range diags {
			t.Errorf("%s:%d:%d %s %s", d.Path, d.Line, d.Column, d.Rule, d.Summary)
		}
		if f == nil || f.Value.ID == "" {
			t.Errorf("%s: no value", pf.Path)
		}
	}
	if len(w.Posts) < 20 || len(w.Plans) != 3 || len(w.Accounts) < 2 || w.Config == nil {
		t.Errorf("posts %d, plans %d, accounts %d", len(w.Posts), len(w.Plans), len(w.Accounts))
	}
}
