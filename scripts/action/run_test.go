package action_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// withProgram puts a stand-in on the runner's PATH, which shows its words and
// where it was run.
func (r runner) withProgram(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	script := "#!/bin/sh\npwd\nprintf '<%s>\\n' \"$@\"\nexit 5\n"
	if err := os.WriteFile(filepath.Join(bin, "smmctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return "PATH=" + bin + ":" + os.Getenv("PATH")
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"plan":    {[]string{"SMMCTL_COMMAND=ci plan", "SMMCTL_ARGS=--offline --log-format json"}, "<ci>\n<plan>\n<--offline>\n<--log-format>\n<json>\n"},
		"publish": {[]string{"SMMCTL_COMMAND=ci publish"}, "<ci>\n<publish>\n"},
		"lines":   {[]string{"SMMCTL_COMMAND=ci plan", "SMMCTL_ARGS=\n --offline \n\n--quiet\n"}, "<ci>\n<plan>\n<--offline>\n<--quiet>\n"},
		"words, not a script": {[]string{"SMMCTL_COMMAND=ci plan", "SMMCTL_ARGS=$(touch pwned) ; `id` * \"a b\""},
			"<ci>\n<plan>\n<$(touch>\n<pwned)>\n<;>\n<`id`>\n<*>\n<\"a>\n<b\">\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			folder := filepath.Join(r.dir, "a b'c")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			out, err := r.run(t, "run.sh", append(c.env, "SMMCTL_FOLDER="+folder, "CDPATH=/", r.withProgram(t))...)
			if want := folder + "\n" + c.want; out != want {
				t.Errorf("got\n%s\nwant\n%s", out, want)
			}
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != 5 {
				t.Errorf("the program's exit code is lost: %v", err)
			}
			if left := r.left(t); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"SMMCTL_COMMAND=", "SMMCTL_COMMAND=apply", "SMMCTL_COMMAND=ci plan; id", "SMMCTL_COMMAND=ci  plan", "SMMCTL_COMMAND=ci plan --online"} {
		r := newRunner(t)
		if out, err := r.run(t, "run.sh", env, r.withProgram(t)); err == nil || !strings.Contains(out, "command: ci plan") {
			t.Errorf("%s: %v\n%s", env, err, out)
		}
	}
	r := newRunner(t)
	if out, err := r.run(t, "run.sh", "SMMCTL_COMMAND=ci plan", "SMMCTL_FOLDER=--help", r.withProgram(t)); err == nil || !strings.Contains(out, "no such folder") {
		t.Errorf("%v\n%s", err, out)
	}
}
