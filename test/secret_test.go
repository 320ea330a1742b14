package test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gannet/bus/natsbus"
)

// spills fails when one of the secrets stands in a text, or in a file of a folder.
func spills(t *testing.T, secrets []string, texts map[string]string, folder string) {
	t.Helper()
	look := func(where string, text []byte) {
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds a secret that begins with %s", where, secret[:4])
			}
		}
	}
	for where, text := range texts {
		look(where, []byte(text))
	}
	if folder == "" {
		return
	}
	files := 0
	check(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		look(path, text)
		return err
	}))
	if files < 3 {
		t.Errorf("only %d files in %s: the test shows nothing", files, folder)
	}
}

const marker = "Xq7marker9secret"

// The keys of the bus and whatever else is secret around the program stand in
// nothing that it writes, however much it logs.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	server, err := natsbus.StartServer(natsbus.ServerOptions{Listen: "127.0.0.1:0"})
	check(t, err)
	t.Cleanup(server.Close)
	key, err := server.Credential(natsbus.EngineUser)
	check(t, err)
	file := filepath.Join(t.TempDir(), "engine.nkey")
	check(t, natsbus.WriteCredential(file, key))
	e := newTrader(t, config{instruments: 2}.yaml(), "GANNET__BUS__URL="+server.URL(), "GANNET__BUS__CREDENTIAL_FILE="+file,
		"IBKR_PASSWORD="+marker, "NATS_TOKEN="+marker)
	e.run("--log-level", "trace")
	e.trading()
	e.await("fills", func() bool { return e.logs(`"message":"fill"`) > 0 })
	shown := e.must("config", "show", "--origin")
	if !strings.Contains(e.must("status"), `"ready":true`) {
		t.Error("the engine does not answer on the bus that it was given")
	}
	e.signal(os.Interrupt)
	agreed(t, e.report())
	spills(t, []string{key.Seed, marker}, map[string]string{"stdout": e.out.String(), "log": e.log.String(), "config": shown}, e.folder)
}

// The operator's key is in its file while the engine runs, which only its
// owner can read, and nowhere else, and nowhere when it has ended.
func TestOperatorKey(t *testing.T) {
	t.Parallel()
	e := newTrader(t, "")
	e.run("--log-level", "trace")
	e.trading()
	path := filepath.Join(e.folder, "operator.nkey")
	key, err := natsbus.ReadCredential(path)
	check(t, err)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v, want mode 0600", info.Mode(), err)
	}
	status := e.must("status")
	e.signal(os.Interrupt)
	e.report()
	spills(t, []string{key.Seed}, map[string]string{"stdout": e.out.String(), "log": e.log.String(), "status": status}, e.folder)
}

// A password in an address is masked where the configuration is shown and
// where the connection fails, and a file that holds one is refused unseen.
func TestPasswordInAddress(t *testing.T) {
	t.Parallel()
	folder, address := t.TempDir(), "nats://engine:"+marker+"@127.0.0.1:1"
	bad := write(t, folder, "bad.yaml", config{instruments: 1, extra: "bus: {url: \"" + address + "\"}\n"}.yaml())
	env := []string{"GANNET__BUS__URL=" + address}
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
	}{
		"show":    {env, []string{"config", "show", "--origin"}, 0},
		"json":    {env, []string{"config", "show", "-o", "json"}, 0},
		"run":     {env, []string{"run", "--for", "1s", "--log-level", "trace", "--data-dir", filepath.Join(folder, "var")}, 1},
		"verb":    {env, []string{"status"}, 1},
		"in file": {nil, []string{"run", "-c", bad, "--data-dir", filepath.Join(folder, "var2")}, 2},
	} {
		d := run(t, c.env, c.args...)
		if d.code != c.code {
			t.Errorf("%s: exit code %d, want %d\n%s%s", name, d.code, c.code, d.out, d.log)
		}
		spills(t, []string{marker}, map[string]string{name + " stdout": d.out, name + " stderr": d.log}, "")
	}
}
