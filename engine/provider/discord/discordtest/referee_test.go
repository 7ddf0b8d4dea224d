package discordtest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/internal/counterpart"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
)

// TestRefereeAgrees tells the provider's whole story to the strict server, and
// holds every request and every answer against validators that others have made
// of the published document. They must refuse what is wrong, too.
func TestRefereeAgrees(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs node and npm, and fetches the validators the first time")
	}
	calls := append(inText(t), inForum(t)...)
	rude := rudeCalls()
	var names []string
	all := calls
	for name, c := range rude {
		names, all = append(names, name), append(all, c)
	}
	verdicts := referee(t, all)
	if len(verdicts) != len(all) {
		t.Fatalf("%d verdicts on %d calls", len(verdicts), len(all))
	}
	for i, c := range calls {
		for _, problem := range verdicts[i] {
			t.Errorf("%s %s %s (%d): %s", c.Method, c.Path, c.Body, c.Status, problem)
		}
	}
	for i, name := range names {
		if len(verdicts[len(calls)+i]) == 0 {
			t.Errorf("the referee lets %s through", name)
		}
	}
	seen := map[string]bool{}
	for _, c := range calls {
		seen[c.Method+map[bool]string{true: " message"}[strings.Contains(c.Path, "/messages/")]] = true
	}
	if len(seen) != 6 {
		t.Errorf("the story has only %v", seen)
	}
}

// rudeCalls are what the referee must refuse.
func rudeCalls() map[string]call {
	webhook := "/webhooks/" + discordtest.ID + "/" + discordtest.Token
	post := func(body string) call {
		return call{Method: "post", Path: webhook, Body: json.RawMessage(body), Status: 204}
	}
	edit := post(`{"username":"Acme"}`)
	edit.Method, edit.Path = "patch", webhook+"/messages/1"
	lost, away, badID, dumb := post(`{}`), post(`{}`), post(`{}`), post(`{}`)
	lost.Path = webhook + "/letters"
	away.Query = map[string]string{"thread_id": "news"}
	badID.Path, badID.Method = webhook+"/messages/last", "get"
	dumb.Status, dumb.Answer = 200, json.RawMessage(`{"id":"1"}`)
	return map[string]call{
		"2,001 characters":         post(`{"content":"` + strings.Repeat("w", 2001) + `"}`),
		"a number for a text":      post(`{"content":5}`),
		"an unknown field":         post(`{"colour":1}`),
		"an unknown field within":  post(`{"embeds":[{"titel":"x"}]}`),
		"eleven embeds":            post(`{"embeds":[{}` + strings.Repeat(`,{}`, 10) + `]}`),
		"a colour as text":         post(`{"embeds":[{"color":"#ff0000"}]}`),
		"a file without a number":  post(`{"attachments":[{"description":"x"}]}`),
		"a mention of all":         post(`{"allowed_mentions":{"parse":["all"]}}`),
		"a poll of 33 days":        post(`{"poll":{"question":{"text":"x"},"answers":[{"poll_media":{"text":"x"}}],"duration":769}}`),
		"six tags":                 post(`{"applied_tags":["1","2","3","4","5","6"]}`),
		"a name in an edit":        edit,
		"a path that is not there": lost, "a thread's name": away, "a message's name": badID, "half an answer": dumb,
	}
}

// referee returns what is wrong with each call.
func referee(t *testing.T, calls []call) [][]string {
	t.Helper()
	b, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(installReferee(t), "referee.mjs"))
	cmd.Stdin = bytes.NewReader(b)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the referee (Node.js 20 or newer): %v\n%s", err, stderr.String())
	}
	var verdicts [][]string
	if err := json.Unmarshal(out, &verdicts); err != nil {
		t.Fatalf("the referee says %q: %v", out, err)
	}
	return verdicts
}

// installReferee installs what testdata/referee pins into the user's cache, once.
func installReferee(t *testing.T) string {
	t.Helper()
	source, sum := filepath.Join("testdata", "referee"), sha256.New()
	for _, name := range []string{"package-lock.json", "referee.mjs"} {
		b, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(b)
	}
	tool, err := counterpart.Cached("discord-referee-"+hex.EncodeToString(sum.Sum(nil)[:6]), func(dir string) error {
		if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
			return err
		}
		install := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		install.Dir = dir
		if out, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("npm ci (Node.js 20 or newer): %w\n%s", err, out)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("the referee cannot be installed: %v", err)
	}
	return tool
}
