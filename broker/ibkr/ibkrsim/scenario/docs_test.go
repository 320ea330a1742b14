package scenario

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the page anew")

// The page of scenarios names all that there are, as the code has them.
// Write it anew with: go test ./broker/ibkr/ibkrsim/scenario -run TestPage -update
func TestPage(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("testdata", "example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var events strings.Builder
	for _, k := range Kinds() {
		fmt.Fprintf(&events, "| `%s` | %s | %s |\n", k.Kind, k.Keys, k.About)
	}
	want := "# Scenarios of the simulator\n\n" +
		"What can be made to go wrong in [the simulator](simulator.md): ready-made, by events, or by a file of your own. All chance comes from the\n" +
		"simulator's seed. `engine sim --scenario NAME` (or a file) plays one from the start on, `POST /_sim/scenario {\"name\":\"NAME\"}` at any time,\n" +
		"`{\"stop\":true}` ends all. In Go: `scenario.Named`, `scenario.Read`, `ibkrsim.Server.Do`.\n\n" +
		"## Ready-made\n\n" + Table() +
		"\n## Events\n\nOne at once: `POST /_sim/event {\"do\":\"halt\",\"instrument\":\"SPY\",\"for\":\"5m\"}`. Keys with ! must be there; every event may also have\n" +
		"`at`, `name`, `every`, `times` and `probability`.\nWhat lasts, and is begun again before it is over, ends with the last.\n\n| event | keys | what happens |\n|---|---|---|\n" + events.String() +
		"\n## A file of your own\n\nA mistake in it is named with its line. This one has each key once:\n\n```yaml\n" + string(example) + "```\n"
	path := filepath.Join("..", "..", "..", "..", "docs", "scenarios.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/scenarios.md is not what the code says; run this test with -update")
	}
}
