package contracts

import (
	"context"
	"fmt"
	"strconv"
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

// Leg is one leg of a combo. A positive ratio buys, a negative one sells.
type Leg = api.Leg

// Combo is the conidex of a combo, such as
// "28812380;;;756733/1,320227571/-1". Other currencies than USD want an
// exchange. Its price is the sum of price times ratio and can be negative.
func Combo(currency, exchange string, legs ...Leg) (string, error) {
	currency, exchange = strings.ToUpper(currency), strings.ToUpper(exchange)
	if _, ok := api.SpreadConid(currency); !ok {
		return "", fmt.Errorf("contracts: combo: currency %q: its spread contract is not known, want one such as USD, GBP or JPY", currency)
	}
	if exchange == "" && currency != "USD" {
		return "", fmt.Errorf("contracts: combo: in %s: want an exchange", currency)
	}
	if err := checkLegs(legs); err != nil {
		return "", err
	}
	return api.Combo(currency, exchange, legs...), nil
}

func checkLegs(legs []Leg) error {
	if len(legs) < 2 {
		return fmt.Errorf("contracts: combo: %d legs: want two or more", len(legs))
	}
	seen := make(map[int64]bool)
	for _, l := range legs {
		if l.Conid <= 0 || l.Ratio == 0 || seen[l.Conid] {
			return fmt.Errorf("contracts: combo: leg %d/%d: want each contract once and a ratio that is not 0", l.Conid, l.Ratio)
		}
		seen[l.Conid] = true
	}
	return nil
}

// ParseCombo reads a combo's conidex.
func ParseCombo(text string) (spread int64, exchange string, legs []Leg, err error) {
	head, tail, ok := strings.Cut(text, ";;;")
	number, exchange, _ := strings.Cut(head, "@")
	spread, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0, "", nil, fmt.Errorf("contracts: combo %.80q: want <spread>[@exchange];;;<conid>/<ratio>,... of two or more legs", text)
	}
	for _, one := range strings.Split(tail, ",") {
		conid, ratio, _ := strings.Cut(one, "/")
		c, bad := strconv.ParseInt(conid, 10, 64)
		r, bad2 := strconv.ParseInt(ratio, 10, 64)
		if bad != nil || bad2 != nil {
			return 0, "", nil, fmt.Errorf("contracts: combo leg %.40q: want <conid>/<ratio>", one)
		}
		legs = append(legs, Leg{Conid: c, Ratio: r})
	}
	return spread, exchange, legs, checkLegs(legs)
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
