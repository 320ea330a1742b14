package ibkrsim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// Refusals of history, as the API words them. All come with status 200.
var (
	errNoData  = wording.Refusal{Status: 200, Text: "No data."}
	errNoChart = wording.Refusal{Status: 200, Text: "Chart data unavailable"}
)

const (
	startLayout   = "20060102-15:04:05"
	defaultPeriod = "1d"
)

// chartAsk is what a client asks of history, in the words of GET
// iserver/marketdata/history.
type chartAsk struct {
	Period, Bar, Source, Start, Direction string
	Outside                               bool
}

// Sources of bars.
const (
	trades   = "trades"
	midpoint = "midpoint"
	bidAsk   = "bid_ask"
)

// chart is a chartAsk that has been read.
type chart struct {
	from, to market.Nanos
	bar      market.Nanos
	source   string
	outside  bool
	ended    bool // to was given: bars that are not over then are left out
}

// read understands what was asked. startTime is the end of the chart: the API
// looks back only.
func (a *chartAsk) read(p *exchange.Product, now market.Nanos) (*chart, error) {
	c := &chart{to: now + 1, outside: a.Outside}
	period, err := parseSpan(a.Period, defaultPeriod)
	if err != nil {
		return nil, fmt.Errorf("invalid period: %w", err)
	}
	if strings.HasSuffix(a.Bar, "S") {
		return nil, errNoChart // none of seconds
	}
	if c.bar, err = barOf(a.Bar, period); err != nil {
		return nil, fmt.Errorf("invalid bar: %w", err)
	}
	if a.Start != "" {
		at, err := time.Parse(startLayout, a.Start)
		if err != nil {
			return nil, errors.New("invalid startTime: want YYYYMMDD-HH:mm:ss")
		}
		c.to, c.ended = market.NanosOf(at), true
	}
	if a.Direction == "1" {
		return nil, errNoChart
	}
	switch c.source = strings.ToLower(a.Source); c.source {
	case "", "last", "trade":
		c.source = trades
	case trades, midpoint, bidAsk:
	default:
		return nil, fmt.Errorf("invalid source: %q: want Trades, Midpoint or Bid_Ask", a.Source)
	}
	c.from = c.begins(p, period)
	return c, nil
}

// begins is where a chart of the period begins. Days are those of trading: one
// day is the last session.
func (c *chart) begins(p *exchange.Product, s extent) market.Nanos {
	session := c.session(p)
	if s.unit != "d" || session.AlwaysOpen() {
		return c.to - s.length
	}
	left := s.length / market.Day
	for back := market.Nanos(0); back <= 2*s.length+10*market.Day; back += market.Day {
		open, _ := session.Bounds(c.to - 1 - back)
		if open == 0 || open >= c.to {
			continue
		}
		if left--; left == 0 {
			return open
		}
	}
	return c.to - s.length
}

func (c *chart) session(p *exchange.Product) market.Session {
	if c.outside {
		return p.Extended
	}
	return p.Session
}

// day is how long the product is traded on a day.
func (c *chart) day(p *exchange.Product) market.Nanos {
	session := c.session(p)
	if session.AlwaysOpen() {
		return market.Day
	}
	open, closing := session.Next(c.to - market.Day)
	return closing - open
}

// extent is a period or the length of a bar.
type extent struct {
	unit   string
	length market.Nanos
}

// spanUnits are the units of periods and how many of them there may be.
var spanUnits = []struct {
	name string
	span market.Nanos
	most int
}{
	{"min", market.Minute, 30}, {"h", market.Hour, 8}, {"d", market.Day, 1000}, {"w", 7 * market.Day, 792},
	{"m", 30 * market.Day, 182}, {"y", 365 * market.Day, 15},
}

// parseSpan reads 1min, 8h, 5d, 2w, 6m, 1y.
func parseSpan(text, otherwise string) (extent, error) {
	setDefault(&text, otherwise)
	for _, unit := range spanUnits {
		count, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			break
		}
		if n > unit.most {
			return extent{}, fmt.Errorf("%q: want at most %d%s", text, unit.most, unit.name)
		}
		return extent{unit.name, market.Nanos(n) * unit.span}, nil
	}
	return extent{}, fmt.Errorf("%q: want a number and one of min h d w m y", text)
}

// barLengths are the bars there are.
var barLengths = []string{"1min", "2min", "3min", "5min", "10min", "15min", "30min", "1h", "2h", "3h", "4h", "8h", "1d", "1w", "1m"}

// steps are the shortest bars of a period of that length or more, and those
// that it has when none are asked for: the step sizes of the API's pages.
var steps = []struct{ period, least, usual market.Nanos }{
	{15 * 365 * market.Day, 7 * market.Day, 7 * market.Day}, {3 * 365 * market.Day, market.Day, 7 * market.Day},
	{2 * 365 * market.Day, market.Day, market.Day}, {365 * market.Day, 8 * market.Hour, market.Day},
	{180 * market.Day, 4 * market.Hour, market.Day}, {90 * market.Day, 2 * market.Hour, market.Day},
	{30 * market.Day, market.Hour, 30 * market.Minute}, {7 * market.Day, 10 * market.Minute, 15 * market.Minute},
	{0, market.Minute, market.Minute},
}

// barOf is the length of the bars. Those that are too short for the period are
// made longer without a word.
func barOf(text string, period extent) (market.Nanos, error) {
	at := slices.IndexFunc(steps, func(s struct{ period, least, usual market.Nanos }) bool { return period.length >= s.period })
	if text == "" {
		return max(steps[at].usual, steps[at].least), nil
	}
	bar, err := parseSpan(text, "")
	if err != nil {
		return 0, err
	}
	if !slices.Contains(barLengths, text) {
		return 0, fmt.Errorf("%q: want one of %s", text, strings.Join(barLengths, " "))
	}
	return max(bar.length, steps[at].least), nil
}
