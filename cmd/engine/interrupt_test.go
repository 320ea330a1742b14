package main

import (
	"context"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The first Ctrl-C lets everything stop in order, the second does not wait.
func TestInterruptible(t *testing.T) {
	defer goleak.VerifyNone(t)
	signals := make(chan os.Signal)
	exited := make(chan struct{})
	ctx, stop := interruptible(context.Background(), signals, func() { close(exited) })
	if ctx.Err() != nil {
		t.Fatal("ended before any signal")
	}
	signals <- os.Interrupt
	<-ctx.Done()
	select {
	case <-exited:
		t.Fatal("the first signal ended the process")
	default:
	}
	signals <- os.Interrupt
	<-exited
	stop()
	stop()
}

// A program that ends by itself leaves no goroutine and no context behind.
func TestInterruptibleFreed(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, stop := interruptible(context.Background(), make(chan os.Signal), func() { t.Error("exit was called") })
	stop()
	<-ctx.Done()
}
