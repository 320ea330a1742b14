package test

import (
	"fmt"
	"slices"
	"time"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// pair is an engine and its broker.
type pair struct {
	*trader
	sim *simulator

	open, sent, executions, cutOff int // as last compared: orders Unknown, at the broker, ended on the way
}

// compare holds the engine against the broker's truth. It halts the engine,
// so that both come to rest.
func (p *pair) compare() {
	p.t.Helper()
	p.must("halt", "--reason", "compare")
	p.agree(100*time.Millisecond, func(v view) string { return v.differs(nil) })
}

// calm waits until no order's fate is open.
func (p *pair) calm() {
	p.t.Helper()
	p.agree(2*time.Second, func(v view) string { return v.differs([]string{"Unknown"}) })
}

// agree waits until what the engine and the broker show fits.
func (p *pair) agree(every time.Duration, differs func(view) string) {
	p.t.Helper()
	last := ""
	defer func() {
		if last != "" {
			p.t.Log("differs from the broker:", last)
		}
	}()
	awaitEvery(p.t, every, "the engine agrees with the broker", func() bool {
		v := p.view()
		v.violations()
		last = differs(v)
		return last == ""
	})
}

// view is both sides of one moment: while it was taken nothing was traded.
type view struct {
	p         *pair
	truth     ibkrsim.State
	orders    map[string]orderRow
	fills     []fillRow
	positions map[string]market.Qty
	cash      market.Money
	states    []string // what is halted beside the account
}

func (p *pair) view() view {
	p.t.Helper()
	for {
		v := view{p: p, truth: p.sim.truth(), orders: map[string]orderRow{}, fills: p.trader.fills(), positions: p.held()}
		for _, o := range p.trader.orders() {
			v.orders[o.ID] = o
		}
		status := p.status()
		for _, s := range status.States {
			if s.Strategy+s.Instrument != "" {
				v.states = append(v.states, fmt.Sprint(s))
			}
		}
		var err error
		v.cash, err = market.ParseMoney(string(status.Cash))
		check(p.t, err)
		if len(p.sim.truth().Executions) == len(v.truth.Executions) {
			p.sent, p.executions = len(v.truth.Orders), len(v.truth.Executions)
			return v
		}
	}
}

// violations fails the test for what no waiting heals.
func (v *view) violations() {
	v.p.t.Helper()
	for id, n := range v.truth.Received {
		if _, known := v.orders[id]; n != 1 || !known {
			v.p.t.Fatalf("order %s reached the broker %d times; known to the engine: %v", id, n, known)
		}
	}
	accepted := map[string]bool{}
	for _, o := range v.truth.Orders {
		if accepted[o.COID] {
			v.p.t.Fatalf("order %s is at the broker twice", o.COID)
		}
		accepted[o.COID] = true
		if ours := v.orders[o.COID]; ours.Status == "Denied" || ours.Status == "Rejected" {
			v.p.t.Fatalf("order %s is %s (%s), and the broker has it: %s", o.COID, ours.Status, ours.Text, o.Status)
		}
	}
	if len(v.states) > 0 {
		v.p.t.Fatalf("the engine has stopped trading by itself: %v", v.states)
	}
	booked := map[string]bool{}
	for _, f := range v.fills {
		if booked[f.ExecID] {
			v.p.t.Fatalf("execution %s is booked twice", f.ExecID)
		}
		booked[f.ExecID] = true
	}
}

// differs says what does not fit (yet), "" when all does. Orders of the given
// statuses do not fit either.
func (v *view) differs(not []string) string {
	accepted := map[string]ibkrsim.OrderState{}
	for _, o := range v.truth.Orders {
		accepted[o.COID] = o
	}
	v.p.open, v.p.cutOff = 0, 0
	for id, o := range v.orders {
		theirs, has := accepted[id]
		switch {
		case slices.Contains([]string{"PendingSubmit", "PendingCancel", "PendingReplace"}, o.Status), slices.Contains(not, o.Status),
			o.Status == "Submitted" && theirs.Status != "Submitted":
			return fmt.Sprintf("order %s is %s", id, o.Status)
		case has && qty(v.p.t, o.Filled) != theirs.Filled, has && o.Status == "Unknown":
			return fmt.Sprintf("order %s is %s and has filled %s, at the broker %s", id, o.Status, o.Filled, theirs.Filled)
		case !has && o.Status == "Filled":
			return fmt.Sprintf("order %s is %s, and the broker has none of that id", id, o.Status)
		case o.Status == "Unknown":
			v.p.open++
		case o.Status == "Rejected" || o.Status == "Denied" && o.Text == "the engine stopped before it was sent":
			v.p.cutOff++
		}
	}
	return v.money()
}

// money says what differs in executions, positions and cash.
func (v *view) money() string {
	ours := map[string]fillRow{}
	for _, f := range v.fills {
		ours[f.ExecID] = f
	}
	unpaid := market.Money{}  // commissions that the engine has not heard of yet
	rounded := market.Money{} // what of commissions the API's cents leave out
	for _, e := range v.truth.Executions {
		f, booked := ours[e.ID]
		delete(ours, e.ID)
		if !booked || f.Order != e.COID || f.Instrument != e.Instrument || f.Side != e.Side.String() ||
			qty(v.p.t, f.Qty) != e.Qty || string(f.Price) != e.Price.String() {
			return fmt.Sprintf("execution %+v is booked as %+v", e, f)
		}
		shown := e.Commission.Round(2)
		rounded = rounded.Add(e.Commission.Sub(shown).Abs())
		switch string(f.Commission) {
		case "0":
			unpaid = unpaid.Add(e.Commission)
		case shown.String():
		default:
			return fmt.Sprintf("execution %s cost %s, booked %s", e.ID, e.Commission, f.Commission)
		}
	}
	if len(ours) > 0 {
		return fmt.Sprintf("booked, and not executed: %+v", ours)
	}
	for name, q := range heldAt(&v.truth) {
		if v.positions[name] != q {
			return fmt.Sprintf("%s: %s held here, %s at the broker", name, v.positions[name], q)
		}
		delete(v.positions, name)
	}
	for name, q := range v.positions {
		if q != 0 {
			return fmt.Sprintf("%s: %s held here, nothing at the broker", name, q)
		}
	}
	if off := v.cash.Sub(unpaid).Sub(v.truth.Cash).Abs(); off.GreaterThan(rounded) {
		return fmt.Sprintf("cash %s, of which %s will be paid as commissions; at the broker %s (cents leave out %s)",
			v.cash, unpaid, v.truth.Cash, rounded)
	}
	return ""
}
