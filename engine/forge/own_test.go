package forge_test

import (
	"context"
	"errors"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
)

// thread is one pull request's comments, and who asks for them.
type thread struct {
	forge.Comments
	self string
	list []forge.Comment
}

func (t thread) Self(context.Context) (string, error)               { return t.self, nil }
func (t thread) List(context.Context, int) ([]forge.Comment, error) { return t.list, nil }

// A comment is ours by its mark and its author. Where the author cannot be told, no
// second one is made.
func TestFindOwn(t *testing.T) {
	t.Parallel()
	const mark = "<!-- mark -->"
	for name, c := range map[string]struct {
		home, self string
		list       []forge.Comment
		want       int64
		err        error
	}{
		"none":                       {"gitea", "bot", nil, 0, nil},
		"the oldest":                 {"github", "bot", []forge.Comment{{ID: 1, By: "bot"}, {ID: 2, By: "Bot", Body: mark}, {ID: 3, By: "bot", Body: mark}}, 2, nil},
		"space before it":            {"github", "bot", []forge.Comment{{ID: 2, By: "bot", Body: "\n " + mark}}, 2, nil},
		"in the midst":               {"github", "bot", []forge.Comment{{ID: 2, By: "bot", Body: "see " + mark}}, 0, nil},
		"a copy":                     {"gitea", "bot", []forge.Comment{{ID: 2, By: "eve", Body: mark}}, 0, nil},
		"nobody knows, GitHub":       {"github", "", []forge.Comment{{ID: 2, By: "eve", Body: mark}}, 0, nil},
		"nobody knows, Gitea":        {"gitea", "", []forge.Comment{{ID: 2, By: "ada", Body: mark}}, 0, forge.ErrForbidden},
		"nobody knows, space before": {"gitea", "", []forge.Comment{{ID: 2, By: "ada", Body: " " + mark}}, 0, forge.ErrForbidden},
		"nobody knows, none has it":  {"gitea", "", []forge.Comment{{ID: 2, By: "ada", Body: "hello"}}, 0, nil},
		"a runner's name cannot lie": {"gitea", "", []forge.Comment{{ID: 2, By: "ada", Body: mark}, {ID: 3, By: "gitea-actions", Body: mark}}, 3, nil},
	} {
		got, err := forge.FindOwn(t.Context(), &forge.Forge{Name: c.home, Comments: thread{self: c.self, list: c.list}}, 7, mark)
		var id int64
		if got != nil {
			id = got.ID
		}
		if id != c.want || !errors.Is(err, c.err) || c.err == nil && err != nil {
			t.Errorf("%s: %d, %v", name, id, err)
		}
	}
}
