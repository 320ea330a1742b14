package rates

import (
	"fmt"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Plan is how an account pays for its trades: IBKR's pricing structure. The
// zero value is the fixed plan without regulatory fees.
type Plan struct {
	Tiered     bool // commission by the month's volume, fees of exchanges on top
	Regulatory bool // pass on the fees of regulators
}

// Named is the plan "fixed" or "tiered", with regulatory fees.
func Named(name string) (Plan, error) {
	switch name {
	case "fixed", "tiered":
		return Plan{Tiered: name == "tiered", Regulatory: true}, nil
	}
	return Plan{}, fmt.Errorf("rates: plan %q: want fixed or tiered", name)
}

// Trade is one fill of an order.
type Trade struct {
	SecType    string // STK, OPT, FUT or CASH: the legs of a combination are trades of their own
	Symbol     string // of a future its product: ES
	Exchange   string // where it traded
	Currency   string // of the price, ISO 4217
	Side       market.Side
	Qty        market.Qty   // > 0: shares, contracts, or units of the pair's first currency
	Price      market.Price // of one unit; below 0 for futures only
	Multiplier int64        // money per point of price per unit, 0 counts as 1
	Adds       bool         // it added liquidity: it was a resting order

	// MonthVolume is what the account traded in the calendar month before the
	// order: shares or contracts, of currencies their value in USD.
	MonthVolume market.Money
	// USDRate is USD per unit of Currency, for currencies only; 0 counts as 1.
	USDRate market.Money
}

// Value is price * quantity * multiplier without sign, in the trade's currency.
func (t *Trade) Value() market.Money {
	return market.Notional(t.Price, t.Qty, t.Multiplier).Abs()
}

// Charge is what a fill costs. No part is ever below 0.
type Charge struct {
	Commission market.Money `json:"commission"` // IBKR's own
	ThirdParty market.Money `json:"thirdParty"` // exchanges, clearing, pass-through
	Regulatory market.Money `json:"regulatory"` // SEC, FINRA, ORF, NFA
	Currency   string       `json:"currency"`   // the trade's; USD for currencies
}

// Fees are what comes on top of the commission.
func (c Charge) Fees() market.Money { return c.ThirdParty.Add(c.Regulatory) }

// Total is all of the charge: what IBKR reports as the execution's commission.
func (c Charge) Total() market.Money { return c.Commission.Add(c.Fees()) }

// Tally is what an order has traded and paid so far. The zero value is an
// order without fills; keep it with the order between fills.
type Tally struct {
	Qty     market.Qty   `json:"qty"`
	Value   market.Money `json:"value"`   // in the currency of the charge
	Raw     market.Money `json:"raw"`     // commission before minimum and maximum
	Venue   market.Money `json:"venue"`   // fees of exchanges
	Charged Charge       `json:"charged"` // over all fills
}

// Charge is what a fill costs, given what its order has traded before, and
// the tally with it. An error is a trade that cannot be priced: no quantity, a
// side that is none, a type or currency without published rates here.
func (p Plan) Charge(t Trade, before Tally) (Charge, Tally, error) {
	if err := t.check(); err != nil {
		return Charge{}, before, err
	}
	tariff, err := p.tariff(&t)
	if err != nil {
		return Charge{}, before, err
	}
	value, units := t.Value(), t.Qty.Decimal()
	done := before.Qty.Decimal()
	if tariff.byValue {
		value = value.Mul(t.usdRate())
		units, done = value, before.Value
	}
	from := t.MonthVolume.Add(done)
	after := before
	if after.Qty, err = before.Qty.Add(t.Qty); err != nil {
		return Charge{}, before, err
	}
	after.Value = before.Value.Add(value)
	after.Raw = before.Raw.Add(tariff.tiers.cost(from, from.Add(units)))
	after.Venue = before.Venue.Add(p.venueFee(&t))
	after.Charged = Charge{
		Commission: tariff.bound(after.Raw, after.Value),
		Currency:   tariff.currency,
	}
	after.Charged.ThirdParty = p.thirdParty(&t, &after)
	after.Charged.Regulatory = p.regulatory(&t, &after)
	after.Charged = after.Charged.atLeast(before.Charged)
	return after.Charged.less(before.Charged), after, nil
}

// atLeast is a charge that takes back nothing of an earlier one, even when
// the caller's month has reached a cheaper tier between two fills.
func (c Charge) atLeast(o Charge) Charge {
	return Charge{
		Commission: decimal.Max(c.Commission, o.Commission), ThirdParty: decimal.Max(c.ThirdParty, o.ThirdParty),
		Regulatory: decimal.Max(c.Regulatory, o.Regulatory), Currency: c.Currency,
	}
}

func (c Charge) less(o Charge) Charge {
	return Charge{
		Commission: c.Commission.Sub(o.Commission), ThirdParty: c.ThirdParty.Sub(o.ThirdParty),
		Regulatory: c.Regulatory.Sub(o.Regulatory), Currency: c.Currency,
	}
}

func (t *Trade) check() error {
	switch {
	case t.Qty <= 0:
		return fmt.Errorf("rates: a trade of %s: want a quantity above 0", t.Qty)
	case t.Side != market.Buy && t.Side != market.Sell:
		return fmt.Errorf("rates: a trade of side %s", t.Side)
	case t.Price < 0 && t.SecType != exchange.Future:
		return fmt.Errorf("rates: a trade of %s at %s: want a price of 0 or more", t.SecType, t.Price)
	case t.MonthVolume.IsNegative() || t.USDRate.IsNegative():
		return fmt.Errorf("rates: a month's volume or a rate below 0")
	}
	return nil
}

func (t *Trade) usdRate() market.Money {
	if t.USDRate.IsZero() {
		return one
	}
	return t.USDRate
}

// tariff is the commission of a trade's type and currency.
func (p Plan) tariff(t *Trade) (tariff, error) {
	switch t.SecType {
	case exchange.Stock:
		return p.stock(t)
	case exchange.Option:
		return p.option(t)
	case exchange.Future:
		return p.future(t)
	case exchange.Forex:
		return forex(t), nil
	}
	return tariff{}, fmt.Errorf("rates: no commission is known for %q", t.SecType)
}

// venueFee is what the exchange takes for one fill.
func (p Plan) venueFee(t *Trade) market.Money {
	switch t.SecType {
	case exchange.Stock:
		return p.stockVenue(t)
	case exchange.Option:
		return p.optionVenue(t)
	case exchange.Future:
		return productOf(t.Symbol).exchange.Mul(t.Qty.Decimal())
	}
	return market.Money{}
}

// thirdParty is what others than IBKR and the regulators have taken for the
// order so far.
func (p Plan) thirdParty(t *Trade, sum *Tally) market.Money {
	fees := sum.Venue
	switch {
	case !p.Tiered || t.Currency != usd:
	case t.SecType == exchange.Stock:
		fees = fees.Add(stockClearing(sum))
	case t.SecType == exchange.Option:
		fees = fees.Add(optionClearing(sum))
	}
	return fees
}
