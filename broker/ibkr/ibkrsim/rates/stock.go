package rates

import (
	"fmt"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// Stocks and ETFs in the United States: IBKR's page "Commissions Stocks",
// North America, about the start of 2026. A price per share, at least 1.00 (tiered
// 0.35) and at most 1 % of the value of an order.
var (
	fixedUS  = tariff{tiers: flat("0.005"), least: money("1"), most: money("0.01"), currency: usd}
	tieredUS = tariff{
		tiers: steps("0", "0.0035", "300000", "0.002", "3000000", "0.0015", "20000000", "0.001", "100000000", "0.0005"),
		least: money("0.35"), most: money("0.01"), currency: usd,
	}
)

// abroad are the pages for other regions, about the start of 2026: a part of the
// value, at least an amount; in Canada a price per share. The tiered rate is
// that of the first tier at any volume, fees of exchanges included.
var abroad = map[string]struct{ fixed, tiered tariff }{
	"EUR": {part("0.0005", "3", "EUR"), part("0.0005", "1.25", "EUR")},
	"GBP": {part("0.0005", "3", "GBP"), part("0.0005", "1", "GBP")},
	"CHF": {part("0.0005", "5", "CHF"), part("0.0005", "1.5", "CHF")},
	"JPY": {part("0.0008", "80", "JPY"), part("0.0005", "80", "JPY")},
	"HKD": {part("0.0008", "18", "HKD"), part("0.0005", "18", "HKD")},
	"AUD": {part("0.0008", "6", "AUD"), part("0.0008", "5", "AUD")},
	"CAD": {
		tariff{tiers: flat("0.01"), least: money("1"), most: money("0.005"), currency: "CAD"},
		tariff{tiers: flat("0.008"), least: money("1"), most: money("0.005"), currency: "CAD"},
	},
}

func part(ofValue, least, currency string) tariff {
	return tariff{ofValue: money(ofValue), least: money(least), currency: currency}
}

func (p Plan) stock(t *Trade) (tariff, error) {
	if t.Currency == usd {
		if p.Tiered {
			return tieredUS, nil
		}
		return fixedUS, nil
	}
	there, known := abroad[t.Currency]
	if !known {
		return tariff{}, fmt.Errorf("rates: no commission is known for stocks in %q", t.Currency)
	}
	if p.Tiered {
		return there.tiered, nil
	}
	return there.fixed, nil
}

// What the tiered plan adds in the United States: IBKR's page "Other Fees",
// third party fees of stocks and ETFs, about the start of 2026. Taking liquidity
// costs 0.0030 a share at most exchanges, 0.0010 at IEX, and 0.3 % of the
// value below a price of 1.00. NSCC and DTC clear for 0.0002 a share, at most
// 0.5 % of the value. NYSE and FINRA pass-through are parts of the commission.
var (
	takeShare     = money("0.003")
	takeShareIEX  = money("0.001")
	takePenny     = money("0.003")
	clearShare    = money("0.0002")
	clearMost     = money("0.005")
	passNYSE      = money("0.000175")
	passFINRA     = money("0.00056")
	passFINRAMost = money("9.79")
)

func (p Plan) stockVenue(t *Trade) market.Money {
	switch {
	case !p.Tiered || t.Adds || t.Currency != usd:
		return market.Money{}
	case t.Price < market.PriceScale:
		return t.Value().Mul(takePenny)
	case t.Exchange == "IEX":
		return t.Qty.Decimal().Mul(takeShareIEX)
	}
	return t.Qty.Decimal().Mul(takeShare)
}

// stockClearing is clearing and pass-through of the order so far.
func stockClearing(sum *Tally) market.Money {
	clearing := decimal.Min(sum.Qty.Decimal().Mul(clearShare), sum.Value.Mul(clearMost))
	commission := sum.Charged.Commission
	finra := decimal.Min(commission.Mul(passFINRA), passFINRAMost)
	return clearing.Add(commission.Mul(passNYSE)).Add(finra)
}
