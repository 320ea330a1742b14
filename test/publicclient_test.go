package test

import (
	"bufio"
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/identity"
)

// publicClientPython names a Python that has the public clients; see
// publicclient/README.md.
const publicClientPython = "GANNET_PUBLIC_CLIENT_PYTHON"

// Clients that others wrote work with the simulator as they are: a step that
// fails would fail for their users too.
func TestPublicClients(t *testing.T) {
	python := os.Getenv(publicClientPython)
	if python == "" {
		t.Skip(publicClientPython + " names no Python with the clients: see publicclient/README.md")
	}
	for _, client := range []string{"ibind", "easyib"} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			s := newSimulator(t)
			drive(t, python, client, "--url", s.url, "--cacert", s.state+".pem")
		})
	}
	t.Run("ibind advisor", func(t *testing.T) {
		t.Parallel()
		s := newSimulator(t, "--account", "DF1000001", "--account", "DU1000001,parent=DF1000001",
			"--account", "DU1000002,parent=DF1000001,cash=500000", "--user", "simuser,dynaccount")
		drive(t, python, "ibind_advisor", "--url", s.url, "--cacert", s.state+".pem")
	})
	t.Run("ibind OAuth", func(t *testing.T) {
		t.Parallel()
		url, state, keys := startOAuth(t)
		drive(t, python, "ibind", "--url", url, "--cacert", state+".pem", "--oauth", keys)
	})
}

// startOAuth starts a simulator in which nobody is logged in, and writes the
// credentials of its user.
func startOAuth(t *testing.T) (url, state, keys string) {
	t.Helper()
	dir := t.TempDir()
	credentials, err := identity.Generate(rand.Reader, identity.User{Name: "simuser", Paper: true})
	check(t, err)
	keys = filepath.Join(dir, "keys")
	_, err = identity.WriteClient(keys, credentials)
	check(t, err)
	state = filepath.Join(dir, "sim.jsonl")
	s, err := ibkrsim.Start(ibkrsim.Options{
		StatePath: state, Pacing: true, Universe: true, Identity: identity.Config{NoAutoLogin: true}, KeysDir: keys,
	})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return s.URL(), state, filepath.Join(keys, "simuser")
}

// drive runs a client's script and reports its steps: FAIL fails, NONE is an
// operation that is not simulated, THEIR a known fault of the client.
func drive(t *testing.T, python, client string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	script := filepath.Join("publicclient", client+"_client.py")
	cmd := exec.CommandContext(ctx, python, append([]string{"-B", script}, args...)...)
	cmd.Env = environment()
	var out, log text
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	steps := 0
	for lines := bufio.NewScanner(strings.NewReader(out.String())); lines.Scan(); {
		switch outcome, step, _ := strings.Cut(lines.Text(), " "); outcome {
		case "FAIL":
			t.Error(step)
		case "PASS", "NONE", "THEIR":
			t.Log(lines.Text())
			steps++
		}
	}
	if err != nil && !t.Failed() || steps == 0 {
		t.Errorf("%s: %v\n%s\n%s", script, err, tail(out.String()), tail(log.String()))
	}
}
