package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// spacing is IBKR's limit of a single endpoint, the least time between two
// calls, counted over all programs of an address; 0 for none. Whoever ignores it
// is shut out for 10 to 15 minutes.
func spacing(service ibkr.Service, method, path string) time.Duration {
	for _, limit := range ibkr.Limits() {
		if limit.Calls > 0 && limit.Covers(service, method, path) {
			return limit.Every / time.Duration(limit.Calls)
		}
	}
	return 0
}

// Requests of any kind, over all calls of the program: so many a second as the
// configuration says, and a few at once after a rest.
const requestsAtOnce = 4

// longestPause is how long a verb waits for its turn before it gives up.
const longestPause = 10 * time.Second

// pacedCaller keeps IBKR's pace over all calls of the program on this machine,
// by times in files of the user's cache folder. Without such a folder each
// call of the program keeps it for itself. A cancel never waits.
type pacedCaller struct {
	api.Caller
	place     string // base URL
	perSecond int
	folder    string // "": none
}

// paceFolder is where the times are kept: below XDG_CACHE_HOME or what the
// system has in its place.
func paceFolder(env []string) string {
	folder, err := os.UserCacheDir()
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "XDG_CACHE_HOME="); ok && filepath.IsAbs(value) {
			folder, err = value, nil
		}
	}
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "gannet", "ibkr")
}

// Call waits for its turn and asks.
func (p *pacedCaller) Call(ctx context.Context, call ibkr.Call) (*ibkr.Response, error) {
	if call.Urgency != ibkr.Cancel {
		if err := p.wait(ctx, call.Service, call.Method, call.Path); err != nil {
			return nil, err
		}
	}
	return p.Caller.Call(ctx, call)
}

// wait waits until a request may be sent, and counts it as sent.
func (p *pacedCaller) wait(ctx context.Context, service ibkr.Service, method, path string) error {
	if p.folder == "" || os.MkdirAll(p.folder, 0o700) != nil {
		return nil
	}
	each := time.Second / time.Duration(max(p.perSecond, 1))
	if every := spacing(service, method, path); every > each {
		if err := p.turn(ctx, path, every, 1); err != nil {
			return err
		}
	}
	return p.turn(ctx, "", each, requestsAtOnce)
}

// turn waits until what is counted under name may happen again: once in every,
// or a burst of them after a rest. The file holds when all that was let
// through would have happened at an even pace (the generic cell rate algorithm).
func (p *pacedCaller) turn(ctx context.Context, name string, every time.Duration, burst int) error {
	sum := sha256.Sum256([]byte(p.place + " " + name))
	file := filepath.Join(p.folder, hex.EncodeToString(sum[:8]))
	lock := flock.New(file + ".lock")
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); !ok {
		return err
	}
	defer func() { _ = lock.Unlock() }() // closing the file would do
	now := time.Now()
	due := now
	if text, err := os.ReadFile(file); err == nil {
		n, err := strconv.ParseInt(string(text), 10, 64)
		if at := time.Unix(0, n); err == nil && at.After(now) && at.Before(now.Add(every*time.Duration(burst+1))) {
			due = at
		}
	}
	wait := due.Sub(now) - every*time.Duration(burst-1)
	if wait > longestPause {
		return fmt.Errorf("%s: IBKR allows one call in %s, the next in %s", name, every, wait.Round(time.Second))
	}
	if wait > 0 {
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
	return os.WriteFile(file, []byte(strconv.FormatInt(due.Add(every).UnixNano(), 10)), 0o600)
}
