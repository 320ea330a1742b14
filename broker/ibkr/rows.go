package ibkr

import (
	"fmt"
	"strings"

	"gannet/market"
)

// staleInactive is how long an order must have stood at Inactive before that
// is its end: a new order passes through it.
const staleInactive = 10 * market.Second

// ticket reads what an order asks for from its row.
func (b *book) ticket(row *OrderRow) (market.Ticket, error) {
	t := market.Ticket{
		Instrument:  b.instruments(int64(row.Conid)),
		Side:        sideOf(row.Side),
		Type:        ordTypeOf(row.OrigType, row.Type),
		TimeInForce: tifOf(row.TIF),
		OutsideRTH:  row.OutsideRTH != nil && bool(*row.OutsideRTH),
	}
	var errs [4]error
	var price, aux, stop market.Price
	t.OrderQty, errs[0] = qtyOf(row.Total)
	price, errs[1] = priceOf(row.Price)
	aux, errs[2] = priceOf(row.AuxPrice)
	stop, errs[3] = priceOf(row.StopPrice)
	for _, err := range errs {
		if err != nil {
			return t, fmt.Errorf("ibkr: order %d: %w", row.OrderID, err)
		}
	}
	if t.Side == 0 || !row.Total.Valid {
		return t, fmt.Errorf("ibkr: order %d: side %q and size %s, want BUY or SELL and a number", row.OrderID, row.Side, row.Total)
	}
	if stop == 0 {
		stop = aux
	}
	switch t.Type {
	case market.Limit:
		t.Price = price
	case market.StopLimit:
		t.Price, t.StopPx = price, stop
	case market.Stop, market.TrailingStop:
		t.StopPx = stop
		if stop == 0 {
			t.StopPx = price
		}
	}
	return t, nil
}

// order reads a row of live orders.
func (b *book) order(row *OrderRow) (market.Order, error) {
	t, err := b.ticket(row)
	o := market.Order{
		Ticket: t, ClientOrderID: market.ClientOrderID(row.OrderRef),
		VenueOrderID: fmt.Sprint(int64(row.OrderID)), Account: b.account, Text: string(row.SystemReason),
	}
	if err != nil {
		return o, err
	}
	if o.CumQty, err = qtyOf(row.Filled); err != nil {
		return o, fmt.Errorf("ibkr: order %d: %w", row.OrderID, err)
	}
	if o.AvgPx, err = priceOf(row.AvgPrice); err != nil {
		return o, fmt.Errorf("ibkr: order %d: %w", row.OrderID, err)
	}
	if row.LastTimeMs > 0 && row.LastTimeMs < maxMillis {
		o.TsEvent = market.Nanos(row.LastTimeMs) * market.Millisecond
	}
	o.Status = b.status(row, o.CumQty)
	if !o.Status.Terminal() {
		o.LeavesQty = max(o.OrderQty-o.CumQty, 0)
	}
	return o, nil
}

// status is where a live order stands.
func (b *book) status(row *OrderRow, cum market.Qty) market.OrdStatus {
	switch strings.ToLower(string(row.Status)) {
	case "pendingsubmit", "warnstate":
		return market.PendingSubmit
	case "presubmitted", "submitted":
		if cum > 0 {
			return market.PartiallyFilled
		}
		return market.Submitted
	case "filled":
		return market.Filled
	case "pendingcancel", "precancelled":
		return market.PendingCancel
	case "cancelled":
		return endStatus[ending(string(row.SystemReason))]
	case "failed":
		return market.Rejected
	case "inactive":
		if row.SystemReason != "" || b.inactiveFor(row) >= staleInactive {
			return market.Rejected
		}
		return market.PendingSubmit
	}
	return market.Unknown
}

// inactiveFor is how long the order has been seen Inactive in live orders, by
// our clock.
func (b *book) inactiveFor(row *OrderRow) market.Nanos {
	e := b.entryOf(int64(row.OrderID))
	if e.inactive == 0 {
		e.inactive = b.now()
	}
	return b.now() - e.inactive
}

var endStatus = map[market.ExecType]market.OrdStatus{
	market.ExecCanceled: market.Canceled, market.ExecExpired: market.Expired, market.ExecRejected: market.Rejected,
}

// onOrders reads a complete answer of live orders and learns the ids in it.
// A row of the account that cannot be read makes the answer unknown, unless
// it is plainly not ours.
func (b *book) onOrders(rows []OrderRow) ([]market.Order, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]market.Order, 0, len(rows))
	for i := range rows {
		row := &rows[i]
		if row.Account != "" && string(row.Account) != string(b.account) {
			continue
		}
		e := b.entryOf(int64(row.OrderID))
		b.own(e, market.ClientOrderID(row.OrderRef))
		o, err := b.order(row)
		if err != nil && row.OrderRef == "" && b.instruments(int64(row.Conid)) == 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !sameWord(string(row.Status), "Inactive") {
			e.inactive = 0
		}
		if o.ClientOrderID == "" {
			o.ClientOrderID = e.client
		}
		list = append(list, o)
	}
	return list, nil
}
