package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/api"
)

// marketVerbs show prices.
func (v *ibkrVerbs) marketVerbs() []*cobra.Command {
	return []*cobra.Command{v.snapshotVerb(), v.historyVerb(), v.scanVerb(), v.watchVerb()}
}

// Fields of market data: 55 symbol, 31 last, 84 bid, 88 bid size, 86 ask,
// 85 ask size, 7059 last size, 87 volume, 6509 availability.
const (
	quoteFields  = "55,31,84,88,86,85,7059,87,6509"
	quoteColumns = "CONID=conid SYMBOL=55 LAST=31 BID=84 BID_SIZE=88 ASK=86 ASK_SIZE=85 VOLUME=87 DATA=6509 UPDATED=_updated:ms"
)

func (v *ibkrVerbs) snapshotVerb() *cobra.Command {
	var fields string
	cmd := v.verb(&cobra.Command{
		Use: "snapshot CONID...", Short: "Show prices now", Args: conidArgs(100),
		Long: `Show prices now. DATA begins with R for real time, D delayed, Z frozen, Y frozen and delayed, N not subscribed.

A price may begin with C (it is yesterday's close) or H (trading is halted). What IBKR does not say stays "-".`,
		Example: "  engine ibkr snapshot 756733 8314\n  engine ibkr snapshot 756733 --fields 31,7295,7741 -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error { return s.snapshot(ctx, args, fields) })
	cmd.Flags().StringVar(&fields, "fields", quoteFields, "`NUMBERS` of at most 50 fields, with commas")
	return cmd
}

// snapshotTries is how often empty rows are asked for again: the first answer
// for a contract only opens its data.
const (
	snapshotTries = 6
	snapshotPause = 600 * time.Millisecond
)

func (s *ibkrShell) snapshot(ctx context.Context, args []string, fields string) error {
	conids, err := parseConids(args)
	if err != nil {
		return err
	}
	rows, err := s.quotes(ctx, conids, fields)
	if err != nil {
		return err
	}
	spec := quoteColumns
	if fields != quoteFields {
		spec = "CONID=conid"
		for _, field := range strings.Split(fields, ",") {
			spec += " " + field + "=" + field
		}
		spec += " DATA=6509 UPDATED=_updated:ms"
	}
	return s.show(append([]api.Snapshot{}, rows...), "", spec, "no quotes")
}

// quotes asks until each row has a price, or for a few seconds.
func (s *ibkrShell) quotes(ctx context.Context, conids []int64, fields string) ([]api.Snapshot, error) {
	if _, err := s.open(ctx); err != nil {
		return nil, err
	}
	if _, err := s.accounts(ctx); err != nil {
		return nil, err
	}
	return s.api.MarketData.Quotes(ctx, snapshotPause, snapshotTries, conids, strings.Split(fields, ",")...)
}

// historyFlags choose the bars.
type historyFlags struct {
	period, bar, end, source string
	outside                  bool
}

func (v *ibkrVerbs) historyVerb() *cobra.Command {
	var f historyFlags
	cmd := v.verb(&cobra.Command{
		Use: "history CONID", Short: "Show bars of the past", Args: conidArgs(1),
		Long: `Show bars of the past, at most 1000. The time of a bar is its start. --end is the end of the span, not its start;
without it the newest bars come. IBKR's volume is in units of its own.`,
		Example: "  engine ibkr history 756733 --period 1d --bar 5min\n  engine ibkr history 756733 --period 1m --bar 1d --end 2026-01-05T21:00:00Z -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error { return s.history(ctx, args[0], f) })
	flags := cmd.Flags()
	flags.StringVar(&f.period, "period", "1d", "`SPAN` such as 30min, 8h, 5d, 2w, 6m or 1y")
	flags.StringVar(&f.bar, "bar", "1min", "`LENGTH` of a bar such as 1min, 5min, 1h, 1d or 1w")
	flags.StringVar(&f.end, "end", "", "`TIME` at which the span ends, as 2026-01-05T21:00:00Z (default: now)")
	flags.StringVar(&f.source, "source", "", "`PRICES`: Last, Midpoint or Bid_Ask (default: IBKR's, trades)")
	flags.BoolVar(&f.outside, "outside-rth", false, "bars outside of regular trading hours, too")
	return cmd
}

func (s *ibkrShell) history(ctx context.Context, arg string, f historyFlags) error {
	conids, err := parseConids([]string{arg})
	if err != nil {
		return err
	}
	in := api.HistoryRequest{Conid: conids[0], Period: f.period, Bar: f.bar, Source: f.source, OutsideRTH: f.outside}
	if f.end != "" {
		if in.End, err = time.Parse(time.RFC3339, f.end); err != nil {
			return usagef("--end %q: want a time such as 2026-01-05T21:00:00Z", f.end)
		}
	}
	if _, err := s.open(ctx); err != nil {
		return err
	}
	history, err := s.api.MarketData.History(ctx, in)
	if err != nil {
		return err
	}
	return s.show(history, "data", "TIME=t:ms OPEN=o HIGH=h LOW=l CLOSE=c VOLUME=v", "no bars")
}

// scanFlags say what is looked through.
type scanFlags struct {
	instrument, location string
	filters              []string
}

func (v *ibkrVerbs) scanVerb() *cobra.Command {
	var f scanFlags
	cmd := v.verb(&cobra.Command{
		Use: "scan [TYPE]", Short: "Run a market scanner, or list the scanners",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s wants one scanner, got %d; without one it lists them", cmd.CommandPath(), len(args))
			}
			return nil
		},
		Long: `Run a market scanner: at most 50 contracts. Without TYPE it lists the scanners, which IBKR allows once in
15 minutes.`,
		Example: "  engine ibkr scan TOP_PERC_GAIN\n  engine ibkr scan MOST_ACTIVE --location STK.NASDAQ --filter priceAbove=5 -o json\n  engine ibkr scan",
	}, func(ctx context.Context, s *ibkrShell, args []string) error {
		if len(args) == 0 {
			return s.scanners(ctx)
		}
		return s.scan(ctx, args[0], f)
	})
	flags := cmd.Flags()
	flags.StringVar(&f.instrument, "instrument", "STK", "`KIND` of instruments")
	flags.StringVar(&f.location, "location", "STK.US.MAJOR", "`PLACE` to look at")
	flags.StringArrayVar(&f.filters, "filter", nil, "`CODE=VALUE` that a contract must satisfy, such as priceAbove=5; may be repeated")
	return cmd
}

func (s *ibkrShell) scanners(ctx context.Context) error {
	if _, err := s.open(ctx); err != nil {
		return err
	}
	params, err := s.api.Scanner.Params(ctx)
	if err != nil {
		return err
	}
	return s.show(params, "scan_type_list", "TYPE=code INSTRUMENTS=instruments NAME=display_name", "no scanners")
}

func (s *ibkrShell) scan(ctx context.Context, kind string, f scanFlags) error {
	in := api.ScanRequest{Instrument: api.TextOf(f.instrument), Type: api.TextOf(kind), Location: api.TextOf(f.location)}
	for _, one := range f.filters {
		code, value, ok := strings.Cut(one, "=")
		if !ok {
			return usagef("--filter %q: want CODE=VALUE, such as priceAbove=5", one)
		}
		filter := api.ScanValue{Code: api.TextOf(code)}
		if err := json.Unmarshal(jsonValue(value), &filter.Value); err != nil {
			return usagef("--filter %q: %v", one, err)
		}
		in.Filter = append(in.Filter, filter)
	}
	if _, err := s.open(ctx); err != nil {
		return err
	}
	result, err := s.api.Scanner.Run(ctx, in)
	if err != nil {
		return err
	}
	return s.show(result, "contracts",
		"CONID=con_id|conidex SYMBOL=symbol TYPE=sec_type EXCHANGE=listing_exchange NAME=company_name|contract_description_1", "no contracts")
}

// jsonValue is a number as it was written, or a text.
func jsonValue(text string) json.RawMessage {
	if _, err := json.Number(text).Float64(); err == nil && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return quoted
}
