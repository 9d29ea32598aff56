// Meetmcp lets AI agents work with meetings through the Meeting BaaS API.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/meetmcp/meetmcp/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := cli.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
