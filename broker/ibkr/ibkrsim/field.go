package ibkrsim

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// sight is what a user sees of a product at a moment: the market as it is, or
// as it was for those who have not subscribed to the data.
type sight struct {
	p     *exchange.Product
	v     exchange.View
	phase exchange.Phase
	now   market.Nanos
	long  *longFigures       // nil: not known yet
	of    *brokerage.Account // whose positions the fields of positions are about
	x     *exchange.Exchange
}

// A field appends a value to b as the API writes it, or nothing when there is
// none. The tags are those of GET iserver/marketdata/snapshot.
type field func(g *sight, b []byte) []byte

var fields = map[string]field{
	"31": (*sight).last, "70": price(func(g *sight) market.Price { return g.v.High }),
	"71": price(func(g *sight) market.Price { return g.v.Low }), "82": (*sight).change, "83": (*sight).changePercent,
	"84": price(func(g *sight) market.Price { return g.v.Top.Bid }), "86": price(func(g *sight) market.Price { return g.v.Top.Ask }),
	"85": size(func(g *sight) (market.Qty, bool) { return g.v.Top.AskSize, g.v.Top.Ask > 0 }), // 85 is the ask's
	"88": size(func(g *sight) (market.Qty, bool) { return g.v.Top.BidSize, g.v.Top.Bid > 0 }),
	"87": func(g *sight, b []byte) []byte { return appendIf(b, g.v.Volume > 0, web.Brief(g.v.Volume)) },

	"7059": size(func(g *sight) (market.Qty, bool) { return g.v.Top.LastSize, g.v.Top.Last > 0 }),
	"7295": price(func(g *sight) market.Price { return g.v.Open }), "7296": (*sight).close,
	"7635": price(func(g *sight) market.Price { return g.mark() }), "7682": (*sight).sinceOpen,
	"7741": price(func(g *sight) market.Price { return g.v.Prior }),
	"7762": size(func(g *sight) (market.Qty, bool) { return g.v.Volume, g.v.Volume > 0 }),

	"55":   text(func(p *exchange.Product) string { return p.Symbol }),
	"58":   text(func(p *exchange.Product) string { return contractText(p) }),
	"201":  text(func(p *exchange.Product) string { return p.Right }),
	"6004": text(route), "6070": text(func(p *exchange.Product) string { return p.SecType }),
	"6008": text(func(p *exchange.Product) string { return web.Int(p.Conid) }),
	"6072": func(g *sight, b []byte) []byte {
		return append(b, strings.Join(g.x.Months(g.p.Conid, exchange.Option), ";")...)
	},
	"6073": text(func(p *exchange.Product) string { return p.Expiry }),
	"6457": text(func(p *exchange.Product) string { return web.Int(p.Underlying) }),
	"7051": text(func(p *exchange.Product) string { return p.Company }),
	"7057": text(exchangeLetter), "7058": text(exchangeLetter), "7068": text(exchangeLetter),
	"7094": text(func(p *exchange.Product) string { return web.Int(p.Conid) }),
	"7184": text(func(*exchange.Product) string { return "1" }), "7768": text(func(*exchange.Product) string { return "1" }),
	"7219": text(contractText), "7220": text(contractText),
	"7221": text(func(p *exchange.Product) string { return p.Exchange }),
	"7714": text(func(p *exchange.Product) string { return p.Expiry }),

	"7084": volatility, "7087": volatility, "7088": volatility, "7283": volatility,
	"7308": greek(func(k exchange.Greeks) float64 { return k.Delta }), "7309": greek(func(k exchange.Greeks) float64 { return k.Gamma }),
	"7310": greek(func(k exchange.Greeks) float64 { return k.Theta }), "7311": greek(func(k exchange.Greeks) float64 { return k.Vega }),
	"7633": func(g *sight, b []byte) []byte {
		if k, ok := g.p.Greeks(g.now); ok {
			b = append(strconv.AppendFloat(b, k.Volatility*100, 'f', 1, 64), '%')
		}
		return b
	},

	"7282": func(g *sight, b []byte) []byte {
		return appendIf(b, g.long != nil && g.long.volume > 0, g.long.volumeText())
	},
	"7293": price(func(g *sight) market.Price { return g.long.get(longHigh) }), "7294": price(func(g *sight) market.Price { return g.long.get(longLow) }),
	"7674": price(func(g *sight) market.Price { return g.long.get(ema200) }), "7675": price(func(g *sight) market.Price { return g.long.get(ema100) }),
	"7676": price(func(g *sight) market.Price { return g.long.get(ema50) }), "7677": price(func(g *sight) market.Price { return g.long.get(ema20) }),
	"7678": toAverage(ema200), "7679": toAverage(ema100), "7724": toAverage(ema50), "7681": toAverage(ema20),

	"73": holding(func(h *brokerage.Holding) string { return wording.Cents(h.MarketValue()) }),
	"74": holding(func(h *brokerage.Holding) string { return web.DecimalText(h.AvgPx(h.Product.Multiplier).Decimal()) }),
	"75": holding(func(h *brokerage.Holding) string { return wording.Cents(h.Unrealized()) }),
	"76": holding(func(h *brokerage.Holding) string { return h.Qty.String() }),
	"77": holding(func(h *brokerage.Holding) string { return wording.Cents(h.Unrealized()) }),
	"78": holding(func(h *brokerage.Holding) string { return wording.Cents(h.Unrealized().Add(h.RealizedPnL)) }),
	"79": holding(func(h *brokerage.Holding) string { return wording.Cents(h.RealizedPnL) }),
	"80": holding(func(h *brokerage.Holding) string { return percentOf(h.Unrealized(), h.Cost.Abs()) }),

	"7292": holding(func(h *brokerage.Holding) string { return wording.Cents(h.Cost) }),
	"7920": holding(func(h *brokerage.Holding) string { return h.Unrealized().Add(h.RealizedPnL).Round(2).String() }),
	"7921": holding(func(h *brokerage.Holding) string { return h.Cost.Round(2).String() }),
}

func appendIf(b []byte, is bool, value string) []byte {
	if is {
		b = append(b, value...)
	}
	return b
}

func price(of func(*sight) market.Price) field {
	return func(g *sight, b []byte) []byte { return g.price(b, of(g)) }
}

// price writes a price that there is.
func (g *sight) price(b []byte, px market.Price) []byte {
	if px <= 0 {
		return b
	}
	return appendPrice(b, px, g.p.Tick)
}

// size writes a size without commas, as frames have it.
func size(of func(*sight) (market.Qty, bool)) field {
	return func(g *sight, b []byte) []byte {
		q, ok := of(g)
		if !ok {
			return b
		}
		if out, err := q.AppendText(b); err == nil {
			return out
		}
		return b
	}
}

func text(of func(*exchange.Product) string) field {
	return func(g *sight, b []byte) []byte { return append(b, of(g.p)...) }
}

func greek(of func(exchange.Greeks) float64) field {
	return func(g *sight, b []byte) []byte {
		if k, ok := g.p.Greeks(g.now); ok {
			b = strconv.AppendFloat(b, of(k), 'f', 3, 64)
		}
		return b
	}
}

// holding is a field of what the selected account holds.
func holding(of func(*brokerage.Holding) string) field {
	return func(g *sight, b []byte) []byte {
		if g.of == nil {
			return b
		}
		for _, h := range g.of.Holdings() {
			if h.Product == g.p && h.Qty != 0 {
				b = append(b, of(h)...)
			}
		}
		return b
	}
}

// appendPrice writes a price with the decimals of its tick, two at least.
func appendPrice(b []byte, px, tick market.Price) []byte {
	if px < 0 {
		b, px = append(b, '-'), -px
	}
	b = strconv.AppendInt(b, int64(px/market.PriceScale), 10)
	b = append(b, '.')
	places := 0
	for unit := market.Price(market.PriceScale / 10); unit > 0; unit /= 10 {
		if rest := px % (unit * 10); places >= 2 && rest == 0 && tick%(unit*10) == 0 {
			break
		}
		b = append(b, byte('0'+px/unit%10))
		places++
	}
	return b
}

// last is the last trade. C marks a close of before, H a halt.
func (g *sight) last(b []byte) []byte {
	px, mark := g.lastTrade()
	if px > 0 && mark != 0 {
		b = append(b, mark)
	}
	return g.price(b, px)
}

func (g *sight) lastTrade() (px market.Price, mark byte) {
	px = g.v.Top.Last
	if px == 0 || g.phase == exchange.Closed || g.v.Volume == 0 {
		px, mark = g.p.Close(), 'C'
	}
	if g.v.Top.Flags&market.FlagHalted != 0 {
		mark = 'H'
	}
	return px, mark
}

// close is today's, once regular hours are over.
func (g *sight) close(b []byte) []byte {
	if g.phase == exchange.Regular {
		return b
	}
	return g.price(b, g.p.Close())
}

func (g *sight) mark() market.Price {
	if g.v.Top.Flags&market.FlagDelayed == 0 {
		return g.p.Mark()
	}
	return g.v.Top.Mark()
}

func (g *sight) change(b []byte) []byte {
	if px, _ := g.lastTrade(); px > 0 && g.v.Prior > 0 {
		b = appendPrice(b, px-g.v.Prior, g.p.Tick)
	}
	return b
}

func (g *sight) changePercent(b []byte) []byte {
	if px, _ := g.lastTrade(); px > 0 && g.v.Prior > 0 {
		b = append(b, percentOf((px-g.v.Prior).Decimal(), g.v.Prior.Decimal())...)
	}
	return b
}

func (g *sight) sinceOpen(b []byte) []byte {
	if px, _ := g.lastTrade(); px > 0 && g.v.Open > 0 {
		b = appendPrice(b, px-g.v.Open, g.p.Tick)
	}
	return b
}

// percentOf is a part in percent: 0.54%.
func percentOf(part, whole market.Money) string {
	if whole.IsZero() {
		return "0.00%"
	}
	return part.Shift(2).DivRound(whole, 2).StringFixed(2) + "%"
}

// volatility is by how much the price moves in a year, past and future alike;
// that of an option's price is field 7633.
func volatility(g *sight, b []byte) []byte {
	if g.p.SecType == exchange.Option || g.p.Volatility <= 0 {
		return b
	}
	return append(b, decimal.New(g.p.Volatility, -2).StringFixed(1)+"%"...)
}

// toAverage is how far the price is above an average.
func toAverage(which int) field {
	return func(g *sight, b []byte) []byte {
		average := g.long.get(which)
		if px, _ := g.lastTrade(); px > 0 && average > 0 {
			b = append(b, percentOf((px-average).Decimal(), average.Decimal())...)
		}
		return b
	}
}

// route is where orders go by default.
func route(p *exchange.Product) string {
	if p.SecType == exchange.Stock || p.SecType == exchange.Option {
		return "SMART"
	}
	return p.Exchange
}

// exchangeLetter is the exchange in the fields of exchange codes, which those
// of the US that trade the same stocks and options have.
func exchangeLetter(p *exchange.Product) string {
	switch {
	case p.SecType != exchange.Stock && p.SecType != exchange.Option:
		return ""
	case p.Exchange == "ARCA":
		return "N"
	case p.Exchange == "NASDAQ":
		return "Q"
	case p.Exchange == "AMEX":
		return "A"
	case p.Exchange == "CBOE":
		return "C"
	}
	return "K"
}

// contractText is the product in words.
func contractText(p *exchange.Product) string {
	c := contractWords(p)
	return c.Text()
}

// column is a field under its tag.
type column struct {
	tag string
	get field
}

// columnsOf are the known ones of tags, sorted, each once. What every row has
// anyhow (6119, 6509) is none of them.
func columnsOf(tags []string) []column {
	tags = slices.Clone(tags)
	slices.Sort(tags)
	var list []column
	for _, tag := range slices.Compact(tags) {
		if get := fields[tag]; get != nil {
			list = append(list, column{tag, get})
		}
	}
	return list
}
