package ibkrsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// maxBars is how many bars an answer holds at most. Of more, the newest.
const maxBars = 1000

type barRow struct {
	Open   json.Number `json:"o,omitempty"`
	Close  json.Number `json:"c,omitempty"`
	High   json.Number `json:"h,omitempty"`
	Low    json.Number `json:"l,omitempty"`
	Volume json.Number `json:"v,omitempty"`
	Time   int64       `json:"t"` // start, ms
}

type historyBody struct {
	Topic              string   `json:"topic,omitempty"` // of a frame
	ServerID           string   `json:"serverId"`
	Symbol             string   `json:"symbol"`
	Text               string   `json:"text"`
	PriceFactor        int64    `json:"priceFactor"`
	StartTime          string   `json:"startTime"`
	High               string   `json:"high"`
	Low                string   `json:"low"`
	TimePeriod         string   `json:"timePeriod"`
	BarLength          int64    `json:"barLength"`
	MdAvailability     string   `json:"mdAvailability"`
	MktDataDelay       int64    `json:"mktDataDelay"` // seconds
	OutsideRth         bool     `json:"outsideRth"`
	TradingDayDuration int64    `json:"tradingDayDuration"` // minutes
	VolumeFactor       int      `json:"volumeFactor"`
	PriceDisplayRule   int      `json:"priceDisplayRule"`
	PriceDisplayValue  string   `json:"priceDisplayValue"`
	NegativeCapable    bool     `json:"negativeCapable"`
	MessageVersion     int      `json:"messageVersion"`
	Data               []barRow `json:"data"`
	Points             int      `json:"points"`
	TravelTime         int      `json:"travelTime"`
}

// getHistory is GET iserver/marketdata/history.
func (s *Server) getHistory(r *web.Request) web.Reply {
	p, out, ok := s.pathProduct(r.Query.Get("conid"))
	if !ok {
		return out
	}
	q := r.Query
	ask := chartAsk{Period: q.Get("period"), Bar: q.Get("bar"), Source: q.Get("source"), Start: q.Get("startTime"),
		Direction: q.Get("direction"), Outside: yes(q.Get("outsideRth"))}
	body, err := s.chart(s.user(r), p, ask, r.Now)
	if err != nil {
		return web.Refuse(err.Error())
	}
	return web.OK(body)
}

// chart is the history that is asked for. The error is the text of the
// refusal.
func (s *Server) chart(u *user, p *exchange.Product, ask chartAsk, now market.Nanos) (*historyBody, error) {
	c, err := ask.read(p, now)
	if err != nil {
		return nil, err
	}
	if u.delayed {
		c.to = min(c.to, now-exchange.Delay)
	}
	rows, bars := c.rows(p)
	if len(rows) == 0 {
		return nil, errNoData
	}
	s.stream.charts++
	body := historyOf(p, bars, c)
	body.ServerID, body.Data, body.Points = web.Int(6_571_225+s.stream.charts), rows, len(rows)-1
	if body.TimePeriod = ask.Period; ask.Period == "" {
		body.TimePeriod = defaultPeriod
	}
	if body.OutsideRth = ask.Outside; u.delayed {
		body.MktDataDelay = int64(exchange.Delay / market.Second)
	}
	return body, nil
}

// rows are the bars of a chart as the API writes them, and the bars.
func (c *chart) rows(p *exchange.Product) ([]barRow, []exchange.Bar) {
	q := exchange.Query{From: c.from, To: c.to, Length: c.bar, Outside: c.outside, Max: maxBars}
	var bars []exchange.Bar
	switch c.source {
	case bidAsk:
		bars = spreads(p, q)
	case midpoint:
		q.Source = exchange.Midpoint
		bars = p.History(q)
	default:
		bars = p.History(q)
	}
	if n := len(bars); c.ended && n > 0 && bars[n-1].Start+c.bar > c.to {
		bars = bars[:n-1] // not over at that time
	}
	rows := make([]barRow, len(bars))
	for i, b := range bars {
		rows[i] = rowOf(b)
	}
	return rows, bars
}

func rowOf(b exchange.Bar) barRow {
	return barRow{web.PriceNum(b.Open), web.PriceNum(b.Close), web.PriceNum(b.High), web.PriceNum(b.Low), web.QtyNum(b.Volume), web.Millis(b.Start)}
}

// spreads are bars of quotes: they open at the average bid, close at the
// average ask, and reach from the lowest bid to the highest ask.
func spreads(p *exchange.Product, q exchange.Query) []exchange.Bar {
	q.Source = exchange.Bids
	bids := p.History(q)
	q.Source = exchange.Asks
	asks := map[market.Nanos]exchange.Bar{}
	for _, b := range p.History(q) {
		asks[b.Start] = b
	}
	var bars []exchange.Bar
	for _, b := range bids {
		if a, ok := asks[b.Start]; ok {
			bars = append(bars, exchange.Bar{Start: b.Start, Open: middle(b, p.Tick), High: a.High, Low: b.Low, Close: middle(a, p.Tick)})
		}
	}
	return bars
}

func middle(b exchange.Bar, tick market.Price) market.Price {
	return (b.Open + (b.Close-b.Open)/2).Round(tick)
}

func historyOf(p *exchange.Product, bars []exchange.Bar, c *chart) *historyBody {
	places := places(p.Tick)
	body := &historyBody{
		Symbol: p.Symbol, Text: p.Company, PriceFactor: decimal.New(1, places).IntPart(),
		StartTime: bars[0].Start.Time().Format(startLayout), BarLength: int64(c.bar / market.Second),
		MdAvailability: "S", TradingDayDuration: int64(c.day(p) / market.Minute), VolumeFactor: 1, PriceDisplayRule: 1,
		PriceDisplayValue: web.Int(int64(places)), MessageVersion: 2,
	}
	if p.SecType != exchange.Stock {
		body.Text = contractText(p)
	}
	high := slices.MaxFunc(bars, func(a, b exchange.Bar) int { return cmp.Compare(a.High, b.High) })
	low := slices.MinFunc(bars, func(a, b exchange.Bar) int { return cmp.Compare(a.Low, b.Low) })
	body.High = extreme(high.High, high, bars[0].Start, places)
	body.Low = extreme(low.Low, low, bars[0].Start, places)
	return body
}

// places is how many decimals prices of a tick have, two at least.
func places(tick market.Price) int32 {
	n := int32(0)
	for unit := market.Price(market.PriceScale); unit > 1 && (n < 2 || tick%unit != 0); unit /= 10 {
		n++
	}
	return n
}

// extreme is price * priceFactor / volume / minutes from the start.
func extreme(price market.Price, b exchange.Bar, from market.Nanos, places int32) string {
	return fmt.Sprintf("%s/%s/%d", price.Decimal().Shift(places), b.Volume, (b.Start-from)/market.Minute)
}
