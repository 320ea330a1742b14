package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/scenario"
)

// trouble reads what goes wrong from the start on: a ready-made scenario by its
// name, or a file.
func (f *simFlags) trouble(opt *ibkrsim.Options) error {
	if f.scenario == "" {
		return nil
	}
	var names []string
	for _, one := range scenario.Names() {
		names = append(names, one.Name)
	}
	var err error
	if slices.Contains(names, f.scenario) {
		opt.Scenario, err = scenario.Named(f.scenario)
		return err
	}
	text, err := os.ReadFile(f.scenario)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("--scenario %s: no such file, and no scenario of that name%s; engine sim scenarios lists them", f.scenario, nearest(f.scenario, names))
	}
	if err != nil {
		return usagef("--scenario %s: %s", f.scenario, err)
	}
	if opt.Scenario, err = scenario.Read(text); err != nil {
		return usagef("--scenario %s: %s", f.scenario, err)
	}
	return nil
}

// scenarioRow is a row of sim scenarios.
type scenarioRow struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

func newSimScenarios(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "scenarios",
		Short: "List the ready-made scenarios of what can go wrong",
		Long: `List the ready-made scenarios: engine sim --scenario NAME plays one from the start on, and
POST /_sim/scenario {"name":"NAME"} at any time.`,
		Example: "  engine sim scenarios",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			rows := []scenarioRow{}
			for _, one := range scenario.Names() {
				rows = append(rows, scenarioRow{one.Name, one.About})
			}
			if a.json() {
				return a.printJSON(rows)
			}
			for _, r := range rows {
				if _, err := fmt.Fprintf(a.out, "%-24s %s\n", r.Name, r.About); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
