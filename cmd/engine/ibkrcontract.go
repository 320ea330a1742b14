package main

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/api"
)

func parseConids(args []string) ([]int64, error) {
	var list []int64
	for _, arg := range args {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || n <= 0 {
			return nil, usagef("conid %q: want a number such as 756733; engine ibkr search SYMBOL finds it", arg)
		}
		list = append(list, n)
	}
	return list, nil
}

// contractVerbs find contracts.
func (v *ibkrVerbs) contractVerbs() []*cobra.Command {
	var secType string
	var byName bool
	search := v.verb(&cobra.Command{
		Use: "search SYMBOL", Short: "Find contracts by symbol or name", Args: oneArg("symbol", "such as SPY"),
		Long:    "Find contracts by symbol, or with --name by a part of the company's name. One symbol has listings in many countries.",
		Example: "  engine ibkr search SPY\n  engine ibkr search ES --sec-type FUT\n  engine ibkr search \"berkshire\" --name -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error {
		return s.search(ctx, args[0], secType, byName)
	})
	search.Flags().StringVar(&secType, "sec-type", "", "`TYPE`: STK, FUT, OPT, IND, CASH or BOND (default: any)")
	search.Flags().BoolVar(&byName, "name", false, "the text is a part of the name")
	return []*cobra.Command{search, v.contractVerb(), v.chainVerb()}
}

func (s *ibkrShell) search(ctx context.Context, symbol, secType string, byName bool) error {
	if _, err := s.open(ctx); err != nil {
		return err
	}
	in := api.SearchRequest{Symbol: api.TextOf(symbol)}
	if secType != "" {
		in.SecType = api.TextOf(strings.ToUpper(secType))
	}
	if byName {
		in.Name = api.BoolOf(true)
	}
	found, err := s.api.Contracts.Search(ctx, in)
	if err != nil {
		return err
	}
	if s.json() {
		return s.show(append([]api.SearchRow{}, found...), "", "", "")
	}
	return listing(s.app, "no contracts", "CONID SYMBOL EXCHANGE NAME TYPES", found, func(row api.SearchRow) []string {
		var types []string
		for _, one := range row.Sections {
			types = append(types, plain(one.SecType.String()))
		}
		name := cmp.Or(row.CompanyName.String(), row.CompanyHeader.String())
		return []string{row.Conid.Text(), plain(row.Symbol.String()), plain(row.Description.String()), shortText(plain(name)), strings.Join(types, ",")}
	})
}

func (v *ibkrVerbs) contractVerb() *cobra.Command {
	return v.verb(&cobra.Command{
		Use: "contract CONID", Short: "Show a contract and the rules of its orders", Args: conidArgs(1),
		Long:    "Show a contract and the rules of its orders: price step, order types, times in force, sizes.",
		Example: "  engine ibkr contract 756733\n  engine ibkr contract 756733 -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error {
		if _, err := s.open(ctx); err != nil {
			return err
		}
		conids, err := parseConids(args)
		if err != nil {
			return err
		}
		contract, err := s.api.Contracts.InfoAndRules(ctx, conids[0])
		if err != nil {
			return err
		}
		return s.showObject(contract, "con_id", "symbol", "company_name", "instrument_type", "exchange", "currency", "multiplier", "rules.increment")
	})
}

// chainFlags choose a part of an option chain.
type chainFlags struct {
	month, exchange, right string
	strikes                []string
}

func (v *ibkrVerbs) chainVerb() *cobra.Command {
	var f chainFlags
	cmd := v.verb(&cobra.Command{
		Use: "chain SYMBOL", Short: "Show an option chain", Args: oneArg("symbol", "such as SPY"),
		Long: `Show an option chain: without --month the months that there are, with it the strikes, and with --strike the
contracts of that strike with their conids and expiries.`,
		Example: "  engine ibkr chain SPY\n  engine ibkr chain SPY --month JAN26\n  engine ibkr chain SPY --month JAN26 --strike 650 --right C -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error { return s.chain(ctx, args[0], f) })
	flags := cmd.Flags()
	flags.StringVar(&f.month, "month", "", "`MONTH` of expiry such as JAN26")
	flags.StringVar(&f.exchange, "exchange", "", "`EXCHANGE` of the options (default: SMART)")
	flags.StringVar(&f.right, "right", "", "`C` for calls or P for puts (default: both)")
	flags.StringArrayVar(&f.strikes, "strike", nil, "`PRICE` to show the contracts of; may be repeated")
	return cmd
}
