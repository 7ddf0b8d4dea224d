// Command smmctl publishes a brand's social media from a Git repository.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/smmctl/smmctl/cmd/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args[1:], cli.System())
	stop()
	os.Exit(code)
}
