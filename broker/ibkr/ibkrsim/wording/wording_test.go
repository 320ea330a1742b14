package wording_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

var (
	spy = wording.Contract{SecType: "STK", Symbol: "SPY", Currency: "USD", Listing: "ARCA"}
	aud = wording.Contract{SecType: "CASH", Symbol: "AUD", Currency: "CAD", Listing: "IDEALPRO", Tick: market.MustPrice("0.00005")}
	es  = wording.Contract{SecType: "FUT", Symbol: "ES", Currency: "USD", Listing: "CME", Expiry: "20261218", Tick: market.MustPrice("0.25")}
	put = wording.Contract{SecType: "OPT", Symbol: "SPY", Currency: "USD", Listing: "CBOE", Expiry: "20261218",
		Strike: market.MustPrice("652.5"), Right: "P", Tick: market.MustPrice("0.01")}
)

func combo() wording.Contract {
	qqq := spy
	qqq.Symbol = "QQQ"
	return wording.Contract{SecType: "BAG", Symbol: "SPY", Currency: "USD", Legs: []wording.Leg{{1, spy}, {-1, qqq}}}
}

func order(c wording.Contract, side market.Side, qty, typ, tif, price, aux, status string) wording.Order {
	return wording.Order{Contract: c, Side: side, Qty: market.MustQty(qty), Type: typ, TIF: tif, Price: market.MustPrice(price),
		AuxPrice: market.MustPrice(aux), Status: status}
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// The words of an order, those of recorded responses and of the API reference
// among them: clients show them, and some read them.
func TestDescribe(t *testing.T) {
	const working, filled = wording.PreSubmitted, wording.Filled
	for _, c := range []struct {
		o    wording.Order
		want string
		bare bool
	}{
		{order(spy, market.Buy, "1", "LMT", "GTC", "457", "0", working), "Buy 1 Limit 457.00, GTC", true},
		{order(spy, market.Buy, "1", "LMT", "GTC", "457", "0", working), "Buy 1 SPY Limit 457.00, GTC", false},
		{order(spy, market.Buy, "1", "MKT", "DAY", "0", "0", filled), "Bought 1 SPY Market, Day", false},
		{order(spy, market.Sell, "5", "MKT", "DAY", "0", "0", filled), "Sold 5 Market, Day", true},
		{order(spy, market.Sell, "1", "STP", "GTC", "0.5", "0", working), "Sell 1 SPY Stop 0.50, GTC", false},
		{order(spy, market.Sell, "1", "STOP_LIMIT", "GTC", "99", "100", working), "Sell 1 SPY Stop Limit 99.00 100.00, GTC", false},
		{order(spy, market.Sell, "1", "TRAIL", "DAY", "0", "0", working), "Sell 1 SPY TRAIL, Day", false},
		{order(spy, market.Sell, "1", "TRAIL", "DAY", "640", "0", working), "Sell 1 SPY TRAIL 640.00, Day", false},
		{order(spy, market.Sell, "1", "TRAILLMT", "GTC", "639.5", "640", working), "Sell 1 SPY TRAILLMT 639.50 640.00, GTC", false},
		{order(spy, market.Buy, "1", "MIT", "GTC", "0", "640", working), "Buy 1 SPY MIT 640.00, GTC", false},
		{order(spy, market.Buy, "1", "LIT", "GTC", "641", "640", working), "Buy 1 SPY LIT 641.00 640.00, GTC", false},
		{order(spy, market.Buy, "1", "MOC", "DAY", "0", "0", working), "Buy 1 SPY MOC, Day", false},
		{order(spy, market.Buy, "1", "LOC", "DAY", "650", "0", working), "Buy 1 SPY LOC 650.00, Day", false},
		{order(spy, market.Buy, "1", "REL", "DAY", "650", "0.01", working), "Buy 1 SPY Relative 650.00, Day", false},
		{order(spy, market.Buy, "1", "MIDPRICE", "DAY", "0", "0", working), "Buy 1 SPY MIDPRICE, Day", false},
		{order(spy, market.Buy, "1", "LMT", "OPG", "650", "0", working), "Buy 1 SPY Limit 650.00, OPG", false},
		{order(spy, market.Buy, "1", "LMT", "OVT", "650", "0", working), "Buy 1 SPY Limit 650.00, OVT", false},
		{order(spy, market.Buy, "1", "MKT", "IOC", "7", "7", working), "Buy 1 SPY Market, IOC", false},
		{order(aud, market.Buy, "2806.46", "LMT", "DAY", "0.9", "0", filled), "Bought 2806.46 Limit 0.90000, Day", true},
		{order(aud, market.Buy, "2000", "LMT", "DAY", "0.9", "0", working), "Buy 2000 AUD.CAD Limit 0.90000, Day", false},
		{order(es, market.Buy, "1", "LMT", "DAY", "6700.25", "0", working), "Buy 1 ES Dec18'26 Limit 6700.25, Day", false},
		{order(put, market.Sell, "2", "LMT", "DAY", "3.2", "0", working), "Sell 2 SPY Dec18'26 652.5 Put Limit 3.20, Day", false},
		{order(combo(), market.Buy, "1", "LMT", "DAY", "0", "0", working), "Buy 1 +1 SPY -1 QQQ Limit 0.00, Day", false},
		{order(combo(), market.Buy, "1", "LMT", "DAY", "-1.5", "0", working), "Buy 1 +1 SPY -1 QQQ Limit -1.50, Day", false},
	} {
		same(t, c.o.Type, c.o.Describe(!c.bare), c.want)
	}
	late := order(spy, market.Buy, "1", "LMT", "DAY", "600", "0", wording.Cancelled)
	same(t, "cancelled by the user", late.Describe(true), "Buy 1 SPY Limit 600.00, Day")
	late.Reason = wording.Expired
	same(t, "cancelled by the system", late.Describe(true), "Cancelled: Buy 1 SPY Limit 600.00, Day")
	same(t, "outcome while it works", late.Outcome(market.Money{}), late.Describe(false))
}

// How types and times in force read back, which a client maps to its own.
func TestReadBack(t *testing.T) {
	for _, c := range [][3]string{
		{"MKT", "MARKET", "Market"},
		{"LMT", "LIMIT", "Limit"},
		{"STP", "STOP", "Stop"},
		{"STOP_LIMIT", "STOP_LIMIT", "Stop Limit"},
		{"MIDPRICE", "MIDPRICE", "MIDPRICE"},
		{"TRAIL", "TRAIL", "TRAIL"},
		{"TRAILLMT", "TRAILLMT", "TRAILLMT"},
		{"MOC", "MARKETONCLOSE", "MOC"},
		{"LOC", "LIMITONCLOSE", "LOC"},
		{"MIT", "MIT", "MIT"},
		{"LIT", "LIT", "LIT"},
		{"REL", "RELATIVE", "Relative"},
	} {
		o := wording.Order{Type: c[0], TIF: "DAY"}
		same(t, c[0]+" order_type", o.TypeName(), c[1])
		same(t, c[0]+" orderType", o.TypeShown(), c[2])
		if !slices.Contains(wording.OrderTypes(), c[0]) {
			t.Errorf("%s is not in the list of types", c[0])
		}
		same(t, "tif", o.TIFShown(), "CLOSE")
	}
	if n := len(wording.OrderTypes()); n != 12 {
		t.Errorf("%d order types, 12 are in the table", n)
	}
	same(t, "tif", (&wording.Order{TIF: "GTC"}).TIFShown(), "GTC")
	price, aux := (&wording.Order{Contract: spy, Type: "STP", Price: market.MustPrice("0.5"), AuxPrice: 7}).Prices()
	same(t, "a stop's price", price+"|"+aux, "0.50|")
}

func TestSizeAndFills(t *testing.T) {
	o := order(spy, market.Sell, "722", "LMT", "GTC", "382.4", "0", wording.Submitted)
	same(t, "nothing filled", o.SizeAndFills(), "0/722")
	o.Filled = market.Shares(100)
	same(t, "partly filled", o.SizeAndFills(), "100/622")
	o.Filled, o.Status = o.Qty, wording.Filled
	same(t, "filled", o.SizeAndFills(), "722")
	same(t, "outcome", o.Outcome(market.MustMoney("382.45")), "Sold 722 @ 382.45")
	fx := order(aud, market.Buy, "2806.46", "LMT", "DAY", "0.9", "0", wording.Filled)
	fx.Cash, fx.CashDone = market.MustMoney("2500"), market.MustMoney("2499.99")
	same(t, "amount spent", fx.SizeAndFills(), "2.4K CAD")
	fx.Status, fx.CashDone = wording.Submitted, market.MustMoney("999.999")
	same(t, "amount partly spent", fx.SizeAndFills(), "999.99/1.5K CAD")
	fx.CashDone = market.MustMoney("2600000")
	same(t, "more than the amount", fx.SizeAndFills(), "2.6M/0 CAD")
}

func TestContract(t *testing.T) {
	call := put
	call.Right, call.Strike = "C", market.MustPrice("655")
	same(t, "option", call.Text(), "SPY Dec18'26 655 Call")
	same(t, "option's detail", call.Detail(), "Dec18'26 655 Call @CBOE")
	same(t, "future", es.Text(), "ES Dec18'26")
	same(t, "future's detail", es.Detail(), "Dec18'26 @CME")
	same(t, "stock", spy.Text()+spy.Detail(), "SPY")
	same(t, "pair", aud.Text(), "AUD.CAD")
	odd := es
	odd.Expiry = "soon"
	same(t, "expiry that is none", odd.Text(), "ES soon")
	same(t, "listing", wording.ListingText("NASDAQ")+" "+wording.ListingText("ARCA"), "NASDAQ.NMS ARCA")
	same(t, "price beyond the tick", spy.Price(market.MustPrice("0.12345")), "0.12345")
	same(t, "large tick", (&wording.Contract{Tick: market.MustPrice("5")}).Price(market.MustPrice("25")), "25.00")
	same(t, "treasury", (&wording.Contract{Tick: market.MustPrice("0.015625")}).Price(market.MustPrice("112.5")), "112.500000")
}

func TestStatus(t *testing.T) {
	for _, c := range [][6]string{
		{wording.Inactive, "#FFFFFF", "#000000", "Inactive", "4", "Order Inactive"},
		{wording.PendingSubmit, "#FFFFFF", "#3399CC", "Submitted", "0", "Order Submitted"},
		{wording.PreSubmitted, "#FFFFFF", "#0000CC", "Submitted", "0", "Order Submitted"},
		{wording.Submitted, "#000000", "#00F000", "Submitted", "0", "Order Submitted"},
		{wording.Filled, "#FFFFFF", "#000000", "Filled", "2", "Order Filled"},
		{wording.PendingCancel, "#FFFFFF", "#CC0000", "Submitted", "0", "Order Submitted"},
		{wording.PreCancelled, "#FFFFFF", "#CC0000", "Submitted", "0", "Order Submitted"},
		{wording.Cancelled, "#FFFFFF", "#CC0000", "Cancelled", "4", "Order Cancelled"},
		{wording.WarnState, "#FFFFFF", "#000000", "Submitted", "0", "Order Submitted"},
	} {
		bg, fg := wording.Colors(c[0])
		same(t, c[0]+" background", bg, c[1])
		same(t, c[0]+" foreground", fg, c[2])
		same(t, c[0]+" word", wording.CCPWord(c[0]), c[3])
		same(t, c[0]+" code", wording.CCPCode(c[0]), c[4])
		same(t, c[0]+" text", wording.StatusText(c[0]), c[5])
	}
}

func TestTradeAndMoney(t *testing.T) {
	m, one := market.MustMoney, market.Shares(1)
	same(t, "bought", wording.Trade(&spy, market.Buy, one, market.MustPrice("751.68"), "IEX"), "Bot 1 @ 751.68 on IEX")
	same(t, "sold", wording.Trade(&spy, market.Sell, market.Shares(5), market.MustPrice("192.26"), "ISLAND"), "Sold 5 @ 192.26 on ISLAND")
	same(t, "sides", wording.Letter(market.Buy)+wording.Letter(market.Sell), "BS")
	same(t, "commission", wording.Commission(m("1")), "1.0")
	same(t, "commission with fees", wording.Commission(m("1.015679814")), "1.02")
	same(t, "preview", wording.PreviewAmount(&spy, m("1977.6"), market.Shares(10)), "1,977.60 USD (10 Shares)")
	same(t, "preview of a future", wording.PreviewAmount(&es, m("335000"), one), "335,000.00 USD (1 Contracts)")
	same(t, "preview of a pair", wording.PreviewAmount(&aud, m("900"), market.Shares(1000)), "900.00 CAD (1000 AUD)")
	same(t, "preview's commission", wording.PreviewCommission(m("1.00"), "USD"), "1 USD")
	same(t, "preview's total", wording.PreviewTotal(m("1978.6"), "USD"), "1,978.60 USD")
	same(t, "below 0", wording.Cents(m("-0.5")), "-0.50")
	same(t, "rounded up", wording.Cents(m("999.995")), "1,000.00")
	if got, want := wording.PreviewOf(m("215415594"), m("-1")), (wording.Preview{Current: "215,415,594", Change: "-1", After: "215,415,593"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	same(t, "warning", wording.PreviewWarning(21, "no market data")+"|"+wording.PreviewWarning(0, "text"), "21/no market data|text")
}

// Questions name the order, the limit and end by asking.
func TestQuestion(t *testing.T) {
	aapl := wording.Contract{SecType: "STK", Symbol: "AAPL", Currency: "USD", Listing: "NASDAQ"}
	o := order(aapl, market.Buy, "5", "LMT", "DAY", "150", "0", "")
	p := wording.DefaultPrecautions()
	same(t, "o163", wording.Question("o163", &o, market.Money{}, p), "The following order \"BUY 5 AAPL NASDAQ.NMS @ 150.0\" price exceeds \n"+
		"the Percentage constraint of 3%.\nAre you sure you want to submit this order?")
	o.Qty = market.Shares(650)
	p.Size, p.Value = market.Shares(500), market.MustMoney("100000")
	same(t, "o383", wording.Question("o383", &o, market.Money{}, p), "The following order \"BUY 650 AAPL NASDAQ.NMS\" size exceeds "+
		"the Size Limit of 500.\nAre you sure you want to submit this order?")
	same(t, "o451", wording.Question("o451", &o, market.MustMoney("124995"), p), "The following order \"BUY 650 AAPL NASDAQ.NMS\" "+
		"value estimate of 124,995.00 USD exceeds \nthe Total Value Limit of 100,000 USD.\nAre you sure you want to submit this order?")
	for _, id := range strings.Fields("o163 o354 o382 o383 o403 o451 o2136 o2137 o2165 o10082 o10138 o10151 o10152 o10153 " +
		"o10164 o10223 o10288 o10331 o10332 o10333 o10334 o10335 o10336 p6 p12") {
		if !wording.Suppressible(id) || wording.Question(id, &o, market.Money{}, p) == wording.Question("o1", &o, market.Money{}, p) {
			t.Errorf("%s has no text", id)
		}
	}
	same(t, "unknown", wording.Question("o1", &o, market.Money{}, p), "Message o1.\nAre you sure you want to submit this order?")
	if wording.Suppressible("o1") || len(wording.PromptAnswers()) != 3 {
		t.Error("an unknown question can be suppressed, or the prompt has other answers")
	}
	msft := order(aapl, market.Sell, "1", "LMT", "GTC", "513.31", "0", "")
	msft.Contract.Symbol = "MSFT"
	same(t, "notice", msft.AutoCancel("20261231 22:00:00 MET"),
		"Order SELL 1 MSFT NASDAQ.NMS Limit 513.31 will be automatically canceled at 20261231 22:00:00 MET")
}

// Refusals that clients match by text or by status.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		got    wording.Refusal
		status int
		want   string
	}{
		{wording.BadSide, 400, "Invalid Side (must be 'BUY' or 'SELL')."},
		{wording.BadType, 400, "Unknown order type"},
		{wording.NoContract, 400, "conid or conidex is required"},
		{wording.OrderInactive, 400, "Order is inactive"},
		{wording.NotConfirmed, 200, "Order not confirmed "},
		{wording.BadPrices, 200, "Invalid order price fields"},
		{wording.NoTIF, 200, "null time in force is not supported for this order"},
		{wording.BadTIF("FOK"), 200, "FOK time in force is not supported for this order"},
		{wording.BadAccount("U9"), 500, "Account U9 is not accessible"},
		{wording.UnknownContract("7"), 200, "no sec defs returned for conid 7"},
		{wording.ContractExpired("ESZ6"), 200, "The contract ESZ6 has expired and is not available for trading."},
		{wording.BadSize("1", market.Shares(100)), 200, "The size, 1, does not conform to the minimum variation of 100 for this contract."},
		{wording.SizeFilled(market.Shares(3)), 200, "The size, 3, is not more than the quantity filled."},
		{wording.BadTick(market.MustPrice("0.01")), 200, "The price does not conform to the minimum price variation of 0.01 for this contract."},
		{wording.UsedCOID("a-1"), 200, "Order couldn't be submitted: Local order ID=a-1 is already registered."},
		{wording.NoFunds(market.MustMoney("5"), market.MustMoney("7.5"), "USD"), 200,
			"We are unable to accept your order. Your available funds of 5.00 USD are less than the initial margin of 7.50 USD."},
		{wording.NotSettled(market.MustMoney("5"), market.MustMoney("7.5"), "USD"), 200,
			"We are unable to accept your order. Your settled cash of 5.00 USD is less than the order's cost of 7.50 USD."},
		{wording.NoReply("x"), 400, "reply id not found: 'x'"},
		{wording.NoOrder("1"), 400, "OrderID 1 doesn't exist"},
	} {
		same(t, "refusal", c.got.Error(), c.want)
		if c.got.Status != c.status {
			t.Errorf("%q has status %d, want %d", c.want, c.got.Status, c.status)
		}
	}
}

// Any order has words: no value of a hostile client stops the server.
func TestAnyOrderHasWords(t *testing.T) {
	text := rapid.String()
	any64 := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, math.MinInt64, math.MaxInt64}))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) int64 { return any64.Draw(t, label) }
		c := wording.Contract{SecType: rapid.SampledFrom([]string{"STK", "OPT", "FUT", "CASH", "BAG", ""}).Draw(t, "type"),
			Symbol: text.Draw(t, "symbol"), Expiry: text.Draw(t, "expiry"), Strike: market.Price(draw("strike")),
			Tick: market.Price(draw("tick")), Legs: []wording.Leg{{draw("ratio"), spy}}}
		o := wording.Order{Contract: c, Side: market.Side(draw("side")), Qty: market.Qty(draw("qty")), Filled: market.Qty(draw("filled")),
			Type:  rapid.SampledFrom(append(wording.OrderTypes(), "")).Draw(t, "order type"),
			Price: market.Price(draw("price")), AuxPrice: market.Price(draw("aux")), Status: wording.Filled}
		o.Cash = o.Price.Decimal()
		said := o.Describe(true) + o.SizeAndFills() + o.Outcome(o.Cash) + o.Capitals() + o.AutoCancel("") + c.Detail() +
			wording.Question("o163", &o, o.Cash, wording.DefaultPrecautions()) + wording.PreviewAmount(&c, o.Cash, o.Qty)
		if said == "" {
			t.Fatal("no words")
		}
	})
}
