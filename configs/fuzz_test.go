package configs_test

import (
	"os"
	"path/filepath"
	"testing"

	"gannet/configs"
)

// FuzzLoad feeds any file and any variable: an error or a configuration that
// reads the same when it is printed and loaded again, never a panic.
func FuzzLoad(f *testing.F) {
	for _, name := range append(configs.Shipped(), "defaults.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "GANNET__RISK__MAX_ORDER_QTY=5")
	}
	f.Add([]byte("a: [1, {b: 2}]\n? x\n: y\n"), "GANNET__INSTRUMENTS__0__ID={a: 1}")
	f.Add([]byte("strategies: [{id: a, params: {'x: y': \"\\n\", b: |\n  z\n}}]"), "GANNET__X__Y__Z=-")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, variable string) {
		file := filepath.Join(dir, "fuzz.yaml")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		src := configs.Sources{Files: []string{"sim.yaml", file}, Env: []string{variable}, Unarmed: true}
		cfg, err := configs.Load(src)
		if err != nil {
			if err.Error() == "" {
				t.Error("a mistake without a word")
			}
			return
		}
		printed := filepath.Join(dir, "printed.yaml")
		if err := os.WriteFile(printed, []byte(cfg.YAML(true)), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := configs.Load(configs.Sources{Files: []string{printed}, Unarmed: true})
		if err != nil {
			t.Fatalf("printed configuration does not load: %v\n%s", err, cfg.YAML(false))
		}
		if got, want := again.YAML(false), cfg.YAML(false); got != want {
			t.Errorf("printed and loaded again\n%s\nwant\n%s", got, want)
		}
	})
}
