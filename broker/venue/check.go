package venue

import (
	"cmp"
	"errors"
	"fmt"

	"gannet/market"
)

// maxIDLen is the longest ClientOrderID taken.
const maxIDLen = 64

func (v *Venue) checkID(id market.ClientOrderID) error {
	if id == "" || len(id) > maxIDLen {
		return fmt.Errorf("client order id of %d characters: want 1 to %d", len(id), maxIDLen)
	}
	if _, seen := v.ids[id]; seen {
		return fmt.Errorf("client order id %s: used before", id)
	}
	return nil
}

func (v *Venue) notOpen(id market.ClientOrderID) error {
	if _, seen := v.ids[id]; seen {
		return fmt.Errorf("order %s: is done", id)
	}
	return fmt.Errorf("order %s: not known here", id)
}

// rounded is t with its prices on the tick, where the profile rounds.
func (v *Venue) rounded(t market.Ticket) market.Ticket {
	if b := v.book(t.Instrument); b != nil && v.profile.roundPrices {
		t.Price, t.StopPx = t.Price.Round(b.inst.TickSize), t.StopPx.Round(b.inst.TickSize)
	}
	return t
}

// check says why a ticket cannot be taken now.
func (v *Venue) check(t *market.Ticket) error {
	if err := v.checkTicket(t); err != nil {
		return err
	}
	b := v.book(t.Instrument)
	if err := checkTicks(t, b.inst.TickSize); err != nil {
		return err
	}
	if v.profile.needPrice && t.Type == market.Market && b.updates == 0 {
		return fmt.Errorf("no price of %s yet: send market orders after the first bar", b.inst.Name)
	}
	if v.now == 0 {
		return nil
	}
	if expires := v.profile.expiry(b.inst, t, v.now); expires != 0 && expires <= v.now {
		return fmt.Errorf("expire time %s: not after %s", t.ExpireTime, v.now)
	}
	session := b.inst.Session
	if t.TimeInForce == market.CLS && session.IsOpen(v.now) && v.now > session.NextClose(v.now)-closeBuffer {
		return fmt.Errorf("CLS order at %s: must be in %s before the close", v.now, closeBuffer.Duration())
	}
	return nil
}

// checkReplace says why an order cannot become t.
func (v *Venue) checkReplace(o *order, id market.ClientOrderID, t *market.Ticket) error {
	switch {
	case o == nil:
		return v.notOpen(id)
	case t.Instrument != o.Instrument:
		return errors.New("instrument: cannot be changed")
	case t.Side != o.Side:
		return errors.New("side: cannot be changed")
	case t.OrderQty <= o.CumQty && t.OrderQty > 0:
		return fmt.Errorf("order qty %s: must be above the %s already filled", t.OrderQty, o.CumQty)
	}
	return v.check(t)
}

// checkTicket says why a ticket could never be taken.
func (v *Venue) checkTicket(t *market.Ticket) error {
	b := v.book(t.Instrument)
	switch {
	case b == nil:
		return fmt.Errorf("instrument %d: not traded here", t.Instrument)
	case t.Side != market.Buy && t.Side != market.Sell:
		return fmt.Errorf("side %s: want BUY or SELL", t.Side)
	case t.OrderQty <= 0:
		return fmt.Errorf("order qty %s: must be above 0", t.OrderQty)
	case !t.OrderQty.OnLot(b.inst.LotSize):
		return fmt.Errorf("order qty %s: not a multiple of the lot size %s", t.OrderQty, b.inst.LotSize)
	}
	if err := v.checkTimeInForce(t, b); err != nil {
		return err
	}
	return checkPrices(t)
}

func (v *Venue) checkTimeInForce(t *market.Ticket, b *book) error {
	switch t.TimeInForce {
	case market.DAY, market.GTC:
		return nil
	case market.IOC, market.FOK:
		if t.Type != market.Market && t.Type != market.Limit {
			return fmt.Errorf("%s %s order: %s is for MKT and LMT", t.TimeInForce, t.Type, t.TimeInForce)
		}
		return nil
	case market.GTD:
		if t.ExpireTime <= 0 || t.ExpireTime > latest {
			return fmt.Errorf("expire time %q: a GTD order needs one before %s", t.ExpireTime, latest)
		}
		return nil
	case market.OPG, market.CLS:
		if v.profile.auctions && t.Type == market.Market && !b.inst.Session.AlwaysOpen() {
			return nil
		}
		return fmt.Errorf("%s %s order: not offered here", t.TimeInForce, t.Type)
	}
	return fmt.Errorf("time in force %s: want DAY GTC IOC FOK or GTD", t.TimeInForce)
}

// checkPrices asks for the prices that the order type needs. A price that the
// type has no use for is left alone.
func checkPrices(t *market.Ticket) error {
	switch t.Type {
	case market.Market:
		return nil
	case market.Limit:
		return checkPrice("limit price", t.Price)
	case market.Stop:
		return checkPrice("stop price", t.StopPx)
	case market.StopLimit:
		return cmp.Or(checkPrice("stop price", t.StopPx), checkPrice("limit price", t.Price))
	case market.TrailingStop:
		if t.StopPx != 0 {
			return cmp.Or(checkPrice("trailing amount", t.TrailAmt), checkPrice("stop price", t.StopPx))
		}
		return checkPrice("trailing amount", t.TrailAmt)
	}
	return fmt.Errorf("order type %s: want MKT LMT STP STOP_LIMIT or TRAIL", t.Type)
}

func checkPrice(what string, px market.Price) error {
	if px <= 0 {
		return fmt.Errorf("%s %s: must be above 0", what, px)
	}
	return nil
}

// checkTicks asks for whole ticks in the prices that the order type uses.
func checkTicks(t *market.Ticket, tick market.Price) error {
	limit := t.Type == market.Limit || t.Type == market.StopLimit
	if limit && !t.Price.OnTick(tick) {
		return fmt.Errorf("limit price %s: not a multiple of the tick size %s", t.Price, tick)
	}
	stop := t.Type != market.Market && t.Type != market.Limit
	if stop && !t.StopPx.OnTick(tick) {
		return fmt.Errorf("stop price %s: not a multiple of the tick size %s", t.StopPx, tick)
	}
	return nil
}
