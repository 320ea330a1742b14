package rates_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/rates"
	"gannet/market"
)

const spy = 756733

func shares(qty, price string) rates.Position {
	return rates.Position{Conid: spy, SecType: "STK", Symbol: "SPY", Currency: "USD",
		Qty: market.MustQty(qty), Price: market.MustPrice(price)}
}

// option is a line of SPY options with SPY at 100.
func option(right, strike, qty, price string) rates.Position {
	k := market.MustPrice(strike)
	conid := int64(k)
	if right == "P" {
		conid = -conid
	}
	return rates.Position{Conid: conid, SecType: "OPT", Symbol: "SPY", Currency: "USD",
		Multiplier: 100, Qty: market.MustQty(qty), Price: market.MustPrice(price), Underlying: spy,
		UnderlyingPrice: market.MustPrice("100"), Expiry: "20261218", Strike: k, Right: right}
}

func line(secType, symbol, currency, qty, price, rate string, multiplier int64) rates.Position {
	return rates.Position{Conid: 1, SecType: secType, Symbol: symbol, Currency: currency, Multiplier: multiplier,
		Qty: market.MustQty(qty), Price: market.MustPrice(price), Rate: market.MustMoney(rate)}
}

func later(p rates.Position) rates.Position {
	p.Expiry, p.Conid = "20270115", p.Conid+7
	return p
}

// What a user sees as the requirement of a book: each rule of the published
// pages, and how they combine.
func TestRequirement(t *testing.T) {
	for name, c := range map[string]struct {
		book                 []rates.Position
		initial, maint, regT string
	}{
		"nothing":                     {nil, "0", "0", "0"},
		"closed line":                 {[]rates.Position{shares("0", "100")}, "0", "0", "0"},
		"long stock":                  {[]rates.Position{shares("100", "100")}, "2500", "2500", "5000"},
		"short stock":                 {[]rates.Position{shares("-100", "100")}, "3000", "3000", "5000"},
		"short stock at 10":           {[]rates.Position{shares("-100", "10")}, "500", "500", "500"},
		"short stock at 4":            {[]rates.Position{shares("-100", "4")}, "400", "400", "400"},
		"short stock at 1":            {[]rates.Position{shares("-100", "1")}, "250", "250", "250"},
		"stock in euro":               {[]rates.Position{line("STK", "SAP", "EUR", "100", "200", "1.15", 1)}, "5750", "5750", "11500"},
		"bought call":                 {[]rates.Position{option("C", "100", "1", "3")}, "0", "0", "0"},
		"naked call, at the money":    {[]rates.Position{option("C", "100", "-1", "3")}, "2300", "2300", "2300"},
		"naked call, out":             {[]rates.Position{option("C", "105", "-1", "1")}, "1600", "1600", "1600"},
		"naked call, far out":         {[]rates.Position{option("C", "150", "-2", "0.1")}, "2020", "2020", "2020"},
		"naked put, far out":          {[]rates.Position{option("P", "50", "-1", "0.1")}, "510", "510", "510"},
		"covered call":                {[]rates.Position{shares("100", "100"), option("C", "105", "-1", "1")}, "2500", "2500", "5000"},
		"covered call in the money":   {[]rates.Position{shares("100", "100"), option("C", "90", "-1", "11")}, "3500", "3500", "6000"},
		"one of two calls covered":    {[]rates.Position{shares("199", "100"), option("C", "105", "-2", "1")}, "6575", "6575", "11550"},
		"covered put":                 {[]rates.Position{shares("-100", "100"), option("P", "95", "-1", "1")}, "3000", "3000", "5000"},
		"shares do not cover a put":   {[]rates.Position{shares("100", "100"), option("P", "50", "-1", "0.1")}, "3010", "3010", "5510"},
		"credit call spread":          {[]rates.Position{option("C", "100", "-1", "3"), option("C", "105", "1", "1")}, "500", "500", "500"},
		"debit call spread":           {[]rates.Position{option("C", "100", "1", "3"), option("C", "105", "-1", "1")}, "0", "0", "0"},
		"credit put spread":           {[]rates.Position{option("P", "100", "-2", "3"), option("P", "95", "2", "1")}, "1000", "1000", "1000"},
		"calendar spread":             {[]rates.Position{option("C", "100", "-1", "3"), later(option("C", "100", "1", "5"))}, "0", "0", "0"},
		"held option dies first":      {[]rates.Position{later(option("C", "100", "-1", "3")), option("C", "100", "1", "5")}, "2300", "2300", "2300"},
		"width beyond naked":          {[]rates.Position{option("C", "100", "-1", "3"), option("C", "150", "1", "1")}, "2300", "2300", "2300"},
		"iron condor":                 {[]rates.Position{option("C", "105", "-1", "1"), option("C", "110", "1", "0.5"), option("P", "95", "-1", "1"), option("P", "90", "1", "0.5")}, "1000", "1000", "1000"},
		"future":                      {[]rates.Position{line("FUT", "ES", "USD", "-1", "6000", "1", 50)}, "22500", "20400", "0"},
		"future, not listed":          {[]rates.Position{line("FUT", "XX", "USD", "1", "100", "1", 10)}, "120", "109", "0"},
		"currency held":               {[]rates.Position{line("CASH", "EUR", "USD", "10000", "1.2", "1", 1)}, "300", "300", "0"},
		"currency owed":               {[]rates.Position{line("CASH", "JPY", "JPY", "-1000000", "1", "0.0066", 1)}, "198", "198", "0"},
		"base currency":               {[]rates.Position{line("CASH", "USD", "USD", "10000", "1", "1", 1)}, "0", "0", "0"},
		"currency that is not listed": {[]rates.Position{line("CASH", "XXX", "XXX", "100", "1", "1", 1)}, "10", "10", "0"},
	} {
		got := rates.Default("").Requirement(c.book)
		equal(t, name+": initial", got.Initial, c.initial)
		equal(t, name+": maintenance", got.Maintenance, c.maint)
		equal(t, name+": RegT", got.RegT, c.regT)
	}
}

// A user with other figures than the published ones sets them.
func TestRulesChange(t *testing.T) {
	own := rates.Default("EUR").WithFuture("ES", rates.Percent{Initial: market.MustMoney("0.5"), Maintenance: market.MustMoney("0.4")}).
		WithHaircut("USD", market.MustMoney("0.01"))
	got := own.Requirement([]rates.Position{line("FUT", "ES", "USD", "1", "100", "1", 1), line("CASH", "USD", "USD", "1000", "1", "1", 1)})
	equal(t, "initial", got.Initial, "60")
	equal(t, "maintenance", got.Maintenance, "50")
	got = rates.Default("EUR").Requirement([]rates.Position{line("CASH", "USD", "USD", "1000", "1", "1", 1)})
	equal(t, "the defaults after it", got.Initial, "25")
}

// The amounts of the account window.
func TestFunds(t *testing.T) {
	h := rates.Holdings{Cash: market.MustMoney("10000"), Book: []rates.Position{shares("100", "100"), option("C", "105", "-1", "1")}}
	f := rates.Default("USD").Funds(h)
	equal(t, "net liquidation", f.NetLiquidation, "19900")
	equal(t, "equity with loan", f.EquityWithLoan, "20000")
	equal(t, "available", f.Available, "17500")
	equal(t, "excess", f.Excess, "17500")
	equal(t, "buying power", f.BuyingPower, "70000")
	h.Kind = rates.Cash
	h.Book = append(h.Book, option("P", "50", "-1", "0.1"))
	f = rates.Default("USD").Funds(h)
	equal(t, "available in a cash account", f.Available, "5000")
	equal(t, "its buying power", f.BuyingPower, "5000")
	f = rates.Default("USD").Funds(rates.Holdings{Cash: market.MustMoney("-1")})
	equal(t, "buying power in debt", f.BuyingPower, "0")
}

// Which trades an account may do: a client sees the difference as a refusal.
func TestAfterTrade(t *testing.T) {
	own := func(kind rates.Kind, cash, settled string, book ...rates.Position) rates.Holdings {
		return rates.Holdings{Kind: kind, Cash: market.MustMoney(cash), Settled: market.MustMoney(settled), Book: book}
	}
	put := option("P", "50", "-1", "0.1")
	for name, c := range map[string]struct {
		before rates.Holdings
		trade  rates.Position
		want   error
		cash   string
	}{
		"bought on margin":              {own(rates.Margin, "2501", "0"), shares("100", "100"), nil, "-7500"},
		"costs count":                   {own(rates.Margin, "2500.5", "0"), shares("100", "100"), rates.ErrFunds, "-7500.5"},
		"sold short":                    {own(rates.Margin, "3001", "0"), shares("-100", "100"), nil, "13000"},
		"sold short with too little":    {own(rates.Margin, "3000", "0"), shares("-100", "100"), rates.ErrFunds, "12999"},
		"sold while in deficit":         {own(rates.Margin, "-9000", "0", shares("100", "100")), shares("-50", "100"), nil, "-4001"},
		"sold below the mark, deficit":  {own(rates.Margin, "-9000", "0", shares("100", "100")), shares("-50", "90"), nil, "-4501"},
		"bought while in deficit":       {own(rates.Margin, "-9000", "0", shares("100", "100")), shares("1", "100"), rates.ErrFunds, "-9101"},
		"option bought":                 {own(rates.Margin, "301", "0"), option("C", "100", "1", "3"), nil, "0"},
		"option bought with too little": {own(rates.Margin, "300", "0"), option("C", "100", "1", "3"), rates.ErrFunds, "-1"},
		"future":                        {own(rates.Margin, "22501", "0"), line("FUT", "ES", "USD", "1", "6000", "1", 50), nil, "22500"},
		"future with too little":        {own(rates.Margin, "22500", "0"), line("FUT", "ES", "USD", "1", "6000", "1", 50), rates.ErrFunds, "22499"},
		"cash account":                  {own(rates.Cash, "10001", "10001"), shares("100", "100"), nil, "0"},
		"cash account, too little":      {own(rates.Cash, "10000", "10000"), shares("100", "100"), rates.ErrFunds, "-1"},
		"cash account, unsettled":       {own(rates.Cash, "10001", "10000"), shares("100", "100"), rates.ErrUnsettled, "0"},
		"cash account, sold":            {own(rates.Cash, "0", "0", shares("100", "100")), shares("-100", "100"), nil, "9999"},
		"cash account, sold too much":   {own(rates.Cash, "99999", "99999", shares("100", "100")), shares("-101", "100"), rates.ErrShort, "110098"},
		"cash account, covered call":    {own(rates.Cash, "10", "10", shares("100", "100")), option("C", "105", "-1", "1"), nil, "109"},
		"cash account, naked call":      {own(rates.Cash, "99999", "99999", shares("99", "100")), option("C", "105", "-1", "1"), rates.ErrShort, "100098"},
		"cash account, secured put":     {own(rates.Cash, "4991", "4991"), put, nil, "5000"},
		"cash account, unsecured put":   {own(rates.Cash, "4990", "4990"), put, rates.ErrFunds, "4999"},
	} {
		after, err := rates.Default("USD").AfterTrade(c.before, c.trade, c.trade.Price, market.MustMoney("1"))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		equal(t, name+": cash", after.Cash, c.cash)
	}
}

// The price paid moves cash, the mark moves margin: who buys above the market
// has lost the difference, and the rest of the line keeps its mark.
func TestPaidIsNotTheMark(t *testing.T) {
	before := rates.Holdings{Cash: market.MustMoney("0"), Book: []rates.Position{shares("1000", "100")}}
	after, err := rates.Default("").AfterTrade(before, shares("1", "100"), market.MustPrice("110"), market.Money{})
	if err != nil {
		t.Fatal(err)
	}
	f := rates.Default("").Funds(after)
	equal(t, "cash", after.Cash, "-110")
	equal(t, "net liquidation", f.NetLiquidation, "99990")
	equal(t, "initial", f.Initial, "25025")
}

func books(t *rapid.T) []rates.Position {
	var book []rates.Position
	add := func(p rates.Position, label string, least, most int64) {
		p.Qty = market.Shares(rapid.Int64Range(least, most).Draw(t, label))
		book = append(book, p)
	}
	add(shares("1", "100"), "shares", -500, 500)
	for _, strike := range []string{"80", "95", "100", "110"} {
		for _, right := range []string{"C", "P"} {
			p := option(right, strike, "1", "1")
			p.Price = market.Price(rapid.Int64Range(0, 30_000_000_000).Draw(t, "premium"))
			add(p, right+strike, -4, 4)
		}
	}
	add(line("FUT", "ES", "USD", "1", "6000", "1", 50), "futures", -3, 3)
	return book
}

// A book that is closed ties up nothing, whatever was in it, and no book ties
// up less than nothing.
func TestClosedBookIsFree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rates.Holdings{Cash: market.MustMoney("1000000"), Book: books(t)}
		rules := rates.Default("USD")
		if r := rules.Requirement(h.Book); r.Initial.IsNegative() || r.Maintenance.IsNegative() || r.RegT.IsNegative() {
			t.Fatalf("%+v", r)
		}
		for _, p := range h.Book {
			p.Qty = -p.Qty
			h, _ = rules.AfterTrade(h, p, p.Price, market.Money{})
		}
		if r := rules.Requirement(h.Book); len(h.Book) != 0 || !r.Initial.IsZero() || !r.Maintenance.IsZero() || !r.RegT.IsZero() {
			t.Fatalf("%d lines, %+v", len(h.Book), r)
		}
	})
}

// A hedge helps: a call sold against shares that stand free never raises the
// requirement by more than it is in the money, so with a premium of that or
// more it never lowers the available funds; out of the money it adds nothing.
func TestCoveredCallIsAHedge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := rates.Default("USD")
		contracts := rapid.Int64Range(1, 5).Draw(t, "contracts")
		stock := shares("1", "100")
		stock.Qty = market.Shares(contracts*100 + rapid.Int64Range(0, 99).Draw(t, "odd"))
		call := option("C", rapid.SampledFrom([]string{"80", "95", "100", "110"}).Draw(t, "strike"), "1", "1")
		intrinsic := max(call.UnderlyingPrice-call.Strike, 0)
		call.Price = intrinsic + market.Price(rapid.Int64Range(0, 10_000_000_000).Draw(t, "time value"))
		call.Qty = -market.Shares(contracts)
		before := rates.Holdings{Cash: market.MustMoney("0"), Book: []rates.Position{stock}}
		after, err := rules.AfterTrade(before, call, call.Price, market.Money{})
		if err != nil {
			t.Fatal(err)
		}
		old, now := rules.Funds(before), rules.Funds(after)
		if intrinsic == 0 && now.Initial.GreaterThan(old.Initial) || now.Available.LessThan(old.Available) {
			t.Fatalf("%+v\nbecame %+v", old, now)
		}
	})
}

// Buying an option never raises what the rest of the book ties up.
func TestBoughtOptionNeverRaises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		book := books(t)
		old := rates.Default("USD").Requirement(book)
		more := later(option(rapid.SampledFrom([]string{"C", "P"}).Draw(t, "right"),
			rapid.SampledFrom([]string{"80", "95", "100", "110"}).Draw(t, "strike"), "2", "1"))
		if now := rates.Default("USD").Requirement(append(book, more)); now.Initial.GreaterThan(old.Initial) {
			t.Fatalf("%s became %s with %+v", old.Initial, now.Initial, more)
		}
	})
}

// Settlement is the next business day for shares, the one after for most
// currencies.
func TestSettles(t *testing.T) {
	thanksgiving := func(d time.Time) bool { return d.Month() == time.November && d.Day() == 26 }
	for _, c := range []struct {
		secType, symbol, currency, traded, want string
	}{
		{"STK", "SPY", "USD", "2026-11-23", "2026-11-24"},
		{"STK", "SPY", "USD", "2026-11-25", "2026-11-27"},
		{"OPT", "SPY", "USD", "2026-11-27", "2026-11-30"},
		{"CASH", "EUR", "USD", "2026-11-27", "2026-12-01"},
		{"CASH", "USD", "CAD", "2026-11-27", "2026-11-30"},
	} {
		day, _ := time.Parse(time.DateOnly, c.traded)
		got := rates.Settles(day, rates.SettlementDays(c.secType, c.symbol, c.currency), thanksgiving)
		if got.Format(time.DateOnly) != c.want {
			t.Errorf("%s %s of %s settles on %s, want %s", c.secType, c.symbol, c.traded, got.Format(time.DateOnly), c.want)
		}
	}
	rates.Settles(time.Time{}, 1, func(time.Time) bool { return true })
}

// A cash account may spend a sale's proceeds from the day they settle.
func TestSettled(t *testing.T) {
	monday := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
	sale := []rates.Proceeds{{Amount: market.MustMoney("400"), Settles: rates.Settles(monday, 1, nil)}}
	equal(t, "settled on the day", rates.Settled(market.MustMoney("1000"), sale, monday), "600")
	equal(t, "settled on the next", rates.Settled(market.MustMoney("1000"), sale, monday.AddDate(0, 0, 1)), "1000")
}
