package ibkrsim

import (
	"encoding/json"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// dataField is the value of a market data field of a product as the API
// writes it, or false when there is none (yet). 85 is the ask size and 88 the
// bid size.
func dataField(p *exchange.Product, tag string) (string, bool) {
	t := &p.Top
	switch tag {
	case "31":
		return knownPrice(t.Last)
	case "84":
		return knownPrice(t.Bid)
	case "86":
		return knownPrice(t.Ask)
	case "85":
		return t.AskSize.String(), t.Ask > 0
	case "88":
		return t.BidSize.String(), t.Bid > 0
	case "7059":
		return t.LastSize.String(), t.Last > 0
	case "70":
		return knownPrice(p.High)
	case "71":
		return knownPrice(p.Low)
	case "7295":
		return knownPrice(p.Open)
	case "7741":
		return knownPrice(p.Prior())
	case "7635":
		return knownPrice(p.Mark())
	case "87":
		return web.Brief(p.Volume), p.Volume > 0
	case "7762":
		return p.Volume.String(), p.Volume > 0
	}
	return staticField(p, tag)
}

func knownPrice(price market.Price) (string, bool) { return web.PriceText(price), price > 0 }

func staticField(p *exchange.Product, tag string) (string, bool) {
	switch tag {
	case "55":
		return p.Symbol, true
	case "6004":
		return "SMART", true
	case "6070":
		return p.SecType, true
	case "6509":
		return "RpB", true
	case "6119":
		return serverID, true
	case "7051":
		return p.Company, true
	case "7057", "7058", "7068":
		return exchangeLetter(p.Exchange), true
	case "7094":
		return web.Int(p.Conid), true
	case "7184", "7768":
		return "1", true
	case "7221":
		return p.Exchange, true
	case "82":
		change := p.Top.Last - p.Prior()
		return web.DecimalText(change.Decimal()), p.Top.Last > 0
	case "83":
		return changePercent(p.Top.Last, p.Prior()), p.Top.Last > 0
	}
	return "", false
}

const serverID = "q0"

func changePercent(last, prior market.Price) string {
	return (last-prior).Decimal().Shift(2).DivRound(prior.Decimal(), 2).StringFixed(2) + "%"
}

// exchangeLetter is the exchange in the fields of exchange codes.
func exchangeLetter(exchange string) string {
	switch exchange {
	case "ARCA":
		return "N"
	case "NASDAQ":
		return "Q"
	case "AMEX":
		return "A"
	}
	return "K"
}

// getSnapshot is GET iserver/marketdata/snapshot. The first request for a
// conid in a session only opens the stream: its row holds no data.
func (s *Server) getSnapshot(r *web.Request) web.Reply {
	conids, fields := splitList(r.Query.Get("conids")), splitList(r.Query.Get("fields"))
	if len(conids) == 0 || len(conids) > 100 || len(fields) > 50 {
		return web.FailCode(400, "Bad Request: want 1 to 100 conids and at most 50 fields")
	}
	rows := []any{}
	for _, text := range conids {
		conid, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return web.FailCode(400, "Bad Request: conid "+text+" is not a number")
		}
		rows = append(rows, s.snapshotRow(s.user(r), conid, fields))
	}
	return web.OK(rows)
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func (s *Server) snapshotRow(u *user, conid int64, fields []string) map[string]any {
	row := map[string]any{"conid": conid, "conidEx": web.Int(conid)}
	p := s.exchange.ByConid(conid)
	if p == nil {
		return row
	}
	asked := u.session.fields[conid]
	if u.session.fields == nil {
		u.session.fields = map[int64]map[string]bool{}
	}
	if asked == nil {
		u.session.fields[conid] = map[string]bool{}
	}
	for _, tag := range fields {
		u.session.fields[conid][tag] = true
	}
	if asked == nil {
		return row
	}
	row["_updated"], row["server_id"] = web.Millis(p.Top.TsEvent), serverID
	row["6119"], row["6509"] = serverID, "RpB"
	for tag := range u.session.fields[conid] {
		if value, ok := snapshotField(p, tag); ok {
			row[tag] = value
		}
	}
	return row
}

// snapshotField is dataField with commas in the sizes; conids are numbers.
func snapshotField(p *exchange.Product, tag string) (any, bool) {
	switch tag {
	case "6008":
		return p.Conid, true
	case "6457":
		return 0, true
	case "85":
		return web.Grouped(p.Top.AskSize.Decimal()), p.Top.Ask > 0
	case "88":
		return web.Grouped(p.Top.BidSize.Decimal()), p.Top.Bid > 0
	}
	return dataField(p, tag)
}

// unsubscribe is POST iserver/marketdata/unsubscribe.
func (s *Server) unsubscribe(r *web.Request) web.Reply {
	var body struct {
		Conid web.Number `json:"conid"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return web.Fail(400, web.BadBody)
	}
	conid, err := strconv.ParseInt(string(body.Conid), 10, 64)
	u := s.user(r)
	if err != nil || u.session.fields[conid] == nil {
		return web.Fail(500, "unknown")
	}
	delete(u.session.fields, conid)
	return web.OK(map[string]bool{"success": true})
}

func (s *Server) unsubscribeAll(r *web.Request) web.Reply {
	s.user(r).session.fields = nil
	return web.OK(map[string]bool{"unsubscribed": true})
}
