package ibkrsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// maxBars is how many bars an answer holds at most.
const maxBars = 1000

type barRow struct {
	Open   json.Number `json:"o"`
	Close  json.Number `json:"c"`
	High   json.Number `json:"h"`
	Low    json.Number `json:"l"`
	Volume json.Number `json:"v"`
	Time   int64       `json:"t"` // start, ms
}

type historyBody struct {
	ServerID           string   `json:"serverId"`
	Symbol             string   `json:"symbol"`
	Text               string   `json:"text"`
	PriceFactor        int      `json:"priceFactor"`
	StartTime          string   `json:"startTime"`
	High               string   `json:"high"`
	Low                string   `json:"low"`
	TimePeriod         string   `json:"timePeriod"`
	BarLength          int64    `json:"barLength"`
	MdAvailability     string   `json:"mdAvailability"`
	MktDataDelay       int      `json:"mktDataDelay"`
	OutsideRth         bool     `json:"outsideRth"`
	TradingDayDuration int      `json:"tradingDayDuration"`
	VolumeFactor       int      `json:"volumeFactor"`
	PriceDisplayRule   int      `json:"priceDisplayRule"`
	PriceDisplayValue  string   `json:"priceDisplayValue"`
	NegativeCapable    bool     `json:"negativeCapable"`
	MessageVersion     int      `json:"messageVersion"`
	Data               []barRow `json:"data"`
	Points             int      `json:"points"`
	TravelTime         int      `json:"travelTime"`
}

// getHistory is GET iserver/marketdata/history. startTime is the end of the
// span; bars are made of the trades that were streamed, and for a synthetic
// market five days of invented ones before.
func (s *Server) getHistory(r *web.Request) web.Reply {
	p, out, ok := s.pathProduct(r.Query.Get("conid"))
	if !ok {
		return out
	}
	period, err := parseSpan(r.Query.Get("period"), "1d")
	if err != nil {
		return web.Refuse("invalid period: " + err.Error())
	}
	length, err := parseSpan(r.Query.Get("bar"), "1min")
	if err != nil {
		return web.Refuse("invalid bar: " + err.Error())
	}
	end := r.Now + 1
	if text := r.Query.Get("startTime"); text != "" {
		at, err := time.Parse("20060102-15:04:05", text)
		if err != nil {
			return web.Refuse("invalid startTime: want YYYYMMDD-HH:mm:ss")
		}
		end = market.NanosOf(at)
	}
	if r.Query.Get("direction") == "1" {
		return web.Refuse("Chart data unavailable")
	}
	bars := exchange.Join(p.Minutes(end-period, end), length)
	if len(bars) == 0 {
		return web.Refuse("No data.")
	}
	bars = bars[max(0, len(bars)-maxBars):]
	body := historyOf(p, bars, length)
	body.TimePeriod, body.OutsideRth = r.Query.Get("period"), r.Query.Get("outsideRth") == "true"
	setDefault(&body.TimePeriod, "1d")
	return web.OK(body)
}

func historyOf(p *exchange.Product, bars []exchange.Bar, length market.Nanos) historyBody {
	body := historyBody{
		ServerID: "6571225", Symbol: p.Symbol, Text: p.Company, PriceFactor: 100,
		StartTime: bars[0].Start.Time().Format("20060102-15:04:05"), BarLength: int64(length / market.Second),
		MdAvailability: "S", TradingDayDuration: 1440, VolumeFactor: 1, PriceDisplayRule: 1, PriceDisplayValue: "2",
		MessageVersion: 2,
	}
	high := slices.MaxFunc(bars, func(a, b exchange.Bar) int { return int(a.High - b.High) })
	low := slices.MinFunc(bars, func(a, b exchange.Bar) int { return int(a.Low - b.Low) })
	body.High = extreme(high.High, high, bars[0].Start)
	body.Low = extreme(low.Low, low, bars[0].Start)
	for _, b := range bars {
		body.Data = append(body.Data, barRow{web.PriceNum(b.Open), web.PriceNum(b.Close), web.PriceNum(b.High), web.PriceNum(b.Low),
			web.QtyNum(b.Volume), web.Millis(b.Start)})
	}
	return body
}

// extreme is price * priceFactor / volume / minutes from the start.
func extreme(price market.Price, b exchange.Bar, from market.Nanos) string {
	return fmt.Sprintf("%s/%s/%d", price.Decimal().Shift(2), b.Volume, (b.Start-from)/market.Minute)
}

var spanUnits = []struct {
	name string
	span market.Nanos
}{
	{"min", market.Minute}, {"h", market.Hour}, {"d", market.Day}, {"w", 7 * market.Day},
	{"m", 30 * market.Day}, {"y", 365 * market.Day},
}

// parseSpan reads 1min, 8h, 5d, 2w, 6m, 1y.
func parseSpan(text, otherwise string) (market.Nanos, error) {
	setDefault(&text, otherwise)
	for _, unit := range spanUnits {
		count, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > 1000 {
			break
		}
		return market.Nanos(n) * unit.span, nil
	}
	return 0, fmt.Errorf("%q: want a number and one of min h d w m y", text)
}
