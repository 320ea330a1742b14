package ibkrsim

import (
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// hmdsInit is POST hmds/auth/init: it opens the way to the data farm, which
// knows nothing of a brokerage session.
func (s *Server) hmdsInit(r *web.Request) web.Reply {
	s.user(r).session.farm = true
	return web.OK(map[string]bool{"authenticated": true, "competing": false, "connected": true})
}

// hmdsScanner is POST hmds/scanner, which the API documents and has not.
func (s *Server) hmdsScanner(*web.Request) web.Reply { return web.NotFound() }

type farmBody struct {
	StartTime    string   `json:"startTime"`
	StartTimeVal int64    `json:"startTimeVal"` // ms
	EndTime      string   `json:"endTime"`
	EndTimeVal   int64    `json:"endTimeVal"`
	Data         []barRow `json:"data"`
	Points       int      `json:"points"`
	MktDataDelay int      `json:"mktDataDelay"`
}

// hmdsHistory is GET hmds/history. The first call without hmds/auth/init is a
// page that says 404, and opens the way for the next.
func (s *Server) hmdsHistory(r *web.Request) web.Reply {
	if u := s.user(r); !u.session.farm {
		u.session.farm = true
		return web.NotFound()
	}
	p, out, ok := s.pathProduct(r.Query.Get("conid"))
	if !ok {
		return out
	}
	period, okPeriod := farmSpan(r.Query.Get("period"), "1d")
	length, okBar := farmSpan(r.Query.Get("bar"), "1min")
	source, okSource := farmSources[strings.ToLower(r.Query.Get("barType"))]
	switch {
	case !okPeriod:
		return web.FailCode(400, "Bad Request: period "+r.Query.Get("period")+": want a number and one of S d w m y")
	case !okBar:
		return web.FailCode(400, "Bad Request: bar "+r.Query.Get("bar")+": want a number and one of secs mins hrs d w m")
	case !okSource || length < market.Minute:
		return web.Refuse("No data.")
	}
	bars := p.History(exchange.Query{From: r.Now - period, Length: length, Source: source, Outside: yes(r.Query.Get("outsideRth"))})
	if len(bars) == 0 {
		return web.Refuse("No data.")
	}
	return web.OK(farmOf(bars, r.Now))
}

func farmOf(bars []exchange.Bar, now market.Nanos) farmBody {
	body := farmBody{StartTime: bars[0].Start.Time().Format(startLayout), StartTimeVal: web.Millis(bars[0].Start),
		EndTime: now.Time().Format(startLayout), EndTimeVal: web.Millis(now), Points: len(bars)}
	for _, b := range bars {
		body.Data = append(body.Data, rowOf(b))
	}
	return body
}

// farmSources are the bar types; inventory and fee rates of lending are not
// simulated.
var farmSources = map[string]exchange.Source{"": exchange.Trades, "last": exchange.Trades, "midpoint": exchange.Midpoint}

// farmUnits are spans in the words of periods and of bars.
var farmUnits = map[string]market.Nanos{
	"S": market.Second, "secs": market.Second, "min": market.Minute, "mins": market.Minute, "h": market.Hour, "hrs": market.Hour,
	"d": market.Day, "w": 7 * market.Day, "m": 30 * market.Day, "y": 365 * market.Day,
}

// farmSpan reads 30secs, 5mins, 1hrs, 2d, 1w, 6m, 1y.
func farmSpan(text, otherwise string) (market.Nanos, bool) {
	setDefault(&text, otherwise)
	digits := strings.TrimLeft(text, "0123456789")
	n, err := strconv.Atoi(text[:len(text)-len(digits)])
	unit, known := farmUnits[digits]
	return market.Nanos(n) * unit, err == nil && known && n >= 1 && n <= 1000
}
