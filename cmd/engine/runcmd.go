package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gannet/configs"
	"gannet/engine"
	"gannet/market"
)

// runFlags are the flags of run that the simulated market does not have.
type runFlags struct {
	span time.Duration
	mode string
	arm  string
}

func newRun(a *app) *cobra.Command {
	var f runFlags
	var m marketFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Trade: in the simulator, on the paper account, or live",
		Long: `Trade until Ctrl-C, or for the time of --for. Without -c it trades offline: a simulated Interactive Brokers
in this process, a generated market, two sample strategies.

Real money needs three things that agree: mode: live and the account in the configuration, and --arm ACCOUNT
at every start. The first Ctrl-C stops strategies, cancels or keeps working orders (on_stop), compares with the
broker and prints what was done; the second ends at once. Orders and positions outlast any of it.`,
		Example: `  engine run --for 30s
  engine run --seed 7 --market ./Data --speed 10 -o json
  engine run -c paper.yaml
  engine run -c live.yaml --arm U1234567`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.span < 0 {
				return usagef("--for %s: want a time greater than 0", f.span)
			}
			cfg, err := a.loadToTrade("sim.yaml", append(m.overrides(), f.overrides()...))
			if err != nil {
				return err
			}
			return a.run(cmd.Context(), cfg, f.span)
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&f.span, "for", 0, "`TIME` to trade, such as 30s (default: until Ctrl-C)")
	flags.StringVar(&f.mode, "mode", "", "`MODE`: sim, paper or live (default: mode of the configuration)")
	flags.StringVar(&f.arm, "arm", "", "`ACCOUNT` that may trade real money; must be broker.ibkr.account")
	m.add(cmd)
	return cmd
}

// overrides are the flags as values of the configuration.
func (f *runFlags) overrides() []configs.Override {
	var list []configs.Override
	if f.mode != "" {
		list = append(list, configs.Override{Path: "mode", Value: f.mode, Flag: "--mode"})
	}
	if f.arm != "" {
		list = append(list, configs.Override{Path: "live.arm", Value: f.arm, Flag: "--arm"})
	}
	return list
}

// run trades and prints what was done, also when the run ended with a fault.
func (a *app) run(ctx context.Context, cfg *configs.Config, span time.Duration) error {
	p, err := newPlan(cfg, selection{})
	if err != nil {
		return err
	}
	view := newLive(a.out, a.err, p.instruments)
	log := a.loggerTo(view, cfg)
	if names := cfg.Variables(); len(names) > 0 {
		log.Info().Strs("variables", names).Msg("environment applied")
	}
	if span > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, span)
		defer cancel()
	}
	show := view
	if a.json() {
		show = nil
	}
	summary, err := p.trade(ctx, log, show)
	if summary == nil {
		return err
	}
	if printed := a.printRun(newRunReport(p.instruments, summary)); err == nil {
		err = printed
	}
	return err
}

// runReport is the JSON of run. Prices, quantities and money are exact.
type runReport struct {
	Mode                 string             `json:"mode"`
	Seconds              float64            `json:"seconds"`
	Ticks                uint64             `json:"ticks"`
	TicksDropped         uint64             `json:"ticks_dropped"` // passed over by a stage that was behind
	Signals              uint64             `json:"signals"`
	Orders               engine.OrderCounts `json:"orders"`
	Fills                int                `json:"fills"`
	Fees                 number             `json:"fees"`
	Equity               number             `json:"equity"`
	Positions            []positionRow      `json:"positions"`
	Reconciled           bool               `json:"reconciled"`
	Breaks               []string           `json:"breaks"` // what differs from the broker
	BrokerPositionsMatch bool               `json:"broker_positions_match"`
	Hash                 string             `json:"hash"`
}

func newRunReport(t *market.Instruments, s *engine.Summary) *runReport {
	return &runReport{
		Mode: s.Mode, Seconds: s.Seconds, Ticks: s.Ticks, TicksDropped: s.TicksDropped, Signals: s.Signals, Orders: s.Orders,
		Fills: s.Fills, Fees: moneyOf(s.Fees), Equity: moneyOf(s.Equity), Positions: positionRows(t, s.Positions),
		Reconciled: s.Reconciled, Breaks: append([]string{}, s.Breaks...), BrokerPositionsMatch: s.BrokerPositionsMatch,
		Hash: fmt.Sprintf("%016x", s.Hash),
	}
}

func (a *app) printRun(r *runReport) error {
	if a.json() {
		return a.printJSON(r)
	}
	err := pairs(a.out,
		[2]string{"mode", fmt.Sprintf("%s, %.1f s", r.Mode, r.Seconds)},
		[2]string{"ticks", fmt.Sprintf("%d, %d dropped", r.Ticks, r.TicksDropped)},
		[2]string{"signals", strconv.FormatUint(r.Signals, 10)},
		[2]string{"orders", orderCounts(r.Orders)},
		[2]string{"fills", fmt.Sprintf("%d, fees %s", r.Fills, r.Fees)},
		[2]string{"equity", string(r.Equity)},
		[2]string{"reconciled", yesNo(r.Reconciled)},
		[2]string{"positions match broker", yesNo(r.BrokerPositionsMatch)},
	)
	if err != nil {
		return err
	}
	for _, one := range r.Breaks {
		fmt.Fprintf(a.out, "differs from the broker: %s\n", one)
	}
	return a.section("positions", positionHead, len(r.Positions), func(i int) []string { return r.Positions[i].cells() })
}

func orderCounts(c engine.OrderCounts) string {
	return fmt.Sprintf("%d submitted, %d filled, %d canceled, %d rejected, %d denied, %d expired, %d unknown",
		c.Submitted, c.Filled, c.Canceled, c.Rejected, c.Denied, c.Expired, c.Unknown)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
