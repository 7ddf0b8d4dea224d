package markdown

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	dom "golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/forge/giteatest"
)

// A real forge makes nothing of hostile text: nobody is told, nothing is linked,
// no address is fetched.
func TestGiteaObeysNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("a real Gitea")
	}
	t.Parallel()
	g := giteatest.Start(t)
	owner, victim := g.User(t, "acme"), g.User(t, "octocat")
	repo := g.Repository(t, owner, "content")
	path := "/repos/" + repo.FullName()
	commit := firstCommit(t, repo)
	issue := func(title string) (number int) {
		var out struct {
			Number int `json:"number"`
		}
		g.Call(t, owner, http.MethodPost, path+"/issues", map[string]any{"title": title}, &out)
		return out.Number
	}
	target, thread, other := issue("a target"), issue("a conversation"), issue("another conversation")

	everything := strings.Join(hostile, " ") + fmt.Sprintf(" @octocat @acme #%d %s %s %s#%d %s/%s/issues/%d", target, commit, commit[:10], repo.FullName(), target, g.URL, repo.FullName(), target)
	post := func(thread int, body string) {
		g.Call(t, owner, http.MethodPost, path+fmt.Sprintf("/issues/%d/comments", thread), map[string]any{"body": body}, nil)
	}
	texts := append([]string{everything, "@octocat", "@octocat, look", "(@octocat)", fmt.Sprintf("#%d", target), fmt.Sprintf("fixes #%d", target), commit, commit[:7]}, hostile...)
	for _, s := range texts {
		body, _, _ := Comment(poisoned(func() string { return s }), Options{Workspace: s})
		post(thread, body)
	}
	shown := comments(t, g, repo, thread)
	if len(shown) != len(texts) {
		t.Fatalf("%d comments on the page, want %d", len(shown), len(texts))
	}
	for i, c := range shown {
		if err := inert(c); err != nil {
			t.Errorf("%q: %v", texts[i], err)
		}
	}
	if n := references(t, g, owner, path, target); n != 0 {
		t.Errorf("%d references to another issue", n)
	}

	// The same words, plainly written, do all that: the test can fail. Gitea tells
	// people in the order of what happens.
	plain := []string{"@octocat, look", fmt.Sprintf("#%d", target), commit, "https://forge.example", "![x](https://forge.example/x.png)"}
	for _, s := range plain {
		post(other, s)
	}
	for i, c := range comments(t, g, repo, other) {
		if inert(c) == nil {
			t.Errorf("%s is nothing to Gitea: this test shows nothing of it", plain[i])
		}
	}
	if references(t, g, owner, path, target) == 0 {
		t.Error("a plain reference is none: this test shows nothing of it")
	}
	told := notified(t, g, victim)
	if len(told) != 1 || told[0] != "another conversation" {
		t.Errorf("told of %q, want the plain mention alone", told)
	}
}

// TestGiteaShowsGolden keeps the layout: what is a table, a quote or folded is so
// on the forge. SMMCTL_SHOW names a folder for the pages, to look at.
func TestGiteaShowsGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("a real Gitea")
	}
	t.Parallel()
	g := giteatest.Start(t)
	owner := g.User(t, "acme")
	repo := g.Repository(t, owner, "content")
	for _, name := range []string{"busy", "languages"} {
		b, err := os.ReadFile("testdata/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		here, there := shapeOf(parse(string(b))), ""
		page := render(t, g, owner, repo, string(b))
		n, err := dom.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		if there = shapeOf(n); here != there {
			t.Errorf("%s: Gitea shows\n%s\nand not\n%s", name, there, here)
		}
		if dir := os.Getenv("SMMCTL_SHOW"); dir != "" {
			if err := os.WriteFile(dir+"/"+name+".html", []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// shapeOf counts the elements that carry the layout.
func shapeOf(page *dom.Node) string {
	n := map[string]int{}
	walk(page, func(e *dom.Node, _ bool) { n[e.Data]++ })
	var out []string
	for _, tag := range []string{"details", "summary", "table", "tr", "td", "blockquote", "li", "h4", "del", "ins", "code", "sub", "br"} {
		out = append(out, fmt.Sprintf("%s %d", tag, n[tag]))
	}
	return strings.Join(out, ", ")
}

func firstCommit(t *testing.T, repo *giteatest.Repository) string {
	t.Helper()
	var out struct {
		Commit struct {
			SHA string `json:"sha"`
		} `json:"commit"`
	}
	repo.Call(t, repo.Owner, http.MethodPost, "/repos/"+repo.FullName()+"/contents/a.txt", map[string]any{"content": "YQ==", "message": "a"}, &out)
	return out.Commit.SHA
}

func render(t *testing.T, g *giteatest.Server, by giteatest.User, repo *giteatest.Repository, text string) string {
	t.Helper()
	status, page := g.Try(t, by, http.MethodPost, "/markup", map[string]any{"Mode": "comment", "Text": text, "Context": "/" + repo.FullName(), "Wiki": false})
	if status != http.StatusOK {
		t.Fatalf("HTTP %d: %s", status, page)
	}
	return string(page)
}

// comments are an issue's, as its page shows them to everybody.
func comments(t *testing.T, g *giteatest.Server, repo *giteatest.Repository, issue int) []*dom.Node {
	t.Helper()
	resp, err := http.Get(fmt.Sprintf("%s/%s/issues/%d", g.URL, repo.FullName(), issue))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := dom.Parse(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out []*dom.Node
	walk(page, func(n *dom.Node, _ bool) {
		for _, a := range n.Attr {
			if a.Key == "class" && strings.Contains(a.Val, "render-content") && n.FirstChild != nil {
				out = append(out, n)
			}
		}
	})
	if len(out) == 0 {
		t.Fatal("the page shows no issue")
	}
	return out[1:] // the first is the issue's own text
}

// inert wants no link, picture or form in a comment as it is shown.
func inert(comment *dom.Node) (err error) {
	walk(comment, func(e *dom.Node, _ bool) {
		if e.Type != dom.ElementNode {
			return
		}
		switch e.Data {
		case "a", "img", "input", "video", "script", "iframe", "form", "pre", "h1", "h2":
			err = fmt.Errorf("<%s %v>", e.Data, e.Attr)
		}
	})
	return err
}

// notified returns the titles of what u is told of, as soon as there are any.
func notified(t *testing.T, g *giteatest.Server, u giteatest.User) []string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var out []struct {
			Subject struct {
				Title string `json:"title"`
			} `json:"subject"`
		}
		g.Call(t, u, http.MethodGet, "/notifications", nil, &out)
		var titles []string
		for _, n := range out {
			titles = append(titles, n.Subject.Title)
		}
		if len(titles) > 0 {
			return titles
		}
	}
	return nil
}

func references(t *testing.T, g *giteatest.Server, by giteatest.User, path string, issue int) int {
	t.Helper()
	var events []struct {
		Type string `json:"type"`
	}
	g.Call(t, by, http.MethodGet, path+fmt.Sprintf("/issues/%d/timeline", issue), nil, &events)
	n := 0
	for _, e := range events {
		if strings.Contains(e.Type, "ref") {
			n++
		}
	}
	return n
}
