package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
)

// pageful is what a program writes while it runs.
type pageful struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *pageful) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *pageful) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// lines waits until there are n lines with a text.
func (p *pageful) lines(t *testing.T, n int, text string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); strings.Count(p.String(), text) < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no %d lines with %q: %s", n, text, p.String())
		}
	}
}

// IBKR ends each session once a day. Whoever watches is told, and goes on; a
// session that another login took is left to it.
func TestIBKRWatchGoesOn(t *testing.T) {
	sim, err := ibkrsim.Start(ibkrsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, errs pageful
	root := newRoot(&app{env: []string{"XDG_CACHE_HOME=" + t.TempDir()}, out: &out, err: &errs})
	root.SetArgs([]string{"ibkr", "watch", "756733", "--base-url", sim.URL(), "--pin", sim.Pin()})
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	out.lines(t, 1, "756733  bid")
	sim.Logout()
	errs.lines(t, 1, "no brokerage session")
	before := strings.Count(out.String(), "756733  bid")
	out.lines(t, before+1, "756733  bid")
	sim.Compete()
	errs.lines(t, 1, "another login of this user has the brokerage session")
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
