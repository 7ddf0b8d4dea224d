package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/smmctl/smmctl/cmd/internal/cli"
	"github.com/smmctl/smmctl/engine/clock"
)

// The scripts in testdata/script are the command line's tests and its executable
// documentation. They run this test binary as smmctl, in a folder of their own,
// at a time of their own, without a Git identity and without a network.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smmctl": smmctl})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               setup,
		Cmds:                commands(),
		RequireExplicitExec: false,
		RequireUniqueNames:  true,
	})
}

// Known to this test alone: the time that it is, and a terminal that answers.
const (
	nowVar      = "SMMCTL_TEST_NOW"
	terminalVar = "SMMCTL_TEST_TERMINAL"
)

// smmctl is the real program, at the script's time.
func smmctl() {
	env := cli.System()
	if at, err := time.Parse(time.RFC3339, os.Getenv(nowVar)); err == nil {
		env.Clock = offset{at.Sub(time.Now())}
	}
	env.CanAsk = os.Getenv(terminalVar) != ""
	os.Exit(cli.Main(context.Background(), os.Args[1:], env))
}

// offset is a clock that goes as fast as the machine's and shows another time.
type offset struct{ by time.Duration }

func (o offset) Now() time.Time { return time.Now().Add(o.by) }

func (o offset) Sleep(ctx context.Context, d time.Duration) error {
	return clock.System{}.Sleep(ctx, d)
}

func setup(env *testscript.Env) error {
	w := newWorld()
	env.Defer(w.close)
	env.Values[worldKey{}] = w
	env.Vars = append(env.Vars,
		nowVar+"="+w.Now().Format(time.RFC3339), "TZ=UTC", "CI=", "NO_COLOR=", "SMMCTL_ACTOR=ada",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
	)
	env.Vars = append(env.Vars, "NOW="+strings.TrimSuffix(w.Now().Format("2006-01-02T15:04Z"), "Z"))
	return nil
}
