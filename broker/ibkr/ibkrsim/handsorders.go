package ibkrsim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/market"
)

// Order has orders questioned, refused, lost and ended.
func (h hands) Order(a scenario.Action) error {
	d := &h.desk
	switch a.Do {
	case scenario.Ask:
		h.asked = append(h.asked, a.Chains[:min(len(a.Chains), max(maxLate-len(h.asked), 0))]...)
	case scenario.StaleReply:
		d.staleReply = lateReplies{market.Nanos(a.Delay), a.Count}
	case scenario.Prompt:
		return h.promptAbout(a)
	case scenario.RejectLater:
		return h.reject(a)
	case scenario.RejectLeg:
		d.refuseLeg(a.Leg, a.Text, a.Count)
	case scenario.SwallowOrders:
		d.swallow = a.Count
	case scenario.ForkModify:
		d.fork = a.Count
	case scenario.CancelOrder:
		o, err := h.order(a.Order)
		if err == nil {
			h.house.Kill(o, cmp.Or(a.Text, "Cancelled by System"))
		}
		return err
	case scenario.HideOrders:
		if d.hidden = 1 << 62; a.End {
			d.hidden = 0
		}
	default:
		return errors.New("not an order's event")
	}
	return nil
}

// order is a working order by its cOID or id; the newest when none is named.
func (h hands) order(name string) (*brokerage.Order, error) {
	id, err := strconv.ParseInt(name, 10, 64)
	for _, o := range slices.Backward(h.house.Orders()) {
		if o.Working() && (name == "" || o.COID == name || err == nil && o.ID == id) {
			return o, nil
		}
	}
	return nil, fmt.Errorf("order %q: want one that works", name)
}

// promptAbout asks about an order, or has the next one met with a prompt.
func (h hands) promptAbout(a scenario.Action) error {
	if a.Order == "" {
		h.asked = append(h.asked, []string{promptID})
		return nil
	}
	o, err := h.order(a.Order)
	if err != nil {
		return err
	}
	for _, u := range h.logins {
		if u.sees(o.Account) {
			h.prompt(u, o, false)
		}
	}
	return nil
}

// reject ends an order that is named, or those that come next, after a delay.
func (h hands) reject(a scenario.Action) error {
	how := lateReject{market.Nanos(a.Delay), cmp.Or(a.Text, "Order rejected by the exchange.")}
	if a.Order == "" {
		for range min(a.Count, maxLate-len(h.desk.rejects)) {
			h.desk.rejects = append(h.desk.rejects, how)
		}
		return nil
	}
	o, err := h.order(a.Order)
	if err == nil {
		h.rejectLater(o, how)
	}
	return err
}

// Fill changes executions, and what REST tells of them.
func (h hands) Fill(a scenario.Action) error {
	switch a.Do {
	case scenario.CorrectFill, scenario.BustFill:
		return h.amend(a)
	case scenario.RemapFills:
		h.house.StrayTrades(a.Count)
	case scenario.LateTrades:
		h.house.DelayTrades(market.Nanos(a.Delay), a.Count)
	case scenario.LateCommission:
		h.house.DelayCommissions(market.Nanos(a.Delay), a.Count)
	default:
		return errors.New("not an execution's event")
	}
	return nil
}

// amend corrects or takes back an execution: the newest when none is named. A
// correction makes none larger.
func (h hands) amend(a scenario.Action) error {
	list := h.house.Executions(0, func(string) bool { return true })
	gone := map[string]bool{}
	for _, e := range list {
		gone[e.Busts] = true
	}
	for _, e := range slices.Backward(list) {
		if e.Busts != "" || gone[e.ID] || a.Execution != "" && a.Execution != e.ID {
			continue
		}
		qty, px := min(cmp.Or(a.Qty, e.Qty), e.Qty), cmp.Or(a.Price, e.Price)
		if a.Do == scenario.BustFill {
			qty = 0
		}
		return h.house.Amend(e.ID, qty, px)
	}
	return fmt.Errorf("execution %q: not known", a.Execution)
}

// Position changes holdings without the client.
func (h hands) Position(a scenario.Action) error {
	account := cmp.Or(a.Account, h.opt.Account)
	if a.Do == scenario.StalePositions {
		return h.stale(a)
	}
	p := h.exchange.Find(a.Instrument)
	if p == nil || h.house.Account(account) == nil {
		return fmt.Errorf("account %q, instrument %q: not known", account, a.Instrument)
	}
	switch a.Do {
	case scenario.ExternalOrder:
		t := brokerage.Ticket{Side: a.Side, Type: brokerage.MKT, TIF: brokerage.DAY, Qty: a.Qty, Price: a.Price}
		if a.Price > 0 {
			t.Type = brokerage.LMT
		}
		_, err := h.placeElsewhere(account, p, t, "TWS")
		return err
	case scenario.Liquidate:
		return h.liquidate(account, p, a.Qty)
	case scenario.AdjustPosition:
		return h.house.Adjust(account, p.Conid, a.Qty*market.Qty(a.Side.Sign()), cmp.Or(a.Price, p.Mark()))
	}
	return errors.New("not a position's event")
}

// liquidate closes a holding at the market, or a part of it.
func (h hands) liquidate(account string, p *exchange.Product, most market.Qty) error {
	held := h.house.Account(account).Held(p.Conid)
	t := brokerage.Ticket{Side: market.Sell, Type: brokerage.MKT, TIF: brokerage.DAY, Qty: held.Abs()}
	if held < 0 {
		t.Side = market.Buy
	}
	if most > 0 {
		t.Qty = min(t.Qty, most)
	}
	if t.Qty == 0 {
		return fmt.Errorf("account %s holds nothing of %s", account, p.Name())
	}
	_, err := h.placeElsewhere(account, p, t, liquidation)
	return err
}

// stale freezes the positions of an account, or of all.
func (h hands) stale(a scenario.Action) error {
	until := market.Nanos(1 << 62)
	if a.End {
		until = 0
	}
	found := false
	for _, account := range h.house.Accounts() {
		if a.Account == "" || a.Account == account.ID {
			found = true
			h.stalePositions(account, h.now(), until)
		}
	}
	if !found {
		return fmt.Errorf("account %q: not known", a.Account)
	}
	return nil
}
