package rates

import (
	"fmt"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// Options in the United States: IBKR's page "Commissions Options", North
// America, about the start of 2026. The price of a contract depends on its premium
// and, in the tiered plan, on the contracts of the month; at least 1.00.
var (
	premiumLow  = market.MustPrice("0.05")
	premiumHigh = market.MustPrice("0.10")

	fixedOption  = premiums{low: flat("0.25"), middle: flat("0.5"), high: flat("0.65")}
	tieredOption = premiums{
		low:    steps("0", "0.25", "100000", "0.15"),
		middle: steps("0", "0.5", "50000", "0.25", "100000", "0.15"),
		high:   steps("0", "0.65", "10000", "0.5", "50000", "0.25", "100000", "0.15"),
	}
	optionLeast = money("1")
)

// premiums are tiers for premiums below 0.05, below 0.10 and from there.
type premiums struct{ low, middle, high tiers }

func (p *premiums) of(price market.Price) tiers {
	switch {
	case price < premiumLow:
		return p.low
	case price < premiumHigh:
		return p.middle
	}
	return p.high
}

func (p Plan) option(t *Trade) (tariff, error) {
	if t.Currency != usd {
		return tariff{}, fmt.Errorf("rates: no commission is known for options in %q", t.Currency)
	}
	list := fixedOption.of(t.Price)
	if p.Tiered {
		list = tieredOption.of(t.Price)
	}
	return tariff{tiers: list, least: optionLeast, currency: usd}, nil
}

// What the tiered plan adds for options: IBKR's page "Other Fees", third party
// fees of options, about the start of 2026. Taking liquidity costs 0.50 a contract
// in penny classes at most exchanges. OCC clears for 0.025 a contract, at most
// 55.00.
var (
	takeContract  = money("0.5")
	clearContract = money("0.025")
	clearOCCMost  = money("55")
)

func (p Plan) optionVenue(t *Trade) market.Money {
	if !p.Tiered || t.Adds {
		return market.Money{}
	}
	return t.Qty.Decimal().Mul(takeContract)
}

func optionClearing(sum *Tally) market.Money {
	return decimal.Min(sum.Qty.Decimal().Mul(clearContract), clearOCCMost)
}

// product is what a futures contract costs: IBKR's commission and the fee of
// its exchange, in USD a contract.
type product struct {
	fixed    market.Money
	tiered   tiers
	exchange market.Money
}

// Futures in the United States: IBKR's page "Commissions Futures", North
// America, about the start of 2026: 0.85 a contract, micro contracts 0.25, micro
// currencies 0.15, and the exchange's fee on top in both plans.
var (
	fullTiers  = steps("0", "0.85", "1000", "0.65", "10000", "0.45", "20000", "0.25")
	microTiers = steps("0", "0.25", "1000", "0.2", "10000", "0.15", "20000", "0.1")
	nanoTiers  = steps("0", "0.15", "1000", "0.12", "10000", "0.08", "20000", "0.05")
)

func full(fee string) product {
	return product{fixed: money("0.85"), tiered: fullTiers, exchange: money(fee)}
}

func micro(fee string) product {
	return product{fixed: money("0.25"), tiered: microTiers, exchange: money(fee)}
}

func microFX(fee string) product {
	return product{fixed: money("0.15"), tiered: nanoTiers, exchange: money(fee)}
}

var products = map[string]product{
	"ES": full("1.38"), "NQ": full("1.38"), "RTY": full("1.38"), "YM": full("1.38"),
	"CL": full("1.5"), "NG": full("1.6"), "GC": full("1.6"), "SI": full("1.6"), "HG": full("1.6"),
	"ZT": full("0.65"), "ZF": full("0.65"), "ZN": full("0.8"), "ZB": full("0.89"), "UB": full("0.95"),
	"ZC": full("2.1"), "ZW": full("2.1"), "ZS": full("2.1"),
	"EUR": full("1.6"), "GBP": full("1.6"), "JPY": full("1.6"), "CHF": full("1.6"), "CAD": full("1.6"), "AUD": full("1.6"),
	"MES": micro("0.35"), "MNQ": micro("0.35"), "M2K": micro("0.35"), "MYM": micro("0.35"),
	"MCL": micro("0.5"), "MGC": micro("0.5"),
	"M6E": microFX("0.24"), "M6B": microFX("0.24"), "M6A": microFX("0.24"),
}

var otherProduct = full("1.5")

// productOf is the futures product of that symbol; one that is not listed is
// a full-sized contract.
func productOf(symbol string) product {
	if p, known := products[symbol]; known {
		return p
	}
	return otherProduct
}

func (p Plan) future(t *Trade) (tariff, error) {
	if t.Currency != usd {
		return tariff{}, fmt.Errorf("rates: no commission is known for futures in %q", t.Currency)
	}
	one := productOf(t.Symbol)
	f := tariff{tiers: tiers{{rate: one.fixed}}, currency: usd}
	if p.Tiered {
		f.tiers = one.tiered
	}
	return f, nil
}

// Currencies: IBKR's page "Commissions Spot Currencies", about the start of 2026:
// 0.20 basis points of the value and at least 2.00 USD, less by the month's
// value in USD. Both plans pay the same.
var (
	forexTiers = steps("0", "0.00002", "1000000000", "0.000015", "2000000000", "0.00001", "5000000000", "0.000008")
	forexLeast = []market.Money{money("2"), money("1.5"), money("1.25"), money("1")}
)

// forex is the tariff by the tier that the month has reached before the order.
func forex(t *Trade) tariff {
	f := tariff{tiers: forexTiers, byValue: true, currency: usd}
	for i, one := range forexTiers {
		if t.MonthVolume.GreaterThanOrEqual(one.beyond) {
			f.least = forexLeast[i]
		}
	}
	return f
}
