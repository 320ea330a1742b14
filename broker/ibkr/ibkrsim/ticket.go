package ibkrsim

import (
	"slices"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

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
	FxQty         web.Number `json:"fxQty"`
	Price         web.Number `json:"price"`
	AuxPrice      web.Number `json:"auxPrice"`
	TrailingAmt   web.Number `json:"trailingAmt"`
	TrailingType  string     `json:"trailingType"`
	OutsideRTH    bool       `json:"outsideRTH"`
	AllOrNone     bool       `json:"allOrNone"`
	Deactivated   bool       `json:"deactivated"`
}

// draft is a ticket that could be an order.
type draft struct {
	order  *brokerage.Order
	parent string // cOID of the parent in the same request
	group  bool   // part of an OCA group
	prompt bool   // is to be met with a prompt
}

// check turns a ticket into a draft. Client mistakes are refused with 400,
// what the exchange would not take with 200.
func (s *Server) check(r *web.Request, t *ticket) (*draft, error) {
	d := &draft{order: &brokerage.Order{COID: t.COID}, parent: t.ParentID, group: t.IsSingleGroup}
	d.order.Account = s.account(r).ID
	d.order.Ticket = brokerage.Ticket{OutsideRTH: t.OutsideRTH, AllOrNone: t.AllOrNone, Deactivated: t.Deactivated}
	steps := []func(*ticket, *draft) error{
		s.checkKind, s.checkContract, checkSide, checkType, checkTIF, checkPrices, s.checkQuantity, checkHours,
	}
	for _, step := range steps {
		if err := step(t, d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// checkKind refuses what is not ours.
func (s *Server) checkKind(t *ticket, d *draft) error {
	switch {
	case t.AcctID != "" && t.AcctID != d.order.Account:
		return wording.BadAccount(t.AcctID)
	case len(t.COID) > 64:
		return wording.LongCOID
	case t.ParentID != "" && t.ParentID == t.COID:
		return wording.Refusal{Status: 400, Text: "parentId is the order's own cOID"}
	}
	return nil
}

// checkContract finds the contract: conid, conidex "756733@ARCA", or a
// combination, "28812380;;;756733/1,265598/-1".
func (s *Server) checkContract(t *ticket, d *draft) error {
	text := string(t.Conid)
	if text == "" {
		text, _, _ = strings.Cut(t.ConidEx, "@")
		d.order.ConidEx = t.ConidEx
	}
	if text == "" {
		return wording.NoContract
	}
	if spread, legs, combo := strings.Cut(text, ";;;"); combo {
		if conid, err := strconv.ParseInt(spread, 10, 32); err == nil {
			d.order.Conid = conid
		}
		return s.checkLegs(legs, d)
	}
	conid, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		d.order.Product = s.exchange.ByConid(conid)
	}
	if d.order.Product == nil {
		return wording.UnknownContract(text)
	}
	d.order.Conid = conid
	if p := d.order.Product; p.Ended(s.house.Now()) {
		return wording.ContractExpired(p.LocalSymbol())
	}
	return nil
}

func (s *Server) checkLegs(text string, d *draft) error {
	var legs []brokerage.Leg
	for _, one := range strings.Split(text, ",") {
		conid, ratio, _ := strings.Cut(one, "/")
		n, err := strconv.ParseInt(conid, 10, 64)
		if err != nil {
			return wording.Refusal{Status: 400, Text: "conidex: leg " + one + ": want conid/ratio"}
		}
		count, err := strconv.ParseInt(ratio, 10, 64)
		if err != nil {
			return wording.Refusal{Status: 400, Text: "conidex: leg " + one + ": want conid/ratio"}
		}
		legs = append(legs, brokerage.Leg{Conid: n, Ratio: count})
	}
	if err := s.house.Combine(d.order, legs); err != nil {
		return wording.Refusal{Status: 200, Text: err.Error()}
	}
	return nil
}

func checkSide(t *ticket, d *draft) error {
	switch t.Side {
	case "BUY":
		d.order.Ticket.Side = market.Buy
	case "SELL":
		d.order.Ticket.Side = market.Sell
	default:
		return wording.BadSide
	}
	return nil
}

func checkType(t *ticket, d *draft) error {
	k := brokerage.OrderType(t.OrderType)
	if !slices.Contains(wording.OrderTypes(), t.OrderType) {
		return wording.BadType
	}
	if d.order.IsCombo() && k != brokerage.MKT && k != brokerage.LMT {
		return wording.Refusal{Status: 200, Text: "Order type " + t.OrderType + " is not supported for this combination."}
	}
	d.order.Ticket.Type = k
	return nil
}

func checkTIF(t *ticket, d *draft) error {
	k, p := &d.order.Ticket, d.order.Product
	k.TIF = brokerage.TIF(t.TIF)
	plain := k.Type == brokerage.MKT || k.Type == brokerage.LMT
	auction := k.Type == brokerage.MOC || k.Type == brokerage.LOC
	switch k.TIF {
	case brokerage.DAY:
	case brokerage.GTC, brokerage.OND, brokerage.OVT:
		if auction {
			return wording.BadTIF(t.TIF)
		}
	case brokerage.IOC, brokerage.OPG:
		if !plain || d.order.IsCombo() {
			return wording.BadTIF(t.TIF)
		}
	default:
		return wording.NoTIF
	}
	if (auction || k.TIF == brokerage.OPG) && p.Session.AlwaysOpen() {
		return wording.Refusal{Status: 200, Text: "There is no auction in " + p.Symbol + ": its market never closes."}
	}
	return nil
}

// checkQuantity takes quantity, or makes it of cashQty: as many as the money
// buys at the price of now, whole shares of a stock.
func (s *Server) checkQuantity(t *ticket, d *draft) error {
	k, p := &d.order.Ticket, d.order.Product
	if t.CashQty != "" || t.FxQty != "" {
		return checkCash(t, d)
	}
	q, err := market.ParseQty(string(t.Quantity))
	if err != nil || q <= 0 || !q.OnLot(s.lotOf(d)) {
		return wording.BadSize(string(t.Quantity), p.Lot)
	}
	k.Qty = q
	return nil
}

// lotOf is the smallest step of a quantity. Accounts that may trade stocks in
// fractions do so with plain orders.
func (s *Server) lotOf(d *draft) market.Qty {
	k, p := &d.order.Ticket, d.order.Product
	plain := k.Type == brokerage.MKT || k.Type == brokerage.LMT || k.Type == brokerage.STP || k.Type == brokerage.StopLimit
	if s.house.Account(d.order.Account).Fractions && p.SecType == exchange.Stock && plain && !d.order.IsCombo() && !k.AllOrNone {
		return min(p.Lot, market.QtyScale/10_000)
	}
	return p.Lot
}

func checkCash(t *ticket, d *draft) error {
	k, p := &d.order.Ticket, d.order.Product
	text := string(t.CashQty)
	if text == "" {
		text = string(t.FxQty)
	}
	amount, err := market.ParseMoney(text)
	px := k.Price
	if px == 0 {
		px = p.Mark()
	}
	switch {
	case err != nil || !amount.IsPositive() || t.Quantity != "":
		return wording.Refusal{Status: 400, Text: "cashQty: want a positive amount and no quantity"}
	case d.order.IsCombo() || p.SecType != exchange.Stock && p.SecType != exchange.Forex:
		return wording.Refusal{Status: 200, Text: "Cash quantity is not supported for this contract."}
	case px <= 0:
		return wording.Refusal{Status: 200, Text: "There is no price to turn the cash quantity into a size."}
	}
	whole, err := market.QtyFromDecimal(amount.DivRound(px.Decimal(), 8))
	if err != nil {
		return wording.Refusal{Status: 200, Text: "The cash quantity is too large."}
	}
	k.Cash, k.Qty = amount, whole.FloorLot(p.Lot)
	if k.Qty <= 0 {
		return wording.Refusal{Status: 200, Text: "The cash quantity is less than the price of one share."}
	}
	return nil
}

// checkHours refuses what cannot work outside of regular hours.
func checkHours(_ *ticket, d *draft) error {
	k := &d.order.Ticket
	if k.Type == brokerage.STP && k.OutsideRTH {
		return wording.StopOutside
	}
	return nil
}
