package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The harness of the whole-program tests: the real binary, built once, in
// real processes with real files and sockets on loopback. Nothing here sleeps
// for a guess: tests wait for a condition, and fail when it does not come.

// patience is how long a condition may take on a loaded machine.
const patience = 60 * time.Second

var built string // folder of the binary, once it is built

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = flag.Set("test.parallel", "8") // they wait for the broker's pace, not for the processor
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// program builds cmd/engine, with the race detector when the tests have it.
var program = sync.OnceValues(func() (string, error) {
	var err error
	if built, err = os.MkdirTemp("", "gannet-"); err != nil {
		return "", err
	}
	path := filepath.Join(built, "engine")
	args := []string{"build", "-o", path}
	if raceDetector {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "../cmd/engine")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// binary is the path of the program.
func binary(t *testing.T) string {
	t.Helper()
	path, err := program()
	check(t, err)
	return path
}

// environment is that of the tests without what configures the program.
func environment(extra ...string) []string {
	var env []string
	for _, one := range os.Environ() {
		if !strings.HasPrefix(strings.ToUpper(one), "GANNET_") {
			env = append(env, one)
		}
	}
	return append(env, extra...)
}

// text is output that is read while it is written.
type text struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *text) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *text) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// process is a run of the program.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   text
	log   text // stderr
	ended chan struct{}
	code  int // exit code once ended, -1 when a signal ended it
}

// start runs the program until it ends by itself or the test does.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary(t), args...), ended: make(chan struct{})}
	p.cmd.Env = environment(env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.log
	check(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // the exit code says it
		p.code = p.cmd.ProcessState.ExitCode()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%v\nstdout: %s\nstderr: %s", args, tail(p.out.String()), tail(p.log.String()))
		}
		if strings.Contains(p.log.String(), "DATA RACE") {
			t.Errorf("%v: data race:\n%s", args, p.log.String())
		}
	})
	return p
}

// tail is the end of a long text.
func tail(s string) string {
	const most = 6000
	if len(s) > most {
		return "..." + s[len(s)-most:]
	}
	return s
}

// signal sends s; a process that has ended does not mind.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
}

// kill ends the process at once, as a power switch does, and waits for it.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// wait returns the exit code.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("%v did not end in %s", p.cmd.Args[1:], patience)
	}
	return p.code
}

// await is await for a process that must not end before the condition holds.
func (p *process) await(what string, holds func() bool) {
	p.t.Helper()
	await(p.t, what, func() bool {
		alive, ok := p.running(), holds()
		if !ok && !alive {
			p.t.Fatalf("%v ended with %d before: %s", p.cmd.Args[1:], p.code, what)
		}
		return ok
	})
}

// logs says how often the process has logged a text.
func (p *process) logs(s string) int { return strings.Count(p.log.String(), s) }

// await waits until a condition holds.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	awaitEvery(t, 20*time.Millisecond, what, holds)
}

// awaitEvery is await for a condition that costs something to look at.
func awaitEvery(t testing.TB, every time.Duration, what string, holds func() bool) {
	t.Helper()
	poll, deadline := time.NewTicker(every), time.NewTimer(patience)
	defer poll.Stop()
	defer deadline.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-deadline.C:
			t.Fatalf("not in %s: %s", patience, what)
		}
	}
}

// done is a process that has ended.
type done struct {
	code     int
	out, log string
}

// run runs the program to its end.
func run(t *testing.T, env []string, args ...string) done {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Env = environment(env...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if ctx.Err() != nil || strings.Contains(log.String(), "DATA RACE") {
		t.Fatalf("%v: %v\n%s", args, ctx.Err(), log.String())
	}
	return done{cmd.ProcessState.ExitCode(), out.String(), log.String()}
}

// decoded reads the JSON object on the last line of an output.
func decoded[T any](t *testing.T, out string) (v T) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	d := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in: %s", err, tail(out))
	}
	return v
}

// write makes a file in a folder and returns its path.
func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	check(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// shared is the path of recorded data beside the project; the test is skipped
// where there is none.
func shared(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "../shared"}, elements...)...))
	check(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recorded data: %v", err)
	}
	return path
}
