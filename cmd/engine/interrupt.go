package main

import (
	"context"
	"os"
	"sync"
)

// interruptible returns a context that ends with the first signal, so that
// everything stops in order. A second signal calls exit: it is for a user who
// does not want to wait. The returned function ends the context and the watch.
func interruptible(parent context.Context, signals <-chan os.Signal, exit func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	freed := make(chan struct{})
	go func() {
		for _, act := range []func(){cancel, exit} {
			select {
			case <-signals:
				act()
			case <-freed:
				return
			}
		}
	}()
	return ctx, sync.OnceFunc(func() { close(freed); cancel() })
}
