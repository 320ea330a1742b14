package rates_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/broker/venue"
	"gannet/market"
)

func stock(side market.Side, qty, price string) rates.Trade {
	return rates.Trade{SecType: "STK", Symbol: "SPY", Exchange: "ARCA", Currency: "USD", Side: side,
		Qty: market.MustQty(qty), Price: market.MustPrice(price)}
}

func contract(secType, symbol, qty, price string, multiplier int64) rates.Trade {
	return rates.Trade{SecType: secType, Symbol: symbol, Exchange: "X", Currency: "USD", Side: market.Buy,
		Qty: market.MustQty(qty), Price: market.MustPrice(price), Multiplier: multiplier}
}

func with(t rates.Trade, change func(*rates.Trade)) rates.Trade {
	change(&t)
	return t
}

func equal(t *testing.T, what string, got market.Money, want string) {
	t.Helper()
	if !got.Equal(market.MustMoney(want)) {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

// A user reads these amounts in statements: the published examples and the
// ends of each rule.
func TestCharge(t *testing.T) {
	fixed, tiered := rates.Plan{Regulatory: true}, rates.Plan{Tiered: true, Regulatory: true}
	sold := func(t *rates.Trade) { t.Side = market.Sell }
	adds := func(t *rates.Trade) { t.Adds = true }
	volume := func(v string) func(*rates.Trade) {
		return func(t *rates.Trade) { t.MonthVolume = market.MustMoney(v) }
	}
	euro := func(t *rates.Trade) { t.Currency = "EUR" }
	for name, c := range map[string]struct {
		plan                               rates.Plan
		trade                              rates.Trade
		commission, thirdParty, regulatory string
	}{
		"stock, minimum":                    {fixed, stock(market.Buy, "100", "25"), "1", "0", "0"},
		"stock, per share":                  {fixed, stock(market.Buy, "1000", "25"), "5", "0", "0"},
		"stock, maximum":                    {fixed, stock(market.Buy, "1000", "0.25"), "2.5", "0", "0"},
		"stock, maximum below minimum":      {fixed, stock(market.Buy, "1", "50"), "0.5", "0", "0"},
		"stock, sold":                       {fixed, stock(market.Sell, "1", "751.69"), "1", "0", "0.015679814"},
		"stock, sold, TAF maximum":          {fixed, stock(market.Sell, "100000", "1"), "500", "0", "11.85"},
		"stock, sold, no regulatory":        {rates.Plan{}, stock(market.Sell, "1", "751.69"), "1", "0", "0"},
		"stock in euro":                     {fixed, with(stock(market.Sell, "100", "50"), euro), "3", "0", "0"},
		"stock in euro, per value":          {fixed, with(stock(market.Buy, "1000", "50"), euro), "25", "0", "0"},
		"stock, tiered minimum":             {tiered, with(stock(market.Buy, "10", "50"), adds), "0.35", "0.00225725", "0"},
		"stock, tiered takes":               {tiered, stock(market.Buy, "1000", "50"), "3.5", "3.2025725", "0"},
		"stock, tiered below 1.00":          {tiered, stock(market.Buy, "1000", "0.5"), "3.5", "1.7025725", "0"},
		"stock, tiered across a tier":       {tiered, with(with(stock(market.Buy, "1000", "50"), adds), volume("299500")), "2.75", "0.20202125", "0"},
		"option":                            {fixed, contract("OPT", "SPY", "10", "2", 100), "6.5", "0", "0.2295"},
		"option, minimum":                   {fixed, contract("OPT", "SPY", "1", "2", 100), "1", "0", "0.02295"},
		"option, small premium":             {fixed, contract("OPT", "SPY", "10", "0.05", 100), "5", "0", "0.2295"},
		"option, least premium":             {fixed, contract("OPT", "SPY", "10", "0.04", 100), "2.5", "0", "0.2295"},
		"option, sold":                      {fixed, with(contract("OPT", "SPY", "10", "2", 100), sold), "6.5", "0", "0.3036"},
		"option, tiered":                    {tiered, contract("OPT", "SPY", "10", "2", 100), "6.5", "5.25", "0.2295"},
		"option, tiered, across a tier":     {tiered, with(contract("OPT", "SPY", "10", "2", 100), volume("9995")), "5.75", "5.25", "0.2295"},
		"future":                            {fixed, contract("FUT", "ES", "1", "6700", 50), "0.85", "1.38", "0.02"},
		"future, micro":                     {fixed, contract("FUT", "MES", "2", "6700", 5), "0.5", "0.7", "0.04"},
		"future below 0":                    {fixed, contract("FUT", "CL", "1", "-37.63", 1000), "0.85", "1.5", "0.02"},
		"future, not listed":                {fixed, contract("FUT", "XX", "1", "10", 10), "0.85", "1.5", "0.02"},
		"future, tiered":                    {tiered, with(contract("FUT", "ES", "2", "6700", 50), volume("999")), "1.5", "2.76", "0.04"},
		"currency, minimum":                 {fixed, contract("CASH", "EUR", "20000", "1.15", 1), "2", "0", "0"},
		"currency, per value":               {fixed, contract("CASH", "EUR", "1000000", "1.15", 1), "23", "0", "0"},
		"currency, priced in another money": {fixed, with(contract("CASH", "USD", "1000000", "150", 1), func(t *rates.Trade) { t.Currency, t.USDRate = "JPY", market.MustMoney("0.0066") }), "19.8", "0", "0"},
		"currency, large volume":            {fixed, with(contract("CASH", "EUR", "1000", "1.15", 1), volume("2000000000")), "1.25", "0", "0"},
	} {
		got, _, err := c.plan.Charge(c.trade, rates.Tally{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		equal(t, name+": commission", got.Commission, c.commission)
		equal(t, name+": third party", got.ThirdParty, c.thirdParty)
		equal(t, name+": regulatory", got.Regulatory, c.regulatory)
	}
}

// What cannot be priced is said, and charges nothing.
func TestChargeRefuses(t *testing.T) {
	for name, bad := range map[string]rates.Trade{
		"no quantity":     stock(market.Buy, "0", "1"),
		"no side":         stock(0, "1", "1"),
		"price below 0":   stock(market.Buy, "1", "-1"),
		"combination":     with(stock(market.Buy, "1", "1"), func(t *rates.Trade) { t.SecType = "BAG" }),
		"unknown money":   with(stock(market.Buy, "1", "1"), func(t *rates.Trade) { t.Currency = "XXX" }),
		"option in yen":   with(contract("OPT", "X", "1", "1", 100), func(t *rates.Trade) { t.Currency = "JPY" }),
		"future in yen":   with(contract("FUT", "X", "1", "1", 100), func(t *rates.Trade) { t.Currency = "JPY" }),
		"negative volume": with(stock(market.Buy, "1", "1"), func(t *rates.Trade) { t.MonthVolume = market.MustMoney("-1") }),
	} {
		if c, _, err := (rates.Plan{}).Charge(bad, rates.Tally{}); err == nil || !c.Total().IsZero() {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if _, err := rates.Named("lite"); err == nil {
		t.Error("a plan that does not exist was found")
	}
}

func trades(t *rapid.T) rates.Trade {
	pick := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	trade := rates.Trade{
		SecType: pick("type", "STK", "OPT", "FUT", "CASH"), Symbol: pick("symbol", "SPY", "ES", "MES"),
		Exchange: pick("exchange", "ARCA", "IEX"), Currency: "USD",
		Side:  rapid.SampledFrom([]market.Side{market.Buy, market.Sell}).Draw(t, "side"),
		Price: market.Price(rapid.Int64Range(0, 1000_000_000_000).Draw(t, "price")), Multiplier: 100,
		Adds: rapid.Bool().Draw(t, "adds"), MonthVolume: decimal.New(rapid.Int64Range(0, 6_000_000_000).Draw(t, "volume"), 0),
	}
	if trade.SecType == "STK" {
		trade.Multiplier = 1
		trade.Currency = pick("currency", "USD", "EUR", "CAD")
	}
	return trade
}

func plans(t *rapid.T) rates.Plan {
	return rates.Plan{Tiered: rapid.Bool().Draw(t, "tiered"), Regulatory: rapid.Bool().Draw(t, "regulatory")}
}

// An order costs the same however it was filled: else a partial fill would
// leave an account that does not add up. No fill gives money back.
func TestFillsSumToTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan, trade := plans(t), trades(t)
		sizes := rapid.SliceOfN(rapid.Int64Range(1, 50_000_000_000), 1, 8).Draw(t, "fills")
		var tally rates.Tally
		sum, whole := market.Money{}, market.Qty(0)
		for _, size := range sizes {
			trade.Qty = market.Qty(size)
			whole += trade.Qty
			charge, after, err := plan.Charge(trade, tally)
			if err != nil {
				t.Fatal(err)
			}
			if charge.Commission.IsNegative() || charge.ThirdParty.IsNegative() || charge.Regulatory.IsNegative() {
				t.Fatalf("a fill gives back: %+v", charge)
			}
			sum, tally = sum.Add(charge.Total()), after
		}
		trade.Qty = whole
		charge, _, _ := plan.Charge(trade, rates.Tally{})
		if !charge.Total().Equal(sum) || !tally.Charged.Total().Equal(sum) {
			t.Fatalf("the fills cost %s, the tally has %s, the order as a whole %s", sum, tally.Charged.Total(), charge.Total())
		}
	})
}

// The fixed plan for US stocks is what the venue's own profile charges, over
// fills at any prices: a backtest and the simulator must agree.
func TestFixedIsTheVenuesFee(t *testing.T) {
	profile, err := venue.Lookup("gannet")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var tally rates.Tally
		for range rapid.IntRange(1, 5).Draw(t, "fills") {
			trade := stock(market.Buy, "1", "1")
			trade.Qty = market.Qty(rapid.Int64Range(1, 1e13).Draw(t, "qty"))
			trade.Price = market.Price(rapid.Int64Range(0, 1e12).Draw(t, "price"))
			if _, tally, err = (rates.Plan{}).Charge(trade, tally); err != nil {
				t.Fatal(err)
			}
		}
		if want := profile.Fee(tally.Qty, tally.Value); !tally.Charged.Total().Equal(want) {
			t.Fatalf("%s for %s: charged %s, the venue takes %s", tally.Qty, tally.Value, tally.Charged.Total(), want)
		}
	})
}

// Minimum and maximum hold at any size.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := plans(t)
		trade := stock(market.Buy, "1", "1")
		trade.Qty = market.Qty(rapid.Int64Range(1, 1e14).Draw(t, "qty"))
		trade.Price = market.Price(rapid.Int64Range(0, 1e12).Draw(t, "price"))
		least := map[bool]market.Money{false: decimal.New(1, 0), true: decimal.New(35, -2)}[plan.Tiered]
		charge, _, _ := plan.Charge(trade, rates.Tally{})
		most := trade.Value().Shift(-2)
		if charge.Commission.GreaterThan(most) || charge.Commission.LessThan(decimal.Min(least, most)) {
			t.Fatalf("%s for a value of %s", charge.Commission, trade.Value())
		}
	})
}

// A month that reaches a cheaper tier in the middle of an order does not pay
// back what was charged before.
func TestVolumeRisesInAnOrder(t *testing.T) {
	fill := contract("CASH", "EUR", "1000", "1.15", 1)
	_, tally, _ := (rates.Plan{}).Charge(fill, rates.Tally{})
	fill.MonthVolume = market.MustMoney("1500000000")
	charge, tally, err := (rates.Plan{}).Charge(fill, tally)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the second fill", charge.Total(), "0")
	equal(t, "the order", tally.Charged.Total(), "2")
}
