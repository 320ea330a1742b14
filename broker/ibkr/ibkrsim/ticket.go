package ibkrsim

import (
	"fmt"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// badPrice is a refusal, as the API words it.
const badPrice = "Invalid order price fields"

func priceOf(n web.Number) (market.Price, bool) {
	if n == "" {
		return 0, true
	}
	p, err := market.ParsePrice(string(n))
	return p, err == nil && p > 0
}

// ticket is an order as a client sends it.
type ticket struct {
	AcctID        string     `json:"acctId"`
	Conid         web.Number `json:"conid"`
	ConidEx       string     `json:"conidex"`
	COID          string     `json:"cOID"`
	ParentID      string     `json:"parentId"`
	IsSingleGroup bool       `json:"isSingleGroup"`
	OrderType     string     `json:"orderType"`
	Side          string     `json:"side"`
	TIF           string     `json:"tif"`
	Quantity      web.Number `json:"quantity"`
	CashQty       web.Number `json:"cashQty"`
	Price         web.Number `json:"price"`
	AuxPrice      web.Number `json:"auxPrice"`
	TrailingAmt   web.Number `json:"trailingAmt"`
	TrailingType  string     `json:"trailingType"`
	OutsideRTH    bool       `json:"outsideRTH"`
	Deactivated   bool       `json:"deactivated"`
}

// draft is a ticket that could be an order.
type draft struct {
	product *exchange.Product
	ticket  market.Ticket
	coid    string
}

// refusedError is a refusal with its HTTP status.
type refusedError struct {
	status int
	text   string
}

func (e refusedError) Error() string { return e.text }

func (e refusedError) reply() web.Reply { return web.Fail(e.status, e.text) }

// check turns a ticket into a draft. Client mistakes are refused with 400,
// what the exchange would not take with 200.
func (s *Server) check(t *ticket) (*draft, error) {
	d := &draft{coid: t.COID}
	steps := []func(*ticket, *draft) error{
		s.checkKind, s.checkContract, checkSide, checkType, checkTIF, checkQuantity, checkPrices,
	}
	for _, step := range steps {
		if err := step(t, d); err != nil {
			return nil, err
		}
	}
	d.ticket.OutsideRTH = t.OutsideRTH
	return d, nil
}

// checkKind refuses what is not simulated, and what is not ours.
func (s *Server) checkKind(t *ticket, _ *draft) error {
	switch {
	case t.AcctID != "" && t.AcctID != s.opt.Account:
		return refusedError{500, "Account " + t.AcctID + " is not accessible"}
	case t.ParentID != "" || t.IsSingleGroup:
		return refusedError{200, "bracket and OCA orders are not simulated"}
	case t.CashQty != "" || t.Deactivated:
		return refusedError{200, "cashQty and deactivated are not simulated"}
	case len(t.COID) > 64:
		return refusedError{400, "cOID is longer than 64 characters"}
	}
	return nil
}

func (s *Server) checkContract(t *ticket, d *draft) error {
	text := string(t.Conid)
	if text == "" {
		text, _, _ = strings.Cut(t.ConidEx, "@")
	}
	if text == "" {
		return refusedError{400, "conid or conidex is required"}
	}
	conid, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		d.product = s.exchange.ByConid(conid)
	}
	if d.product == nil {
		return refusedError{200, "no sec defs returned for conid " + text}
	}
	d.ticket.Instrument = d.product.ID
	return nil
}

func checkSide(t *ticket, d *draft) error {
	switch t.Side {
	case "BUY":
		d.ticket.Side = market.Buy
	case "SELL":
		d.ticket.Side = market.Sell
	default:
		return refusedError{400, "Invalid Side (must be 'BUY' or 'SELL')."}
	}
	return nil
}

func checkType(t *ticket, d *draft) error {
	for _, known := range []market.OrdType{market.Market, market.Limit, market.Stop, market.StopLimit, market.TrailingStop} {
		if t.OrderType == known.String() {
			d.ticket.Type = known
			return nil
		}
	}
	return refusedError{400, "Unknown order type"}
}

func checkTIF(t *ticket, d *draft) error {
	switch t.TIF {
	case "DAY":
		d.ticket.TimeInForce = market.DAY
	case "GTC":
		d.ticket.TimeInForce = market.GTC
	case "IOC":
		d.ticket.TimeInForce = market.IOC
	case "OPG":
		return refusedError{200, "OPG time in force is not supported for this order: there is no opening auction here"}
	default:
		return refusedError{200, "null time in force is not supported for this order"}
	}
	return nil
}

func checkQuantity(t *ticket, d *draft) error {
	q, err := market.ParseQty(string(t.Quantity))
	if err != nil || q <= 0 || !q.OnLot(market.Shares(1)) {
		return refusedError{200, fmt.Sprintf(
			"The size, %s, does not conform to the minimum variation of 1 for this contract.", t.Quantity)}
	}
	d.ticket.OrderQty = q
	return nil
}

// checkPrices takes the prices that the order's type needs.
func checkPrices(t *ticket, d *draft) error {
	price, okPrice := priceOf(t.Price)
	aux, okAux := priceOf(t.AuxPrice)
	trail, okTrail := priceOf(t.TrailingAmt)
	if !okPrice || !okAux || !okTrail {
		return refusedError{200, badPrice}
	}
	k, missing := &d.ticket, false
	switch k.Type {
	case market.Market:
	case market.Limit:
		k.Price, missing = price, price == 0
	case market.Stop:
		k.StopPx, missing = price, price == 0
	case market.StopLimit:
		k.Price, k.StopPx, missing = price, aux, price == 0 || aux == 0
	case market.TrailingStop:
		if t.TrailingType == "%" {
			return refusedError{200, "trailingType % is not simulated: use amt"}
		}
		k.TrailAmt, k.StopPx, missing = trail, price, trail == 0 || t.TrailingType != "amt"
	}
	if missing {
		return refusedError{200, badPrice}
	}
	tick := d.product.Tick
	if !k.Price.OnTick(tick) || !k.StopPx.OnTick(tick) || !k.TrailAmt.OnTick(tick) {
		return refusedError{200, "The price does not conform to the minimum price variation of " +
			tick.String() + " for this contract."}
	}
	if k.Type == market.Stop && t.OutsideRTH {
		return refusedError{200, "A stop order cannot work outside regular trading hours."}
	}
	return nil
}
