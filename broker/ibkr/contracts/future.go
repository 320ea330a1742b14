package contracts

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gannet/broker/ibkr/api"
)

// Future is one futures contract. Dates are texts such as 20261218.
type Future struct {
	Conid          int64
	Symbol         string
	Underlying     int64 // conid
	Expiry         string
	LastTradingDay string
}

// Futures lists a symbol's futures by expiry, the nearest first. exchange "": any.
func (f *Finder) Futures(ctx context.Context, symbol, exchange string) ([]Future, error) {
	list, err := f.futures.get(ctx, symbol+"@"+exchange, func(ctx context.Context) ([]Future, error) {
		answer, err := f.api.Contracts.Futures(ctx, exchange, symbol)
		return futuresOf(answer[symbol]), err
	})
	if err == nil && len(list) == 0 {
		err = notFound("futures of %s", symbol)
	}
	return slices.Clone(list), err
}

func futuresOf(rows []api.Future) []Future {
	list := make([]Future, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		conid, ok := r.Conid.Int()
		if !ok || conid <= 0 {
			continue
		}
		under, _ := r.UnderlyingConid.Int()
		list = append(list, Future{
			Conid: conid, Symbol: r.Symbol.String(), Underlying: under,
			Expiry: r.ExpirationDate.Text(), LastTradingDay: r.LastTradingDay.Text(),
		})
	}
	slices.SortFunc(list, func(a, b Future) int { return cmp.Or(cmp.Compare(a.Expiry, b.Expiry), cmp.Compare(a.Conid, b.Conid)) })
	return list
}

// Future is the one of a month, DEC26 or 202612, or of a date, 20261218. Two
// of one month are an AmbiguousError.
func (f *Finder) Future(ctx context.Context, symbol, exchange, expiry string) (Future, error) {
	list, err := f.Futures(ctx, symbol, exchange)
	if err != nil {
		return Future{}, err
	}
	month, err := ParseMonth(expiry)
	if err != nil {
		return Future{}, err
	}
	prefix := month.Time().Format("200601")
	if len(expiry) == len("20261218") && strings.HasPrefix(expiry, prefix) {
		prefix = expiry
	}
	list = slices.DeleteFunc(list, func(x Future) bool { return !strings.HasPrefix(x.Expiry, prefix) })
	switch len(list) {
	case 0:
		return Future{}, notFound("future %s %s", symbol, expiry)
	case 1:
		return list[0], nil
	}
	e := &AmbiguousError{Symbol: symbol + " " + expiry}
	for _, x := range list {
		e.Candidates = append(e.Candidates, Contract{Conid: x.Conid, Symbol: x.Symbol, SecType: "FUT", Name: x.Expiry, Exchange: exchange})
	}
	return Future{}, e
}

// Front is the nearest future whose last trading day is today or later, by
// the UTC date of the Finder's clock.
func (f *Finder) Front(ctx context.Context, symbol, exchange string) (Future, error) {
	list, err := f.Futures(ctx, symbol, exchange)
	if err != nil {
		return Future{}, err
	}
	today := f.now().UTC().Format("20060102")
	for _, x := range list {
		if cmp.Or(x.LastTradingDay, x.Expiry) >= today {
			return x, nil
		}
	}
	return Future{}, notFound("a future of %s that still trades", symbol)
}
