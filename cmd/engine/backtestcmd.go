package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/backtest"
	"gannet/broker/venue"
	"gannet/configs"
	"gannet/feed"
	"gannet/market"
	"gannet/strategy"
)

// backtestFlags are the flags of backtest. An empty one leaves the
// configuration as it is.
type backtestFlags struct {
	data        []string
	instruments []string
	resolution  choice
	raw         bool
	strategy    string
	params      []string
	cash        string
	profile     string
	from, to    string
	seed        string
}

func newBacktest(a *app) *cobra.Command {
	f := &backtestFlags{resolution: choice{"", []string{"tick", "second", "minute", "hour", "daily"}}}
	cmd := &cobra.Command{
		Use:   "backtest",
		Short: "Replay recorded data through strategies, risk checks and a simulated venue",
		Long: `Replay recorded data through the same strategies, order desk and risk checks that trade live.

Data is CSV, a LEAN zip, or a folder in LEAN's layout; without --data it is a generated week. The result
goes to stdout. With -o json prices, quantities and money are JSON numbers with exactly the digits of their
decimal value. The same data, strategies and settings give the same hash.`,
		Example: `  engine backtest
  engine backtest --data ./Data --instrument SPY,IBM --strategy emacross --param fast=10 --param slow=20 --param qty=100
  engine backtest --data bars.csv --strategy dip --param qty=10 -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, param := range f.params {
				if key, _, ok := strings.Cut(param, "="); !ok || key == "" {
					return usagef("--param %q: want KEY=VALUE, such as qty=10", param)
				}
			}
			cfg, err := a.load("backtest.yaml", f.overrides())
			if err != nil {
				return err
			}
			return a.backtest(cmd.Context(), cfg, f.instruments)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.data, "data", nil, "`PATH` of a CSV file, a LEAN zip or a LEAN folder; may be repeated")
	flags.StringSliceVar(&f.instruments, "instrument", nil, "`NAMES` such as SPY,IBM or SPY.ARCA that the strategies trade (default: those of the configuration or of the files)")
	flags.Var(&f.resolution, "resolution", "which data of a LEAN folder")
	flags.BoolVar(&f.raw, "raw", false, "LEAN prices as traded, not adjusted for splits and dividends")
	flags.StringVar(&f.strategy, "strategy", "", "`NAME` of the strategy to run instead of the configured ones: "+strings.Join(strategy.Names(), ", "))
	flags.StringArrayVar(&f.params, "param", nil, "`KEY=VALUE` of the strategy; a list is [a, b]; may be repeated")
	flags.StringVar(&f.cash, "cash", "", "`AMOUNT` at the start")
	flags.StringVar(&f.profile, "profile", "", "`NAME` of the fill rules: "+strings.Join(venue.Names(), ", "))
	flags.StringVar(&f.from, "from", "", "first `DAY`, such as 2013-10-07")
	flags.StringVar(&f.to, "to", "", "last `DAY`, included")
	flags.StringVar(&f.seed, "seed", "", "`NUMBER` that makes the generated data")
	return cmd
}

// overrides are the flags as values of the configuration.
func (f *backtestFlags) overrides() []configs.Override {
	var list []configs.Override
	set := func(path, value, flag string) {
		if value != "" {
			list = append(list, configs.Override{Path: path, Value: value, Flag: flag})
		}
	}
	if f.data != nil {
		quoted := make([]string, len(f.data))
		for i, path := range f.data {
			quoted[i] = strconv.Quote(path)
		}
		set("backtest.data", "["+strings.Join(quoted, ", ")+"]", "--data")
	}
	set("backtest.resolution", f.resolution.value, "--resolution")
	set("backtest.cash", f.cash, "--cash")
	set("backtest.profile", f.profile, "--profile")
	set("backtest.from", f.from, "--from")
	set("backtest.to", f.to, "--to")
	set("sim.seed", f.seed, "--seed")
	if f.raw {
		set("backtest.raw", "true", "--raw")
	}
	if f.strategy != "" {
		name := strconv.Quote(f.strategy)
		set("strategies", fmt.Sprintf("[{id: %s, name: %s, instruments: [%s], params: {}}]", name, name, configs.AllInstruments), "--strategy")
	}
	for _, param := range f.params {
		key, value, _ := strings.Cut(param, "=")
		list = append(list, configs.Override{Path: "strategies.0.params." + key, Value: value, Flag: "--param " + key})
	}
	return list
}

// backtest runs a configuration. names are the instruments of the command
// line; without them and without a file of the user's, those of the data count.
func (a *app) backtest(ctx context.Context, cfg *configs.Config, names []string) error {
	log := a.logger(cfg)
	data, err := newDataset(&cfg.Backtest)
	if err != nil {
		return err
	}
	if len(names) == 0 && len(a.files) == 0 {
		if names, err = data.symbols(); err != nil {
			return err
		}
	}
	p, err := newPlan(cfg, selection{names: names, usEquity: data.lean(), noTicks: data.adjusted()})
	if err != nil {
		return err
	}
	profile, err := venue.Lookup(cfg.Backtest.Profile)
	if err != nil {
		return p.wrong(err, "backtest", "profile")
	}
	cash, err := market.ParseMoney(string(cfg.Backtest.Cash))
	if err != nil {
		return p.wrong(err, "backtest", "cash")
	}
	source, err := p.source(data)
	if err != nil {
		return err
	}
	begin := time.Now()
	result, err := backtest.Run(backtest.Config{
		Instruments: p.instruments, Profile: profile, Gate: p.gate, Cash: cash, Strategies: p.strategies, Bars: p.bars,
		Source:   &interruptibleSource{Source: source, ctx: ctx},
		Progress: a.progress(),
		Log:      func(l strategy.LogLine) { log.Info().Str("strategy", string(l.Strategy)).Msg(l.Text) },
	})
	if isTerminal(a.err) {
		fmt.Fprint(a.err, "\r\x1b[K")
	}
	if err = errors.Join(err, source.Close()); err != nil {
		return err
	}
	return a.printBacktest(newBacktestReport(data.String(), p.instruments, result, time.Since(begin)))
}

// progress shows on a terminal how far a long backtest is.
func (a *app) progress() func(uint64, market.Nanos) {
	if !isTerminal(a.err) {
		return nil
	}
	return func(points uint64, at market.Nanos) {
		fmt.Fprintf(a.err, "\r\x1b[K%d data points, %s", points, at.Time().Format(time.DateTime))
	}
}

// source is the recorded data, or the generated sample when there is none.
func (p *plan) source(data dataset) (feed.Source, error) {
	if len(data.paths) == 0 {
		return newSample(p.instruments, p.newYork, uint64(p.cfg.Sim.Seed)), nil
	}
	return data.open(p.instruments)
}

// interruptibleSource ends with the error of a context that ends.
type interruptibleSource struct {
	feed.Source
	ctx context.Context
	n   int
}

// Next implements feed.Source. It looks at the context now and then.
func (s *interruptibleSource) Next() (market.Body, error) {
	if s.n++; s.n%1024 == 0 {
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
	}
	return s.Source.Next()
}
