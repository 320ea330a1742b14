package contracts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"gannet/broker/ibkr/api"
	"gannet/market"
)

// Underlying is what options are on.
type Underlying struct {
	Conid   int64
	Symbol  string // what a search finds it by
	SecType string // STK, IND; "": any
}

func (u Underlying) key() string { return strings.ToUpper(u.SecType) + " " + u.Symbol }

// secType is the kind to search by; a search by STK leaves indices out.
func (u Underlying) secType() api.Text {
	if u.SecType == "" {
		return api.Text{}
	}
	return api.TextOf(strings.ToUpper(u.SecType))
}

// Month is a contract month as IBKR writes it: JAN26.
type Month string

// MonthOf is the month of a date.
func MonthOf(t time.Time) Month { return Month(strings.ToUpper(t.Format("Jan06"))) }

// ParseMonth reads JAN26, 202601, 2026-01 or a date such as 20260117.
func ParseMonth(text string) (Month, error) {
	text = strings.TrimSpace(text)
	for _, form := range []string{"Jan06", "200601", "2006-01", "20060102"} {
		if t, err := time.Parse(form, text); err == nil {
			return MonthOf(t), nil
		}
	}
	return "", fmt.Errorf("contracts: month %q: want one such as JAN26 or 202601", text)
}

// Time is the first day of the month, zero for a text that is no month.
func (m Month) Time() time.Time {
	t, _ := time.Parse("Jan06", string(m))
	return t
}

// Months lists the months in which there are derivatives of an underlying.
// secType is OPT, FUT, WAR or FOP; "": OPT.
func (f *Finder) Months(ctx context.Context, u Underlying, secType string) ([]Month, error) {
	rows, err := f.search(ctx, u)
	if err != nil {
		return nil, err
	}
	secType = cmp.Or(strings.ToUpper(secType), "OPT")
	for i := range rows {
		if conid, _ := rows[i].Conid.Int(); conid != u.Conid {
			continue
		}
		for _, s := range rows[i].Sections {
			if s.SecType.String() == secType {
				return months(s.Months.String()), nil
			}
		}
	}
	return nil, notFound("%s of %s (%d)", secType, u.Symbol, u.Conid)
}

func months(list string) (out []Month) {
	for _, text := range strings.Split(list, ";") {
		if m, err := ParseMonth(text); err == nil {
			out = append(out, m)
		}
	}
	return out
}

// Strikes are those of one month.
type Strikes struct{ Call, Put []market.Money }

// ChainQuery says which options are wanted. What is left empty does not matter.
type ChainQuery struct {
	SecType  string // OPT, FOP, WAR; "": OPT
	Month    Month
	Exchange string // "": SMART
	Right    string // C or P
	Min, Max market.Money
	Class    string // trading class: SPXW
}

func (q ChainQuery) secType() string { return cmp.Or(strings.ToUpper(q.SecType), "OPT") }

// Strikes lists the strikes of a month. IBKR answers with nothing when the
// underlying was not searched for in the session: that is done first, and once
// more when there is no answer.
func (f *Finder) Strikes(ctx context.Context, u Underlying, q ChainQuery) (Strikes, error) {
	month, err := ParseMonth(string(q.Month))
	if err != nil {
		return Strikes{}, err
	}
	key := fmt.Sprintf("%d %s %s %s", u.Conid, q.secType(), month, q.Exchange)
	return f.strikes.get(ctx, key, func(ctx context.Context) (Strikes, error) {
		in := api.StrikesRequest{Conid: u.Conid, SecType: q.secType(), Month: string(month), Exchange: q.Exchange}
		for warm := range 2 {
			if warm > 0 {
				f.searches.drop(u.key())
			}
			if _, err := f.search(ctx, u); err != nil {
				return Strikes{}, err
			}
			s, err := f.api.Contracts.Strikes(ctx, in)
			if err != nil {
				return Strikes{}, err
			}
			if len(s.Call)+len(s.Put) > 0 {
				return Strikes{Call: decimals(s.Call), Put: decimals(s.Put)}, nil
			}
		}
		return Strikes{}, notFound("%s of %s in %s", q.secType(), u.Symbol, month)
	})
}

func decimals(list []api.Num) []market.Money {
	out := make([]market.Money, 0, len(list))
	for _, n := range list {
		if d, ok := n.Decimal(); ok {
			out = append(out, d)
		}
	}
	return out
}

// Option is one option, warrant or option on a future.
type Option struct {
	Conid      int64
	Symbol     string
	Right      string // C or P
	Strike     market.Money
	Expiry     string // 20260117
	Multiplier market.Money
	Class      string // trading class
	Exchange   string
	Currency   string
}

// Chain lists the options of a month, by expiry, strike and right, calls
// first. It takes a request for each strike and right: narrow the query. A
// month can have several expiries.
func (f *Finder) Chain(ctx context.Context, u Underlying, q ChainQuery) ([]Option, error) {
	strikes, err := f.Strikes(ctx, u, q)
	if err != nil {
		return nil, err
	}
	var jobs []api.InfoRequest
	for right, list := range map[string][]market.Money{"C": strikes.Call, "P": strikes.Put} {
		for _, strike := range list {
			if q.wants(right, strike) {
				jobs = append(jobs, q.info(u, right, strike))
			}
		}
	}
	found := make([][]Option, len(jobs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(f.parallel)
	for i := range jobs {
		group.Go(func() (err error) { found[i], err = f.options(ctx, jobs[i], q.Class); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := slices.Concat(found...)
	slices.SortFunc(all, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Expiry, b.Expiry), a.Strike.Cmp(b.Strike), cmp.Compare(a.Right, b.Right), cmp.Compare(a.Conid, b.Conid))
	})
	return all, nil
}

func (q ChainQuery) wants(right string, strike market.Money) bool {
	return (q.Right == "" || strings.EqualFold(q.Right, right)) && !strike.LessThan(q.Min) &&
		(q.Max.IsZero() || !strike.GreaterThan(q.Max))
}

func (q ChainQuery) info(u Underlying, right string, strike market.Money) api.InfoRequest {
	month, _ := ParseMonth(string(q.Month)) // Strikes has read it
	return api.InfoRequest{
		Conid: u.Conid, SecType: q.secType(), Month: string(month), Exchange: q.Exchange,
		Strike: api.NumOf(strike), Right: right,
	}
}

// options are the contracts of one strike and right.
func (f *Finder) options(ctx context.Context, in api.InfoRequest, class string) ([]Option, error) {
	rows, err := f.details.get(ctx, fmt.Sprint(in), func(ctx context.Context) ([]api.ContractDetail, error) {
		return f.api.Contracts.Details(ctx, in)
	})
	if err != nil {
		return nil, err
	}
	var list []Option
	for i := range rows {
		if o, ok := optionOf(&rows[i]); ok && (class == "" || strings.EqualFold(class, o.Class)) {
			list = append(list, o)
		}
	}
	return list, nil
}

func optionOf(d *api.ContractDetail) (Option, bool) {
	conid, ok := d.Conid.Int()
	strike, _ := d.Strike.Decimal()
	multiplier, _ := d.Multiplier.Decimal()
	return Option{
		Conid: conid, Symbol: cmp.Or(d.Symbol.String(), d.Ticker.String()), Right: d.Right.String(), Strike: strike,
		Expiry: d.MaturityDate.String(), Multiplier: multiplier, Class: d.TradingClass.String(),
		Exchange: d.Exchange.String(), Currency: d.Currency.String(),
	}, ok && conid > 0
}
