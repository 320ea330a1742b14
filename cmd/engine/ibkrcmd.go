package main

import (
	"context"

	"github.com/spf13/cobra"
)

// ibkrFlags are the flags of every verb of ibkr.
type ibkrFlags struct {
	baseURL string
	pin     string
	account string
	compete bool
}

// ibkrVerbs makes the verbs of ibkr.
type ibkrVerbs struct {
	app   *app
	flags ibkrFlags
}

func newIBKR(a *app) *cobra.Command {
	v := &ibkrVerbs{app: a}
	cmd := group(&cobra.Command{
		Use:   "ibkr",
		Short: "Ask and command the IBKR Web API from a shell",
		Long: `Ask and command the IBKR Web API from a shell: a Client Portal gateway, IBKR's own servers, or "engine sim".

Where it is comes from broker.ibkr of the configuration (-c), or --base-url and --pin; without either it is
` + ibkrDefaultURL + `. The account is --account, that of the configuration, or the one that the login has selected.
Text is a table; -o json is the answer as it came, on one line, with exact numbers. No verb asks a question, prints a
secret, or takes the session from another login unless --compete says so. IBKR's pace is kept, also between calls
that share a data folder: a verb may wait for up to five seconds before it asks.`,
		Example: `  engine ibkr check
  engine ibkr positions -c paper.yaml
  engine ibkr search SPY --base-url https://127.0.0.1:5001 -o json
  engine ibkr place --conid 756733 --side buy --qty 10 --type LMT --price 640.50`,
	})
	flags := cmd.PersistentFlags()
	flags.StringVar(&v.flags.baseURL, "base-url", "", "`URL` of the Web API, such as https://127.0.0.1:5000, or a name: gateway, api, production, testing (default: that of the configuration)")
	flags.StringVar(&v.flags.pin, "pin", "", "sha256/BASE64 `PIN` of the server's public key (default: broker.ibkr.pin)")
	flags.StringVar(&v.flags.account, "account", "", "`ACCOUNT` that is asked about (default: broker.ibkr.account, or the login's selected one)")
	flags.BoolVar(&v.flags.compete, "compete", false, "take the brokerage session from another login of the same user")
	for _, add := range []func() []*cobra.Command{
		v.setupVerbs, v.accountVerbs, v.orderVerbs, v.contractVerbs, v.marketVerbs, v.manageVerbs, v.callVerbs,
	} {
		cmd.AddCommand(add()...)
	}
	return cmd
}

// ibkrRun is what a verb does, with a client of the configured place.
type ibkrRun func(ctx context.Context, s *ibkrShell, args []string) error

// plainly is a verb without arguments.
func plainly(run func(*ibkrShell, context.Context) error) ibkrRun {
	return func(ctx context.Context, s *ibkrShell, _ []string) error { return run(s, ctx) }
}

// verb completes a verb.
func (v *ibkrVerbs) verb(cmd *cobra.Command, run ibkrRun) *cobra.Command {
	return v.trading(cmd, nil, run)
}

// trading is verb for one that may send orders: arm holds the account that
// --arm names.
func (v *ibkrVerbs) trading(cmd *cobra.Command, arm *string, run ibkrRun) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = noArgs
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := v.target(arm)
		if err != nil {
			return err
		}
		s, err := v.app.newShell(t)
		if err != nil {
			return err
		}
		return s.explain(run(cmd.Context(), s, args))
	}
	return cmd
}

// oneArg wants exactly one argument.
func oneArg(noun, hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s wants one %s, got %d; %s", cmd.CommandPath(), noun, len(args), hint)
		}
		return nil
	}
}

// conidArgs wants at least one number.
func conidArgs(most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 || len(args) > most {
			return usagef("%s wants 1 to %d conids, got %d; engine ibkr search SYMBOL finds them", cmd.CommandPath(), most, len(args))
		}
		_, err := parseConids(args)
		return err
	}
}
