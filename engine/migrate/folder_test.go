package migrate

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/scaffold"
)

func tweets(t fatal, files map[string]string, past *history) *Export {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	e, err := readTweets(fsys, past, options(t, TwitterTogether))
	if err != nil {
		t.Fatalf("%v", err)
	}
	e.From, e.files = TwitterTogether, fsys
	return e
}

func TestTweets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want Post
		note string
	}{
		"text":         {"\n  Hello \n\n", Post{Parts: []string{"Hello"}}, ""},
		"windows":      {"\ufeff---\r\nreply: https://twitter.com/a/status/1\r\n---\r\nHello\r\nyou\r\n", Post{Parts: []string{"Hello\nyou"}, ReplyTo: "https://twitter.com/a/status/1"}, ""},
		"retweet":      {"---\nretweet: https://twitter.com/a/status/1\n---\n", Post{Repost: "https://twitter.com/a/status/1"}, ""},
		"quotation":    {"---\nretweet: https://twitter.com/a/status/1\n---\nSo true", Post{Parts: []string{"So true"}, Quote: "https://twitter.com/a/status/1"}, ""},
		"poll":         {"Which?\n\n( ) Red\n()  Blue\n", Post{Parts: []string{"Which?"}, Poll: []string{"Red", "Blue"}}, ""},
		"poll above":   {"---\npoll:\n  - Red\n  - 7\n  - Blue\n---\nWhich?\n( ) not an option", Post{Parts: []string{"Which?\n( ) not an option"}, Poll: []string{"Red", "Blue"}}, ""},
		"no poll":      {"( ) Red\nand a line after it", Post{Parts: []string{"( ) Red\nand a line after it"}}, ""},
		"thread":       {"One\n---\nTwo\n\n---  \n\nThree --- still", Post{Parts: []string{"One", "Two", "Three --- still"}}, ""},
		"delimiter":    {"---\nthread-delimiter: '***'\n---\nOne\n---\nstill\n***\nTwo", Post{Parts: []string{"One\n---\nstill", "Two"}}, ""},
		"parts' media": {"One\n---\n---\nmedia:\n  - file: b.png\n---\nTwo", Post{Parts: []string{"One", "Two"}, Media: []Media{{File: "media/b.png"}}}, "belonged to part 2"},
		"media":        {"---\nmedia:\n  - {file: a.png, alt: A}\n  - file: ../x.png\n  - nothing\n---\nHi", Post{Parts: []string{"Hi"}, Media: []Media{{File: "media/a.png", Alt: "A"}}}, `"../x.png" lies outside media/`},
		"no front":     {"--- \nis no front matter", Post{Parts: []string{"--- \nis no front matter"}}, ""},
		"empty front":  {"---\n---\nHi", Post{Parts: []string{"Hi"}}, ""},
		"aliases":      {"---\na: &a [x]\nmedia: [*a, *a]\n---\nHi", Post{Parts: []string{"Hi"}}, "left out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := tweets(t, map[string]string{"tweets/a/x.tweet": c.text}, nil)
			if !strings.Contains(notes(e), c.note) || c.note == "" && len(e.Notes) > 0 {
				t.Errorf("notes: %s, want %q", notes(e), c.note)
			}
			if len(e.Posts) == 0 && strings.Contains(c.note, "left out") {
				return
			}
			got := e.Posts[0]
			c.want.Where, c.want.Name, c.want.Accounts, c.want.Published, c.want.PollFor = "tweets/a/x.tweet", "x", []string{"twitter"}, true, "24h"
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

// A tweet that is not committed has not been tweeted, and may say when it is to
// be.
func TestScheduledTweet(t *testing.T) {
	t.Parallel()
	past := &history{committed: map[string]bool{"tweets/old.tweet": true}, added: map[string]time.Time{"tweets/old.tweet": now.AddDate(-1, 0, 0)}}
	e := tweets(t, map[string]string{
		"tweets/old.tweet": "---\nschedule: 2030-01-01T09:00:00Z\n---\nOld", "tweets/new.tweet": "---\nschedule: 2030-01-01T09:00:00+01:00\n---\nNew",
		"tweets/odd.tweet": "---\nschedule: next week\n---\nOdd",
	}, past)
	files, sum := contents(t, e, true)
	all := posts(t, files)
	if p := all["old"]; !p.Removed || p.Month == "2030-01" || p.PublishAt.Text != "2025-12-03T10:30" {
		t.Errorf("old: %+v", p)
	}
	if p := all["new"]; p.Removed || p.Status != "ready" || p.PublishAt.Text != "2030-01-01T09:00" {
		t.Errorf("new: %+v", p)
	}
	if p := all["odd"]; p.Status != "draft" || !p.PublishAt.IsZero() {
		t.Errorf("odd: %+v", p)
	}
	if sum.Published != 1 || sum.Ready != 1 || sum.Drafts != 1 {
		t.Errorf("%+v", sum)
	}
}

func FuzzTweet(f *testing.F) {
	for _, seed := range []string{
		"Hello", "---\nmedia:\n  - file: a.png\n---\nHi\n---\nTwo\n( ) a\n( ) b", "---\nthread-delimiter: ''\n---\n---\n", "---\nretweet: x\nreply: y\npoll: [a, b]\nschedule: z\n---\n",
		"---\na: &a [*a]\n---\n", "( )  \n( ) \n", "\ufeff---\r\n---\r\n", "---\nthread-delimiter: \"\\n\"\n---\na\n\n\nb",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkExport(t, tweets(t, map[string]string{"tweets/x.tweet": text, "tweets/y.tweet": text}, nil))
	})
}

func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		`{"action":"post","account":"A","richText":"a\n\n---\n\nb","result":{"uri":"at://did:plc:x/app.bsky.feed.post/1"}}`, `[{"action":"repost","repostURL":"https://x.example/ y"},{}]`, `[]`, `null`, `{"action":"reply","replyURL":7,"richTextFile":"../../x"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"records/new/a.json": {Data: []byte(text)}, "records/processed/2026-01-01-0.json": {Data: []byte(text)}}
		e, err := readRecords(fsys, nil, options(t, NodejsBluesky))
		if err != nil {
			t.Fatal(err)
		}
		e.From, e.Accounts = NodejsBluesky, nil
		checkExport(t, e)
	})
}

// repository makes a repository of files, one commit a call.
type repository struct {
	*testing.T
	dir string
}

func (r repository) git(at time.Time, args ...string) {
	r.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_COMMITTER_DATE="+at.Format(time.RFC3339), "GIT_AUTHOR_DATE="+at.Format(time.RFC3339))
	if out, err := cmd.CombinedOutput(); err != nil {
		r.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r repository) write(name, text string) {
	r.Helper()
	path := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		r.Fatal(err)
	}
}

// When a tweet went out is when its branch was merged; what was renamed went out
// too.
func TestHistory(t *testing.T) {
	t.Parallel()
	r := repository{t, t.TempDir()}
	day := func(d int) time.Time { return time.Date(2026, 11, d, 12, 0, 0, 0, time.UTC) }
	r.git(day(1), "init", "--quiet")
	r.write("social/tweets/first.tweet", "First, with words enough to be known again when it is renamed")
	r.write("other/tweets/else.tweet", "Of another folder")
	r.git(day(1), "add", ".")
	r.git(day(1), "commit", "--quiet", "-m", "First")
	r.git(day(2), "checkout", "--quiet", "-b", "more")
	r.write("social/tweets/ünï \"x\".tweet", "Merged")
	r.git(day(2), "add", ".")
	r.git(day(2), "commit", "--quiet", "-m", "More")
	r.git(day(3), "checkout", "--quiet", "main")
	r.git(day(4), "mv", "social/tweets/first.tweet", "social/tweets/renamed.tweet")
	r.git(day(4), "commit", "--quiet", "-m", "Renamed")
	r.git(day(5), "merge", "--quiet", "--no-ff", "-m", "Merge", "more")
	r.write("social/tweets/loose.tweet", "Not committed")

	e, err := Read(context.Background(), Options{From: TwitterTogether, Source: filepath.Join(r.dir, "social"), Zone: time.UTC, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	got := map[string]string{}
	for _, p := range e.Posts {
		got[p.Where] = "not"
		if p.Published {
			got[p.Where] = p.At.Format(time.DateOnly)
		}
	}
	want := map[string]string{"tweets/renamed.tweet": "2026-11-04", "tweets/ünï \"x\".tweet": "2026-11-05", "tweets/loose.tweet": "not"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Nothing of a source leads out of it, and what is no plain file is not read.
func TestHostileFolder(t *testing.T) {
	t.Parallel()
	r := repository{t, t.TempDir()}
	secret := filepath.Join(t.TempDir(), "secret.png")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.write("tweets/media.tweet", "---\nmedia:\n  - file: link.png\n  - file: real.png\n  - file: folder.png\n  - file: noextension\n  - file: gone.png\n---\nHi")
	r.write("tweets/large.tweet", strings.Repeat("x", maxTextFile+1))
	r.write("tweets/long.tweet", strings.Repeat("x", maxText+1))
	r.write("tweets/parts.tweet", strings.Repeat("x\n---\n", maxParts+1))
	r.write("tweets/node_modules/x.tweet", "not ours")
	r.write("tweets/control.tweet", "a\x00b\x1b[31mc\xff")
	r.write("media/real.png", "real")
	r.write("media/noextension", "x")
	for link, to := range map[string]string{"media/link.png": secret, "tweets/link.tweet": secret, "tweets/linked": "/etc"} {
		if err := os.Symlink(to, filepath.Join(r.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(r.dir, "media/folder.png"), 0o755); err != nil {
		t.Fatal(err)
	}
	e, err := Read(context.Background(), Options{From: TwitterTogether, Source: r.dir, Zone: paris(t), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	dir, sum := workspace(t, e, Plan{Zone: paris(t), Now: now})
	if sum.Posts != 2 || sum.Media != 1 {
		t.Errorf("%+v", sum)
	}
	media, err := filepath.Glob(filepath.Join(dir, "content/acme/*/media/*"))
	if err != nil || len(media) != 1 {
		t.Fatalf("%v %v", media, err)
	}
	if b, err := os.ReadFile(media[0]); err != nil || string(b) != "real" {
		t.Errorf("%s: %q %v", media[0], b, err)
	}
	var where []string
	for _, n := range sum.Notes {
		where = append(where, n.Where)
	}
	for _, want := range []string{"tweets/media.tweet", "tweets/large.tweet", "tweets/long.tweet", "tweets/parts.tweet", "tweets/link.tweet", "tweets/control.tweet"} {
		if !slices.Contains(where, want) {
			t.Errorf("no note of %s", want)
		}
	}
}

// In a repository that has its own files, nothing of them is changed.
func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	e := &Export{From: CSV, Posts: []Post{{Where: "row 2", Name: "hello", Parts: []string{"Hi"}, At: now}}}
	r := repository{t, filepath.Join(t.TempDir(), "acme")}
	r.write("content/acme/2026-12/hello.md", "mine")
	_, err := scaffold.Init(context.Background(), scaffold.Options{
		Dir: r.dir, Timezone: "UTC", Clock: standing{},
		Contents: func(s scaffold.Start) (*scaffold.Contents, error) {
			c, _, err := e.Contents(s, Plan{Zone: time.UTC, Now: now})
			return c, err
		},
	})
	var exists *scaffold.ExistsError
	if !errors.As(err, &exists) {
		t.Errorf("%v, want that the file exists", err)
	}
	if _, err := os.Lstat(filepath.Join(r.dir, "smm.yaml")); err == nil {
		t.Error("something was written")
	}
}
