package contracts

import (
	"context"
	"fmt"
	"strings"

	"gannet/broker/ibkr/api"
)

// Ref names a contract in an order ticket, by conid or by conidex and never by
// both: a ticket with both goes to SMART, whatever the conidex says.
type Ref struct {
	Conid   api.Num  `json:"conid,omitzero"`
	ConidEx api.Text `json:"conidex,omitzero"`
}

// At is a contract at an exchange, "265598@NASDAQ"; "" or SMART leaves the way to IBKR.
func At(conid int64, exchange string) Ref {
	if exchange == "" || strings.EqualFold(exchange, "SMART") {
		return Ref{Conid: api.IntOf(conid)}
	}
	return Ref{ConidEx: api.TextOf(fmt.Sprintf("%d@%s", conid, strings.ToUpper(exchange)))}
}

// Pair is a currency pair. A price is the quote currency's for one of the base.
type Pair struct {
	Conid    int64
	Base     string // of the contract
	Quote    string
	Inverted bool // it is the pair that was asked for the other way round
}

// Ref is the pair at IDEALPRO, where pairs trade.
func (p Pair) Ref() Ref { return At(p.Conid, "IDEALPRO") }

// Pair finds the contract of two currencies. There is one for both ways.
func (f *Finder) Pair(ctx context.Context, base, quote string) (Pair, error) {
	base, quote = strings.ToUpper(base), strings.ToUpper(quote)
	rows, err := f.pairs.get(ctx, base, func(ctx context.Context) ([]api.CurrencyPair, error) {
		answer, err := f.api.Contracts.CurrencyPairs(ctx, base)
		return answer[base], err
	})
	if err != nil {
		return Pair{}, err
	}
	for i := range rows {
		conid, ok := rows[i].Conid.Int()
		if !ok || conid <= 0 {
			continue
		}
		switch rows[i].Symbol.String() {
		case base + "." + quote:
			return Pair{Conid: conid, Base: base, Quote: quote}, nil
		case quote + "." + base:
			return Pair{Conid: conid, Base: quote, Quote: base, Inverted: true}, nil
		}
	}
	return Pair{}, notFound("the pair %s.%s", base, quote)
}
