package ibkrsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
func (s *Server) getHistory(r *request) reply {
	p, out, ok := s.pathProduct(r.query.Get("conid"))
	if !ok {
		return out
	}
	period, err := parseSpan(r.query.Get("period"), "1d")
	if err != nil {
		return refuse("invalid period: " + err.Error())
	}
	length, err := parseSpan(r.query.Get("bar"), "1min")
	if err != nil {
		return refuse("invalid bar: " + err.Error())
	}
	end := r.now + 1
	if text := r.query.Get("startTime"); text != "" {
		at, err := time.Parse("20060102-15:04:05", text)
		if err != nil {
			return refuse("invalid startTime: want YYYYMMDD-HH:mm:ss")
		}
		end = market.NanosOf(at)
	}
	if r.query.Get("direction") == "1" {
		return refuse("Chart data unavailable")
	}
	bars := join(p.minutes(end-period, end, s.opt.Seed), length)
	if len(bars) == 0 {
		return refuse("No data.")
	}
	bars = bars[max(0, len(bars)-maxBars):]
	body := historyOf(p, bars, length)
	body.TimePeriod, body.OutsideRth = r.query.Get("period"), r.query.Get("outsideRth") == "true"
	setDefault(&body.TimePeriod, "1d")
	return answer(body)
}

func historyOf(p *product, bars []bar, length market.Nanos) historyBody {
	body := historyBody{
		ServerID: "6571225", Symbol: p.Symbol, Text: p.Company, PriceFactor: 100,
		StartTime: bars[0].start.Time().Format("20060102-15:04:05"), BarLength: int64(length / market.Second),
		MdAvailability: "S", TradingDayDuration: 1440, VolumeFactor: 1, PriceDisplayRule: 1, PriceDisplayValue: "2",
		MessageVersion: 2,
	}
	high := slices.MaxFunc(bars, func(a, b bar) int { return int(a.high - b.high) })
	low := slices.MinFunc(bars, func(a, b bar) int { return int(a.low - b.low) })
	body.High = extreme(high.high, high, bars[0].start)
	body.Low = extreme(low.low, low, bars[0].start)
	for _, b := range bars {
		body.Data = append(body.Data, barRow{priceNum(b.open), priceNum(b.close), priceNum(b.high), priceNum(b.low),
			qtyNum(b.volume), millis(b.start)})
	}
	return body
}

// extreme is price * priceFactor / volume / minutes from the start.
func extreme(price market.Price, b bar, from market.Nanos) string {
	return fmt.Sprintf("%s/%s/%d", price.Decimal().Shift(2), b.volume, (b.start-from)/market.Minute)
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
