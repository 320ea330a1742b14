package market

// TickMask says which parts of a Tick this update changed.
type TickMask uint16

// Parts of a tick.
const (
	HasBid TickMask = 1 << iota
	HasBidSize
	HasAsk
	HasAskSize
	HasLast     // a trade price; a trade at an unchanged price sets it too
	HasLastSize // the size of that trade
	HasFlags    // TickFlags changed
)

// TickFlags are states of the market data of an instrument.
type TickFlags uint16

// States of market data.
const (
	FlagDelayed   TickFlags = 1 << iota // not real time (IBKR field 6509 not R)
	FlagHalted                          // trading is halted (IBKR price prefix H)
	FlagLastClose                       // Last is the previous close, not a trade (prefix C)
	FlagStale                           // the feed lost its source
)

// Tick is the top of the book plus the last trade after an update. Values
// that did not change are carried forward; 0 is "never seen". Sizes are in
// shares or contracts.
type Tick struct {
	Instrument InstrumentID
	Mask       TickMask
	Flags      TickFlags
	TsEvent    Nanos // at the source
	TsInit     Nanos // when Gannet took it in
	Bid        Price
	Ask        Price
	Last       Price
	BidSize    Qty
	AskSize    Qty
	LastSize   Qty
}

// IsTrade says whether the update is a trade.
func (t *Tick) IsTrade() bool { return t.Mask&HasLast != 0 && t.Flags&FlagLastClose == 0 }

// Mid is the middle of bid and ask, the side that there is, or the last price.
func (t *Tick) Mid() Price {
	switch {
	case t.Bid > 0 && t.Ask > 0:
		return t.Bid + (t.Ask-t.Bid)/2
	case t.Bid > 0:
		return t.Bid
	case t.Ask > 0:
		return t.Ask
	}
	return t.Last
}

// Mark is the price at which a holding is valued: the last trade, or Mid.
func (t *Tick) Mark() Price {
	if t.Last > 0 {
		return t.Last
	}
	return t.Mid()
}

// BarSource says what a bar was made of.
type BarSource uint8

// Sources of bars.
const (
	TradeBar BarSource = iota
	BidBar
	AskBar
)

// Bar is open, high, low, close of a span of time. TsEvent is its end; its
// start is TsEvent - Interval. Size is the volume of a trade bar, and the
// last size of a bid or ask bar.
type Bar struct {
	Instrument InstrumentID
	Source     BarSource
	Filled     bool // no data in the span; carried forward from the bar before
	Interval   Nanos
	TsEvent    Nanos
	TsInit     Nanos
	Open       Price
	High       Price
	Low        Price
	Close      Price
	Size       Qty
}
