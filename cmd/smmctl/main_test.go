package main

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/smmctl/smmctl/cmd/internal/cli"
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
		Dir:                "testdata/script",
		Setup:              setup,
		Cmds:               commands(),
		RequireUniqueNames: true,
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
		c := &offset{}
		c.by.Store(int64(time.Until(at)))
		env.Clock = c
	}
	env.CanAsk = os.Getenv(terminalVar) != ""
	os.Exit(cli.Main(context.Background(), os.Args[1:], env))
}

// offset is a clock that goes as fast as the machine's and shows another time.
// Who sleeps wakes at once, and it is later.
type offset struct{ by atomic.Int64 }

func (o *offset) Now() time.Time { return time.Now().Add(time.Duration(o.by.Load())) }

func (o *offset) Sleep(ctx context.Context, d time.Duration) error {
	o.by.Add(int64(max(d, 0)))
	return ctx.Err()
}

func setup(env *testscript.Env) error {
	w := newWorld()
	env.Defer(w.close)
	env.Values[worldKey{}] = w
	env.Vars = append(env.Vars,
		nowVar+"="+w.Now().Format(time.RFC3339), "TZ=UTC", "CI=", "NO_COLOR=", "SMMCTL_ACTOR=ada",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
	)
	return nil
}
