package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
)

// thread is a pull request on a forge in memory. It logs in as by, and tells so
// where tells is set.
type thread struct {
	by       string
	tells    bool
	pull     forge.Pull
	comments []forge.Comment
	statuses []forge.Status
	remarks  []forge.Remark
	writes   int
	next     int64
	fail     map[string]error // by method, once
	lose     bool             // the answer of the next Create
}

func (t *thread) failing(method string) error {
	err := t.fail[method]
	delete(t.fail, method)
	return err
}

func (t *thread) Pull(context.Context, int) (*forge.Pull, error) {
	p := t.pull
	return &p, t.failing("Pull")
}
func (t *thread) Merged(context.Context, string, time.Time) ([]forge.Pull, error) { return nil, nil }
func (t *thread) Reviews(context.Context, int) ([]forge.Review, error)            { return nil, nil }

func (t *thread) Retargeted(context.Context, *forge.Pull) (time.Time, error) {
	return time.Time{}, nil
}

func (t *thread) List(context.Context, int) ([]forge.Comment, error) {
	return append([]forge.Comment{}, t.comments...), t.failing("List")
}

func (t *thread) Create(_ context.Context, _ int, body string) (*forge.Comment, error) {
	if err := t.failing("Create"); err != nil {
		return nil, err
	}
	t.writes++
	t.add(t.by, body)
	if t.lose {
		t.lose = false
		return nil, errors.New("the answer is lost")
	}
	return &t.comments[len(t.comments)-1], nil
}

func (t *thread) add(by, body string) {
	t.next++
	t.comments = append(t.comments, forge.Comment{ID: t.next, By: by, Body: body})
}

func (t *thread) Edit(_ context.Context, id int64, body string) (*forge.Comment, error) {
	if err := t.failing("Edit"); err != nil {
		return nil, err
	}
	for i := range t.comments {
		if t.comments[i].ID == id {
			t.writes++
			t.comments[i].Body = body
			return &t.comments[i], nil
		}
	}
	return nil, forge.ErrNotFound
}

func (t *thread) Self(context.Context) (string, error) {
	if !t.tells {
		return "", nil
	}
	return t.by, t.failing("Self")
}

func (t *thread) Set(_ context.Context, _ string, s forge.Status) error {
	t.statuses = append(t.statuses, s)
	return t.failing("Set")
}

func (t *thread) Replace(_ context.Context, _ int, _, _ string, list []forge.Remark) error {
	t.remarks = list
	return t.failing("Replace")
}

func (t *thread) forge(name string) *forge.Forge {
	f := &forge.Forge{Name: name, Pulls: t, Comments: t, Statuses: t}
	if name == ci.Gitea {
		f.Remarks = t
	}
	return f
}

func (t *thread) bodies() string {
	var out []string
	for _, c := range t.comments {
		out = append(out, c.By+": "+c.Body)
	}
	return strings.Join(out, "\n")
}

const mark = "<!-- mark -->"

func TestOneCommentIsKept(t *testing.T) {
	t.Parallel()
	lost := errors.New("the line is down")
	for _, c := range []struct {
		name   string
		home   string // github
		thread thread
		have   []forge.Comment
		body   string
		want   string
		writes int
		err    error
	}{
		{name: "none yet", thread: thread{by: "bot", tells: true}, have: []forge.Comment{{By: "ada", Body: "hello"}},
			body: "new", want: "ada: hello\nbot: " + mark + "new", writes: 1},
		{name: "another text", thread: thread{by: "bot", tells: true}, have: []forge.Comment{{By: "bot", Body: mark + "old"}, {By: "ada", Body: "hello"}},
			body: "new", want: "bot: " + mark + "new\nada: hello", writes: 1},
		{name: "the same text, as a forge keeps it", thread: thread{by: "bot", tells: true}, have: []forge.Comment{{By: "bot", Body: mark + "a\r\nb\r\n"}},
			body: "a\nb\n", want: "bot: " + mark + "a\r\nb\r\n", writes: 0},
		{name: "the oldest of several", thread: thread{by: "bot", tells: true}, have: []forge.Comment{{By: "bot", Body: mark + "1"}, {By: "bot", Body: mark + "2"}},
			body: "new", want: "bot: " + mark + "new\nbot: " + mark + "2", writes: 1},
		{name: "somebody copies the marker", thread: thread{by: "bot", tells: true}, have: []forge.Comment{{By: "eve", Body: mark + "fake"}},
			body: "new", want: "eve: " + mark + "fake\nbot: " + mark + "new", writes: 1},
		{name: "our marker in the midst of our other words", thread: thread{by: "bot", tells: true}, have: []forge.Comment{{By: "bot", Body: "see " + mark}},
			body: "new", want: "bot: see " + mark + "\nbot: " + mark + "new", writes: 1},
		{name: "a job's token does not tell", thread: thread{by: "github-actions[bot]"}, have: []forge.Comment{{By: "eve", Body: mark + "fake"}, {By: "github-actions[bot]", Body: mark + "old"}},
			body: "new", want: "eve: " + mark + "fake\ngithub-actions[bot]: " + mark + "new", writes: 1},
		{name: "another app's comment is not ours", thread: thread{by: "github-actions[bot]"}, have: []forge.Comment{{By: "other[bot]", Body: mark + "fake"}},
			body: "new", want: "other[bot]: " + mark + "fake\ngithub-actions[bot]: " + mark + "new", writes: 1},
		{name: "a job's token does not tell, first time", thread: thread{by: "github-actions[bot]"}, have: []forge.Comment{{By: "eve", Body: mark + "fake"}},
			body: "new", want: "eve: " + mark + "fake\ngithub-actions[bot]: " + mark + "new", writes: 1},
		{name: "a person's token that does not tell", home: ci.Gitea, thread: thread{by: "ada"}, have: []forge.Comment{{By: "ada", Body: mark + "old"}},
			body: "new", want: "ada: " + mark + "old", err: forge.ErrForbidden},
		{name: "Gitea's runner", home: ci.Gitea, thread: thread{by: "gitea-actions"}, have: []forge.Comment{{By: "gitea-actions", Body: mark + "old"}},
			body: "new", want: "gitea-actions: " + mark + "new", writes: 1},
		{name: "gone while we looked", thread: thread{by: "bot", tells: true, fail: map[string]error{"Edit": forge.ErrNotFound}}, have: []forge.Comment{{By: "bot", Body: mark + "old"}},
			body: "new", want: "bot: " + mark + "old\nbot: " + mark + "new", writes: 1},
		{name: "the answer is lost", thread: thread{by: "bot", tells: true, lose: true}, body: "new", want: "bot: " + mark + "new", writes: 1},
		{name: "the request is lost", thread: thread{by: "bot", tells: true, fail: map[string]error{"Create": lost}}, body: "new", err: lost},
		{name: "not allowed", thread: thread{by: "bot", tells: true, fail: map[string]error{"Create": forge.ErrForbidden}}, body: "new", err: forge.ErrForbidden},
		{name: "cannot be listed", thread: thread{by: "bot", tells: true, fail: map[string]error{"List": lost}}, body: "new", err: lost},
		{name: "cannot be edited", thread: thread{by: "bot", tells: true, fail: map[string]error{"Edit": lost}}, have: []forge.Comment{{By: "bot", Body: mark + "old"}},
			body: "new", want: "bot: " + mark + "old", err: lost},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			th := &c.thread
			for _, h := range c.have {
				th.add(h.By, h.Body)
			}
			home := c.home
			if home == "" {
				home = ci.GitHub
			}
			err := (&sticky{home: th.forge(home), pull: 7, marker: mark}).keep(t.Context(), mark+c.body)
			if !errors.Is(err, c.err) || c.err == nil && err != nil {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if got := th.bodies(); got != c.want {
				t.Errorf("comments:\n%s\nwant:\n%s", got, c.want)
			}
			if th.writes != c.writes {
				t.Errorf("%d writes, want %d", th.writes, c.writes)
			}
		})
	}
}
