package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, body := range map[string]string{"token": "from-file\n", "two": "a\nb\n", "none": " \n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := Resolver{Root: dir, Getenv: func(n string) string { return map[string]string{"TOKEN": "from-env"}[n] }}
	for _, c := range []struct{ ref, want, problem string }{
		{ref: "env:TOKEN", want: "from-env"},
		{ref: "file:token", want: "from-file"},
		{ref: "file:" + filepath.Join(dir, "token"), want: "from-file"},
		{ref: "env:MISSING", problem: "credential env:MISSING: the environment variable is not set"},
		{ref: "file:nothing", problem: "credential file:nothing"},
		{ref: "file:two", problem: "more than one line"},
		{ref: "file:none", problem: "it is empty"},
		{ref: "abc123-a-pasted-token", problem: "never a value"},
		{ref: "vault:x", problem: "no kind of reference"},
		{ref: "sops:file", problem: "write sops:FILE#KEY"},
	} {
		s, err := r.Resolve(context.Background(), c.ref)
		switch {
		case c.problem == "" && (err != nil || s.Reveal() != c.want):
			t.Errorf("%s: got %q, %v; want %q", c.ref, s.Reveal(), err, c.want)
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("%s: got error %v, want %q in it", c.ref, err, c.problem)
		case c.problem != "" && strings.Contains(err.Error(), "abc123"):
			t.Errorf("%s: the error shows the value: %v", c.ref, err)
		}
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	r := Resolver{Getenv: func(string) string { return "hunter2" }}
	s, err := r.Resolve(context.Background(), "env:X")
	if err != nil {
		t.Fatal(err)
	}
	j, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), string(j), s.LogValue().String()} {
		if strings.Contains(out, "hunter2") {
			t.Errorf("shown: %s", out)
		}
	}
}
