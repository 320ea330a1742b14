package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gannet/broker/venue"
	"gannet/bus/natsbus"
	"gannet/configs"
)

func newConfig(a *app) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:     "config",
		Short:   "Check or show the configuration",
		Long:    "Check or show the configuration after files, environment and flags were laid over each other.",
		Example: "  engine config check -c paper.yaml\n  engine config show --origin",
	})
	cmd.AddCommand(newConfigCheck(a), newConfigShow(a))
	return cmd
}

func newConfigCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Say whether a configuration is valid",
		Long: `Say whether a configuration is valid, and list every mistake with its place.

What strategies, instruments and limits mean is checked too. A live configuration need not be armed for this.`,
		Example: "  engine config check paper.yaml\n  engine config check -c base.yaml -c mine.yaml -o json",
		RunE: func(_ *cobra.Command, args []string) error {
			a.files = append(a.files, args...)
			cfg, err := a.load("sim.yaml", nil)
			if err == nil {
				err = checkPlan(cfg)
			}
			return a.printCheck(cfg, err)
		},
	}
}

// checkPlan looks behind the values: strategies, fill profiles, files.
func checkPlan(cfg *configs.Config) error {
	p, err := newPlan(cfg, selection{})
	if err != nil {
		return err
	}
	for _, one := range []struct{ profile, section string }{{cfg.Sim.Profile, "sim"}, {cfg.Backtest.Profile, "backtest"}} {
		if _, err := venue.Lookup(one.profile); err != nil {
			p.fail(err, one.section, "profile")
		}
	}
	if file := cfg.Bus.CredentialFile; file != "" {
		if _, err := natsbus.ReadCredential(file); err != nil {
			p.fail(err, "bus", "credential_file")
		}
	}
	if len(p.mistakes) > 0 {
		return &usageError{p.mistakes}
	}
	return nil
}

// checked is the JSON of config check.
type checked struct {
	Valid       bool      `json:"valid"`
	Mode        string    `json:"mode,omitempty"`
	Account     string    `json:"account,omitempty"`
	Instruments int       `json:"instruments,omitempty"`
	Strategies  int       `json:"strategies,omitempty"`
	Mistakes    []mistake `json:"mistakes,omitempty"`
}

type mistake struct {
	Path    string `json:"path"`
	Message string `json:"message"`
	Origin  string `json:"origin"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

func (a *app) printCheck(cfg *configs.Config, err error) error {
	var mistakes configs.Errors
	if err != nil && (!a.json() || !errors.As(err, &mistakes)) {
		return err
	}
	if err != nil {
		c := checked{}
		for _, m := range mistakes {
			c.Mistakes = append(c.Mistakes, mistake{m.Path, m.Message, m.Origin.String(), m.Origin.Line, m.Origin.Column})
		}
		return errors.Join(a.printJSON(c), err)
	}
	c := checked{
		Valid: true, Mode: cfg.Mode, Account: cfg.Broker.IBKR.Account,
		Instruments: len(cfg.Instruments), Strategies: len(cfg.Strategies),
	}
	if a.json() {
		return a.printJSON(c)
	}
	_, err = fmt.Fprintf(a.out, "valid: mode %s, account %s, %s, %s\n", c.Mode, c.Account,
		count(c.Instruments, "instrument"), plural(c.Strategies, "strategy", "strategies"))
	return err
}

func plural(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func newConfigShow(a *app) *cobra.Command {
	var origin bool
	cmd := &cobra.Command{
		Use:   "show [FILE...]",
		Short: "Print the configuration as it counts",
		Long: `Print the configuration after files, environment and flags were laid over each other. Secrets are masked.

With --origin every value says where it comes from: a file with line and column, a variable, a flag, or default.`,
		Example: "  engine config show\n  engine config show -c mine.yaml --origin\n  engine config show -o json",
		RunE: func(_ *cobra.Command, args []string) error {
			a.files = append(a.files, args...)
			cfg, err := a.load("sim.yaml", nil)
			if err != nil {
				return err
			}
			return a.printConfig(cfg, origin)
		},
	}
	cmd.Flags().BoolVar(&origin, "origin", false, "say where each value comes from")
	return cmd
}

// shownValue is a row of config show --origin -o json.
type shownValue struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

func (a *app) printConfig(cfg *configs.Config, origin bool) error {
	switch {
	case a.json() && origin:
		var rows []shownValue
		for _, e := range cfg.Entries() {
			rows = append(rows, shownValue{e.Path, e.Value, e.Origin.String()})
		}
		return a.printJSON(map[string]any{"values": rows})
	case a.json():
		return a.printJSON(cfg)
	}
	_, err := fmt.Fprint(a.out, strings.TrimRight(cfg.YAML(origin), "\n")+"\n")
	return err
}
