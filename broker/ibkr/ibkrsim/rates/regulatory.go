package rates

import (
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Fees of regulators, in USD. Sources: the SEC's fee rate advisory in force
// from 4 April 2026 (section 31: 20.60 per million of sales); FINRA's Trading
// Activity Fee for 2026 (0.000195 a share sold, at most 9.79; 0.00329 an
// option sold); IBKR's page "Other Fees" for the options regulatory fee
// (0.02295 a contract, both sides) and the NFA's assessment (0.02 a future,
// both sides), about the start of 2026.
var (
	secRate   = money("0.0000206")
	tafShare  = money("0.000195")
	tafMost   = money("9.79")
	tafOption = money("0.00329")
	orf       = money("0.02295")
	nfa       = money("0.02")
)

// regulatory is what regulators have taken for the order so far. FINRA's
// maximum counts for the order.
func (p Plan) regulatory(t *Trade, sum *Tally) market.Money {
	if !p.Regulatory || t.Currency != usd {
		return market.Money{}
	}
	sold, units := t.Side == market.Sell, sum.Qty.Decimal()
	switch {
	case t.SecType == exchange.Stock && sold:
		return sum.Value.Mul(secRate).Add(decimal.Min(units.Mul(tafShare), tafMost))
	case t.SecType == exchange.Option && sold:
		return sum.Value.Mul(secRate).Add(units.Mul(tafOption)).Add(units.Mul(orf))
	case t.SecType == exchange.Option:
		return units.Mul(orf)
	case t.SecType == exchange.Future:
		return units.Mul(nfa)
	}
	return market.Money{}
}
