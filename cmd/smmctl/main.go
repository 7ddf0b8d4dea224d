// Command smmctl publishes a brand's social media from a Git repository.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/smmctl/smmctl/cmd/internal/cli"
)

// A command lives for a second: collecting garbage early costs more than it
// gives back. The limit keeps large workspaces within bounds all the same.
const (
	gcPercent   = 400
	memoryLimit = 160 << 20
)

func main() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args[1:], cli.System())
	stop()
	os.Exit(code)
}
