package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gannet/broker/ibkr/api"
	"gannet/broker/ibkr/contracts"
	"gannet/market"
)

// optionRow is a row of a search that has options.
type optionRow struct {
	conid  int64
	symbol string
	months []string
}

// chain shows months, strikes or contracts of the options on a symbol.
func (s *ibkrShell) chain(ctx context.Context, symbol string, f chainFlags) error {
	if _, err := s.open(ctx); err != nil {
		return err
	}
	found, err := s.api.Contracts.Search(ctx, api.SearchRequest{Symbol: api.TextOf(symbol)})
	if err != nil {
		return err
	}
	row, err := withOptions(found)
	if err != nil {
		return fmt.Errorf("%s: %w", symbol, err)
	}
	if f.month == "" {
		return s.showMonths(row)
	}
	wanted, err := contracts.ParseMonth(f.month)
	if err != nil {
		return usagef("--month %q: want one such as JAN26", f.month)
	}
	month := string(wanted)
	if !slices.Contains(row.months, month) {
		return usagef("--month %q: %s has %s", f.month, symbol, strings.Join(row.months, " "))
	}
	if len(f.strikes) > 0 {
		return s.optionContracts(ctx, row, month, f)
	}
	strikes, err := s.api.Contracts.Strikes(ctx, api.StrikesRequest{
		Conid: row.conid, SecType: "OPT", Month: month, Exchange: strings.ToUpper(f.exchange),
	})
	if err != nil {
		return err
	}
	return s.showStrikes(strikes)
}

// withOptions picks the listing that has the most months of options: others of
// the same symbol are in other countries.
func withOptions(found []api.SearchRow) (best optionRow, err error) {
	for _, row := range found {
		for _, one := range row.Sections {
			months := strings.FieldsFunc(plain(one.Months.String()), func(r rune) bool { return r == ';' })
			conid, ok := row.Conid.Int()
			if ok && one.SecType.String() == "OPT" && len(months) > len(best.months) {
				best = optionRow{conid, plain(row.Symbol.String()), months}
			}
		}
	}
	if best.conid == 0 {
		return best, fmt.Errorf("none of its %s has options", plural(len(found), "listing", "listings"))
	}
	return best, nil
}

func (s *ibkrShell) showMonths(row optionRow) error {
	if s.json() {
		return s.printJSON(map[string]any{"conid": row.conid, "symbol": row.symbol, "months": row.months})
	}
	return pairs(s.out, [2]string{"conid", fmt.Sprint(row.conid)}, [2]string{"symbol", row.symbol},
		[2]string{"months", strings.Join(row.months, " ")})
}

// showStrikes marks at each strike what there is.
func (s *ibkrShell) showStrikes(sides api.Strikes) error {
	if s.json() {
		return s.showObject(sides)
	}
	var strikes []string // in the order of the answer, which ascends
	has := map[string][2]bool{}
	for side, list := range [][]api.Num{sides.Call, sides.Put} {
		for _, one := range list {
			strike := one.Text()
			there, known := has[strike]
			if !known {
				strikes = append(strikes, strike)
			}
			there[side] = true
			has[strike] = there
		}
	}
	return listing(s.app, "no strikes", "STRIKE CALL PUT", strikes, func(strike string) []string {
		return []string{plain(strike), yesNo(has[strike][0]), yesNo(has[strike][1])}
	})
}

const optionColumns = "CONID=conid SYMBOL=symbol|ticker RIGHT=right STRIKE=strike EXPIRY=maturityDate MULTIPLIER=multiplier " +
	"CLASS=tradingClass EXCHANGE=exchange CURRENCY=currency"

// optionContracts resolves the contracts of the named strikes.
func (s *ibkrShell) optionContracts(ctx context.Context, row optionRow, month string, f chainFlags) error {
	rights := []string{"C", "P"}
	if f.right != "" {
		rights = []string{strings.ToUpper(f.right)}
	}
	if !slices.Contains([]string{"C", "P"}, rights[0]) {
		return usagef("--right %q: want C or P", f.right)
	}
	all := []api.ContractDetail{}
	for _, text := range f.strikes {
		strike, err := market.ParseMoney(text)
		if err != nil {
			return usagef("--strike %q: want a number such as 650", text)
		}
		for _, right := range rights {
			rows, err := s.api.Contracts.Details(ctx, api.InfoRequest{
				Conid: row.conid, SecType: "OPT", Month: month, Exchange: strings.ToUpper(f.exchange), Strike: api.NumOf(strike), Right: right,
			})
			if err != nil {
				return err
			}
			all = append(all, rows...)
		}
	}
	return s.show(all, "", optionColumns, "no contracts")
}
