package market

// AccountID is the broker's account, such as DU1234567.
type AccountID string

// StrategyID names a strategy of a run, such as "dip-spy". It is a token of
// bus subjects: letters, digits, '-' and '_'.
type StrategyID string

// ClientOrderID is FIX tag 11 (IBKR: cOID, read back as order_ref): one per
// intent, made before the send, at most 64 characters, never used twice.
type ClientOrderID string

// Ticket is what is asked of the venue.
type Ticket struct {
	Instrument  InstrumentID
	Side        Side
	Type        OrdType
	TimeInForce TimeInForce
	OrderQty    Qty   // FIX 38; positive
	Price       Price // FIX 44, the limit of LMT and STOP_LIMIT
	StopPx      Price // FIX 99, the trigger of STP and STOP_LIMIT; TRAIL: the first stop, 0 = from the market
	TrailAmt    Price // TRAIL: the distance of the stop from the best price, in price
	ExpireTime  Nanos // FIX 126, for GTD
	OutsideRTH  bool  // may work outside regular hours
}

// BuyMarket is a DAY market order to buy.
func BuyMarket(i InstrumentID, q Qty) Ticket { return marketTicket(i, Buy, q) }

// SellMarket is a DAY market order to sell.
func SellMarket(i InstrumentID, q Qty) Ticket { return marketTicket(i, Sell, q) }

func marketTicket(i InstrumentID, s Side, q Qty) Ticket {
	return Ticket{Instrument: i, Side: s, Type: Market, TimeInForce: DAY, OrderQty: q}
}

// BuyLimit is a DAY limit order to buy.
func BuyLimit(i InstrumentID, q Qty, limit Price) Ticket {
	return Ticket{Instrument: i, Side: Buy, Type: Limit, TimeInForce: DAY, OrderQty: q, Price: limit}
}

// SellLimit is a DAY limit order to sell.
func SellLimit(i InstrumentID, q Qty, limit Price) Ticket {
	return Ticket{Instrument: i, Side: Sell, Type: Limit, TimeInForce: DAY, OrderQty: q, Price: limit}
}

// Order is a ticket with its identity and where it stands.
type Order struct {
	Ticket
	ClientOrderID ClientOrderID
	VenueOrderID  string // FIX 37; IBKR: orderId
	Strategy      StrategyID
	Account       AccountID
	Status        OrdStatus
	CumQty        Qty   // FIX 14, filled so far
	LeavesQty     Qty   // FIX 151, still working; 0 when terminal
	AvgPx         Price // FIX 6, of the filled part, rounded half to even to 1e-9
	Text          string
	TsInit        Nanos // when the desk took it
	TsEvent       Nanos // last change
}

// Working says that the order may still trade.
func (o *Order) Working() bool { return o.Status != 0 && !o.Status.Terminal() }

// ExecReport is the venue's word on an order, or ours where the venue cannot
// speak (Denied, Unknown). CumQty is the venue's total when it says one, else 0.
type ExecReport struct {
	ExecType        ExecType
	ClientOrderID   ClientOrderID
	VenueOrderID    string
	ExecID          string // FIX 17; for Trade, TradeCorrect, TradeCancel, Commission
	Account         AccountID
	Instrument      InstrumentID
	Side            Side
	LastQty         Qty   // FIX 32, this fill
	LastPx          Price // FIX 31
	CumQty          Qty
	Commission      Money // positive is a cost
	CommissionKnown bool  // false: a Commission report will follow
	Text            string
	Ticket          *Ticket // Replaced: the order as it is now; nil otherwise
	TsEvent         Nanos
}

// Fill is one execution as the desk booked it.
type Fill struct {
	ExecID        string
	ClientOrderID ClientOrderID
	VenueOrderID  string
	Strategy      StrategyID
	Account       AccountID
	Instrument    InstrumentID
	Side          Side
	Qty           Qty
	Price         Price
	Commission    Money
	TsEvent       Nanos
}

// SignedQty is positive for a buy.
func (f *Fill) SignedQty() Qty { return f.Qty * Qty(f.Side.Sign()) }
