package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // New York's hours on a machine without time zones

	_ "gannet/strategy/all"
)

func main() { os.Exit(run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)) }

// Exit codes.
const (
	exitOK    = 0
	exitFault = 1 // the work failed
	exitUsage = 2 // a flag, an argument or the configuration is wrong
)

// run is the whole program. stdin is read only where a flag says so: no verb
// asks a question.
func run(args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ctx, stop := interruptible(context.Background(), signals, func() { os.Exit(exitFault) })
	defer stop()

	root := newRoot(&app{env: env, in: stdin, out: stdout, err: stderr})
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, message(err))
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFault
}
