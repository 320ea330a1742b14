package workspace

import (
	"encoding/json"
	"strconv"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

var payout = web.Num(market.MustMoney("1"))

// marketName is a market in the tree of categories.
type marketName struct {
	Name     string `json:"name"`
	Symbol   string `json:"symbol"`
	Exchange string `json:"exchange"`
	Conid    int64  `json:"conid"`
	Product  int64  `json:"product_conid"`
}

type categoryBody struct {
	Name    string       `json:"name"`
	Parent  string       `json:"parent_id,omitempty"`
	Markets []marketName `json:"markets,omitempty"`
}

// categories is GET /forecast/category/tree.
func (d *desk) categories(*web.Request) web.Reply {
	tree := map[string]categoryBody{}
	for _, c := range eventCategories {
		body := categoryBody{Name: c.name, Parent: c.parent}
		for i := range eventMarkets {
			if m := &eventMarkets[i]; m.category == c.id {
				body.Markets = append(body.Markets, marketName{m.name, m.symbol, eventExchange, m.conid, m.product})
			}
		}
		tree[c.id] = body
	}
	return web.OK(map[string]any{"categories": tree})
}

// marketRow is a contract of GET /forecast/contract/market.
type marketRow struct {
	Conid       int64       `json:"conid"`
	Side        string      `json:"side"`
	Expiration  string      `json:"expiration"`
	Strike      json.Number `json:"strike"`
	StrikeLabel string      `json:"strike_label"`
	ExpiryLabel string      `json:"expiry_label"`
	Underlying  int64       `json:"underlying_conid"`
	Time        string      `json:"time_specifier"`
}

// unknownEvent is how the API fails over a contract id that is not one.
func unknownEvent() web.Reply { return broken("Internal Server Error") }

// eventMarket is GET /forecast/contract/market?underlyingConid=.
func (d *desk) eventMarket(r *web.Request) web.Reply {
	conid, err := strconv.ParseInt(r.Query.Get("underlyingConid"), 10, 64)
	if other := r.Query.Get("exchange"); err != nil || other != "" && other != eventExchange {
		return unknownEvent()
	}
	for i := range eventMarkets {
		m := &eventMarkets[i]
		if m.conid != conid {
			continue
		}
		rows := []marketRow{}
		for _, c := range m.contracts() {
			rows = append(rows, marketRow{c.conid(), c.side, m.expiry, web.PriceNum(c.threshold.value), c.threshold.label,
				m.label, m.conid, m.specific})
		}
		return web.OK(map[string]any{"market_name": m.name, "exchange": eventExchange, "symbol": m.symbol,
			"logo_category": m.logo, "exclude_historical_data": false, "payout": payout, "contracts": rows})
	}
	return unknownEvent()
}

// event finds the contract that a request names by conid.
func event(r *web.Request) (eventContract, bool) {
	conid, err := strconv.ParseInt(r.Query.Get("conid"), 10, 64)
	if err != nil {
		return eventContract{}, false
	}
	return eventOf(conid)
}

// eventDetails is GET /forecast/contract/details?conid=.
func (d *desk) eventDetails(r *web.Request) web.Reply {
	c, ok := event(r)
	if !ok {
		return unknownEvent()
	}
	m := c.market
	return web.OK(map[string]any{
		"conid_yes": c.yes, "conid_no": c.no, "question": c.question(), "side": c.side, "strike_label": c.threshold.label,
		"strike": web.PriceNum(c.threshold.value), "exchange": eventExchange, "expiration": m.expiry, "symbol": m.symbol,
		"category": m.category, "logo_category": m.logo, "measured_period": m.period, "market_name": m.name,
		"underlying_conid": m.conid, "payout": payout, "product_conid": m.product, "is_restricted": false,
	})
}

// question is what Yes affirms: "... be set above 3.125% at ...?".
func (c *eventContract) question() string {
	label := c.threshold.label
	return c.market.question + "a" + label[1:] + c.market.ending
}

// eventRules is GET /forecast/contract/rules?conid=.
func (d *desk) eventRules(r *web.Request) web.Reply {
	c, ok := event(r)
	if !ok {
		return unknownEvent()
	}
	m := c.market
	return web.OK(map[string]any{
		"asset_class": "OPT", "description": m.about, "market_name": m.name, "measured_period": m.period,
		"threshold": c.threshold.value.String(), "source_agency": m.agency, "data_and_resolution_link": m.data,
		"last_trade_time": m.last, "product_code": m.symbol,
		"market_rules_link": "https://data.forecastex.com/regulatory/" + m.symbol + "TermsandConditions.pdf",
		"release_time":      m.last, "payout_time": m.last + int64(market.Day/market.Second), "payout": "$1.00",
		"price_increment": "$0.01", "exchange_timezone": "US/Central",
	})
}

// hours are those of one day of the week.
type hours struct {
	Open  string `json:"open"`
	Close string `json:"close"`
}

type tradingDay struct {
	Day   string  `json:"day_of_week"`
	Times []hours `json:"trading_times"`
}

// eventSchedules is GET /forecast/contract/schedules?conid=. Event contracts
// trade all day, but for one minute.
func (d *desk) eventSchedules(r *web.Request) web.Reply {
	if _, ok := event(r); !ok {
		return unknownEvent()
	}
	rows := []tradingDay{}
	for i := range 7 {
		day := (time.Saturday + time.Weekday(i)) % 7
		rows = append(rows, tradingDay{day.String(), []hours{{"12:00 AM", "4:15 PM"}, {"4:16 PM", "11:59 PM"}}})
	}
	return web.OK(map[string]any{"timezone": "US/Central", "trading_schedules": rows})
}
