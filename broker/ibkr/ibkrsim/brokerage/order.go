package brokerage

import (
	"strconv"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Status is where an order stands, as the API spells it.
type Status string

// Statuses of an order.
const (
	Inactive      Status = "Inactive"
	PendingSubmit Status = "PendingSubmit"
	PreSubmitted  Status = "PreSubmitted"
	Submitted     Status = "Submitted"
	Filled        Status = "Filled"
	PendingCancel Status = "PendingCancel"
	Cancelled     Status = "Cancelled"
)

// OrderType is how an order is priced, as the API's orderType spells it.
type OrderType string

// Order types.
const (
	MKT       OrderType = "MKT"
	LMT       OrderType = "LMT"
	STP       OrderType = "STP"
	StopLimit OrderType = "STOP_LIMIT"
	MidPrice  OrderType = "MIDPRICE"
	Trail     OrderType = "TRAIL"
	TrailLmt  OrderType = "TRAILLMT"
	MOC       OrderType = "MOC"
	LOC       OrderType = "LOC"
	MIT       OrderType = "MIT"
	LIT       OrderType = "LIT"
	REL       OrderType = "REL"
)

// TIF is the time in force, as the API's tif spells it.
type TIF string

// Times in force. OND and OVT are taken as orders that may work outside
// regular hours.
const (
	DAY TIF = "DAY"
	GTC TIF = "GTC"
	IOC TIF = "IOC"
	OPG TIF = "OPG"
	OND TIF = "OND"
	OVT TIF = "OVT"
)

// Ticket is what an order asks for.
type Ticket struct {
	Side market.Side  `json:"side"`
	Type OrderType    `json:"type"`
	TIF  TIF          `json:"tif"`
	Qty  market.Qty   `json:"qty"`
	Cash market.Money `json:"cash,omitzero"` // the cashQty that Qty was made of

	// Price is the limit; of STP the stop; of MIDPRICE and REL the cap, if any;
	// of TRAIL the first stop, if any; of TRAILLMT the first limit.
	Price market.Price `json:"price,omitzero"`
	// Aux is the stop of STOP_LIMIT, the first stop of TRAILLMT, the trigger of
	// MIT and LIT, the offset of REL.
	Aux market.Price `json:"aux,omitzero"`
	// Trail is the distance of a trailing stop: price, or percent.
	Trail        market.Price `json:"trail,omitzero"`
	TrailPercent bool         `json:"trail_percent,omitempty"`

	OutsideRTH  bool `json:"outside_rth,omitempty"`
	AllOrNone   bool `json:"all_or_none,omitempty"`
	Deactivated bool `json:"deactivated,omitempty"` // saved, not sent
}

// Leg is one contract of a combination. A negative ratio is sold when the
// combination is bought.
type Leg struct {
	Conid int64 `json:"conid"`
	Ratio int64 `json:"ratio"`

	product *exchange.Product
}

// phase is where an order is worked.
type phase string

const (
	asleep phase = "asleep" // a child before its parent is filled, or deactivated
	held   phase = "held"   // here, until its time comes
	sent   phase = "sent"   // at the venue
)

// Order is an order as the state file keeps it. What its executions say is
// not kept twice.
type Order struct {
	ID      int64        `json:"id"`
	Account string       `json:"account"`
	COID    string       `json:"coid,omitempty"`
	Conid   int64        `json:"conid,omitempty"`
	ConidEx string       `json:"conidex,omitempty"` // as it was sent, when it was
	Legs    []Leg        `json:"legs,omitempty"`
	Parent  int64        `json:"parent,omitempty"` // order id
	OCA     string       `json:"oca,omitempty"`    // group of which one fills
	Ticket  Ticket       `json:"ticket"`
	Source  string       `json:"source,omitempty"` // the platform, when it is not the API
	Status  Status       `json:"status"`
	Reason  string       `json:"reason,omitempty"` // why the system ended it
	Stop    market.Price `json:"stop,omitzero"`    // where a trailing stop stands
	Limit   market.Price `json:"limit,omitzero"`   // where a pegged order stands
	Phase   phase        `json:"phase,omitempty"`
	Created market.Nanos `json:"created"`
	Changed market.Nanos `json:"changed"`
	Bills   []bill       `json:"bills,omitempty"` // by leg
	Ties    market.Money `json:"ties,omitzero"`   // of the available funds, until it is done, in the base currency

	Product *exchange.Product `json:"-"` // of a combination its first leg's
	Filled  market.Qty        `json:"-"`
	Busted  market.Qty        `json:"-"` // filled once and taken back: it does not trade again
	Paid    market.Money      `json:"-"` // sum of quantity * price * multiplier
	Charged market.Money      `json:"-"` // commissions so far

	cancelAt market.Nanos // when the cancel takes effect
	due      market.Nanos // of its auction
	expires  market.Nanos
	refusal  string // the answer to a submit or a replace
	rejected bool   // ends Inactive
}

// Working says that the order may still trade.
func (o *Order) Working() bool {
	switch o.Status {
	case PendingSubmit, PreSubmitted, Submitted, PendingCancel:
		return true
	case Inactive:
		return o.Ticket.Deactivated
	}
	return false
}

// Left is what has not traded and still may.
func (o *Order) Left() market.Qty { return o.Ticket.Qty - o.Filled - o.Busted }

// IsStop says that the order waits for a trigger.
func (o *Order) IsStop() bool {
	switch o.Ticket.Type {
	case STP, StopLimit, Trail, TrailLmt, MIT, LIT:
		return true
	}
	return false
}

// IsCombo says that the order is for several contracts at once.
func (o *Order) IsCombo() bool { return len(o.Legs) > 0 }

// AvgPrice is the average price of what has traded, rounded to eight
// decimals; 0 before the first fill.
func (o *Order) AvgPrice() market.Money {
	if o.Filled == 0 {
		return market.Money{}
	}
	units := o.Filled.Decimal()
	if !o.IsCombo() {
		units = units.Mul(market.Shares(o.Product.Multiplier).Decimal())
	}
	return o.Paid.DivRound(units, 8)
}

// venueID is the order's name at the venue.
func (o *Order) venueID() market.ClientOrderID {
	return market.ClientOrderID(strconv.FormatInt(o.ID, 10))
}

// venueOrder is the order as package venue wants it.
func (o *Order) venueOrder() market.Order {
	v := market.Order{Ticket: o.venueTicket(), ClientOrderID: o.venueID(), VenueOrderID: string(o.venueID()),
		Account: market.AccountID(o.Account), Status: market.Submitted, CumQty: o.Filled + o.Busted, LeavesQty: o.Left(),
		TsInit: o.Created, TsEvent: o.Changed}
	if px, err := market.PriceFromDecimal(o.AvgPrice()); err == nil {
		v.AvgPx = px
	}
	return v
}

// venueTicket is what the exchange gets to see: orders that were held here
// arrive there as plain market or limit orders.
func (o *Order) venueTicket() market.Ticket {
	t := &o.Ticket
	out := market.Ticket{Instrument: o.Product.ID, Side: t.Side, OrderQty: t.Qty, Type: market.Market,
		TimeInForce: market.GTC, OutsideRTH: t.OutsideRTH || t.TIF == OND || t.TIF == OVT}
	switch t.Type {
	case LMT, LIT:
		out.Type, out.Price = market.Limit, t.Price
	case STP:
		out.Type, out.StopPx = market.Stop, t.Price
	case StopLimit:
		out.Type, out.Price, out.StopPx = market.StopLimit, t.Price, t.Aux
	case TrailLmt:
		out.Type, out.Price = market.Limit, o.Stop+t.Price-t.Aux
	case MidPrice, REL:
		out.Type, out.Price = market.Limit, o.Limit
	}
	switch t.TIF {
	case DAY, OND, OVT:
		out.TimeInForce = market.DAY
	case IOC:
		out.TimeInForce = market.IOC
	}
	return out
}

// resting is the status of an order that is accepted and not done.
func (o *Order) resting(now market.Nanos) Status {
	waits := o.IsStop() && o.Phase != sent || (o.Ticket.Type == STP || o.Ticket.Type == StopLimit) && o.Filled == 0
	closed := !o.venueTicket().OutsideRTH && !o.Product.Session.IsOpen(now)
	if o.Phase == asleep || waits || closed || o.due != 0 {
		return PreSubmitted
	}
	return Submitted
}
